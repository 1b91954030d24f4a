"""The age of what a peer leaves unread: how long the oldest byte that waits to be sent has waited.

A peer that reads, however slowly, while we write always has something pending; only one whose oldest byte does not
move is stuck. So each look notes how much was written by then, and the first note whose bytes have not all left says
how old the oldest one is. The answer is as exact as the looks are frequent.
"""

from __future__ import annotations

from collections import deque


class PendingAge:
    """Notes of one connection; bounded, because notes of what has left are dropped and equal ones are not made."""

    __slots__ = ("_notes",)

    def __init__(self) -> None:
        self._notes: deque[tuple[int, int]] = deque()
        """Bytes that were written by then, and the time in ns."""

    def of(self, pending_bytes: int, written_bytes: int, now_ns: int) -> int:
        """Give the age in ns, 0 for nothing pending; `written_bytes` counts all that was ever written."""
        notes = self._notes
        if not pending_bytes:
            notes.clear()
            return 0
        if not notes or notes[-1][0] < written_bytes:
            notes.append((written_bytes, now_ns))
        left_bytes = written_bytes - pending_bytes
        while notes[0][0] <= left_bytes:
            notes.popleft()
        return now_ns - notes[0][1]
