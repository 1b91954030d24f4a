"""What an ExecutionReport of a venue does: to its child, to the broker's order, and to what waits.

What can't be true changes nothing and is kept for an operator (`quarantine`). A report that says again what is known is
passed over in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tradsys_oms.core.book.special import Special
from tradsys_oms.core.commands import VenueReport
from tradsys_oms.core.events import Detail, Event
from tradsys_oms.core.fields import CxlRejReason, ExecRestatementReason, ExecType, OrdStatus, Side
from tradsys_oms.core.routing import doubts
from tradsys_oms.core.routing.away import Pending, Returned
from tradsys_oms.core.routing.children import CANCEL, NEW, REPLACE, Child
from tradsys_oms.core.routing.fills import (
    absorbed,
    amend,
    catch_up,
    fault_of_amendment,
    fault_of_fill,
    take_fill,
)
from tradsys_oms.core.routing.frames import taken
from tradsys_oms.core.routing.placing import conclude, end_child, give_back, release, replaced, reserve
from tradsys_oms.core.routing.quarantine import quarantine
from tradsys_oms.core.routing.telling import tell, tell_pending
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work

SIDES_SOLD: Final = (Side.SELL, Side.SELL_SHORT, Side.SELL_SHORT_EXEMPT)
UNDER_NEW_TERMS: Final = (ExecType.TRADE, ExecType.CANCELED, ExecType.EXPIRED, ExecType.DONE_FOR_DAY, ExecType.RESTATED)
"""What a venue only says under the ClOrdID of a replace when it has accepted that: its report of it is lost."""
GT_CORPORATE_ACTION: Final = 0
"""ExecRestatementReason (378)."""


class VenueReports:
    """Handles VenueReport."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._routing = state.routing

    def apply(self, seq: int, time_ns: int, command: VenueReport) -> list[Event]:
        """Take a report, or keep it where it can't be true."""
        venue = self._routing.venues.get(command.venue)
        if venue is None or not taken(venue, command.frame):
            return []
        work = Work(self._state, seq, time_ns)
        child = self._routing.children.get(command.clord_id) or self._routing.children.get(command.orig_clord_id)
        is_status = command.exec_type == ExecType.ORDER_STATUS
        if child is not None or not is_status or command.leaves_qty_e8:
            fault = self._fault(command, child) if child is None else self._take(work, child, command)
            if fault:
                work.events.append(
                    quarantine(self._state, seq, command.venue, command.clord_id, command.exec_id, fault)
                )
        if is_status and command.is_last_report:
            doubts.mass_answered(work, command.venue)
        return work.events

    def _take(self, work: Work, child: Child, command: VenueReport) -> str:
        """Do what a report does; say why it can't be true, "" if it can, or has come before."""
        fault = self._fault(command, child)
        if fault:
            return fault
        is_status = command.exec_type == ExecType.ORDER_STATUS
        before, contents = child.seen.get(command.exec_id), (command.exec_type, command.last_qty_e8, command.last_px_e8)
        if before is not None and not is_status:
            return "" if before == contents else f"ExecID {command.exec_id} came before with other contents"
        sent = child.requests.get(command.clord_id)
        if sent is not None and sent.kind == REPLACE and command.exec_type in UNDER_NEW_TERMS:
            take_replace(work, child, command.clord_id, _lots(child, command.order_qty_e8))
        if command.venue_order_id:
            child.venue_order_id = command.venue_order_id
        fault = EFFECTS[command.exec_type](work, child, command)
        if not (fault or is_status) and command.exec_id:
            child.seen[command.exec_id] = contents
        return fault

    def _fault(self, command: VenueReport, child: Child | None) -> str:
        """Say why a report can't be true by itself, "" if it can."""
        if child is None:
            return f"Unknown order: ClOrdID {command.clord_id or 'missing'}"
        order, instrument = child.away.order, child.away.order.instrument
        if child.venue != command.venue:
            return f"ClOrdID {command.clord_id} is an order at {child.venue}"
        if command.symbol not in ("", order.symbol):
            return f"Symbol {command.symbol} of an order in {order.symbol}"
        if command.side and not _is_side(command.side, order.side):
            return f"Side {command.side} of an order with Side {order.side}"
        if command.exec_type not in EFFECTS:
            return f"ExecType {command.exec_type} is not known"
        quantities = (command.order_qty_e8, command.cum_qty_e8, command.leaves_qty_e8, command.last_qty_e8)
        if any(qty_e8 % instrument.lot_e8 or qty_e8 < 0 for qty_e8 in quantities):
            return "A quantity is below 0 or no multiple of the lot"
        is_execution = command.exec_type in (ExecType.TRADE, ExecType.TRADE_CORRECT)
        if is_execution and command.last_px_e8 % instrument.tick_e8:
            return "LastPx is no multiple of the tick"
        return ""


def _is_side(told: str, side: str) -> bool:
    return told == side or (told in SIDES_SOLD and side in SIDES_SOLD)


def _lots(child: Child, qty_e8: int) -> int:
    return qty_e8 // child.away.order.instrument.lot_e8


def accepted(work: Work, child: Child) -> None:
    """Note that a venue has an order; the broker is told New once."""
    away = child.away
    child.is_accepted = True
    for key in [key for key, request in child.requests.items() if request.kind == NEW]:
        del child.requests[key]
    if not away.is_accepted:
        away.is_accepted = True
        tell(work, away, ExecType.NEW)


def _caught_up(work: Work, child: Child, command: VenueReport) -> str:
    """Fill in what a report that is no fill shows more of; say why its CumQty can't be, "" if it can."""
    cum_qty = _lots(child, command.cum_qty_e8)
    child.venue_cum_qty = max(child.venue_cum_qty, cum_qty)
    if cum_qty > child.order_qty:
        return f"CumQty of {cum_qty} lots is more than the {child.order_qty} that were sent"
    if cum_qty > child.cum_qty:
        catch_up(work, child, cum_qty, command.avg_px_e8)
    return ""


def _new(work: Work, child: Child, command: VenueReport) -> str:
    if not child.is_accepted and not child.ended_as:
        accepted(work, child)
    return ""


def _pending_new(work: Work, child: Child, command: VenueReport) -> str:
    """R10: Pending New is only told in answer to a status request, or when the order goes out."""
    return ""


def _filled(work: Work, child: Child, command: VenueReport) -> str:
    instrument = child.away.order.instrument
    qty, px = _lots(child, command.last_qty_e8), command.last_px_e8 // instrument.tick_e8
    if child.unnamed_qty and absorbed(child, command, qty):
        return ""
    fault = fault_of_fill(child, command, qty, px)
    if fault:
        return fault
    if not child.is_accepted and not child.ended_as:
        accepted(work, child)
    child.venue_cum_qty = max(child.venue_cum_qty, _lots(child, command.cum_qty_e8))
    take_fill(work, child, qty, px, command.exec_id)
    if child.venue_cum_qty > child.cum_qty and not child.ended_as:
        work.state.routing.doubts.setdefault(child.clord_id, work.time_ns)  # one before it has not come
    return ""


def _amended(work: Work, child: Child, command: VenueReport) -> str:
    is_bust = command.exec_type == ExecType.TRADE_CANCEL
    qty = 0 if is_bust else _lots(child, command.last_qty_e8)
    px = 0 if is_bust else command.last_px_e8 // child.away.order.instrument.tick_e8
    fault = fault_of_amendment(child, command, qty, px)
    if not fault:
        amend(work, child, command, qty, px)
    return fault


def _gone(work: Work, child: Child, command: VenueReport) -> str:
    """Canceled, Expired, Rejected: the child works no more."""
    if child.ended_as:
        return ""
    fault = _caught_up(work, child, command)
    if fault or child.ended_as:
        return fault
    if command.exec_type != ExecType.REJECTED and not child.is_accepted and not child.away.pending:
        accepted(work, child)
    restatement = command.restatement_reason
    give_back(work, child, Returned(command.exec_type, command.text, command.reason, restatement))
    return ""


def _pending_request(work: Work, child: Child, command: VenueReport) -> str:
    """A venue's own pending report: told once."""
    pending = _pending_of(child, command)
    if pending is not None:
        tell_pending(work, child.away, pending)
    return ""


def _pending_of(child: Child, command: VenueReport) -> Pending | None:
    request = child.requests.get(command.clord_id)
    return request.pending if request is not None else None


def _replaced(work: Work, child: Child, command: VenueReport) -> str:
    request = child.requests.get(command.clord_id)
    if request is None or request.kind != REPLACE or request.pending is None:
        return ""  # it was taken before
    fault = _caught_up(work, child, command)
    if fault:
        return fault
    take_replace(work, child, command.clord_id, _lots(child, command.order_qty_e8))
    return ""


def take_replace(work: Work, child: Child, clord_id: str, qty: int) -> None:
    """Give a child, and its order, the terms of a replace that the venue has accepted; `qty` 0: as asked for."""
    away, request = child.away, child.requests.pop(clord_id)
    pending = request.pending
    if pending is None:
        return
    child.is_accepted = away.is_accepted = True
    child.last_clord_id = clord_id
    child.order_qty = max(qty or request.order_qty, child.cum_qty)
    child.price = request.price
    child.leaves_qty = child.order_qty - child.cum_qty
    if child.leaves_qty and child.ended_as == OrdStatus.FILLED:
        child.ended_as = ""
        work.state.routing.living[child.venue][child.clord_id] = child
    elif not child.leaves_qty and not child.ended_as:
        end_child(work, child, OrdStatus.FILLED)
    release(work, child)
    elsewhere = away.order.cum_qty - child.cum_qty
    replaced(work, away, pending, child.order_qty + elsewhere)


def _done_for_day(work: Work, child: Child, command: VenueReport) -> str:
    """The day is over at the venue: for good, with nothing left, or until the next day."""
    fault = _caught_up(work, child, command)
    if fault or child.ended_as:
        return fault
    away = child.away
    if command.leaves_qty_e8 or len(away.living) > 1:
        away.special_status = OrdStatus.DONE_FOR_DAY
        tell(work, away, ExecType.DONE_FOR_DAY, command.text)
    else:
        give_back(work, child, Returned(OrdStatus.DONE_FOR_DAY, command.text))
    return ""


def _special_status(work: Work, child: Child, command: VenueReport) -> str:
    """Stopped, with what is guaranteed, or suspended."""
    if child.ended_as:
        return ""
    away, instrument = child.away, child.away.order.instrument
    away.special_status = command.exec_type
    qty, px = _lots(child, command.last_qty_e8), command.last_px_e8 // instrument.tick_e8
    tell(work, away, command.exec_type, command.text, last_qty=qty, last_px=px)
    return ""


def _triggered(work: Work, child: Child, command: VenueReport) -> str:
    if not child.ended_as:
        tell(work, child.away, ExecType.TRIGGERED, command.text)
    return ""


def _restated(work: Work, child: Child, command: VenueReport) -> str:
    """Restated by the venue, unasked: quantity, price, the start of a day, or all quantities by a split (H.1.b)."""
    away, order = child.away, child.away.order
    reason, instrument = command.restatement_reason, order.instrument
    cum_qty, order_qty = _lots(child, command.cum_qty_e8), _lots(child, command.order_qty_e8)
    if child.ended_as:
        return ""
    if reason == GT_CORPORATE_ACTION and cum_qty != child.cum_qty:
        order.cum_qty += cum_qty - child.cum_qty
        child.cum_qty = child.venue_cum_qty = cum_qty
    elif cum_qty != child.cum_qty:
        return f"CumQty of {cum_qty} lots where {child.cum_qty} are known"
    if order_qty < cum_qty:
        return f"OrderQty of {order_qty} lots is less than CumQty"
    order.order_qty += order_qty - child.order_qty
    child.order_qty, child.leaves_qty = order_qty, order_qty - cum_qty
    order.leaves_qty = order.order_qty - order.cum_qty
    if command.price_e8 and not command.price_e8 % instrument.tick_e8:
        child.price = order.price = command.price_e8 // instrument.tick_e8
    if reason in (ExecRestatementReason.GT_RENEWAL, GT_CORPORATE_ACTION):
        _renew(work, child)
    reserve(away)
    detail = Detail(restatement_reason=reason) if reason >= 0 else None
    tell(work, away, ExecType.RESTATED, command.text, detail=detail)
    return ""


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


WAITING: Final = {
    OrdStatus.PENDING_NEW: (NEW,),
    OrdStatus.PENDING_CANCEL: (NEW, CANCEL),
    OrdStatus.PENDING_REPLACE: (NEW, REPLACE),
}
"""Requests that a venue has where it says that they wait. The order itself may not be accepted yet (B.1.d)."""
ENDED: Final = (OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED, OrdStatus.DONE_FOR_DAY)


def _status(work: Work, child: Child, command: VenueReport) -> str:
    """The answer to a status request is the truth about what was in doubt."""
    cum_qty, ord_status = _lots(child, command.cum_qty_e8), command.ord_status
    if ord_status == OrdStatus.REJECTED and not cum_qty and not child.is_accepted:
        doubts.never_arrived(work, child, command.text)
        return ""
    if cum_qty < child.cum_qty:
        return f"CumQty of {cum_qty} lots where {child.cum_qty} are known"
    fault = _answer(work, child, command, ord_status)
    if fault:
        return fault
    doubts.answered(work, child)
    return ""


def _answer(work: Work, child: Child, command: VenueReport, ord_status: str) -> str:
    """Bring a child to what its venue says it is."""
    asked = child.asked_by(command.req_id)
    sent = child.requests.get(command.clord_id)
    _arrived(child, asked, ord_status)
    has_accepted = ord_status not in WAITING or command.cum_qty_e8 > 0
    if has_accepted and not child.is_accepted and not child.ended_as:
        accepted(work, child)
    if sent is not None and sent.kind == REPLACE and ord_status != OrdStatus.PENDING_REPLACE:
        take_replace(work, child, command.clord_id, _lots(child, command.order_qty_e8))
    fault = _caught_up(work, child, command)
    if child.ended_as:
        _lost_requests(work, child, asked)
    if fault or child.ended_as:
        return fault
    is_over = ord_status in ENDED and not (ord_status == OrdStatus.DONE_FOR_DAY and command.leaves_qty_e8)
    if is_over:
        give_back(work, child, Returned(ord_status, command.text, command.reason, command.restatement_reason))
        return ""
    if ord_status not in (OrdStatus.PENDING_CANCEL, OrdStatus.PENDING_REPLACE):
        _lost_requests(work, child, asked)
    return ""


def _arrived(child: Child, asked: tuple[str, ...], ord_status: str) -> None:
    """Take the doubt from requests that the venue says are waiting there."""
    for key in asked:
        request = child.requests.get(key)
        if request is not None and request.kind in WAITING.get(ord_status, ()):
            request.is_in_doubt = False


def _lost_requests(work: Work, child: Child, asked: tuple[str, ...]) -> None:
    """Cancels and replaces that were in doubt when the venue was asked, and it shows no sign of, did not arrive."""
    away = child.away
    for key in [key for key, request in child.requests.items() if request.is_in_doubt and key in asked]:
        request = child.requests.pop(key)
        if request.pending is not None:
            text = f"The request did not reach {child.venue}"
            refuse(request.pending, CxlRejReason.OTHER, text, is_unsent=True)
    release(work, child)
    conclude(work, away)


def refuse(pending: Pending, reason: int, text: str, *, is_unsent: bool = False) -> None:
    """Note that a request came to nothing at one venue; `conclude` says so when no other venue has it still.

    A cancel that nobody asked for by message, and that never left, stays: it goes out again when the line is back.
    """
    pending.reason, pending.refusal = reason, text
    pending.is_unsent = is_unsent and not pending.clord_id


EFFECTS: Final[dict[str, Callable[[Work, Child, VenueReport], str]]] = {
    ExecType.NEW: _new,
    ExecType.PENDING_NEW: _pending_new,
    ExecType.TRADE: _filled,
    ExecType.TRADE_CANCEL: _amended,
    ExecType.TRADE_CORRECT: _amended,
    ExecType.CANCELED: _gone,
    ExecType.EXPIRED: _gone,
    ExecType.REJECTED: _gone,
    ExecType.PENDING_CANCEL: _pending_request,
    ExecType.PENDING_REPLACE: _pending_request,
    ExecType.REPLACED: _replaced,
    ExecType.DONE_FOR_DAY: _done_for_day,
    ExecType.STOPPED: _special_status,
    ExecType.SUSPENDED: _special_status,
    ExecType.TRIGGERED: _triggered,
    ExecType.RESTATED: _restated,
    ExecType.ORDER_STATUS: _status,
}
"""What each ExecType (150) does; gives why it can't be, "" if it was done."""
