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
    Actions,
    Disconnect,
    Note,
    Online,
    Resend,
    ResetNumbers,
    Send,
)
from tradsys_oms.fix.door.arrival import Arrival
from tradsys_oms.fix.door.entrance import Entrance
from tradsys_oms.fix.door.passwords import Outcome, Verdict
from tradsys_oms.fix.door.refusal import AGAINST_POLICY, PASSWORD_CHANGED, POLICY_TEXT, make_refusal, session_status
from tradsys_oms.fix.door.tls import names_of
from tradsys_oms.fix.errors import MessageTooLarge, StoreWriteFailed
from tradsys_oms.fix.faults import VALUE_OUT_OF_RANGE
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.intake import Intake
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.msg_types import LOGON, LOGOUT, REJECT_MSG_TYPES
from tradsys_oms.fix.outlet import Outlet
from tradsys_oms.fix.patterns import Patterns
from tradsys_oms.fix.rejects import make_fault, make_reject
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

    def __init__(self, acceptor: Acceptor, arrival: Arrival) -> None:
        self._acceptor = acceptor
        self.arrival = arrival
        self._entrance = Entrance(self, arrival, acceptor.authentication)
        self._application = acceptor.application
        self._settings = acceptor.settings
        self._patterns = Patterns()
        self._framer = Framer(self._settings.message_size_max, self._patterns)
        self._message_log = acceptor.message_log
        self.deliver = acceptor.application.deliver
        self.message_refused = acceptor.application.message_refused
        self._transport: asyncio.Transport
        self._outlet: Outlet
        self._intake: Intake
        self._logon_timer: asyncio.TimerHandle
        self.is_ending = False
        self._is_at_end = False
        """The peer sends nothing more; it may still read."""
        self._reason = CLOSED_BY_PEER
        self.address = ""
        self.session: Session | None = None
        self.is_open = False

    # What the loop calls; it would only log what is raised here, so `guarded` hands broken promises on.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for a Logon, but not for ever."""
        self._transport = transport  # type: ignore[assignment]  # of a TCP server it is a Transport
        self.address = self.arrival.peer
        self.arrival.certificate_names = names_of(transport.get_extra_info("peercert"))
        self.is_open = True
        loop = asyncio.get_running_loop()
        self._logon_timer = loop.call_at(self.arrival.deadline_s, self.abort, "no Logon in time")
        self._acceptor.admit(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Lend the loop the one buffer that all connections read into, one after the other."""
        return self._acceptor.read_buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take bytes of the peer, at most one buffer full in a turn.

        Without an end to a turn, uvloop goes on reading a peer that sends quickly: the others would wait, and so would
        the commit of what was taken in.
        """
        buffer = self._acceptor.read_buffer
        self.guarded(self._take, bytes(buffer[:nbytes]))
        if nbytes == len(buffer) and not self._transport.is_closing():
            self._transport.pause_reading()
            asyncio.get_running_loop().call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self.read(self._acceptor.is_reading)

    def eof_received(self) -> bool:
        """Answer what was taken in before closing: a peer that sends nothing more may still read.

        TLS has no half of an end: there the loop closes, and what is not yet sent is in the store.
        """
        if not self._is_at_end:
            self._is_at_end = True
            self.guarded(self._take_end)
        return self.arrival.settings.tls is None

    def _take_end(self) -> None:
        self._later(self._answer_end)
        if not self._transport.is_closing():
            asyncio.get_running_loop().call_later(CLOSE_TIMEOUT_S, self.abort, CLOSED_BY_PEER)

    def _answer_end(self) -> None:
        """Close, now that all is answered that came before the end."""
        if self.session is not None:
            self._outlet.finish(self._end)
        elif not self._transport.is_closing() and not self._entrance.is_undecided:
            self._close()

    def _end(self) -> None:
        if self.session is not None:
            self._disconnect(self.session, CLOSED_BY_PEER)
            self._acceptor.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the session."""
        self.is_open = False
        self._logon_timer.cancel()
        self._entrance.close()
        self._close_outlet()
        if exc is not None and not self.is_ending:
            self._reason = f"the connection broke: {exc}"
        self.guarded(self._acceptor.dismiss, self, self._reason)

    def pause_writing(self) -> None:
        """Send nothing more of a resend for now: the peer reads slower than we write."""
        if self.session is not None:
            self._outlet.pause()

    def resume_writing(self) -> None:
        """Go on with a resend."""
        if self.session is not None:
            self._outlet.resume()

    def guarded(self, function: Callable[..., None], *args: Any) -> None:
        """Call, and see to what is raised."""
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
        if self.is_ending:
            return
        now_ns = time.time_ns()
        frames = self._framer.feed(data)
        if self.session is not None:
            self._take_messages(self.session, frames, now_ns)
        elif frames:
            self._entrance.take(frames, now_ns)
        elif self._framer.garbled_count:
            self.abort(f"no Logon: {self._framer.garbled_reason}")
        self._acceptor.flush()

    # What the entrance wants done.

    def find(self, message: Message) -> Session | None:
        """Find the session that a Logon is for."""
        return self._acceptor.find(message)

    def enter(self, session: Session, logon: Message, behind: list[bytes], now_ns: int, verdict: Verdict) -> None:
        """Log on, with the password changed if there is a new hash, and take the messages behind the Logon."""
        if self._message_log is not None:
            self._message_log.note(session.session, now_ns, True, [logon.raw])
        new_hash = verdict.new_hash
        answer = session_status(session, PASSWORD_CHANGED) if new_hash else ""
        actions = session.logon(logon, now_ns, answer, verdict.refusals)
        if session.is_online:
            self._bind(session)
            if new_hash:
                self._application.password_changed(session.session, new_hash)
        self.perform(session, actions)
        if self.session is not None:
            self._take_messages(session, behind, now_ns)
            self.read(self._acceptor.is_reading)
        self._acceptor.flush()

    def challenge(self, session: Session, done: Callable[[bool], None]) -> None:
        """Find out if the connection that has the session lives; if not, it is cut, and its place is free."""
        self._acceptor.challenge(session, done)

    def refuse(self, session: Session, outcome: Outcome, now_ns: int) -> None:
        """Say Logout, and close."""
        if outcome is Outcome.AGAINST_POLICY:
            text = f"{session_status(session, AGAINST_POLICY)}58={POLICY_TEXT}\x01"
            self.perform(session, [Send(LOGOUT, text), Disconnect(f"Logon refused: {POLICY_TEXT}")])
        elif not self._transport.is_closing():
            self._transport.write(make_refusal(session, now_ns))
            self.remark(session, f"a Logon from {self.address} was refused: authentication failed")
            self._reason = "authentication failed"
            self.is_ending = True
            self._close()

    def _bind(self, session: Session) -> None:
        self._logon_timer.cancel()
        self.session = session
        self._framer.limit(session.settings.message_size_max)
        loop, turns = asyncio.get_running_loop(), self._acceptor.resend_turns
        self._outlet = Outlet(
            session,
            self._transport,
            turns,
            self._message_log,
            self.abort,
            lambda step: loop.call_soon(self.guarded, step),
        )
        self._intake = Intake(session, self, self._patterns)
        session.address = self.address
        session.counters.connections += 1
        self._acceptor.bind(session, self)

    def _take_messages(self, session: Session, frames: list[bytes], now_ns: int) -> None:
        if self._message_log is not None and frames:
            self._message_log.note(session.session, now_ns, True, frames)
        self._intake.take(frames, now_ns)
        if self._framer.garbled_count:
            session.counters.garbled += self._framer.garbled_count
            self.remark(session, f"{self._framer.garbled_count} garbled, the last one: {self._framer.garbled_reason}")
            self._framer.garbled_count = 0
        if self._intake.is_waiting:
            self.read(False)

    def go_on(self) -> None:
        """Take the frames that wait for their rate, as far as they may go, and read again when there are none."""
        if self._transport.is_closing() or self.is_ending:
            return
        self._intake.take_waiting(time.time_ns())
        if not self._intake.is_waiting:
            self.read(self._acceptor.is_reading)
        self._acceptor.flush()

    def pending(self, now_ns: int) -> tuple[int, int]:
        """Give how many bytes the peer has not read yet, and for how many ns the oldest of them has waited."""
        return self._outlet.pending(now_ns)

    def remark(self, session: Session, text: str) -> None:
        """Put a line of ours into the message log of a session."""
        if self._message_log is not None:
            self._message_log.remark(session.session, time.time_ns(), text)

    # What the session wants done.

    def tick(self, now_ns: int) -> None:
        """Do what the time demands; of a peer that is not read, nobody can say that it is silent."""
        if self.session is not None and (not self._acceptor.is_reading or self._intake.is_waiting):
            self.session.heartbeat.excuse(now_ns)
        self.guarded(self._ask, Session.timer, now_ns)
        self.guarded(self._outlet.check_age, now_ns)

    def probe(self, now_ns: int) -> None:
        """Ask the peer for a sign of life."""
        self.guarded(self._ask, Session.probe, now_ns)

    def logout(self, text: str, now_ns: int) -> None:
        """Ask the peer to log out."""
        self.guarded(self._ask, Session.logout, text, now_ns)

    def _ask(self, question: Callable[..., Actions], *args: Any) -> None:
        session = self.session
        if session is not None:
            self.perform(session, question(session, *args))

    def perform(self, session: Session, actions: Actions) -> None:
        """Do what the session wants done: journal it, and the rest in order when that is durable."""
        is_reset = False
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
                    self._later(self._restart_output, session, epoch)
                    is_reset = True
                case Note():
                    log.warning("session", session=session.session, text=action.text)
                    self.remark(session, action.text)
        if is_reset:
            self._later(self._carry_over, session)

    def _later(self, function: Callable[..., None], *args: Any) -> None:
        self._application.after_commit(self.guarded, function, *args)

    def _restart_output(self, session: Session, epoch: int) -> None:
        """Begin the numbers of what we send again, when all before is written."""
        self._acceptor.flush()
        session.restart_output(epoch)

    def _carry_over(self, session: Session) -> None:
        """Send what was never sent before the reset, behind the Logon that answers it."""
        begin = session.next_out
        count = session.carry_over(time.time_ns())
        if count:
            log.info("messages_carried_over", session=session.session, messages=count)
            if self.session is not None and session.is_writable:
                self._outlet.fetch(begin)
        self._acceptor.touch(session)

    def _send(self, session: Session, action: Send) -> None:
        """Send, while there is somebody to send to; a reject in any case.

        What it rejects counts as received and won't come again, so the reject is numbered and kept for the peer to ask
        for.
        """
        is_reject = action.msg_type in REJECT_MSG_TYPES
        if (not self.is_open or self.is_ending) and not is_reject:
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
            self._acceptor.keep(session)
            self._transport.write(raw)
            if self._message_log is not None:
                self._message_log.note(session.session, time.time_ns(), False, [raw])

    def _resend(self, session: Session, action: Resend) -> None:
        end = last_wanted(action.end, session.next_out)
        if not 0 < action.begin <= end:
            fault = make_fault(session.settings.appl_version, VALUE_OUT_OF_RANGE, "7")
            self._send(session, make_reject(action.request, fault))
        elif action.delay_s:
            later = action.begin, end, session.store.epoch
            asyncio.get_running_loop().call_later(action.delay_s, self.guarded, self._resend_late, session, *later)
        else:
            self._resend_now(session, action.begin, end)

    def _resend_late(self, session: Session, begin: int, end: int, epoch: int) -> None:
        """Answer a peer that asks too often, unless its numbers have begun anew meanwhile."""
        if session.store.epoch == epoch:
            self._resend_now(session, begin, end)
            self._acceptor.flush()

    def _resend_now(self, session: Session, begin: int, end: int) -> None:
        if self.is_open and not self.is_ending:
            self._outlet.resend(begin, end)
            self._acceptor.touch(session)

    def _disconnect(self, session: Session, reason: str) -> None:
        """Close when all is written."""
        if not self.is_open or self.is_ending:
            return
        self._reason = reason
        self.is_ending = True
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
            if self.is_ending:
                self._close()

    def _close(self) -> None:
        """Close when what is written has left; a peer that doesn't take it is cut."""
        self._close_outlet()
        self._transport.close()
        asyncio.get_running_loop().call_later(CLOSE_TIMEOUT_S, self._transport.abort)

    def abort(self, reason: str) -> None:
        """Cut the connection, without a word to the peer."""
        if self.is_open and not self.is_ending:
            self._reason = reason
        self.is_ending = True
        self._entrance.close()
        self._close_outlet()
        self._transport.abort()

    def _close_outlet(self) -> None:
        if self.session is not None:
            self._outlet.close()

    def read(self, is_wanted: bool) -> None:
        """Take input from the peer, or take no more for now."""
        is_wanted = is_wanted and not self._entrance.is_undecided and not (self.session and self._intake.is_waiting)
        if not self._transport.is_closing() and not self._is_at_end:
            (self._transport.resume_reading if is_wanted else self._transport.pause_reading)()
