"""The way out: follows the journal from the cursor, and gives the requests of one venue to its FIX session.

A request is given to the session only when the core has made it for the line that is up now: behind the `VenueLink` in
the journal by which the core has heard of this logon. Else, and where the venue has no words for it, the core hears
that it was not sent: an order for a line that was lost must not go out later, when the core already asks what became of
it. Requests are handled one by one in the order of the journal, and each only once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import structlog

from tradsys_oms.core.commands import VenueLink, VenueRefusal
from tradsys_oms.core.events import VenueCancel, VenueOrder, VenueQuery, VenueReplace, VenueRequest
from tradsys_oms.journal.entries import decode_entry
from tradsys_oms.journal.reader import RawEntry, Tail
from tradsys_oms.venues.adapters.adapter import Adapter, Outgoing
from tradsys_oms.venues.adapters.errors import NotSendable
from tradsys_oms.venues.counters import Counters
from tradsys_oms.venues.cursor import Cursor
from tradsys_oms.venues.places import Place, place_text
from tradsys_oms.venues.resume import Resumption

ENTRIES_MAX: Final = 256
"""Entries of the journal in one step, so that the link hears in between what the daemon says."""
_REQUESTS: Final = (VenueOrder, VenueCancel, VenueReplace, VenueQuery)
_log: Final = structlog.get_logger("venues.outbox")


class Session(Protocol):
    """What takes messages."""

    def is_of_this_line(self, frame: int) -> bool:
        """Say whether it was in this frame that the core heard of the line that is up now."""

    def send(self, outgoing: Outgoing) -> bool:
        """Give a message to QuickFIX; False means that it was not taken and never leaves."""


class Outbox:
    """Requests of one venue. `report(command)` keeps a command for the core."""

    def __init__(
        self,
        venue: str,
        journal: Path,
        cursor: Cursor,
        adapter: Adapter,
        session: Session,
        report: Callable[[VenueRefusal], object],
        counters: Counters,
    ) -> None:
        self._venue, self._journal = venue, journal
        self._needle = venue.encode()
        self._cursor, self._adapter, self._session, self._report = cursor, adapter, session, report
        self._tail: Tail | None = None
        self._resumption = Resumption((0, 0))
        self._logon_frame = 0
        """The frame of the last `VenueLink` in the journal, 0 for a line that is down."""
        self._counters = counters

    def begin(self, resumption: Resumption) -> None:
        """Follow the journal from where the last life ended."""
        self._resumption = resumption
        self._cursor.begin(resumption.after)
        self._tail = Tail(self._journal, max(resumption.after[0] - 1, 0))

    def pump(self) -> bool:
        """Handle what is durable, a bounded number of entries; say whether there may be more."""
        assert self._tail is not None  # noqa: S101 - begin() comes first
        entries = self._tail.poll_raw(ENTRIES_MAX)
        for entry in entries:
            if self._needle in entry[2]:
                self._take(entry)
        return len(entries) == ENTRIES_MAX

    def close(self) -> None:
        """Let the journal go."""
        if self._tail is not None:
            self._tail.close()

    def _take(self, entry: RawEntry) -> None:
        seq, time_ns, payload = entry
        command, events = decode_entry(payload)
        if isinstance(command, VenueLink) and command.venue == self._venue:
            self._logon_frame = command.frame if command.is_logged_on else 0
        for index, event in enumerate(events):
            if isinstance(event, _REQUESTS) and event.venue == self._venue and (seq, index) > self._cursor.given:
                self._handle((seq, index), event, time_ns)

    def _handle(self, place: Place, request: VenueRequest, time_ns: int) -> None:
        if time_ns < self._resumption.doubtful_before_ns:
            self._counters.doubtful += 1
            _log.warning("request_in_doubt", venue=self._venue, place=place_text(place))
            self._cursor.move(place)
        elif fault := self._send(place, request):
            orig = "" if isinstance(request, VenueOrder | VenueQuery) else request.orig_clord_id
            text = place_text(place)
            self._report(VenueRefusal(self._venue, 0, text, orig, "unsent", "", -1, fault))
            self._cursor.move(place)
            self._counters.unsent += 1
            _log.info("request_unsent", venue=self._venue, place=text, reason=fault)

    def _send(self, place: Place, request: VenueRequest) -> str:
        """Send; gives why not, "" for sent."""
        if not self._session.is_of_this_line(self._logon_frame):
            return "the FIX session with the venue was not logged on"
        text = place_text(place)
        now_ns = time.time_ns()
        try:
            outgoing = self._adapter.encode(text, request, now_ns)
        except NotSendable as error:
            return str(error)
        self._cursor.intend(place)
        if not self._session.send(outgoing):
            return "the FIX session with the venue was lost at this moment"
        self._cursor.done()
        self._counters.sent += 1
        if not isinstance(request, VenueQuery):  # what answers that is named after the order
            self._counters.asked(text, now_ns)
        return ""
