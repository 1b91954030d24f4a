"""Busts and corrections of the trades of an exchange, for the tests of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tradsys_oms.core.commands import AmendTrade
from tradsys_oms.core.events import Execution
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

TICK_E8 = SCALE_E8 // 100


class Desk:
    """Knows the trades of an exchange, and makes commands of them."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def trade(self, index: int = 0) -> AmendTrade:
        """Make the bust of a trade of the last command."""
        first, second = [event for event in self.exchange.events if isinstance(event, Execution) and event.last_qty][
            2 * index : 2 * index + 2
        ]
        return AmendTrade(
            self.exchange.seq,
            first.trade_index,
            first.order_id,
            second.order_id,
            first.last_qty,
            first.last_px,
            0,
            0,
            False,
            "error",
        )

    def bust(self, trade: AmendTrade, *, reinstate: bool = False) -> list[str]:
        """Bust a trade."""
        return self.apply(structs.replace(trade, reinstate=reinstate))

    def correct(self, trade: AmendTrade, qty: int, px: int, *, reinstate: bool = False) -> list[str]:
        """Correct a trade."""
        return self.apply(structs.replace(trade, qty=qty, px=px, reinstate=reinstate))

    def apply(self, command: AmendTrade) -> list[str]:
        """Amend a trade that can be amended; each report names the execution that it changes."""
        assert self.exchange.engine.fault_of(command) is None
        return self.exchange.apply(command)

    def refused(self, command: AmendTrade) -> str:
        """Give the sentence of a refusal, which is that of the preview and changes nothing."""
        before, fault = self.exchange.engine.list_orders(), self.exchange.engine.fault_of(command)
        assert self.exchange.apply(command) == [f"Refused: {fault}"]
        assert self.exchange.engine.list_orders() == before
        return fault or ""


def hit(desk: Desk, qty: int, price: int = 10_000) -> AmendTrade:
    """Let B sell at once to whoever bids, and give the trade; B's order is not one that can rest."""
    desk.exchange.new("B1", f"S{desk.exchange.seq}", "sell", qty, price, "3")
    return desk.trade()
