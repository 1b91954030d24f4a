"""The book by itself: the best price, levels that come and go, the index that stays small."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tradsys_oms.core.book.book import EMPTY_LEVELS_MAX
from tradsys_oms.core.fields import Side

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def test_the_best_price_follows_what_comes_and_goes(exchange: Exchange) -> None:
    bids = exchange.engine.books["ACME"].bids
    best = []
    for clord_id, price in (("1", 10_000), ("2", 10_010), ("3", 9_990), ("4", 10_010)):
        exchange.new("A1", clord_id, "buy", 1, price)
        best.append(bids.best.price if bids.best else None)
    for clord_id in ("2", "4", "1", "3"):
        exchange.cancel("A1", f"-{clord_id}", clord_id)
        best.append(bids.best.price if bids.best else None)
    assert best == [10_000, 10_010, 10_010, 10_010, 10_010, 10_000, 9_990, None]


def test_depth_shows_no_more_levels_than_asked_for(exchange: Exchange) -> None:
    for number, price in enumerate((10_030, 10_010, 10_020)):
        exchange.new("A1", str(number), "sell", 5, price)
    assert exchange.engine.books["ACME"].depth(2) == ([], [(10_010, 5, 1), (10_020, 5, 1)])
    assert exchange.engine.books["ACME"].depth(0) == ([], [])


def test_empty_levels_do_not_pile_up(exchange: Exchange) -> None:
    exchange.new("A1", "stays", "buy", 7, 10_000)
    for number in range(5 * EMPTY_LEVELS_MAX):
        exchange.new("A1", f"n{number}", "buy", 1, 9_000 - number)
        exchange.cancel("A1", f"c{number}", f"n{number}")
    side = exchange.engine.books["ACME"].bids
    assert len(side.levels) == len(side.ranks) <= EMPTY_LEVELS_MAX + 2
    assert exchange.depth() == ([(10_000, 7, 1)], [])
    exchange.new("A1", "again", "buy", 3, 8_990)
    assert exchange.depth() == ([(10_000, 7, 1), (8_990, 3, 1)], [])


def test_an_emptied_level_takes_orders_again(exchange: Exchange) -> None:
    for number in range(3):
        exchange.new("A1", f"n{number}", "sell", 2, 10_000)
        assert exchange.depth() == ([], [(10_000, 2, 1)])
        exchange.new("B1", f"t{number}", "buy", 2, 10_000)
        assert exchange.depth() == ([], [])


def test_levels_are_chained_from_the_best_to_the_worst_whatever_comes_and_goes(exchange: Exchange) -> None:
    book = exchange.engine.books["ACME"]
    draw = random.Random(7)  # noqa: S311 - the same every time
    prices: dict[str, tuple[str, int]] = {}
    for number in range(2_000):
        side = draw.choice((Side.BUY, Side.SELL))
        price = draw.randrange(9_000, 10_000) if side == Side.BUY else draw.randrange(10_001, 11_001)
        exchange.new("A1", f"n{number}", side, 1, price)
        prices[f"n{number}"] = side, price
        if number % 10 > 1:
            gone = draw.choice(list(prices))
            exchange.cancel("A1", f"c{number}", gone, side=prices.pop(gone)[0])
        for one, name, sign in ((book.bids, Side.BUY, -1), (book.asks, Side.SELL, 1)):
            expected = sorted({sign * price for side, price in prices.values() if side == name})
            assert [level.rank for level in one] == expected
            assert len(one.levels) == len(one.ranks) <= len(expected) + EMPTY_LEVELS_MAX + 2
