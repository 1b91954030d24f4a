"""A challenge: is the connection that has the session still alive, when its peer stands at the door again?

A broker whose machine died, or whose line was cut without a word, comes back before we miss a heartbeat. Where its
session allows it, the first connection gets a TestRequest; if nothing at all is heard of it in time, it is cut and the
second one takes its place. A first one that lives is not disturbed, and the second one is closed without a word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from tradsys_oms.fix.session import Session

PATIENCE_S: Final = 2
CHECK_S: Final = 0.05
CUT_TIMEOUT_S: Final = 1
REASON: Final = "silent, and its peer has connected again"


class First(Protocol):
    """What is needed of the connection that has the session."""

    def abort(self, reason: str) -> None:
        """Cut it."""


class Challenge:
    """Waits for a sign of life; `done` is told if the place is free."""

    def __init__(self, session: Session, first: First, done: Callable[[bool], None]) -> None:
        self._session, self._first, self._done = session, first, done
        self._heard_ns = session.heartbeat.alive_ns
        self._loop = asyncio.get_running_loop()
        self._deadline_s = self._loop.time() + PATIENCE_S
        self._is_cut = False
        self._check()

    def _check(self) -> None:
        now_s = self._loop.time()
        if not self._session.is_online:
            self._done(True)
        elif self._session.heartbeat.alive_ns != self._heard_ns or now_s >= self._deadline_s + CUT_TIMEOUT_S:
            self._done(False)
        else:
            if now_s >= self._deadline_s and not self._is_cut:
                self._is_cut = True
                self._first.abort(REASON)
            self._loop.call_later(CHECK_S, self._check)
