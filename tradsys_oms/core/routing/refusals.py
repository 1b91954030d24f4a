"""Requests to venues that came to nothing: refused there, or never sent."""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import VenueRefusal
from tradsys_oms.core.events import Event
from tradsys_oms.core.fields import CxlRejReason, OrdRejReason, OrdStatus
from tradsys_oms.core.routing import doubts
from tradsys_oms.core.routing.away import Returned
from tradsys_oms.core.routing.children import CANCEL, NEW, Child
from tradsys_oms.core.routing.frames import taken
from tradsys_oms.core.routing.lost import refuse
from tradsys_oms.core.routing.notes import note_refused_cancel
from tradsys_oms.core.routing.placing import conclude, give_back, release
from tradsys_oms.core.routing.quarantine import quarantine
from tradsys_oms.core.routing.sending import send_query
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work

UNSENT: Final = "unsent"
UNKNOWN: Final = "unknown"


class VenueRefusals:
    """Handles VenueRefusal."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._routing = state.routing

    def apply(self, seq: int, time_ns: int, command: VenueRefusal) -> list[Event]:
        """Take a refusal, or keep it where it can't be true."""
        venue = self._routing.venues.get(command.venue)
        if venue is None or not taken(venue, command.frame):
            return []
        children = self._routing.children
        child = children.get(command.clord_id) or children.get(command.orig_clord_id)
        if child is None or child.venue != command.venue:
            if command.kind == UNSENT:
                return []  # a status request: it is asked again when the line is back
            fault = f"A refusal of a request that was never made: ClOrdID {command.clord_id or 'missing'}"
            return [quarantine(self._state, seq, command.venue, command.clord_id, "", fault)]
        request = child.requests.get(command.clord_id)
        if command.kind == "cancel" and request is not None and request.kind == NEW:
            fault = f"An OrderCancelReject that names a new order: ClOrdID {command.clord_id}"
            return [quarantine(self._state, seq, command.venue, command.clord_id, "", fault)]
        work = Work(self._state, seq, time_ns)
        if command.kind == UNKNOWN:
            _unknown(work, child, command)
        else:
            _refused(work, child, command)
        return work.events


def _unknown(work: Work, child: Child, command: VenueRefusal) -> None:
    """A venue does not know an order; one that it has accepted before is a case for an operator."""
    if not child.is_accepted:
        doubts.never_arrived(work, child, command.text)


def _refused(work: Work, child: Child, command: VenueRefusal) -> None:
    request = child.requests.pop(command.clord_id, None)
    release(work, child)
    if request is None:
        return  # it was answered before
    if not child.requests:
        child.is_given_up = False  # nothing is left that an operator has to decide
    if request.kind == NEW:
        give_back(work, child, Returned(OrdStatus.REJECTED, command.text, OrdRejReason.OTHER))
        return
    reason = command.reason if command.kind == "cancel" and command.reason >= 0 else CxlRejReason.OTHER
    is_unsent = command.kind == UNSENT
    if request.kind == CANCEL and not is_unsent:
        note_refused_cancel(work, child, child.away.waiting_for(request), command.text)
    refuse(child.away, request, reason, command.text, is_unsent=is_unsent)
    if command.kind == "cancel" and command.reason == CxlRejReason.UNKNOWN_ORDER and not child.ended_as:
        send_query(work, child)
    if command.kind == "cancel" and command.reason == CxlRejReason.TOO_LATE and not child.ended_as:
        work.state.routing.doubts.setdefault(child.clord_id, work.time_ns)  # what has ended it has not come
    conclude(work, child.away)
