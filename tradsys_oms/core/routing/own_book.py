"""Our own book in a route: orders take what it offers before the rest goes on, or rest there when no venue is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.commands import wanted_of_market
from tradsys_oms.core.fields import ExecType
from tradsys_oms.core.matching import guards
from tradsys_oms.core.matching.market import arrive, limit_rank
from tradsys_oms.core.matching.settling import settle
from tradsys_oms.core.matching.taking import take
from tradsys_oms.core.phases.phases import Phase
from tradsys_oms.core.routing.statuses import status_of
from tradsys_oms.core.routing.telling import tell
from tradsys_oms.core.work import Work

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order
    from tradsys_oms.core.routing.away import Away


def take_book(work: Work, order: Order) -> None:
    """Take what our own book offers within the limit; the order ends if that is all of it."""
    instrument = order.instrument
    opposite = instrument.book.side(order.side).opposite
    limit = limit_rank(order, opposite)
    if instrument.phase == Phase.CONTINUOUS and opposite.best is not None and opposite.best.rank <= limit:
        bound = guards.bound(instrument, order.side)
        order.take_off()  # while it trades it stands nowhere, as all that trade
        is_canceled = take(work, order, opposite, min(limit, opposite.sign * bound) if bound else limit)
        if is_canceled:
            return
        if order.leaves_qty:
            work.state.routing.aways[order.order_id].add(order)
        else:
            work.state.orders.finish(order)
        if instrument.care:
            settle(work, instrument)


def is_plain(order: Order) -> bool:
    """Tell that an order asks for nothing beyond the usual."""
    return order.special is None or wanted_of_market(order.special.instructions) is None


def leave(work: Work, away: Away) -> None:
    """Let an order go to our own book."""
    order = away.order
    away.special_status = ""
    if not away.is_accepted:
        away.is_accepted = True
        tell(work, away, ExecType.NEW)
    order.ord_status = status_of(away)
    order.take_off()
    to_book(work, order)


def to_book(work: Work, order: Order) -> None:
    """Bring an order that stands nowhere to our own book."""
    arrive(work, order)
    if order.instrument.care:
        settle(work, order.instrument)
