"""Lock-out: who failed too often is not listened to for a while.

Failures are counted by (address, session), so that a stranger elsewhere can't lock a broker out. The table is bounded:
when it is full, the failure that is longest ago is forgotten.
"""

from __future__ import annotations

from msgspec import Struct

from tradsys_oms.fix.settings import NS_PER_S


class Failures(Struct):
    """How often somebody failed in a row, and when for the last time."""

    count: int
    last_ns: int
    told: int = 0
    """How often they were told so by a Logout, since they last showed who they are."""


class Lockout:
    """Counts failures. `failures_max` of them, none older than `lockout_s`, lock for `lockout_s`.

    Times are of one clock that never goes back.
    """

    def __init__(self, failures_max: int, lockout_s: int, entries_max: int) -> None:
        self._failures_max = failures_max
        self._lockout_ns = lockout_s * NS_PER_S
        self._entries_max = entries_max
        self._failures: dict[tuple[str, str], Failures] = {}

    def __len__(self) -> int:
        return len(self._failures)

    def is_locked(self, address: str, session: str, now_ns: int) -> bool:
        """Tell if an address is locked out of a session. What it tries meanwhile doesn't make it longer."""
        failures = self._failures.get((address, session))
        return (
            failures is not None
            and failures.count >= self._failures_max
            and now_ns - failures.last_ns < self._lockout_ns
        )

    def locked_out_of(self, session: str, now_ns: int) -> list[str]:
        """List the addresses that are locked out of a session."""
        pairs = list(self._failures)
        return [address for address, of in pairs if of == session and self.is_locked(address, session, now_ns)]

    def note_failure(self, address: str, session: str, now_ns: int) -> bool:
        """Count a failure; True for the one that locks."""
        key = address, session
        failures = self._failures.pop(key, None)
        if failures is None:
            failures = Failures(0, now_ns)
            if len(self._failures) >= self._entries_max:
                del self._failures[next(iter(self._failures))]
        elif now_ns - failures.last_ns >= self._lockout_ns:
            failures.count = 0
        failures.count += 1
        failures.last_ns = now_ns
        self._failures[key] = failures  # behind all others: the first one is the oldest
        return failures.count == self._failures_max

    def note_told(self, address: str, session: str) -> None:
        """Take note of a Logout that says so."""
        failures = self._failures.get((address, session))
        if failures is not None:
            failures.told += 1

    def forget(self, address: str, session: str) -> int:
        """Forget what came before: somebody has shown who it is. Gives how often it was told of a failure."""
        failures = self._failures.pop((address, session), None)
        return failures.told if failures is not None else 0
