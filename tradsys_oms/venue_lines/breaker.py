"""The circuit breaker of one venue: it looks at answers, and says whether the venue may get orders.

Closed: orders go there. Open, after too many refusals, answers that are late, or one that never came: none go there,
for a time that is longer each time. Half-open, after that: a few orders go there as probes, and what becomes of them
decides. Orders that were entered in the same batch as the last probe go there too, because a venue is barred by a
command like all others; they do not count.

Pure: time (of a monotonic clock, in ns) and chance are handed in.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"
NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000
TAKEN_OVER: Final = "it was open when the daemon was started"


class BreakerRules(Struct, frozen=True, kw_only=True):
    """When it opens, and for how long; names and meaning are those of the configuration of a venue."""

    latency_max_ms: int = 0
    """0 for never."""
    latency_orders: int = 10
    rejects_max: int = 20
    """0 for never."""
    rejects_window_s: int = 10
    probes: int = 3
    back_off_first_ms: int = 500
    back_off_max_s: int = 30


class Breaker:
    """The breaker. `spread(a, b)` gives a number between two others by chance."""

    def __init__(self, rules: BreakerRules, spread: Callable[[float, float], float] = random.uniform) -> None:
        self.rules = rules
        self.state = CLOSED
        self.reason = ""
        """Why it is not closed."""
        self.opened = 0
        """Times that it has opened since it was made."""
        self._spread = spread
        self._refusals_ns: deque[int] = deque()
        self._late = 0
        """Answers in a row that were."""
        self._half_open_ns = 0
        """When to try again."""
        self._wait_ns = 0
        """The span out of which the last wait was drawn; 0 when it has proved well."""
        self._probes: dict[str, None] = {}
        """ClOrdIDs of probes that are not answered."""
        self._proved = 0
        """Probes that were answered well."""

    @property
    def is_barring(self) -> bool:
        """The venue is to get no orders now."""
        if self.state == HALF_OPEN:
            return self._proved + len(self._probes) >= self.rules.probes
        return self.state == OPEN

    @property
    def half_open_ns(self) -> int:
        """When it will be tried again, 0 for one that is not open."""
        return self._half_open_ns if self.state == OPEN else 0

    def sent(self, clord_id: str) -> None:
        """An order has gone to the venue."""
        if self.state == HALF_OPEN and not self.is_barring:
            self._probes[clord_id] = None

    def answered(self, clord_id: str, latency_ns: int, now_ns: int) -> None:
        """The venue has taken a request, after so long."""
        limit_ms = self.rules.latency_max_ms
        if limit_ms and latency_ns > limit_ms * NS_PER_MS:
            late = f"an answer took {latency_ns // NS_PER_MS} ms, more than {limit_ms}"
            self._late += 1
            if clord_id in self._probes:
                self._open(late, now_ns)
            elif self.state == CLOSED and self._late >= self.rules.latency_orders:
                self._open(f"{late}, as did {self._late} in a row", now_ns)
            return
        self._late = 0
        if self._probes.pop(clord_id, self) is None:
            self._proved += 1
            if self._proved >= self.rules.probes:
                self.close()

    def refused(self, clord_id: str, now_ns: int) -> None:
        """The venue has refused a request."""
        if clord_id in self._probes:
            self._open("it refused an order that was a probe", now_ns)
        if self.state != CLOSED or not self.rules.rejects_max:
            return
        times, since_ns = self._refusals_ns, now_ns - self.rules.rejects_window_s * NS_PER_S
        times.append(now_ns)
        while times[0] <= since_ns:
            times.popleft()
        if len(times) >= self.rules.rejects_max:
            self._open(f"it refused {len(times)} requests in {self.rules.rejects_window_s} s", now_ns)

    def unanswered(self, clord_id: str, timeout_ms: int, now_ns: int) -> None:
        """A request was not answered in time."""
        if self.state == CLOSED or clord_id in self._probes:
            self._open(f"it has not answered {clord_id} within {timeout_ms} ms", now_ns)

    def unsent(self, clord_id: str) -> None:
        """A request never went there, which says nothing about the venue."""
        self._probes.pop(clord_id, None)

    def line_lost(self) -> None:
        """The line is down: what was out says nothing any more about how the venue answers."""
        self._probes.clear()
        self._proved = self._late = 0

    def tick(self, now_ns: int) -> None:
        """Try again when the time has come."""
        if self.state == OPEN and now_ns >= self._half_open_ns:
            self.state = HALF_OPEN

    def take_over(self, now_ns: int) -> None:
        """Go on with a breaker that was open in another life."""
        self._open(TAKEN_OVER, now_ns)

    def close(self) -> None:
        """Let orders go there again, and forget what was."""
        self.state, self.reason, self._wait_ns = CLOSED, "", 0
        self._forget()

    def _open(self, reason: str, now_ns: int) -> None:
        first_ns, most_ns = self.rules.back_off_first_ms * NS_PER_MS, self.rules.back_off_max_s * NS_PER_S
        self._wait_ns = min(self._wait_ns * 2 or first_ns, most_ns)
        self._half_open_ns = now_ns + int(self._wait_ns * self._spread(0.5, 1.0))
        self.state, self.reason = OPEN, reason
        self.opened += 1
        self._forget()

    def _forget(self) -> None:
        self._refusals_ns.clear()
        self.line_lost()
