"""The brokers' sessions as the configuration has them: made, changed and ended without touching the others.

Every configured session is known to the acceptor and has its store open, so that reports about its orders are numbered
whether it may log on or not. A session that comes gets first what became due to it while nobody kept its store.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import structlog
from msgspec import structs

from tradsys_oms.config import Config, SessionConfig
from tradsys_oms.config.fix_model import schedule_of
from tradsys_oms.core.engine import Engine
from tradsys_oms.disconnects import CancelWhen, DisconnectPolicy
from tradsys_oms.errors import TradsysError
from tradsys_oms.fix.acceptor import Acceptor, AcceptorSettings
from tradsys_oms.fix.dictionary import specs_dir
from tradsys_oms.fix.settings import SessionSettings
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.fix.throttle import Excess
from tradsys_oms.fix.validation import build_validators
from tradsys_oms.gateway import Gateway
from tradsys_oms.hours.schedule import Schedule
from tradsys_oms.recovery import undelivered

log = structlog.get_logger(__name__)

BEGIN_STRINGS = {"FIX.4.2": "FIX.4.2", "FIX.4.4": "FIX.4.4", "FIX.5.0": "FIXT.1.1", "FIX.5.0SP2": "FIXT.1.1"}


def make_acceptor(config: Config, gateway: Gateway, failed: Callable[[BaseException], None]) -> Acceptor:
    """Make the acceptor, with the dictionaries of all versions and no session yet."""
    fix = config.fix
    settings = AcceptorSettings(
        message_size_max=fix.message_size_max, resends_concurrent_max=fix.resends_concurrent_max
    )
    return Acceptor(gateway, build_validators(specs_dir()), settings, failed)


def settings_of(config: Config, session: SessionConfig) -> SessionSettings:
    """Give what the session layer needs to know about a configured session."""
    fix = config.fix
    return SessionSettings(
        session=session.session,
        comp_id=config.comp_id,
        peer_comp_id=session.session,
        begin_string=BEGIN_STRINGS[session.version],
        appl_version=session.version,
        appl_versions=tuple(dict.fromkeys((session.version, *session.other_versions))),
        cstm_appl_ver_id=session.cstm_appl_ver_id,
        heart_bt_int_min_s=fix.heart_bt_int_min_s,
        heart_bt_int_max_s=fix.heart_bt_int_max_s,
        sending_time_tolerance_s=session.sending_time_tolerance_s or fix.sending_time_tolerance_s,
        reset_on_logon=session.reset_on_logon,
        logout_timeout_s=fix.logout_timeout_s,
        is_test=session.test,
        uses_next_expected=session.next_expected_msg_seq_num,
        replaces_silent=session.duplicate_logon == "replace_silent",
        excess=Excess(session.messages_excess),
        message_size_max=min(session.message_size_max or fix.message_size_max, fix.message_size_max),
        fields_max=session.fields_max or fix.fields_max,
        group_entries_max=session.group_entries_max or fix.group_entries_max,
        pending_bytes_max=session.pending_bytes_max or fix.pending_bytes_max,
        pending_age_max_s=session.pending_age_max_s or fix.pending_age_max_s,
        resend_requests_max=fix.resend_requests_max,
    )


def disconnect_policies(config: Config) -> dict[str, DisconnectPolicy]:
    """Give the policy of each session for its orders when it is gone."""
    return {
        session.session: DisconnectPolicy(
            CancelWhen(session.cancel_on_disconnect),
            session.cancel_on_disconnect_orders == "day",
            session.cancel_on_disconnect_grace_s,
        )
        for session in config.sessions
    }


def session_schedules(config: Config) -> dict[str, Schedule]:
    """Give the schedule of each session that has one."""
    schedules = {entry.schedule: schedule_of(structs.asdict(entry)) for entry in config.schedules}
    return {session.session: schedules[session.schedule] for session in config.sessions if session.schedule}


class Brokers:
    """Keeps the acceptor's sessions in step with the configuration."""

    def __init__(self, engine: Engine, acceptor: Acceptor, gateway: Gateway, journal: Path) -> None:
        self._engine, self._acceptor, self._gateway, self._journal = engine, acceptor, gateway, journal
        self._configured: dict[str, SessionSettings] = {}

    def open_stores(self, config: Config) -> dict[str, OutboundStore]:
        """Open the stores of sessions that are new: what `follow` needs and what may fail, before anything is changed.

        Raises StoreUnavailable or StoreDamaged; none is open then.
        """
        stores: dict[str, OutboundStore] = {}
        try:
            for configured in config.sessions:
                if configured.session not in self._acceptor.sessions:
                    stores[configured.session] = self._open_store(config, configured.session)
        except TradsysError:
            for store in stores.values():
                store.close()
            raise
        return stores

    def _open_store(self, config: Config, name: str) -> OutboundStore:
        state = self._engine.sessions.get(name)
        store = OutboundStore.open(config.state_dir / "store" / name, state.reset_seq if state else 0)
        if store.truncated_bytes:
            log.warning("store_cut", session=name, truncated_bytes=store.truncated_bytes, next_out=store.next_seq_num)
        return store

    def follow(self, config: Config, stores: dict[str, OutboundStore]) -> None:
        """Add sessions that are new, with their `stores`, change the others, and end those gone or disabled."""
        for configured in config.sessions:
            name = configured.session
            if name in stores:
                next_in = self._engine.sessions[name].last_msg_seq_num + 1
                self._acceptor.add_session(settings_of(config, configured), stores[name], next_in)
        self._configured = {configured.session: settings_of(config, configured) for configured in config.sessions}
        for name in self._acceptor.sessions:
            self.refresh(name)
        self._make_up_reports(stores)

    def refresh(self, name: str) -> None:
        """Let a session log on, or keep it away, as the configuration and the operator have it now."""
        state, settings = self._engine.sessions[name], self._configured.get(name)
        if settings is None or not state.enabled or state.is_blocked:
            self._acceptor.remove_session(name)
        else:
            self._acceptor.change_session(settings)

    def _make_up_reports(self, stores: dict[str, OutboundStore]) -> None:
        """Put the reports that were released, but are not in the store of their session, there; a reset counts as one.

        What is released from now on comes behind them.
        """
        stored = {
            name: max(store.last_origin, (self._engine.sessions[name].reset_seq, 0)) for name, store in stores.items()
        }
        count = 0
        for entry, index, event in undelivered(self._journal, self._gateway.last_reports, stored):
            self._gateway.report(event, entry.seq, index, entry.time_ns, time.time_ns())
            count += 1
        self._acceptor.flush()
        if count:
            log.info("reports_made_up", reports=count)
