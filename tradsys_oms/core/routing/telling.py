"""What the broker is told about a routed order: execution reports with the status that ranks highest now."""

from __future__ import annotations

from msgspec import structs

from tradsys_oms.core.events import CancelRejected, Detail
from tradsys_oms.core.fields import CxlRejReason, CxlRejResponseTo, ExecType, OrdStatus
from tradsys_oms.core.reports import report
from tradsys_oms.core.routing.away import Away, Pending
from tradsys_oms.core.routing.statuses import status_of
from tradsys_oms.core.work import Work


def tell(
    work: Work,
    away: Away,
    exec_type: str,
    text: str = "",
    *,
    reason: int = -1,
    detail: Detail | None = None,
    last_qty: int = 0,
    last_px: int = 0,
) -> None:
    """Report the state of an order to the session that entered it, under its last accepted ClOrdID; to nobody
    where that session belongs to another member now.
    """
    order = away.order
    order.ord_status = status_of(away)
    session = work.state.sessions.told_of(order)
    told = report(order, session, order.clord_id, "", exec_type, text, reason, detail=detail)
    if exec_type == ExecType.NEW:
        told = structs.replace(told, ord_status=OrdStatus.NEW)  # also while a cancel is pending (B.1.d)
    if last_qty:
        told = structs.replace(told, last_qty=last_qty, last_px=last_px)
    work.events.append(told)


def tell_fill(work: Work, away: Away, qty: int, px: int, detail: Detail) -> None:
    """Report a fill at a venue; it is a trade with one side, whose place is its own."""
    order = away.order
    order.ord_status = status_of(away)
    told = report(order, work.state.sessions.told_of(order), order.clord_id, "", ExecType.TRADE, detail=detail)
    work.events.append(structs.replace(told, last_qty=qty, last_px=px, trade_index=len(work.events)))


def tell_pending(work: Work, away: Away, pending: Pending) -> None:
    """Report that a request is pending, once, and not when it was answered already because its order has ended.

    A replace that was chained on one that is pending too shows the quantity that it will find if that is accepted
    (D.2.b).
    """
    if pending.is_reported or pending not in away.pending:
        return
    before = [other for other in away.pending[: away.pending.index(pending)] if other.is_replace and other.is_reported]
    pending.is_reported = True
    order = away.order
    order.ord_status = status_of(away)
    if not pending.clord_id:
        session = work.state.sessions.told_of(order)
        work.events.append(report(order, session, order.clord_id, "", ExecType.PENDING_CANCEL, pending.text))
        return
    exec_type = ExecType.PENDING_REPLACE if pending.is_replace else ExecType.PENDING_CANCEL
    told = report(order, pending.session, pending.clord_id, order.clord_id, exec_type)
    if pending.is_replace and before:
        order_qty = before[-1].order_qty
        told = structs.replace(told, order_qty=order_qty, leaves_qty=max(order_qty - order.cum_qty, 0))
    work.events.append(told)


def tell_done(work: Work, away: Away, pending: Pending, exec_type: str) -> None:
    """Report that a request was accepted, under its ClOrdID, which is the order's from now on."""
    order, orders = away.order, work.state.orders
    order.ord_status = status_of(away)
    if not pending.clord_id:
        session = work.state.sessions.told_of(order)
        work.events.append(report(order, session, order.clord_id, "", exec_type, pending.text))
        return
    previous = orders.rename(order, pending.clord_id)
    work.events.append(report(order, pending.session, pending.clord_id, previous, exec_type))
    if pending.session != order.session:
        over = f"{'Replaced' if pending.is_replace else 'Canceled'} over session {pending.session}"
        work.events.append(report(order, order.session, pending.clord_id, previous, exec_type, over))


def tell_refused(work: Work, away: Away, pending: Pending, reason: int, text: str) -> None:
    """Report that a request was refused; its ClOrdID is used up, the order stands."""
    order, state = away.order, work.state
    order.ord_status = status_of(away)
    if not pending.clord_id:
        return
    state.orders.use(order.firm, pending.clord_id, order)
    state.reject_count += 1
    work.events.append(
        CancelRejected(
            pending.session,
            order.member,
            order.order_id,
            pending.clord_id,
            order.clord_id,
            order.ord_status,
            CxlRejResponseTo.ORDER_CANCEL_REPLACE_REQUEST
            if pending.is_replace
            else CxlRejResponseTo.ORDER_CANCEL_REQUEST,
            reason if reason >= 0 else CxlRejReason.OTHER,
            text,
        )
    )
