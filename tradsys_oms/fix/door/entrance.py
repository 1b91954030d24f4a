"""The entrance: the way of one connection from its first message to its session.

| stage | event | next | what is done |
|---|---|---|---|
| first | not a Logon, or one that `objection` speaks against | over | closed without a word |
| first | a Logon of a session that asks for no password | over | it enters |
| first | any other Logon | judging | its password is given to a thread, and the peer is not read |
| judging | more messages, of the bytes already read | judging | kept |
| judging | failed | over | Logout "Authentication failed", without a number |
| judging | good, but the session has changed or gone | over | closed without a word |
| first, judging | it could enter, but its session is connected for good | over | closed without a word |
| first, judging | it could enter, but its session is connected | challenging | the first one gets a TestRequest |
| challenging | the first one lives | over | closed without a word |
| challenging | the first one was silent, and is cut | over | it enters, with the messages that were kept |
| judging, challenging | it enters, but with a NewPassword against the policy | over | Logout |
| judging | good | over | it enters, with the messages that were kept |
| any | the connection is lost | over | |

Entering is the session's own judgement of the Logon, with numbers: nothing before it moves any.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Final, Protocol

from tradsys_oms.fix.door.addresses import networks
from tradsys_oms.fix.door.arrival import Arrival
from tradsys_oms.fix.door.authentication import Authentication
from tradsys_oms.fix.door.credentials import Credentials, are_asked
from tradsys_oms.fix.door.passwords import GOOD, Outcome, Verdict
from tradsys_oms.fix.errors import MalformedMessage
from tradsys_oms.fix.logging_on import unfit
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.msg_types import LOGON
from tradsys_oms.fix.session import Session


class Stage(Enum):
    """Where a connection stands."""

    FIRST = auto()
    JUDGING = auto()
    CHALLENGING = auto()
    OVER = auto()


UNDECIDED: Final = (Stage.JUDGING, Stage.CHALLENGING)


class Gate(Protocol):
    """What the entrance needs of its connection."""

    def find(self, message: Message) -> Session | None:
        """Find the session that a Logon is for."""

    def abort(self, reason: str) -> None:
        """Cut the connection, without a word to the peer."""

    def read(self, is_wanted: bool) -> None:
        """Take input from the peer, or take no more for now."""

    def guarded(self, function: Callable[..., None], *args: Any) -> None:
        """Call, and see to what is raised."""

    def enter(self, session: Session, logon: Message, behind: list[bytes], now_ns: int, verdict: Verdict) -> None:
        """Log on, with the password changed if there is a new hash, and take the messages behind the Logon."""

    def challenge(self, session: Session, done: Callable[[bool], None]) -> None:
        """Find out if the connection that has the session lives; if not, it is cut, and its place is free."""

    def refuse(self, session: Session, outcome: Outcome, now_ns: int) -> None:
        """Say Logout, and close."""


class Entrance:
    """One connection's way in. It is `read` from until a password is judged.

    The connection has its entrance, and this one only a weak reference back: what a stranger's connection holds is free
    when the loop lets go of it. As a cycle it would wait for the garbage collector, which stops everybody to look for
    thousands of them.
    """

    def __init__(self, gate: Gate, arrival: Arrival, authentication: Authentication) -> None:
        self.stage = Stage.FIRST
        self._gate: Gate = weakref.proxy(gate)
        self._arrival = arrival
        self._authentication = authentication
        self._behind: list[bytes] = []

    @property
    def is_undecided(self) -> bool:
        """A password is being judged, or another connection challenged: nothing is to be read."""
        return self.stage in UNDECIDED

    def close(self) -> None:
        """Let nobody in any more: the connection is lost."""
        self.stage = Stage.OVER
        self._behind = []

    def take(self, frames: list[bytes], now_ns: int) -> None:
        """Take messages of a connection that has no session; there is one at least."""
        if self.stage in UNDECIDED:
            self._behind += frames  # of the bytes that were read with the Logon: reading is paused
        elif self.stage is Stage.FIRST:
            self._take_first(frames, now_ns)

    def _take_first(self, frames: list[bytes], now_ns: int) -> None:
        try:
            logon = parse(frames[0])
        except MalformedMessage as error:
            self._cut(f"no Logon: {error}")
            return
        session = self._gate.find(logon) if logon.msg_type == LOGON else None
        if session is None:
            self._cut("no Logon of a session that is known")
            return
        reason = objection(session, self._arrival, logon, now_ns)
        if reason:
            self._cut(reason)
            return
        credentials = Credentials.of(logon)
        if are_asked(session.settings) or credentials.are_given:
            self._judge(session, logon, credentials, frames[1:])
        else:
            self._enter(session, logon, frames[1:], now_ns)

    def _judge(self, session: Session, logon: Message, credentials: Credentials, behind: list[bytes]) -> None:
        settings, asked = session.settings, _asked(session)

        def judged(verdict: Verdict) -> None:
            if self.stage is Stage.JUDGING:
                self._gate.guarded(self._take_verdict, verdict, session, asked, logon)

        if not self._authentication.begin(settings, credentials, self._arrival.counted_address, judged):
            self._cut("too many logons wait for their password to be judged")
            return
        self.stage = Stage.JUDGING
        self._behind = behind
        self._gate.read(False)

    def _take_verdict(self, verdict: Verdict, session: Session, asked: tuple[str, str], logon: Message) -> None:
        now_ns = time.time_ns()
        behind, self._behind = self._behind, []
        self.stage = Stage.OVER
        if verdict.outcome is Outcome.FAILED:
            self._gate.refuse(session, verdict.outcome, now_ns)
            return
        if self._gate.find(logon) is not session or _asked(session) != asked:
            self._cut("its session was changed while its password was judged")
        elif reason := objection(session, self._arrival, logon, now_ns):
            self._cut(reason)
        else:
            self._enter(session, logon, behind, now_ns, verdict)

    def _enter(
        self, session: Session, logon: Message, behind: list[bytes], now_ns: int, verdict: Verdict = GOOD
    ) -> None:
        if session.is_online:
            self._meet_first(session, logon, behind, verdict)
            return
        self.stage = Stage.OVER
        if verdict.outcome is Outcome.AGAINST_POLICY:
            self._gate.refuse(session, verdict.outcome, now_ns)
            return
        self._gate.enter(session, logon, behind, now_ns, verdict)

    def _meet_first(self, session: Session, logon: Message, behind: list[bytes], verdict: Verdict) -> None:
        """Leave the session to the connection that has it, or see if that one is dead."""
        if not session.settings.replaces_silent:
            self._cut("its session is connected")
            return
        asked = _asked(session)

        def found_out(is_free: bool) -> None:
            if self.stage is Stage.CHALLENGING:
                self._gate.guarded(self._take_place, is_free, session, asked, logon, verdict)

        self.stage = Stage.CHALLENGING
        self._behind = behind
        self._gate.read(False)
        self._gate.challenge(session, found_out)

    def _take_place(
        self, is_free: bool, session: Session, asked: tuple[str, str], logon: Message, verdict: Verdict
    ) -> None:
        now_ns = time.time_ns()
        behind, self._behind = self._behind, []
        if not is_free or session.is_online:
            self._cut("its session is connected, and lives")
        elif self._gate.find(logon) is not session or _asked(session) != asked:
            self._cut("its session was changed meanwhile")
        elif reason := objection(session, self._arrival, logon, now_ns):
            self._cut(reason)
        else:
            self._enter(session, logon, behind, now_ns, verdict)

    def _cut(self, reason: str) -> None:
        self.stage = Stage.OVER
        self._gate.abort(reason)


def _asked(session: Session) -> tuple[str, str]:
    """Give what a Logon has to show; one that was judged by something else may not enter."""
    return session.settings.username, session.settings.password_hash


def objection(session: Session, arrival: Arrival, logon: Message, now_ns: int) -> str:
    """Say why a Logon is not listened to at all, "" if it is; the peer is never told."""
    settings, door = session.settings, arrival.settings
    if settings.listeners and door.listener not in settings.listeners:
        return f"session {session.session} may not log on to listener {door.listener}"
    if arrival.address not in networks(settings.allow):
        return f"session {session.session} may not log on from this address"
    if door.tls is not None and door.tls.client_ca is not None:
        name = settings.certificate_name or settings.peer_comp_id
        if name not in arrival.certificate_names:
            return f"the client certificate does not name session {session.session} ({name})"
    if not session.is_open(now_ns):
        return f"session {session.session} is outside of its schedule"
    return unfit(session, logon, now_ns)
