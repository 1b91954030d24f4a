"""Entries of the journal as rows: what was asked, when, and what came of it. Hashes of passwords stay out."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec import structs

from tradsys_oms.core.commands import Command, EnterOrder
from tradsys_oms.fix.timestamps import utc_timestamp
from tradsys_oms.journal.entries import Entry

SECRET_FIELDS: Final = frozenset({"password_hash", "configured_hash"})
COLUMNS: Final = ("seq", "time", "command", "session", "details", "events")


def last_rows(entries: Iterable[Entry], session: str, command: str, limit: int) -> list[dict[str, Any]]:
    """Give the last `limit` entries of a session and of a kind of command, in order; "" stands for any."""
    return [_row(entry) for entry in deque(_wanted(entries, session, command), limit)]


def as_line(row: dict[str, Any]) -> dict[str, Any]:
    """Give a row as a table shows it: what only some commands have goes into one column, and events are counted."""
    details = (f"{key}={value}" for key, value in row.items() if key not in COLUMNS and value != "")
    kinds = (kind if count == 1 else f"{count} {kind}" for kind, count in Counter(row["events"]).items())
    return {key: row.get(key, "") for key in COLUMNS} | {"details": ", ".join(details), "events": ", ".join(kinds)}


def _wanted(entries: Iterable[Entry], session: str, command: str) -> Iterator[Entry]:
    for entry in entries:
        if session and _session_of(entry.command) != session:
            continue
        if not command or type(entry.command).__name__.lower() == command.lower():
            yield entry


def _row(entry: Entry) -> dict[str, Any]:
    fields = {
        name: "***" if name in SECRET_FIELDS and value else value for name, value in _fields(entry.command).items()
    }
    return {
        "seq": entry.seq,
        "time": utc_timestamp(entry.time_ns),
        "command": type(entry.command).__name__,
        **fields,
        "events": [type(event).__name__ for event in entry.events],
    }


def _fields(command: Command) -> dict[str, Any]:
    """Give the fields of a command by name; an order by telephone is shown as the order that it is."""
    if isinstance(command, EnterOrder):
        return structs.asdict(command.order) | {"text": command.text}
    return structs.asdict(command)


def _session_of(command: Command) -> str:
    return command.order.session if isinstance(command, EnterOrder) else getattr(command, "session", "")
