"""One link process for each venue: a lock on a file in its directory, which the kernel lets go however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tradsys_oms.venues.errors import LinkRefused


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold the lock; raises `LinkRefused` while another process does."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LinkRefused(f"Another link process holds {path}: stop it first.") from error
        yield
    finally:
        os.close(fd)
