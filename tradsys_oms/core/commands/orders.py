"""Orders and requests about them, as peers send them: FIX 5.0 SP2 Volume 4.

The types of the values of a command, in the order of its fields, are for those who read them all at once: to compiled
code each field by itself is a search.
"""

from __future__ import annotations

from typing import TypeAlias

from tradsys_oms.core.commands.base import JournaledCommand
from tradsys_oms.core.commands.instructions import Instructions


class NewOrder(JournaledCommand, frozen=True, tag=10):
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
    instructions: Instructions | None = None
    """None for a plain order."""
    locate_reqd: str = ""
    """LocateReqd (114) of a short sale: "N": the shares have been located; "" for not given."""
    ex_destination: str = ""
    """ExDestination (100): the market that the order shall go to, "" for not given."""


NewOrderValues: TypeAlias = tuple[
    str, int, str, str, str, str, str, str, int, int | None, bool, str, str, Instructions | None, str, str
]


class CancelOrder(JournaledCommand, frozen=True, tag=11):
    """OrderCancelRequest (35=F). `order_id` is OrderID (37) as the peer sent it, "" for none."""

    session: str
    msg_seq_num: int
    clord_id: str
    orig_clord_id: str
    order_id: str
    symbol: str
    side: str


CancelOrderValues: TypeAlias = tuple[str, int, str, str, str, str, str]


class ReplaceOrder(JournaledCommand, frozen=True, tag=12):
    """OrderCancelReplaceRequest (35=G); quantities are totals, and what is left out is no longer asked for."""

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
    instructions: Instructions | None = None
    locate_reqd: str = ""
    ex_destination: str = ""
    """ExDestination (100): where the order is to be from now on, "" for where it is."""


ReplaceOrderValues: TypeAlias = tuple[
    str, int, str, str, str, str, str, str, str, int, int | None, str, str, Instructions | None, str, str
]


class QueryOrder(JournaledCommand, frozen=True, tag=13):
    """OrderStatusRequest (35=H). Journaled so that its answer has a place in the sequence."""

    session: str
    msg_seq_num: int
    clord_id: str
    order_id: str
    symbol: str
    side: str
    ord_status_req_id: str


class MassCancelOrders(JournaledCommand, frozen=True, tag=20):
    """OrderMassCancelRequest (35=q): cancel the open orders of the session's member that fit.

    `request_type` is MassCancelRequestType (530): "1" one symbol, "2" all instruments on `underlying`, "7" all orders.
    `side` "" stands for both sides; it narrows each type.
    """

    session: str
    msg_seq_num: int
    clord_id: str
    request_type: str
    symbol: str
    underlying: str
    side: str
    unsupported: str = ""


class QueryOrders(JournaledCommand, frozen=True, tag=21):
    """OrderMassStatusRequest (35=AF): the state of the open orders of the session's member that fit.

    `request_type` is MassStatusReqType (585): "1" one symbol, "2" all instruments on `underlying`, "7" all orders.
    """

    session: str
    msg_seq_num: int
    mass_status_req_id: str
    request_type: str
    symbol: str
    underlying: str
    side: str
    unsupported: str = ""
