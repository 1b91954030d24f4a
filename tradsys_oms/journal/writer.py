"""The writer: the only one who appends. Buffer records in memory, write them as sealed batches, publish the durable.

`append` and `take_batch` belong to the loop's thread, `write_batch` to whoever does the waiting; they share nothing
but the batch. A write or sync that fails is final: the kernel may have dropped the dirty pages, so a second try could
succeed without the data. The writer then accepts nothing more, and the next start recovers from the files.
"""

from __future__ import annotations

import hashlib
import os
import time
import zlib
from pathlib import Path
from typing import Final, Literal, NamedTuple

from tradsys_oms.errors import invariant
from tradsys_oms.journal.errors import JournalUnavailable, JournalWriteFailed
from tradsys_oms.journal.lock import JournalLock
from tradsys_oms.journal.mark import DurableMark, MarkWriter
from tradsys_oms.journal.records import (
    CRC,
    ENTRY,
    FIRST_DIGEST,
    HEADER,
    PAYLOAD_BYTES_MAX,
    SEAL_BYTES,
    SEGMENT_BYTES,
    pack_seal,
    pack_segment,
)
from tradsys_oms.journal.recovery import RecoveryReport, Tip, recover
from tradsys_oms.journal.scan import Place
from tradsys_oms.journal.segments import open_segment, segment_path, sync_directory

Durability = Literal["fsync", "os"]

SEGMENT_BYTES_MAX: Final = 256 * 1024 * 1024
_EMPTY_SEGMENT_BYTES: Final = SEGMENT_BYTES + SEAL_BYTES


class Batch(NamedTuple):
    """Records on their way to the disk."""

    first_seq: int
    last_seq: int
    time_ns: int
    data: bytearray


class JournalWriter:
    """Append to the journal in a directory; made by `open`."""

    def __init__(self, directory: Path, lock: JournalLock, durability: Durability, segment_bytes_max: int) -> None:
        self.directory = directory
        self.durability = durability
        self.recovery = RecoveryReport()
        self.journal_id = b""
        self.last_seq = 0
        self.last_write_ns = 0
        """How long the last batch took to write and sync."""
        self._lock = lock
        self._is_synced = durability == "fsync"
        self._segment_bytes_max = segment_bytes_max
        self._payload_bytes_max = PAYLOAD_BYTES_MAX
        self._failure: str = ""
        self._buffer = bytearray()
        self._taken_seq = 0
        self._durable_seq = 0
        self._time_ns = 0
        self._fd = -1
        self._segment = 0
        self._offset = 0
        self._digest = FIRST_DIGEST

    @classmethod
    def open(
        cls, directory: Path, durability: Durability = "fsync", segment_bytes_max: int = SEGMENT_BYTES_MAX
    ) -> JournalWriter:
        """Lock and recover the journal in `directory`, or start one there; `recovery` says what was found.

        Raise JournalLocked, JournalUnavailable or JournalDamaged; the journal is unchanged then.
        """
        lock = JournalLock(directory)
        writer = cls(directory, lock, durability, segment_bytes_max)
        try:
            writer._start()
        except OSError as error:
            lock.release()
            raise JournalUnavailable(
                f"The journal {directory} can't be opened for writing ({error.strerror}); "
                "check its permissions and the space on its disk."
            ) from error
        except BaseException:
            lock.release()
            raise
        return writer

    def append(self, time_ns: int, payload: bytes) -> int:
        """Buffer an entry and give its sequence; it is on its way only with the next batch.

        Raise JournalWriteFailed after a failed batch.
        """
        if len(payload) > self._payload_bytes_max:
            self._refuse(payload)
        self.last_seq = seq = self.last_seq + 1
        self._time_ns = time_ns
        record = HEADER.pack(len(payload), seq, time_ns, ENTRY) + payload
        buffer = self._buffer
        buffer += record
        buffer += CRC.pack(zlib.crc32(record))
        return seq

    @property
    def pending_bytes(self) -> int:
        """Bytes that wait for the next `take_batch`."""
        return len(self._buffer)

    def take_batch(self) -> Batch | None:
        """Take all that is buffered, None if nothing is."""
        if not self._buffer:
            return None
        batch = Batch(self._taken_seq + 1, self.last_seq, self._time_ns, self._buffer)
        self._buffer = bytearray()
        self._taken_seq = self.last_seq
        return batch

    def write_batch(self, batch: Batch) -> None:
        """Seal a batch, write it, make it durable, and let followers see it; batches come in the order they were taken.

        Raise JournalWriteFailed if any of it fails: what the batch holds must not be announced, and no other follows.
        """
        if self._failure:
            raise JournalWriteFailed(self._failure)
        started_ns = time.perf_counter_ns()
        data = batch.data
        try:
            is_full = self._offset + len(data) + SEAL_BYTES > self._segment_bytes_max
            if is_full and self._offset > _EMPTY_SEGMENT_BYTES:
                self._start_segment(batch.first_seq, batch.time_ns)
            self._write_sealed(data, batch.last_seq, batch.time_ns)
        except OSError as error:
            self._fail(error)
        self._publish(batch.last_seq)
        self.last_write_ns = time.perf_counter_ns() - started_ns

    def commit(self) -> int:
        """Write what is buffered here and now; give the last durable sequence."""
        batch = self.take_batch()
        if batch is not None:
            self.write_batch(batch)
        return self._taken_seq

    def close(self) -> None:
        """Write what is buffered, unless writing has failed before, and let the journal go."""
        if self._fd < 0:
            return
        try:
            if not self._failure:
                self.commit()
        finally:
            self._payload_bytes_max = -1
            self._failure = self._failure or f"The journal {self.directory} is closed."
            os.close(self._fd)
            self._fd = -1
            self._mark.close()
            self._lock.release()

    def _start(self) -> None:
        self.recovery, tip = recover(self.directory, is_synced=self._is_synced)
        if tip is None:
            self.journal_id = os.urandom(16)
            self._start_segment(1, 0)
            tip = Tip(segment_path(self.directory, 1), 1, self.journal_id, Place(self._offset, 0, self._digest))
        else:
            self._fd = open_segment(tip.path, os.O_WRONLY | os.O_APPEND)
        self.journal_id = tip.journal_id
        self._segment, self._offset, self._digest = tip.first_seq, tip.end.offset, tip.end.digest
        self.last_seq = self._taken_seq = tip.end.seq
        self._mark = MarkWriter(self.directory)
        self._publish(tip.end.seq)

    def _start_segment(self, first_seq: int, time_ns: int) -> None:
        """Begin the segment of `first_seq`: its head is a batch of its own, so that a segment is never without one."""
        path = segment_path(self.directory, first_seq)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o644)
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._segment, self._offset = fd, first_seq, 0
        head = pack_segment(first_seq - 1, time_ns, self.journal_id, self._digest)
        self._write_sealed(bytearray(head), first_seq - 1, time_ns)
        if self._is_synced:
            sync_directory(self.directory)

    def _write_sealed(self, data: bytearray, seq: int, time_ns: int) -> None:
        chain = hashlib.sha256(self._digest)
        chain.update(data)
        self._digest = chain.digest()
        data += pack_seal(seq, time_ns, self._digest)
        written = os.write(self._fd, data)
        while written < len(data):
            written += os.write(self._fd, memoryview(data)[written:])
        if self._is_synced:
            os.fdatasync(self._fd)
        self._offset += written

    def _publish(self, seq: int) -> None:
        self._durable_seq = seq
        self._mark.publish(DurableMark(self._segment, self._offset, seq, self.journal_id, self._is_synced))

    def _fail(self, error: OSError) -> None:
        self._failure = (
            f"The journal {self.directory} can't be written ({error.strerror}) after sequence {self._durable_seq}; "
            "nothing more is accepted: free or repair the disk, then start again."
        )
        self._payload_bytes_max = -1
        raise JournalWriteFailed(self._failure) from error

    def _refuse(self, payload: bytes) -> None:
        if self._failure:
            raise JournalWriteFailed(self._failure)
        invariant(False, f"a journal payload of {len(payload)} bytes is over {PAYLOAD_BYTES_MAX}")
