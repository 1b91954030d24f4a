"""Tell the service manager where we stand, by systemd's notification protocol (sd_notify(3)).

Without NOTIFY_SOCKET in the environment nobody listens, and nothing happens.
"""

from __future__ import annotations

import os
import socket
import time

import structlog

log = structlog.get_logger(__name__)


def notify(*states: str) -> bool:
    """Send assignments such as `READY=1` or `STATUS=...`; tell whether somebody was there to hear them."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto("\n".join(states).encode(), address)
    except OSError as error:
        log.warning("notify_failed", error=error.strerror)
        return False
    return True


def notify_ready() -> bool:
    """Start-up, or a reload, is complete."""
    return notify("READY=1")


def notify_reloading() -> bool:
    """A reload begins; `notify_ready` ends it. systemd wants the monotonic time with it."""
    return notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def notify_stopping() -> bool:
    """An orderly stop begins."""
    return notify("STOPPING=1")
