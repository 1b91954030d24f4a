"""Prices and quantities of an instrument as text: events count in ticks and lots.

The texts that were printed are kept: there are few of them, and they come again and again.
"""

from __future__ import annotations

from tradsys_oms.fix.decimals import format_average, format_ticks

PRICE_TEXTS_MAX = 100_000


class Units:
    """Tick and lot of one instrument, and the texts of its prices and quantities."""

    __slots__ = ("lot_e8", "lots", "prices", "tick_e8")

    def __init__(self, tick_e8: int, lot_e8: int) -> None:
        self.tick_e8 = tick_e8
        self.lot_e8 = lot_e8
        self.prices: dict[int, str] = {}
        self.lots: dict[int, str] = {}

    def price(self, ticks: int) -> str:
        """Print a price given in ticks."""
        return self.prices.get(ticks) or self._remember(self.prices, ticks, self.tick_e8)

    def quantity(self, lots: int) -> str:
        """Print a quantity given in lots."""
        return self.lots.get(lots) or self._remember(self.lots, lots, self.lot_e8)

    def average(self, notional: int, lots: int) -> str:
        """Print AvgPx (6) of `lots` that cost `notional` (ticks times lots): exact, or to 10 decimals half up."""
        if lots == 0:
            return "0"
        ticks, rest = divmod(notional, lots)
        return format_average(notional, lots, self.tick_e8) if rest else self.price(ticks)

    @staticmethod
    def _remember(texts: dict[int, str], count: int, unit_e8: int) -> str:
        if len(texts) >= PRICE_TEXTS_MAX:
            texts.clear()
        text = texts[count] = format_ticks(count, unit_e8)
        return text
