"""The writer's lock: one process at a time may write a journal; the kernel lets it go when that process ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

from tradsys_oms.journal.errors import JournalLocked, JournalUnavailable

NAME: Final = "lock"


class JournalLock:
    """Hold the exclusive lock of a journal directory from construction to `release`.

    Raise JournalLocked if another process holds it, JournalUnavailable if the directory can't be made or written.
    """

    def __init__(self, directory: Path) -> None:
        try:
            directory.mkdir(mode=0o755, parents=True, exist_ok=True)
            self._fd = os.open(directory / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise JournalUnavailable(
                f"The journal directory {directory} can't be written ({error.strerror}); "
                "check its permissions or choose another state directory."
            ) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(self._fd, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            raise JournalLocked(
                f"The journal {directory} is being written by another process (pid {owner}); "
                "stop that one first or choose another state directory."
            ) from error
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let the journal go."""
        os.close(self._fd)
