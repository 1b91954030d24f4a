"""The mark of an outbound store: a few numbers beside it that tell, at the next start, whether its end may be lost.

The store's file is not synced, so a kill -9 takes nothing of it, and a power loss may take its end. The mark tells
them apart: it has the identity of the boot that wrote it, whether the store was closed in order, and the next number
after the last flush. It also has which messages may still have to be written to a socket, which the store itself can't
say.

It is a small file mapped into memory, so a number is changed by one store of eight bytes, without a system call; those
survive a kill at any point. What identifies the store changes as a whole: it is written to the other one of two slots,
the numbers first and the header with its CRC-32 last; the sound slot with the highest generation counts.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from struct import Struct as Layout
from typing import Final, NamedTuple
from zlib import crc32

NAME: Final = "mark"
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_HEADER: Final = Layout("<8sQQ16s?")
"""Magic, generation, epoch of the store, boot, closed in order."""
_CRC: Final = Layout("<I")
_NUMBERS: Final = Layout("<QQQQ")
_NUMBERS_AT: Final = 64
_SLOT_BYTES: Final = 128
_FILE_BYTES: Final = 2 * _SLOT_BYTES
_MAGIC: Final = b"TSSTORE\n"

NEXT: Final = 0
"""Index in `StoreMark.numbers` of the next MsgSeqNum after the last flush."""
UNSENT: Final = 1
"""Index of the first MsgSeqNum that may not have been written to a socket: all before were."""
OFFERED: Final = 2
"""Index of the first MsgSeqNum that was surely never written to a socket: none from it on was."""
SYNCED: Final = 3
"""Index of the size of the store's file that is synced."""


class MarkState(NamedTuple):
    """What a mark says."""

    epoch: int
    boot: bytes
    is_clean: bool
    next_seq_num: int
    unsent: int
    offered: int
    synced_bytes: int

    def has_crashed(self, boot: bytes) -> bool:
        """Tell if the machine went down, at the time of `boot`, while the store was open."""
        return not self.is_clean and self.boot != boot


class Verdict(NamedTuple):
    """What a mark tells about the store beside it, when that is opened."""

    is_lost: bool
    """Nobody can vouch for the end of the store: messages that were sent may be missing."""
    unsent: int
    offered: int


class StoreMark:
    """The mark of the store in one directory; `past` is what was there when it was opened, None for nothing sound."""

    def __init__(self, directory: Path) -> None:
        file = os.open(directory / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(file).st_size != _FILE_BYTES:
                os.ftruncate(file, 0)
                os.pwrite(file, bytes(_FILE_BYTES), 0)  # real blocks: a hole on a full disk would kill us later
                os.fsync(file)
            self._map = mmap.mmap(file, _FILE_BYTES)
        finally:
            os.close(file)
        generation, self.past = _newest(self._map[:])
        self._generation = generation
        self.numbers = self._numbers()

    def begin(self, state: MarkState) -> None:
        """Say something else as a whole; `numbers` are those of the new state from now on."""
        self._generation += 1
        at = (self._generation & 1) * _SLOT_BYTES
        header = _HEADER.pack(_MAGIC, self._generation, state.epoch, state.boot, state.is_clean)
        _NUMBERS.pack_into(self._map, at + _NUMBERS_AT, *state[3:])
        self._map[at : at + _HEADER.size + _CRC.size] = header + _CRC.pack(crc32(header))
        self.numbers.release()
        self.numbers = self._numbers()

    def sync(self) -> None:
        """Make it survive a power loss."""
        self._map.flush()

    def close(self) -> None:
        """Let the file go."""
        self.numbers.release()
        self._map.close()

    def _numbers(self) -> memoryview[int]:
        at = (self._generation & 1) * _SLOT_BYTES + _NUMBERS_AT
        with memoryview(self._map) as whole:
            return whole[at : at + _NUMBERS.size].cast("Q")


def this_boot() -> bytes:
    """Identify the boot of the machine; zeros where it has no such identity."""
    try:
        return bytes.fromhex(BOOT_ID.read_text().strip().replace("-", ""))[:16]
    except (OSError, ValueError):
        return bytes(16)


def judge(past: MarkState | None, epoch: int, next_seq_num: int, boot: bytes, reserved: int) -> Verdict:
    """Judge a store of an epoch whose file goes up to `next_seq_num`; numbers below `reserved` may have been used.

    With no mark at all everything counts as sent: stores were once made without one.
    """
    if past is None:
        return Verdict(reserved > 0, next_seq_num, next_seq_num)
    is_lost = past.has_crashed(boot) or (past.epoch, past.next_seq_num) > (epoch, next_seq_num)
    unsent, offered = next_seq_num, next_seq_num
    if past.epoch == epoch:
        unsent, offered = min(past.unsent, next_seq_num), min(past.offered, next_seq_num)
    elif past.epoch < epoch:  # its file came into force, and nothing was sent any more
        unsent, offered = 1, 1
    return Verdict(is_lost, unsent, next_seq_num if is_lost else offered)


def _newest(data: bytes) -> tuple[int, MarkState | None]:
    found: tuple[int, MarkState | None] = (0, None)
    for at in (0, _SLOT_BYTES):
        magic, generation, epoch, boot, is_clean = _HEADER.unpack_from(data, at)
        is_sound = _CRC.unpack_from(data, at + _HEADER.size)[0] == crc32(data[at : at + _HEADER.size])
        if magic == _MAGIC and is_sound and generation > found[0]:
            numbers = _NUMBERS.unpack_from(data, at + _NUMBERS_AT)
            found = generation, MarkState(epoch, boot, is_clean, *numbers)
    return found
