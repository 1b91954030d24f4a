"""A tape: bytes that decide what an input looks like.

Whoever reads past its end gets zeros, and zero always stands for what is plain and valid, so a shorter tape is a
simpler input: hypothesis shrinks a failing one to its core, and atheris learns which bytes matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Tape:
    """Reads decisions, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def is_over(self) -> bool:
        """All decisions are taken."""
        return self._at >= len(self._data)

    def byte(self) -> int:
        """Give the next byte, 0 behind the end."""
        at = self._at
        self._at = at + 1
        return self._data[at] if at < len(self._data) else 0

    def below(self, limit: int) -> int:
        """Give a number from 0 to before `limit`."""
        value = self.byte()
        if limit > 256:
            value = value << 8 | self.byte()
        return value % limit

    def pick(self, choices: Sequence[T]) -> T:
        """Choose one; the first is the plain one."""
        return choices[self.below(len(choices))]

    def chance(self, percent: int) -> bool:
        """Give True in so many of a hundred cases, and never behind the end."""
        return self.byte() * 100 >= (100 - percent) * 256

    def bytes(self, length: int) -> bytes:
        """Give so many bytes."""
        return bytes(self.byte() for _ in range(length))
