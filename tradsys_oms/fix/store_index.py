"""Where each message of a store begins, by MsgSeqNum, at eight bytes each; numbers that were skipped cost nothing.

The numbers fall into runs, between which numbers were skipped. `fences` has, for each run, where each of its messages
begins and where the last one ends.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right


class MessageIndex:
    """Offsets of the messages in the file of a store. A message is added by appending its end to `fences`."""

    def __init__(self) -> None:
        self.fences = array("Q", [0])
        self._firsts = [1]
        """First number of each run."""
        self._bases = [0]
        """Index in `fences` of the first message of each run."""

    def skip(self, next_seq_num: int, offset: int) -> None:
        """Go on with another number, whose message will begin at `offset`."""
        self._firsts.append(next_seq_num)
        self._bases.append(len(self.fences))
        self.fences.append(offset)

    def run_of(self, seq_num: int) -> tuple[int, int, int]:
        """Give the index in `fences` of a number, the last number of its run, and the number before the next run.

        For a number that was skipped, the last number of the run before it, which is less. The last run has no end: 0
        stands for the number before the next one.
        """
        run = bisect_right(self._firsts, seq_num) - 1
        first, base = self._firsts[run], self._bases[run]
        is_last = run + 1 == len(self._bases)
        end = len(self.fences) if is_last else self._bases[run + 1]
        return base + seq_num - first, first + end - base - 2, 0 if is_last else self._firsts[run + 1] - 1
