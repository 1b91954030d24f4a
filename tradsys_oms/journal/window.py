"""A moving window on a segment file: big reads, whole records, never a byte behind a bound."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tradsys_oms.journal.errors import JournalUnavailable
from tradsys_oms.journal.segments import open_segment

_BLOCK_BYTES: Final = 1024 * 1024


class Window:
    """Bytes of one segment from `base`, where a record begins; `pos` is the reader's place in `data`."""

    def __init__(self, path: Path, first_seq: int, base: int = 0) -> None:
        self.path = path
        self.first_seq = first_seq
        self.base = base
        self.data = b""
        self.pos = 0
        self._bound: int | None = 0
        self._fd = open_segment(path)

    @property
    def offset(self) -> int:
        """The reader's place in the file."""
        return self.base + self.pos

    @property
    def rest(self) -> int:
        """Bytes that are read and not yet used."""
        return len(self.data) - self.pos

    def bound(self, end: int | None) -> None:
        """Read up to the offset `end`, None for the end of the file."""
        self._bound = end

    def fill(self) -> bool:
        """Drop what is used and read on; False at the bound."""
        start = self.base + len(self.data)
        count = _BLOCK_BYTES if self._bound is None else min(_BLOCK_BYTES, self._bound - start)
        try:
            block = os.pread(self._fd, count, start) if count > 0 else b""
        except OSError as error:
            raise JournalUnavailable(
                f"The journal file {self.path} can't be read at offset {start} ({error.strerror}); check its disk."
            ) from error
        if not block:
            return False
        self.data = self.data[self.pos :] + block
        self.base += self.pos
        self.pos = 0
        return True

    def close(self) -> None:
        """Let the file go."""
        os.close(self._fd)
