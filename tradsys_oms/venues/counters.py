"""What a link counts, for `venue show` and metrics; since the start of its process."""

from __future__ import annotations

import time
from collections import deque
from typing import Any, Final

LATENCIES_MAX: Final = 1_000
SENT_MAX: Final = 10_000
"""So many unanswered requests have their latency measured."""


class Counters:
    """Counts, and how long the venue takes to answer."""

    def __init__(self) -> None:
        self.sent = 0
        """Requests and questions given to the FIX session."""
        self.unsent = 0
        self.doubtful = 0
        """Requests of an earlier life that may have been sent or not."""
        self.received = 0
        """Application messages of the venue."""
        self.rejects = 0
        """Rejects (35=3) of the venue."""
        self.rejected = 0
        """Messages of the venue that QuickFIX rejected."""
        self.resends_suppressed = 0
        self.callback_errors = 0
        self.logons = 0
        self.logons_failed = 0
        self.logouts = 0
        self.stores_damaged = 0
        self.store_errors = 0
        """Messages that could not be sent because QuickFIX could not write them down."""
        self._sent_at_ns: dict[str, int] = {}
        self._latencies_us: deque[int] = deque(maxlen=LATENCIES_MAX)

    def asked(self, place: str, now_ns: int) -> None:
        """Note when a request went out that is answered by its name."""
        self._sent_at_ns[place] = now_ns
        if len(self._sent_at_ns) > SENT_MAX:
            self._sent_at_ns.pop(next(iter(self._sent_at_ns)), None)

    def answered(self, place: str) -> None:
        """Note the first answer to it."""
        sent_ns = self._sent_at_ns.pop(place, None)
        if sent_ns is not None:
            self._latencies_us.append((time.time_ns() - sent_ns) // 1000)

    def facts(self) -> dict[str, Any]:
        """Give all as plain values; latencies are of the last answers, in microseconds, 0 for none."""
        counts = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        latencies = sorted(self._latencies_us) or [0]
        return counts | {
            "unanswered": len(self._sent_at_ns),
            "latency_p50_us": latencies[len(latencies) // 2],
            "latency_p99_us": latencies[len(latencies) * 99 // 100],
        }
