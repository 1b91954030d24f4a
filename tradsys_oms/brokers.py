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

from tradsys_oms.config import Config, MemberConfig, SessionConfig
from tradsys_oms.config.fix_model import schedule_of
from tradsys_oms.core.engine import Engine
from tradsys_oms.disconnects import CancelWhen, DisconnectPolicy
from tradsys_oms.errors import TradsysError
from tradsys_oms.fix.acceptor import Acceptor, AcceptorSettings
from tradsys_oms.fix.dictionary import specs_dir
from tradsys_oms.fix.door.authentication import AuthenticationSettings
from tradsys_oms.fix.door.listener import ListenerSettings
from tradsys_oms.fix.door.tls import TlsSettings
from tradsys_oms.fix.message_files import MESSAGES_DIR
from tradsys_oms.fix.message_log import MessageLog
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.settings import SessionSettings
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.fix.throttle import Bucket, Excess, Throttle
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
        message_size_max=fix.message_size_max,
        resends_concurrent_max=fix.resends_concurrent_max,
        authentication=AuthenticationSettings(failures_max=fix.lockout_failures, lockout_s=fix.lockout_s),
    )
    return Acceptor(gateway, build_validators(specs_dir()), settings, failed, make_message_log(config))


def make_message_log(config: Config) -> MessageLog | None:
    """Make the log of messages, None where it is switched off."""
    wanted = config.message_log
    if not wanted.enabled:
        return None
    return MessageLog(
        config.state_dir / MESSAGES_DIR,
        file_bytes_max=wanted.file_bytes_max,
        files_max=wanted.files_max,
        pending_bytes_max=wanted.pending_bytes_max,
    )


def listeners_of(config: Config) -> list[ListenerSettings]:
    """Give the addresses where brokers connect, each with its policy."""
    return [
        ListenerSettings(
            listener=entry.listener,
            host=entry.listen.host,
            port=entry.listen.port,
            allow=entry.allow,
            tls=TlsSettings(entry.certificate, entry.key, entry.client_ca) if entry.certificate and entry.key else None,
            proxies=entry.proxies,
            logon_timeout_s=entry.logon_timeout_s,
            connections_max=entry.connections_max,
            connections_per_address_max=entry.connections_per_address_max,
        )
        for entry in config.all_listeners
    ]


def settings_of(config: Config, session: SessionConfig, password_hash: str) -> SessionSettings:
    """Give what the session layer needs to know about a configured session, and the hash of its password now."""
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
        username=session.username,
        password_hash=password_hash,
        certificate_name=session.certificate_name,
        allow=session.allow,
        listeners=session.listeners,
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
        self._configured: dict[str, SessionConfig] = {}
        self._buckets: dict[str, Bucket] = {}

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
        epoch, reserved = (state.reset_seq, state.reserved_out) if state else (0, 0)
        store = OutboundStore.open(config.state_dir / "store" / name, epoch, reserved, self._engine.last_seq)
        facts = {"session": name, "truncated_bytes": store.truncated_bytes, "next_out": store.next_seq_num}
        if store.is_lost:
            log.error("store_end_lost", **facts, skipped_numbers=store.skipped)
        elif store.truncated_bytes:
            log.warning("store_cut", **facts)
        return store

    def lost_entries(self, stores: dict[str, OutboundStore]) -> int:
        """Count the records that are gone from the end of the journal, as the stores show by what they report."""
        seen = max((max(store.epoch, store.last_origin[0]) for store in stores.values()), default=0)
        return max(0, seen - self._engine.last_seq)

    def follow(self, config: Config, stores: dict[str, OutboundStore]) -> None:
        """Add sessions that are new, with their `stores`, change the others, and end those gone or disabled."""
        for configured in config.sessions:
            name = configured.session
            if name in stores:
                next_in = self._engine.sessions[name].last_msg_seq_num + 1
                self._go_on(self._acceptor.add_session(self._settings_of(config, configured), stores[name], next_in))
        self._config = config
        self._configured = {configured.session: configured for configured in config.sessions}
        self._gateway.configured_hashes = {name: entry.password or "" for name, entry in self._configured.items()}
        self._set_rates(config)
        for name in self._acceptor.sessions:
            self.refresh(name)
        self._make_up_reports(list(stores))

    def _settings_of(self, config: Config, configured: SessionConfig) -> SessionSettings:
        """Give the settings of a session; what its peer chose as password counts until the configured one changes."""
        state, password_hash = self._engine.sessions[configured.session], configured.password or ""
        if state.password_hash and state.configured_hash == password_hash:
            password_hash = state.password_hash
        return settings_of(config, configured, password_hash)

    def _set_rates(self, config: Config) -> None:
        """Give sessions the buckets of their rates; a bucket whose rate is as before stays as full as it is."""
        buckets = self._buckets
        self._buckets = {}
        members = {entry.member: self._bucket(buckets, f"member {entry.member}", entry) for entry in config.members}
        for entry in config.sessions:
            own, shared = self._bucket(buckets, f"session {entry.session}", entry), members[entry.member]
            limited = own is not None or shared is not None
            throttle = Throttle(Excess(entry.messages_excess), own, shared) if limited else None
            self._acceptor.sessions[entry.session].throttle = throttle

    def _bucket(self, before: dict[str, Bucket], name: str, limit: SessionConfig | MemberConfig) -> Bucket | None:
        if not limit.messages_per_s:
            return None
        bucket = before.get(name) or Bucket(limit.messages_per_s)
        bucket.change(limit.messages_per_s, limit.messages_burst, time.monotonic_ns())
        self._buckets[name] = bucket
        return bucket

    def refresh(self, name: str) -> None:
        """Let a session log on, or keep it away, as the configuration and the operator have it now."""
        state, configured = self._engine.sessions[name], self._configured.get(name)
        if configured is None or not state.enabled or state.is_blocked:
            self._acceptor.remove_session(name)
        else:
            self._acceptor.change_session(self._settings_of(self._config, configured))

    def _go_on(self, session: Session) -> None:
        """Do a reset that the journal has and the store has not, and take over the numbers that are reserved."""
        state, store, name = self._engine.sessions[session.session], session.store, session.session
        if store.epoch != state.reset_seq:
            first = state.first_out
            if store.is_lost:
                first = max(first, state.reserved_out, store.next_seq_num if store.epoch > state.reset_seq else 1)
            session.restart_output(state.reset_seq, first)
            count = session.carry_over(time.time_ns())
            log.warning("store_reset", session=name, next_out=session.next_out, messages_carried_over=count)
        session.numbers.reserved(state.reset_seq, state.reserved_out)
        self._acceptor.touch(session)

    def _make_up_reports(self, names: list[str]) -> None:
        """Put the reports that were released, but are not in the store of their session, there.

        Those that may have been delivered before the store lost its end get PossResend. What is released from now on
        comes behind them.
        """
        stores = {name: self._acceptor.sessions[name].store for name in names}
        stored = {name: store.last_origin for name, store in stores.items()}
        count = poss_resend_count = 0
        for entry, index, event in undelivered(self._journal, self._gateway.last_reports, stored):
            is_unknown = entry.seq <= stores[event.session].unknown_seq
            when = entry.time_ns, time.time_ns()
            if self._gateway.report(event, entry.seq, index, *when, is_poss_resend=is_unknown):
                count += 1
                poss_resend_count += is_unknown
        self._acceptor.flush()
        if count:
            log.info("reports_made_up", reports=count, poss_resend=poss_resend_count)
