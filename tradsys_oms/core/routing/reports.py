"""What an ExecutionReport of a venue does: to its child, to the broker's order, and to what waits.

What can't be true changes nothing and is kept for an operator (`quarantine`). A report that says again what is known is
passed over in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tradsys_oms.core.commands import VenueReport
from tradsys_oms.core.events import Event
from tradsys_oms.core.fields import ExecType, OrdStatus, Side
from tradsys_oms.core.routing import doubts
from tradsys_oms.core.routing.accepting import accepted
from tradsys_oms.core.routing.away import Returned
from tradsys_oms.core.routing.believing import fault_of, is_absorbed, lots, terms_of
from tradsys_oms.core.routing.children import Child, Line
from tradsys_oms.core.routing.fills import absorb, amend, catch_up, take_fill
from tradsys_oms.core.routing.frames import taken
from tradsys_oms.core.routing.lost import WAITING, lost_requests
from tradsys_oms.core.routing.notes import note_worse_price
from tradsys_oms.core.routing.placing import give_back
from tradsys_oms.core.routing.quarantine import quarantine
from tradsys_oms.core.routing.replacing import take_replace
from tradsys_oms.core.routing.restating import restate
from tradsys_oms.core.routing.telling import tell, tell_pending
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work

SIDES_SOLD: Final = (Side.SELL, Side.SELL_SHORT, Side.SELL_SHORT_EXEMPT)


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
        fault = ""
        if child is not None:
            fault = self._take(work, child, command)
        elif not is_status or command.leaves_qty_e8:
            fault = self._fault(command, None)
        if fault:
            work.events.append(quarantine(self._state, seq, command.venue, command.clord_id, command.exec_id, fault))
        if is_status and command.is_last_report:
            doubts.mass_answered(work, command.venue, command.req_id)
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
        terms = terms_of(child, command)
        fault = fault_of(child, command, terms)
        if fault:
            return fault
        if command.venue_order_id:
            child.venue_order_id = command.venue_order_id
        if not is_status and command.exec_id:
            child.seen[command.exec_id] = contents
        is_decided = not child.requests
        is_held = command.exec_type in WHEN_HELD or (is_status and terms.replace)
        if is_held and not child.is_accepted and not child.ended_as:
            accepted(work, child)
        if terms.replace:
            take_replace(work, child, terms.replace, terms.child_qty)
            if command.exec_type == ExecType.REPLACED:
                _caught_up(work, child, command)
        EFFECTS[command.exec_type](work, child, command)
        if child.is_given_up and not (child.requests or is_decided):
            child.is_given_up = False  # nothing is left that an operator has to decide
        return ""

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


def _caught_up(work: Work, child: Child, command: VenueReport) -> None:
    """Fill in what a report that is no fill shows more of."""
    cum_qty = lots(child, command.cum_qty_e8)
    if cum_qty > child.cum_qty:
        note_worse_price(work, child, command.avg_px_e8 // child.away.order.instrument.tick_e8)
        catch_up(work, child, cum_qty, command.avg_px_e8)


def _nothing(work: Work, child: Child, command: VenueReport) -> None:
    """What it says of acceptance is all. Pending New is only told in answer to a status request, or when the order
    goes out (R10).
    """


def _filled(work: Work, child: Child, command: VenueReport) -> None:
    if is_absorbed(child, command):
        absorb(child, command)
        return
    qty, px = lots(child, command.last_qty_e8), command.last_px_e8 // child.away.order.instrument.tick_e8
    child.venue_cum_qty = max(child.venue_cum_qty, lots(child, command.cum_qty_e8))
    note_worse_price(work, child, px)
    take_fill(work, child, qty, px, command.exec_id)
    if child.venue_cum_qty > child.cum_qty and not child.ended_as:
        work.state.routing.doubts.setdefault(child.clord_id, work.time_ns)  # one before it has not come


def _amended(work: Work, child: Child, command: VenueReport) -> None:
    is_bust = command.exec_type == ExecType.TRADE_CANCEL
    qty = 0 if is_bust else lots(child, command.last_qty_e8)
    px = command.last_px_e8 // child.away.order.instrument.tick_e8 if qty else 0
    if qty:
        note_worse_price(work, child, px, child.fills[command.exec_ref_id].px)
    amend(work, child, command, qty, px)


def _gone(work: Work, child: Child, command: VenueReport) -> None:
    """Canceled, Expired, Rejected: the child works no more."""
    if child.ended_as:
        return
    has_more = lots(child, command.cum_qty_e8) > child.cum_qty
    if not child.is_accepted and (has_more or (command.exec_type != ExecType.REJECTED and not child.away.pending)):
        accepted(work, child)
    _caught_up(work, child, command)
    if child.ended_as:
        return
    restatement = command.restatement_reason
    give_back(work, child, Returned(command.exec_type, command.text, command.reason, restatement))


def _pending_request(work: Work, child: Child, command: VenueReport) -> None:
    """A venue's own pending report: told once."""
    request = child.requests.get(command.clord_id)
    if request is not None and not child.away.ended_as:
        for pending in child.away.waiting_for(request):
            tell_pending(work, child.away, pending)


def _done_for_day(work: Work, child: Child, command: VenueReport) -> None:
    """The day is over at the venue: for good, with nothing left, or until the next day."""
    if child.ended_as:
        return
    _caught_up(work, child, command)
    if child.ended_as:
        return
    away = child.away
    if command.leaves_qty_e8 or len(away.living) > 1:
        away.special_status = OrdStatus.DONE_FOR_DAY
        tell(work, away, ExecType.DONE_FOR_DAY, command.text)
    else:
        give_back(work, child, Returned(OrdStatus.DONE_FOR_DAY, command.text))


def _special_status(work: Work, child: Child, command: VenueReport) -> None:
    """Stopped, with what is guaranteed, or suspended."""
    if child.ended_as:
        return
    away, qty = child.away, lots(child, command.last_qty_e8)
    px = max(command.last_px_e8 // away.order.instrument.tick_e8, 0)
    away.special_status = command.exec_type
    tell(work, away, command.exec_type, command.text, last_qty=qty, last_px=px)


def _triggered(work: Work, child: Child, command: VenueReport) -> None:
    if not child.ended_as:
        tell(work, child.away, ExecType.TRIGGERED, command.text)


WHEN_HELD: Final = (
    ExecType.NEW,
    ExecType.TRADE,
    ExecType.DONE_FOR_DAY,
    ExecType.STOPPED,
    ExecType.SUSPENDED,
    ExecType.TRIGGERED,
    ExecType.RESTATED,
)
"""What a venue says of an order that it has accepted."""
ENDED: Final = (OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED, OrdStatus.DONE_FOR_DAY)


def _status(work: Work, child: Child, command: VenueReport) -> None:
    """The answer to a status request is the truth about what was in doubt."""
    cum_qty, ord_status = lots(child, command.cum_qty_e8), command.ord_status
    if ord_status == OrdStatus.REJECTED and not cum_qty and not child.is_accepted:
        doubts.never_arrived(work, child, command.text)
        return
    asked = child.asked_by(command.req_id)
    _answer(work, child, command, ord_status, asked)
    doubts.answered(work, child, asked)


def _answer(work: Work, child: Child, command: VenueReport, ord_status: str, asked: tuple[str, ...]) -> None:
    """Bring a child to what its venue says it is; `asked` is what the answer tells about."""
    _arrived(child, asked, ord_status, work.state.routing.venues[child.venue].line)
    has_accepted = ord_status not in WAITING or command.cum_qty_e8 > 0
    if has_accepted and not child.is_accepted and not child.ended_as:
        accepted(work, child)
    _caught_up(work, child, command)
    if child.ended_as:
        lost_requests(work, child, asked, ord_status)
        return
    if ord_status in ENDED and not (ord_status == OrdStatus.DONE_FOR_DAY and command.leaves_qty_e8):
        give_back(work, child, Returned(ord_status, command.text, command.reason, command.restatement_reason))
    elif ord_status not in (OrdStatus.PENDING_CANCEL, OrdStatus.PENDING_REPLACE):
        lost_requests(work, child, asked, ord_status)


def _arrived(child: Child, asked: tuple[str, ...], ord_status: str, line: Line) -> None:
    """Take the doubt from requests that the venue says are waiting there."""
    for key in asked:
        request = child.requests.get(key)
        if request is not None and request.kind in WAITING.get(ord_status, ()):
            request.is_doubted, request.is_waiting, request.line = False, True, line


EFFECTS: Final[dict[str, Callable[[Work, Child, VenueReport], None]]] = {
    ExecType.NEW: _nothing,
    ExecType.PENDING_NEW: _nothing,
    ExecType.TRADE: _filled,
    ExecType.TRADE_CANCEL: _amended,
    ExecType.TRADE_CORRECT: _amended,
    ExecType.CANCELED: _gone,
    ExecType.EXPIRED: _gone,
    ExecType.REJECTED: _gone,
    ExecType.PENDING_CANCEL: _pending_request,
    ExecType.PENDING_REPLACE: _pending_request,
    ExecType.REPLACED: _nothing,
    ExecType.DONE_FOR_DAY: _done_for_day,
    ExecType.STOPPED: _special_status,
    ExecType.SUSPENDED: _special_status,
    ExecType.TRIGGERED: _triggered,
    ExecType.RESTATED: restate,
    ExecType.ORDER_STATUS: _status,
}
"""What each ExecType (150) does beyond what it says of the order's acceptance."""
