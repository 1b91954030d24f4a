"""The spool: what the venue has said and the core has not yet, in a file that survives `kill -9`.

A frame is written before the callback that brought it returns to QuickFIX, so the venue's message counts as received
only when it is here. It leaves when the core has said that it is durable in the journal. Frames are numbered from 1 for
ever; the head of the file says up to which number the core has them.

    head    two slots of `number, CRC`, written in turn: the last number acknowledged
    frame   CRC of what follows, length, the frame as the venue socket has it, behind its length

Frames of the file that are acknowledged are passed over; when all are, the file is cut back to its head, and when they
are the larger part of a large file it is written anew. What is torn at the end, by a death in mid write, is cut off:
the message was not counted as received, and comes again. A loss of power may take more than that; then the venue is
asked for its orders, as after each lost line.
"""

from __future__ import annotations

import os
import zlib
from array import array
from pathlib import Path
from struct import Struct as Layout
from typing import Final, TypeAlias

import msgspec
import structlog

from tradsys_oms.core.commands import (
    DropCopy,
    QuarantineReport,
    VenueBalance,
    VenueLink,
    VenueQuote,
    VenueRefusal,
    VenueReport,
)
from tradsys_oms.venues.errors import LinkStateDamaged, SpoolFull, SpoolUnwritable

LinkCommand: TypeAlias = (
    VenueReport | VenueRefusal | VenueQuote | VenueLink | DropCopy | VenueBalance | QuarantineReport
)

HEAD_BYTES: Final = 64
SLOT: Final = Layout(">QI")
SLOTS_AT: Final = (16, 32)
MAGIC: Final = b"TRADSYS SPOOL 1\n"
RECORD: Final = Layout(">II")
"""CRC of all that follows it in the record; length of the frame."""
FRAME_BYTES_MAX: Final = 262_144
REWRITE_BYTES: Final = 4 << 20
"""A file with so much that is acknowledged in front of the rest is written anew."""

_log: Final = structlog.get_logger("venues.spool")
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(tuple[str, int, LinkCommand]).decode


class Spool:
    """Frames that the core does not have yet.

    Raises `LinkStateDamaged` for a file that is no spool, `SpoolUnwritable` where it can't be opened.
    """

    def __init__(self, path: Path, bytes_max: int) -> None:
        self._path = path
        self._bytes_max = bytes_max
        self._slot = 0
        self._offsets = array("Q")
        """Where each frame of the file begins, from frame `_base` on."""
        self._base = 1
        self.acked = 0
        """All frames up to this one are durable in the journal."""
        self.last = 0
        """The last frame that is here or was."""
        self._fd = self._open()
        self._size = self._scan()
        self._first_at = self._offset_of(self.acked + 1)

    @property
    def waiting_frames(self) -> int:
        """Frames that the core does not have."""
        return self.last - self.acked

    @property
    def waiting_bytes(self) -> int:
        """What they take in the file."""
        return self._size - self._first_at

    @property
    def is_full(self) -> bool:
        """Say that three quarters of what may wait do: time to log out."""
        return self.waiting_bytes > self._bytes_max * 3 // 4

    def append(self, command: LinkCommand) -> int:
        """Number a command and keep it; gives the number. Raises `SpoolFull`, `SpoolUnwritable`."""
        number = self.last + 1
        record = _record(number, command)
        if self.waiting_bytes + len(record) > self._bytes_max:
            raise SpoolFull(f"{self.waiting_frames} frames wait in {self._path}; is the daemon running?")
        self._write(record)
        self._offsets.append(self._size)
        self._size += len(record)
        self.last = number
        return number

    def skip_to(self, number: int) -> None:
        """Take `number` as acknowledged, also where it is larger than all that is here: the next frame follows it."""
        if number > self.last:
            if self.last:
                _log.error("spool_lost_frames", last=self.last, durable=number)
            self.last = number
        self.ack(number)

    def ack(self, number: int) -> None:
        """Let go of all frames up to `number`."""
        if number <= self.acked:
            return
        self.acked = min(number, self.last)
        self._first_at = self._offset_of(self.acked + 1)
        self._write_head(self._fd)
        if self.acked == self.last:
            self._empty()
        elif self._first_at > max(REWRITE_BYTES, self._size // 2):
            self._replace(os.pread(self._fd, self._size - self._first_at, self._first_at))

    def read(self, after: int, bytes_max: int) -> tuple[int, bytes]:
        """Give frames behind `after`, each with its length before it, and the number of the last one; b"" for none.

        At least one is given if there is one, however large.
        """
        after = max(after, self.acked)
        if after >= self.last:
            return after, b""
        at = self._offset_of(after + 1)
        data = os.pread(self._fd, max(bytes_max, RECORD.size + FRAME_BYTES_MAX), at)
        return _frames_of(data, after, bytes_max)

    def renumber(self, after: int) -> None:
        """Give the frames that wait the numbers that follow `after`: the core has forgotten later ones."""
        commands = self._commands()
        _log.critical("spool_renumbered", acknowledged=self.acked, durable=after, frames=len(commands))
        self.acked = after
        self._replace(b"".join(_record(after + 1 + at, command) for at, (_, command) in enumerate(commands)))

    def commands(self) -> list[tuple[int, LinkCommand]]:
        """List what waits."""
        return self._commands()

    def close(self) -> None:
        """Let the file go."""
        os.close(self._fd)

    def _commands(self) -> list[tuple[int, LinkCommand]]:
        data = os.pread(self._fd, self._size, 0)
        found = []
        for number, start, end in _records(data, self._first_at, len(data)):
            if number > self.acked:
                found.append((number, _decode(data[start:end])[2]))
        return found

    def _open(self) -> int:
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if os.fstat(fd).st_size < HEAD_BYTES:
                os.pwrite(fd, bytes(HEAD_BYTES), 0)
                self._write_head(fd)
                self._write_head(fd)
                os.pwrite(fd, MAGIC, 0)
        except OSError as error:
            raise SpoolUnwritable(f"The spool {self._path} can't be opened: {error.strerror}.") from error
        return fd

    def _scan(self) -> int:
        """Read the file, set `acked` and `last`, cut off what is torn, and give its size."""
        data = os.pread(self._fd, os.fstat(self._fd).st_size, 0)
        if not data.startswith(MAGIC):
            raise LinkStateDamaged(f"{self._path} is no spool: move it away, and start the link again.")
        slots = [SLOT.unpack_from(data, at) for at in SLOTS_AT]
        good = [number for number, crc in slots if zlib.crc32(number.to_bytes(8, "big")) == crc]
        if not good:
            raise LinkStateDamaged(f"The head of {self._path} is damaged: move it away, and start the link again.")
        self.acked = self.last = max(good)
        self._base, end = self.acked + 1, HEAD_BYTES
        records = _records(data, HEAD_BYTES, len(data))
        if records:
            self._base, end = records[0][0], records[-1][2]
            self._offsets = array("Q", [start - RECORD.size for _, start, _ in records])
            self.last = max(self.last, records[-1][0])
        if end < len(data):
            _log.warning("spool_torn", path=str(self._path), offset=end, cut_bytes=len(data) - end)
            os.ftruncate(self._fd, end)
        return end

    def _offset_of(self, number: int) -> int:
        """Give where a frame begins, or the end of the file for one that is not here."""
        index = number - self._base
        return self._offsets[index] if 0 <= index < len(self._offsets) else self._size

    def _write(self, record: bytes) -> None:
        try:
            written = os.pwrite(self._fd, record, self._size)
        except OSError as error:
            raise SpoolUnwritable(f"A frame can't be written to {self._path}: {error.strerror}.") from error
        if written < len(record):
            raise SpoolUnwritable(f"A frame could only be written in part to {self._path}: is the disk full?")

    def _write_head(self, fd: int) -> None:
        self._slot ^= 1
        os.pwrite(fd, SLOT.pack(self.acked, zlib.crc32(self.acked.to_bytes(8, "big"))), SLOTS_AT[self._slot])

    def _empty(self) -> None:
        """Cut the file back to its head."""
        os.ftruncate(self._fd, HEAD_BYTES)
        self._size = self._first_at = HEAD_BYTES
        self._offsets = array("Q")
        self._base = self.last + 1

    def _replace(self, records: bytes) -> None:
        """Put a new file, with these records behind its head, in the place of the old one."""
        fresh = self._path.with_suffix(".new")
        fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        os.pwrite(fd, bytes(HEAD_BYTES), 0)
        os.pwrite(fd, MAGIC, 0)
        self._write_head(fd)
        self._write_head(fd)
        os.pwrite(fd, records, HEAD_BYTES)
        os.rename(fresh, self._path)
        os.close(self._fd)
        self._fd = fd
        self._size = self._scan()
        self._first_at = self._offset_of(self.acked + 1)


def _record(number: int, command: LinkCommand) -> bytes:
    frame = _encode(("frame", number, msgspec.structs.replace(command, frame=number)))
    length = len(frame).to_bytes(4, "big")
    return zlib.crc32(frame, zlib.crc32(length)).to_bytes(4, "big") + length + frame


def _records(data: bytes, at: int, size: int) -> list[tuple[int, int, int]]:
    """Give number, start and end of each frame that is whole, up to the first one that isn't."""
    found: list[tuple[int, int, int]] = []
    while at + RECORD.size <= size:
        crc, length = RECORD.unpack_from(data, at)
        start = at + RECORD.size
        at = start + length
        if at > size or zlib.crc32(data[start - 4 : at]) != crc:
            break
        number = _decode(data[start:at])[1]
        if found and number != found[-1][0] + 1:
            break
        found.append((number, start, at))
    return found


def _frames_of(data: bytes, after: int, bytes_max: int) -> tuple[int, bytes]:
    """Take the CRCs out of whole records."""
    parts: list[bytes] = []
    at, size = 0, len(data)
    while at + RECORD.size <= size and at < bytes_max:
        (_, length) = RECORD.unpack_from(data, at)
        end = at + RECORD.size + length
        if end > size:
            break
        parts.append(data[at + 4 : end])
        at = end
    return after + len(parts), b"".join(parts)
