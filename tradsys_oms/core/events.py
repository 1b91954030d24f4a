"""Events: what the core did, one per message that somebody receives, in the order in which it happened.

Prices are in ticks and quantities in lots of the instrument, as `SetInstrument` defined them before in the same
journal. The place of an event, `(sequence of its record, index in the record)`, is its identity for ever: `ExecID` is
printed from it, and `TradeID` from the place of the first of the two fills of a trade.

Events carry all that a report or a database row needs, so that a follower never has to know the state of the core.
Tags are part of the journal's format: never reuse or renumber one.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct


class _Event(Struct, frozen=True, array_like=True, gc=False):
    """Shared shape of all events: an array whose first element is the tag."""


class Execution(_Event, frozen=True, tag=1):
    """An ExecutionReport about an order that the core knows."""

    session: str
    """The session that gets the report: the one that entered the order, or for a request the one that asked."""
    member: str
    order_id: int
    clord_id: str
    """The last accepted ClOrdID, or that of the request which is answered."""
    orig_clord_id: str
    """"" where the report answers no cancel or replace."""
    exec_type: str
    ord_status: str
    account: str
    symbol: str
    side: str
    ord_type: str
    time_in_force: str
    order_qty: int
    price: int | None
    cum_qty: int
    leaves_qty: int
    cum_notional: int
    """Sum over all fills of price times quantity, in ticks times lots: AvgPx is this over `cum_qty`."""
    last_qty: int = 0
    last_px: int = 0
    trade_index: int = -1
    """Index, in this record, of the first fill of the same trade; -1 where the report is not a fill."""
    aggressor: bool = False
    """The fill took liquidity."""
    reason: int = -1
    """OrdRejReason (103) of a report with ExecType Rejected, else -1."""
    text: str = ""
    ord_status_req_id: str = ""


class OrderRejected(_Event, frozen=True, tag=2):
    """An ExecutionReport Rejected for an order that never was: quantities as the peer sent them.

    Its OrderID is the sequence of the record.
    """

    session: str
    member: str
    clord_id: str
    account: str
    symbol: str
    side: str
    ord_type: str
    time_in_force: str
    order_qty_e8: int
    price_e8: int | None
    reason: int
    text: str


class CancelRejected(_Event, frozen=True, tag=3):
    """An OrderCancelReject. `order_id` 0 stands for an unknown order ("NONE")."""

    session: str
    member: str
    order_id: int
    clord_id: str
    orig_clord_id: str
    ord_status: str
    response_to: str
    reason: int
    text: str


class StatusUnknown(_Event, frozen=True, tag=4):
    """The answer to a status request about an order that the core doesn't know: ExecType I, OrdStatus Rejected."""

    session: str
    member: str
    clord_id: str
    order_id: str
    symbol: str
    side: str
    ord_status_req_id: str
    text: str


class Refused(_Event, frozen=True, tag=5):
    """A command that is not an order was not carried out; the state is as before."""

    text: str


Event: TypeAlias = Execution | OrderRejected | CancelRejected | StatusUnknown | Refused
