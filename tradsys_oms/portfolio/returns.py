"""From a price history to daily returns: one row per day, one column per instrument.

The return of a day is close over the close of the day before, less 1, and the days are those on which any of the
instruments has a price. Where an instrument has none, its last one before goes on, so it has the return 0 on that day
and the whole move on the day of its next price. Before its first price its returns are 0: such an instrument makes the
estimates too small, and is named in `short`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


class Returns(Struct, frozen=True):
    """Daily returns, the oldest day first."""

    columns: dict[str, int]
    """Column of each instrument."""
    matrix: Array
    """Days in rows, instruments in columns."""
    short: tuple[str, ...]
    """Instruments with fewer prices of their own than there are days with prices."""


def daily_returns(prices: Iterable[tuple[str, str, float]], symbols: Sequence[str], days_max: int) -> Returns:
    """Give the last `days_max` returns of `symbols` from (symbol, date as ISO 8601, close above 0), in any order."""
    table: dict[str, dict[str, float]] = {symbol: {} for symbol in symbols}
    for symbol, trade_date, close in prices:
        if symbol in table:
            table[symbol][trade_date] = close
    dates = sorted({trade_date for closes in table.values() for trade_date in closes})[-(days_max + 1) :]
    closes = np.full((len(dates), len(symbols)), np.nan)
    rows = {trade_date: row for row, trade_date in enumerate(dates)}
    for column, symbol in enumerate(symbols):
        for trade_date, close in table[symbol].items():
            if trade_date in rows:
                closes[rows[trade_date], column] = close
    short = tuple(symbol for column, symbol in enumerate(symbols) if _is_short(closes[:, column]))
    filled = _carried_forward(closes)
    matrix = np.nan_to_num(filled[1:] / filled[:-1] - 1.0, nan=0.0)
    return Returns({symbol: column for column, symbol in enumerate(symbols)}, matrix, short)


def _is_short(closes: Array) -> bool:
    return len(closes) < 2 or bool(np.isnan(closes).any())


def _carried_forward(closes: Array) -> Array:
    """Fill each gap of a column with the last price before it; what is before the first one stays empty."""
    days = np.arange(len(closes))[:, np.newaxis]
    last = np.maximum.accumulate(np.where(np.isnan(closes), 0, days), axis=0)
    return np.take_along_axis(closes, last, axis=0)
