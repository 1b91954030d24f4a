"""What goes on at other markets, for those on duty: a line in the log for each event that wants somebody's eye."""

from __future__ import annotations

from collections import Counter
from typing import Any

import structlog

from tradsys_oms.core.events import ChildInDoubt, ReportQuarantined, VenueChanged

log = structlog.get_logger(__name__)


class VenueAlerts:
    """Takes events that are durable; its counters, since the start of the daemon, may be read by other threads."""

    def __init__(self) -> None:
        self.quarantined: Counter[str] = Counter()
        """By venue."""

    def changed(self, event: VenueChanged, *_place: Any) -> None:
        """Say that a venue takes orders, or takes none any more."""
        report = log.info if event.is_up else log.error
        report("venue_up" if event.is_up else "venue_down", venue=event.venue, reason=event.reason)

    def quarantine(self, event: ReportQuarantined, *_place: Any) -> None:
        """Say that a venue has sent what can't be true."""
        self.quarantined[event.venue] += 1
        log.error(
            "report_quarantined",
            venue=event.venue,
            clord_id=event.clord_id,
            exec_id=event.exec_id,
            fault=event.fault,
        )

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
