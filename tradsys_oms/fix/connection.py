"""One TCP connection of a peer: it feeds the session and carries out what the session decides.

Nothing leaves before what caused it is durable: whatever can be seen outside goes through the application's
`after_commit`, in the order of the input, while application messages are handed over at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import structlog

from tradsys_oms.errors import InvariantError
from tradsys_oms.fix.actions import (
    DELIVER,
    Actions,
    Disconnect,
    Note,
    Online,
    Resend,
    ResetNumbers,
    Send,
)
from tradsys_oms.fix.errors import MalformedMessage, MessageTooLarge, StoreWriteFailed
from tradsys_oms.fix.faults import VALUE_OUT_OF_RANGE
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.msg_types import LOGON, LOGOUT, REJECT_MSG_TYPES
from tradsys_oms.fix.outlet import Outlet
from tradsys_oms.fix.patterns import Patterns
from tradsys_oms.fix.rejects import make_apology, make_fault, make_reject
from tradsys_oms.fix.resend import last_wanted
from tradsys_oms.fix.session import Session

if TYPE_CHECKING:
    from tradsys_oms.fix.acceptor import Acceptor

log = structlog.get_logger(__name__)

CLOSE_TIMEOUT_S: Final = 2
"""What is written is given so long to leave before the connection is cut."""
CLOSED_BY_PEER: Final = "the peer closed the connection"


class Connection(asyncio.BufferedProtocol):
    """A connection, first without a session, then bound to the one whose Logon it brought."""

    def __init__(self, acceptor: Acceptor) -> None:
        self._acceptor = acceptor
        self._application = acceptor.application
        self._settings = acceptor.settings
        self._patterns = Patterns()
        self._framer = Framer(self._settings.message_size_max, self._patterns)
        self._malformed = 0
        self._transport: asyncio.Transport
        self._outlet: Outlet
        self._logon_timer: asyncio.TimerHandle
        self._is_ending = False
        self._is_at_end = False
        """The peer sends nothing more; it may still read."""
        self._reason = CLOSED_BY_PEER
        self.address = ""
        self.session: Session | None = None
        self.is_open = False

    # What the loop calls; it would only log what is raised here, so `_guarded` hands broken promises on.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for a Logon, but not for ever."""
        self._transport = transport  # type: ignore[assignment]  # of a TCP server it is a Transport
        peer = transport.get_extra_info("peername")
        self.address = f"{peer[0]}:{peer[1]}" if peer else "unknown"
        self.is_open = True
        loop = asyncio.get_running_loop()
        self._logon_timer = loop.call_later(self._settings.logon_timeout_s, self.abort, "no Logon in time")
        if not self._acceptor.admit(self):
            self.abort("too many connections")

    def get_buffer(self, sizehint: int) -> memoryview:
        """Lend the loop the one buffer that all connections read into, one after the other."""
        return self._acceptor.read_buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take bytes of the peer, at most one buffer full in a turn.

        Without an end to a turn, uvloop goes on reading a peer that sends quickly: the others would wait, and so would
        the commit of what was taken in.
        """
        buffer = self._acceptor.read_buffer
        self._guarded(self._take, bytes(buffer[:nbytes]))
        if nbytes == len(buffer) and not self._transport.is_closing():
            self._transport.pause_reading()
            asyncio.get_running_loop().call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self.read(self._acceptor.is_reading)

    def eof_received(self) -> bool:
        """Answer what was taken in before closing: a peer that sends nothing more may still read."""
        if not self._is_at_end:
            self._is_at_end = True
            self._guarded(self._take_end)
        return True

    def _take_end(self) -> None:
        self._later(self._answer_end)
        if not self._transport.is_closing():
            asyncio.get_running_loop().call_later(CLOSE_TIMEOUT_S, self.abort, CLOSED_BY_PEER)

    def _answer_end(self) -> None:
        """Close, now that all is answered that came before the end."""
        if self.session is not None:
            self._outlet.finish(self._end)
        elif not self._transport.is_closing():
            self._close()

    def _end(self) -> None:
        if self.session is not None:
            self._disconnect(self.session, CLOSED_BY_PEER)
            self._acceptor.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the session."""
        self.is_open = False
        self._logon_timer.cancel()
        self._close_outlet()
        if exc is not None and not self._is_ending:
            self._reason = f"the connection broke: {exc}"
        self._guarded(self._acceptor.dismiss, self, self._reason)

    def pause_writing(self) -> None:
        """Send nothing more of a resend for now: the peer reads slower than we write."""
        if self.session is not None:
            self._outlet.pause()

    def resume_writing(self) -> None:
        """Go on with a resend."""
        if self.session is not None:
            self._outlet.resume()

    def _guarded(self, function: Callable[..., None], *args: Any) -> None:
        try:
            function(*args)
        except MessageTooLarge as error:
            self.abort(str(error))
        except (InvariantError, StoreWriteFailed) as error:
            self._acceptor.fail(error)
        except Exception as error:
            log.exception("connection failed", address=self.address)
            self._acceptor.failures += 1
            self.abort(f"a fault of ours: {error!r}")

    # In.

    def _take(self, data: bytes) -> None:
        if self._is_ending:
            return
        now_ns = time.time_ns()
        frames = self._framer.feed(data)
        if self.session is None:
            frames = self._log_on(frames, now_ns)
        if self.session is not None:
            self._take_messages(self.session, frames, now_ns)
        self._acceptor.flush()

    def _log_on(self, frames: list[bytes], now_ns: int) -> list[bytes]:
        """Find the session by the first message, which must be its Logon; gives the messages behind it."""
        if not frames:
            if self._framer.garbled_count:
                self.abort(f"no Logon: {self._framer.garbled_reason}")
            return []
        try:
            message = parse(frames[0])
        except MalformedMessage as error:
            self.abort(f"no Logon: {error}")
            return []
        session = self._acceptor.find(message) if message.msg_type == LOGON else None
        if session is None or session.is_online:
            self.abort("no Logon of a session that is known and not connected")
            return []
        actions = session.logon(message, now_ns)
        if session.is_online:
            self._bind(session)
        self._perform(session, actions)
        return frames[1:]

    def _bind(self, session: Session) -> None:
        self._logon_timer.cancel()
        self.session = session
        loop, pending_bytes_max = asyncio.get_running_loop(), self._settings.pending_bytes_max
        self._outlet = Outlet(
            session, self._transport, pending_bytes_max, self.abort, lambda step: loop.call_soon(self._guarded, step)
        )
        session.address = self.address
        session.counters.connections += 1
        self._acceptor.bind(session, self)

    def _take_messages(self, session: Session, frames: list[bytes], now_ns: int) -> None:
        handle, receive, read = self._handle, session.receive, self._patterns.parse
        for frame in frames:
            try:
                message = read(frame)
            except MalformedMessage:
                self._malformed += 1
                continue
            handle(session, message, receive, now_ns)
            if session.held:
                while (held := session.next_held()) is not None:
                    handle(session, held, session.accept, now_ns)
            if self._is_ending:
                break
        session.counters.messages_in += len(frames)
        session.counters.garbled += self._framer.garbled_count + self._malformed
        self._framer.garbled_count = self._malformed = 0

    def _handle(self, session: Session, message: Message, take: Callable[[Message, int], Actions], now_ns: int) -> None:
        """Take one message, whose fault stays its own."""
        try:
            actions = take(message, now_ns)
            if actions is DELIVER:
                self._application.deliver(session, message, now_ns)
                if session.answers:
                    answers, session.answers = session.answers, []
                    self._perform(session, answers)
            else:
                self._perform(session, actions)
        except Exception:
            self._apologise(session, message)

    def _apologise(self, session: Session, message: Message) -> None:
        """Reject a message that we failed to handle; it counts as received."""
        log.exception("message failed", session=session.session, msg_seq_num=message.msg_seq_num)
        session.counters.failures += 1
        session.answers.clear()
        if message.msg_seq_num == session.next_in:
            session.next_in += 1
        self._perform(session, [make_apology(message, session.settings.appl_version)])

    # What the session wants done.

    def tick(self, now_ns: int) -> None:
        """Do what the time demands."""
        self._guarded(self._ask, Session.timer, now_ns)

    def logout(self, text: str, now_ns: int) -> None:
        """Ask the peer to log out."""
        self._guarded(self._ask, Session.logout, text, now_ns)

    def _ask(self, question: Callable[..., Actions], *args: Any) -> None:
        session = self.session
        if session is not None:
            self._perform(session, question(session, *args))

    def _perform(self, session: Session, actions: Actions) -> None:
        for action in actions:
            match action:
                case Send():
                    self._later(self._send, session, action)
                case Resend():
                    self._later(self._resend, session, action)
                case Disconnect():
                    self._later(self._disconnect, session, action.reason)
                case Online():
                    self._application.session_online(session.session, action.msg_seq_num, self.address)
                    log.info("session online", session=session.session, address=self.address)
                case ResetNumbers():
                    epoch = self._application.session_reset(session.session, action.reason)
                    self._later(session.restart_output, epoch)
                case Note():
                    log.warning("session", session=session.session, text=action.text)

    def _later(self, function: Callable[..., None], *args: Any) -> None:
        self._application.after_commit(self._guarded, function, *args)

    def _send(self, session: Session, action: Send) -> None:
        """Send, while there is somebody to send to; a reject in any case.

        What it rejects counts as received and won't come again, so the reject is numbered and kept for the peer to ask
        for.
        """
        is_reject = action.msg_type in REJECT_MSG_TYPES
        if (not self.is_open or self._is_ending) and not is_reject:
            return
        session.counters.rejects += is_reject
        if self.session is not None and (
            action.msg_type == LOGON or (action.msg_type == LOGOUT and self._outlet.is_resending)
        ):
            self._outlet.open()
        raw = session.send(action.msg_type, action.body, time.time_ns())
        if self.session is not None:
            self._acceptor.touch(session)
        else:  # the Logout to a peer whose Logon was refused
            session.store.flush()
            self._transport.write(raw)

    def _resend(self, session: Session, action: Resend) -> None:
        end = last_wanted(action.end, session.next_out)
        if not 0 < action.begin <= end:
            fault = make_fault(session.settings.appl_version, VALUE_OUT_OF_RANGE, "7")
            self._send(session, make_reject(action.request, fault))
        elif self.is_open and not self._is_ending:
            self._outlet.resend(action.begin, end)
            self._acceptor.touch(session)

    def _disconnect(self, session: Session, reason: str) -> None:
        """Close when all is written."""
        if not self.is_open or self._is_ending:
            return
        self._reason = reason
        self._is_ending = True
        if self.session is not None:
            self._acceptor.touch(session)
        else:
            log.warning("logon refused", session=session.session, address=self.address, reason=reason)
            self._close()

    # Out.

    def write(self) -> None:
        """Write what the batch has brought; called when it is in the store."""
        if not self._transport.is_closing():
            self._outlet.write()
            if self._is_ending:
                self._close()

    def _close(self) -> None:
        """Close when what is written has left; a peer that doesn't take it is cut."""
        self._close_outlet()
        self._transport.close()
        asyncio.get_running_loop().call_later(CLOSE_TIMEOUT_S, self._transport.abort)

    def abort(self, reason: str) -> None:
        """Cut the connection, without a word to the peer."""
        if self.is_open and not self._is_ending:
            self._reason = reason
        self._is_ending = True
        self._close_outlet()
        self._transport.abort()

    def _close_outlet(self) -> None:
        if self.session is not None:
            self._outlet.close()

    def read(self, is_wanted: bool) -> None:
        """Take input from the peer, or take no more for now."""
        if not self._transport.is_closing() and not self._is_at_end:
            (self._transport.resume_reading if is_wanted else self._transport.pause_reading)()
