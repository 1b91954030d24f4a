"""Supervision of one child process: start it, start it again when it ends, and end it in order.

Restarts wait longer each time (exponential back-off with jitter, up to a cap), and short again after the child has
worked for a while. Too many restarts in a window raise an alert: a log record and a counter; the attempts go on. The
child gets a pipe as standard input that closes when we die, however that happens, and a session of its own, so that a
Ctrl-C in a terminal reaches us and we end the child in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Final

import structlog
from msgspec import Struct

from tradsys_oms.ops.errors import ChildFailed

EXIT_INVARIANT: Final = 3
"""A child that ends with this code found a fault that a restart won't cure."""

log = structlog.get_logger(__name__)


class RestartPolicy(Struct, frozen=True, kw_only=True):
    """How patient the supervision is."""

    wait_first_s: float = 0.5
    wait_max_s: float = 30.0
    healthy_after_s: float = 60.0
    """A child that worked for so long starts again with the first wait."""
    alert_restarts: int = 5
    """More restarts than this within the window raise an alert."""
    alert_window_s: float = 300.0
    stop_timeout_s: float = 8.0
    """After SIGTERM the child has so long, unless `stop` says otherwise; then it is killed."""


class ChildState(Enum):
    """Where a child stands."""

    STOPPED = "stopped"
    RUNNING = "running"
    WAITING = "waiting"


class ChildProcess:
    """One supervised child process."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        policy: RestartPolicy | None = None,
        on_alert: Callable[[str], None] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare to run `command`, in our environment if no other is given.

        `on_alert` gets a sentence when restarts become too many.
        """
        self.name = name
        self.command = tuple(command)
        self.policy = policy or RestartPolicy()
        self.state = ChildState.STOPPED
        self.restarts = 0
        self.alerts = 0
        self.last_exit_code: int | None = None
        self._on_alert = on_alert
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._stop_timeout_s = self.policy.stop_timeout_s
        self._restart_times_s: deque[float] = deque()
        self._wait_s = self.policy.wait_first_s

    @property
    def pid(self) -> int | None:
        """Give the process id while the child runs."""
        return self._process.pid if self._process is not None and self.state is ChildState.RUNNING else None

    async def start(self) -> None:
        """Start the child and its supervision; raise `ChildFailed` if the command can't be run at all."""
        try:
            self._process = await self._spawn()
        except OSError as error:
            raise ChildFailed(f"the child process {self.name} can't be started: {error.strerror}") from error
        self._stopping.clear()
        self._watch = asyncio.create_task(self._supervise(), name=f"supervise {self.name}")

    async def stop(self, timeout_s: float | None = None) -> None:
        """End the supervision and the child: SIGTERM, and SIGKILL when that is not enough in time.

        The child has `timeout_s`, which may be less than nothing, where the policy's time is not the right one.
        """
        self._stop_timeout_s = self.policy.stop_timeout_s if timeout_s is None else timeout_s
        self._stopping.set()
        if self._watch is not None:
            if self._process is not None:
                await self._end(self._process)
            await self._watch
            self._watch = None

    async def _supervise(self) -> None:
        """Run until told to stop. Never cancelled, because a start that is cut in the middle leaves a stray process."""
        while not self._stopping.is_set():
            if self._process is not None:
                await self._wait_for_exit(self._process)
                continue
            self.state = ChildState.WAITING
            if await self._is_stopped_within(self._next_wait_s()):
                break
            self.restarts += 1
            try:
                self._process = await self._spawn()
            except OSError as error:
                log.error("child_start_failed", child=self.name, error=error.strerror)
        if self._process is not None:
            await self._end(self._process)
            self._process = None
        self.state = ChildState.STOPPED

    async def _wait_for_exit(self, process: asyncio.subprocess.Process) -> None:
        started_s = time.monotonic()
        self.last_exit_code = await process.wait()
        self._close_stdin(process)
        self._process = None
        if not self._stopping.is_set():
            self._note_exit(time.monotonic() - started_s)

    async def _is_stopped_within(self, wait_s: float) -> bool:
        try:
            async with asyncio.timeout(wait_s):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True

    async def _spawn(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *self.command, stdin=asyncio.subprocess.PIPE, start_new_session=True, env=self._environment
        )
        self.state = ChildState.RUNNING
        log.info("child_started", child=self.name, pid=process.pid)
        return process

    def _note_exit(self, worked_s: float) -> None:
        now_s = time.monotonic()
        log.warning("child_exited", child=self.name, exit_code=self.last_exit_code, worked_s=round(worked_s, 3))
        if worked_s >= self.policy.healthy_after_s:
            self._wait_s = self.policy.wait_first_s
        self._restart_times_s.append(now_s)
        while now_s - self._restart_times_s[0] > self.policy.alert_window_s:
            self._restart_times_s.popleft()
        if self.last_exit_code == EXIT_INVARIANT:
            self._wait_s = self.policy.wait_max_s
            self._alert("it found a fault that a restart won't cure")
        elif len(self._restart_times_s) > self.policy.alert_restarts:
            self._alert(f"it ended {len(self._restart_times_s)} times in {self.policy.alert_window_s:.0f} s")
            self._restart_times_s.clear()

    def _alert(self, reason: str) -> None:
        self.alerts += 1
        sentence = f"the child process {self.name} needs attention: {reason} (last exit code {self.last_exit_code})"
        log.error("child_alert", child=self.name, alert=sentence)
        if self._on_alert is not None:
            self._on_alert(sentence)

    def _next_wait_s(self) -> float:
        """Give the wait before the next start, between half and all of a span that doubles each time."""
        span_s = min(self._wait_s, self.policy.wait_max_s)
        self._wait_s = min(span_s * 2, self.policy.wait_max_s)
        return span_s * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(self._stop_timeout_s):
                self.last_exit_code = await process.wait()
        except TimeoutError:
            log.warning("child_killed", child=self.name, pid=process.pid, after_s=round(self._stop_timeout_s, 1))
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            self.last_exit_code = await process.wait()
        self._close_stdin(process)

    @staticmethod
    def _close_stdin(process: asyncio.subprocess.Process) -> None:
        if process.stdin is not None:
            process.stdin.close()
