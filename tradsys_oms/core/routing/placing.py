"""Where a routed order goes: to venues by its route, on to the next ones with what comes back, and to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.book.asking import make_special
from tradsys_oms.core.commands import PLAIN, Instructions
from tradsys_oms.core.events import Detail
from tradsys_oms.core.fields import CxlRejReason, ExecInst, ExecType, OrdRejReason, OrdStatus, TimeInForce
from tradsys_oms.core.routing.away import Away, Pending, Returned
from tradsys_oms.core.routing.children import CANCEL
from tradsys_oms.core.routing.own_book import is_plain, leave, take_book
from tradsys_oms.core.routing.planning import Asked, Plan, plan
from tradsys_oms.core.routing.reserving import reserve
from tradsys_oms.core.routing.sending import send_order
from tradsys_oms.core.routing.telling import tell, tell_done, tell_pending, tell_refused
from tradsys_oms.core.work import Work

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order
    from tradsys_oms.core.commands import Route
    from tradsys_oms.core.routing.children import Child

NEXT = "next"
END_TYPES = {
    OrdStatus.REJECTED: ExecType.REJECTED,
    OrdStatus.CANCELED: ExecType.CANCELED,
    OrdStatus.EXPIRED: ExecType.EXPIRED,
    OrdStatus.DONE_FOR_DAY: ExecType.DONE_FOR_DAY,
}


def asked_of(order: Order, qty: int, ex_destination: str, asked: Instructions | None = None) -> Asked:
    """Give an order as routes see it, with the quantity that is to be placed; `asked` are the instructions of one that
    does not have them yet.
    """
    if order.special is not None:
        asked = order.special.instructions
    is_whole = asked is not None and (asked.min_qty_e8 > 0 or ExecInst.ALL_OR_NONE in asked.exec_inst)
    return Asked(
        order.symbol,
        order.member,
        order.session,
        order.account,
        ex_destination,
        order.side,
        order.ord_type,
        order.time_in_force,
        qty,
        order.price,
        order.instrument.lot_e8,
        is_whole,
        asked is not None and ExecInst.POST_ONLY in asked.exec_inst,
    )


def enter(work: Work, order: Order, route: Route, first: Plan, ex_destination: str) -> None:
    """Send a new order, which stands in the table of orders already, where its route says."""
    routing = work.state.routing
    away = routing.aways[order.order_id] = Away(order, route, ex_destination)
    away.add(order)
    order.ord_status = OrdStatus.PENDING_NEW
    parts = first.parts
    if first.takes_book:
        away.is_accepted = True
        order.ord_status = OrdStatus.NEW
        tell(work, away, ExecType.NEW)
        take_book(work, order)
        if order.level is None:
            return
        parts = _planned(work, away, order.leaves_qty).parts
    elif routing.venues[parts[0][0]].rules.pending_reports == "at_once":
        tell(work, away, ExecType.PENDING_NEW)
    for venue, qty in parts:
        send_order(work, away, venue, qty)
    if not parts:
        conclude(work, away)


def _planned(work: Work, away: Away, qty: int) -> Plan:
    return plan(work.state.routing, away.route, asked_of(away.order, qty, away.ex_destination), away.tried)


def end_child(work: Work, child: Child, ord_status: str) -> None:
    """Let a child end: it works no more."""
    child.ended_as = ord_status
    child.leaves_qty = 0
    release(work, child)


def release(work: Work, child: Child) -> None:
    """Leave a child alone that has ended, and of which nothing is left to be answered."""
    if child.ended_as and not child.requests:
        routing = work.state.routing
        routing.living[child.venue].pop(child.clord_id, None)
        routing.doubts.pop(child.clord_id, None)


def give_back(work: Work, child: Child, returned: Returned) -> None:
    """Let a child end without a fill for what it had left; that goes on as the route says."""
    away = child.away
    is_asked_for = any(request.kind == CANCEL for request in child.requests.values())
    child.requests.clear()
    end_child(work, child, returned.ord_status)
    away.returned = returned
    if not (is_asked_for and returned.ord_status == OrdStatus.CANCELED):
        away.tried.append(child.venue)
    if _goes_on(work, away):
        qty = away.order.leaves_qty - away.working_qty
        parts = _planned(work, away, qty).parts if qty > 0 else ()
        for venue, part in parts:
            send_order(work, away, venue, part)
    conclude(work, away)


def _goes_on(work: Work, away: Away) -> bool:
    """Tell that what has come back goes on by the route."""
    is_refused = away.returned.ord_status == OrdStatus.REJECTED
    policy = away.route.on_refused if is_refused else away.route.on_unfilled
    return policy == NEXT and not _is_over(work, away)


def _goes_to_book(work: Work, away: Away) -> bool:
    """Tell that no venue is up, and the rest of an order goes to our own book by its route. One with instructions does
    not: whether our book can do what it asks for was not looked at when it came.
    """
    order = away.order
    return is_plain(order) and _goes_on(work, away) and _planned(work, away, order.leaves_qty).takes_book


def _is_over(work: Work, away: Away) -> bool:
    """Tell that nothing more of an order may be sent."""
    order = away.order
    if order.level is not away or away.pending or (order.time_in_force == TimeInForce.FOK and order.cum_qty):
        return True
    return work.state.risk.killed(order.lane) is not None


def conclude(work: Work, away: Away) -> None:
    """Do what is due when something has come back: nothing while a child works, else the order ends or goes anew."""
    order = away.order
    _answer_refused(work, away)
    if order.level is not away or away.living or away.is_replacing:
        return
    waiting = away.pending_cancel
    anew = next((pending for pending in away.pending if pending.is_anew), None)
    if waiting is not None:
        _end(work, away, OrdStatus.CANCELED, waiting)
    elif anew is not None:
        _route_anew(work, away, anew)
    elif _goes_to_book(work, away):
        leave(work, away)
    else:
        returned = away.returned
        is_rejected = returned.ord_status == OrdStatus.REJECTED
        was_held = any(child.is_accepted and child.ended_as != OrdStatus.REJECTED for child in away.children)
        is_canceled = is_rejected and (was_held or order.cum_qty > 0)
        _end(work, away, OrdStatus.CANCELED if is_canceled else returned.ord_status, None)


def _answer_refused(work: Work, away: Away) -> None:
    """Refuse what all venues have refused, and what comes too late because the order is filled."""
    if away.order.level is not None and not away.living:
        return
    is_filled = away.order.level is None
    is_over = is_filled and not away.living
    settled = [pending for pending in away.pending if not away.is_out(pending)]
    answered = [pending for pending in settled if is_over or not pending.is_unsent]
    away.pending = [pending for pending in away.pending if pending not in answered]
    for pending in answered:
        if is_filled:
            text = pending.refusal or f"Order {away.order.order_id} is filled"
            tell_refused(work, away, pending, max(pending.reason, CxlRejReason.TOO_LATE), text)
        else:
            tell_refused(work, away, pending, pending.reason, pending.refusal)
    if answered:
        reserve(away)
        if all(pending.is_anew for pending in answered):
            _place_again(work, away)


def _place_again(work: Work, away: Away) -> None:
    """Send what venues have given back for a replace that another one has refused where the route says now: the order
    stands as it was. For a cancel that was refused by some nothing is sent again: its sender wanted less, not more.
    """
    qty = away.order.leaves_qty - away.working_qty
    if qty <= 0 or _is_over(work, away):
        return
    for venue, part in _planned(work, away, qty).parts:
        send_order(work, away, venue, part)


def _end(work: Work, away: Away, ord_status: str, waiting: Pending | None) -> None:
    """End an order that is not filled, and answer all that waits."""
    order, returned = away.order, away.returned
    others = [pending for pending in away.pending if pending is not waiting]
    away.pending.clear()
    away.ended_as, away.special_status = ord_status, ""
    order.take_off()
    order.leaves_qty = 0
    if waiting is not None:
        tell_done_and_finish(work, away, waiting)
    else:
        work.state.orders.finish(order)
        detail = Detail(restatement_reason=returned.restatement_reason) if returned.restatement_reason >= 0 else None
        is_rejected = ord_status == OrdStatus.REJECTED
        reason = (returned.reason if returned.reason >= 0 else OrdRejReason.OTHER) if is_rejected else -1
        tell(work, away, END_TYPES[ord_status], returned.text, reason=reason, detail=detail)
    for pending in others:
        tell_refused(work, away, pending, CxlRejReason.TOO_LATE, f"Order {order.order_id} has ended")


def tell_done_and_finish(work: Work, away: Away, waiting: Pending) -> None:
    """Report a cancel that was asked for as done; the order is finished under its last ClOrdID."""
    tell_done(work, away, waiting, ExecType.CANCELED)
    work.state.orders.finish(away.order)


def _route_anew(work: Work, away: Away, pending: Pending) -> None:
    """Give an order whose children are all gone its new terms, and place what is left of it."""
    away.tried.clear()
    if replaced(work, away, pending, pending.order_qty):
        return
    killed = work.state.risk.killed(away.order.lane)
    planned = _planned(work, away, away.order.leaves_qty)
    parts = planned.parts if killed is None else ()
    if planned.takes_book and killed is None and is_plain(away.order):
        leave(work, away)
        return
    for venue, qty in parts:
        send_order(work, away, venue, qty)
    if not parts:
        away.returned = Returned(OrdStatus.CANCELED, killed or planned.fault or "No venue is up")
        conclude(work, away)


def replaced(work: Work, away: Away, pending: Pending, order_qty: int) -> bool:
    """Give an order the terms of a replace that was accepted; tell whether it has ended by that (C.3.b, C.3.c)."""
    order, orders = away.order, work.state.orders
    away.pending.remove(pending)
    order.order_qty = max(order_qty, order.cum_qty)
    order.leaves_qty = order.order_qty - order.cum_qty
    order.price = pending.price
    order.time_in_force = pending.time_in_force
    _take_instructions(work, order, pending)
    away.special_status, away.is_accepted = "", True
    if order.level is None and order.leaves_qty:
        away.add(order)
        orders.reopen(order)
    tell_done(work, away, pending, ExecType.REPLACED)
    if order.level is not None and not order.leaves_qty:
        order.take_off()
        orders.finish(order)
        return True
    reserve(away)
    return not order.leaves_qty


def _take_instructions(work: Work, order: Order, pending: Pending) -> None:
    """Give an order the instructions of a replace; its days stay as they are."""
    old, asked = order.special, pending.instructions
    if old is None and asked is None:
        return
    special = make_special(asked or PLAIN, order.instrument, order.firm, work.seq, pending.price)
    if old is not None:
        special.take_origin(old)
        special.day_start_seq = old.day_start_seq
        special.day_start_cum_qty = old.day_start_cum_qty
        special.day_start_notional = old.day_start_notional
    order.special = None if special.is_nothing else special


def tell_if_at_once(work: Work, away: Away, pending: Pending) -> None:
    """Report a request as pending when it goes out, where the venue's policy says so."""
    venues = work.state.routing.venues
    if any(venues[child.venue].rules.pending_reports == "at_once" for child in away.living or away.children[-1:]):
        tell_pending(work, away, pending)
