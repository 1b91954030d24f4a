"""The state of the daemon at one moment, as plain numbers, for metrics and health.

The trading loop only counts in plain ints. Whoever scrapes pays for the rest: the daemon's snapshot callable copies
those ints on the thread of the HTTP server, and `metrics.py` turns the copy into Prometheus' families. A callable that
walks a dictionary of the loop takes `tuple(dictionary.values())` first, which no other thread can interrupt.
"""

from __future__ import annotations

from msgspec import Struct


class SessionSample(Struct, frozen=True, kw_only=True):
    """One FIX session."""

    session: str
    version: str
    online: bool
    messages_in: int = 0
    messages_out: int = 0
    rejects: int = 0
    resends: int = 0
    throttled: int = 0


class Histogram(Struct, frozen=True):
    """Durations counted in buckets: `counts[i]` are those up to `bounds_s[i]`; one count more for all above."""

    bounds_s: tuple[float, ...] = ()
    counts: tuple[int, ...] = (0,)
    sum_s: float = 0.0


class DatabaseSample(Struct, frozen=True, kw_only=True):
    """The projection into PostgreSQL, as the projector reports it."""

    is_up: bool = False
    lag_records: int = 0
    lag_s: float = 0.0
    rows_written: int = 0


class MemberSample(Struct, frozen=True, kw_only=True):
    """What a member uses, in the base currency."""

    member: str
    open_notional: float = 0.0
    day_profit: float = 0.0


class RiskSample(Struct, frozen=True, kw_only=True):
    """Pre-trade risk."""

    warnings: dict[tuple[str, str], int] = {}
    """By level and limit."""
    blocks: dict[tuple[str, str], int] = {}
    """In force now, by level and kind."""
    rejects: dict[str, int] = {}
    """By limit."""
    members: tuple[MemberSample, ...] = ()


class PortfolioMemberSample(Struct, frozen=True):
    """The risk of a member as of the last run, in the base currency."""

    member: str
    var: float
    es: float
    stress_loss: float
    margin: float


class PortfolioSample(Struct, frozen=True, kw_only=True):
    """Portfolio risk, as its follower reports it."""

    is_up: bool = False
    lag_records: int = 0
    runs: int = 0
    run_at_s: float = 0.0
    """Of the last run, in seconds since the epoch."""
    run_s: float = 0.0
    limits_passed: int = 0
    blocks_waiting: int = 0
    short_history: int = 0
    members: tuple[PortfolioMemberSample, ...] = ()


class VenueSample(Struct, frozen=True, kw_only=True):
    """Another market. Counters begin with the daemon."""

    venue: str
    is_up: bool = False
    orders_working: int = 0
    orders_in_doubt: int = 0
    orders_to_resolve: int = 0
    frames: int = 0
    quarantined: int = 0
    cancels_refused: int = 0
    worse_fills: int = 0
    spool_frames: int = 0
    latency: Histogram = Histogram()
    """From an order's request being durable to the venue's first answer being here."""


class Snapshot(Struct, frozen=True, kw_only=True):
    """Everything that is shown; what a daemon does not have stays at its default."""

    version: str = ""
    started_at_s: float = 0.0
    """Start of the daemon, in seconds since the epoch."""
    loop_lag_s: float = 0.0
    """How long ago the event loop last showed a sign of life."""
    is_journal_writable: bool = True
    is_accepting: bool = False
    not_accepting_reason: str = "the daemon is starting"
    sessions: tuple[SessionSample, ...] = ()
    connections: int = 0
    """Open now."""
    connections_refused: int = 0
    handshakes_failed: int = 0
    authentication_failures: int = 0
    lockouts: int = 0
    logons_waiting: int = 0
    """Logons whose password is still to be judged."""
    resends_waiting: int = 0
    """Sessions that wait for their turn to be sent messages again."""
    message_log_dropped: int = 0
    sessions_by_state: dict[str, int] = {}
    """How many sessions are in each state."""
    messages_garbled: int = 0
    messages_failed: int = 0
    """Messages that hit a fault of ours and were rejected for it."""
    orders_open: int = 0
    orders: int = 0
    trades: int = 0
    journal_last_seq: int = 0
    journal_durable_seq: int = 0
    journal_pending_bytes: int = 0
    journal_flight_s: float = 0.0
    """How long the batch that is being written has been at the disk, 0 for none."""
    journal_batches: int = 0
    journal_bytes: int = 0
    journal_sync: Histogram = Histogram()
    risk: RiskSample = RiskSample()
    database: DatabaseSample = DatabaseSample()
    portfolio: PortfolioSample = PortfolioSample()
    venues: tuple[VenueSample, ...] = ()
    child_restarts: dict[str, int] = {}
    """Restarts of each child process by its name."""
