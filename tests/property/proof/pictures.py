"""The picture of a book as the real core keeps it, in the form of `naive.applying.picture`."""

from __future__ import annotations

from tests.property.naive.applying import Picture
from tradsys_oms.core.book.book import shown_qty
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.engine import Engine


def picture_of(engine: Engine, symbol: str) -> Picture:
    """Draw the queues in the order of priority, and what waits beside them."""
    book: dict[str, list[tuple[object, ...]]] = {"1": [], "2": []}
    resting = set()
    for order in engine.books[symbol]:
        resting.add(order.order_id)
        drawn = (order.order_id, order.price or None, order.leaves_qty, gives(order), is_dark(order))
        book["1" if order.side == "1" else "2"].append(drawn)
    beside = [one for one in engine.books[symbol].open_orders() if one.order_id not in resting]
    return {
        "bids": book["1"],
        "offers": book["2"],
        "beside": sorted((order.order_id, order.leaves_qty) for order in beside),
    }


def is_dark(order: Order) -> bool:
    special = order.special
    return special is not None and (special.is_hidden or special.min_qty > 0 or special.is_all_or_none)


def gives(order: Order) -> int:
    """Give what others can have of an order at once."""
    return order.leaves_qty if is_dark(order) else shown_qty(order)
