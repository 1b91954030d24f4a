"""What goes on at other markets, for those on duty: a line in the log for each event that wants somebody's eye.

A venue that has gone mad must not fill the disk: of reports in quarantine, and of notes, a few lines a second are
logged, and the next line says how many had none.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import structlog

from tradsys_oms.core.events import ChildInDoubt, ReportQuarantined, VenueChanged, VenueNoted

LINES_PER_S: Final = 10

log = structlog.get_logger(__name__)


class VenueAlerts:
    """Takes events that are durable; its counters, since the start of the daemon, may be read by other threads."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self.quarantined: Counter[str] = Counter()
        """By venue."""
        self.noted: Counter[tuple[str, str]] = Counter()
        """By venue and kind."""
        self._clock_s = clock_s
        self._second = 0
        self._lines = 0
        """In this second."""
        self._unlogged = 0

    def changed(self, event: VenueChanged, *_place: Any) -> None:
        """Say that a venue takes orders, or takes none any more."""
        report = log.info if event.is_up else log.error
        report("venue_up" if event.is_up else "venue_down", venue=event.venue, reason=event.reason)

    def quarantine(self, event: ReportQuarantined, *_place: Any) -> None:
        """Say that a venue has sent what can't be true."""
        self.quarantined[event.venue] += 1
        self._say("report_quarantined", event.venue, event.clord_id, exec_id=event.exec_id, fault=event.fault)

    def note(self, event: VenueNoted, *_place: Any) -> None:
        """Say that a venue has done what was not to be expected of it."""
        self.noted[event.venue, event.kind] += 1
        self._say(f"venue_{event.kind}", event.venue, event.clord_id, order_id=event.order_id, text=event.text)

    def _say(self, what: str, venue: str, clord_id: str, **facts: Any) -> None:
        """Log one of what may come in any number."""
        second = int(self._clock_s())
        if second != self._second:
            self._second, self._lines = second, 0
        self._lines += 1
        if self._lines > LINES_PER_S:
            self._unlogged += 1
            return
        unlogged, self._unlogged = self._unlogged, 0
        log.error(what, venue=venue, clord_id=clord_id, **facts, more_before=unlogged)

    def doubt(self, event: ChildInDoubt, *_place: Any) -> None:
        """Say that an operator has to decide what became of an order."""
        log.critical(
            "order_in_doubt",
            venue=event.venue,
            clord_id=event.clord_id,
            order_id=event.order_id,
            text=event.text,
            next_step=f"tradsys order resolve {event.clord_id}",
        )
