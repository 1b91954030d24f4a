"""Who is at the other end of a control connection, as far as the kernel knows.

The socket is open to the daemon's own user and to root only, so the user id of a peer (SO_PEERCRED) does not tell one
operator from another: they come by sudo. The kernel has more: the login uid of the audit system, which is set once
when somebody logs in (pam_loginuid), which all of their processes inherit, also over sudo and su, and which nobody but
root can change (proc_pid_loginuid(5)). Where nobody logged in, as in a container or a job, there is none.
"""

from __future__ import annotations

import asyncio
import pwd
import socket
import struct
from contextvars import ContextVar
from pathlib import Path
from typing import Final

CREDENTIALS: Final = struct.Struct("3i")
"""Process, user and group, as SO_PEERCRED gives them (unix(7))."""
NOBODY: Final = 2**32 - 1
"""The login uid of a process that no login led to."""

_login: ContextVar[str] = ContextVar("login", default="")
_pid: ContextVar[int] = ContextVar("pid", default=0)


def meet(writer: asyncio.StreamWriter) -> None:
    """Note who has connected, for all that the present task does."""
    connection = writer.get_extra_info("socket")
    pid, _, _ = CREDENTIALS.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size))
    _pid.set(pid)
    _login.set(login_of(pid))


def current_login() -> str:
    """Give the name with which the operator logged in whose request is handled now; "" if it is not known."""
    return _login.get()


def current_pid() -> int:
    """Give the process whose request is handled now; 0 if there is none."""
    return _pid.get()


def login_of(pid: int, proc: Path = Path("/proc")) -> str:
    """Give the name with which somebody logged in who started a process; "" if nobody did, or it can't be known."""
    try:
        uid = int((proc / str(pid) / "loginuid").read_text())
    except (OSError, ValueError):
        return ""
    if uid == NOBODY:
        return ""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
