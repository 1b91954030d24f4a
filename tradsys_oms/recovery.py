"""At start the journal is replayed into the core; when a session comes, reports that its store lacks are found again.

A kill between "durable" and "stored" leaves reports that were promised and never numbered, and so does a session that
was not in the configuration when its orders traded. They are made again from their events, which the journal has, and
go to the store of their session, from where the broker gets them at its next logon.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Internal, Reported
from tradsys_oms.errors import TradsysError
from tradsys_oms.journal.entries import Entry
from tradsys_oms.journal.reader import read_entries

Place = tuple[int, int]
"""Of an event: sequence of its record, index in the record. It is the ExecID of the report made from it."""


class Replayed(NamedTuple):
    """What the journal's past leaves for its future."""

    last_reports: dict[str, Place]
    """Place of the last report of each session."""
    last_time_ns: int
    """Time of the last record: later ones may not be earlier, whatever the clock says."""


class ReplayDiffers(TradsysError):
    """The journal's commands give other events than the journal's: this build is not the one that may run it."""


def replay(engine: Engine, entries: Iterable[Entry]) -> Replayed:
    """Apply the journal's commands to an empty core.

    Raises `ReplayDiffers` when a command's events are not those that were journaled with it.
    """
    last_reports: dict[str, Place] = {}
    last_time_ns = 0
    apply = engine.apply
    for entry in entries:
        events = tuple(apply(entry.seq, entry.time_ns, entry.command))
        if events != entry.events:
            raise ReplayDiffers(
                f"Replaying journal record {entry.seq} gives other events than it holds: this build decides "
                f"differently than the one that wrote it. Start that build, or move the state directory away."
            )
        last_time_ns = entry.time_ns
        for index, event in enumerate(events):
            if not isinstance(event, Internal):
                last_reports[event.session] = (entry.seq, index)
    return Replayed(last_reports, last_time_ns)


def undelivered(
    directory: Path, last_reports: Mapping[str, Place], stored: Mapping[str, Place]
) -> Iterator[tuple[Entry, int, Reported]]:
    """Find the reports, up to the last one of each session, that were released and are in no store, in sequence.

    `stored` gives for each session the place of the last report in its store; a reset counts as a place, because what
    was before it has no number any more.
    """
    missing = {
        session: (place, last_reports[session])
        for session, place in stored.items()
        if session in last_reports and place < last_reports[session]
    }
    if not missing:
        return
    first_seq = min(place[0] for place, _ in missing.values())
    last_seq = max(last[0] for _, last in missing.values())
    for entry in read_entries(directory, after_seq=max(0, first_seq - 1)):
        if entry.seq > last_seq:
            return
        for index, event in enumerate(entry.events):
            if not isinstance(event, Internal) and event.session in missing:
                place, last = missing[event.session]
                if place < (entry.seq, index) <= last:
                    yield entry, index, event
