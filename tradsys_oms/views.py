"""What an operator sees: the state of the daemon as plain values, for the control socket and for metrics."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from tradsys_oms import __version__
from tradsys_oms.config.model import Config
from tradsys_oms.core import engine as core
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.desk.market_views import find_instrument
from tradsys_oms.desk.plain_values import order_row, utc_second
from tradsys_oms.errors import TradsysError
from tradsys_oms.fix.acceptor import Acceptor
from tradsys_oms.fix.decimals import SCALE, format_ticks
from tradsys_oms.fix.session import Session
from tradsys_oms.journal.group_commit import SYNC_BOUNDS_US
from tradsys_oms.ops.snapshot import DatabaseSample, Histogram, MemberSample, RiskSample, SessionSample, Snapshot
from tradsys_oms.ops.supervisor import ChildProcess
from tradsys_oms.portfolio_process import portfolio_sample, portfolio_state
from tradsys_oms.projection import projector_state
from tradsys_oms.risk_alerts import RiskAlerts
from tradsys_oms.sequencer import Sequencer
from tradsys_oms.venue_lines.connections import VenueConnections

ORDERS_LISTED_MAX: Final = 10_000
LEVELS_MAX: Final = 1_000
ORDER_FILTERS: Final = ("session", "symbol", "member")
NS_PER_S: Final = 1_000_000_000
ONLINE, OFFLINE, BLOCKED, DISABLED = SESSION_STATES = (
    *("online", "offline"),
    *("disabled by the operator", "disabled by the configuration"),
)

CORE_BUILD: Final = "sources" if str(core.__file__).endswith(".py") else "compiled"
"""Which of the two runs: what `scripts/compile` made of the core, or its sources."""


class UnknownSession(TradsysError):
    """There is no session of that name."""


class Views:
    """Read-only views of a running daemon."""

    def __init__(
        self,
        config: Config,
        engine: Engine,
        sequencer: Sequencer,
        acceptor: Acceptor,
        projector: ChildProcess,
        portfolio: ChildProcess,
        alerts: RiskAlerts,
        venues: VenueConnections,
    ) -> None:
        self.config = config
        self.not_accepting_reason = "the daemon is starting"
        self.loop_seen_s = time.monotonic()
        """When the event loop last turned."""
        self._engine, self._sequencer, self._acceptor = engine, sequencer, acceptor
        self._projector, self._portfolio, self._alerts = projector, portfolio, alerts
        self._venues = venues
        self._started_s = time.time()

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {
            "status": self.status,
            "session.list": self.session_list,
            "session.show": self.session_show,
            "order.list": self.order_list,
            "book": self.book,
        }

    def status(self, _arguments: dict[str, Any]) -> dict[str, Any]:
        """Say how the daemon is."""
        config, journal, sessions = self.config, self._sequencer.journal, self._acceptor.sessions
        return {
            "version": __version__,
            "core": CORE_BUILD,
            "pid": os.getpid(),
            "state": self.not_accepting_reason or "accepting orders",
            "uptime_s": round(time.time() - self._started_s, 1),
            "comp_id": config.comp_id,
            "config": str(config.path),
            "listen": {entry.listener: str(entry.listen) for entry in config.all_listeners},
            "http": str(config.http.listen),
            "journal": {
                "durability": config.journal.durability,
                "last_seq": journal.appended_seq,
                "durable_seq": journal.durable_seq,
                "pending_bytes": journal.pending_bytes,
            },
            "sessions": {
                "configured": len(config.sessions),
                "online": sum(session.is_online for session in sessions.values()),
            },
            "orders": {"open": self._engine.open_order_count, "total": self._engine.order_count},
            "trades": self._engine.trade_count,
            "venues": {name: venue.why_down() or "up" for name, venue in self._engine.routing.venues.items()},
            "database": projector_state(config, journal.durable_seq) | {"restarts": self._projector.restarts},
            "portfolio": portfolio_state(config, journal.durable_seq) | {"restarts": self._portfolio.restarts},
        }

    def session_list(self, _arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """List all sessions, online or not."""
        return [self._session(session) for session in self._acceptor.sessions.values()]

    def session_show(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Show everything about one session; arguments: session."""
        name = str(arguments.get("session", ""))
        session = self._acceptor.sessions.get(name)
        if session is None:
            raise UnknownSession(f"there is no session {name!r}; `tradsys session list` lists them")
        state, counters, settings = self._engine.sessions[name], session.counters, session.settings
        now_ns = time.time_ns()
        is_open, change_ns = session.hours.outlook(session, now_ns) if session.hours is not None else (True, 0)
        pending_bytes, pending_age_ns = self._acceptor.pending(name, now_ns)
        return self._session(session) | {
            "enabled": state.enabled,
            "blocked": state.is_blocked,
            "fix_state": session.state.name,
            "begin_string": settings.begin_string,
            "comp_id": settings.comp_id,
            "last_received": utc_second(session.last_received_ns),
            "last_offline": utc_second(state.offline_ns),
            "last_end_was_a_drop": state.is_dropped,
            "last_reset": utc_second(state.reset_ns),
            "store_epoch": session.store.epoch,
            "messages_held": len(session.held),
            "orders_open": self._engine.open_orders_of(name),
            "connections": counters.connections,
            "garbled": counters.garbled,
            "resends": counters.resends,
            "failures": counters.failures,
            "throttled": counters.throttled,
            "rate_limits": _rate_limits(session),
            "pending_bytes": pending_bytes,
            "pending_age_s": round(pending_age_ns / NS_PER_S, 1),
            "hours": "open" if is_open else "closed",
            "hours_change": utc_second(change_ns),
            "addresses_locked_out": self._acceptor.authentication.locked_out_of(name),
        }

    def _session(self, session: Session) -> dict[str, Any]:
        state = self._engine.sessions[session.session]
        return {
            "session": session.session,
            "member": state.member,
            "version": session.settings.appl_version,
            "state": _state_of(session, state),
            "online": session.is_online,
            "address": session.address,
            "next_in": session.next_in,
            "next_out": session.next_out,
            "messages_in": session.counters.messages_in,
            "messages_out": session.counters.messages_out,
            "rejects": session.counters.rejects,
        }

    def order_list(self, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """List orders, the last one entered first; arguments: session, symbol, member, open, limit."""
        filters = {name: str(arguments.get(name, "")) for name in ORDER_FILTERS}
        limit = max(1, min(int(arguments.get("limit", 100)), ORDERS_LISTED_MAX))
        orders = self._engine.list_orders(open_only=bool(arguments.get("open")), limit=limit, **filters)
        return [order_row(order) for order in orders]

    def book(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Show the price levels of one instrument; arguments: symbol, levels."""
        instrument = find_instrument(self._engine, str(arguments.get("symbol", "")))
        bids, asks = instrument.book.depth(max(1, min(int(arguments.get("levels", 10)), LEVELS_MAX)))
        return {
            "symbol": instrument.symbol,
            "bids": [_level(instrument, *level) for level in bids],
            "asks": [_level(instrument, *level) for level in asks],
            "orders_not_shown": instrument.book.not_shown_count(),
        }

    def snapshot(self) -> Snapshot:
        """Give everything that metrics and health show; called on the thread of HTTP."""
        acceptor, journal, engine = self._acceptor, self._sequencer.journal, self._engine
        database = projector_state(self.config, journal.durable_seq)
        statistics = journal.statistics
        sessions = tuple(acceptor.sessions.values())
        return Snapshot(
            version=__version__,
            started_at_s=self._started_s,
            loop_lag_s=max(0.0, time.monotonic() - self.loop_seen_s),
            is_journal_writable=journal.failure is None,
            is_accepting=not self.not_accepting_reason,
            not_accepting_reason=self.not_accepting_reason,
            sessions=tuple(_sample(session) for session in sessions),
            connections=acceptor.connection_count,
            connections_refused=acceptor.refused_total,
            handshakes_failed=acceptor.handshakes_failed,
            authentication_failures=acceptor.authentication.failures_total,
            lockouts=acceptor.authentication.lockouts_total,
            logons_waiting=acceptor.authentication.waiting,
            resends_waiting=acceptor.resend_turns.waiting,
            message_log_dropped=acceptor.message_log.dropped_total if acceptor.message_log is not None else 0,
            sessions_by_state=self._sessions_by_state(sessions),
            messages_garbled=sum(session.counters.garbled for session in sessions),
            messages_failed=acceptor.failures + sum(session.counters.failures for session in sessions),
            orders_open=engine.open_order_count,
            orders=engine.order_count,
            trades=engine.trade_count,
            journal_last_seq=journal.appended_seq,
            journal_durable_seq=journal.durable_seq,
            journal_pending_bytes=journal.pending_bytes,
            journal_flight_s=journal.flight_s,
            journal_batches=statistics.batches,
            journal_bytes=statistics.bytes,
            journal_sync=Histogram(
                tuple(bound / 1e6 for bound in SYNC_BOUNDS_US),
                tuple(statistics.sync_histogram),
                statistics.sync_ns_sum / NS_PER_S,
            ),
            risk=self._risk(),
            database=DatabaseSample(
                is_up=database["state"] == "up",
                lag_records=int(database.get("lag_records", 0)),
                lag_s=int(database.get("lag_ms", 0)) / 1000,
                rows_written=int(database.get("rows_written", 0)),
            ),
            portfolio=portfolio_sample(self.config, journal.durable_seq),
            venues=self._venues.samples(),
            child_restarts={child.name: child.restarts for child in (self._projector, self._portfolio)}
            | self._venues.restarts(),
        )

    def _risk(self) -> RiskSample:
        alerts = self._alerts
        return RiskSample(
            warnings=dict(alerts.warnings),
            blocks=Counter((scope.level, kind) for scope, kind in tuple(alerts.blocks)),
            rejects=dict(alerts.rejects),
            members=tuple(
                MemberSample(
                    member=member.name,
                    open_notional=(member.usage.open_buy + member.usage.open_sell) / SCALE,
                    day_profit=member.usage.pnl / SCALE,
                )
                for member in tuple(self._engine.members.values())
            ),
        )

    def _sessions_by_state(self, sessions: tuple[Session, ...]) -> dict[str, int]:
        counts = dict.fromkeys(SESSION_STATES, 0)
        for session in sessions:
            counts[_state_of(session, self._engine.sessions[session.session])] += 1
        return counts


def _state_of(session: Session, state: SessionState) -> str:
    """Say in one word how a session is."""
    if session.is_online:
        return ONLINE
    if state.is_blocked:
        return BLOCKED
    return OFFLINE if state.enabled else DISABLED


def _rate_limits(session: Session) -> list[str]:
    """Say what limits its messages, and what happens to those beyond; nothing without a limit."""
    throttle = session.throttle
    return [] if throttle is None else [*throttle.limits, f"beyond: {throttle.excess.value}"]


def _sample(session: Session) -> SessionSample:
    counters = session.counters
    return SessionSample(
        session=session.session,
        version=session.settings.appl_version,
        online=session.is_online,
        messages_in=counters.messages_in,
        messages_out=counters.messages_out,
        rejects=counters.rejects,
        resends=counters.resends,
        throttled=counters.throttled,
    )


def _level(instrument: Instrument, price: int, quantity: int, orders: int) -> dict[str, Any]:
    return {
        "price": format_ticks(price, instrument.tick_e8),
        "quantity": format_ticks(quantity, instrument.lot_e8),
        "orders": orders,
    }
