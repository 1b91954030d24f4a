"""How fast (docs/risk.md, sections 4 and 9): what was counted in a window, added up from the first one each time.

A window drains evenly. What is counted fills it by its part, and is too much where there is no room for that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor


@dataclass
class Pace:
    """What was counted against a rate or a breaker of one scope: when, its part of the window, and the most that the
    window could be filled then.
    """

    taken: list[tuple[int, int, int]] = field(default_factory=list)

    def filled_ns(self, now_ns: int) -> int:
        """Give how much of the window is filled, as the time that it takes to drain."""
        filled_ns, before_ns = 0, 0
        for time_ns, part_ns, most_ns in self.taken:
            filled_ns = min(max(filled_ns - (time_ns - before_ns), 0) + part_ns, most_ns)
            before_ns = time_ns
        return max(filled_ns - (now_ns - before_ns), 0)

    def has_room(self, now_ns: int, part_ns: int, most_ns: int) -> bool:
        return self.filled_ns(now_ns) + part_ns <= most_ns

    def take(self, now_ns: int, part_ns: int, most_ns: int) -> None:
        """Count something; what does not fit into the window leaves it full."""
        self.taken.append((now_ns, part_ns, most_ns))


def rate_part(count: int, window_ns: int) -> int:
    """Give what one order or message fills: rounded up to whole ns."""
    return ceil(Fraction(window_ns, count))


def breaker_part(amount: int, most: int, window_ns: int) -> int:
    """Give what orders, fills, refusals or money fill: rounded down to whole ns, but never nothing."""
    return max(floor(Fraction(amount * window_ns, most)), 1)
