"""What stands still is said in the log while it does: the disk under the journal, or the event loop.

Answers wait for both, and to a broker both look the same as a lost message. So whoever asks afterwards why answers were
late finds in the log which of the two it was; where neither is there, the delay was not ours.
"""

from __future__ import annotations

from typing import Final

import structlog

from tradsys_oms.journal.group_commit import GroupCommit

STANDSTILL_S: Final = 1.0

log = structlog.get_logger(__name__)


class Standstill:
    """Watches from the loop itself, which calls `look` at least every `pause_max_s`; times of the monotonic clock."""

    def __init__(self, journal: GroupCommit, pause_max_s: float, now_s: float) -> None:
        self._journal = journal
        self._loop_max_s = pause_max_s + STANDSTILL_S
        self._looked_s = now_s
        self._told_s = 0.0
        """When the batch began to be written that was told of, 0 for none."""

    def look(self, now_s: float) -> None:
        """Say what stands still, or did."""
        stood_s, self._looked_s = now_s - self._looked_s, now_s
        if stood_s > self._loop_max_s:
            log.warning("loop_stood_still", seconds=round(stood_s, 1))
        began_s = self._journal.flight_began_s
        if self._told_s and began_s != self._told_s:
            log.warning("journal_written_again", seconds=round(now_s - self._told_s, 1))
            self._told_s = 0.0
        if began_s and not self._told_s and now_s - began_s > STANDSTILL_S:
            log.warning("journal_waits_for_disk", seconds=round(now_s - began_s, 1), seq=self._journal.durable_seq)
            self._told_s = began_s
