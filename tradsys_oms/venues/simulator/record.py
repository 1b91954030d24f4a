"""The record: one JSON line for all that a proof needs to know of what reached the venue and what became of it.

Lines are written before the answers are sent, so what a killed simulator has said is in its record. `read_record` adds
a record up: how often each ClOrdID was received, and what each order has filled.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from tradsys_oms.venues.simulator.errors import SimulatorCannotStart


class Record:
    """Appends to a file; without a path it does nothing."""

    def __init__(self, path: Path | None) -> None:
        self._pending = bytearray()
        self._encoder = msgspec.json.Encoder()
        self._file = -1
        if path is not None:
            try:
                self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise SimulatorCannotStart(f"The record {path} can't be opened: {error.strerror}.") from error

    @property
    def is_kept(self) -> bool:
        """There is a file."""
        return self._file >= 0

    def note(self, event: str, **facts: object) -> None:
        """Note one line."""
        if self._file >= 0:
            self._encoder.encode_into({"event": event, **facts}, self._pending, -1)
            self._pending += b"\n"

    def write(self) -> None:
        """Write the lines of the batch."""
        if self._pending:
            os.write(self._file, self._pending)
            self._pending.clear()

    def close(self) -> None:
        """Write what is left and close the file."""
        self.write()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class Summary(Struct):
    """What a record adds up to."""

    received: Counter[str] = field(default_factory=Counter)
    """ClOrdID -> how often a request with it was received, possible duplicates included."""
    filled: dict[str, tuple[int, int]] = field(default_factory=dict)
    """First ClOrdID of an order -> quantity filled in 1e-8, and the sum of quantity times price in 1e-16."""
    ended: dict[str, str] = field(default_factory=dict)
    """First ClOrdID of an order -> OrdStatus in which it ended; orders that are open are not here."""
    event_count: Counter[str] = field(default_factory=Counter)


def read_record(path: Path) -> Summary:
    """Add a record up; a torn last line, of a killed simulator, is passed over."""
    summary = Summary()
    for line in path.read_bytes().split(b"\n")[:-1]:
        _add(summary, msgspec.json.decode(line))
    return summary


def _add(summary: Summary, entry: dict[str, Any]) -> None:
    summary.event_count[entry["event"]] += 1
    if entry["event"] == "received" and entry["clord_id"]:
        summary.received[entry["clord_id"]] += 1
    elif entry["event"] == "order":
        summary.filled[entry["order"]] = entry["cum_qty_e8"], int(entry["notional"])
        if entry["is_open"]:
            summary.ended.pop(entry["order"], None)
        else:
            summary.ended[entry["order"]] = entry["status"]
    elif entry["event"] == "lost":
        summary.filled.pop(entry["order"], None)
        summary.ended.pop(entry["order"], None)
