"""Restatements by venues, unasked: another quantity or price, the start of a day, a split (FIX Volume 4, E and H)."""

from __future__ import annotations

from tradsys_oms.core.book.special import Special
from tradsys_oms.core.commands import VenueReport
from tradsys_oms.core.events import Detail
from tradsys_oms.core.fields import ExecRestatementReason, ExecType, OrdStatus
from tradsys_oms.core.routing.believing import GT_CORPORATE_ACTION, lots
from tradsys_oms.core.routing.children import Child
from tradsys_oms.core.routing.fills import catch_up
from tradsys_oms.core.routing.placing import conclude, end_child
from tradsys_oms.core.routing.reserving import reserve
from tradsys_oms.core.routing.telling import tell
from tradsys_oms.core.work import Work


def restate(work: Work, child: Child, command: VenueReport) -> None:
    """Restated by the venue, unasked: quantity, price, the start of a day, or all quantities by a split (H.1.b)."""
    if child.ended_as:
        return
    away, order = child.away, child.away.order
    if command.restatement_reason != GT_CORPORATE_ACTION and lots(child, command.cum_qty_e8) > child.cum_qty:
        catch_up(work, child, lots(child, command.cum_qty_e8), command.avg_px_e8)
        if child.ended_as:
            return
    reason, instrument = command.restatement_reason, order.instrument
    cum_qty, order_qty = lots(child, command.cum_qty_e8), lots(child, command.order_qty_e8)
    order.cum_qty += cum_qty - child.cum_qty
    order.order_qty += order_qty - child.order_qty
    child.venue_cum_qty = max(child.venue_cum_qty + cum_qty - child.cum_qty, cum_qty)
    child.cum_qty, child.order_qty, child.leaves_qty = cum_qty, order_qty, order_qty - cum_qty
    if order.level is away:
        order.leaves_qty = order.order_qty - order.cum_qty
    if command.price_e8:
        child.price = order.price = command.price_e8 // instrument.tick_e8
    if reason in (ExecRestatementReason.GT_RENEWAL, GT_CORPORATE_ACTION):
        _renew(work, child)
    if not child.leaves_qty:
        end_child(work, child, OrdStatus.FILLED)
    if order.level is away and not order.leaves_qty:
        order.take_off()
        work.state.orders.finish(order)
    reserve(away)
    detail = Detail(restatement_reason=reason) if reason >= 0 else None
    tell(work, away, ExecType.RESTATED, command.text, detail=detail)
    conclude(work, away)


def _renew(work: Work, child: Child) -> None:
    """Begin another day of an order that is good for more than one."""
    away, order = child.away, child.away.order
    away.special_status = ""
    special = order.special
    if special is None:
        special = order.special = Special()
    special.day_start_seq = work.seq
    special.day_start_cum_qty = order.cum_qty
    special.day_start_notional = order.cum_notional
