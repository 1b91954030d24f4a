"""The acceptor: one listening socket for the sessions of all FIX versions.

A connection's first message must be the Logon of a session that is known and not connected; the session is found by
BeginString and CompIDs, never made by it. A stranger is disconnected without a word and leaves no trace in any
number.

What is to be sent collects in the sessions and is written by `flush`, once for each session and batch: first to its
store, then to its socket.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import structlog
from msgspec import Struct

from tradsys_oms.fix.connection import Connection
from tradsys_oms.fix.errors import ListenFailed, StoreWriteFailed
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.session import NO_ORIGIN, Check, Session
from tradsys_oms.fix.settings import SessionSettings
from tradsys_oms.fix.store import OutboundStore

log = structlog.get_logger(__name__)

TICK_S: Final = 0.1
"""How often sessions are asked what the time demands, if anything can be due."""
TURN_BYTES: Final = 128 * 1024
"""So much is read from one peer before the others have their turn, and what was taken in begins to be committed."""
STOP_GRACE_S: Final = 1


class Application(Protocol):
    """Who takes what the sessions receive. Sessions are named by their id."""

    def deliver(self, session: Session, message: Message, now_ns: int) -> None:
        """Take an application message: valid, in sequence, exactly once."""

    def session_online(self, session: str, msg_seq_num: int, address: str) -> None:
        """Take note of a Logon; `msg_seq_num` is the last number received in sequence."""

    def session_offline(self, session: str, msg_seq_num: int, reason: str) -> None:
        """Take note of the end of a connection."""

    def session_reset(self, session: str, reason: str) -> int:
        """Take note that both numbers start again; gives the epoch that names the new store."""

    def after_commit(self, function: Callable[..., None], *args: Any) -> None:
        """Call when all that was taken in before is durable and its reports are sent; at once if it already is."""


class AcceptorSettings(Struct, frozen=True, kw_only=True):
    """Bounds of all connections."""

    message_size_max: int = 65_536
    pending_bytes_max: int = 67_108_864
    """A peer that leaves more than this unread is disconnected."""
    logon_timeout_s: int = 10
    connections_max: int = 1024
    """Further connections are closed at once."""


class Acceptor:
    """Listens, finds the session of each connection, and writes what the sessions send.

    `failed` is called once, when a store can't be written or a promise of the code is broken: nothing is sent after
    that, and the process must end.
    """

    def __init__(
        self,
        application: Application,
        validators: Mapping[str, Check],
        settings: AcceptorSettings,
        failed: Callable[[BaseException], None],
    ) -> None:
        self.application = application
        self.settings = settings
        self.sessions: dict[str, Session] = {}
        self.connections_total = 0
        self.refused_total = 0
        self.garbled_total = 0
        self.failures = 0
        self._validators = validators
        self._failed = failed
        self._has_failed = False
        self._by_identity: dict[tuple[str, str, str], Session] = {}
        self._connections: dict[Connection, None] = {}
        self._online: dict[str, Connection] = {}
        self._touched: dict[str, Session] = {}
        self._next_settings: dict[str, SessionSettings] = {}
        """Settings that wait for the end of a connection."""
        self._server: asyncio.Server | None = None
        self._tick_timer: asyncio.TimerHandle | None = None
        self._ticked_ns = 0
        self._all_gone = asyncio.Event()
        self.is_reading = True
        self.read_buffer = memoryview(bytearray(TURN_BYTES))

    # Sessions.

    def add_session(self, settings: SessionSettings, store: OutboundStore, next_in: int) -> Session:
        """Make a session known; peers can log on from now on."""
        session = Session(settings, self._validators[settings.appl_version], store, next_in)
        self.sessions[session.session] = session
        self._by_identity[settings.identity] = session
        return session

    def change_session(self, settings: SessionSettings) -> None:
        """Take over new settings of a known session; one whose version changes is logged out first if it is online."""
        session = self.sessions[settings.session]
        if settings.identity != session.settings.identity:
            self.remove_session(settings.session)
            if session.is_online:
                self._next_settings[settings.session] = settings
                return
        session.configure(settings, self._validators[settings.appl_version])
        self._by_identity[settings.identity] = session

    def remove_session(self, session_id: str) -> None:
        """Let nobody log on to a session any more, and log it out.

        It stays in `sessions`, and its store open: reports about its orders still come, and count.
        """
        session = self.sessions[session_id]
        self._next_settings.pop(session_id, None)
        self._by_identity.pop(session.settings.identity, None)
        self.logout(session_id, "session is not configured any more")

    def find(self, message: Message) -> Session | None:
        """Find the session that a Logon is for."""
        get = message.fields.get
        return self._by_identity.get((message.begin_string, get("49", ""), get("56", "")))

    # Out.

    def send_report(
        self, session_id: str, msg_type: str, body: str, now_ns: int, origin: tuple[int, int] = NO_ORIGIN
    ) -> None:
        """Number and store a report, and send it with the next `flush` if its session is connected."""
        session = self.sessions[session_id]
        session.send(msg_type, body, now_ns, origin)
        self._touched[session_id] = session

    def touch(self, session: Session) -> None:
        """Have `flush` look at a session."""
        self._touched[session.session] = session

    def flush(self) -> None:
        """Write what was sent since the last time: to the stores, then to the sockets."""
        touched = self._touched
        if not touched or self._has_failed:
            return
        self._touched = {}
        try:
            for session in touched.values():
                session.store.flush()
        except StoreWriteFailed as error:
            self.fail(error)
            return
        online = self._online
        for session_id in touched:
            connection = online.get(session_id)
            if connection is not None:
                connection.write()

    def logout(self, session_id: str, text: str) -> None:
        """Ask a peer to log out; it is disconnected when it has answered, or after a while."""
        connection = self._online.get(session_id)
        if connection is not None:
            connection.logout(text, time.time_ns())
            self.flush()

    def pause_reading(self) -> None:
        """Take no input from anybody for now."""
        self.is_reading = False
        for connection in self._connections:
            connection.read(False)

    def resume_reading(self) -> None:
        """Take input again."""
        self.is_reading = True
        for connection in self._connections:
            connection.read(True)

    # Life.

    async def start(self, host: str, port: int) -> None:
        """Listen; raises ListenFailed with one sentence."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: Connection(self), host, port)
        except OSError as error:
            raise ListenFailed(
                f"Can't listen for FIX on {host}:{port}: {error.strerror or error}. Stop what listens there, or choose "
                f"another address in fix.listen."
            ) from error
        self._tick_timer = loop.call_later(TICK_S, self._tick)

    @property
    def port(self) -> int:
        """Give the port that is listened on, 0 for none."""
        if self._server is None or not self._server.sockets:
            return 0
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def connection_count(self) -> int:
        """Count the connections that are open now, with a session or without."""
        return len(self._connections)

    async def stop(self, text: str) -> None:
        """Log everybody out, wait for their answers for a while, and close."""
        if self._server is not None:
            self._server.close()
        timeout_s = STOP_GRACE_S
        for connection in list(self._connections):
            if connection.session is None:
                connection.abort("the acceptor stops")
            else:
                timeout_s = max(timeout_s, STOP_GRACE_S + connection.session.settings.logout_timeout_s)
                self.logout(connection.session.session, text)
        if self._connections:
            self._all_gone.clear()
            if not await self._are_gone(timeout_s):
                for connection in list(self._connections):
                    connection.abort("no answer to our Logout")
                await self._are_gone(STOP_GRACE_S)
        if self._tick_timer is not None:
            self._tick_timer.cancel()

    async def _are_gone(self, timeout_s: float) -> bool:
        try:
            await asyncio.wait_for(self._all_gone.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Close the stores, when nothing is to be sent any more."""
        for session in self.sessions.values():
            session.store.close()

    def fail(self, error: BaseException) -> None:
        """Send nothing more, cut everybody, and tell the owner; only the first time counts."""
        if not self._has_failed:
            self._has_failed = True
            for connection in list(self._connections):
                connection.abort("the acceptor failed")
            self._failed(error)

    # What connections tell.

    def admit(self, connection: Connection) -> bool:
        """Take note of a new connection; False if there are too many."""
        self._connections[connection] = None
        self.connections_total += 1
        if not self.is_reading:
            connection.read(False)
        return len(self._connections) <= self.settings.connections_max

    def bind(self, session: Session, connection: Connection) -> None:
        """Take note of a Logon."""
        self._online[session.session] = connection

    def dismiss(self, connection: Connection, reason: str) -> None:
        """Take note of the end of a connection."""
        del self._connections[connection]
        if not self._connections:
            self._all_gone.set()
        session = connection.session
        if session is None:
            self.refused_total += 1
            log.info("connection refused", address=connection.address, reason=reason)
            return
        del self._online[session.session]
        session.connection_lost()
        log.info("session offline", session=session.session, address=connection.address, reason=reason)
        self.application.session_offline(session.session, session.next_in - 1, reason)
        self.flush()
        if session.session in self._next_settings:
            self.change_session(self._next_settings.pop(session.session))

    def _tick(self) -> None:
        now_ns = time.time_ns()
        is_set_back, self._ticked_ns = now_ns < self._ticked_ns, now_ns
        for name, connection in list(self._online.items()):
            if is_set_back or now_ns >= self.sessions[name].heartbeat.look_ns:
                connection.tick(now_ns)
        self.flush()
        self._tick_timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)
