"""Orders to a venue and their reports back: through the link process alone, and through the whole exchange.

The venue is the simulator, which accepts and fills each order. The link alone is fed by a journal and a socket like the
daemon's, so the clock runs from the first order in the journal to the last report in it. Through the exchange it runs
from the first byte that a broker sends to the last report that it gets: Pending New, New and the fill. Venue and load
generator share the machine with what is measured, so the processor time of the link is a figure of its own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from certification.venue import VenueProcess
from scripts.benchmarks.figures import ROOT, Figure, MeasurementError, Options, progress, scratch
from scripts.benchmarks.fix import SENDER, check_filled, flood
from scripts.benchmarks.idle_sessions import cpu_s
from scripts.benchmarks.processes import Target, daemon, stop
from scripts.benchmarks.settled import wait_settled
from scripts.benchmarks.venue_feed import VenueFeed
from tradsys_oms.ops.control import SOCKET_NAME
from tradsys_oms.ops.control_client import request

VENUE = "SIM"
LINK_FIGURES = {"venue_link_orders_per_s", "venue_link_order_us"}
SHARE = 3
"""Orders of a flood to a venue are so many times fewer than those of one to our own books."""
REPORTS_PER_ORDER = 3
LOGON_MAX_S = 30.0
SCRIPT = "rules: [{do: accept then fill}]"


def measure(options: Options) -> Iterator[Figure]:
    """Run the venue, and send floods to it; the figures are medians."""
    orders = options.orders // SHARE
    if options.wanted & LINK_FIGURES:
        floods = list(flood_link(options, orders))
        yield Figure("venue_link_orders_per_s", median(rate for rate, _ in floods), "orders/s")
        yield Figure("venue_link_order_us", median(cpu_us for _, cpu_us in floods), "us")
    if "venue_orders_per_s" in options.wanted:
        yield Figure("venue_orders_per_s", median(flood_exchange(options, orders)), "orders/s")


def flood_link(options: Options, orders: int) -> Iterator[tuple[float, float]]:
    """Give orders per second, and processor time of the link for each in microseconds, of each repeat."""
    with scratch("venue") as folder, VenueProcess(VENUE, "FIX.4.4", folder / "venue", keeps_store=False) as venue:
        venue.start(SCRIPT)
        settings = with_venue(options.config, venue.port) | {"state_dir": str(folder)}
        path = write(settings, folder / "link.yaml")
        with VenueFeed(VENUE, folder) as feed, link_process(path, folder / "link.log") as pid:
            feed.wait_logged_on()
            for _ in range(options.repeats):
                before_s = cpu_s(pid)
                rate = orders / feed.flood(orders)
                cpu_us = (cpu_s(pid) - before_s) / orders * 1e6
                progress(f"venue link: {rate:.0f} orders/s, {cpu_us:.0f} us of its processor time for each")
                yield rate, cpu_us


def flood_exchange(options: Options, orders: int) -> Iterator[float]:
    """Give orders per second of each repeat, through daemon and link."""
    with scratch("venue") as folder, VenueProcess(VENUE, "FIX.4.4", folder, keeps_store=False) as venue:
        venue.start(SCRIPT)
        path = write(with_venue(options.config, venue.port), folder / "bench.yaml")
        with daemon(replace(options, config=path)) as target:
            wait_up(target)
            for _ in range(options.repeats):
                wait_settled(target)
                rate = flood(target, orders, REPORTS_PER_ORDER, check_filled)
                progress(f"venue: {rate:.0f} orders/s")
                yield rate


@contextmanager
def link_process(config: Path, log_path: Path) -> Iterator[int]:
    """Run the link of the venue; gives its process."""
    command = [sys.executable, "-m", "tradsys_oms.cli.main", "venue", "run", VENUE, "-c", str(config)]
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stderr=log)
    try:
        yield process.pid
    finally:
        stop(process)


def with_venue(path: Path, port: int) -> dict[str, Any]:
    """Give the same configuration with a venue, where all orders of the load generator's session go."""
    settings: dict[str, Any] = yaml.safe_load(path.read_text())
    venue = {"id": VENUE, "dialect": "fix44", "addresses": [f"127.0.0.1:{port}"], "sender_comp_id": "TRADSYS"}
    patient = {"target_comp_id": VENUE, "answer_timeout_ms": 600_000, "rejects_max": 0}
    settings["venues"] = [venue | patient]
    settings["routes"] = [{"id": "away", "strategy": "venue", "venues": [VENUE], "sessions": [SENDER]}]
    return settings


def write(settings: dict[str, Any], path: Path) -> Path:
    """Write a configuration."""
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    return path


def wait_up(target: Target) -> None:
    """Wait until the venue takes orders."""
    deadline_s = time.monotonic() + LOGON_MAX_S
    while (venue := request(target.state_dir / SOCKET_NAME, "venue.show", venue=VENUE))["state"] != "up":
        if time.monotonic() > deadline_s:
            raise MeasurementError(f"{VENUE} has not logged on within {LOGON_MAX_S:.0f} s: {venue['reason']}")
        time.sleep(0.1)
