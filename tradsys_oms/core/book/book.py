"""The limit order book: two sides of price levels, each level a queue in the order of arrival.

The book knows integers only: ticks, lots and the orders that rest in it. Levels are chained from the best price to the
worst, and the best one that holds orders is at hand, because nearly every command asks for it. A sorted list of ranks
says where in the chain a new level belongs: a plain list, because to move what is behind a new one costs less than any
cleverer index up to some ten thousand levels, and 0.1 ms at a million. Orders at one price are chained to each other,
so that taking one out of the middle costs the same as at the end.

A level is the queue of what is shown at its price; behind it there may be a second queue, of what is dark. Where an
auction collects market orders they have a level of their own, before all prices.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

from tradsys_oms.core.book.places import Stops, Waiting

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order

EMPTY_LEVELS_MAX: Final = 128
"""Empty levels that a side keeps before it drops them all."""
EMPTY_LEVELS_PASSED_MAX: Final = 8
"""Empty levels on the way to the next best one that are passed over and kept."""
MARKET_RANK: Final = -(2**62)
"""Rank of the level of market orders."""


class Queue:
    """Orders at one price, oldest first; `qty` is all that they have left."""

    __slots__ = ("first", "last", "order_count", "price", "qty", "rank", "side")

    def __init__(self, side: BookSide, price: int) -> None:
        self.side = side
        self.price = price
        self.rank = side.sign * price
        """The price, negative for bids: the lowest rank is the best."""
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


class Level(Queue):
    """A price with its orders, in the chain of its side."""

    __slots__ = ("better", "dark", "worse")

    def __init__(self, side: BookSide, price: int) -> None:
        super().__init__(side, price)
        self.better: Level | None = None
        self.worse: Level | None = None
        self.dark: Dark | None = None
        """What is not shown, None where there was never any."""

    @property
    def has_orders(self) -> bool:
        """There is an order, shown or dark."""
        return self.first is not None or (self.dark is not None and self.dark.first is not None)

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
            if earlier is None and (self.dark is None or self.dark.first is None):
                self.side.emptied(self)
        if order.special is not None:
            self.side.left(order)


class Dark(Queue):
    """The orders at a price that are not shown."""

    __slots__ = ("level",)

    def __init__(self, level: Level) -> None:
        super().__init__(level.side, level.price)
        self.level = level

    def remove(self, order: Order) -> None:
        """Take an order out."""
        earlier, later = order.earlier, order.later
        order.level = order.earlier = order.later = None
        self.qty -= order.leaves_qty
        self.order_count -= 1
        if earlier is not None:
            earlier.later = later
        else:
            self.first = later
        if later is not None:
            later.earlier = earlier
        else:
            self.last = earlier
            if earlier is None and self.level.first is None:
                self.side.emptied(self.level)
        self.side.left(order)


class BookSide:
    """One side of a book; `sign` is 1 for offers and -1 for bids.

    A level that empties stays for a while, because orders come back to the same prices and to find its place again is
    the dearest that a book does. `best` is the first level that holds orders.
    """

    __slots__ = ("best", "conditional", "empty_count", "levels", "opposite", "ranks", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.levels: dict[int, Level] = {}
        self.ranks: list[int] = []
        self.best: Level | None = None
        self.empty_count = 0
        self.conditional: dict[int, Order] = {}
        """Orders with MinQty or AllOrNone that rest on this side, by OrderID."""
        self.opposite = self
        """The other side of the same book."""

    def __iter__(self) -> Iterator[Level]:
        """Go through the levels that hold orders, the best one first."""
        level = self.best
        while level is not None:
            yield level
            level = self.after(level)

    def after(self, level: Level) -> Level | None:
        """Give the next level that holds orders behind `level`, which may be empty now."""
        following = level.worse
        while following is not None and not following.has_orders:
            following = following.worse
        return following

    def add(self, order: Order) -> None:
        """Queue a plain order at its price behind those that are there."""
        level = self.levels.get(order.price) or self._open(order.price)
        last = level.last
        if last is None:
            level.first = order
            if level.dark is None or level.dark.first is None:
                self._filled(level)
        else:
            last.later = order
            order.earlier = last
        level.last = order
        level.qty += order.leaves_qty
        level.order_count += 1
        order.level = level
        order.price = level.price  # one number for all: a million orders share it, and the cache has it already

    def rest(self, order: Order) -> None:
        """Queue any order: market orders before all prices, dark ones behind what is shown."""
        special = order.special
        price = order.price or self.sign * MARKET_RANK
        if special is None or not special.is_dark:
            level = self.levels.get(price) or self._open(price)
            self._append(level, level, order)
            if special is not None and special.display_qty:
                special.shown_qty = min(special.display_qty, order.leaves_qty)
        else:
            level = self.levels.get(price) or self._open(price)
            dark = level.dark
            if dark is None:
                dark = level.dark = Dark(level)
            self._append(level, dark, order)
        if special is not None and special.is_odd:
            order.instrument.care += 1
            if special.is_conditional:
                self.conditional[order.order_id] = order

    def _append(self, level: Level, queue: Level | Dark, order: Order) -> None:
        if not level.has_orders:
            self._filled(level)
        last = queue.last
        if last is None:
            queue.first = order
        else:
            last.later = order
            order.earlier = last
        queue.last = order
        queue.qty += order.leaves_qty
        queue.order_count += 1
        order.level = queue

    def left(self, order: Order) -> None:
        """Take note that a special order left a queue."""
        special = order.special
        if special is not None and special.is_odd:
            order.instrument.care -= 1
            if special.is_conditional:
                del self.conditional[order.order_id]

    def available(self, limit: int, wanted_qty: int) -> int:
        """Add up what can be had at `limit` or better (0: at any price), no further than `wanted_qty`.

        For books without dark orders.
        """
        qty = 0
        for level in self:
            if qty >= wanted_qty or (limit and level.rank > self.sign * limit):
                break
            qty += level.qty
        return min(qty, wanted_qty)

    def parts(self, limit_rank: int, wanted_qty: int, *, whole_levels: bool) -> int:
        """Count the trades that it may take, at most, to have `wanted_qty` as far as `limit_rank`.

        Each order counts once, an iceberg for each part that it may have to show; behind an iceberg, whose parts come
        in turn with what else is there, or with `whole_levels`, all of the level.
        """
        qty = parts = 0
        for level in self:
            if qty >= wanted_qty or level.rank > limit_rank:
                break
            needed_qty, further = wanted_qty - qty, 0
            for order in chain(level, level.dark or ()):
                if qty >= wanted_qty and not (whole_levels or further):
                    break
                qty += order.leaves_qty
                further += _further_parts(order, needed_qty)
                parts += 1
            parts += further
        return parts

    def within(self, worst_rank: int) -> tuple[list[int], list[int]]:
        """List the ranks of the levels up to `worst_rank`, and what stands in each and in all before it."""
        ranks: list[int] = []
        quantities: list[int] = []
        qty = 0
        for level in self:
            if level.rank > worst_rank:
                break
            qty += level.qty + (level.dark.qty if level.dark is not None else 0)
            ranks.append(level.rank)
            quantities.append(qty)
        return ranks, quantities

    def depth(self, levels: int) -> list[tuple[int, int, int]]:
        """List the best `levels` that show something, as (price, quantity shown, number of orders shown)."""
        found: list[tuple[int, int, int]] = []
        for level in self:
            if len(found) >= levels:
                break
            if level.first is not None and level.rank != MARKET_RANK:
                found.append((level.price, sum(map(shown_qty, level)), level.order_count))
        return found

    def best_shown(self) -> int:
        """Give the best price with a shown order that is not pegged, 0 for none."""
        for level in self:
            if level.rank != MARKET_RANK and any(not is_pegged(order) for order in level):
                return level.price
        return 0

    def best_displayed(self) -> int:
        """Give the best price with a shown order, be it pegged, 0 for none."""
        for level in self:
            if level.rank != MARKET_RANK and level.first is not None:
                return level.price
        return 0

    def emptied(self, level: Level) -> None:
        """Take note that the last order left `level`."""
        self.empty_count += 1
        if self.empty_count > EMPTY_LEVELS_MAX:
            for empty in [known for known in self.levels.values() if not known.has_orders and known is not level]:
                self._drop(empty)
        if level is self.best:
            self._find_best(level)

    def _find_best(self, level: Level) -> None:
        """Make the next level that holds orders behind `level` the best; a long row of empty ones on the way is
        dropped, because it would be on the way again.
        """
        passed = 0
        following = level.worse
        while following is not None and following.first is None and not following.has_orders:
            following = following.worse
            passed += 1
        self.best = following
        if passed > EMPTY_LEVELS_PASSED_MAX:
            for _ in range(passed):
                behind = level.worse
                if behind is not None:
                    self._drop(behind)

    def _filled(self, level: Level) -> None:
        """Take note that the first order comes to `level`."""
        self.empty_count -= 1
        best = self.best
        if best is None or level.rank < best.rank:
            self.best = level

    def _open(self, price: int) -> Level:
        level = self.levels[price] = Level(self, price)
        ranks = self.ranks
        place = bisect_left(ranks, level.rank)
        worse = self.levels[self.sign * ranks[place]] if place < len(ranks) else None
        better = self.levels[self.sign * ranks[place - 1]] if place else None
        level.better, level.worse = better, worse
        if better is not None:
            better.worse = level
        if worse is not None:
            worse.better = level
        ranks.insert(place, level.rank)
        self.empty_count += 1
        return level

    def _drop(self, level: Level) -> None:
        """Forget an empty level."""
        better, worse = level.better, level.worse
        if better is not None:
            better.worse = worse
        if worse is not None:
            worse.better = better
        del self.levels[level.price]
        del self.ranks[bisect_left(self.ranks, level.rank)]
        self.empty_count -= 1


class Book:
    """Both sides of one instrument, and those orders that wait beside them."""

    __slots__ = ("asks", "bids", "peg_reference", "pegs", "stops", "waiting")

    def __init__(self) -> None:
        self.bids = BookSide(-1)
        self.asks = BookSide(1)
        self.bids.opposite = self.asks
        self.asks.opposite = self.bids
        self.stops = Stops()
        self.waiting = Waiting()
        self.pegs: dict[int, Order] = {}
        """All open orders that follow a price, by OrderID."""
        self.peg_reference: tuple[int, int] | None = None
        """Best bid and offer that pegs were last priced by, None for never or no longer."""

    def side(self, side: str) -> BookSide:
        """Give the side where orders with this Side (54) rest."""
        return self.bids if side == "1" else self.asks

    def depth(self, levels: int) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
        """List the best `levels` of bids and of offers as (price in ticks, quantity in lots, number of orders)."""
        return self.bids.depth(levels), self.asks.depth(levels)

    def not_shown_count(self) -> int:
        """Count the open orders that `depth` has at no level: hidden and conditional ones, those without a price in an
        auction, and those that wait beside the book.
        """
        shown = sum(level.order_count for side in (self.bids, self.asks) for level in side if level.rank != MARKET_RANK)
        return sum(1 for _ in self.open_orders()) - shown

    def __iter__(self) -> Iterator[Order]:
        """Go through all orders in the queues: bids, then offers, best first, in the order of their priority."""
        for side in (self.bids, self.asks):
            for level in side:
                yield from level
                if level.dark is not None:
                    yield from level.dark

    def open_orders(self) -> Iterator[Order]:
        """Go through all open orders, those that wait beside the book last."""
        yield from self
        yield from self.stops
        yield from self.waiting


def shown_qty(order: Order) -> int:
    """Give what an order in the shown queue offers at a time."""
    special = order.special
    return special.shown_qty if special is not None and special.display_qty else order.leaves_qty


def is_pegged(order: Order) -> bool:
    """Tell that the order follows a price."""
    return order.special is not None and order.special.peg != ""


def _further_parts(order: Order, needed_qty: int) -> int:
    """Count how often an iceberg shows something again until it has given what is needed of it."""
    special = order.special
    if special is None or not special.display_qty:
        return 0
    return max(0, -(-(min(order.leaves_qty, needed_qty) - special.shown_qty) // special.display_qty))
