"""Orders through the whole way to a venue and back: broker, daemon, link process, venue, and all reports again.

The venue is the simulator, which accepts and fills each order. The clock runs from the first byte that the broker sends
to the last report that it gets: Pending New, New and the fill. The processor time of the link process is a figure of
its own, because the simulator and the load generator share the machine with what is measured.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from certification.venue import VenueProcess
from scripts.benchmarks.figures import Figure, MeasurementError, Options, progress, scratch
from scripts.benchmarks.fix import SENDER, check_filled, flood
from scripts.benchmarks.idle_sessions import cpu_s
from scripts.benchmarks.processes import Target, daemon
from scripts.benchmarks.settled import wait_settled
from tradsys_oms.ops.control import SOCKET_NAME
from tradsys_oms.ops.control_client import request

VENUE = "SIM"
SHARE = 3
"""Orders of a flood to a venue are so many times fewer than those of one to our own books."""
REPORTS_PER_ORDER = 3
LOGON_MAX_S = 30.0
SCRIPT = "rules: [{do: accept then fill}]"


def measure(options: Options) -> Iterator[Figure]:
    """Run venue and daemon, and send floods; the figures are medians."""
    orders = options.orders // SHARE
    with scratch("venue") as folder, VenueProcess(VENUE, "FIX.4.4", folder, keeps_store=False) as venue:
        venue.start(SCRIPT)
        with daemon(replace(options, config=with_venue(options.config, venue.port))) as target:
            link = wait_logged_on(target)
            floods = [flood_venue(target, link, orders) for _ in range(options.repeats)]
    yield Figure("venue_link_orders_per_s", median(rate for rate, _ in floods), "orders/s")
    yield Figure("venue_link_order_us", median(cpu_us for _, cpu_us in floods), "us")


def flood_venue(target: Target, link: int, orders: int) -> tuple[float, float]:
    """Give the orders per second, and the processor time of the link process for each in microseconds."""
    wait_settled(target)
    before_s = cpu_s(link)
    rate = flood(target, orders, REPORTS_PER_ORDER, check_filled)
    cpu_us = (cpu_s(link) - before_s) / orders * 1e6
    progress(f"venue: {rate:.0f} orders/s, {cpu_us:.0f} us of the link process for each")
    return rate, cpu_us


def with_venue(path: Path, port: int) -> Path:
    """Write the same configuration with a venue, where all orders of the load generator's session go."""
    settings: dict[str, Any] = yaml.safe_load(path.read_text())
    venue = {"id": VENUE, "dialect": "fix44", "addresses": [f"127.0.0.1:{port}"], "sender_comp_id": "TRADSYS"}
    patient = {"target_comp_id": VENUE, "answer_timeout_ms": 600_000, "rejects_max": 0}
    settings["venues"] = [venue | patient]
    settings["routes"] = [{"id": "away", "strategy": "venue", "venues": [VENUE], "sessions": [SENDER]}]
    changed = Path(settings["state_dir"]).parent / "bench-venue.yaml"
    changed.parent.mkdir(parents=True, exist_ok=True)
    changed.write_text(yaml.safe_dump(settings, sort_keys=False))
    return changed


def wait_logged_on(target: Target) -> int:
    """Wait until the line is up; give the process of its link."""
    deadline_s = time.monotonic() + LOGON_MAX_S
    while (venue := request(target.state_dir / SOCKET_NAME, "venue.show", venue=VENUE))["state"] != "up":
        if time.monotonic() > deadline_s:
            raise MeasurementError(f"{VENUE} has not logged on within {LOGON_MAX_S:.0f} s: {venue['reason']}")
        time.sleep(0.1)
    return link_pid(target.process.pid)


def link_pid(daemon_pid: int) -> int:
    """Find the link process among the daemon's children."""
    for children in Path(f"/proc/{daemon_pid}/task").glob("*/children"):
        for pid in children.read_text().split():
            if VENUE.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return int(pid)
    raise MeasurementError(f"the daemon has no child process for {VENUE}")
