"""The picture of a book as the real core keeps it, in the form of `naive.applying.picture`."""

from __future__ import annotations

from tests.property.naive.applying import Picture
from tradsys_oms.core.engine import Engine


def picture_of(engine: Engine, symbol: str) -> Picture:
    book: dict[str, list[tuple[object, ...]]] = {"1": [], "2": []}
    for order in engine.books[symbol]:
        book[order.side].append((order.order_id, order.price or None, order.leaves_qty, order.leaves_qty, False))
    return {"bids": book["1"], "offers": book["2"], "beside": []}
