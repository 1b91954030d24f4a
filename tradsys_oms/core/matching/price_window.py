"""The lowest and the highest price of the last while, at the same small cost for each trade however many there are.

Two queues are kept, one for the lowest and one for the highest: a price that a later one makes meaningless for all time
to come is dropped at once, so that the first of each queue is always the answer.
"""

from __future__ import annotations

from collections import deque


class PriceWindow:
    """Prices in ticks with their times; times come in rising order, or nearly."""

    __slots__ = ("_highs", "_lows")

    def __init__(self) -> None:
        self._lows: deque[tuple[int, int]] = deque()
        """Times and prices, prices rising."""
        self._highs: deque[tuple[int, int]] = deque()
        """Times and prices, prices falling."""

    def add(self, time_ns: int, price: int) -> None:
        """Take note of a price."""
        lows, highs = self._lows, self._highs
        while lows and lows[-1][1] >= price:
            lows.pop()
        lows.append((time_ns, price))
        while highs and highs[-1][1] <= price:
            highs.pop()
        highs.append((time_ns, price))

    def forget(self, before_ns: int) -> None:
        """Drop what is older than a time."""
        for prices in (self._lows, self._highs):
            while prices and prices[0][0] < before_ns:
                prices.popleft()

    def clear(self) -> None:
        """Drop everything."""
        self._lows.clear()
        self._highs.clear()

    @property
    def extremes(self) -> tuple[int, int] | None:
        """The lowest and the highest price, None for no price."""
        return (self._lows[0][1], self._highs[0][1]) if self._lows else None

    @property
    def rows(self) -> list[list[tuple[int, int]]]:
        """All that is kept, for the hash of the state."""
        return [list(self._lows), list(self._highs)]
