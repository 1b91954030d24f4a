"""Pipelined group commit: while one batch is being synced in a thread, the loop goes on appending the next.

A commit starts at the end of the loop iteration that appended first, so that everything which one read of the sockets
brought shares one sync. There is never more than one batch in flight; what gathers meanwhile is the next batch, so
the size of batches adapts itself to the disk. In mode "os" a write is only a copy and is done in the loop itself.

A thread of our own with a queue, because it hands a batch over and back in two thirds of the time of an executor.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final

from tradsys_oms.errors import invariant
from tradsys_oms.journal.writer import Batch, JournalWriter

SYNC_BOUNDS_US: Final = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 1_000_000)
"""Upper bounds of the buckets of `GroupCommit.sync_histogram`, which has one more for all above."""

_SWITCH_INTERVAL_MAX_S: Final = 0.000_05
"""How long a busy loop may keep the interpreter from the commit thread, which needs it a few times per batch.

A loop that lets go for a moment at each callback, as uvloop does, starts this time anew and can keep the thread out for
seconds at Python's default of 5 ms; below the usual length of a callback it can't.
"""


class CommitStatistics:
    """Plain counters for metrics; write and sync of a batch count as one duration."""

    def __init__(self) -> None:
        self.batches = 0
        self.bytes = 0
        self.last_sync_ns = 0
        self.sync_ns_sum = 0
        self.sync_histogram = [0] * (len(SYNC_BOUNDS_US) + 1)

    def count(self, batch_bytes: int, sync_ns: int) -> None:
        """Count one batch."""
        self.batches += 1
        self.bytes += batch_bytes
        self.last_sync_ns = sync_ns
        self.sync_ns_sum += sync_ns
        self.sync_histogram[bisect_left(SYNC_BOUNDS_US, sync_ns // 1000)] += 1


class GroupCommit:
    """Append to a journal from an event loop and hear, on the loop, what has become durable.

    `on_durable(seq)`: all entries up to `seq` are durable, called in rising order. `on_failure(error)`: nothing after
    `durable_seq` ever will be; called once, and `append` raises from then on.
    """

    def __init__(
        self,
        writer: JournalWriter,
        on_durable: Callable[[int], None],
        on_failure: Callable[[BaseException], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.durable_seq = writer.last_seq
        self.appended_seq = writer.last_seq
        self.statistics = CommitStatistics()
        self.failure: BaseException | None = None
        self._writer = writer
        self._append = writer.append
        self._on_durable = on_durable
        self._on_failure = on_failure
        self._loop = loop
        self._is_busy = False
        self._flight_bytes = 0
        self.flight_began_s = 0.0
        """When the batch in flight was handed over, by the monotonic clock; 0 while there is none."""
        self._drained: list[asyncio.Future[None]] = []
        self._queue: SimpleQueue[Batch | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        if writer.durability == "fsync":
            sys.setswitchinterval(min(sys.getswitchinterval(), _SWITCH_INTERVAL_MAX_S))
            self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
            self._thread.start()

    def append(self, time_ns: int, payload: bytes) -> int:
        """Append an entry, give its sequence, and see to it that a commit follows.

        Raise JournalWriteFailed after a failure.
        """
        self.appended_seq = seq = self._append(time_ns, payload)
        if not self._is_busy:
            self._is_busy = True
            self._loop.call_soon(self._commit)
        return seq

    @property
    def is_idle(self) -> bool:
        """Nothing is buffered or in flight: all that was appended is durable."""
        return self.durable_seq == self.appended_seq

    @property
    def pending_bytes(self) -> int:
        """Bytes appended and not yet durable."""
        return self._writer.pending_bytes + self._flight_bytes

    @property
    def flight_s(self) -> float:
        """How long the batch in flight has been at the disk; 0 for none."""
        began_s = self.flight_began_s
        return time.monotonic() - began_s if began_s else 0.0

    async def drain(self) -> None:
        """Wait until all that is appended is durable; raise the failure if it never will be."""
        while not self.is_idle:
            if self.failure is not None:
                raise self.failure
            waiter = self._loop.create_future()
            self._drained.append(waiter)
            await waiter

    def close(self) -> None:
        """End the thread after the batch in flight; `drain` first to lose nothing, close the writer afterwards."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _commit(self) -> None:
        """Start the next batch if there is one."""
        batch = self._writer.take_batch()
        if batch is None or self.failure is not None:
            self._is_busy = False
            return
        self._flight_bytes = len(batch.data)
        self.flight_began_s = time.monotonic()
        if self._thread is not None:
            self._queue.put(batch)
        else:
            self._write(batch, self._call_now)

    def _work(self) -> None:
        """Top of the thread: write batches until told to stop."""
        while (batch := self._queue.get()) is not None:
            self._write(batch, self._call_on_loop)

    def _write(self, batch: Batch, report: Callable[..., None]) -> None:
        try:
            self._writer.write_batch(batch)
        except Exception as error:  # the thread's boundary: whatever it is, this journal is finished
            report(self._failed, error)
        else:
            report(self._done, batch)

    @staticmethod
    def _call_now(function: Callable[..., None], argument: object) -> None:
        function(argument)

    def _call_on_loop(self, function: Callable[..., None], argument: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, argument)

    def _done(self, batch: Batch) -> None:
        """Start the next batch first, so that the disk works while the reports of this one go out."""
        invariant(batch.last_seq > self.durable_seq, "batches become durable in order")
        self.statistics.count(len(batch.data), self._writer.last_write_ns)
        self.durable_seq = batch.last_seq
        self._flight_bytes = 0
        self.flight_began_s = 0.0
        if self._thread is not None:
            self._commit()
        else:
            self._is_busy = False
        try:
            self._on_durable(batch.last_seq)
        finally:
            if self.is_idle:
                self._wake()

    def _failed(self, error: BaseException) -> None:
        self.failure = error
        self._on_failure(error)
        self._wake()

    def _wake(self) -> None:
        waiters, self._drained = self._drained, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
