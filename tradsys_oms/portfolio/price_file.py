"""A CSV file of closing prices, taken as a whole or refused with every fault and its line.

The first line names the columns: `symbol`, `trade_date` (YYYY-MM-DD), `close_px`, and `source` if there is one.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from tradsys_oms.clearing.copy_text import is_clean
from tradsys_oms.clearing.prices import OWN_SOURCE, Price
from tradsys_oms.config.kinds import Scaled
from tradsys_oms.errors import TradsysError

ROWS_MAX: Final = 1_000_000
FAULTS_MAX: Final = 1_000
NEEDED: Final = ("symbol", "trade_date", "close_px")
COLUMNS: Final = (*NEEDED, "source")
CLOSE_PX: Final = Scaled(8, "0.00000001", "1000000000")
SOURCE_CHARACTERS_MAX: Final = 64


class PriceFileInvalid(TradsysError):
    """The file of prices has faults; nothing of it is used."""


class PriceFileUnreadable(TradsysError):
    """The file of prices can't be read at all."""


def read_prices(path: Path, symbols: Collection[str], source: str, today: date) -> list[Price]:
    """Read the prices of a file; `source` is that of rows that name none.

    Raises PriceFileInvalid, whose text has a line for each fault, or PriceFileUnreadable.
    """
    reading = _Reading(path, symbols, source, today)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if reading.has_columns(rows.fieldnames or ()):
                for row in rows:
                    reading.take(rows.line_num, row)
    except OSError as error:
        raise PriceFileUnreadable(f"the prices {path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PriceFileUnreadable(f"the prices {path} are no UTF-8 text") from error
    except csv.Error as error:
        raise PriceFileUnreadable(f"the prices {path} are no CSV after line {reading.line}: {error}") from error
    faults = reading.faults[:FAULTS_MAX]
    if faults:
        count = len(faults)
        what = "1 fault" if count == 1 else f"{count} faults" if count < FAULTS_MAX else f"at least {count} faults"
        raise PriceFileInvalid("\n".join([f"{path} has no valid prices: {what}", *faults]))
    return reading.prices


class _Reading:
    """A file while it is read."""

    def __init__(self, path: Path, symbols: Collection[str], source: str, today: date) -> None:
        self.faults: list[str] = []
        self.prices: list[Price] = []
        self.line = 1
        self._path, self._symbols, self._source, self._today = path, symbols, source, today
        self._first: dict[tuple[str, str], int] = {}

    def has_columns(self, names: Collection[str]) -> bool:
        """Tell that the first line names what is needed, and nothing else."""
        for name in NEEDED:
            if name not in names:
                self._fault(1, f"there is no column {name}; the first line names the columns: {','.join(COLUMNS)}")
        for name in names:
            if name not in COLUMNS:
                self._fault(1, f"there is no such column: {name!r}; columns are {', '.join(COLUMNS)}")
        return not self.faults

    def take(self, line: int, row: Mapping[str | None, str | list[str] | None]) -> None:
        """Take a row, or note what is wrong with it."""
        self.line = line
        if len(self.faults) >= FAULTS_MAX:
            return
        if len(self.prices) >= ROWS_MAX:
            raise PriceFileUnreadable(f"the prices {self._path} are more than {ROWS_MAX}; give them in several files")
        if None in row or any(value is None for value in row.values()):
            self._fault(line, "it has not as many fields as the first line names")
            return
        text = {name: str(value).strip() for name, value in row.items() if name is not None}
        symbol, trade_date, source = text["symbol"], text["trade_date"], text.get("source") or self._source
        faults = len(self.faults)
        self._check_symbol(line, symbol)
        self._check_date(line, trade_date)
        self._check_source(line, source)
        close_px_e8 = self._close_px_e8(line, text["close_px"])
        first = self._first.setdefault((symbol, trade_date), line)
        if first != line:
            self._fault(line, f"{symbol} has a price of {trade_date} already, on line {first}")
        if len(self.faults) == faults:
            self.prices.append(Price(symbol, trade_date, close_px_e8, source))

    def _check_symbol(self, line: int, symbol: str) -> None:
        if symbol not in self._symbols:
            near = difflib.get_close_matches(symbol, self._symbols, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            self._fault(line, f"there is no instrument {symbol!r}{hint}")

    def _check_date(self, line: int, trade_date: str) -> None:
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", trade_date):
                raise ValueError
            day = date.fromisoformat(trade_date)
        except ValueError:
            self._fault(line, f"{trade_date!r} is no date as YYYY-MM-DD")
        else:
            if day > self._today:
                self._fault(line, f"{trade_date} is in the future")

    def _check_source(self, line: int, source: str) -> None:
        if source == OWN_SOURCE:
            self._fault(line, f"the source {OWN_SOURCE} is that of our own trades; name another one")
        elif not is_clean(source) or not 0 < len(source) <= SOURCE_CHARACTERS_MAX:
            self._fault(line, f"the source is no plain text of 1 to {SOURCE_CHARACTERS_MAX} characters")

    def _close_px_e8(self, line: int, text: str) -> int:
        try:
            return CLOSE_PX.parse(text)
        except ValueError as error:
            self._fault(line, f"close_px: {error}")
            return 0

    def _fault(self, line: int, text: str) -> None:
        self.faults.append(f"{self._path}:{line}: {text}")
