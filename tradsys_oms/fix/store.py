"""The outbound store: every message that a session has sent, by MsgSeqNum, in one append-only file.

A message is here before it is on the socket, so that after a kill -9 its number is never given to another one, and a
peer that missed it can have it again. The file survives the process as it is. A power loss may take its end, because
it is synced only now and then; the mark beside it tells at the next start whether that happened. Then numbers go on at
the ceiling that the journal has reserved, above all that were ever on the wire.

The file is named by its epoch: the journal sequence of the command that last reset the session's numbers, 0 before
any. An epoch begins as a store that is not in force; it takes the place of the one before it in one step, with what was
carried over from there.

In memory there is only the offset of each message.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from tradsys_oms.errors import invariant
from tradsys_oms.fix.errors import StoreUnavailable, StoreWriteFailed
from tradsys_oms.fix.store_files import (
    UNFINISHED,
    find_epoch,
    make_directory,
    name_of,
    open_file,
    remove_others,
    sync_directory,
)
from tradsys_oms.fix.store_index import MessageIndex
from tradsys_oms.fix.store_mark import NEXT, OFFERED, SYNCED, UNSENT, MarkState, StoreMark, judge, this_boot
from tradsys_oms.fix.store_reading import read_run
from tradsys_oms.fix.store_records import (
    CRC,
    HEADER,
    OVERHEAD_BYTES,
    SEQ_NUM_MAX,
    Origin,
    StoredMessage,
    pack_skip,
)
from tradsys_oms.fix.store_scan import Scanned, scan


class OutboundStore:
    """The messages that one session has sent in one epoch."""

    __slots__ = (
        "_directory",
        "_failed",
        "_file",
        "_index",
        "_mark",
        "_next",
        "_numbers",
        "_path",
        "_size",
        "_waiting",
        "epoch",
        "is_lost",
        "last_origin",
        "skipped",
        "truncated_bytes",
        "unknown_seq",
    )

    def __init__(self, directory: Path, epoch: int, path: Path, mark: StoreMark) -> None:
        self._directory = directory
        self._path = path
        self._mark = mark
        self._file = open_file(path)
        self._index = MessageIndex()
        self._next = 1
        self._size = 0
        """End of what is written or waits to be."""
        self._waiting: list[bytes] = []
        self._failed = ""
        self._numbers: memoryview[int] | array[int] = array("Q", [1, 1, 1, 0])
        """Those of the mark, while the store is in force."""
        self.epoch = epoch
        """Journal sequence of the reset with which this store began."""
        self.last_origin: Origin = (epoch, 0)
        """That of the last report in the store, or one that stands for all before the store began."""
        self.is_lost = False
        """When the store was opened, nobody could vouch for its end."""
        self.unknown_seq = 0
        """Reports up to this journal sequence that are not in the store may have been delivered nevertheless."""
        self.truncated_bytes = 0
        """What was cut off at the end when the store was opened."""
        self.skipped = 0
        """How many numbers were skipped when the store was opened."""

    @classmethod
    def open(cls, directory: Path, epoch: int, reserved: int = 0, last_seq: int = 0) -> OutboundStore:
        """Open the store of an epoch, or begin it where there is none at all.

        Where only that of another epoch is there, a reset did not get as far as the store: it is opened as it is, for
        the reset to be done. Every number below `reserved` may have been on the wire; `last_seq` is the journal
        sequence of the last report that may have been. Raises StoreUnavailable where that can't be done, and
        StoreDamaged for wrong bytes before the end.
        """
        try:
            make_directory(directory)
            mark = StoreMark(directory)
            try:
                found = find_epoch(directory, epoch)
                store = cls(directory, found, directory / name_of(found), mark)
                try:
                    store._recover(reserved, last_seq, found == epoch)
                except BaseException:
                    os.close(store._file)
                    raise
            except BaseException:
                mark.close()
                raise
        except OSError as error:
            raise StoreUnavailable(f"The store of sent messages in {directory} can't be opened: {error}.") from error
        return store

    @property
    def next_seq_num(self) -> int:
        """MsgSeqNum of the next message to send."""
        return self._next

    @property
    def unsent(self) -> int:
        """First MsgSeqNum that may not have been written to a socket; all before were."""
        return self._numbers[UNSENT]

    @property
    def offered(self) -> int:
        """First MsgSeqNum that was surely never written to a socket."""
        return self._numbers[OFFERED]

    # Writing.

    def append(self, seq_num: int, raw: bytes, origin: Origin, is_transient: bool) -> None:
        """Take in a message; it is in the file after the next `flush`."""
        if seq_num != self._next or self._failed:
            self._refuse(seq_num)
        entry, index = origin
        record = HEADER.pack(len(raw), is_transient, seq_num, entry, index) + raw  # a star would double its cost
        self._waiting.append(record + CRC.pack(crc32(record)))
        self._size = size = self._size + len(raw) + OVERHEAD_BYTES
        self._index.fences.append(size)
        self._next = seq_num + 1
        if origin > self.last_origin:
            self.last_origin = origin

    def skip(self, next_seq_num: int) -> None:
        """Go on with another number, at least the next one; those up to it name no message and never will."""
        invariant(
            self._next <= next_seq_num <= SEQ_NUM_MAX,
            f"The store in {self._directory} can go on with {self._next} to {SEQ_NUM_MAX}, not with {next_seq_num}.",
        )
        record = pack_skip(self._next, next_seq_num, self.last_origin, self.unknown_seq)
        self._waiting.append(record)
        self._size += len(record)
        self._index.skip(next_seq_num, self._size)
        self._next = next_seq_num

    def _refuse(self, seq_num: int) -> None:
        if self._failed:
            raise StoreWriteFailed(self._failed)
        invariant(False, f"Message {seq_num} can't follow message {self._next - 1} in {self._directory}.")

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
            self._fail(f"Messages to send can't be written to {self._directory}", error)
        self._numbers[NEXT] = self._next

    def sync(self) -> None:
        """Write what was appended, and make it survive a power loss; raises StoreWriteFailed."""
        self.flush()
        try:
            os.fdatasync(self._file)
        except OSError as error:
            self._fail(f"Messages to send can't be synced in {self._directory}", error)
        self._numbers[SYNCED] = self._size

    def _fail(self, what: str, error: OSError) -> None:
        self._failed = f"{what}: {error}."
        raise StoreWriteFailed(self._failed) from error

    # What was written to a socket.

    def offering(self, end: int) -> None:
        """Take note that the messages before `end` are about to be written to a socket."""
        if end > self._numbers[OFFERED]:
            self._numbers[OFFERED] = end

    def sent(self, begin: int, end: int) -> None:
        """Take note that the messages from `begin` to before `end` were, in this order."""
        if begin <= self._numbers[UNSENT] < end:
            self._numbers[UNSENT] = end

    # Reading.

    def read(self, begin: int, end: int) -> Iterator[StoredMessage]:
        """Give the messages from `begin` to `end`, both included, reading the file piece by piece.

        A run of numbers that were skipped gives one message without bytes, with its last number.
        """
        self.flush()
        invariant(begin > 0 and end < self._next, f"Messages {begin} to {end} are not in {self._directory}.")
        seq_num = begin
        while seq_num <= end:
            at, last, before_next_run = self._index.run_of(seq_num)
            if seq_num <= last:
                last = min(last, end)
                yield from read_run(self._file, self._path, self._index.fences, at, seq_num, last)
            else:
                last = min(before_next_run, end)
                yield StoredMessage(last, True, b"")
            seq_num = last + 1

    # Epochs.

    def begin(self, epoch: int, first: int = 1) -> OutboundStore:
        """Make a store for a new epoch, beginning at `first`; it has to `replace` this one before anything is sent."""
        self.flush()
        try:
            path = self._directory / f"{name_of(epoch)}{UNFINISHED}"
            path.unlink(missing_ok=True)
            store = OutboundStore(self._directory, epoch, path, self._mark)
        except OSError as error:
            self._fail(f"A new store of sent messages can't be begun in {self._directory}", error)
        store.last_origin, store.unknown_seq = self.last_origin, self.unknown_seq
        store.skip(first)
        store._numbers[UNSENT] = store._numbers[OFFERED] = first
        return store

    def replace(self, old: OutboundStore, *, is_synced: bool) -> None:
        """Take the place of `old`, which is closed and removed; raises StoreWriteFailed.

        Where nothing was carried over it need not be synced: the ceiling reserved for the epoch guards its numbers.
        """
        if is_synced:
            self.sync()
        self.flush()
        try:
            path = self._directory / name_of(self.epoch)
            self._path.rename(path)
            if is_synced:
                sync_directory(self._directory)
            self._path = path
            self._come_into_force(is_clean=False)
            os.close(old._file)
            old._file = -1
            remove_others(self._directory, self.epoch)
        except OSError as error:
            self._fail(f"A new store of sent messages can't be begun in {self._directory}", error)

    def close(self) -> None:
        """Write the rest, sync it, note that all is in order, and close."""
        if self._file < 0:
            return
        try:
            if not self._failed:
                self.sync()
                self._come_into_force(is_clean=True)
                self._mark.sync()
        finally:
            os.close(self._file)
            self._file = -1
            self._mark.close()

    def _come_into_force(self, *, is_clean: bool) -> None:
        """Bind the mark to this store and this run."""
        numbers = tuple(self._numbers)
        self._mark.begin(MarkState(self.epoch, this_boot(), is_clean, *numbers))
        self._numbers = self._mark.numbers

    # Opening.

    def _recover(self, reserved: int, last_seq: int, is_wanted: bool) -> None:
        """Learn what is there, judge what may be lost, and go on with a number that was surely never on the wire."""
        past, boot = self._mark.past, this_boot()
        has_crashed = past is not None and past.has_crashed(boot)
        synced_bytes = past.synced_bytes if past is not None and past.epoch == self.epoch else 0
        self._learn(scan(self._file, self._path, self.epoch, synced_bytes if has_crashed else None))
        verdict = judge(past, self.epoch, self._next, boot, reserved)
        self._numbers = array("Q", [self._next, verdict.unsent, verdict.offered, 0])
        self.is_lost = verdict.is_lost
        if self.is_lost:
            self.unknown_seq = max(self.unknown_seq, last_seq)
        if is_wanted:
            self._go_on(reserved)

    def _go_on(self, reserved: int) -> None:
        """Bring the store into force; where its end is lost, above all numbers that were ever on the wire."""
        if self.is_lost:
            last = self._next
            self.skip(max(reserved, last))
            self.skipped = self._next - last
        self.sync()
        sync_directory(self._directory)
        self._come_into_force(is_clean=False)
        self._mark.sync()
        remove_others(self._directory, self.epoch)

    def _learn(self, found: Scanned) -> None:
        """Take over what the file has."""
        self._index, self._next, self._size = found.index, found.next_seq_num, found.size
        self.last_origin, self.unknown_seq = found.last_origin, found.unknown_seq
        self.truncated_bytes = found.truncated_bytes
