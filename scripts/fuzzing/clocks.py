"""A clock for fuzzing: wall time that may jump and be set back, and an event loop whose timers follow it at once."""

from __future__ import annotations

import asyncio
from typing import Final

from scripts.fuzzing.inputs import NS_PER_S

START_NS: Final = 1_767_225_600_000_000_000


class Clock:
    """Gives the time of day and, for timers, one that only goes on."""

    def __init__(self) -> None:
        self.now_ns = START_NS
        self.elapsed_ns = NS_PER_S

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ns += int(seconds * NS_PER_S)
        self.elapsed_ns += int(seconds * NS_PER_S)

    def set_back(self, seconds: int) -> None:
        """Set the time of day back; timers don't notice."""
        self.now_ns -= seconds * NS_PER_S

    def time_ns(self) -> int:
        """Stand in for time.time_ns."""
        return self.now_ns

    def monotonic_ns(self) -> int:
        """Stand in for time.monotonic_ns."""
        return self.elapsed_ns


class ClockLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers are due by a `clock`; nobody may wait for them without advancing it."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()

    def time(self) -> float:
        """Give the time of timers, in seconds."""
        return self.clock.elapsed_ns / NS_PER_S
