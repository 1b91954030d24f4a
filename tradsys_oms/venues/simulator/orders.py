"""The venue's truth: what really became of each order, whatever is said of it.

Quantities and prices are integers of 1e-8. Status is the code of OrdStatus (39) of FIX 5.0 SP2, without the pending
ones: what is pending is kept apart, as it outranks all others only in what is said.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from tradsys_oms.fix.decimals import format_average
from tradsys_oms.venues.simulator.errors import SimulatorError

ORDERS_MAX: Final = 1_000_000
RECEIVED: Final = "A"
"""Neither accepted nor refused yet; said to be Pending New."""
NEW, PARTIALLY_FILLED, FILLED, DONE_FOR_DAY, CANCELED = "0", "1", "2", "3", "4"
STOPPED, REJECTED, SUSPENDED, EXPIRED = "7", "8", "9", "C"
OPEN: Final = frozenset((RECEIVED, NEW, PARTIALLY_FILLED, STOPPED, SUSPENDED))
PENDING_CANCEL, PENDING_REPLACE = "6", "E"


class Fill(Struct):
    """One execution as it counts now."""

    exec_id: str
    """The last ExecID that it was reported under: a correction gives it a new one."""
    qty_e8: int
    price_e8: int
    is_busted: bool = False


class Order(Struct):
    """One order at the venue, over all its replaces."""

    session: str
    """The peer's CompID."""
    clord_id: str
    """The last one that was accepted, or the first."""
    order_id: str
    symbol: str
    side: str
    qty_e8: int
    price_e8: int
    """-1 for none."""
    account: str
    ord_type: str
    time_in_force: str
    status: str = RECEIVED
    cum_qty_e8: int = 0
    fills: list[Fill] = field(default_factory=list)
    pending: dict[str, str] = field(default_factory=dict)
    """ClOrdIDs of requests that are said to be pending -> what they ask for, `F` or `G`."""
    clord_ids: list[str] = field(default_factory=list)
    """All that name it, the first one first."""
    constant_text: str = ""
    """Fields that are the same in each report, as text; "" while nobody has made it."""

    @property
    def is_open(self) -> bool:
        """It can trade."""
        return self.status in OPEN

    @property
    def leaves_qty_e8(self) -> int:
        """What is open of it."""
        return self.qty_e8 - self.cum_qty_e8 if self.status in OPEN and self.qty_e8 > self.cum_qty_e8 else 0

    @property
    def said_status(self) -> str:
        """OrdStatus as it is to be said: pending requests outrank all."""
        if not self.pending:
            return self.status
        return PENDING_CANCEL if "F" in self.pending.values() else PENDING_REPLACE

    @property
    def notional(self) -> int:
        """Sum of quantity times price of all fills, in 1e-16."""
        return sum(fill.qty_e8 * fill.price_e8 for fill in self.fills)

    @property
    def avg_px(self) -> str:
        """Average price of the fills, as a decimal."""
        return format_average(self.notional, self.cum_qty_e8, 1)

    def apply_fill(self, fill: Fill) -> None:
        """Count a fill; an order that has ended keeps its status."""
        self.fills.append(fill)
        self.cum_qty_e8 += fill.qty_e8
        if self.status in OPEN and self.status not in (STOPPED, SUSPENDED):
            self.status = PARTIALLY_FILLED
        if self.status in OPEN and self.cum_qty_e8 >= self.qty_e8:
            self.status = FILLED

    def apply_change(self, fill: Fill, qty_e8: int, price_e8: int, exec_id: str) -> None:
        """Change a fill, to nothing for a bust; an order that it made Filled has a rest again."""
        self.cum_qty_e8 += qty_e8 - fill.qty_e8
        fill.qty_e8, fill.price_e8, fill.exec_id, fill.is_busted = qty_e8, price_e8, exec_id, qty_e8 == 0
        if self.status in (NEW, PARTIALLY_FILLED, FILLED):
            self.settle()

    def settle(self) -> None:
        """Take the status that the quantities make: New, Partially Filled or Filled."""
        is_filled = self.cum_qty_e8 >= self.qty_e8
        self.status = FILLED if is_filled else PARTIALLY_FILLED if self.cum_qty_e8 else NEW


class OrderBook:
    """All orders of a venue, by session and by each ClOrdID that named them."""

    def __init__(self) -> None:
        self._by_clord: dict[tuple[str, str], Order] = {}
        self.order_count = 0

    def find(self, session: str, clord_id: str) -> Order | None:
        """Give the order that a ClOrdID names."""
        return self._by_clord.get((session, clord_id))

    def add(self, order: Order) -> None:
        """Take an order in; raises SimulatorError when there are too many."""
        if self.order_count >= ORDERS_MAX:
            raise SimulatorError(f"The simulator has {ORDERS_MAX} orders, which is the most that it keeps.")
        self.order_count += 1
        self.name(order, order.clord_id)

    def name(self, order: Order, clord_id: str) -> None:
        """Let a ClOrdID of a request name the order too."""
        order.clord_ids.append(clord_id)
        self._by_clord[order.session, clord_id] = order

    def forget(self, order: Order) -> None:
        """Know nothing of an order any more."""
        for clord_id in order.clord_ids:
            self._by_clord.pop((order.session, clord_id), None)
        self.order_count -= 1

    def restore(self, order: Order) -> None:
        """Take in an order of the last life, in the state that it had at last; what was pending died with that life."""
        order.pending.clear()
        known = self._by_clord.get((order.session, order.clord_ids[0]))
        self.order_count += known is None
        for clord_id in order.clord_ids:
            self._by_clord[order.session, clord_id] = order

    def all(self, session: str = "", symbol: str = "") -> list[Order]:
        """Give the orders, of one session and symbol or of all, in the order of their entry."""
        return [
            order
            for (owner, clord_id), order in self._by_clord.items()
            if clord_id == order.clord_ids[0] and session in ("", owner) and symbol in ("", order.symbol)
        ]
