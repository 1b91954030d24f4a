"""Requests about many orders of a member: which orders are meant, and what becomes of those that one command has no
room for.

What a command does is one record of the journal and holds up all others, so it deals with at most `ORDERS_MAX` orders.
The request keeps a list of the rest, made when it came: what was entered later is never caught by it. `GoOn` takes it
up again, the oldest request first, but for those that are urgent.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final, Protocol

from msgspec import Struct

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import MassCancelOrders, QueryOrders
from tradsys_oms.core.fields import MassCancelRejectReason, MassRequestType, Side
from tradsys_oms.core.matching.settling import settle
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.reference.members import Member
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work

MASS_REQUESTS: Final = ""
"""What stands for them among what is unfinished."""
WAITING_MAX: Final = 4
"""Requests of one kind and one session that may wait for `GoOn`: what they keep in memory is bounded."""
BY_ORDER_ID: Final = attrgetter("order_id")
SIDES: Final = ("", Side.BUY, Side.SELL, Side.SELL_SHORT, Side.SELL_SHORT_EXEMPT)


class MassRequest(Protocol):
    """A request that is not done."""

    session: str
    """The session that asked; "" for none."""

    @property
    def is_done(self) -> bool:
        """It has no orders left to deal with."""

    def go_on(self, work: Work) -> list[Order]:
        """Deal with its orders, the oldest first, while there is room; give those whose instruments are touched."""

    def row(self) -> tuple[Any, ...]:
        """Give all that it knows, for the hash of the state."""


class Fault(Struct, frozen=True, gc=False):
    """Why a request can't be done: MassCancelRejectReason (532) and a sentence for Text (58)."""

    reason: int
    text: str


def fault_of(state: State, command: MassCancelOrders | QueryOrders) -> Fault | None:
    """Say what makes a request impossible by itself, None if nothing does."""
    kind, symbol, underlying = command.request_type, command.symbol, command.underlying
    if command.unsupported:
        return Fault(MassCancelRejectReason.UNSUPPORTED, command.unsupported)
    if kind not in (MassRequestType.SYMBOL, MassRequestType.UNDERLYING, MassRequestType.ALL):
        return Fault(MassCancelRejectReason.UNSUPPORTED, f"Requests of type {kind} are not supported")
    if command.side not in SIDES:
        return Fault(MassCancelRejectReason.UNSUPPORTED, f"Side {command.side} is not supported")
    if kind == MassRequestType.SYMBOL and symbol not in state.instruments:
        return Fault(MassCancelRejectReason.UNKNOWN_SYMBOL, f"Unknown symbol {symbol}" if symbol else "No symbol given")
    if kind == MassRequestType.UNDERLYING and not _is_underlying(state, underlying):
        text = f"Unknown underlying {underlying}" if underlying else "No underlying given"
        return Fault(MassCancelRejectReason.UNKNOWN_UNDERLYING, text)
    return None


def fitting(state: State, firm: Member, command: MassCancelOrders | QueryOrders) -> list[Order]:
    """List the open orders of `firm`, over all its sessions, that a request means; the oldest first."""
    kind, side = command.request_type, command.side
    symbol = command.symbol if kind == MassRequestType.SYMBOL else ""
    underlying = command.underlying if kind == MassRequestType.UNDERLYING else ""
    found = [
        order
        for session in state.sessions.values()
        if session.firm is firm
        for order in state.orders.open_of(session.session)
        if side in ("", order.side) and symbol in ("", order.symbol) and underlying in ("", order.instrument.underlying)
    ]
    found.sort(key=BY_ORDER_ID)
    return found


def is_crowded(state: State, kind: type[MassRequest], session: str) -> bool:
    """Tell that a session has as many requests of this kind waiting as it may."""
    waiting = [request for request in state.mass_requests if request.session == session and type(request) is kind]
    return len(waiting) >= WAITING_MAX


def begin(work: Work, request: MassRequest, *, is_urgent: bool = False) -> None:
    """Do the first part of a request; what is left of it waits for `GoOn`, an urgent one before all others."""
    touched = touched_by(request.go_on(work))
    if not request.is_done:
        waiting = work.state.mass_requests
        waiting.insert(0 if is_urgent else len(waiting), request)
        work.state.unfinished[MASS_REQUESTS] = None
    settle_all(work, touched)


def go_on(work: Work) -> dict[str, Instrument]:
    """Go on with the requests that wait, the oldest first; give the instruments to be settled."""
    requests, touched = work.state.mass_requests, []
    for request in tuple(requests):
        touched += request.go_on(work)
        if request.is_done:
            requests.remove(request)
    if requests:
        work.state.unfinished[MASS_REQUESTS] = None
    return touched_by(touched)


def touched_by(orders: Iterable[Order]) -> dict[str, Instrument]:
    """List the instruments of orders, each once, in the order in which they come."""
    return {order.symbol: order.instrument for order in orders}


def settle_all(work: Work, touched: dict[str, Instrument]) -> None:
    """End a command that touched these instruments."""
    for instrument in touched.values():
        if instrument.care:
            settle(work, instrument)


def _is_underlying(state: State, underlying: str) -> bool:
    return underlying != "" and any(known.underlying == underlying for known in state.instruments.values())
