"""How many messages a session may send: a token bucket, and what happens to what is beyond it.

A bucket holds `burst` tokens and gets `rate_per_s` new ones a second; every message takes one. It is kept as one
number, the time at which the bucket would be full again, so asking costs a comparison and an addition, for one message
or for a whole batch. A session has a bucket of its own and one that all sessions of its member share; a message needs a
token of each.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

NS_PER_S: Final = 1_000_000_000


class Excess(Enum):
    """What happens to messages beyond the limit."""

    REJECT = "reject"
    """BusinessMessageReject (35=j); cancels are taken."""
    REPORT = "report"
    """ExecutionReport or OrderCancelReject that refuses; cancels are taken."""
    DELAY = "delay"
    """They wait, unread, until there are tokens."""
    DISCONNECT = "disconnect"
    """The session is logged out."""


class Bucket:
    """Tokens for messages; times in ns of any clock that is always the same one."""

    __slots__ = ("_burst_ns", "_full_ns", "_interval_ns", "burst", "rate_per_s")

    def __init__(self, rate_per_s: int, burst: int = 0) -> None:
        self._full_ns = 0
        self._interval_ns = 1
        self.change(rate_per_s, burst, 0)

    def change(self, rate_per_s: int, burst: int, now_ns: int) -> None:
        """Set the rate; `burst` 0 is as much as comes in a second. As many tokens are missing as before, or all."""
        missing_ns, interval_ns = max(0, self._full_ns - now_ns), self._interval_ns
        self.rate_per_s, self.burst = rate_per_s, burst or rate_per_s
        self._interval_ns = NS_PER_S // rate_per_s
        self._burst_ns = self.burst * self._interval_ns
        self._full_ns = now_ns + min(missing_ns * self._interval_ns // interval_ns, self._burst_ns)

    def has(self, count: int, now_ns: int) -> bool:
        """Tell if there are so many tokens; none is taken."""
        return max(self._full_ns, now_ns) + count * self._interval_ns - now_ns <= self._burst_ns

    def take(self, count: int, now_ns: int) -> None:
        """Take so many tokens, which must be there."""
        self._full_ns = max(self._full_ns, now_ns) + count * self._interval_ns

    def wait_ns(self, now_ns: int) -> int:
        """Say how long it takes until there is a token."""
        return max(0, max(self._full_ns, now_ns) + self._interval_ns - now_ns - self._burst_ns)


class Throttle:
    """The buckets that the messages of one session draw from, and the policy for what is beyond."""

    __slots__ = ("_buckets", "excess", "limits", "text")

    def __init__(self, excess: Excess, session: Bucket | None, member: Bucket | None) -> None:
        self.excess = excess
        self._buckets = [bucket for bucket in (session, member) if bucket is not None]
        self.limits = [f"{bucket.rate_per_s} per second" for bucket in (session,) if bucket is not None]
        self.limits += [f"{bucket.rate_per_s} per second for the member" for bucket in (member,) if bucket is not None]
        self.text = f"Message rate limit exceeded: {', '.join(self.limits)}"

    def take(self, count: int, now_ns: int) -> bool:
        """Take so many tokens of every bucket, or none: then there are not enough."""
        for bucket in self._buckets:
            if not bucket.has(count, now_ns):
                return False
        for bucket in self._buckets:
            bucket.take(count, now_ns)
        return True

    def take_some(self, count: int, now_ns: int) -> int:
        """Take as many tokens as there are, up to `count`; gives how many."""
        if self.take(count, now_ns):
            return count
        taken = 0
        while taken < count and self.take(1, now_ns):
            taken += 1
        return taken

    def wait_ns(self, now_ns: int) -> int:
        """Say how long it takes until there is a token of every bucket."""
        return max(bucket.wait_ns(now_ns) for bucket in self._buckets)
