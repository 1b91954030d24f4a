"""Quarantine: messages of venues that can't be true change nothing, and are kept for an operator to look at."""

from __future__ import annotations

from tradsys_oms.core.events import ReportQuarantined
from tradsys_oms.core.state import State


def quarantine(state: State, seq: int, venue: str, clord_id: str, exec_id: str, fault: str) -> ReportQuarantined:
    """Keep that the command `seq` brought something that can't be true, `fault` as a sentence; give the event of it.

    The message itself is in that command; beyond `QUARANTINE_MAX` the oldest is forgotten.
    """
    event = ReportQuarantined(venue, clord_id, exec_id, fault)
    state.routing.quarantine.append((seq, event))
    state.routing.quarantined += 1
    return event
