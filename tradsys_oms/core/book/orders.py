"""Orders, and the one table of them: by OrderID and by ClOrdID of the member.

What has come to rest is kept for duplicates, late cancels and status requests, but not for ever: finished orders and
ClOrdIDs that no longer name an open order wait in one queue, and when it is longer than its maximum the oldest is
forgotten. The queue's order comes from the commands alone, so a replay forgets the same ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from mypy_extensions import mypyc_attr

from tradsys_oms.core.book.special import Special
from tradsys_oms.core.fields import OrdStatus
from tradsys_oms.core.limits.prices import reserve_px
from tradsys_oms.core.reference.members import Member
from tradsys_oms.errors import InvariantError

if TYPE_CHECKING:
    from tradsys_oms.core.book.places import Place
    from tradsys_oms.core.limits.lane import Lane
    from tradsys_oms.core.reference.instruments import Instrument
    from tradsys_oms.core.routing.routing import Routing


@mypyc_attr(acyclic=True)
class Order:
    """An accepted order, changed in place; `earlier` and `later` chain the orders that rest in the same queue.

    The cyclic collector does not watch orders (there may be a million): the chains are the only cycles, and they are
    undone whenever an order leaves.
    """

    __slots__ = (
        "account",
        "clord_id",
        "cum_notional",
        "cum_qty",
        "earlier",
        "entered_after",
        "entered_before",
        "firm",
        "instrument",
        "lane",
        "later",
        "leaves_qty",
        "level",
        "member",
        "ord_status",
        "ord_type",
        "order_id",
        "order_qty",
        "price",
        "reserved_px",
        "reserved_qty",
        "session",
        "side",
        "special",
        "symbol",
        "time_in_force",
        "time_ns",
    )

    order_id: int
    session: str
    """The session that entered the order and gets its fills."""
    member: str
    firm: Member
    instrument: Instrument
    lane: Lane
    """The limits that it passed through, and where it counts."""
    clord_id: str
    """The last accepted ClOrdID."""
    account: str
    symbol: str
    side: str
    ord_type: str
    time_in_force: str
    order_qty: int
    price: int
    """In ticks; 0 for an order that has none."""
    leaves_qty: int
    time_ns: int
    """When it was entered."""
    cum_qty: int
    cum_notional: int
    ord_status: str
    earlier: Order | None
    later: Order | None
    entered_before: Order | None
    """The open order that the same session entered before it."""
    entered_after: Order | None
    level: Place | None
    """Where it stands: a queue of the book, or where orders wait beside it. None for one that stands nowhere, which in
    between commands are those that are not open."""
    special: Special | None
    """None for a plain order."""
    reserved_qty: int
    """What its lane counts as open: LeavesQty, or what a replace that waits at a venue may make of it."""
    reserved_px: int
    """The price at which that counts, in ticks."""

    def __init__(
        self,
        order_id: int,
        session: str,
        member: str,
        firm: Member,
        instrument: Instrument,
        lane: Lane,
        clord_id: str,
        account: str,
        symbol: str,
        side: str,
        ord_type: str,
        time_in_force: str,
        order_qty: int,
        price: int,
        leaves_qty: int,
        time_ns: int,
        ord_status: str = OrdStatus.NEW,
    ) -> None:
        self.order_id = order_id
        self.session = session
        self.member = member
        self.firm = firm
        self.instrument = instrument
        self.lane = lane
        self.clord_id = clord_id
        self.account = account
        self.symbol = symbol
        self.side = side
        self.ord_type = ord_type
        self.time_in_force = time_in_force
        self.order_qty = order_qty
        self.price = price
        self.leaves_qty = leaves_qty
        self.time_ns = time_ns
        self.ord_status = ord_status
        self.cum_qty = 0
        self.cum_notional = 0
        self.reserved_qty = 0
        self.reserved_px = 0
        self.special = None
        self.earlier = None
        self.later = None
        self.entered_before = None
        self.entered_after = None
        self.level = None

    def take_off(self) -> Place:
        """Take the order from where it stands; give the place."""
        level = self.level
        if level is None:
            raise InvariantError(f"Order {self.order_id} with OrdStatus {self.ord_status} is not in the book.")
        level.remove(self)
        return level


@mypyc_attr(acyclic=True)
class UsedClOrdID:
    """A ClOrdID that names no order any more, or never did: replaced, refused or rejected."""

    __slots__ = ("clord_id", "firm")

    def __init__(
        self,
        firm: Member,
        clord_id: str,
    ) -> None:
        self.firm = firm
        self.clord_id = clord_id


Retired: TypeAlias = Order | UsedClOrdID


class OpenOrders:
    """The open orders that a session entered, chained in the order of their OrderIDs."""

    __slots__ = ("count", "first", "last")

    def __init__(self) -> None:
        self.first: Order | None = None
        self.last: Order | None = None
        self.count = 0

    def __iter__(self) -> Iterator[Order]:
        """Go through the orders, the first one entered first; the one at hand may end meanwhile."""
        order = self.first
        while order is not None:
            following = order.entered_after
            yield order
            order = following

    def add(self, order: Order) -> None:
        """Add an order: at the end, but for one that had ended."""
        before, after = self.last, None
        while before is not None and before.order_id > order.order_id:
            before, after = before.entered_before, before
        order.entered_before, order.entered_after = before, after
        if before is None:
            self.first = order
        else:
            before.entered_after = order
        if after is None:
            self.last = order
        else:
            after.entered_before = order
        self.count += 1

    def remove(self, order: Order) -> None:
        """Take an order out."""
        before, after = order.entered_before, order.entered_after
        if before is None:
            self.first = after
        else:
            before.entered_after = after
            order.entered_before = None
        if after is None:
            self.last = before
        else:
            after.entered_before = before
            order.entered_after = None
        self.count -= 1


class OrderTable:
    """All orders that the core remembers."""

    __slots__ = ("_by_id", "_of_session", "_routing", "open_count", "open_max", "retired", "retired_max")

    def __init__(self, open_max: int, retired_max: int, routing: Routing) -> None:
        self._routing = routing
        self.open_max = open_max
        self.retired_max = retired_max
        self._by_id: dict[int, Order] = {}
        self._of_session: dict[str, OpenOrders] = {}
        """Open orders, by the session that entered them."""
        self.open_count = 0
        self.retired: deque[Retired] = deque()

    def __len__(self) -> int:
        """Count the orders that are remembered."""
        return len(self._by_id)

    def find(self, order_id: int) -> Order | None:
        """Give an order by its OrderID, None if it is unknown or forgotten."""
        return self._by_id.get(order_id)

    @property
    def open(self) -> dict[int, Order]:
        """List the open orders by OrderID; made on request, by a walk over all that are remembered."""
        return {order_id: order for order_id, order in self._by_id.items() if order.level is not None}

    def open_of(self, session: str) -> Iterator[Order]:
        """Go through the open orders that a session entered, the first one entered first."""
        return iter(self._of_session.get(session, ()))

    def open_count_of(self, session: str) -> int:
        """Count the open orders that a session entered."""
        mine = self._of_session.get(session)
        return 0 if mine is None else mine.count

    def newest_first(self) -> Iterator[Order]:
        """Go through all orders that are remembered, the last one entered first."""
        return reversed(self._by_id.values())

    def accept(self, order: Order) -> None:
        """Add a new open order; that its lane counts it is up to the caller."""
        self._by_id[order.order_id] = order
        order.firm.clord_ids[order.clord_id] = order
        self.open_count += 1
        mine = self._of_session.get(order.session)
        if mine is None:
            mine = self._of_session[order.session] = OpenOrders()
        mine.add(order)

    def rename(self, order: Order, clord_id: str) -> str:
        """Make `clord_id` the last accepted ClOrdID of `order`; give the one before."""
        previous = order.clord_id
        order.firm.clord_ids[clord_id] = order
        order.clord_id = clord_id
        self.retired.append(UsedClOrdID(order.firm, previous))
        if len(self.retired) > self.retired_max:
            self._forget_oldest()
        return previous

    def use(self, firm: Member, clord_id: str, order: Order | None) -> None:
        """Mark the ClOrdID of something refused as used; `order` is the one it was about, None if there is none."""
        firm.clord_ids[clord_id] = order
        self.retired.append(UsedClOrdID(firm, clord_id))
        if len(self.retired) > self.retired_max:
            self._forget_oldest()

    def finish(self, order: Order) -> None:
        """Move an order that reached its final state to the finished ones."""
        self.open_count -= 1
        self._of_session[order.session].remove(order)
        order.lane.ended(order)
        if order.special is not None:
            order.instrument.book.pegs.pop(order.order_id, None)
        self.retired.append(order)
        if len(self.retired) > self.retired_max:
            self._forget_oldest()

    def reopen(self, order: Order) -> None:
        """Make a finished order an open one again; a walk over all that are finished."""
        self.retired.remove(order)
        self.open_count += 1
        self._of_session[order.session].add(order)
        order.lane.reopened(order, reserve_px(order))

    def _forget_oldest(self) -> None:
        oldest = self.retired.popleft()
        if type(oldest) is Order:
            del self._by_id[oldest.order_id]
            if oldest.order_id in self._routing.aways:
                self._routing.forget(oldest.order_id)
        if oldest.clord_id:  # an order by telephone has none
            del oldest.firm.clord_ids[oldest.clord_id]
