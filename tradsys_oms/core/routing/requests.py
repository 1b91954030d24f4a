"""Cancels and replaces of routed orders: they go to the venues, and wait there.

One that is chained on another that waits is passed on too, if the order has one child at a venue that takes replaces
(FIX Volume 4, D.2.a to D.2.d). Else a replace cancels all children, and what is left is routed anew.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import CancelOrder, ReplaceOrder
from tradsys_oms.core.events import Event
from tradsys_oms.core.fields import CxlRejReason, OrdStatus
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.core.requests.requests import Requests
from tradsys_oms.core.routing.away import Away, Pending
from tradsys_oms.core.routing.children import Child
from tradsys_oms.core.routing.placing import tell_if_at_once
from tradsys_oms.core.routing.reserving import reserve
from tradsys_oms.core.routing.sending import send_cancel, send_replace
from tradsys_oms.core.work import Work

PENDING_MAX: Final = 8
"""Requests about one order that may wait."""


def cancel(work: Work, requests: Requests, session: SessionState, away: Away, command: CancelOrder) -> list[Event]:
    """Ask the venues of an order to cancel it."""
    order = away.order
    if away.pending_cancel is not None or len(away.pending) >= PENDING_MAX:
        return [_already_pending(requests, session, order, command.clord_id)]
    pending = Pending(False, command.clord_id, session.session)
    _wait(order, away, pending)
    for child in away.living:
        send_cancel(work, child, pending)
    tell_if_at_once(work, away, pending)
    return work.events


def cancel_unasked(work: Work, away: Away, text: str) -> None:
    """Ask the venues of an order to cancel it, though nobody asked by message.

    Where that waits already, it goes again to those that have refused it or did not get it.
    """
    pending = away.pending_cancel
    if pending is None:
        pending = Pending(False, "", away.order.session, text)
        away.pending.append(pending)
    for child in away.living:
        send_cancel(work, child, pending)


def replace(
    work: Work,
    requests: Requests,
    session: SessionState,
    away: Away,
    command: ReplaceOrder,
    order_qty: int,
    price: int,
) -> list[Event]:
    """Ask the venues of an order to replace it."""
    order = away.order
    child = _only_child(work, away)
    if child is not None and order_qty <= order.cum_qty - child.cum_qty:
        child = None  # others have filled as much: there is nothing left that its venue could be asked for
    if child is None and order.level is None:
        text = f"Order {order.order_id} is filled"
        return [requests.refuse(session, order, command.clord_id, CxlRejReason.TOO_LATE, text)]
    if command.ex_destination not in ("", away.ex_destination):
        text = f"ExDestination of order {order.order_id} can't change to {command.ex_destination}"
        return [requests.refuse(session, order, command.clord_id, CxlRejReason.OTHER, text)]
    is_busy = away.pending_cancel is not None or any(pending.is_anew for pending in away.pending)
    if is_busy or len(away.pending) >= PENDING_MAX or (child is None and away.pending):
        return [_already_pending(requests, session, order, command.clord_id)]
    pending = Pending(
        True,
        command.clord_id,
        session.session,
        "",
        order_qty,
        price,
        command.time_in_force,
        command.instructions,
        is_anew=child is None,
    )
    _wait(order, away, pending)
    if child is not None:
        elsewhere = order.cum_qty - child.cum_qty
        send_replace(work, child, pending, order_qty - elsewhere)
    else:
        for living in away.living:
            send_cancel(work, living, pending)
    reserve(away)
    tell_if_at_once(work, away, pending)
    return work.events


def _only_child(work: Work, away: Away) -> Child | None:
    """Give the child that a replace can be passed on to, None if there is none, or more than one."""
    living = away.living
    if not living and away.order.ord_status == OrdStatus.FILLED:
        living = [child for child in away.children if child.ended_as == OrdStatus.FILLED]
    if len(living) != 1 or not work.state.routing.venues[living[0].venue].rules.can_replace:
        return None
    return living[0]


def _wait(order: Order, away: Away, pending: Pending) -> None:
    order.firm.clord_ids[pending.clord_id] = order
    away.pending.append(pending)


def _already_pending(requests: Requests, session: SessionState, order: Order, clord_id: str) -> Event:
    text = f"Order {order.order_id} has a cancel or replace pending already"
    return requests.refuse(session, order, clord_id, CxlRejReason.ALREADY_PENDING, text)
