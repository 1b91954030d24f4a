"""Who may be sent messages again, and how often: ResendRequests are cheap to make and dear to answer.

A peer that asks again and again from the same number, or from an earlier one, makes no progress: an engine in a loop,
or one whose store is lost. Within a minute, half of `requests_max` such requests are answered at once, the other half
after a second each, and the one beyond ends the session. A request that begins behind all before it is progress, and
starts the count anew; so does the first one in a minute. A peer may ask for everything in many small pieces, whatever
it asked for hours ago.

Over all sessions, at most `concurrent_max` are being sent messages again at a time; the others wait for their turn in
the order in which they came, and get what is new meanwhile. So a morning on which everybody asks for everything hurts
nobody who trades.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from typing import Final

NS_PER_S: Final = 1_000_000_000
PERIOD_NS: Final = 60 * NS_PER_S
SLOW_S: Final = 1


class Verdict(Enum):
    """What becomes of a ResendRequest."""

    ANSWER = auto()
    SLOW_DOWN = auto()
    """Answered, but later."""
    LOGOUT = auto()


class RepeatedRequests:
    """Counts the requests of one peer that make no progress."""

    __slots__ = ("_begin", "_times_ns", "requests_max")

    def __init__(self, requests_max: int) -> None:
        self.requests_max = requests_max
        self._begin = 0
        self._times_ns: deque[int] = deque()

    def judge(self, begin: int, now_ns: int) -> Verdict:
        """Take note of a request from `begin` on, and say what becomes of it."""
        times = self._times_ns
        while times and now_ns - times[0] > PERIOD_NS:
            times.popleft()
        if begin > self._begin or not times:
            times.clear()
            self._begin = begin
        times.append(now_ns)
        if len(times) > self.requests_max:
            return Verdict.LOGOUT
        return Verdict.SLOW_DOWN if len(times) > self.requests_max // 2 else Verdict.ANSWER


class Turns:
    """Gives `concurrent_max` turns at a time; whoever has one gives it back."""

    def __init__(self, concurrent_max: int) -> None:
        self.concurrent_max = concurrent_max
        self._active: dict[object, None] = {}
        self._waiting: dict[object, Callable[[], object]] = {}

    def take(self, who: object) -> bool:
        """Give `who` a turn if there is one now; it may have it already."""
        if who in self._active or len(self._active) < self.concurrent_max:
            self._active[who] = None
            return True
        return False

    def ask(self, who: object, start: Callable[[], object]) -> None:
        """Have `start` called when it is the turn of `who`: now, or later."""
        if self.take(who):
            start()
        else:
            self._waiting[who] = start

    def give_back(self, who: object) -> None:
        """Take note that `who` is done, or waits no more."""
        self._waiting.pop(who, None)
        if who in self._active:
            del self._active[who]
            while self._waiting and len(self._active) < self.concurrent_max:
                following = next(iter(self._waiting))
                start = self._waiting.pop(following)
                self._active[following] = None
                start()

    @property
    def waiting(self) -> int:
        """Count who waits for a turn."""
        return len(self._waiting)
