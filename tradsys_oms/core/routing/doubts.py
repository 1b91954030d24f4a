"""Orders in flight: what is in doubt when a line goes, how it is asked for when it comes back, and who decides then.

Nothing in doubt is ever sent again. The truth is what the venue says; where it says nothing, an operator does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import AskVenue, GiveUpAsking, ResolveChild
from tradsys_oms.core.events import ChildInDoubt, Event, Refused, VenueQuery
from tradsys_oms.core.fields import OrdRejReason, OrdStatus
from tradsys_oms.core.requests.mass_requests import begin
from tradsys_oms.core.routing.accepting import accepted
from tradsys_oms.core.routing.away import Pending, Returned
from tradsys_oms.core.routing.believing import Terms, fault_of_sum
from tradsys_oms.core.routing.children import CANCEL, Child, Line
from tradsys_oms.core.routing.fills import catch_up
from tradsys_oms.core.routing.lost import lost_requests
from tradsys_oms.core.routing.placing import give_back
from tradsys_oms.core.routing.routing import Routing
from tradsys_oms.core.routing.sending import note_asked, place_of_next, send_cancel, send_query
from tradsys_oms.core.routing.venues import Venue
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work

NOT_RECEIVED: Final = "not_received"
ENDED: Final = "ended"
WORKING: Final = "working"
OUTCOMES: Final = (NOT_RECEIVED, ENDED, WORKING)
RECONNECTED: Final = "Canceled because the line to the venue was lost"


def line_lost(work: Work, venue: Venue) -> None:
    """What is not answered is in doubt from now on, and nothing is asked any more before the line is back."""
    venue.line.is_lost = True
    venue.line = Line()
    waiting, name = work.state.mass_requests, venue.rules.venue
    for request in [each for each in waiting if isinstance(each, AsksLeft) and each.venue == name]:
        waiting.remove(request)


def line_back(work: Work, venue: Venue) -> None:
    """Ask for all that works at a venue; and cancel what was to be canceled, or all of it if that is the policy."""
    name, venue.mass_query = venue.rules.venue, ""
    living = tuple(work.state.routing.living.get(name, {}).values())
    canceled = living if venue.rules.on_reconnect == "cancel" else ()
    if venue.rules.can_mass_status and len(living) > 1:
        venue.mass_query = place_of_next(work)
        work.events.append(VenueQuery(name, "", "", "", "", "", ""))
        begin(work, AsksLeft(name, (), canceled, living, venue.mass_query))
    else:
        begin(work, AsksLeft(name, living, canceled))


class AsksLeft:
    """Children of a venue that are still to be asked for, those that are to be canceled, and those for which it has to
    be noted that the mass status request `query` asks about them.
    """

    session = ""

    def __init__(
        self,
        venue: str,
        asked: Iterable[Child],
        canceled: Iterable[Child],
        noted: Iterable[Child] = (),
        query: str = "",
    ) -> None:
        self.venue = venue
        self._asked = deque(asked)
        self._canceled = deque(canceled)
        self._noted = deque(noted)
        self._query = query

    @property
    def is_done(self) -> bool:
        """All are asked for."""
        return not (self._noted or self._asked or self._canceled)

    def go_on(self, work: Work) -> list[Order]:
        """Note, ask and cancel while there is room; no instrument of ours is touched by that."""
        while self._noted and work.has_room:
            work.orders += 1
            child = self._noted.popleft()
            if child.requests or not child.ended_as:
                note_asked(work, child, self._query)
        while self._asked and work.has_room:
            work.orders += 1
            child = self._asked.popleft()
            if child.requests or not child.ended_as:
                send_query(work, child)
        while self._canceled and work.has_room:
            work.orders += 1
            child = self._canceled.popleft()
            if not child.ended_as and child.away.pending_cancel is None:
                pending = Pending(False, "", child.away.order.session, RECONNECTED)
                child.away.pending.append(pending)
                for living in child.away.living:
                    send_cancel(work, living, pending)
        return []

    def row(self) -> tuple[Any, ...]:
        """Give all that it knows."""
        waiting = [[child.clord_id for child in left] for left in (self._noted, self._asked, self._canceled)]
        return ("venue asks", self.venue, self._query, *waiting)


def answered(work: Work, child: Child, about: tuple[str, ...]) -> None:
    """A venue has said what a child is; a cancel that nobody asked for by message goes out again.

    Doubt may be left about requests that the answer does not tell about, which are those that are not in `about`: one
    that does not say which question it answers counts for the oldest one. Then the venue is asked again, so that
    questions that got lost delay what is believed, but only by as many answers. What it says is waiting there is left.
    """
    if not child.is_in_doubt:
        work.state.routing.doubts.pop(child.clord_id, None)
    elif any(request.is_in_doubt and key not in about for key, request in child.requests.items()):
        send_query(work, child)
    child.is_given_up = False
    pending = child.away.pending_cancel
    if pending is not None and not pending.clord_id and not child.ended_as:
        pending.is_unsent = False
        send_cancel(work, child, pending)


def mass_answered(work: Work, venue: str, req_id: str) -> None:
    """The answer to a mass status request is complete: ask by name for what was in doubt and not in it.

    Once for each that was asked: some venues call each answer to a single request the last one, too.
    """
    routing = work.state.routing
    asked = routing.venues[venue].mass_query
    if not asked or req_id not in ("", asked):
        return
    routing.venues[venue].mass_query = ""
    begin(work, AsksLeft(venue, [child for child in routing.living.get(venue, {}).values() if child.is_in_doubt], ()))


def never_arrived(work: Work, child: Child, text: str) -> None:
    """A venue does not know a child: it was never received, and its quantity goes on."""
    if child.ended_as:
        return
    text = text or f"{child.venue} does not know the order"
    give_back(work, child, Returned(OrdStatus.REJECTED, text, OrdRejReason.OTHER))


class Doubts:
    """Handles AskVenue, GiveUpAsking and ResolveChild."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._routing: Routing = state.routing

    def fault_of_asking(self, command: AskVenue | GiveUpAsking) -> str | None:
        """Say why an order at a venue can't be asked for, None if it can."""
        child = self._routing.children.get(command.clord_id)
        if child is None or child.clord_id != command.clord_id:
            return f"No order at a venue is named {command.clord_id}."
        if child.ended_as and not child.requests:
            return f"Order {command.clord_id} at {child.venue} has ended."
        return None

    def ask(self, seq: int, time_ns: int, command: AskVenue) -> list[Event]:
        """Ask for the state of a child; what is not answered is in doubt."""
        fault = self.fault_of_asking(command)
        if fault is not None:
            return [Refused(fault)]
        work, child = Work(self._state, seq, time_ns), self._routing.children[command.clord_id]
        for request in child.requests.values():
            request.is_doubted = True
        send_query(work, child)
        return work.events

    def give_up(self, seq: int, time_ns: int, command: GiveUpAsking) -> list[Event]:
        """Leave the decision about a child to an operator."""
        fault = self.fault_of_asking(command)
        if fault is not None:
            return [Refused(fault)]
        child = self._routing.children[command.clord_id]
        self._routing.doubts.pop(child.clord_id, None)
        child.is_given_up = True
        return [ChildInDoubt(child.venue, child.clord_id, child.away.order.order_id, command.text)]

    def fault_of_resolution(self, command: ResolveChild) -> str | None:
        """Say why an operator can't decide like this about a child, None if he can."""
        child = self._routing.children.get(command.clord_id)
        if child is None:
            return f"No order at a venue is named {command.clord_id}."
        if child.ended_as and not child.requests:
            return (
                f"Order {command.clord_id} at {child.venue} has ended as {child.ended_as}: nothing is left to decide."
            )
        if not (child.is_in_doubt or child.is_given_up):
            return f"Order {command.clord_id} at {child.venue} is not in doubt: cancel it instead."
        return _fault_of_outcome(child, command)

    def resolve(self, seq: int, time_ns: int, command: ResolveChild) -> list[Event]:
        """Take an operator's word for what became of a child."""
        fault = self.fault_of_resolution(command)
        if fault is not None:
            return [Refused(fault)]
        work, child = Work(self._state, seq, time_ns), self._routing.children[command.clord_id]
        if command.outcome != NOT_RECEIVED and not child.is_accepted:
            accepted(work, child)
        cum_qty = command.cum_qty_e8 // child.away.order.instrument.lot_e8
        if cum_qty > child.cum_qty:
            catch_up(work, child, cum_qty, command.avg_px_e8)
        if child.ended_as or command.outcome == WORKING:
            self._stays(work, child)
            return work.events
        ended_as = OrdStatus.REJECTED if command.outcome == NOT_RECEIVED else OrdStatus.CANCELED
        give_back(work, child, Returned(ended_as, command.reason))
        return work.events

    def _stays(self, work: Work, child: Child) -> None:
        """A child is as it is known to be: what is not answered came to nothing."""
        about = tuple(child.requests)
        for request in child.requests.values():
            request.is_doubted = True
        lost_requests(work, child, about)
        answered(work, child, about)


def _fault_of_outcome(child: Child, command: ResolveChild) -> str | None:
    if command.outcome not in OUTCOMES:
        return f"There is no outcome {command.outcome}: outcomes are {', '.join(OUTCOMES)}."
    instrument = child.away.order.instrument
    cum_qty = command.cum_qty_e8 // instrument.lot_e8
    if command.cum_qty_e8 % instrument.lot_e8:
        return "CumQty is no multiple of the lot."
    if cum_qty < child.cum_qty or cum_qty > child.order_qty:
        return f"CumQty must be from {child.cum_qty} lots, which are known, to {child.order_qty}, which were sent."
    if command.outcome == NOT_RECEIVED and (cum_qty or child.is_accepted):
        return f"{child.venue} has received the order: it has accepted it, or filled some of it."
    if cum_qty > child.cum_qty and command.avg_px_e8 <= 0:
        return "What was filled needs its average price."
    terms = Terms(child.order_qty, child.away.order.order_qty, "")
    return fault_of_sum(child, cum_qty, command.avg_px_e8, terms) or None


def cancels_out(child: Child) -> bool:
    """Tell that a cancel of a child is out."""
    return any(request.kind == CANCEL for request in child.requests.values())
