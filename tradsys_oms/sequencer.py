"""The one place where state changes: a command is applied, journaled with its events, and released when it is durable.

Everything that must not be seen before its cause is durable waits in one queue, in the order in which it came: the
events of commands, and the deferred calls of whoever wants to keep that order (`after_commit`). When nothing waits for
the disk, a deferred call happens at once.

What one command could not finish is gone on with by the next (`GoOn`), in a turn of the loop of its own, so that other
input has its turn between them.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

from tradsys_oms.core.commands import Command, GoOn
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Event
from tradsys_oms.errors import InvariantError
from tradsys_oms.journal.entries import encode_entry
from tradsys_oms.journal.group_commit import GroupCommit
from tradsys_oms.journal.writer import JournalWriter

GO_ON_BYTES_MAX: Final = 16 << 20
"""With more than this not yet durable, what a command left to do waits for the disk."""


class Sequencer:
    """Give every command its place in the journal.

    `release(seq, time_ns, events)` is called once for each command that has events, when it is durable, in sequence;
    `released()` once after each batch; `failed(error)` when the journal can't be written any more: nothing is released
    after that, and the process must end.
    """

    def __init__(
        self,
        engine: Engine,
        writer: JournalWriter,
        loop: asyncio.AbstractEventLoop,
        release: Callable[[int, int, Sequence[Event]], None],
        released: Callable[[], None],
        failed: Callable[[BaseException], None],
        last_time_ns: int = 0,
    ) -> None:
        self.engine = engine
        self.journal = GroupCommit(writer, self._on_durable, failed, loop)
        self._apply = engine.apply
        self._append = self.journal.append
        self._release = release
        self._released = released
        self._failed = failed
        self._loop = loop
        self._waiting: deque[tuple[int, Callable[..., None], tuple[Any, ...]]] = deque()
        self._seq = writer.last_seq
        self._time_ns = last_time_ns
        self._unfinished = engine.unfinished
        self._goes_on = False

    def submit(self, command: Command) -> int:
        """Apply `command`, append it to the journal, and give its sequence number.

        A fault while applying leaves the core in a state that nobody can vouch for: it counts as a broken invariant.
        """
        time_ns = time.time_ns()
        if time_ns <= self._time_ns:
            time_ns = self._time_ns + 1  # the clock may step back; the journal's time may not
        self._time_ns = time_ns
        seq = self._seq + 1
        try:
            events = self._apply(seq, time_ns, command)
        except Exception as error:
            raise InvariantError(f"applying command {seq} failed, the core can't be trusted: {command!r}") from error
        self._append(time_ns, encode_entry(command, events))
        self._seq = seq
        if events:
            self._waiting.append((seq, self._release, (seq, time_ns, events)))
        if self._unfinished and not self._goes_on:
            self._goes_on = True
            if self.journal.pending_bytes < GO_ON_BYTES_MAX:
                self._loop.call_soon(self._go_on)
            else:
                self._waiting.append((seq, self._go_on, ()))
        return seq

    def _go_on(self) -> None:
        self._goes_on = False
        if self._unfinished:
            self.submit(GoOn())

    def after_commit(self, function: Callable[..., None], *args: Any) -> None:
        """Call `function` when all that was submitted before is durable and released: at once if it is already."""
        if self.journal.is_idle and not self._waiting:
            function(*args)
        else:
            self._waiting.append((self._seq, function, args))

    async def committed(self) -> None:
        """Wait until all that was submitted before is durable and released."""
        waiter: asyncio.Future[None] = self._loop.create_future()
        self.after_commit(_wake, waiter)
        await waiter

    @property
    def waiting(self) -> int:
        """Count what waits for the disk."""
        return len(self._waiting)

    def _on_durable(self, seq: int) -> None:
        waiting = self._waiting
        try:
            while waiting and waiting[0][0] <= seq:
                _, function, args = waiting.popleft()
                function(*args)
        except BaseException:
            # A fault in one stays its own: what is behind it would wait for a batch that may be long in coming.
            self._loop.call_soon(self._on_durable, seq)
            raise
        self._released()


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():  # whoever waited may have gone
        waiter.set_result(None)
