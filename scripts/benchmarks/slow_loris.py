"""A thousand connections that send nothing, or one byte a second, beside a session that trades.

The 99th percentile of the latency from an order to its first report is measured with and without them, in turn. Each
stretch with them is compared with the mean of the two without around it, and the figure is the median of these ratios.
The hostile connections come from a process of their own (`hostile.py`); those that the daemon cuts, because no Logon
came in time, are opened again at once.

What a disk takes for a sync swings by more than such connections could cost, who write nothing to the journal. Where
single pairs differ by half and more, `--durability os` shows what is the daemon's own.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Final

from scripts.benchmarks.client import FixClient
from scripts.benchmarks.figures import ROOT, Figure, MeasurementError, Options, percentile, progress
from scripts.benchmarks.fix import PACED_PER_S, SENDER
from scripts.benchmarks.idle_sessions import raise_open_files
from scripts.benchmarks.orders import OrderWriter
from scripts.benchmarks.processes import Target, daemon, stop
from scripts.benchmarks.settled import wait_settled

CONNECTIONS: Final = 1_000
ROUNDS: Final = 8


def measure(options: Options) -> Iterator[Figure]:
    """Give how much higher the 99th percentile is with the hostile connections."""
    raise_open_files()
    ratios = []
    with daemon(options) as target:
        p99_us(target, options.hostile_seconds)  # the first orders of a daemon are slower
        before_us = p99_us(target, options.hostile_seconds)
        for _ in range(1 if options.repeats == 1 else ROUNDS):
            with hostile_connections(target):
                with_us = p99_us(target, options.hostile_seconds)
            after_us = p99_us(target, options.hostile_seconds)
            ratios.append(2 * with_us / (before_us + after_us))
            progress(
                f"p99 {before_us:.0f} us alone, {with_us:.0f} us with {CONNECTIONS} hostile connections, "
                f"{after_us:.0f} us alone again"
            )
            before_us = after_us
    yield Figure("slow_loris_p99_ratio", median(ratios), "ratio")


def p99_us(target: Target, seconds: float) -> float:
    """Send paced orders for a while; the first tenth of them warms up and is not counted."""
    wait_settled(target)
    client = FixClient(target.address, SENDER, target.comp_id)
    try:
        writer = OrderWriter(SENDER, target.comp_id, client.next_seq_num)
        latencies_ns = client.paced(list(writer.mixed(int(PACED_PER_S * seconds))), PACED_PER_S)
    finally:
        client.close()
    return percentile(sorted(latencies_ns[len(latencies_ns) // 10 :]), 99) / 1000


@contextmanager
def hostile_connections(target: Target) -> Iterator[None]:
    """Keep the hostile connections open for a while; all are when this gives way."""
    host, port = target.address
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.benchmarks.hostile", host, str(port), str(CONNECTIONS)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None  # noqa: S101 - for the type checker: it was asked for
        if process.stdout.readline() != b"ready\n":
            raise MeasurementError("the hostile connections could not all be opened")
        yield
        if process.poll() is not None:
            raise MeasurementError("the hostile connections ended before the orders did")
    finally:
        stop(process)
