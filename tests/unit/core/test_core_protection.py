"""Protection of orders without a limit: how far from the best price a sweep may go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tradsys_oms.core.commands import MarketRules

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


@pytest.fixture
def market(exchange: Exchange) -> Exchange:
    """Give an exchange that protects market orders at 10 basis points."""
    exchange.set_instrument(rules=MarketRules(market_protection_bps=10))
    return exchange


def test_a_market_order_stops_at_its_protection_and_its_rest_is_canceled(market: Exchange) -> None:
    market.new("B1", "best", "sell", 1, 9_999)
    market.new("B1", "in", "sell", 1, 10_008)  # 9,999 and 9.999, rounded down
    market.new("B1", "out", "sell", 1, 10_009)
    lines = market.market("A1", "X", "buy", 5)
    assert [text.split()[1] for text in lines[2::2]] == ["best", "in"]
    assert lines[-1] == (
        "A1 X Canceled canceled 5@market cum 2 leaves 0: No liquidity: rest of the market order canceled"
    )
    assert market.depth() == ([], [(10_009, 1, 1)])


def test_for_a_seller_it_is_the_other_way_round(market: Exchange) -> None:
    market.new("B1", "best", "buy", 1, 10_000)
    market.new("B1", "in", "buy", 1, 9_990)
    market.new("B1", "out", "buy", 1, 9_989)
    assert market.market("A1", "X", "sell", 5)[-1].startswith("A1 X Canceled canceled 5@market cum 2")


def test_the_best_price_is_that_of_any_order_also_a_dark_one(market: Exchange) -> None:
    market.new("B1", "dark", "sell", 1, 9_900, display=0)
    market.new("B1", "shown", "sell", 1, 10_000)
    assert market.market("A1", "X", "buy", 5)[-1].startswith("A1 X Canceled canceled 5@market cum 1")


def test_the_price_is_that_when_it_comes_and_does_not_move_with_the_sweep(market: Exchange) -> None:
    for price in (10_000, 10_005, 10_010, 10_015):
        market.new("B1", f"S{price}", "sell", 1, price)
    assert market.market("A1", "X", "buy", 5)[-1].startswith("A1 X Canceled canceled 5@market cum 3")


def test_a_triggered_stop_is_protected_from_the_price_when_it_is_triggered(market: Exchange) -> None:
    market.new("A1", "X", "buy", 5, None, ord_type="3", stop=10_000)
    market.new("B1", "S", "sell", 1, 10_000)
    market.new("B1", "T", "sell", 1, 10_050)
    market.new("B1", "U", "sell", 1, 10_070)
    lines = market.new("C1", "trigger", "buy", 1, 10_000)
    assert [text for text in lines if text.startswith("A1")] == [
        "A1 X Triggered new 5@market cum 0 leaves 5",
        "A1 X Trade partial 5@market cum 1 leaves 4 last 1@10050 #4 aggressor",
        "A1 X Canceled canceled 5@market cum 1 leaves 0: No liquidity: rest of the market order canceled",
    ]


def test_a_fill_or_kill_market_order_counts_what_is_within(market: Exchange) -> None:
    market.new("B1", "S", "sell", 1, 10_000)
    market.new("B1", "T", "sell", 1, 10_011)
    assert market.market("A1", "X", "buy", 2, "4")[1:] == [
        "A1 X Canceled canceled 2@market cum 0 leaves 0: Fill or kill: the whole quantity is not available"
    ]


def test_limit_orders_are_not_protected(market: Exchange) -> None:
    market.new("B1", "S", "sell", 1, 10_000)
    market.new("B1", "T", "sell", 1, 10_500)
    assert market.new("A1", "X", "buy", 2, 10_500)[-1].startswith("B1 T Trade filled")


def test_without_protection_a_market_order_takes_all(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 1, 8_000)
    exchange.new("B1", "T", "sell", 1, 12_000)
    assert exchange.market("A1", "X", "buy", 2)[-1].startswith("B1 T Trade filled")
