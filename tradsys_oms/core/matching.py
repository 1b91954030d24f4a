"""Price-time matching: an incoming order takes the best opposite level first, and in it the oldest order first.

Every match trades at the price of the order that rested. It makes two reports, the aggressor's first, and both carry
the place of the first one in the list of events: that is the identity of the trade.
"""

from __future__ import annotations

from tradsys_oms.core.book import BookSide
from tradsys_oms.core.events import Event
from tradsys_oms.core.orders import Order, OrderTable
from tradsys_oms.core.reports import fill
from tradsys_oms.errors import InvariantError


def crosses(order: Order, opposite: BookSide) -> bool:
    """Tell whether `order` can trade at once with the best of `opposite`; price 0 stands for any price."""
    best = opposite.best
    if best is None:
        return False
    return not order.price or best.rank <= opposite.sign * order.price


def sweep(order: Order, opposite: BookSide, orders: OrderTable, events: list[Event]) -> int:
    """Trade `order` until it is filled or nothing more is within its limit; give the number of trades.

    Fills are appended to `events`. Resting orders that fill leave the book and finish; `order` itself is the caller's
    to rest, cancel or finish.
    """
    trades = 0
    while order.leaves_qty and crosses(order, opposite):
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
        events.append(fill(order, qty, level.price, trade_index, True))
        events.append(fill(resting, qty, level.price, trade_index, False))
    return trades
