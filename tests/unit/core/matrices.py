"""The scenarios of FIX's order state change matrices, played on an order book: who does what, and what A1 is told.

FIX 4.4 and 5.0 SP2, Volume 4, "Order State Change Matrices". The order is always A's, a buy of 10,000 lots; B fills it
when the scenario says so. Our answers come at once: what the matrices show as pending is not there, and what passes a
request on the wire happens before the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.core.conftest import TICK_E8, asked, line
from tests.unit.core.phasing import end_day, start_day, to
from tradsys_oms.core.commands import AmendTrade, CancelOne, EnterOrder, NewOrder, RestateOne
from tradsys_oms.core.events import CancelRejected, Event, Execution, OrderRejected, StatusUnknown
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

QTY = 10_000
PRICE = 10_000
HIGHEST = 12_000
TOO_HIGH = 90_000
"""A price that is refused."""
VERBAL, DECLINE = 2, 5
"""ExecRestatementReason (378)."""


class Play:
    """An exchange on which one scenario is played; `reports` is all that session A1 was told."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.told: list[tuple[int, int, Event]] = []
        """Sequence, index and event of each report."""
        self.order_id = 0

    @property
    def reports(self) -> list[str]:
        """All that A1 was told, as lines without the session."""
        return [line(event).removeprefix("A1 ") for _, _, event in self.told]

    def new(self, clord_id: str = "X", qty: int = QTY, price: int | None = PRICE, tif: str = "0", **more: Any) -> None:
        """Send NewOrderSingle."""
        self.exchange.new("A1", clord_id, "buy", qty, price, tif, **more)
        self.order_id = self.order_id or self.exchange.seq
        self.note()

    def telephone(self, qty: int = QTY, price: int = PRICE, *, session: str = "A1", lost: str = "") -> None:
        """Let an operator enter an order that was given by telephone."""
        terms = (session, 0, "", "house", "ACME", "1", "2", "0", qty * SCALE_E8, price * TICK_E8)
        self.exchange.apply(EnterOrder(NewOrder(*terms, instructions=asked(lost_clord_id=lost)), "agreed"))
        self.order_id = self.exchange.seq
        self.note()

    def cancel(self, clord_id: str, orig: str) -> None:
        """Send OrderCancelRequest."""
        self.exchange.cancel("A1", clord_id, orig)
        self.note()

    def replace(self, clord_id: str, orig: str, qty: int = QTY, price: int = PRICE, tif: str = "0") -> None:
        """Send OrderCancelReplaceRequest."""
        self.exchange.replace("A1", clord_id, orig, qty, price, time_in_force=tif)
        self.note()

    def query(self, clord_id: str) -> None:
        """Send OrderStatusRequest."""
        self.exchange.query("A1", clord_id)
        self.note()

    def fill(self, qty: int, price: int = PRICE) -> AmendTrade:
        """Let B trade with the order; give what a bust of that trade would be."""
        self.exchange.new("B1", f"B{self.exchange.seq}", "sell", qty, price, "3")
        self.note()
        return self.trade()

    def trade(self, number: int = 0) -> AmendTrade:
        """Give the bust of a trade of the last command."""
        fills = [event for event in self.exchange.events if isinstance(event, Execution) and event.last_qty]
        first, second = fills[2 * number], fills[2 * number + 1]
        ids = (self.exchange.seq, first.trade_index, first.order_id, second.order_id)
        return AmendTrade(*ids, first.last_qty, first.last_px, 0, 0, True, "agreed")

    def amend(self, trade: AmendTrade, qty: int, px: int) -> None:
        """Let an operator correct a trade, or bust it with `qty` 0."""
        ids = (trade.trade_seq, trade.trade_index, trade.first_order_id, trade.second_order_id)
        self.exchange.apply(AmendTrade(*ids, trade.traded_qty, trade.traded_px, qty, px, True, "agreed"))
        self.note()

    def cancel_unsolicited(self, *, done_for_day: bool = False) -> None:
        """Let an operator cancel the order, or end its day."""
        self.exchange.apply(CancelOne(self.order_id, "agreed", done_for_day))
        self.note()

    def restate(self, qty: int, reason: int) -> None:
        """Let an operator restate the quantity."""
        self.exchange.apply(RestateOne(self.order_id, qty * SCALE_E8, None, reason, "agreed"))
        self.note()

    def phases(self, *phases: str) -> None:
        """Let an operator change the phase."""
        for phase in phases:
            to(self.exchange, phase)
            self.note()

    def next_day(self, trade_date: int) -> None:
        """End the day, and begin another one."""
        self.phases("closed")
        end_day(self.exchange)
        self.note()
        start_day(self.exchange, trade_date)
        self.note()
        self.phases("continuous")

    def note(self) -> None:
        """Keep what A1 is told by the last command."""
        told = (Execution, OrderRejected, CancelRejected, StatusUnknown)
        for index, event in enumerate(self.exchange.events):
            if isinstance(event, told) and event.session == "A1":
                self.told.append((self.exchange.seq, index, event))
