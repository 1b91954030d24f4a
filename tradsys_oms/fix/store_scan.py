"""Reading the file of an outbound store from its beginning, when it is opened.

A kill may leave the last record half written: that end is cut off. Wrong bytes with a sound record behind them are
damage, for which an operator is needed. Only after a crash of the machine are they not: of what was not synced, the
disk may have the later part and not the earlier one. Then all behind the first wrong byte is cut off.
"""

from __future__ import annotations

import os
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

from tradsys_oms.fix.errors import StoreDamaged
from tradsys_oms.fix.store_index import MessageIndex
from tradsys_oms.fix.store_records import (
    HEADER,
    IS_SKIP,
    MESSAGE_BYTES_MAX,
    OVERHEAD_BYTES,
    SKIP,
    Origin,
    has_sound_record,
    is_whole,
)

SCAN_BYTES: Final = 1 << 22


class Scanned:
    """What the file of a store has."""

    def __init__(self, epoch: int) -> None:
        self.index = MessageIndex()
        self.next_seq_num = 1
        self.size = 0
        self.last_origin: Origin = (epoch, 0)
        self.unknown_seq = 0
        self.truncated_bytes = 0

    def learn(self, block: bytes, at: int, length: int) -> bool:
        """Take note of the record at `at`, if it is the next one and whole."""
        if not is_whole(block, at, length, self.next_seq_num):
            return False
        _, flags, _, origin_seq, origin_index = HEADER.unpack_from(block, at)
        origin = (origin_seq, origin_index)
        self.size += length
        if flags & IS_SKIP:
            self.next_seq_num, self.unknown_seq = SKIP.unpack_from(block, at + HEADER.size)
            self.index.skip(self.next_seq_num, self.size)
            self.last_origin = origin
            return True
        self.next_seq_num += 1
        self.index.fences.append(self.size)
        if origin > self.last_origin:
            self.last_origin = origin
        return True


def scan(file: int, path: Path, epoch: int, synced_bytes: int | None) -> Scanned:
    """Learn what is in the file, and cut off a torn end.

    `synced_bytes` is None, or, after a crash of the machine, so much of the file can't have holes. Raises StoreDamaged
    for wrong bytes before the end.
    """
    found = Scanned(epoch)
    file_size = os.fstat(file).st_size
    block, block_at = b"", 0
    while (position := found.size) < file_size:
        if position + HEADER.size > block_at + len(block):
            block, block_at = os.pread(file, SCAN_BYTES, position), position
        length = _record_length(block, position - block_at)
        if length > block_at + len(block) - position:
            wanted = max(SCAN_BYTES, min(length, MESSAGE_BYTES_MAX))
            block, block_at = os.pread(file, wanted, position), position
        if not found.learn(block, position - block_at, length):
            may_have_holes = synced_bytes is not None and position >= synced_bytes
            if not may_have_holes:
                _refuse_damage(file, path, found, file_size)
            found.truncated_bytes = file_size - found.size
            os.ftruncate(file, found.size)
            break
    return found


def _record_length(block: bytes, at: int) -> int:
    if at + HEADER.size > len(block):
        return OVERHEAD_BYTES
    length: int = HEADER.unpack_from(block, at)[0]
    return length + OVERHEAD_BYTES


def _refuse_damage(file: int, path: Path, found: Scanned, file_size: int) -> None:
    """Raise StoreDamaged where a sound record follows, however far behind."""
    with mmap(file, file_size, access=ACCESS_READ) as data:
        is_damage = has_sound_record(data, found.size)
    if is_damage:
        raise StoreDamaged(
            f"Message {found.next_seq_num} in {path} is damaged at offset {found.size}; restore the file, "
            f"or remove it and reset the session's sequence numbers with the peer."
        )
