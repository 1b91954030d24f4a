"""What goes out to venues: an event whose place in the journal is its ClOrdID there."""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import wanted_of_market
from tradsys_oms.core.events import VenueCancel, VenueOrder, VenueQuery, VenueReplace
from tradsys_oms.core.routing.away import Away, Pending
from tradsys_oms.core.routing.children import CANCEL, NEW, REPLACE, Child, Request
from tradsys_oms.core.work import Work

ASKED_MAX: Final = 16
"""Status requests about one child of which is remembered what was out then; of older ones only how many."""


def send_order(work: Work, away: Away, venue: str, qty: int) -> None:
    """Send a part of an order to a venue."""
    order = away.order
    clord_id, price = place_of_next(work), _price(order)
    child = Child(clord_id, venue, away, qty, price, qty, clord_id)
    line = work.state.routing.venues[venue].line
    _sent(work, child, clord_id, Request(NEW, qty, price, None, line))
    away.children.append(child)
    special = order.special
    work.events.append(
        VenueOrder(
            venue,
            order.order_id,
            order.member,
            order.account,
            order.symbol,
            order.side,
            order.ord_type,
            order.time_in_force,
            qty * order.instrument.lot_e8,
            price * order.instrument.tick_e8 if price else None,
            wanted_of_market(special.instructions) if special is not None else None,
        )
    )


def send_cancel(work: Work, child: Child, pending: Pending) -> None:
    """Ask a venue to cancel a child; only once at a time."""
    if any(request.kind == CANCEL for request in child.requests.values()):
        return
    child.refused_cancel = ""
    order = child.away.order
    event = VenueCancel(
        child.venue,
        order.order_id,
        _chained_on(child),
        child.clord_id,
        child.venue_order_id,
        order.account,
        order.symbol,
        order.side,
        child.order_qty * order.instrument.lot_e8,
    )
    line = work.state.routing.venues[child.venue].line
    _sent(work, child, place_of_next(work), Request(CANCEL, child.order_qty, child.price, pending, line))
    work.events.append(event)


def send_replace(work: Work, child: Child, pending: Pending, qty: int) -> None:
    """Ask a venue to replace a child; `qty` is its new total there."""
    order = child.away.order
    event = VenueReplace(
        child.venue,
        order.order_id,
        _chained_on(child),
        child.clord_id,
        child.venue_order_id,
        order.account,
        order.symbol,
        order.side,
        order.ord_type,
        pending.time_in_force,
        qty * order.instrument.lot_e8,
        pending.price * order.instrument.tick_e8 if pending.price else None,
        None if pending.instructions is None else wanted_of_market(pending.instructions),
    )
    line = work.state.routing.venues[child.venue].line
    _sent(work, child, place_of_next(work), Request(REPLACE, qty, pending.price, pending, line))
    work.events.append(event)


def send_query(work: Work, child: Child) -> None:
    """Ask a venue for the state of a child."""
    order = child.away.order
    note_asked(work, child)
    work.events.append(
        VenueQuery(
            child.venue,
            child.last_clord_id,
            child.clord_id,
            child.venue_order_id,
            order.account,
            order.symbol,
            order.side,
        )
    )


def note_asked(work: Work, child: Child, query: str = "") -> None:
    """Note that a venue is asked about a child, and what was out then: now, or by a request that stands at `query` and
    tells nothing of what was sent since.
    """
    if len(child.asked) >= ASKED_MAX:
        del child.asked[next(iter(child.asked))]
    later = [key for key in child.requests if query and _seq_of(key) > _seq_of(query)]
    for key in later:
        child.requests[key].questions_before += 1
    child.asked[query or place_of_next(work)] = tuple([key for key in child.requests if key not in later])
    child.questions += 1
    work.state.routing.doubts[child.clord_id] = work.time_ns


def _seq_of(place: str) -> int:
    return int(place[: place.index("-")])


def _chained_on(child: Child) -> str:
    """Give the OrigClOrdID of the next request: the last one that was not refused."""
    return next((key for key, sent in reversed(child.requests.items()) if sent.kind == REPLACE), child.last_clord_id)


def place_of_next(work: Work) -> str:
    """Give the place of the next event, as a ClOrdID."""
    return f"{work.seq}-{len(work.events)}"


def _price(order: Order) -> int:
    """Give the price that goes with an order: of a peg, its limit."""
    special = order.special
    return special.peg_limit if special is not None and special.peg else order.price


def _sent(work: Work, child: Child, clord_id: str, request: Request) -> None:
    """Note what is out; a child that is filled lives again while a replace of it is (C.1.c)."""
    routing = work.state.routing
    request.questions_before = child.questions
    child.requests[clord_id] = request
    child.clord_ids.append(clord_id)
    routing.children[clord_id] = child
    routing.living.setdefault(child.venue, {})[child.clord_id] = child
