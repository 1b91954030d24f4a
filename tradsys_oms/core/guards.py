"""Volatility guards; the real ones come with the phases."""

from __future__ import annotations

from tradsys_oms.core.instruments import Instrument
from tradsys_oms.core.work import Work


def bound(instrument: Instrument, side: str) -> int:
    """Give the worst price at which an incoming order may trade, 0 for any."""
    return 0


def traded(instrument: Instrument, time_ns: int, price: int) -> None:
    """Take note of the price of a trade."""


def check(work: Work, instrument: Instrument) -> None:
    """Call the auction or the halt that is due."""
