"""The state directory: made with its parents, private to its owner, and locked by the one daemon that works on it.

The lock is the kernel's (flock), so it ends with the process however that dies, and a left-over file means nothing.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Final

from tradsys_oms.ops.errors import StateDirectoryLocked, StateDirectoryUnusable

LOCK_NAME: Final = "daemon.lock"


class StateDir:
    """A locked state directory; a context manager that gives the lock back."""

    def __init__(self, path: Path, lock_fd: int) -> None:
        """Take over an open file descriptor that holds the lock."""
        self.path = path
        self._lock_fd = lock_fd

    @classmethod
    def open(cls, path: Path) -> StateDir:
        """Make the directory if it is missing, and lock it for this process."""
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock_fd = os.open(path / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StateDirectoryUnusable(
                f"the state directory {path} can't be written to: {error.strerror}; "
                "make it writable for this user or choose another state_dir"
            ) from error
        try:
            _lock(path, lock_fd)
        except BaseException:
            os.close(lock_fd)
            raise
        return cls(path, lock_fd)

    def close(self) -> None:
        """Give the lock back."""
        if self._lock_fd >= 0:
            os.close(self._lock_fd)
            self._lock_fd = -1

    def __enter__(self) -> StateDir:
        """Enter with the lock held."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back."""
        self.close()


def _lock(path: Path, lock_fd: int) -> None:
    try:
        fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(lock_fd, 32, 0).decode("ascii", "replace").strip()
        raise StateDirectoryLocked(
            f"another daemon (pid {holder or 'unknown'}) works on the state directory {path}; "
            "stop it first or choose another state_dir"
        ) from error
    try:
        os.ftruncate(lock_fd, 0)
        os.pwrite(lock_fd, f"{os.getpid()}\n".encode(), 0)
    except OSError as error:
        raise StateDirectoryUnusable(f"the state directory {path} can't be written to: {error.strerror}") from error
