"""The state of the exchange: plain rooms that the handlers share, changed by commands only.

The hash of the state is over a canonical dump, sorted where the order has no meaning and in the order of priority where
it has, so that two engines with the same history have the same hash on any machine.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import msgpack, structs
from sortedcontainers import SortedList

from tradsys_oms.core.book.book import Book
from tradsys_oms.core.book.orders import Order, OrderTable
from tradsys_oms.core.limits.risk import Risk
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.reference.members import Member
from tradsys_oms.core.reference.sessions import Sessions
from tradsys_oms.core.routing.routing import Routing
from tradsys_oms.core.routing.rows import rows_of

if TYPE_CHECKING:
    from tradsys_oms.core.desk.amend_trade import AmendedTrade
    from tradsys_oms.core.requests.mass_requests import MassRequest


class State:
    """Everything that the core knows."""

    __slots__ = (
        "amended_trades",
        "books",
        "expiries",
        "instruments",
        "mass_requests",
        "members",
        "order_count",
        "orders",
        "phase_ends",
        "reject_count",
        "risk",
        "routing",
        "sessions",
        "trade_count",
        "unfinished",
    )

    def __init__(self, finished_orders_max: int, open_orders_max: int) -> None:
        self.instruments: dict[str, Instrument] = {}
        self.books: dict[str, Book] = {}
        self.members: dict[str, Member] = {}
        self.sessions = Sessions()
        self.risk = Risk(self.instruments, self.members, self.sessions)
        self.routing = Routing()
        self.orders = OrderTable(open_orders_max, finished_orders_max, self.routing)
        self.expiries: SortedList[tuple[int, int]] = SortedList()
        """When orders with an ExpireTime (126) expire, and their OrderIDs; also of orders that are no longer open."""
        self.phase_ends: SortedList[tuple[int, str]] = SortedList()
        """When phases end by themselves, and the symbols of their instruments."""
        self.unfinished: dict[str, None] = {}
        """Symbols of the instruments on which a command left something to do for `GoOn`; "" for mass requests."""
        self.mass_requests: deque[MassRequest] = deque()
        """Requests about many orders that one command could not finish, the oldest first."""
        self.amended_trades: dict[tuple[int, int], AmendedTrade] = {}
        """Trades that were busted or corrected, by the place of their first fill: what they are now."""
        self.order_count = 0
        """Orders accepted since the journal began."""
        self.reject_count = 0
        """New orders, cancels and replaces refused since the journal began."""
        self.trade_count = 0
        """Trades since the journal began."""


def state_hash(state: State, last_seq: int) -> str:
    """SHA-256 over the canonical dump of the state, as hexadecimal digits."""
    digest = hashlib.sha256()
    encoder = msgpack.Encoder()
    for row in _rows(state, last_seq):
        digest.update(encoder.encode(row))
    return digest.hexdigest()


def _rows(state: State, last_seq: int) -> Iterator[tuple[Any, ...]]:
    yield ("counters", last_seq, state.order_count, state.reject_count, state.trade_count)
    yield ("due", list(state.unfinished), list(state.expiries), list(state.phase_ends))
    for symbol, instrument in sorted(state.instruments.items()):
        yield ("instrument", *(getattr(instrument, name) for name in _INSTRUMENT_FIELDS))
        yield ("prices", str(instrument.price_min_e8), str(instrument.price_max_e8))  # without a band beyond 64 bits
        yield _phase_row(instrument)
        yield ("book", symbol, *_book_row(state.books[symbol]))
    for name, member in sorted(state.members.items()):
        yield ("member", name, *(getattr(member, field) for field in _MEMBER_FIELDS))
        for clord_id, order in sorted(member.clord_ids.items()):
            yield ("clord_id", clord_id, order.order_id if order else 0)
    for _, session in sorted(state.sessions.items()):
        yield ("session", *(getattr(session, field) for field in _SESSION_FIELDS))
    for order in sorted(state.orders.newest_first(), key=lambda order: order.order_id):
        yield ("order", *order_row(order))
    for entry in state.orders.retired:
        yield ("retired", entry.firm.name, entry.clord_id, isinstance(entry, Order))
    for request in state.mass_requests:
        yield request.row()
    yield from state.risk.rows()
    yield from rows_of(state.routing)
    for place, trade in sorted(state.amended_trades.items()):
        yield ("amended trade", *place, *structs.astuple(trade))


def _phase_row(instrument: Instrument) -> tuple[Any, ...]:
    task = instrument.task
    return (
        "phase",
        *(getattr(instrument, name) for name in _PHASE_FIELDS),
        list(instrument.subscribers.items()),
        instrument.breaker_prices.rows,
        task.row if task is not None else None,
    )


_PHASE_FIELDS = (
    "phase",
    "phase_since_ns",
    "phase_until_ns",
    "phase_reason",
    "trade_date",
    "day_is_ended",
    "last_px",
    "auction_px",
    "uncross_px",
    "close_px",
    "short_sale_restricted",
    "short_sale_day_ends",
)


_INSTRUMENT_FIELDS = (
    "symbol",
    "tick_e8",
    "lot_e8",
    "reference_price_e8",
    "price_band_bps",
    "order_qty_max_e8",
    "order_notional_max_e8",
    "currency",
    "enabled",
    "underlying",
    "rules",
    "has_phases",
    "mark_venues",
    "mark_spread_max_bps",
    "care",
    "last_px",
    "auction_px",
    "day_end_seq",
)


_SESSION_FIELDS = (
    "session",
    "member",
    "enabled",
    "last_msg_seq_num",
    "reset_seq",
    "reset_ns",
    "first_out",
    "reserved_out",
    "online",
    "offline_ns",
    "is_dropped",
    "is_blocked",
    "password_hash",
    "configured_hash",
)


_MEMBER_FIELDS = ("clearing_member", "enabled", "firm_name", "self_trade", "self_trade_scope")


def _book_row(book: Book) -> tuple[Any, ...]:
    return (
        [order.order_id for order in book],
        [order.order_id for order in book.stops],
        [order.order_id for order in book.waiting],
        sorted(book.pegs),
        book.peg_reference,
    )


def order_row(order: Order) -> tuple[Any, ...]:
    """Give all that an order is."""
    return (
        order.order_id,
        order.session,
        order.member,
        order.clord_id,
        order.account,
        order.symbol,
        order.side,
        order.ord_type,
        order.time_in_force,
        order.order_qty,
        order.price,
        order.leaves_qty,
        order.time_ns,
        order.cum_qty,
        order.cum_notional,
        order.ord_status,
        order.reserved_px,
        None if order.special is None else structs.astuple(order.special),
    )
