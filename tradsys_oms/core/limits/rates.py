"""How often something may happen: a rate with a burst of the same size, by the generic cell rate algorithm (GCRA).

One number says when the window would be empty again; each event moves it by its part of the window. Where there is no
room for one more before the window is full, it is too much. (ITU-T I.371, annex A: the virtual scheduling algorithm.)
"""

from __future__ import annotations

from typing import NamedTuple

from tradsys_oms.core.limits.table import WINDOWS
from tradsys_oms.core.limits.usage import Usage


class Window:
    """How full the window of a rate is."""

    __slots__ = ("empty_ns",)

    def __init__(self) -> None:
        self.empty_ns = 0
        """When it would be empty again."""


class Rate(NamedTuple):
    """A rate of a usage, and the window of it."""

    window: Window
    increment_ns: int
    slack_ns: int
    """So far ahead of now may the window be before one more event is too much."""
    usage: Usage
    name: str

    def is_over(self, time_ns: int) -> bool:
        """Tell that one more would be too many."""
        return self.window.empty_ns - time_ns > self.slack_ns

    def take(self, time_ns: int) -> None:
        """Count one that is not too many."""
        empty_ns = self.window.empty_ns
        self.window.empty_ns = (empty_ns if empty_ns > time_ns else time_ns) + self.increment_ns

    def take_up(self, time_ns: int) -> None:
        """Count one in any case; the window is full at most."""
        self.take(time_ns)
        self.window.empty_ns = min(self.window.empty_ns, time_ns + self.slack_ns + self.increment_ns)


def rate_of(usage: Usage, name: str) -> Rate | None:
    """Give a rate of a usage by the name of its limit, None where there is none."""
    count: int | None = getattr(usage.limits, name)
    window_ns: int | None = getattr(usage.limits, WINDOWS[name])
    if not count or not window_ns:
        return None
    increment_ns = -(-window_ns // count)  # rounded up, so that there are never more than `count` at once or on average
    return Rate(usage.rates.setdefault(name, Window()), increment_ns, (count - 1) * increment_ns, usage, name)
