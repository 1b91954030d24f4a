"""What is asked of the gate: an order, or the new values of one."""

from __future__ import annotations

from dataclasses import dataclass

from tests.property.naive_risk.facts import Owner
from tradsys_oms.core.commands import NewOrder, ReplaceOrder
from tradsys_oms.core.fields import Side


@dataclass
class Ask:
    """A new order, or the new values of one; `more_...` is what it would add to what it has open already."""

    owner: Owner
    command: NewOrder | ReplaceOrder
    time_ns: int
    qty: int
    limit: int | None
    money: int
    more_qty: int
    more_money: int
    is_new: bool

    @property
    def is_buy(self) -> bool:
        return self.command.side == Side.BUY

    @property
    def adds(self) -> bool:
        return self.is_new or self.more_money > 0
