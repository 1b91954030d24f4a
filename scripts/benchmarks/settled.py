"""Wait until the daemon's followers have nothing to do, so that one measurement does not weigh on the next."""

from __future__ import annotations

import time

from scripts.benchmarks.figures import MeasurementError
from scripts.benchmarks.processes import Target
from tradsys_oms.ops.control import SOCKET_NAME
from tradsys_oms.ops.control_client import request

SETTLED_MAX_S = 90.0


def wait_settled(target: Target) -> None:
    """Wait until all that the journal holds is in Postgres."""
    deadline = time.monotonic() + SETTLED_MAX_S
    while time.monotonic() < deadline:
        database = request(target.state_dir / SOCKET_NAME, "status")["database"]
        if database["state"] == "up" and database["lag_records"] == 0:
            return
        time.sleep(0.2)
    raise MeasurementError(f"the projector has not caught up in {SETTLED_MAX_S:.0f} s: {database}")
