"""The files of the message log: one per session, rotated by size, readable by their owner only.

`SESSION.log` is written; when it is full it becomes `SESSION.log.1`, the one before `SESSION.log.2`, and so on; the
oldest is removed. A line that a kill cut off gets its newline before the next one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

MESSAGES_DIR: Final = "messages"
"""Folder of the message logs in the state directory."""
SUFFIX: Final = ".log"


def log_path(directory: Path, session: str) -> Path:
    """Name the file that a session's messages are written to."""
    return directory / f"{session}{SUFFIX}"


def rotated(path: Path, age: int) -> Path:
    """Name the file that was full so many rotations ago; 0 is the one that is written."""
    return path if age == 0 else path.with_name(f"{path.name}.{age}")


class RotatingFile:
    """One session's file, and the full ones behind it.

    All together hold at most `files_max` times `bytes_max`, and what one write brings more. Methods raise OSError.
    """

    def __init__(self, path: Path, bytes_max: int, files_max: int) -> None:
        self._path = path
        self._bytes_max = bytes_max
        self._files_max = files_max
        self._file = -1
        self._size = 0

    def write(self, lines: bytes) -> None:
        """Append whole lines; after an error none of them counts as written."""
        try:
            if self._file < 0 or os.fstat(self._file).st_nlink == 0:
                self._open()
            if self._size and self._size + len(lines) > self._bytes_max:
                self._rotate()
            self._append(lines)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Give the file descriptor back; the next `write` opens the file again."""
        if self._file >= 0:
            file, self._file = self._file, -1
            os.close(file)

    def _append(self, lines: bytes) -> None:
        written = os.write(self._file, lines)
        while written < len(lines):
            written += os.write(self._file, memoryview(lines)[written:])
        self._size += written

    def _open(self) -> None:
        self.close()
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._file).st_size
        if self._size and os.pread(self._file, 1, self._size - 1) != b"\n":
            self._append(b"\n")

    def _rotate(self) -> None:
        self.close()
        oldest = self._files_max - 1
        rotated(self._path, oldest).unlink(missing_ok=True)
        for age in range(oldest - 1, -1, -1):
            source = rotated(self._path, age)
            if source.exists():
                source.rename(rotated(self._path, age + 1))
        self._open()
