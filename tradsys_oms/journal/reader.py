"""Reading the journal from any process: everything that is durable, in order, and nothing that is not.

A reader never looks behind the writer's durable mark (`mark`). Where there is no mark it reads up to the last valid
seal. Every record's CRC and sequence is checked on the way; the chain of digests is `verify`'s business.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from tradsys_oms.journal.entries import Entry, decode_entry
from tradsys_oms.journal.errors import JournalDamaged, JournalUnavailable
from tradsys_oms.journal.limit import DurableLimit, Limit
from tradsys_oms.journal.records import (
    CRC,
    CRC_BYTES,
    ENTRY,
    HEADER,
    HEADER_BYTES,
    OVERHEAD_BYTES,
    PAYLOAD_BYTES_MAX,
    SEAL,
    SEGMENT,
)
from tradsys_oms.journal.seek import offset_before
from tradsys_oms.journal.segments import list_segments, read_head
from tradsys_oms.journal.window import Window

_POLL_ENTRIES: Final = 512
"""More entries at a time than the processor's cache holds are read at half the speed."""

RawEntry: TypeAlias = tuple[int, int, bytes]
"""Sequence, time in nanoseconds, payload."""


class Tail:
    """Follow a journal: each `poll` gives what has become durable since the last one.

    Raise JournalDamaged where durable bytes are wrong, JournalUnavailable where files can't be read.
    """

    def __init__(self, directory: Path, after_seq: int = 0) -> None:
        self.next_seq = after_seq + 1
        self._directory = directory
        self._limit = DurableLimit(directory)
        self._window: Window | None = None
        self._journal_id = b""

    def poll(self, max_entries: int) -> list[Entry]:
        """Give the next entries, at most `max_entries`; [] if there are none yet."""
        entries: list[Entry] = []
        seq = 0
        try:
            for seq, time_ns, payload in self.poll_raw(max_entries):
                command, events = decode_entry(payload)
                entries.append(Entry(seq, time_ns, command, events))
        except msgspec.MsgspecError as error:
            what = f"this program doesn't know the entry's format ({error})"
            raise JournalDamaged(str(self._directory), 0, seq, what) from error
        return entries

    def poll_raw(self, max_entries: int) -> list[RawEntry]:
        """Do what `poll` does, without decoding the payloads."""
        limit = self._limit.read(self.next_seq - 1)
        found: list[RawEntry] = []
        if limit is None:
            return found
        while len(found) < max_entries and self.next_seq <= limit.seq:
            window = self._open(limit)
            if not self._take(window, found, max_entries) and not window.fill():
                self._leave(window, limit)
        return found

    def close(self) -> None:
        """Let the files go."""
        self._limit.close()
        if self._window is not None:
            self._window.close()
            self._window = None

    def _open(self, limit: Limit) -> Window:
        """Give the window on the segment of `next_seq`, bounded by what is durable."""
        if self._window is None:
            segments = [item for item in list_segments(self._directory) if item[0] <= self.next_seq]
            if not segments:
                raise JournalDamaged(
                    str(self._directory), 0, self.next_seq, f"no segment holds sequence {self.next_seq}"
                )
            first_seq, path = segments[-1]
            self._check_head(path)
            self._window = Window(path, first_seq, offset_before(path, first_seq, self.next_seq))
        self._window.bound(limit.offset if self._window.first_seq == limit.segment else None)
        return self._window

    def _leave(self, window: Window, limit: Limit) -> None:
        """Go from the end of a segment to the one that follows it."""
        following = [first_seq for first_seq, _ in list_segments(self._directory) if first_seq > window.first_seq]
        if window.rest or window.first_seq >= limit.segment or not following or following[0] != self.next_seq:
            raise JournalDamaged(
                window.path.name, window.offset, self.next_seq, f"sequence {self.next_seq} is not where it must be"
            )
        window.close()
        self._window = None

    def _check_head(self, path: Path) -> None:
        head = read_head(path)
        if head is None or head.journal_id != (self._journal_id or head.journal_id):
            raise JournalDamaged(path.name, 0, self.next_seq, "the segment's head is wrong or of another journal")
        self._journal_id = head.journal_id

    def _take(self, window: Window, found: list[RawEntry], max_entries: int) -> bool:
        """Take whole records out of the window until it or `max_entries` is used up; say if any was taken."""
        data, pos, size = window.data, window.pos, len(window.data)
        unpack, crc32, crc_at = HEADER.unpack_from, zlib.crc32, CRC.unpack_from
        next_seq, room = self.next_seq, max_entries - len(found)
        limit = size - OVERHEAD_BYTES
        while room and pos <= limit:
            length, seq, time_ns, kind = unpack(data, pos)
            end = pos + OVERHEAD_BYTES + length
            if end > size and length <= PAYLOAD_BYTES_MAX:
                break
            if kind == ENTRY and seq == next_seq:
                payload = data[pos + HEADER_BYTES : end - CRC_BYTES]
                if crc32(payload, crc32(data[pos : pos + HEADER_BYTES])) != crc_at(data, end - CRC_BYTES)[0]:
                    raise JournalDamaged(window.path.name, window.base + pos, next_seq, "the CRC of a record is wrong")
                found.append((seq, time_ns, payload))
                next_seq += 1
                room -= 1
            elif seq >= next_seq or kind not in (ENTRY, SEAL, SEGMENT) or end > size:
                raise JournalDamaged(window.path.name, window.base + pos, next_seq, "a record is wrong or out of place")
            pos = end
        is_moved = pos > window.pos
        window.pos, self.next_seq = pos, next_seq
        return is_moved


def read_entries(directory: Path, after_seq: int = 0) -> Iterator[Entry]:
    """Give all entries behind `after_seq` that are durable by now."""
    tail = Tail(directory, after_seq)
    try:
        while entries := tail.poll(_POLL_ENTRIES):
            yield from entries
    finally:
        tail.close()


def read_raw(directory: Path, after_seq: int = 0) -> Iterator[RawEntry]:
    """Do what `read_entries` does, without decoding the payloads."""
    tail = Tail(directory, after_seq)
    try:
        while entries := tail.poll_raw(_POLL_ENTRIES):
            yield from entries
    finally:
        tail.close()


def durable_seq(directory: Path) -> int:
    """Give the last durable sequence, 0 for an empty journal; raise JournalUnavailable if there is none to read."""
    limit = DurableLimit(directory)
    try:
        found = limit.read(0)
        return found.seq if found else 0
    finally:
        limit.close()


def read_journal_id(directory: Path) -> str:
    """Give the journal's own name, 32 hexadecimal digits; raise JournalUnavailable if there is no journal yet."""
    segments = list_segments(directory)
    head = read_head(segments[0][1]) if segments else None
    if head is None:
        raise JournalUnavailable(f"There is no journal in {directory} yet; start the daemon that writes it.")
    return head.journal_id.hex()
