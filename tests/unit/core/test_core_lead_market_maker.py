"""A lead market maker has a part of what comes to a level before all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tradsys_oms.core.commands import MarketRules

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


@pytest.fixture
def market(exchange: Exchange) -> Exchange:
    """Give an exchange where B has 40 % first."""
    exchange.set_instrument(rules=MarketRules(matching="lead_market_maker", lead_member="B", lead_share_bps=4_000))
    return exchange


def fills(lines: list[str]) -> list[tuple[str, int]]:
    """Give ClOrdID and LastQty of the fills of orders that rested."""
    words = [text.split() for text in lines if " Trade " in text and "aggressor" not in text]
    return [(word[1], int(word[word.index("last") + 1].split("@")[0])) for word in words]


def test_the_lead_has_its_share_then_the_queue_goes_on(market: Exchange) -> None:
    market.new("C1", "first", "sell", 100, 10_000)
    market.new("B1", "lead", "sell", 100, 10_000)
    assert market.new("A1", "X", "buy", 101, 10_000) == [
        "A1 X New new 101@10000 cum 0 leaves 101",
        "A1 X Trade partial 101@10000 cum 40 leaves 61 last 40@10000 #1 aggressor",
        "B1 lead Trade partial 100@10000 cum 40 leaves 60 last 40@10000 #1",
        "A1 X Trade filled 101@10000 cum 101 leaves 0 last 61@10000 #3 aggressor",
        "C1 first Trade partial 100@10000 cum 61 leaves 39 last 61@10000 #3",
    ]


def test_the_lead_at_the_front_trades_twice(market: Exchange) -> None:
    market.new("B1", "lead", "sell", 30, 10_000)
    market.new("C1", "other", "sell", 100, 10_000)
    assert fills(market.new("A1", "X", "buy", 50, 10_000)) == [("lead", 20), ("lead", 10), ("other", 20)]


def test_a_share_below_one_lot_is_none(market: Exchange) -> None:
    market.new("C1", "first", "sell", 100, 10_000)
    market.new("B1", "lead", "sell", 100, 10_000)
    assert fills(market.new("A1", "X", "buy", 2, 10_000)) == [("first", 2)]
    assert fills(market.new("A1", "Y", "buy", 3, 10_000)) == [("lead", 1), ("first", 2)]


def test_several_orders_of_the_lead_share_from_the_front_as_far_as_they_show(market: Exchange) -> None:
    market.new("C1", "first", "sell", 100, 10_000)
    market.new("B1", "L1", "sell", 50, 10_000, display=10)
    market.new("B1", "L2", "sell", 20, 10_000)
    assert fills(market.new("A1", "X", "buy", 50, 10_000)) == [("L1", 10), ("L2", 10), ("first", 30)]
    assert [order.clord_id for order in market.engine.books["ACME"]] == ["first", "L2", "L1"]


def test_the_share_is_of_what_comes_to_the_level(market: Exchange) -> None:
    market.new("C1", "near", "sell", 50, 10_000)
    market.new("C1", "far", "sell", 100, 10_001)
    market.new("B1", "lead", "sell", 100, 10_001)
    assert fills(market.new("A1", "X", "buy", 100, 10_001)) == [("near", 50), ("lead", 20), ("far", 30)]


def test_what_the_lead_has_dark_has_no_share(market: Exchange) -> None:
    market.new("C1", "first", "sell", 100, 10_000)
    market.new("B1", "lead", "sell", 100, 10_000, display=0)
    assert fills(market.new("A1", "X", "buy", 50, 10_000)) == [("first", 50)]


def test_own_orders_of_the_lead_are_left_to_the_second_pass(market: Exchange) -> None:
    market.new("C1", "first", "sell", 10, 10_000)
    market.new("B1", "lead", "sell", 100, 10_000, self_match_id="maker")
    lines = market.new("B1", "X", "buy", 50, 10_000, self_match_id="maker")
    assert fills(lines) == [("first", 10)]
    assert lines[-1] == "B1 X Canceled canceled 50@10000 cum 10 leaves 0: Self-trade prevention"


def test_a_fill_or_kill_order_counts_the_share_behind_an_own_order(market: Exchange) -> None:
    market.set_instrument(rules=MarketRules(matching="lead_market_maker", lead_member="B", lead_share_bps=10_000))
    market.new("A1", "own", "sell", 10, 10_000, self_match_id="desk")
    market.new("B1", "lead", "sell", 10, 10_000)
    assert fills(market.new("A1", "X", "buy", 10, 10_000, "4", self_match_id="desk")) == [("lead", 10)]


def test_a_fill_or_kill_order_counts_nothing_else_behind_an_own_order(market: Exchange) -> None:
    market.set_instrument(rules=MarketRules(matching="lead_market_maker", lead_member="B", lead_share_bps=10_000))
    market.new("A1", "own", "sell", 10, 10_000, self_match_id="desk")
    market.new("B1", "lead", "sell", 3, 10_000)
    market.new("C1", "other", "sell", 10, 10_000)
    assert market.new("A1", "X", "buy", 10, 10_000, "4", self_match_id="desk")[1:] == [
        "A1 X Canceled canceled 10@10000 cum 0 leaves 0: Fill or kill: the whole quantity is not available"
    ]


def test_without_the_lead_it_is_price_and_time(market: Exchange) -> None:
    market.new("C1", "first", "sell", 10, 10_000)
    market.new("A1", "second", "sell", 10, 10_000)
    assert fills(market.new("C1", "X", "buy", 15, 10_000)) == [("first", 10), ("second", 5)]
