"""Pauses between attempts: each about twice as long as the one before, up to a cap, with jitter."""

from __future__ import annotations

import random
from typing import Final

FIRST_MS: Final = 100


class Backoff:
    """The pauses of one thing that is tried again and again."""

    def __init__(self, cap_ms: int) -> None:
        self._cap_ms = cap_ms
        self._next_ms = FIRST_MS

    def reset(self) -> None:
        """Start with the short pause again: it worked."""
        self._next_ms = FIRST_MS

    def pause_ms(self) -> int:
        """Give the next pause: between half of it and all of it, so that many followers don't come back at once."""
        pause_ms = min(self._next_ms, self._cap_ms)
        self._next_ms = min(2 * pause_ms, self._cap_ms)
        return random.randint(pause_ms // 2, pause_ms)  # noqa: S311 - not a secret
