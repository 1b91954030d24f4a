"""Verbs that ask the running daemon: where its control socket is, and what to say when nobody is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tradsys_oms.config import find_state_dir
from tradsys_oms.ops.control import SOCKET_NAME
from tradsys_oms.ops.control_client import request
from tradsys_oms.ops.errors import DaemonNotRunning


def ask(config_path: Path, verb: str, **args: Any) -> Any:
    """Ask the daemon of a configuration."""
    path = find_state_dir(config_path) / SOCKET_NAME
    try:
        return request(path, verb, **args)
    except DaemonNotRunning as error:
        raise DaemonNotRunning(f"{error}; start the daemon with: tradsys run -c {config_path}") from error
