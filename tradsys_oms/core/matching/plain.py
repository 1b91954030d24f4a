"""Price-time matching of plain orders in plain books, the short way; `core.matching.taking` has the long one.

An incoming order takes the best opposite level first, and in it the oldest order first.

Every match trades at the price of the order that rested. It makes two reports, the aggressor's first, and both carry
the place of the first one in the list of events: that is the identity of the trade.
"""

from __future__ import annotations

from tradsys_oms.core.book.book import BookSide
from tradsys_oms.core.book.orders import Order, OrderTable
from tradsys_oms.core.events import Event
from tradsys_oms.core.fields import ExecType
from tradsys_oms.core.lifecycle import WHEN_CANCELED
from tradsys_oms.core.reports import fill, report
from tradsys_oms.core.work import FILLS_MAX
from tradsys_oms.errors import InvariantError


def crosses(order: Order, opposite: BookSide) -> bool:
    """Tell whether `order` can trade at once with the best of `opposite`; price 0 stands for any price."""
    best = opposite.best
    if best is None:
        return False
    return not order.price or best.rank <= opposite.sign * order.price


def sweep(order: Order, opposite: BookSide, orders: OrderTable, events: list[Event]) -> int:
    """Trade `order` until it is filled, nothing more is within its limit, or `FILLS_MAX`; give the number of trades.

    Fills are appended to `events`. Resting orders that fill leave the book and finish; `order` itself is the caller's
    to rest, cancel or finish.
    """
    trades = price = 0
    while order.leaves_qty and trades < FILLS_MAX and crosses(order, opposite):
        level = opposite.best
        if level is None or level.first is None:
            raise InvariantError(f"The best level on the other side of order {order.order_id} is empty.")
        resting = level.first
        trades += 1
        qty = min(order.leaves_qty, resting.leaves_qty)
        trade_index = len(events)
        if qty == resting.leaves_qty:
            level.remove(resting)
            orders.finish(resting)
        else:
            level.qty -= qty
        price = level.price
        events.append(fill(order, qty, price, trade_index, True))
        events.append(fill(resting, qty, price, trade_index, False))
    if trades:
        order.instrument.last_px = order.instrument.mark = price
    return trades


def cancel_rest(order: Order, orders: OrderTable, text: str, events: list[Event]) -> None:
    """Cancel what is left of an order that may not rest, and say why."""
    order.ord_status = WHEN_CANCELED[order.ord_status]
    order.leaves_qty = 0
    orders.finish(order)
    events.append(report(order, order.session, order.clord_id, "", ExecType.CANCELED, text))
