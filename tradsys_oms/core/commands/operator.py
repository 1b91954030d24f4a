"""What operators do with single orders and trades."""

from __future__ import annotations

from tradsys_oms.core.commands.base import JournaledCommand
from tradsys_oms.core.commands.orders import NewOrder


class CancelOrders(JournaledCommand, frozen=True, tag=18):
    """Cancel open orders of a session, the oldest first, at most `ORDERS_MAX` of them; nobody asked by message."""

    session: str
    day_only: bool
    """Only orders with TimeInForce (59) Day."""
    text: str
    """Text (58) of the reports."""


class CancelOne(JournaledCommand, frozen=True, tag=29):
    """Cancel an open order that nobody asked to cancel by message; or end its day, with `done_for_day`."""

    order_id: int
    text: str
    done_for_day: bool = False


class RestateOne(JournaledCommand, frozen=True, tag=30):
    """Change what is left of an open order by agreement outside of FIX: a smaller OrderQty, another Price, or both."""

    order_id: int
    order_qty_e8: int
    price_e8: int | None
    restatement_reason: int
    """ExecRestatementReason (378): 2 verbal change, 3 repricing, 5 partial decline of OrderQty."""
    text: str


class AmendTrade(JournaledCommand, frozen=True, tag=31):
    """Bust a trade, with `qty` 0, or correct its quantity and price; for both sides.

    The trade is named by its place: the journal sequence and the index of its first fill. What it was is in the
    journal and is given here, in ticks and lots, so that the core needs no memory of trades.
    """

    trade_seq: int
    trade_index: int
    first_order_id: int
    second_order_id: int
    traded_qty: int
    """As the trade was first reported."""
    traded_px: int
    qty: int
    px: int
    reinstate: bool
    """Quantity that a filled order gets back works again, at the end of its queue; else it is canceled."""
    text: str


class EnterOrder(JournaledCommand, frozen=True, tag=61):
    """Enter an order that a member has given by telephone; the OrderID is the journal sequence of this command.

    It has no ClOrdID, and `msg_seq_num` 0. Its reports go to the session that it names.
    """

    order: NewOrder
    text: str
    """Why, and who has entered it."""
