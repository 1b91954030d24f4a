"""The files of an outbound store: one by epoch, one that is being made, and their directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

SUFFIX: Final = ".msgs"
UNFINISHED: Final = ".new"
"""Suffix of the file of an epoch that is not in force yet."""


def name_of(epoch: int) -> str:
    """Give the name of an epoch's file."""
    return f"{epoch:020d}{SUFFIX}"


def make_directory(directory: Path) -> None:
    """Make the directory of a store, such that it survives a power loss."""
    if not directory.exists():
        directory.mkdir(parents=True)
        for above in (directory.parent, directory.parent.parent):
            sync_directory(above)


def find_epoch(directory: Path, wanted: int) -> int:
    """Tell which epoch to open: the wanted one, or the last one there is before the wanted one is begun."""
    epochs = [int(path.stem) for path in directory.glob(f"*{SUFFIX}") if path.stem.isdigit()]
    return wanted if wanted in epochs or not epochs else max(epochs)


def open_file(path: Path, more: int = 0) -> int:
    """Open the file of a store, to read anywhere and to write at its end."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | more, 0o600)


def sync_directory(directory: Path) -> None:
    """Make it survive a power loss that a file was made, renamed or removed."""
    file = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def remove_others(directory: Path, epoch: int) -> None:
    """Remove all files but that of an epoch."""
    for path in directory.iterdir():
        if path.suffix in (SUFFIX, UNFINISHED) and path.name != name_of(epoch):
            path.unlink(missing_ok=True)
