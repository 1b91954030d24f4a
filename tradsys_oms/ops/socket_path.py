"""Unix socket addresses for paths of any length.

The kernel takes at most 107 bytes for the path of a Unix socket, and state directories may be deeper than that. On
Linux an open descriptor of the directory gives every file in it a short name, `/proc/self/fd/N/name`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tradsys_oms.ops.errors import ControlUnavailable

SUN_PATH_BYTES_MAX: Final = 107


@contextmanager
def short_address(path: Path) -> Iterator[str]:
    """Give an address for `path` that the kernel takes, valid inside the block."""
    if len(os.fsencode(path)) <= SUN_PATH_BYTES_MAX:
        yield str(path)
        return
    if not Path("/proc/self/fd").is_dir():
        raise ControlUnavailable(
            f"the path of the control socket {path} is longer than {SUN_PATH_BYTES_MAX} bytes; "
            "choose a shorter state_dir"
        )
    directory_fd = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory_fd}/{path.name}"
    finally:
        os.close(directory_fd)
