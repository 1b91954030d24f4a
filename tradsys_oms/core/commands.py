"""Commands: everything that may change the state of the core, as frozen values that the journal keeps.

A command is what somebody asked for, in the asker's own numbers: prices and quantities are integers of 1e-8 (`_e8`),
because a wrong tick or an unknown symbol must reach the core to be refused there. The sequence number and the time of
a command are those of its journal record and are handed to `Engine.apply` beside it.

Commands that came over a FIX session carry `session` and `msg_seq_num` (MsgSeqNum, 34), so that the journal alone
knows what was received. `msg_seq_num` 0 means: not from a message.

Tags are part of the journal's format: never reuse or renumber one.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct


class _Command(Struct, frozen=True, array_like=True, gc=False):
    """Shared shape of all commands: an array whose first element is the tag."""


class EngineStarted(_Command, frozen=True, tag=1):
    """The daemon opened the journal for writing; marks a run in the audit trail."""

    version: str
    host: str
    pid: int


class SetInstrument(_Command, frozen=True, tag=2):
    """Add an instrument or change it; `tick_e8` and `lot_e8` are for ever: all that was reported counts in them."""

    symbol: str
    tick_e8: int
    lot_e8: int
    reference_price_e8: int
    price_band_bps: int
    """Limit prices further than this from the reference price are refused; basis points of it, 0 for no band."""
    order_qty_max_e8: int
    order_notional_max_e8: int
    """Price times quantity of one order in whole currency units of 1e-8; 0 for no limit."""
    currency: str
    enabled: bool


class SetMember(_Command, frozen=True, tag=3):
    """Add a member firm or change it; orders of a member that is not enabled are refused."""

    member: str
    enabled: bool


class SetSession(_Command, frozen=True, tag=4):
    """Bind a FIX session to its member."""

    session: str
    member: str
    enabled: bool


class SessionReset(_Command, frozen=True, tag=5):
    """Both sequence numbers of a session start again at 1 (ResetSeqNumFlag 141=Y, or by operator)."""

    session: str
    reason: str


class SessionOnline(_Command, frozen=True, tag=6):
    """A FIX session logged on."""

    session: str
    msg_seq_num: int
    address: str


class SessionOffline(_Command, frozen=True, tag=7):
    """A FIX session ended; `msg_seq_num` is the last number received from the peer."""

    session: str
    msg_seq_num: int
    reason: str
    is_drop: bool = False
    """Neither side asked for it by a Logout."""


class SetNumbers(_Command, frozen=True, tag=14):
    """An operator sets the next numbers of a session: MsgSeqNum (34) to expect, and to send; 0 leaves one as it is."""

    session: str
    next_in: int
    next_out: int
    reason: str


class BlockSession(_Command, frozen=True, tag=15):
    """An operator lets nobody log on to a session, or lets them again, whatever the configuration says."""

    session: str
    is_blocked: bool
    reason: str


class LogoutSession(_Command, frozen=True, tag=16):
    """An operator, or the end of the session's hours, logs a session out; for the audit trail."""

    session: str
    reason: str


class SetPassword(_Command, frozen=True, tag=17):
    """A peer changed its password (NewPassword, 925); `configured_hash` is the hash that it takes the place of."""

    session: str
    password_hash: str
    configured_hash: str
    """As the configuration had it: when an operator changes that one, it counts again."""


class CancelOrders(_Command, frozen=True, tag=18):
    """Cancel open orders of a session, the oldest first, at most `ORDERS_MAX` of them; nobody asked by message."""

    session: str
    day_only: bool
    """Only orders with TimeInForce (59) Day."""
    text: str
    """Text (58) of the reports."""


class MessageRefused(_Command, frozen=True, tag=19):
    """A message was answered with a reject that another run might not give, such as for its rate: it stays refused."""

    session: str
    msg_seq_num: int


class EntryLost(_Command, frozen=True, tag=8):
    """Takes the place of a record that was durable and is gone, so that its number never names anything else."""


class NumbersReserved(_Command, frozen=True, tag=9):
    """Each MsgSeqNum below `ceiling` of what is sent to a session's peer may be on the wire, since its last reset."""

    session: str
    ceiling: int


class NewOrder(_Command, frozen=True, tag=10):
    """NewOrderSingle (35=D). The OrderID is the journal sequence of this command."""

    session: str
    msg_seq_num: int
    clord_id: str
    account: str
    symbol: str
    side: str
    ord_type: str
    time_in_force: str
    order_qty_e8: int
    price_e8: int | None
    """None where the message has no Price (44)."""
    poss_resend: bool = False
    unsupported: str = ""
    """What the message asks for that this exchange can't do, as a sentence for the reject; "" for nothing."""
    currency: str = ""
    """Currency (15) as the peer sent it, "" for that of the instrument."""


class CancelOrder(_Command, frozen=True, tag=11):
    """OrderCancelRequest (35=F). `order_id` is OrderID (37) as the peer sent it, "" for none."""

    session: str
    msg_seq_num: int
    clord_id: str
    orig_clord_id: str
    order_id: str
    symbol: str
    side: str


class ReplaceOrder(_Command, frozen=True, tag=12):
    """OrderCancelReplaceRequest (35=G); quantities are totals, as FIX has them."""

    session: str
    msg_seq_num: int
    clord_id: str
    orig_clord_id: str
    order_id: str
    symbol: str
    side: str
    ord_type: str
    time_in_force: str
    order_qty_e8: int
    price_e8: int | None
    unsupported: str = ""
    currency: str = ""


class QueryOrder(_Command, frozen=True, tag=13):
    """OrderStatusRequest (35=H). Journaled so that its answer has a place in the sequence."""

    session: str
    msg_seq_num: int
    clord_id: str
    order_id: str
    symbol: str
    side: str
    ord_status_req_id: str


Command: TypeAlias = (
    EngineStarted
    | SetInstrument
    | SetMember
    | SetSession
    | SessionReset
    | SessionOnline
    | SessionOffline
    | SetNumbers
    | BlockSession
    | LogoutSession
    | SetPassword
    | CancelOrders
    | EntryLost
    | NumbersReserved
    | MessageRefused
    | NewOrder
    | CancelOrder
    | ReplaceOrder
    | QueryOrder
)
