"""The book (section 3): the orders of an instrument, sorted whenever somebody asks."""

from __future__ import annotations

from itertools import groupby

from tests.property.naive.things import ASIDE, BOOK, Exchange, Instrument, Order
from tradsys_oms.core.fields import Side


def other(side: str) -> str:
    return Side.SELL if side == Side.BUY else Side.BUY


def within(side: str, price: int, limit: int | None) -> bool:
    """Tell whether a `side` may trade at `price`."""
    if limit is None:
        return True
    return price <= limit if side == Side.BUY else price >= limit


def rank(order: Order) -> tuple[int, int, bool, int]:
    """Sort by priority: market orders, better prices, the shown before the dark, those longer in the queue."""
    if order.at is None:
        return (0, 0, False, order.queued)
    return (1, -order.at if order.is_buy else order.at, order.is_dark, order.queued)


def resting(instrument: Instrument, side: str) -> list[Order]:
    is_buy = side == Side.BUY
    return sorted((one for one in instrument.orders if one.place == BOOK and one.is_buy == is_buy), key=rank)


def levels(instrument: Instrument, side: str) -> list[tuple[int, list[Order]]]:
    """Group a side by price, the best one first."""
    priced = [order for order in resting(instrument, side) if order.at is not None]
    return [(price or 0, list(level)) for price, level in groupby(priced, key=lambda order: order.at)]


def best(instrument: Instrument, side: str) -> int | None:
    """Give the best price for triggers and pegs: of shown orders that are not pegged."""
    for order in resting(instrument, side):
        if order.at is not None and not order.is_dark and not order.floats:
            return order.at
    return None


def stand(x: Exchange, order: Order, price: int | None) -> None:
    """Put an order at the end of its queue."""
    order.place, order.at, order.queued = BOOK, price, x.stamp()
    order.shown = min(order.display or 0, order.leaves)


def step_aside(order: Order) -> None:
    order.place, order.at = ASIDE, None


def refresh(x: Exchange, order: Order, qty: int) -> None:
    """Take what an iceberg has just traded off what it shows; when that is gone it shows the next part, at the end."""
    if order.is_iceberg and order.leaves:
        order.shown -= qty
        if order.shown <= 0:
            order.shown = min(order.display or 0, order.leaves)
            order.queued = x.stamp()
