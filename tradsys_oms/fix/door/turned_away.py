"""Who was turned away: connections that came to nothing, counted and logged.

Each has a line in the log that says why, so that an operator finds the broker who can't log on. A peer that connects
again and again gets a few lines a second, and the others only their count: writing a line costs more than all the rest
of refusing a connection, and many would bury what is worth reading.
"""

from __future__ import annotations

from typing import Final

import structlog

log = structlog.get_logger(__name__)

LINES_PER_ADDRESS_MAX: Final = 5
ADDRESSES_MAX: Final = 50
"""So many addresses have lines of their own between two calls of `tell`."""


class TurnedAway:
    """Counts all, and logs those of each address that come first between two calls of `tell`."""

    def __init__(self) -> None:
        self.total = 0
        self._lines: dict[str, int] = {}
        """Lines since the last call of `tell`, by address."""
        self._unlogged = 0

    def note(self, peer: str, reason: str) -> None:
        """Take note of a connection from `peer`, an address with its port."""
        self.total += 1
        address = peer.rpartition(":")[0]
        lines = self._lines.get(address, 0)
        if lines < LINES_PER_ADDRESS_MAX and (lines or len(self._lines) < ADDRESSES_MAX):
            self._lines[address] = lines + 1
            log.info("connection refused", address=peer, reason=reason)
        else:
            self._unlogged += 1

    def tell(self) -> None:
        """Log the number of those without a line, and give all addresses lines again."""
        if self._unlogged:
            log.info("more connections refused", connections=self._unlogged)
        self._unlogged = 0
        self._lines.clear()
