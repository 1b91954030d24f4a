"""From frames to messages: what a peer that is logged on sends, on its way to its session.

A limit of its rate is kept here, before the session sees a message (`Excess.DELAY`, `Excess.DISCONNECT`), or where a
message is about to be delivered (`Excess.REJECT`, `Excess.REPORT`): what is refused counts as received. Frames that
have to wait are kept, and the peer is not read meanwhile, so there is never more than one read of them. A cancel is
never refused, nor what a clearing firm does about a client: they make risk smaller.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeAlias

import structlog

from tradsys_oms.fix.actions import DELIVER, Actions
from tradsys_oms.fix.errors import MalformedMessage
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.msg_types import (
    NEW_ORDER_SINGLE,
    ORDER_CANCEL_REPLACE_REQUEST,
    ORDER_CANCEL_REQUEST,
    ORDER_MASS_CANCEL_REQUEST,
    PARTY_ACTION_REQUEST,
)
from tradsys_oms.fix.patterns import Patterns
from tradsys_oms.fix.rejects import BUSINESS_OTHER, make_apology
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.session_states import State
from tradsys_oms.fix.throttle import Excess, Throttle

log = structlog.get_logger(__name__)

THROTTLE_LIMIT_EXCEEDED: Final = {"FIX.5.0SP2": 8}
"""BusinessRejectReason (380) of the versions that have one for it."""
NEVER_REFUSED: Final = frozenset({ORDER_CANCEL_REQUEST, ORDER_MASS_CANCEL_REQUEST, PARTY_ACTION_REQUEST})
"""What takes risk away."""
REFUSED_BY_REPORT: Final = frozenset({NEW_ORDER_SINGLE, ORDER_CANCEL_REPLACE_REQUEST})
WAIT_MIN_S: Final = 0.001
NS_PER_S: Final = 1_000_000_000


Deliver: TypeAlias = Callable[[Session, Message, int], None]


class Line(Protocol):
    """What is needed of the connection."""

    is_ending: bool

    def deliver(self, session: Session, message: Message, now_ns: int, refusal: str = "") -> None:
        """Hand a message to the application."""

    def message_refused(self, session: str, msg_seq_num: int) -> None:
        """Have it last that a message is refused."""

    def perform(self, session: Session, actions: Actions) -> None:
        """Do what the session wants done."""

    def guarded(self, function: Callable[..., None], *args: Any) -> None:
        """Call, and see to what is raised."""

    def go_on(self) -> None:
        """Take the frames that wait, as far as they may go, and read again when there are none."""


class Intake:
    """Takes the frames of one session's connection."""

    def __init__(self, session: Session, line: Line, patterns: Patterns) -> None:
        self._session = session
        self._line = line
        self._deliver: Deliver = line.deliver
        self._patterns = patterns
        self._waiting: list[bytes] = []
        self._read_ns = 0
        """When the last frames came, by the clock of rates: one that nobody sets, unlike the time of day."""

    @property
    def is_waiting(self) -> bool:
        """Frames are kept until there are tokens for them: nothing is to be read."""
        return bool(self._waiting)

    def take(self, frames: list[bytes], now_ns: int) -> None:
        """Take frames that were read, as far as the rate allows."""
        session, throttle = self._session, self._session.throttle
        is_over = False
        self._deliver = self._line.deliver
        if throttle is not None:
            self._read_ns = read_ns = time.monotonic_ns()
            if throttle.excess is Excess.DELAY:
                frames = self._let_pass(throttle, frames, read_ns)
            elif throttle.excess is Excess.DISCONNECT and session.state is not State.ENDING:
                allowed = throttle.take_some(len(frames), read_ns)
                frames, is_over = frames[:allowed], allowed < len(frames)
            else:
                self._deliver = self._deliver_within_rate
        self._take_frames(session, frames, now_ns)
        if is_over:
            self._patterns.forget_cut()
        if is_over and throttle is not None and session.state is not State.ENDING:
            session.counters.throttled += 1
            self._line.perform(session, session.end(throttle.text, now_ns))

    def take_waiting(self, now_ns: int) -> None:
        """Take of the frames that wait what the rate allows now."""
        frames, self._waiting = self._waiting, []
        self.take(frames, now_ns)

    def _let_pass(self, throttle: Throttle, frames: list[bytes], read_ns: int) -> list[bytes]:
        """Give the frames that there are tokens for, and keep the others."""
        allowed = throttle.take_some(len(frames), read_ns)
        if allowed < len(frames):
            self._session.counters.throttled += 1
            self._waiting = frames[allowed:]
            wait_s = max(WAIT_MIN_S, throttle.wait_ns(read_ns) / NS_PER_S)
            asyncio.get_running_loop().call_later(wait_s, self._line.guarded, self._line.go_on)
        return frames[:allowed]

    def _take_frames(self, session: Session, frames: list[bytes], now_ns: int) -> None:
        handle, receive, read, line = self._handle, session.receive, self._patterns.parse, self._line
        for frame in frames:
            try:
                message = read(frame)
            except MalformedMessage:
                session.counters.garbled += 1
                continue
            handle(session, message, receive, now_ns)
            if session.held:
                while (held := session.next_held()) is not None:
                    handle(session, held, session.accept, now_ns)
            if line.is_ending:
                break
        session.counters.messages_in += len(frames)

    def _handle(self, session: Session, message: Message, take: Callable[[Message, int], Actions], now_ns: int) -> None:
        """Take one message, whose fault stays its own."""
        try:
            actions = take(message, now_ns)
            if actions is DELIVER:
                self._deliver(session, message, now_ns)
                if session.answers:
                    answers, session.answers = session.answers, []
                    self._line.perform(session, answers)
            else:
                self._line.perform(session, actions)
        except Exception:
            self._apologise(session, message)

    def _deliver_within_rate(self, session: Session, message: Message, now_ns: int) -> None:
        """Deliver a message if there are tokens for it, or have it refused."""
        throttle = session.throttle
        if throttle is None or throttle.take(1, self._read_ns) or message.msg_type in NEVER_REFUSED:
            self._line.deliver(session, message, now_ns)
            return
        session.counters.throttled += 1
        if throttle.excess is Excess.REPORT and message.msg_type in REFUSED_BY_REPORT:
            self._line.deliver(session, message, now_ns, throttle.text)
        else:
            self._line.message_refused(session.session, message.msg_seq_num)
            reason = THROTTLE_LIMIT_EXCEEDED.get(session.appl_version, BUSINESS_OTHER)
            session.business_reject(message, reason, throttle.text)

    def _apologise(self, session: Session, message: Message) -> None:
        """Reject a message that we failed to handle; it counts as received."""
        log.exception("message failed", session=session.session, msg_seq_num=message.msg_seq_num)
        session.counters.failures += 1
        session.answers.clear()
        if message.msg_seq_num == session.next_in:
            session.next_in += 1
        self._line.perform(session, [make_apology(message, session.settings.appl_version)])
