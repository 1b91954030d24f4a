"""Which address of a venue is tried next, and when. Sans-I/O: it is told what happened, and gives pauses.

An address is good when the FIX session has logged on there. A round tries each address once; between rounds there is a
pause that doubles each time, with jitter, up to a cap. A line that is lost soon after its logon counts as a failed
attempt, so that a venue which lets in and throws out is not stormed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from tradsys_oms.venues.settings import RECONNECT, VenueAddress

STEADY_S: Final = 10.0
"""A line that has lasted for so long was good."""


class Addresses:
    """The addresses of one venue in turn; `chance` gives numbers from 0 up to 1."""

    def __init__(
        self,
        addresses: tuple[VenueAddress, ...],
        backoff_first_s: float,
        backoff_max_s: float,
        fail_back: str,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._addresses = addresses
        self._first_s = backoff_first_s
        self._max_s = backoff_max_s
        self._goes_back = fail_back == RECONNECT
        self._chance = chance
        self._pause_s = backoff_first_s
        self._at = 0
        self._tried = 0
        """Addresses that failed in this round."""
        self.failovers_total = 0
        """Logons at another address than the one before."""
        self._good_at = -1

    @property
    def current(self) -> VenueAddress:
        """Give the address that is to be tried, or is in use."""
        return self._addresses[self._at]

    def failed(self) -> float:
        """Go to the next address; gives how long to wait before it is tried."""
        self._at = (self._at + 1) % len(self._addresses)
        self._tried += 1
        if self._tried < len(self._addresses):
            return 0.0
        self._tried = 0
        if self._goes_back:
            self._at = 0
        pause_s = min(self._pause_s, self._max_s)
        self._pause_s = min(2 * pause_s, self._max_s)
        return pause_s * (0.5 + self._chance() / 2)

    def logged_on(self) -> None:
        """Take the address as good."""
        self.failovers_total += self._good_at not in (-1, self._at)
        self._good_at = self._at

    def lost(self, lasted_s: float) -> float:
        """Begin a new round after a line that has lasted for `lasted_s`; gives how long to wait before it."""
        if lasted_s < STEADY_S:
            return self.failed()
        self._pause_s = self._first_s
        self._tried = 0
        if self._goes_back:
            self._at = 0
        return 0.0
