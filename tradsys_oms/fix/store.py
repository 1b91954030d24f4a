"""The outbound store: every message that a session has sent, by MsgSeqNum, in one append-only file.

A message is here before it is on the socket, so that after a kill -9 its number is never given to another one, and a
peer that missed it can have it again. The file survives the process, not the machine: there is no fsync; what a power
loss takes is found again in the journal.

The file is named by its epoch: the journal sequence of the command that last reset the session's numbers, 0 before
any. A reset that is in the journal but not here shows as a missing file, and one is begun; files of other epochs are
removed.

A record is a header, the message, and a CRC-32 over both. In memory there is only the offset of each message.
"""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from struct import Struct as Layout
from typing import Final, NamedTuple
from zlib import crc32

from tradsys_oms.errors import invariant
from tradsys_oms.fix.errors import StoreDamaged, StoreUnavailable, StoreWriteFailed

HEADER: Final = Layout("<IBQQI")
"""Length of the message, flags, MsgSeqNum, and the origin: journal sequence and event index (0, 0 for none)."""
CRC: Final = Layout("<I")
OVERHEAD_BYTES: Final = HEADER.size + CRC.size
IS_TRANSIENT: Final = 1
"""Flag of a message that is not to be sent again."""
READ_BYTES: Final = 1 << 18
SCAN_BYTES: Final = 1 << 22
MESSAGE_BYTES_MAX: Final = 1 << 26
PLAUSIBLE_HEADER: Final = re.compile(rb"(?=.{3}[\x00-\x04][\x00\x01](?!\x00{5}).{5}\x00{3})", re.DOTALL)
"""Where a record may begin: length of at most MESSAGE_BYTES_MAX, known flags, MsgSeqNum from 1 to 2**40."""
SUFFIX: Final = ".msgs"


class StoredMessage(NamedTuple):
    """A message as it was sent."""

    seq_num: int
    is_transient: bool
    raw: bytes


class OutboundStore:
    """The messages that one session has sent in one epoch."""

    def __init__(self, directory: Path, epoch: int, file: int) -> None:
        self._directory = directory
        self._epoch = epoch
        self._file = file
        self._offsets = array("Q", [0])
        """Where each message begins, and where the next one will."""
        self._size = 0
        """End of what is written or waits to be."""
        self._written = 0
        self._waiting: list[bytes] = []
        self._failed = ""
        self.last_origin: tuple[int, int] = (0, 0)
        self.truncated_bytes = 0
        """What was cut off at the end when the store was opened: a message that a kill left half written."""

    @classmethod
    def open(cls, directory: Path, epoch: int) -> OutboundStore:
        """Open the store of an epoch, or begin it, and remove those of others.

        Raises StoreUnavailable where that can't be done, and StoreDamaged for wrong bytes before the end.
        """
        try:
            directory.mkdir(parents=True, exist_ok=True)
            store = cls(directory, epoch, _open_file(directory, epoch))
            try:
                store._scan()
            except BaseException:
                store.close()
                raise
        except OSError as error:
            raise StoreUnavailable(f"The store of sent messages in {directory} can't be opened: {error}.") from error
        store._remove_others()
        return store

    @property
    def epoch(self) -> int:
        """Journal sequence of the reset with which this store began."""
        return self._epoch

    @property
    def next_seq_num(self) -> int:
        """MsgSeqNum of the next message to send."""
        return len(self._offsets)

    def append(self, seq_num: int, raw: bytes, origin: tuple[int, int], is_transient: bool) -> None:
        """Take in a message; it is in the file after the next `flush`."""
        offsets = self._offsets
        if seq_num != len(offsets) or self._failed:
            self._refuse(seq_num)
        entry, index = origin
        record = HEADER.pack(len(raw), is_transient, seq_num, entry, index) + raw  # a star would double the cost
        self._waiting += record, CRC.pack(crc32(record))
        self._size = size = self._size + len(raw) + OVERHEAD_BYTES
        offsets.append(size)
        if origin > self.last_origin:
            self.last_origin = origin

    def _refuse(self, seq_num: int) -> None:
        if self._failed:
            raise StoreWriteFailed(self._failed)
        invariant(False, f"Message {seq_num} can't follow message {len(self._offsets) - 1} in {self._directory}.")

    def flush(self) -> None:
        """Write what was appended, in one go; raises StoreWriteFailed, after which nothing more is taken in."""
        if not self._waiting:
            return
        data = b"".join(self._waiting)
        self._waiting = []
        try:
            written = os.write(self._file, data)
            while written < len(data):
                written += os.write(self._file, memoryview(data)[written:])
        except OSError as error:
            self._failed = f"Messages to send can't be written to {self._directory}: {error}."
            raise StoreWriteFailed(self._failed) from error
        self._written = self._size

    def read(self, begin: int, end: int) -> Iterator[StoredMessage]:
        """Give the messages from `begin` to `end`, both included, reading the file piece by piece."""
        self.flush()
        invariant(begin > 0 and end < len(self._offsets), f"Messages {begin} to {end} are not in {self._directory}.")
        seq_num = begin
        while seq_num <= end:
            first = self._offsets[seq_num - 1]
            after = seq_num
            while after < end and self._offsets[after + 1] - first <= READ_BYTES:
                after += 1
            piece = os.pread(self._file, self._offsets[after] - first, first)
            position = 0
            while seq_num <= after:
                message, position = self._parse(piece, position, seq_num)
                yield message
                seq_num += 1

    def _parse(self, piece: bytes, position: int, seq_num: int) -> tuple[StoredMessage, int]:
        length, flags, number = HEADER.unpack_from(piece, position)[:3]
        start = position + HEADER.size
        end = start + length
        sound = number == seq_num and end + CRC.size <= len(piece)
        if not sound or CRC.unpack_from(piece, end)[0] != crc32(memoryview(piece)[position:end]):
            raise StoreDamaged(
                f"Message {seq_num} in {self._path()} is damaged; restore the file, or reset the session."
            )
        return StoredMessage(number, bool(flags & IS_TRANSIENT), piece[start:end]), end + CRC.size

    def reset(self, epoch: int) -> None:
        """Begin again at 1, in a new file, and remove the old one."""
        self.flush()
        try:
            file = _open_file(self._directory, epoch)
            os.ftruncate(file, 0)
        except OSError as error:
            self._failed = f"A new store of sent messages can't be begun in {self._directory}: {error}."
            raise StoreWriteFailed(self._failed) from error
        os.close(self._file)
        self._file, self._epoch = file, epoch
        self._offsets = array("Q", [0])
        self._size = self._written = 0
        self.last_origin = (0, 0)
        self._remove_others()

    def close(self) -> None:
        """Write the rest and close."""
        if self._file >= 0:
            self.flush()
            os.close(self._file)
            self._file = -1

    def _path(self) -> Path:
        return self._directory / _name(self._epoch)

    def _remove_others(self) -> None:
        for path in self._directory.glob(f"*{SUFFIX}"):
            if path.name != _name(self._epoch):
                path.unlink(missing_ok=True)

    def _scan(self) -> None:
        """Learn the offsets, and cut off a torn end."""
        file_size = os.fstat(self._file).st_size
        block, block_at = b"", 0
        while (position := self._size) < file_size:
            if position + HEADER.size > block_at + len(block):
                block, block_at = os.pread(self._file, SCAN_BYTES, position), position
            length = self._record_length(block, position - block_at)
            if length > block_at + len(block) - position:
                wanted = max(SCAN_BYTES, min(length, MESSAGE_BYTES_MAX))
                block, block_at = os.pread(self._file, wanted, position), position
            if not self._learn(block, position - block_at, length):
                self._cut(file_size)
                break
        self._written = self._size

    @staticmethod
    def _record_length(block: bytes, at: int) -> int:
        if at + HEADER.size > len(block):
            return OVERHEAD_BYTES
        length: int = HEADER.unpack_from(block, at)[0]
        return length + OVERHEAD_BYTES

    def _learn(self, block: bytes, at: int, length: int) -> bool:
        """Take note of the record at `at`, if it is the next one and whole."""
        if not _is_whole(block, at, length, len(self._offsets)):
            return False
        origin = HEADER.unpack_from(block, at)[3:5]
        if origin > self.last_origin:
            self.last_origin = origin
        self._size += length
        self._offsets.append(self._size)
        return True

    def _cut(self, file_size: int) -> None:
        """Cut off a torn end; where a sound record follows, however far behind, it is damage."""
        with mmap(self._file, file_size, access=ACCESS_READ) as data:
            is_damage = _has_sound_record(data, self._size)
        if is_damage:
            raise StoreDamaged(
                f"Message {len(self._offsets)} in {self._path()} is damaged at offset {self._size}; restore the file, "
                f"or remove it and reset the session's sequence numbers with the peer."
            )
        self.truncated_bytes = file_size - self._size
        os.ftruncate(self._file, self._size)


def _is_whole(block: bytes | mmap, at: int, length: int, seq_num: int) -> bool:
    """Tell if there is a sound record with this number."""
    end = at + length - CRC.size
    if end + CRC.size > len(block) or HEADER.unpack_from(block, at)[2] != seq_num:
        return False
    good: bool = CRC.unpack_from(block, end)[0] == crc32(block[at:end])
    return good


def _has_sound_record(data: mmap, start: int) -> bool:
    """Tell if there is a sound record, whatever its number, anywhere from `start` on."""
    for candidate in PLAUSIBLE_HEADER.finditer(data, start):
        at = candidate.start()
        if at + OVERHEAD_BYTES > len(data):
            return False
        length, _, seq_num = HEADER.unpack_from(data, at)[:3]
        if _is_whole(data, at, length + OVERHEAD_BYTES, seq_num):
            return True
    return False


def _name(epoch: int) -> str:
    return f"{epoch:020d}{SUFFIX}"


def _open_file(directory: Path, epoch: int) -> int:
    return os.open(directory / _name(epoch), os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
