"""Replaces that a venue has accepted: those that wait for its answer, and those that seemed to be lost."""

from __future__ import annotations

from tradsys_oms.core.fields import ExecType, OrdStatus
from tradsys_oms.core.routing.believing import beside
from tradsys_oms.core.routing.children import Child, Request
from tradsys_oms.core.routing.placing import conclude, end_child, release, replaced
from tradsys_oms.core.routing.requests import cancel_unasked
from tradsys_oms.core.routing.reserving import reserve
from tradsys_oms.core.routing.telling import tell
from tradsys_oms.core.work import Work


def take_replace(work: Work, child: Child, clord_id: str, qty: int) -> None:
    """Give a child, and its order, the terms of a replace that the venue has accepted; `qty` is its quantity there."""
    away, order_qty = child.away, qty + beside(child)
    request = child.requests.pop(clord_id, None) or child.lost.pop(clord_id)
    pending = request.pending
    if pending is not None and pending in away.pending:
        _take_terms(work, child, clord_id, request, qty)
        replaced(work, away, pending, order_qty)
        killed = work.state.risk.killed(away.order.lane)
        if killed is not None and not child.ended_as and away.pending_cancel is None:
            cancel_unasked(work, away, killed)  # it was filled, and not open, when the kill switch was pulled
    elif child.ended_as in ("", OrdStatus.FILLED) and away.order.level in (None, away):
        _take_terms(work, child, clord_id, request, qty)
        _restate(work, child, order_qty)


def _take_terms(work: Work, child: Child, clord_id: str, request: Request, qty: int) -> None:
    child.is_accepted = True
    child.last_clord_id, child.price, child.order_qty = clord_id, request.price, qty
    child.leaves_qty = qty - child.cum_qty
    if child.leaves_qty and child.ended_as == OrdStatus.FILLED:
        child.ended_as = ""
        work.state.routing.living[child.venue][child.clord_id] = child
    elif not child.leaves_qty and not child.ended_as:
        end_child(work, child, OrdStatus.FILLED)
    release(work, child)


def _restate(work: Work, child: Child, order_qty: int) -> None:
    """Restate an order, whose broker was told that the replace had failed; if it has ended by then, it stays ended, and
    what works again at the venue is canceled.
    """
    away, order, orders = child.away, child.away.order, work.state.orders
    text = f"{child.venue} has accepted a replace that seemed to be lost"
    if away.ended_as:
        order.order_qty = max(order.order_qty, order_qty)
        tell(work, away, ExecType.RESTATED, text)
        if not child.ended_as:
            cancel_unasked(work, away, text)
        return
    order.order_qty, order.price = order_qty, child.price
    order.leaves_qty = order.order_qty - order.cum_qty
    if order.level is None and order.leaves_qty:
        away.add(order)
        orders.reopen(order)
    elif order.level is not None and not order.leaves_qty:
        order.take_off()
        orders.finish(order)
    reserve(away)
    tell(work, away, ExecType.RESTATED, text)
    conclude(work, away)
