"""The limit order book: two sides of price levels, each level a queue in the order of arrival.

The book knows integers only: ticks, lots and the orders that rest in it. Prices are indexed by a sorted list, kept so
that the best price is always the first; the best level itself is at hand, because nearly every command asks for it.
Orders at one price are chained to each other, so that taking one out of the middle costs the same as at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from sortedcontainers import SortedList

if TYPE_CHECKING:
    from tradsys_oms.core.orders import Order

EMPTY_LEVELS_MAX = 128
"""Empty levels that a side keeps before it drops them all."""


class Level:
    """The orders at one price, oldest first; `rank` is the price, negative for bids: the lowest rank is the best."""

    __slots__ = ("first", "last", "order_count", "price", "qty", "rank", "side")

    def __init__(self, side: BookSide, price: int) -> None:
        self.side = side
        self.price = price
        self.rank = side.sign * price
        self.qty = 0
        self.order_count = 0
        self.first: Order | None = None
        self.last: Order | None = None

    def __iter__(self) -> Iterator[Order]:
        """Go through the queue, the next to trade first."""
        order = self.first
        while order is not None:
            yield order
            order = order.later

    def remove(self, order: Order) -> None:
        """Take an order out, wherever it stands; what it has left leaves the level with it."""
        earlier = order.earlier
        later = order.later
        order.level = None
        self.qty -= order.leaves_qty
        self.order_count -= 1
        if earlier is not None:
            earlier.later = later
            order.earlier = None
        else:
            self.first = later
        if later is not None:
            later.earlier = earlier
            order.later = None
        else:
            self.last = earlier
            if earlier is None:
                self.side.emptied(self)


class BookSide:
    """One side of a book; `sign` is 1 for offers and -1 for bids.

    A level that empties stays in the index for a while, because orders come back to the same prices and the index is
    the dearest part of the book. `best` is the first level that holds orders.
    """

    __slots__ = ("best", "empty_count", "levels", "opposite", "ranks", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.levels: dict[int, Level] = {}
        self.ranks: SortedList[int] = SortedList()
        self.best: Level | None = None
        self.empty_count = 0
        self.opposite = self
        """The other side of the same book."""

    def __iter__(self) -> Iterator[Level]:
        """Go through the levels that hold orders, the best one first."""
        for rank in self.ranks:
            level = self.levels[self.sign * rank]
            if level.order_count:
                yield level

    def add(self, order: Order) -> None:
        """Queue an order at its price behind those that are there."""
        level = self.levels.get(order.price) or self._open(order.price)
        last = level.last
        if last is None:
            level.first = order
            self.empty_count -= 1
            best = self.best
            if best is None or level.rank < best.rank:
                self.best = level
        else:
            last.later = order
            order.earlier = last
        level.last = order
        level.qty += order.leaves_qty
        level.order_count += 1
        order.level = level

    def available(self, limit: int, wanted_qty: int) -> int:
        """Add up what can be had at `limit` or better (0: at any price), no further than `wanted_qty`."""
        qty = 0
        for level in self:
            if qty >= wanted_qty or (limit and level.rank > self.sign * limit):
                break
            qty += level.qty
        return min(qty, wanted_qty)

    def depth(self, levels: int) -> list[tuple[int, int, int]]:
        """List the best `levels` as (price, quantity, number of orders)."""
        return [(level.price, level.qty, level.order_count) for level in islice(self, levels)]

    def emptied(self, level: Level) -> None:
        """Take note that the last order left `level`."""
        self.empty_count += 1
        if self.empty_count > EMPTY_LEVELS_MAX:
            self.levels = {level.price: level for level in self}
            self.ranks = SortedList(level.rank for level in self.levels.values())
            self.empty_count = 0
        if level is self.best:
            self.best = next(iter(self), None)

    def _open(self, price: int) -> Level:
        level = self.levels[price] = Level(self, price)
        self.ranks.add(level.rank)
        self.empty_count += 1
        return level


class Book:
    """Both sides of one instrument."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids = BookSide(-1)
        self.asks = BookSide(1)
        self.bids.opposite = self.asks
        self.asks.opposite = self.bids

    def depth(self, levels: int) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
        """List the best `levels` of bids and of offers as (price in ticks, quantity in lots, number of orders)."""
        return self.bids.depth(levels), self.asks.depth(levels)

    def __iter__(self) -> Iterator[Order]:
        """Go through all orders: bids, then offers, best first, in the order of their priority."""
        for side in (self.bids, self.asks):
            for level in side:
                yield from level
