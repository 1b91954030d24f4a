"""Sessions: which firm a FIX session belongs to, and how far its messages were taken in.

The journal alone must know what was received from a peer, so that after a crash the gateway asks for the rest and
nothing is ever applied twice. The gateway guarantees that order; a number that does not rise is a fault of ours, not of
the peer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.commands import Scope
from tradsys_oms.core.limits.lane import Lane
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.core.reference.members import Member
from tradsys_oms.errors import InvariantError, invariant

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order


class SessionState:
    """A FIX session as the core sees it; `firm` is the state of its member."""

    __slots__ = (
        "configured_hash",
        "enabled",
        "firm",
        "first_out",
        "is_blocked",
        "is_dropped",
        "lanes",
        "last_msg_seq_num",
        "member",
        "offline_ns",
        "online",
        "password_hash",
        "reserved_out",
        "reset_ns",
        "reset_seq",
        "session",
        "usage",
    )

    def __init__(self, session: str, firm: Member, enabled: bool) -> None:
        self.session = session
        self.usage = Usage(Scope("session", session))
        self.lanes: dict[str, dict[str, Lane]] = {}
        """By account and symbol, of the orders that came so far."""
        self.firm = firm
        self.bind(firm, enabled)
        self.last_msg_seq_num = 0
        self.reset_seq = 0
        """Journal sequence of the command that last set the number to send, 0 before any."""
        self.reset_ns = 0
        """When both numbers last began at 1 again, 0 for never."""
        self.first_out = 1
        """The number to send that was set then."""
        self.reserved_out = 0
        """Each MsgSeqNum below it may have been sent since then."""
        self.online = False
        self.offline_ns = 0
        """When it last went, 0 for never."""
        self.is_dropped = False
        """It went without a Logout."""
        self.is_blocked = False
        """By an operator."""
        self.password_hash = ""
        """Hash of the password that the peer has chosen, "" for none."""
        self.configured_hash = ""
        """The configured hash that it takes the place of."""

    def bind(self, firm: Member, enabled: bool) -> None:
        """Make the session one of `firm`. What a venue still says of orders of another firm is no business of it: they
        count for that firm, and in no usage of the session any more.
        """
        if self.lanes and firm is not self.firm:
            left = Usage(Scope("session", self.session))
            for lanes in self.lanes.values():
                for lane in lanes.values():
                    lane.session = left
        self.member = firm.name
        self.lanes.clear()
        self.firm = firm
        self.enabled = enabled

    def reset(self, seq: int, time_ns: int) -> None:
        """Start the numbers again at 1; `seq` is the journal sequence of the reset."""
        self.last_msg_seq_num = 0
        self.reset_seq, self.reset_ns, self.first_out, self.reserved_out = seq, time_ns, 1, 0


class Sessions(dict[str, SessionState]):
    """All sessions by id; each must be there, because SetSession comes before its first message."""

    def __missing__(self, session: str) -> SessionState:
        raise InvariantError(f"A command names the session {session}, which no SetSession has made.")

    def told_of(self, order: Order) -> str:
        """Give the session that is told about an order: the one that entered it, "" for nobody where that belongs to
        another member now.
        """
        session = order.session
        return session if self[session].firm is order.firm else ""

    def received(self, session: str, msg_seq_num: int) -> SessionState:
        """Take note of a message that must be new; 0 means that the command came from no message."""
        state = self[session]
        if msg_seq_num > state.last_msg_seq_num:
            state.last_msg_seq_num = msg_seq_num
        elif msg_seq_num:
            raise InvariantError(
                f"Message {msg_seq_num} of session {session} was applied before: "
                f"the last one is {state.last_msg_seq_num}."
            )
        return state

    def moved(self, session: str, msg_seq_num: int) -> SessionState:
        """Take note of how far a session got at its logon or its end; that may be where it stood before."""
        state = self[session]
        if msg_seq_num:
            invariant(
                msg_seq_num >= state.last_msg_seq_num,
                f"Session {session} went back from message {state.last_msg_seq_num} to {msg_seq_num} without a reset.",
            )
            state.last_msg_seq_num = msg_seq_num
        return state
