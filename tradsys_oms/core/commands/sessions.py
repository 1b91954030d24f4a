"""FIX sessions: what peers, operators and the session layer do with them."""

from __future__ import annotations

from tradsys_oms.core.commands.base import JournaledCommand


class SessionReset(JournaledCommand, frozen=True, tag=5):
    """Both sequence numbers of a session start again at 1 (ResetSeqNumFlag 141=Y, or by operator)."""

    session: str
    reason: str


class SessionOnline(JournaledCommand, frozen=True, tag=6):
    """A FIX session logged on."""

    session: str
    msg_seq_num: int
    address: str


class SessionOffline(JournaledCommand, frozen=True, tag=7):
    """A FIX session ended; `msg_seq_num` is the last number received from the peer."""

    session: str
    msg_seq_num: int
    reason: str
    is_drop: bool = False
    """Neither side asked for it by a Logout."""


class SetNumbers(JournaledCommand, frozen=True, tag=14):
    """An operator sets the next numbers of a session: MsgSeqNum (34) to expect, and to send; 0 leaves one as it is."""

    session: str
    next_in: int
    next_out: int
    reason: str


class NumbersReserved(JournaledCommand, frozen=True, tag=9):
    """Each MsgSeqNum below `ceiling` of what is sent to a session's peer may be on the wire, since its last reset."""

    session: str
    ceiling: int


class BlockSession(JournaledCommand, frozen=True, tag=15):
    """An operator lets nobody log on to a session, or lets them again, whatever the configuration says."""

    session: str
    is_blocked: bool
    reason: str


class LogoutSession(JournaledCommand, frozen=True, tag=16):
    """An operator, or the end of the session's hours, logs a session out; for the audit trail."""

    session: str
    reason: str


class SetPassword(JournaledCommand, frozen=True, tag=17):
    """A peer changed its password (NewPassword, 925); `configured_hash` is the hash that it takes the place of."""

    session: str
    password_hash: str
    configured_hash: str
    """As the configuration had it: when an operator changes that one, it counts again."""


class MessageRefused(JournaledCommand, frozen=True, tag=19):
    """A message was answered with a reject that another run might not give, such as for its rate: it stays refused."""

    session: str
    msg_seq_num: int
