"""Authentication: is the sender of a Logon who it says it is, found out off the event loop.

Passwords are judged by a few threads with a bounded queue. A failure is told `failure_delay_ms` after its Logon, or
later when the queue is long: a wrong password, a wrong user and a lock-out can't be told apart by their time, and to
guess is slow. Somebody who is locked out costs no hash.

No password, and no text that a stranger gave as a user, gets into a log.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog
from msgspec import Struct, structs

from tradsys_oms.fix.door.credentials import Credentials, are_asked, is_user
from tradsys_oms.fix.door.lockout import Lockout
from tradsys_oms.fix.door.passwords import FAILED, Outcome, Verdict, judge
from tradsys_oms.fix.settings import SessionSettings

log = structlog.get_logger(__name__)

MS_PER_S: Final = 1000

Done = Callable[[Verdict], None]


class AuthenticationSettings(Struct, frozen=True, kw_only=True):
    """Bounds of guessing, and of what a guess may cost."""

    failures_max: int = 5
    """So many failures of one address with one session lock it out."""
    lockout_s: int = 300
    entries_max: int = 10_000
    """So many pairs of address and session are remembered; the one that failed longest ago is forgotten first."""
    waiting_max: int = 512
    """So many Logons may wait for a thread; a further one is disconnected."""
    threads: int = 2
    failure_delay_ms: int = 500
    """A failed Logon is answered so long after it came."""


class Authentication:
    """Judges Logons. Counters are since the start of the process."""

    def __init__(self, settings: AuthenticationSettings, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self.settings = settings
        self.failures_total = 0
        self.lockouts_total = 0
        self.waiting = 0
        """Logons whose password a thread has, or will have."""
        self._clock = clock
        self._lockout = Lockout(settings.failures_max, settings.lockout_s, settings.entries_max)
        self._threads: ThreadPoolExecutor | None = None

    def begin(self, settings: SessionSettings, credentials: Credentials, address: str, done: Done) -> bool:
        """Judge credentials; `done` is called on the event loop, later. False if too many wait already.

        `address` is what failures are counted by.
        """
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + self.settings.failure_delay_ms / MS_PER_S
        if self._lockout.is_locked(address, settings.session, self._clock()):
            self._fail(settings.session, address, "locked out", deadline_s, done)
            return True
        if self.waiting >= self.settings.waiting_max:
            log.warning("too many logons wait", session=settings.session, address=address, waiting=self.waiting)
            return False
        self.waiting += 1
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.settings.threads, thread_name_prefix="password")
        user = is_user(settings, credentials.username)
        job = loop.run_in_executor(
            self._threads, lambda: judge(settings.password_hash, credentials, is_user=user)
        )  # a closure, because what shows a call shows its arguments

        def judged(future: asyncio.Future[Verdict]) -> None:
            self.waiting -= 1
            if not future.cancelled():
                why = "wrong or missing password" if user and are_asked(settings) else "wrong, missing or unasked user"
                self._take(future, settings.session, address, why, deadline_s, done)

        job.add_done_callback(judged)
        return True

    def locked_out_of(self, session: str) -> list[str]:
        """List the addresses that are locked out of a session now."""
        return self._lockout.locked_out_of(session, self._clock())

    def _take(
        self, future: asyncio.Future[Verdict], session: str, address: str, why: str, deadline_s: float, done: Done
    ) -> None:
        """Act on what the thread found out. Whoever was locked out meanwhile has failed, right or not."""
        error = future.exception()
        verdict = FAILED if error is not None else future.result()
        if error is not None or verdict.is_hash_unusable:
            log.error("password not judged", session=session, reason=repr(error) if error else "its hash is unusable")
        now_ns = self._clock()
        if self._lockout.is_locked(address, session, now_ns):
            self._fail(session, address, "locked out", deadline_s, done)
        elif verdict.outcome is Outcome.AGAINST_POLICY:
            done(verdict)
        elif verdict.outcome is Outcome.GOOD:
            done(structs.replace(verdict, refusals=self._lockout.forget(address, session)))
        else:
            if self._lockout.note_failure(address, session, now_ns):
                self.lockouts_total += 1
                log.warning("locked out", session=session, address=address, seconds=self.settings.lockout_s)
            self._fail(session, address, why, deadline_s, done)

    def _fail(self, session: str, address: str, why: str, deadline_s: float, done: Done) -> None:
        self.failures_total += 1
        self._lockout.note_told(address, session)
        log.warning("authentication failed", session=session, address=address, reason=why)
        asyncio.get_running_loop().call_at(deadline_s, done, FAILED)

    def close(self) -> None:
        """Judge nothing any more."""
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
            self._threads = None
