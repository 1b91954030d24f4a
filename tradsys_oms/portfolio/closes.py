"""Closing prices out of the journal: the price of the last trade of each instrument at the end of its trading day.

An instrument with phases has the days of its schedule; the end of each gives a price, also where it did not trade on
that day. One that always trades has UTC dates, and a price for those on which it traded: nobody says which of the
others are no trading days.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from tradsys_oms.core.commands import EndDay, StartDay
from tradsys_oms.core.events import Execution, PhaseChanged
from tradsys_oms.core.fields import ExecType
from tradsys_oms.journal.entries import Entry
from tradsys_oms.portfolio.positions import Positions, is_at_venue, is_refused

NS_PER_S = 1_000_000_000


class Close(NamedTuple):
    """A closing price."""

    symbol: str
    trade_date: str
    """ISO 8601."""
    close_px_e8: int


class DayCloses:
    """Gives the closing prices that entries bring. Each entry comes here before `positions` takes it over."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self._trade_dates: dict[str, int] = {}
        self._day = 0
        self._traded: dict[str, None] = {}

    def closes_of(self, entry: Entry) -> list[Close]:
        """Give the closing prices of the days that end with an entry."""
        closes = self._end_utc_day(entry.time_ns)
        command = entry.command
        if isinstance(command, StartDay | EndDay) and not is_refused(entry):
            if isinstance(command, StartDay):
                self._trade_dates[command.symbol] = command.trade_date
            else:
                closes += self._end_trading_day(command.symbol)
        for event in entry.events:
            if isinstance(event, Execution):
                if event.exec_type == ExecType.TRADE and not is_at_venue(event):
                    self._note_trade(event.symbol)
            elif isinstance(event, PhaseChanged) and event.trade_date:
                self._trade_dates[event.symbol] = event.trade_date
        return closes

    def _note_trade(self, symbol: str) -> None:
        if not self._positions.instruments[symbol].has_phases:
            self._traded[symbol] = None

    def _end_utc_day(self, time_ns: int) -> list[Close]:
        """A clock that is set back over midnight doesn't reopen the day before."""
        day = time_ns // (86_400 * NS_PER_S)
        if day <= self._day:
            return []
        date = _iso(self._day)
        closes = [Close(symbol, date, self._last_px_e8(symbol)) for symbol in self._traded]
        self._day = day
        self._traded = {}
        return closes

    def _end_trading_day(self, symbol: str) -> list[Close]:
        if not self._last_px_e8(symbol):
            return []
        number = self._trade_dates.get(symbol, 0)
        date = f"{number // 10_000:04}-{number // 100 % 100:02}-{number % 100:02}" if number else _iso(self._day)
        return [Close(symbol, date, self._last_px_e8(symbol))]

    def _last_px_e8(self, symbol: str) -> int:
        return self._positions.instruments[symbol].last_px_e8


def _iso(day: int) -> str:
    """Give the date of a day since the epoch."""
    return time.strftime("%Y-%m-%d", time.gmtime(day * 86_400))
