"""What an order asks of the limits, and what a limit answers."""

from __future__ import annotations

from typing import NamedTuple

from tradsys_oms.core.fields import Side
from tradsys_oms.core.limits.lane import Lane


class Asked(NamedTuple):
    """What an order is, and what it would add to what is open: nothing before it is accepted.

    Quantities are in lots, prices in ticks (0 for none), money in 1e-8 of the base currency.
    """

    lane: Lane
    time_ns: int
    warn_bps: int
    side: str
    ord_type: str
    locate_reqd: str
    order_qty: int
    price: int
    reserve_px: int
    added_qty: int
    added_money: int
    added_orders: int
    """0 for a replace."""

    @property
    def is_buy(self) -> bool:
        """It is an order to buy."""
        return self.side == Side.BUY

    @property
    def closes(self) -> bool:
        """It can only bring the position nearer to zero."""
        holding, qty = self.lane.holding, self.added_qty
        if self.is_buy:
            return holding.buy_qty + qty <= -holding.position
        return holding.sell_qty + qty <= holding.position

    @property
    def adds_money(self) -> bool:
        """It is new, or would have more open than before."""
        return self.added_orders > 0 or self.added_money > 0


class Answer(NamedTuple):
    """A limit, and what the order would make of its usage; an objection if `is_over`, else a warning."""

    is_over: bool
    value: str
    usage: str
    text: str = ""
    """What is said where it is no number that is compared."""
