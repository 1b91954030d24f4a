"""The acceptor: the sessions of all FIX versions, and the connections that its listeners let in.

A connection's first message must be the Logon of a session that is known and not connected; the session is found by
BeginString and CompIDs, never made by it. A stranger leaves no trace in any number (`door`).

What is to be sent collects in the sessions and is written by `flush`, once for each session and batch: first to its
store, then to its socket.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import structlog
from msgspec import Struct

from tradsys_oms.fix.appl_versions import Check
from tradsys_oms.fix.connection import Connection
from tradsys_oms.fix.door.arrival import Arrival
from tradsys_oms.fix.door.authentication import Authentication, AuthenticationSettings
from tradsys_oms.fix.door.challenge import Challenge
from tradsys_oms.fix.door.listener import ListenerSettings
from tradsys_oms.fix.door.listeners import Listeners
from tradsys_oms.fix.door.turned_away import TurnedAway
from tradsys_oms.fix.errors import StoreWriteFailed
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.message_log import MessageLog
from tradsys_oms.fix.resend_policy import Turns
from tradsys_oms.fix.reserved_numbers import CHUNK
from tradsys_oms.fix.session import NO_ORIGIN, Session
from tradsys_oms.fix.settings import SessionSettings
from tradsys_oms.fix.store import OutboundStore

log = structlog.get_logger(__name__)

TICK_S: Final = 0.1
"""How often sessions are asked what the time demands, if anything can be due."""
TURN_BYTES: Final = 128 * 1024
"""So much is read from one peer before the others have their turn, and what was taken in begins to be committed."""
STOP_GRACE_S: Final = 1
CERTIFICATE_TICK_S: Final = 10
"""How often certificates are looked at on disk."""
STRANGERS_TICK_S: Final = 1
"""How often each address may have a few more lines in the log."""


class Application(Protocol):
    """Who takes what the sessions receive. Sessions are named by their id."""

    def deliver(self, session: Session, message: Message, now_ns: int, refusal: str = "") -> None:
        """Take an application message: valid, in sequence, exactly once; with a `refusal`, refuse it in a report."""

    def message_refused(self, session: str, msg_seq_num: int) -> None:
        """Take note of a message that comes too quickly and is rejected: it is never to be delivered."""

    def session_online(self, session: str, msg_seq_num: int, address: str) -> None:
        """Take note of a Logon; `msg_seq_num` is the last number received in sequence."""

    def session_offline(self, session: str, msg_seq_num: int, reason: str, is_drop: bool) -> None:
        """Take note of the end of a connection; of a drop, if no Logout came before it."""

    def session_reset(self, session: str, reason: str) -> int:
        """Take note that both numbers start again; gives the epoch that names the new store."""

    def reserve_numbers(self, session: Session, ceiling: int) -> None:
        """Take note that each MsgSeqNum below `ceiling` may be on the wire; `session.numbers` is told when it lasts."""

    def password_changed(self, session: str, password_hash: str) -> None:
        """Take note of a new password, to be asked for from now on; the Logon is answered when that is durable."""

    def after_commit(self, function: Callable[..., None], *args: Any) -> None:
        """Call when all that was taken in before is durable and its reports are sent; at once if it already is."""


class AcceptorSettings(Struct, frozen=True, kw_only=True):
    """Bounds of all connections."""

    message_size_max: int = 65_536
    resends_concurrent_max: int = 8
    """So many sessions are sent messages again at a time."""
    authentication: AuthenticationSettings = AuthenticationSettings()


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
        message_log: MessageLog | None = None,
    ) -> None:
        self.application = application
        self.settings = settings
        self.message_log = message_log
        self.sessions: dict[str, Session] = {}
        self.connections_total = 0
        self.strangers = TurnedAway()
        self.garbled_total = 0
        self.failures = 0
        self.handshakes_failed = 0
        self.authentication = Authentication(settings.authentication)
        self._listeners = Listeners(self)
        self._validators = validators
        self._failed = failed
        self._has_failed = False
        self._by_identity: dict[tuple[str, str, str], Session] = {}
        self._connections: dict[Connection, None] = {}
        self._online: dict[str, Connection] = {}
        self._touched: dict[str, Session] = {}
        self._next_settings: dict[str, SessionSettings] = {}
        """Settings that wait for the end of a connection."""
        self._tick_timer: asyncio.TimerHandle | None = None
        self._certificate_timer: asyncio.TimerHandle | None = None
        self._strangers_timer: asyncio.TimerHandle | None = None
        self._ticked_ns = 0
        self._all_gone = asyncio.Event()
        self.is_reading = True
        self.resend_turns = Turns(settings.resends_concurrent_max)
        self.read_buffer = memoryview(bytearray(TURN_BYTES))

    # Sessions.

    def add_session(self, settings: SessionSettings, store: OutboundStore, next_in: int) -> Session:
        """Make a session known; peers can log on from now on."""
        session = Session(settings, self._validators, store, next_in)
        self.sessions[session.session] = session
        self._by_identity[settings.identity] = session
        return session

    def change_session(self, settings: SessionSettings) -> None:
        """Take over new settings of a known session; one whose version changes is logged out first if it is online."""
        session = self.sessions[settings.session]
        if not session.fits(settings):
            self.remove_session(settings.session)
            if session.is_online:
                self._next_settings[settings.session] = settings
                return
        self._next_settings.pop(settings.session, None)
        session.configure(settings, self._validators)
        self._by_identity[settings.identity] = session

    def remove_session(self, session_id: str) -> None:
        """Let nobody log on to a session any more, and log it out.

        It stays in `sessions`, and its store open: reports about its orders still come, and count.
        """
        session = self.sessions[session_id]
        self._next_settings.pop(session_id, None)
        self._by_identity.pop(session.settings.identity, None)
        self.logout(session_id, "session is not configured any more")

    def renumber(self, session: Session, next_in: int, next_out: int, epoch: int) -> None:
        """Set the next numbers of a session that nobody is logged on to; 0 leaves one as it is.

        `epoch` is the journal sequence of that decision; the numbers to send follow when it is durable.
        """
        if next_in:
            session.next_in = next_in
        if next_out:
            session.coming_out = next_out
            self.application.after_commit(self._restart_output, session, epoch, next_out)

    def _restart_output(self, session: Session, epoch: int, first: int) -> None:
        """Begin the numbers of what a session sends again, when all before is written."""
        self.flush()
        session.restart_output(epoch, first)
        self.touch(session)
        self.flush()

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
                if session.next_out > session.numbers.low_water:
                    self._secure(session)
                session.store.flush()
        except StoreWriteFailed as error:
            self.fail(error)
            return
        online = self._online
        for session_id in touched:
            connection = online.get(session_id)
            if connection is not None:
                connection.write()

    def keep(self, session: Session) -> None:
        """Bring what a session has sent to its store, such that it may be written to a socket."""
        if session.next_out > session.numbers.low_water:
            self._secure(session)
        session.store.flush()

    def _secure(self, session: Session) -> None:
        """Have numbers reserved ahead; what is beyond those reserved must be synced before it is sent."""
        session.carry_over(time.time_ns())
        numbers = session.numbers
        if session.next_out > numbers.ceiling:
            session.store.sync()
        if numbers.is_low(session.next_out) and not numbers.is_asked:
            numbers.is_asked = True
            self.application.reserve_numbers(session, session.next_out + CHUNK)

    def logout(self, session_id: str, text: str) -> None:
        """Ask a peer to log out; it is disconnected when it has answered, or after a while."""
        connection = self._online.get(session_id)
        if connection is not None:
            connection.logout(text, time.time_ns())
            self.flush()

    def challenge(self, session: Session, done: Callable[[bool], None]) -> None:
        """Ask the connection that has a session for a sign of life; `done` is told if its place is free."""
        first = self._online[session.session]
        first.probe(time.time_ns())
        self.flush()
        Challenge(session, first, done)

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

    async def start(self, listeners: Sequence[ListenerSettings]) -> None:
        """Listen; raises ListenFailed, CertificateUnusable or AddressInvalid."""
        await self._listeners.follow(listeners, lambda: None)
        self._tick()
        self._watch_certificates()
        self._tell_of_strangers()

    async def follow_listeners(
        self, listeners: Sequence[ListenerSettings], confirm: Callable[[], object] = lambda: None
    ) -> None:
        """Add, change and remove listeners, and load certificates that have changed; connections stay.

        `confirm` is called at the last moment, when others have had their turn meanwhile. Raises what it raises,
        ListenFailed, CertificateUnusable or AddressInvalid; the listeners are as they were then.
        """
        await self._listeners.follow(listeners, confirm)

    @property
    def ports(self) -> dict[str, int]:
        """Give the port that each listener listens on, by its id."""
        return self._listeners.ports

    @property
    def port(self) -> int:
        """Give the port of the first listener, 0 for none."""
        return next(iter(self.ports.values()), 0)

    def pending(self, session_id: str, now_ns: int) -> tuple[int, int]:
        """Give how many bytes a session's peer has not read yet, and for how many ns the oldest has waited."""
        connection = self._online.get(session_id)
        return connection.pending(now_ns) if connection is not None else (0, 0)

    @property
    def connection_count(self) -> int:
        """Count the connections that are open now: with a session, without, and in their TLS handshake."""
        return len(self._listeners.occupancy)

    async def stop(self, text: str) -> None:
        """Log everybody out, wait for their answers for a while, and close."""
        self._listeners.close()
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
        for timer in (self._tick_timer, self._certificate_timer, self._strangers_timer):
            if timer is not None:
                timer.cancel()
        self.strangers.tell()

    async def _are_gone(self, timeout_s: float) -> bool:
        try:
            await asyncio.wait_for(self._all_gone.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Close the stores, when nothing is to be sent any more."""
        self.authentication.close()
        for session in self.sessions.values():
            session.store.close()
        if self.message_log is not None:
            self.message_log.close()

    def fail(self, error: BaseException) -> None:
        """Send nothing more, cut everybody, and tell the owner; only the first time counts."""
        if not self._has_failed:
            self._has_failed = True
            for connection in list(self._connections):
                connection.abort("the acceptor failed")
            self._failed(error)

    # What listeners and connections tell.

    def welcome(self, arrival: Arrival) -> Connection:
        """Make the protocol of a connection that a listener lets in."""
        return Connection(self, arrival)

    @property
    def refused_total(self) -> int:
        """Count the connections that came to nothing."""
        return self.strangers.total

    def turned_away(self, peer: str, reason: str) -> None:
        """Take note of a connection that came to nothing."""
        self.strangers.note(peer, reason)

    def admit(self, connection: Connection) -> None:
        """Take note of a new connection."""
        self._connections[connection] = None
        self.connections_total += 1
        if not self.is_reading:
            connection.read(False)

    def bind(self, session: Session, connection: Connection) -> None:
        """Take note of a Logon."""
        self._online[session.session] = connection

    def dismiss(self, connection: Connection, reason: str) -> None:
        """Take note of the end of a connection."""
        del self._connections[connection]
        self._listeners.occupancy.leave(connection.arrival)
        if not self._connections:
            self._all_gone.set()
        session = connection.session
        if session is None:
            self.turned_away(connection.address, reason)
            return
        del self._online[session.session]
        session.connection_lost()
        connection.remark(session, f"the connection from {connection.address} ended: {reason}")
        log.info("session offline", session=session.session, address=connection.address, reason=reason)
        self.application.session_offline(session.session, session.next_in - 1, reason, not session.is_logged_out)
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

    def _watch_certificates(self) -> None:
        self._listeners.refresh_certificates()
        loop = asyncio.get_running_loop()
        self._certificate_timer = loop.call_later(CERTIFICATE_TICK_S, self._watch_certificates)

    def _tell_of_strangers(self) -> None:
        self.strangers.tell()
        self._strangers_timer = asyncio.get_running_loop().call_later(STRANGERS_TICK_S, self._tell_of_strangers)
