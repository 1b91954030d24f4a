"""The durable ceiling over the numbers of what a session sends.

The journal keeps, for each session, a ceiling: every MsgSeqNum below it may have been on the wire. It is raised ahead
of need, a chunk at a time, so that at most a chunk of numbers is skipped after a power loss, and hardly ever anything
waits for it. What goes beyond the ceiling that is durable has to be synced in the store before it is sent.
"""

from __future__ import annotations

from typing import Final

CHUNK: Final = 65_536
"""So many numbers are reserved ahead."""
LOW_WATER: Final = CHUNK // 2
"""With fewer than so many left, more are reserved."""


class ReservedNumbers:
    """The ceiling of one session: numbers below `ceiling` are reserved durably."""

    __slots__ = ("_epoch", "ceiling", "is_asked", "low_water")

    def __init__(self) -> None:
        self._epoch = -1
        self.ceiling = 0
        self.low_water = 0
        """With a next number above this, `is_low` must be asked."""
        self.is_asked = False
        """More were asked for, and are not durable yet."""

    def reserved(self, epoch: int, ceiling: int) -> None:
        """Take note that a reservation is durable, for an epoch that has begun or is about to."""
        self._epoch, self.ceiling, self.is_asked = epoch, ceiling, False
        self.low_water = ceiling - LOW_WATER

    def restart(self, epoch: int) -> None:
        """Begin an epoch, with what was reserved for it in advance, or with nothing."""
        if epoch != self._epoch:
            self.ceiling = 0
        self.low_water = 0
        self.is_asked = False

    def is_low(self, next_out: int) -> bool:
        """Tell if more have to be reserved."""
        self.low_water = self.ceiling - LOW_WATER
        return next_out > self.low_water
