"""Segments: the journal's files, named by the first sequence that they may hold, so that names sort like sequences."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tradsys_oms.journal.errors import JournalUnavailable
from tradsys_oms.journal.records import SEGMENT_BYTES, SegmentHead, segment_head

SUFFIX: Final = ".tsj"
_DIGITS: Final = 20


def segment_path(directory: Path, first_seq: int) -> Path:
    """Name the segment that starts with `first_seq`."""
    return directory / f"{first_seq:0{_DIGITS}d}{SUFFIX}"


def list_segments(directory: Path) -> list[tuple[int, Path]]:
    """List (first sequence, path) of all segments in order; raise JournalUnavailable if the directory can't be read."""
    try:
        names = sorted(name for name in os.listdir(directory) if _is_segment_name(name))
    except OSError as error:
        raise JournalUnavailable(
            f"The journal {directory} can't be read ({error.strerror}); check the path and its permissions."
        ) from error
    return [(int(name[:_DIGITS]), directory / name) for name in names]


def _is_segment_name(name: str) -> bool:
    return len(name) == _DIGITS + len(SUFFIX) and name.endswith(SUFFIX) and name[:_DIGITS].isdecimal()


def open_segment(path: Path, flags: int = os.O_RDONLY) -> int:
    """Open a segment file and give its descriptor; raise JournalUnavailable where that's impossible."""
    try:
        return os.open(path, flags | os.O_CLOEXEC)
    except OSError as error:
        raise JournalUnavailable(
            f"The journal file {path} can't be opened ({error.strerror}); check its permissions."
        ) from error


def read_head(path: Path) -> SegmentHead | None:
    """Read the SEGMENT record of a file, None if there is no valid one."""
    fd = open_segment(path)
    try:
        return segment_head(os.pread(fd, SEGMENT_BYTES, 0))
    finally:
        os.close(fd)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
