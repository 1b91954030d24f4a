"""What the projector tells others about itself: a small JSON file that is replaced at least once a second.

The daemon shows it in `status` and metrics; command line and demo take the URL of the database from it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

INTERVAL_S: Final = 0.5
STALE_S: Final = 5

_NS_PER_MS: Final = 1_000_000


class ProjectorStatus(Struct, kw_only=True):
    """The projector as it stands."""

    state: str = "starting"
    """"starting", "up", "down" (Postgres is out of reach, with `error`), or "stopped"."""
    error: str = ""
    """The last trouble as a sentence; "" while it is up."""
    embedded: bool = False
    url: str = ""
    """Without password."""
    journal_id: str = ""
    cursor_seq: int = 0
    """Last journal record that is in Postgres."""
    durable_seq: int = 0
    """Last durable journal record."""
    lag_records: int = 0
    lag_ms: int = 0
    """Age of the oldest record that is not in Postgres, at most; 0 if all are."""
    rows_written: int = 0
    batches: int = 0
    retries: int = 0
    pid: int = 0
    updated_at_ns: int = 0


class StatusBoard:
    """The status in memory, and the thread that writes it to its file."""

    def __init__(self, path: Path, durable_seq: Callable[[], int]) -> None:
        """`durable_seq` gives the last durable record of the journal; it is called from the thread."""
        self.status = ProjectorStatus(pid=os.getpid())
        self.complete_until_ns = time.time_ns()
        """All that was durable by this time is in Postgres."""
        self._path = path
        self._durable_seq = durable_seq
        self._wake = threading.Event()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="status", daemon=True)
        self._thread.start()

    def change_state(self, state: str, error: str = "") -> None:
        """Set the state and write the file soon."""
        self.status.state = state
        self.status.error = error
        self._wake.set()

    def close(self) -> None:
        """Write the last status and end the thread."""
        self._is_closing = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_closing:
            self._write()
            self._wake.wait(INTERVAL_S)
            self._wake.clear()
        self._write()

    def _write(self) -> None:
        status = self.status
        now_ns = time.time_ns()
        status.durable_seq = max(self._durable_seq(), status.cursor_seq)
        status.lag_records = status.durable_seq - status.cursor_seq
        status.lag_ms = max(0, now_ns - self.complete_until_ns) // _NS_PER_MS if status.lag_records else 0
        status.updated_at_ns = now_ns
        temporary = self._path.with_name(f".{self._path.name}.{status.pid}")
        try:
            temporary.write_bytes(msgspec.json.format(msgspec.json.encode(status)) + b"\n")
            temporary.replace(self._path)
        except OSError:
            # A full disk shows as a stale file; the projection itself goes on.
            temporary.unlink(missing_ok=True)


def read_status(path: Path) -> ProjectorStatus | None:
    """Read the file at `path`; None if there is none. A projector that has fallen silent is shown as "stopped"."""
    try:
        status = msgspec.json.decode(path.read_bytes(), type=ProjectorStatus)
    except (OSError, msgspec.MsgspecError):
        return None
    if status.state != "stopped" and time.time_ns() - status.updated_at_ns > STALE_S * 1_000_000_000:
        status.state = "stopped"
        status.error = f"The projector (process {status.pid}) has been silent for more than {STALE_S} s."
    return status
