"""The durable mark: how far followers in other processes may read.

The writer stores, after each sync, the place behind the last durable seal in the small shared file `durable`, which
readers map into memory: no system call on either side. Two slots are written in turn, each with a generation and a
CRC32; a reader takes the valid slot with the higher generation, so that a slot caught half written is noticed and
the other one still holds. The mark is an aid, never a source of truth: it isn't synced, and a writer sets it anew from
the segments when it starts.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from pathlib import Path
from typing import Final, NamedTuple

NAME: Final = "durable"
_SLOT: Final = struct.Struct("<8sQQQQ16sI")
_CRC: Final = struct.Struct("<I")
_SLOT_BYTES: Final = 64
_FILE_BYTES: Final = 2 * _SLOT_BYTES
_MAGIC: Final = b"TSJMARK\n"
_ATTEMPTS: Final = 1000


class DurableMark(NamedTuple):
    """A place in the journal: all before it is durable."""

    segment: int
    """First sequence of the segment, as its file name has it."""
    offset: int
    """End of the last durable seal in that segment."""
    seq: int
    """Last durable sequence."""
    journal_id: bytes
    is_synced: bool
    """False in mode "os": power loss may have taken back what the mark promises."""


class MarkWriter:
    """The writer's side; one per journal, guarded by the journal's lock."""

    def __init__(self, directory: Path) -> None:
        fd = os.open(directory / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            if os.fstat(fd).st_size != _FILE_BYTES:
                os.ftruncate(fd, 0)
                os.pwrite(
                    fd, bytes(_FILE_BYTES), 0
                )  # real blocks: a hole on a full disk would kill us at the first store
            self._map = mmap.mmap(fd, _FILE_BYTES)
        finally:
            os.close(fd)
        newest = _newest(self._map[:])
        self._generation = newest[0] if newest else 0

    def publish(self, mark: DurableMark) -> None:
        """Let readers go on up to `mark`."""
        self._generation += 1
        body = _SLOT.pack(
            _MAGIC, self._generation, mark.segment, mark.offset, mark.seq, mark.journal_id, mark.is_synced
        )
        start = (self._generation & 1) * _SLOT_BYTES
        self._map[start : start + _SLOT_BYTES] = body + _CRC.pack(zlib.crc32(body))

    def close(self) -> None:
        """Write the mark back to its file, so that an audit of a stopped journal can rely on it."""
        self._map.flush()
        self._map.close()


class MarkReader:
    """A follower's side: maps the file once it is there."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME
        self._map: mmap.mmap | None = None
        self._bytes = b""
        self._mark: DurableMark | None = None

    def read(self) -> DurableMark | None:
        """Give the newest mark, None while there is none; the same object while nothing has changed."""
        if self._map is None:
            self._map = _map_file(self._path)
            if self._map is None:
                return None
        for _ in range(_ATTEMPTS):
            data = self._map[:]
            if data == self._bytes:
                return self._mark
            newest = _newest(data)
            if newest is not None:
                self._bytes, self._mark = data, newest[1]
                return self._mark
        return None

    def close(self) -> None:
        """Let the file go."""
        if self._map is not None:
            self._map.close()
            self._map = None


def read_mark(directory: Path) -> DurableMark | None:
    """Read the mark of a journal once, None if there is no valid one."""
    reader = MarkReader(directory)
    try:
        return reader.read()
    finally:
        reader.close()


def _map_file(path: Path) -> mmap.mmap | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if os.fstat(fd).st_size < _FILE_BYTES:
            return None
        return mmap.mmap(fd, _FILE_BYTES, prot=mmap.PROT_READ)
    finally:
        os.close(fd)


def _newest(data: bytes) -> tuple[int, DurableMark] | None:
    slots = [_unpack(data[:_SLOT_BYTES]), _unpack(data[_SLOT_BYTES:])]
    return max((slot for slot in slots if slot is not None), default=None)


def _unpack(slot: bytes) -> tuple[int, DurableMark] | None:
    magic, generation, segment, offset, seq, journal_id, flags = _SLOT.unpack_from(slot)
    if magic != _MAGIC or _CRC.unpack_from(slot, _SLOT.size)[0] != zlib.crc32(slot[: _SLOT.size]):
        return None
    return generation, DurableMark(segment, offset, seq, journal_id, bool(flags))
