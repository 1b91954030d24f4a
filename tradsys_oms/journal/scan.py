"""The scan: walk the batches of a segment, prove each by its digest, and say exactly where the proof ends.

The walk hops from header to header and hashes whole batches, which proves every byte; CRCs are only asked for to find
the spot inside a batch that fails. What comes behind the last proven batch is either a tail that a crash left, or
damage: the difference is whether a valid seal still stands somewhere behind it (`Seal`).
"""

from __future__ import annotations

import hashlib
import os
import zlib
from pathlib import Path
from typing import Final, NamedTuple

from tradsys_oms.journal.errors import JournalUnavailable
from tradsys_oms.journal.records import (
    CRC,
    CRC_BYTES,
    ENTRY,
    FORMAT_VERSION,
    HEADER,
    HEADER_BYTES,
    OVERHEAD_BYTES,
    PAYLOAD_BYTES_MAX,
    SEAL,
    SEAL_BYTES,
    SEAL_MAGIC,
    SEGMENT,
    SEGMENT_BYTES,
    SegmentHead,
    seal_digest,
    segment_head,
)
from tradsys_oms.journal.segments import open_segment

_BLOCK_BYTES: Final = 4 * 1024 * 1024


class Place(NamedTuple):
    """A point of the chain, behind a seal: all before it is proven."""

    offset: int
    seq: int
    digest: bytes


class Fault(NamedTuple):
    """Where the proof of a segment ends, and why."""

    offset: int
    seq: int
    what: str


class SegmentScan(NamedTuple):
    """What a walk through one segment found."""

    path: Path
    first_seq: int
    journal_id: bytes
    """b"" if the segment's head is wrong."""
    end: Place
    size: int
    batches: int
    fault: Fault | None
    """None where the segment is proven up to its last byte."""
    next_seal: Place | None
    """Behind the first valid seal that follows the fault."""


def scan_segment(
    path: Path, first_seq: int, start: Place, journal_id: bytes | None, *, has_crc_check: bool = False
) -> SegmentScan:
    """Walk a segment from `start`: offset 0 with the chain of the segment before, or behind a seal inside it."""
    fd = open_segment(path)
    try:
        size = os.fstat(fd).st_size
        head = segment_head(os.pread(fd, SEGMENT_BYTES, 0))
        what = _head_fault(path, head, start, journal_id) if start.offset == 0 else ""
        name = head.journal_id if head else b""
        walk = _Walk(fd, start, has_crc_check)
        if not what:
            walk.run()
        end = walk.end
        if end.offset >= size and not what:
            return SegmentScan(path, first_seq, name, end, size, walk.batches, None, None)
        fault = Fault(0, start.seq, what) if what else _diagnose(fd, end, size)
        return SegmentScan(path, first_seq, name, end, size, walk.batches, fault, find_seal(fd, end.offset, size))
    finally:
        os.close(fd)


def find_seal(fd: int, offset: int, size: int) -> Place | None:
    """Give the place behind the first valid seal at or after `offset`, None if there is none before `size`."""
    while offset < size:
        block = os.pread(fd, _BLOCK_BYTES, offset)
        found = block.find(SEAL_MAGIC)
        while found >= 0:
            start = found - HEADER_BYTES
            digest = seal_digest(block, start)
            if digest is not None:
                return Place(offset + start + SEAL_BYTES, HEADER.unpack_from(block, start)[1], digest)
            found = block.find(SEAL_MAGIC, found + 1)
        if len(block) <= SEAL_BYTES:
            return None
        offset += len(block) - SEAL_BYTES
    return None


class _Walk:
    """The inner loop: hop over records, hash them, compare at each seal; stop at the first thing that is wrong."""

    def __init__(self, fd: int, start: Place, has_crc_check: bool) -> None:
        self.end = start
        self.batches = 0
        self._fd = fd
        self._has_crc_check = has_crc_check
        self._expected = start.seq + 1
        self._hash = hashlib.sha256(start.digest)

    def run(self) -> None:
        """Walk to the end of the file or to the first fault; `end` is then behind the last good seal."""
        base, window = self.end.offset, b""
        while chunk := os.pread(self._fd, _BLOCK_BYTES, base + len(window)):
            window = window + chunk if window else chunk
            done = self._walk(window, base)
            if done < 0:
                return
            base += done
            window = window[done:]

    def _walk(self, window: bytes, base: int) -> int:
        """Take all whole records of a window; give the bytes that are done with, -1 at a fault."""
        unpack, expected, size = HEADER.unpack_from, self._expected, len(window)
        pos = hashed = 0
        limit = size - OVERHEAD_BYTES
        while pos <= limit:
            length, seq, _, kind = unpack(window, pos)
            end = pos + OVERHEAD_BYTES + length
            if end > size:
                if length > PAYLOAD_BYTES_MAX:
                    return -1
                break
            if self._has_crc_check and not _is_crc_right(window, pos, end):
                return -1
            if kind == ENTRY and seq == expected:
                expected += 1
            elif kind == SEAL and seq == expected - 1:
                self._hash.update(memoryview(window)[hashed:pos])
                if not self._is_sealed(window, pos, base + end, seq):
                    return -1
                hashed = end
            elif kind != SEGMENT or base + pos != 0:
                return -1
            pos = end
        self._hash.update(memoryview(window)[hashed:pos])
        self._expected = expected
        return pos

    def _is_sealed(self, window: bytes, pos: int, end: int, seq: int) -> bool:
        digest = self._hash.digest()
        if seal_digest(window, pos) != digest:
            return False
        self.end = Place(end, seq, digest)
        self.batches += 1
        self._hash = hashlib.sha256(digest)
        return True


def _is_crc_right(window: bytes, pos: int, end: int) -> bool:
    crc: int = CRC.unpack_from(window, end - CRC_BYTES)[0]
    return zlib.crc32(memoryview(window)[pos : end - CRC_BYTES]) == crc


def _head_fault(path: Path, head: SegmentHead | None, start: Place, journal_id: bytes | None) -> str:
    """Say what is wrong with a segment's head, "" if nothing is."""
    if head is None:
        return "the segment's head is missing or wrong"
    if head.version != FORMAT_VERSION:
        raise JournalUnavailable(
            f"The journal file {path} has format version {head.version} and this program reads version "
            f"{FORMAT_VERSION}; use the program that wrote it."
        )
    if journal_id is not None and head.journal_id != journal_id:
        return f"the segment belongs to another journal ({head.journal_id.hex()})"
    if head.digest != start.digest:
        return "the segment doesn't continue the one before it"
    return ""


def _diagnose(fd: int, start: Place, size: int) -> Fault:
    """Find, record by record, the spot behind `start` that stopped the walk."""
    offset, expected = start.offset, start.seq + 1
    while offset < size:
        header = os.pread(fd, HEADER_BYTES, offset)
        length, seq, _, kind = HEADER.unpack(header) if len(header) == HEADER_BYTES else (size, 0, 0, 0)
        end = offset + OVERHEAD_BYTES + length
        if length > PAYLOAD_BYTES_MAX or end > size:
            return Fault(offset, expected, "a record is cut off or its length is wrong")
        record = os.pread(fd, end - offset, offset)
        if not _is_crc_right(record, 0, len(record)):
            return Fault(offset, expected, "the CRC of a record is wrong")
        what = _order_fault(kind, seq, expected, offset)
        if what:
            return Fault(offset, expected, what)
        expected += kind == ENTRY
        offset = end
    return Fault(start.offset, start.seq + 1, "records without a seal")


def _order_fault(kind: int, seq: int, expected: int, offset: int) -> str:
    if kind == ENTRY:
        return "" if seq == expected else f"sequence {seq} stands where {expected} is due"
    if kind == SEAL:
        return "the digest of a batch doesn't continue the chain"
    return "" if kind == SEGMENT and offset == 0 else f"a record of kind {kind} is out of place"
