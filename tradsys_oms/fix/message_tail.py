"""Reading of a message log from its end: the last lines, and those that come, across rotations.

A file is known by its inode: when it is rotated it keeps it under another name, so a reader finds out which file comes
after the one that it has read to the end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

from tradsys_oms.fix.errors import MessageLogUnavailable
from tradsys_oms.fix.message_files import rotated

BLOCK_BYTES: Final = 1 << 16


class Tail:
    """Reads one session's log from its end, as it is when this is made, into both directions.

    Lines come with their newline. Raises MessageLogUnavailable if there is no log; a context manager.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open("rb") as file:
                self._start = self._offset = _end_of_lines(file.fileno())
                self._file = os.dup(file.fileno())
        except OSError as error:
            raise MessageLogUnavailable(f"The message log {path} can't be read: {error.strerror}.") from error
        self._partial = b""
        self._is_rotated = False

    def __enter__(self) -> Tail:
        """Enter with the file open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        os.close(self._file)

    def backwards(self) -> Iterator[bytes]:
        """Give the lines that were there, the last one first, those of rotated files after them."""
        age = self._age(self._file)
        yield from _backwards(self._file, self._start)
        while (path := rotated(self._path, age := age + 1)).exists():
            with path.open("rb") as file:
                yield from _backwards(file.fileno(), _end_of_lines(file.fileno()))

    def new_lines(self) -> Iterator[bytes]:
        """Give the lines that came since the last time; ends when there are no more for now."""
        while True:
            block = os.pread(self._file, BLOCK_BYTES, self._offset)
            self._offset += len(block)
            *lines, self._partial = (self._partial + block).split(b"\n")
            for line in lines:
                yield line + b"\n"
            if not block and not self._go_on():
                return

    def _go_on(self) -> bool:
        """At the end of a file: tell if there may be more, there or in the file that came after it."""
        age = self._age(self._file)
        if age == 0:
            return False
        if not self._is_rotated:  # what was written just before the rotation may not be read yet
            self._is_rotated = True
            return True
        try:
            after = os.open(rotated(self._path, age - 1), os.O_RDONLY | os.O_CLOEXEC)
        except OSError:  # the next one isn't there yet
            return False
        os.close(self._file)
        self._file, self._offset, self._is_rotated = after, 0, False
        return True

    def _age(self, file: int) -> int:
        """Tell how many rotations ago this file was written; one more than the oldest that is there if it is gone."""
        mine = os.fstat(file)
        age = 0
        while True:
            try:
                found = os.stat(rotated(self._path, age))
            except OSError:
                if age:  # in the midst of a rotation there is none of age 0
                    return age
            else:
                if os.path.samestat(found, mine):
                    return age
            age += 1


def _end_of_lines(file: int) -> int:
    """Find where the last whole line ends; what stands behind it is still being written."""
    end = os.fstat(file).st_size
    while end > 0:
        begin = max(end - BLOCK_BYTES, 0)
        newline = os.pread(file, end - begin, begin).rfind(b"\n")
        if newline >= 0:
            return begin + newline + 1
        end = begin
    return 0


def _backwards(file: int, end: int) -> Iterator[bytes]:
    """Give the lines before `end`, where a line ends, the last one first."""
    rest = b""
    while end > 0:
        begin = max(end - BLOCK_BYTES, 0)
        rest, *lines = (os.pread(file, end - begin, begin) + rest).removesuffix(b"\n").split(b"\n")
        for line in reversed(lines):
            yield line + b"\n"
        rest, end = rest + b"\n", begin
    if rest:
        yield rest
