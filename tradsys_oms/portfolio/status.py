"""What the follower tells others about itself: a small JSON file that its loop replaces.

The daemon shows it in `status` and metrics.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

NAME: Final = "portfolio-risk"
"""Who the journal says has set a block that the follower asked for."""
INTERVAL_S: Final = 0.5
STALE_S: Final = 30
"""A run over many accounts takes its time."""


class MemberRisk(Struct, frozen=True):
    """The risk of a member as of the last run, in the base currency."""

    member: str
    var: float
    es: float
    stress_loss: float
    margin: float


class PortfolioStatus(Struct, kw_only=True):
    """The follower as it stands."""

    state: str = "starting"
    """"starting", "up", "down" (Postgres is out of reach, with `error`), or "stopped"."""
    error: str = ""
    cursor_seq: int = 0
    """Last journal record that positions have."""
    runs: int = 0
    """Since the process began."""
    run_at_s: float = 0.0
    """When the last run was, since the epoch; 0 for none."""
    run_s: float = 0.0
    """How long it took."""
    accounts: int = 0
    """With holdings."""
    limits_passed: int = 0
    blocks_asked: int = 0
    """Since the process began."""
    blocks_waiting: int = 0
    """Scopes whose block the daemon could not be asked for yet."""
    short_history: list[str] = []
    """Instruments that are held and have gaps in the price history."""
    members: list[MemberRisk] = []
    pid: int = 0
    updated_at_s: float = 0.0


class StatusFile:
    """The status in memory, and its file."""

    def __init__(self, path: Path) -> None:
        self.status = PortfolioStatus(pid=os.getpid())
        self._path = path
        self._due_s = 0.0

    def write_if_due(self) -> None:
        """Write the file if that was some time ago."""
        if time.monotonic() >= self._due_s:
            self.write()

    def write(self) -> None:
        """Write the file. A full disk shows as a stale file; the work itself goes on."""
        self._due_s = time.monotonic() + INTERVAL_S
        self.status.updated_at_s = time.time()
        temporary = self._path.with_name(f".{self._path.name}.{self.status.pid}")
        try:
            temporary.write_bytes(msgspec.json.format(msgspec.json.encode(self.status)) + b"\n")
            temporary.replace(self._path)
        except OSError:
            temporary.unlink(missing_ok=True)


def read_status(path: Path) -> PortfolioStatus | None:
    """Read the file at `path`; None if there is none. A follower that has fallen silent is shown as "stopped"."""
    try:
        status = msgspec.json.decode(path.read_bytes(), type=PortfolioStatus)
    except (OSError, msgspec.MsgspecError):
        return None
    if status.state != "stopped" and time.time() - status.updated_at_s > STALE_S:
        status.state = "stopped"
        status.error = f"The follower (process {status.pid}) has been silent for more than {STALE_S} s."
    return status
