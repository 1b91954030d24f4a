"""Orders over a FIX session: floods and paced orders, against the daemon and against the bare QuickFIX acceptor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median

from scripts.benchmarks.client import FixClient
from scripts.benchmarks.figures import Figure, MeasurementError, Options, percentile, progress
from scripts.benchmarks.orders import OrderWriter
from scripts.benchmarks.processes import Target, daemon, quickfix_acceptor
from scripts.benchmarks.settled import wait_settled

SENDER = "LOAD0"
PACED_PER_S = 2_000
FLOOD_FIGURES = {"fix_flood_orders_per_s", "fix_flood_ratio"}
PACED_FIGURES = {"fix_paced_p50_us", "fix_paced_p99_us"}
DAEMON_FIGURES = FLOOD_FIGURES | PACED_FIGURES
BASELINE_FIGURES = {"quickfix_python_orders_per_s", "fix_flood_ratio"}
NEW, TRADE = b"\x01150=0\x01", b"\x01150=F\x01"


def measure(options: Options) -> Iterator[Figure]:
    """Measure the daemon, stop it, and drive the bare acceptor with the same orders."""
    rate = baseline = None
    if options.wanted & DAEMON_FIGURES:
        with daemon(options) as target:
            if options.wanted & FLOOD_FIGURES:
                rate = median(flood_daemon(target, options))
                yield Figure("fix_flood_orders_per_s", rate, "orders/s")
            if options.wanted & PACED_FIGURES:
                yield from paced(target, options)
    if options.wanted & BASELINE_FIGURES:
        with quickfix_acceptor() as target:
            baseline = median(flood_quickfix(target, options))
        yield Figure("quickfix_python_orders_per_s", baseline, "orders/s")
    if rate and baseline:
        yield Figure("fix_flood_ratio", rate / baseline, "ratio")


def flood_daemon(target: Target, options: Options) -> Iterator[float]:
    """Give the orders per second of each repeat; each starts when the followers are up to date."""
    for _ in range(options.repeats):
        wait_settled(target)
        rate = flood(target, options.orders, reports_per_order=2, check=check_filled)
        progress(f"daemon: {rate:.0f} orders/s")
        yield rate


def flood_quickfix(target: Target, options: Options) -> Iterator[float]:
    """Give the orders per second of each repeat."""
    for _ in range(options.repeats):
        rate = flood(target, options.orders, reports_per_order=1, check=check_acknowledged)
        progress(f"quickfix: {rate:.0f} orders/s")
        yield rate


def flood(target: Target, orders: int, reports_per_order: int, check: Callable[[bytes, int], None]) -> float:
    """Give the orders per second of one flood over a session of its own."""
    client = FixClient(target.address, SENDER, target.comp_id)
    try:
        writer = OrderWriter(SENDER, target.comp_id, client.next_seq_num)
        messages = [message for _, message in writer.crossing(orders)]
        elapsed_s, received = client.flood(messages, orders * reports_per_order)
    finally:
        client.close()
    check(received, orders)
    return orders / elapsed_s


def check_filled(received: bytes, orders: int) -> None:
    """Every order was accepted and filled, or the figure is worth nothing."""
    accepted, fills = received.count(NEW), received.count(TRADE)
    if (accepted, fills) != (orders, orders):
        raise MeasurementError(f"of {orders} orders {accepted} were accepted and {fills} filled")


def check_acknowledged(received: bytes, orders: int) -> None:
    """Every order was acknowledged."""
    if (accepted := received.count(NEW)) != orders:
        raise MeasurementError(f"of {orders} orders {accepted} were acknowledged")


def paced(target: Target, options: Options) -> Iterator[Figure]:
    """Send resting and crossing orders at a steady pace; the first tenth of them warms up and is not counted."""
    wait_settled(target)
    client = FixClient(target.address, SENDER, target.comp_id)
    try:
        writer = OrderWriter(SENDER, target.comp_id, client.next_seq_num)
        orders = list(writer.mixed(int(PACED_PER_S * options.paced_seconds)))
        latencies_ns = client.paced(orders, PACED_PER_S)
    finally:
        client.close()
    steady_ns = sorted(latencies_ns[len(latencies_ns) // 10 :])
    yield Figure("fix_paced_p50_us", percentile(steady_ns, 50) / 1000, "us")
    yield Figure("fix_paced_p99_us", percentile(steady_ns, 99) / 1000, "us")
