"""Execution events out of orders: the state of an order as it is, and a fill of it.

An event carries the whole state of its order at that moment. Fills change the order and report it in one go, because
the report is the only place where the change shows. Events are built by position: that is the cheapest call there is.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.events import Execution
from tradsys_oms.core.fields import ExecType
from tradsys_oms.core.lifecycle import WHEN_FILLED, WHEN_PART_FILLED
from tradsys_oms.core.orders import Order

TRADE: Final = ExecType.TRADE


def report(
    order: Order,
    session: str,
    clord_id: str,
    orig_clord_id: str,
    exec_type: str,
    text: str = "",
    reason: int = -1,
    ord_status_req_id: str = "",
) -> Execution:
    """Report the state of `order` to `session`; not a fill."""
    return Execution(
        session,
        order.member,
        order.order_id,
        clord_id,
        orig_clord_id,
        exec_type,
        order.ord_status,
        order.account,
        order.symbol,
        order.side,
        order.ord_type,
        order.time_in_force,
        order.order_qty,
        order.price or None,
        order.cum_qty,
        order.leaves_qty,
        order.cum_notional,
        0,
        0,
        -1,
        False,
        reason,
        text,
        ord_status_req_id,
    )


def fill(order: Order, qty: int, price: int, trade_index: int, aggressor: bool) -> Execution:
    """Fill `qty` of `order` at `price` and report it to the session that entered the order."""
    leaves_qty = order.leaves_qty - qty
    cum_qty = order.cum_qty + qty
    cum_notional = order.cum_notional + qty * price
    ord_status = WHEN_PART_FILLED[order.ord_status] if leaves_qty else WHEN_FILLED[order.ord_status]
    order.leaves_qty = leaves_qty
    order.cum_qty = cum_qty
    order.cum_notional = cum_notional
    order.ord_status = ord_status
    return Execution(
        order.session,
        order.member,
        order.order_id,
        order.clord_id,
        "",
        TRADE,
        ord_status,
        order.account,
        order.symbol,
        order.side,
        order.ord_type,
        order.time_in_force,
        order.order_qty,
        order.price or None,
        cum_qty,
        leaves_qty,
        cum_notional,
        qty,
        price,
        trade_index,
        aggressor,
    )


def status(order: Order, session: str, asked_clord_id: str, ord_status_req_id: str = "") -> Execution:
    """Report the state of `order` to whoever asked by `asked_clord_id`, the last or an earlier one of its ClOrdIDs."""
    orig_clord_id = "" if asked_clord_id == order.clord_id else asked_clord_id
    exec_type = ExecType.ORDER_STATUS
    return report(order, session, order.clord_id, orig_clord_id, exec_type, ord_status_req_id=ord_status_req_id)
