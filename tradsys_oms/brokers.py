"""The brokers' sessions as the configuration has them: made, changed and ended without touching the others."""

from __future__ import annotations

from collections.abc import Callable

from tradsys_oms.config.model import Config, SessionConfig
from tradsys_oms.core.engine import Engine
from tradsys_oms.fix.acceptor import Acceptor, AcceptorSettings
from tradsys_oms.fix.dictionary import specs_dir
from tradsys_oms.fix.settings import SessionSettings
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.fix.validation import build_validators
from tradsys_oms.gateway import Gateway
from tradsys_oms.recovery import Place

BEGIN_STRINGS = {"FIX.4.2": "FIX.4.2", "FIX.4.4": "FIX.4.4", "FIX.5.0SP2": "FIXT.1.1"}
APPL_VER_IDS = {"FIX.5.0SP2": "9"}


def make_acceptor(config: Config, gateway: Gateway, failed: Callable[[BaseException], None]) -> Acceptor:
    """Make the acceptor, with the dictionaries of all versions and no session yet."""
    fix = config.fix
    settings = AcceptorSettings(
        message_size_max=fix.message_size_max,
        pending_bytes_max=fix.pending_bytes_max,
        logon_timeout_s=fix.logon_timeout_s,
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
        default_appl_ver_id=APPL_VER_IDS.get(session.version, ""),
        heart_bt_int_min_s=fix.heart_bt_int_min_s,
        heart_bt_int_max_s=fix.heart_bt_int_max_s,
        sending_time_tolerance_s=session.sending_time_tolerance_s or fix.sending_time_tolerance_s,
        reset_on_logon=session.reset_on_logon,
        logout_timeout_s=fix.logout_timeout_s,
    )


class Brokers:
    """Keeps the acceptor's sessions in step with the configuration."""

    def __init__(self, engine: Engine, acceptor: Acceptor, gateway: Gateway) -> None:
        self._engine, self._acceptor, self._gateway = engine, acceptor, gateway

    def follow(self, config: Config) -> None:
        """Add sessions that are new, change those that changed, and end those that are gone or disabled."""
        wanted = {session.session: session for session in config.sessions if session.enabled}
        for name in self._acceptor.sessions:
            if name not in wanted:
                self._acceptor.remove_session(name)
        for name, configured in wanted.items():
            self._gateway.serve(name, configured.version)
            if name in self._acceptor.sessions:
                self._acceptor.change_session(settings_of(config, configured))
            else:
                self._add(config, configured)

    def places(self) -> dict[str, Place]:
        """Give for each session the place of the last report that its store has; a reset counts as one."""
        return {
            name: max(session.store.last_origin, (self._engine.sessions[name].reset_seq, 0))
            for name, session in self._acceptor.sessions.items()
        }

    def _add(self, config: Config, configured: SessionConfig) -> None:
        name = configured.session
        state = self._engine.sessions[name]
        store = OutboundStore.open(config.state_dir / "store" / name, state.reset_seq)
        self._acceptor.add_session(settings_of(config, configured), store, state.last_msg_seq_num + 1)
