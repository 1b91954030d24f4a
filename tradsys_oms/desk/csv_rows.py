"""Rows of a CSV file that an operator loads: all of them are good, or all faults are named and nothing is done.

The first line names the columns. The file is read on a thread, as a whole, and its size is bounded.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tradsys_oms.desk.operators import OperationRefused
from tradsys_oms.fix.decimals import parse_e8

FILE_BYTES_MAX: Final = 64 << 20
ROWS_MAX: Final = 250_000
"""What is done within the time that the command line waits for an answer."""
FAULTS_NAMED_MAX: Final = 1_000


class Row(NamedTuple):
    """A line of the file, and its values in the order of the columns."""

    line: int
    values: tuple[str, ...]


class Faults:
    """What is wrong with a file, by line."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines: list[str] = []
        self.count = 0

    def add(self, line: int, sentence: str) -> None:
        """Note a fault."""
        self.count += 1
        if self.count <= FAULTS_NAMED_MAX:
            self._lines.append(f"line {line}: {sentence}")

    def refuse(self) -> None:
        """Raise `OperationRefused` with a line for each fault, if there is one."""
        if self.count:
            more = [f"and {self.count - FAULTS_NAMED_MAX} more"] if self.count > FAULTS_NAMED_MAX else []
            what = "1 fault" if self.count == 1 else f"{self.count} faults"
            raise OperationRefused("\n".join([f"{self._name} has {what}, nothing is loaded", *self._lines, *more]))

    def decimal_e8(self, line: int, column: str, text: str) -> int:
        """Read a decimal as units of 1e-8; one that is none is a fault, and 0."""
        try:
            return parse_e8(text)
        except ValueError as wrong:
            self.add(line, f"{column}: {wrong}")
            return 0


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """Read the rows of a file with exactly these columns, in any order; raises `OperationRefused` with all faults."""
    faults = Faults(path.name)
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise OperationRefused(f"{path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise OperationRefused(f"{path.name} is not a text in UTF-8: byte {error.start}") from error
    if len(raw) > FILE_BYTES_MAX:
        raise OperationRefused(f"{path.name} is larger than {FILE_BYTES_MAX} bytes")
    try:
        rows = list(_rows(text, columns, faults))
    except csv.Error as error:
        raise OperationRefused(f"{path.name} is no CSV file: {error}") from error
    faults.refuse()
    return rows


def _rows(text: str, columns: Sequence[str], faults: Faults) -> Iterator[Row]:
    reader = csv.reader(text.splitlines(), strict=True)
    heading = [name.strip() for name in next(reader, [])]
    if sorted(heading) != sorted(columns):
        faults.add(1, f"the columns are {','.join(columns)}, not {','.join(heading)}")
        return
    places = [heading.index(name) for name in columns]
    for count, values in enumerate(reader, 1):
        if count > ROWS_MAX:
            faults.add(reader.line_num, f"there are more than {ROWS_MAX} rows")
            return
        if len(values) == len(heading):
            yield Row(reader.line_num, tuple(values[place].strip() for place in places))
        elif values:
            faults.add(reader.line_num, f"{len(values)} values in place of {len(heading)}")
