"""Unix stream sockets that the daemon listens on, in its state directory, open to its own user only."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

from tradsys_oms.ops.errors import ControlUnavailable
from tradsys_oms.ops.socket_path import short_address


def bind_socket(path: Path, what: str, backlog: int) -> socket.socket:
    """Listen on `path`, in place of the socket that a dead daemon left behind; `what` names it in a fault.

    Raises `ControlUnavailable`.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(path, what)
        mask = os.umask(0o177)
        try:
            with short_address(path) as address:
                listener.bind(address)
        finally:
            os.umask(mask)
        listener.listen(backlog)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise ControlUnavailable(f"the {what} {path} can't be opened: {error.strerror}") from error
    except BaseException:
        listener.close()
        raise
    return listener


def _remove_stale(path: Path, what: str) -> None:
    """Remove a socket that nobody listens on any more; refuse to touch one that is in use, or anything else."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ControlUnavailable(f"{path} is not a socket; remove it, the daemon's {what} belongs there")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, short_address(path) as address:
        try:
            probe.connect(address)
        except OSError:
            path.unlink()
            return
    raise ControlUnavailable(f"another daemon answers on the {what} {path}; stop it first")
