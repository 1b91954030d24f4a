"""Prometheus metrics: a table from the snapshot's fields to metric families.

Nothing is counted here. A collector reads a snapshot when Prometheus asks, so the trading path pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from tradsys_oms.ops.portfolio_metrics import portfolio_metrics
from tradsys_oms.ops.snapshot import Histogram, MemberSample, RiskSample, SessionSample, Snapshot
from tradsys_oms.ops.venue_metrics import buckets_of, venue_metrics

COUNTER: Final = CounterMetricFamily
GAUGE: Final = GaugeMetricFamily


class Single(Struct, frozen=True):
    """A metric with one value. The name of a counter gets `_total` behind it when it is printed."""

    name: str
    family: type[CounterMetricFamily] | type[GaugeMetricFamily]
    doc: str
    value: Callable[[Snapshot], float]


class PerSession(Struct, frozen=True):
    """A metric with one value for each FIX session, labelled `session` and `version`."""

    name: str
    family: type[CounterMetricFamily] | type[GaugeMetricFamily]
    doc: str
    value: Callable[[SessionSample], float]


SINGLES: Final = (
    Single("tradsys_start_time_seconds", GAUGE, "Start of the daemon, since the epoch.", lambda s: s.started_at_s),
    Single("tradsys_accepting_orders", GAUGE, "1 while orders are accepted.", lambda s: s.is_accepting),
    Single("tradsys_loop_lag_seconds", GAUGE, "Time since the event loop last showed life.", lambda s: s.loop_lag_s),
    Single("tradsys_connections", GAUGE, "TCP connections that are open.", lambda s: s.connections),
    Single(
        "tradsys_connections_refused", COUNTER, "Connections closed without a logon.", lambda s: s.connections_refused
    ),
    Single("tradsys_tls_handshakes_failed", COUNTER, "TLS handshakes that failed.", lambda s: s.handshakes_failed),
    Single(
        "tradsys_authentication_failures",
        COUNTER,
        "Logons with a wrong user or password, or locked out.",
        lambda s: s.authentication_failures,
    ),
    Single("tradsys_lockouts", COUNTER, "Times that an address was locked out of a session.", lambda s: s.lockouts),
    Single("tradsys_logons_waiting", GAUGE, "Logons whose password is to be judged.", lambda s: s.logons_waiting),
    Single("tradsys_resends_waiting", GAUGE, "Sessions that wait for their resend.", lambda s: s.resends_waiting),
    Single(
        "tradsys_message_log_dropped", COUNTER, "Messages left out of the message log.", lambda s: s.message_log_dropped
    ),
    Single(
        "tradsys_messages_garbled", COUNTER, "Pieces of input that were no FIX message.", lambda s: s.messages_garbled
    ),
    Single("tradsys_messages_failed", COUNTER, "Messages rejected for a fault of ours.", lambda s: s.messages_failed),
    Single("tradsys_orders_open", GAUGE, "Orders in the books.", lambda s: s.orders_open),
    Single("tradsys_orders", COUNTER, "Orders accepted.", lambda s: s.orders),
    Single("tradsys_trades", COUNTER, "Trades made.", lambda s: s.trades),
    Single("tradsys_journal_last_seq", GAUGE, "Sequence of the last journal record.", lambda s: s.journal_last_seq),
    Single("tradsys_journal_durable_seq", GAUGE, "Sequence of the last durable one.", lambda s: s.journal_durable_seq),
    Single(
        "tradsys_journal_pending_bytes", GAUGE, "Bytes that are not written yet.", lambda s: s.journal_pending_bytes
    ),
    Single(
        "tradsys_journal_flight_seconds",
        GAUGE,
        "Time that the batch being written has been at the disk.",
        lambda s: s.journal_flight_s,
    ),
    Single("tradsys_journal_batches", COUNTER, "Batches made durable.", lambda s: s.journal_batches),
    Single("tradsys_journal_bytes", COUNTER, "Bytes made durable.", lambda s: s.journal_bytes),
    Single("tradsys_database_up", GAUGE, "1 while the projector reaches PostgreSQL.", lambda s: s.database.is_up),
    Single(
        "tradsys_database_lag_records", GAUGE, "Durable records not yet projected.", lambda s: s.database.lag_records
    ),
    Single("tradsys_database_lag_seconds", GAUGE, "Age of the oldest of those.", lambda s: s.database.lag_s),
    Single(
        "tradsys_database_rows", COUNTER, "Rows written since the projector began.", lambda s: s.database.rows_written
    ),
)
PER_SESSION: Final = (
    PerSession("tradsys_session_online", GAUGE, "1 while the session is logged on.", lambda s: s.online),
    PerSession("tradsys_session_messages_in", COUNTER, "Messages received.", lambda s: s.messages_in),
    PerSession("tradsys_session_messages_out", COUNTER, "Messages sent.", lambda s: s.messages_out),
    PerSession("tradsys_session_rejects", COUNTER, "Messages of the peer that were rejected.", lambda s: s.rejects),
    PerSession("tradsys_session_resends", COUNTER, "Resend requests of the peer.", lambda s: s.resends),
    PerSession("tradsys_session_throttled", COUNTER, "Times that its rate limit held.", lambda s: s.throttled),
)
PER_MEMBER: Final[tuple[tuple[str, str, Callable[[MemberSample], float]], ...]] = (
    ("tradsys_risk_open_notional", "Notional of a member's open orders.", lambda m: m.open_notional),
    ("tradsys_risk_day_profit", "Profit of the day of a member, below 0 a loss.", lambda m: m.day_profit),
)
RISK_WARNINGS: Final = ("tradsys_risk_warnings", "Limits whose usage passed the part at which a warning is due.")
RISK_BLOCKS: Final = ("tradsys_risk_blocks", "Blocks in force, labelled `level` and `kind`.")
RISK_REJECTS: Final = ("tradsys_risk_rejects", "Orders and replaces refused, labelled with the `limit`.")
BUILD_INFO: Final = ("tradsys_build_info", "Always 1; the label `version` is that of the daemon.")
SESSIONS: Final = ("tradsys_sessions", "Sessions by `state`.")
CHILD_RESTARTS: Final = ("tradsys_child_restarts", "Restarts of a child process, labelled `child`.")
SYNC_DURATION: Final = ("tradsys_journal_sync_duration_seconds", "Time that one write and sync of the journal took.")


class SnapshotCollector(Collector):
    """Gives all families of one fresh snapshot."""

    def __init__(self, snapshot: Callable[[], Snapshot]) -> None:
        """Read `snapshot` at each collection."""
        self._snapshot = snapshot

    def collect(self) -> Iterable[Metric]:
        """Build the families."""
        snapshot = self._snapshot()
        yield _build_info(snapshot)
        for single in SINGLES:
            yield single.family(single.name, single.doc, value=single.value(snapshot))
        for metric in PER_SESSION:
            family = metric.family(metric.name, metric.doc, labels=("session", "version"))
            for session in snapshot.sessions:
                family.add_metric((session.session, session.version), metric.value(session))
            yield family
        yield _labelled(GaugeMetricFamily(*SESSIONS, labels=("state",)), snapshot.sessions_by_state)
        yield _labelled(CounterMetricFamily(*CHILD_RESTARTS, labels=("child",)), snapshot.child_restarts)
        yield from _risk(snapshot.risk)
        yield _histogram(snapshot.journal_sync)
        yield from portfolio_metrics(snapshot.portfolio)
        yield from venue_metrics(snapshot.venues)


def registry_of(snapshot: Callable[[], Snapshot]) -> CollectorRegistry:
    """Make a registry that holds nothing but the daemon's own metrics."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(SnapshotCollector(snapshot))
    return registry


def _build_info(snapshot: Snapshot) -> Metric:
    family = GaugeMetricFamily(*BUILD_INFO, labels=("version",))
    family.add_metric((snapshot.version,), 1)
    return family


def _labelled(family: GaugeMetricFamily | CounterMetricFamily, values: dict[str, int]) -> Metric:
    for label, value in values.items():
        family.add_metric((label,), value)
    return family


def _risk(risk: RiskSample) -> Iterable[Metric]:
    warnings = CounterMetricFamily(*RISK_WARNINGS, labels=("level", "limit"))
    for labels, count in risk.warnings.items():
        warnings.add_metric(labels, count)
    blocks = GaugeMetricFamily(*RISK_BLOCKS, labels=("level", "kind"))
    for labels, count in risk.blocks.items():
        blocks.add_metric(labels, count)
    rejects = _labelled(CounterMetricFamily(*RISK_REJECTS, labels=("limit",)), risk.rejects)
    families: list[Metric] = [warnings, blocks, rejects]
    for name, doc, value in PER_MEMBER:
        family = GaugeMetricFamily(name, doc, labels=("member",))
        for member in risk.members:
            family.add_metric((member.member,), value(member))
        families.append(family)
    return families


def _histogram(histogram: Histogram) -> Metric:
    return HistogramMetricFamily(*SYNC_DURATION, buckets=buckets_of(histogram), sum_value=histogram.sum_s)
