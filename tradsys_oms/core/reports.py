"""Execution events out of orders: the state of an order as it is, and a fill of it.

An event carries the whole state of its order at that moment. Fills change the order and report it in one go, because
the report is the only place where the change shows. Events are built by position: that is the cheapest call there is.
"""

from __future__ import annotations

from typing import Final

from msgspec import structs

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.book.special import Special
from tradsys_oms.core.commands import PLAIN, Instructions
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.events import Detail, Execution
from tradsys_oms.core.fields import ExecType
from tradsys_oms.core.lifecycle import WHEN_FILLED, WHEN_PART_FILLED

TRADE: Final = ExecType.TRADE
NO_DETAIL: Final = Detail()
ACCEPTING: Final = (ExecType.NEW, ExecType.REPLACED)
"""Reports that say how an order came, or came to its new quantity."""


def report(
    order: Order,
    session: str,
    clord_id: str,
    orig_clord_id: str,
    exec_type: str,
    text: str = "",
    reason: int = -1,
    ord_status_req_id: str = "",
    detail: Detail | None = None,
) -> Execution:
    """Report the state of `order` to `session`; not a fill."""
    execution = Execution(
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
    special = order.special
    if special is None:
        return execution if detail is None else structs.replace(execution, detail=detail)
    return _with_special(execution, order, special, detail)


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
    order.lane.filled(order, qty, price)
    execution = Execution(
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
    special = order.special
    return execution if special is None else _with_special(execution, order, special, None)


def _with_special(execution: Execution, order: Order, special: Special, detail: Detail | None) -> Execution:
    """Add to a report what belongs into each report of an order that is more than plain."""
    instructions = instructions_of(special)
    text = execution.text
    if not text and instructions is not None and execution.exec_type in ACCEPTING:
        text = _how_it_came(instructions, execution.exec_type)
    return structs.replace(
        execution,
        price=(special.peg_limit if special.peg else order.price) or None,
        instructions=instructions,
        detail=detail_of(order, special, detail),
        text=text,
    )


def _how_it_came(asked: Instructions, exec_type: str) -> str:
    """Say what a peer can't know of an order that it gave without a quantity, or not by message; "" for others."""
    words = []
    if asked.is_manual and exec_type == ExecType.NEW:
        words.append("Taken by telephone")
    if asked.cash_px_e8:
        words.append(f"CashOrderQty was converted at {format_e8(asked.cash_px_e8)}")
    return "; ".join(words)


def instructions_of(special: Special) -> Instructions | None:
    """Give the instructions that reports carry back, None for an order that came as a plain one."""
    return special.instructions if special.instructions is not PLAIN else None


def detail_of(order: Order, special: Special, detail: Detail | None) -> Detail | None:
    """Add to the detail of a report what belongs into each report of such an order; None for nothing."""
    if special.day_start_seq:
        day_cum_qty = order.cum_qty - special.day_start_cum_qty
        detail = structs.replace(
            detail or NO_DETAIL,
            day_order_qty=order.order_qty - special.day_start_cum_qty,
            day_cum_qty=day_cum_qty,
            day_notional=order.cum_notional - special.day_start_notional,
        )
    if special.peg and order.price:
        detail = structs.replace(detail or NO_DETAIL, pegged_price=order.price)
    return detail


def status(order: Order, session: str, asked_clord_id: str, ord_status_req_id: str = "") -> Execution:
    """Report the state of `order` to whoever asked by `asked_clord_id`, the last or an earlier one of its ClOrdIDs."""
    orig_clord_id = "" if asked_clord_id == order.clord_id else asked_clord_id
    exec_type = ExecType.ORDER_STATUS
    return report(order, session, order.clord_id, orig_clord_id, exec_type, ord_status_req_id=ord_status_req_id)
