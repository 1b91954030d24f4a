"""Reports about orders, and how orders come to their end (section 1)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tests.property.naive.things import NOWHERE, WORDS, Exchange, Order
from tradsys_oms.core.events import Detail, Execution
from tradsys_oms.core.fields import ExecType, OrdStatus, TimeInForce


def detail_of(order: Order) -> Detail:
    """Give what every report of an order has: its day, from the second one on, and where a peg stands."""
    detail = Detail()
    if order.renewed_seq:
        detail = replace(
            detail,
            day_order_qty=order.qty - (order.cum - order.day_cum),
            day_cum_qty=order.day_cum,
            day_notional=order.day_notional,
        )
    if order.floats and order.at is not None:
        detail = replace(detail, pegged_price=order.at)
    return detail


def report(
    x: Exchange,
    order: Order,
    exec_type: str,
    *,
    session: str = "",
    clord_id: str = "",
    orig: str = "",
    reason: int = -1,
    text: str = "",
    ord_status_req_id: str = "",
    last: tuple[int, int] = (0, 0),
    trade_index: int = -1,
    aggressor: bool = False,
    more: dict[str, Any] | None = None,
) -> None:
    """Report the state of an order; `more` are fields of the detail."""
    detail = replace(detail_of(order), **(more or {}))
    x.events.append(
        Execution(
            session or order.session,
            order.member,
            order.order_id,
            clord_id or order.clord_id,
            orig,
            exec_type,
            order.status,
            order.account,
            order.symbol,
            order.side,
            order.ord_type,
            order.time_in_force,
            order.qty,
            order.limit,
            order.cum,
            order.leaves,
            order.notional,
            last[0],
            last[1],
            trade_index,
            aggressor,
            reason,
            text,
            ord_status_req_id,
            order.echo,
            None if detail == Detail() else detail,
        )
    )


def open_status(order: Order) -> str:
    return OrdStatus.PARTIALLY_FILLED if order.cum else OrdStatus.NEW


def finish(x: Exchange, order: Order, status: str) -> None:
    """Bring an order to its end, without a report."""
    order.status, order.leaves, order.is_over = status, 0, True
    order.place = NOWHERE  # reports go on to tell where a peg stood at its end
    instrument = x.instruments[order.symbol]
    instrument.orders = [other for other in instrument.orders if other is not order]


def cancel(x: Exchange, order: Order, text: str = WORDS, restatement_reason: int = -1) -> None:
    """Cancel what is left; nobody asked for it by message."""
    finish(x, order, OrdStatus.CANCELED)
    report(x, order, ExecType.CANCELED, text=text, more={"restatement_reason": restatement_reason})


def expire(x: Exchange, order: Order) -> None:
    finish(x, order, OrdStatus.EXPIRED)
    report(x, order, ExecType.EXPIRED, text=WORDS)


def done_for_day(x: Exchange, order: Order, text: str = WORDS) -> None:
    """End the day of an order; that is its end unless it is good for longer."""
    if order.time_in_force in (TimeInForce.GTC, TimeInForce.GTD):
        order.status = OrdStatus.DONE_FOR_DAY
    else:
        finish(x, order, OrdStatus.DONE_FOR_DAY)
    report(x, order, ExecType.DONE_FOR_DAY, text=text)


def fill(x: Exchange, order: Order, qty: int, px: int, trade_index: int, aggressor: bool) -> None:
    """Fill a part of an order, and report it."""
    order.leaves -= qty
    order.cum += qty
    order.notional += qty * px
    order.day_cum += qty
    order.day_notional += qty * px
    order.status = OrdStatus.PARTIALLY_FILLED
    if order.leaves == 0:
        finish(x, order, OrdStatus.FILLED)
    report(x, order, ExecType.TRADE, last=(qty, px), trade_index=trade_index, aggressor=aggressor)
