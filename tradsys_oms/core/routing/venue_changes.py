"""What changes whether a venue takes orders: the configuration, its line, and bars."""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import BarVenue, SetVenue, VenueLink
from tradsys_oms.core.events import Event, Refused, VenueChanged
from tradsys_oms.core.routing import doubts
from tradsys_oms.core.routing.frames import taken
from tradsys_oms.core.routing.venues import Venue
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work

PENDING_REPORTS: Final = ("at_once", "of_venue")
ON_RECONNECT: Final = ("keep", "cancel")
BARS: Final = ("operator", "breaker")


class VenueChanges:
    """Handles SetVenue, VenueLink and BarVenue; each time that a venue goes up or down gives a VenueChanged."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._routing = state.routing

    def fault_of_venue(self, command: SetVenue) -> str | None:
        """Say why a venue can't be added or changed like this, None if it can."""
        name = command.venue
        if not name:
            return "A venue needs a name."
        if command.pending_reports not in PENDING_REPORTS:
            return f"Pending reports of venue {name} are at_once or of_venue, not {command.pending_reports}."
        if command.on_reconnect not in ON_RECONNECT:
            return f"Orders at venue {name} are kept or canceled at a reconnect, not {command.on_reconnect}."
        if command.is_drop_copy and self._routing.living.get(name):
            return f"Venue {name} has open orders: it can't become one that only tells about executions."
        return None

    def set_venue(self, seq: int, time_ns: int, command: SetVenue) -> list[Event]:
        """Add or change a venue; what is open there stays."""
        fault = self.fault_of_venue(command)
        if fault is not None:
            return [Refused(fault)]
        venue = self._routing.venues.get(command.venue)
        if venue is None:
            self._routing.venues[command.venue] = Venue(command, seq)
            return []
        was_up = venue.is_up
        venue.adopt(command)
        return _changed(venue, was_up, "enabled by the configuration")

    def fault_of_link(self, command: VenueLink) -> str | None:
        """Say that nobody knows the venue, None if somebody does."""
        return None if command.venue in self._routing.venues else f"Unknown venue {command.venue}."

    def link(self, seq: int, time_ns: int, command: VenueLink) -> list[Event]:
        """Note that the line of a venue is there, or is gone; what it told about prices is gone with it.

        What is out there is in doubt when the line is lost, and asked for when it is back. A line that comes back
        without having gone was lost unseen.
        """
        venue = self._routing.venues.get(command.venue)
        if venue is None:
            return [Refused(f"Unknown venue {command.venue}.")]
        if not taken(venue, command.frame):
            return []
        work, was_up = Work(self._state, seq, time_ns), venue.is_up
        is_lost = venue.is_logged_on or not command.is_logged_on
        venue.is_logged_on, venue.reason, venue.address = command.is_logged_on, command.reason, command.address
        work.events += _changed(venue, was_up, command.reason)
        if is_lost:
            venue.quotes.clear()
            doubts.line_lost(work, venue)
        if command.is_logged_on:
            doubts.line_back(work, venue)
        return work.events

    def fault_of_bar(self, command: BarVenue) -> str | None:
        """Say why a venue can't be barred or freed like this, None if it can."""
        venue = self._routing.venues.get(command.venue)
        if venue is None:
            return f"Unknown venue {command.venue}."
        if command.kind not in BARS:
            return f"A venue is barred by {' or '.join(BARS)}, not by {command.kind}."
        if not command.is_barred and command.kind not in venue.bars:
            return f"Venue {command.venue} is not barred by {command.kind}."
        return None

    def bar(self, seq: int, time_ns: int, command: BarVenue) -> list[Event]:
        """Let a venue get no new orders for a reason, or no more for that."""
        fault = self.fault_of_bar(command)
        if fault is not None:
            return [Refused(fault)]
        venue = self._routing.venues[command.venue]
        was_up = venue.is_up
        if command.is_barred:
            venue.bars[command.kind] = command.reason
        else:
            del venue.bars[command.kind]
        return _changed(venue, was_up, command.reason)


def _changed(venue: Venue, was_up: bool, why_up: str) -> list[Event]:
    """Say that a venue has gone up or down, if it has."""
    if venue.is_up == was_up:
        return []
    return [VenueChanged(venue.rules.venue, venue.is_up, why_up if venue.is_up else venue.why_down())]
