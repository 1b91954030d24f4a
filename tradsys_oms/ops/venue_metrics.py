"""The metrics of other markets, labelled `venue`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from tradsys_oms.ops.snapshot import Histogram, VenueSample

GAUGES: Final[tuple[tuple[str, str, Callable[[VenueSample], float]], ...]] = (
    ("tradsys_venue_up", "1 while the venue takes new orders.", lambda v: v.is_up),
    ("tradsys_venue_orders_working", "Orders of ours that work there.", lambda v: v.orders_working),
    ("tradsys_venue_orders_in_doubt", "Those of which nobody knows what became.", lambda v: v.orders_in_doubt),
    ("tradsys_venue_orders_to_resolve", "Those that an operator has to decide about.", lambda v: v.orders_to_resolve),
    ("tradsys_venue_spool_frames", "Messages of the venue that wait for the core.", lambda v: v.spool_frames),
)
COUNTERS: Final[tuple[tuple[str, str, Callable[[VenueSample], float]], ...]] = (
    ("tradsys_venue_frames", "Messages of the venue that were journaled.", lambda v: v.frames),
    ("tradsys_venue_quarantined", "Messages of the venue that can't be true.", lambda v: v.quarantined),
    ("tradsys_venue_cancels_refused", "Cancels nobody asked for by message, refused.", lambda v: v.cancels_refused),
    ("tradsys_venue_worse_fills", "Fills worse than the limit of their order.", lambda v: v.worse_fills),
)
LATENCY: Final = ("tradsys_venue_latency_seconds", "Time from an order to the venue's first answer.")


def venue_metrics(venues: tuple[VenueSample, ...]) -> Iterator[Metric]:
    """Give the families."""
    for name, doc, value in GAUGES:
        gauge = GaugeMetricFamily(name, doc, labels=("venue",))
        for sample in venues:
            gauge.add_metric((sample.venue,), value(sample))
        yield gauge
    for name, doc, value in COUNTERS:
        counter = CounterMetricFamily(name, doc, labels=("venue",))
        for sample in venues:
            counter.add_metric((sample.venue,), value(sample))
        yield counter
    latencies = HistogramMetricFamily(*LATENCY, labels=("venue",))
    for sample in venues:
        latencies.add_metric((sample.venue,), buckets_of(sample.latency), sample.latency.sum_s)
    yield latencies


def buckets_of(histogram: Histogram) -> list[tuple[str, float]]:
    """Give the buckets as Prometheus counts them: each with all below it."""
    total = 0
    buckets: list[tuple[str, float]] = []
    for bound, count in zip((*map(str, histogram.bounds_s), "+Inf"), histogram.counts, strict=True):
        total += count
        buckets.append((bound, total))
    return buckets
