"""A thousand connections that send nothing, or one byte a second, beside a session that trades.

The 99th percentile of the latency from an order to its first report is measured with and without them, in blocks:
alone, with, with, alone. A block gives two ratios of neighbours that share no stretch, in opposite orders, so that what
changes slowly on the machine cancels out. The figure is the median of all ratios, beside the interval that holds the
true one with 90 %. Blocks are played until that interval is narrow, or there are enough of them: how wide it is, not
where it lies, decides when to stop.

The hostile connections come from a process of their own (`hostile.py`); those that the daemon cuts, because no Logon
came in time, are opened again at once.

What a disk takes for a sync swings by more than such connections could cost, who write nothing to the journal. Where
the interval stays wide, `--durability os` shows what is the daemon's own.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Final

from scripts.benchmarks.client import FixClient
from scripts.benchmarks.figures import (
    ROOT,
    Figure,
    MeasurementError,
    Options,
    median_interval,
    percentile,
    progress,
)
from scripts.benchmarks.fix import PACED_PER_S, SENDER
from scripts.benchmarks.idle_sessions import raise_open_files
from scripts.benchmarks.orders import OrderWriter
from scripts.benchmarks.processes import Target, daemon, stop
from scripts.benchmarks.settled import wait_settled

CONNECTIONS: Final = 1_000
BLOCKS_MIN: Final = 4
BLOCKS_MAX: Final = 12
WIDTH_MAX: Final = 1.15
"""An interval whose ends differ by no more than this factor is narrow."""


def measure(options: Options) -> Iterator[Figure]:
    """Give how much higher the 99th percentile is with the hostile connections, and how sure that is."""
    raise_open_files()
    ratios: list[float] = []
    with daemon(options) as target:
        p99_us(target, options.hostile_seconds)  # the first orders of a daemon are slower
        for block in range(1, 1 + (1 if options.repeats == 1 else BLOCKS_MAX)):
            ratios += measure_block(target, options.hostile_seconds)
            low, high = median_interval(ratios)
            progress(f"{len(ratios)} ratios: median {median(ratios):.3f}, between {low:.3f} and {high:.3f}")
            if block >= BLOCKS_MIN and high <= low * WIDTH_MAX:
                break
    yield Figure("slow_loris_p99_ratio", median(ratios), "ratio")
    yield Figure("slow_loris_p99_ratio_low", low, "ratio")
    yield Figure("slow_loris_p99_ratio_high", high, "ratio")


def measure_block(target: Target, seconds: float) -> tuple[float, float]:
    """Measure alone, twice with the hostile connections, and alone again; gives both ratios."""
    before_us = p99_us(target, seconds)
    with hostile_connections(target):
        first_us, second_us = p99_us(target, seconds), p99_us(target, seconds)
    after_us = p99_us(target, seconds)
    progress(
        f"p99 {before_us:.0f} us alone, {first_us:.0f} and {second_us:.0f} us with {CONNECTIONS} hostile connections, "
        f"{after_us:.0f} us alone again"
    )
    return first_us / before_us, second_us / after_us


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
