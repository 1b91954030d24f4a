"""The projector as the daemon sees it: a supervised child process, and the status file that it keeps."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Final

from tradsys_oms.clearing.status import read_status
from tradsys_oms.config.model import Config
from tradsys_oms.ops.supervisor import ChildProcess

URL_VARIABLE: Final = "TRADSYS_DATABASE_URL"
STATUS_NAME: Final = "projector.json"


def status_path(config: Config) -> Path:
    """Give the file in which the projector says how it is."""
    return config.state_dir / STATUS_NAME


def make_projector(config: Config) -> ChildProcess:
    """Prepare the child process. The URL goes by the environment: other users can read a command line."""
    command = [sys.executable, "-m", "tradsys_oms.clearing"]
    command += ["--journal", str(config.state_dir / "journal"), "--state-dir", str(config.state_dir)]
    command += ["--status", str(status_path(config)), "--stop-at-eof"]
    command += ["--batch-entries-max", str(config.database.batch_entries_max)]
    command += ["--retry-cap-ms", str(config.database.retry_wait_max_s * 1000)]
    status_path(config).unlink(missing_ok=True)  # what the last run's projector said is of the past
    environment = os.environ | {URL_VARIABLE: config.database.url or ""}
    return ChildProcess("projector", command, environment=environment)


def projector_state(config: Config, durable_seq: int) -> dict[str, Any]:
    """Give the projector's own words about itself, and how far behind `durable_seq` of the journal it is."""
    status = read_status(status_path(config))
    if status is None:
        return {"state": "starting", "cursor_seq": 0, "lag_records": durable_seq}
    return {
        "state": status.state,
        "url": status.url,
        "embedded": status.embedded,
        "cursor_seq": status.cursor_seq,
        "lag_records": max(0, durable_seq - status.cursor_seq),
        "lag_ms": status.lag_ms,
        "rows_written": status.rows_written,
        "retries": status.retries,
        "error": status.error,
        "pid": status.pid,
    }
