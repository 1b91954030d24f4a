"""Pro rata: who gets how much of an order that is smaller than what a level shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tradsys_oms.core.commands import MarketRules

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


@pytest.fixture
def market(exchange: Exchange) -> Exchange:
    """Give an exchange that matches pro rata."""
    exchange.set_instrument(rules=MarketRules(matching="pro_rata"))
    return exchange


def shares(lines: list[str]) -> list[tuple[str, int]]:
    """Give ClOrdID and LastQty of the fills that B and C are told of."""
    words = [text.split() for text in lines if " Trade " in text and not text.startswith("A1")]
    return [(word[1], int(word[word.index("last") + 1].split("@")[0])) for word in words]


def test_each_gets_its_part_in_the_order_of_the_queue(market: Exchange) -> None:
    market.new("B1", "one", "sell", 60, 10_000)
    market.new("C1", "two", "sell", 30, 10_000)
    market.new("B1", "three", "sell", 10, 10_000)
    assert market.new("A1", "X", "buy", 50, 10_000) == [
        "A1 X New new 50@10000 cum 0 leaves 50",
        "A1 X Trade partial 50@10000 cum 30 leaves 20 last 30@10000 #1 aggressor",
        "B1 one Trade partial 60@10000 cum 30 leaves 30 last 30@10000 #1",
        "A1 X Trade partial 50@10000 cum 45 leaves 5 last 15@10000 #3 aggressor",
        "C1 two Trade partial 30@10000 cum 15 leaves 15 last 15@10000 #3",
        "A1 X Trade filled 50@10000 cum 50 leaves 0 last 5@10000 #5 aggressor",
        "B1 three Trade partial 10@10000 cum 5 leaves 5 last 5@10000 #5",
    ]


def test_what_rounding_leaves_goes_to_the_front_in_the_same_trade(market: Exchange) -> None:
    for name in ("one", "two", "three"):
        market.new("B1", name, "sell", 10, 10_000)
    assert shares(market.new("A1", "X", "buy", 5, 10_000)) == [("one", 3), ("two", 1), ("three", 1)]


def test_the_rest_goes_no_further_than_what_the_first_ones_have(market: Exchange) -> None:
    market.new("B1", "tiny", "sell", 1, 10_000)
    market.new("B1", "small", "sell", 2, 10_000)
    for number in range(5):
        market.new("C1", f"S{number}", "sell", 3, 10_000)
    # 17 of 18: 0, 1, then 2 five times are 11, and 6 are left: 1 more, 1 more, 1 more each
    assert shares(market.new("A1", "X", "buy", 17, 10_000)) == [
        ("tiny", 1),
        ("small", 2),
        ("S0", 3),
        ("S1", 3),
        ("S2", 3),
        ("S3", 3),
        ("S4", 2),
    ]


def test_an_order_whose_part_is_nothing_does_not_trade(market: Exchange) -> None:
    market.new("B1", "large", "sell", 100, 10_000)
    market.new("B1", "small", "sell", 1, 10_000)
    assert shares(market.new("A1", "X", "buy", 2, 10_000)) == [("large", 2)]


def test_an_order_that_takes_all_that_is_shown_goes_through_the_queue(market: Exchange) -> None:
    market.new("B1", "one", "sell", 10, 10_000)
    market.new("B1", "two", "sell", 20, 10_000)
    market.new("B1", "next", "sell", 30, 10_001)
    market.new("C1", "after", "sell", 10, 10_001)
    assert shares(market.new("A1", "X", "buy", 50, 10_001)) == [
        ("one", 10),
        ("two", 20),
        ("next", 15),
        ("after", 5),
    ]


def test_icebergs_count_with_what_they_show_and_are_met_again_when_all_is_taken(market: Exchange) -> None:
    market.new("B1", "ice", "sell", 100, 10_000, display=10)
    market.new("C1", "plain", "sell", 30, 10_000)
    assert shares(market.new("A1", "X", "buy", 20, 10_000)) == [("ice", 5), ("plain", 15)]
    assert market.depth() == ([], [(10_000, 20, 2)])
    assert shares(market.new("A1", "Y", "buy", 40, 10_000)) == [
        ("ice", 5),
        ("plain", 15),
        ("ice", 10),
        ("ice", 10),
    ]


def test_dark_orders_are_taken_from_the_front_when_nothing_shown_is_left(market: Exchange) -> None:
    market.new("B1", "dark", "sell", 10, 10_000, display=0)
    market.new("C1", "dark2", "sell", 10, 10_000, display=0)
    market.new("B1", "shown", "sell", 10, 10_000)
    assert shares(market.new("A1", "X", "buy", 15, 10_000)) == [("shown", 10), ("dark", 5)]


def test_own_orders_do_not_count_and_are_not_met(market: Exchange) -> None:
    market.new("A1", "own", "sell", 50, 10_000, self_match_id="desk")
    market.new("B1", "one", "sell", 10, 10_000)
    market.new("C1", "two", "sell", 30, 10_000)
    lines = market.new("A1", "X", "buy", 20, 10_000, self_match_id="desk")
    assert shares(lines) == [("one", 5), ("two", 15)]
    assert "Canceled" not in " ".join(lines)


def test_own_orders_are_met_when_all_of_the_others_is_taken(market: Exchange) -> None:
    market.new("B1", "one", "sell", 10, 10_000)
    market.new("A1", "own", "sell", 50, 10_000, self_match_id="desk")
    market.new("C1", "two", "sell", 30, 10_000)
    lines = market.new("A1", "X", "buy", 40, 10_000, self_match_id="desk")
    assert shares(lines) == [("one", 10)]
    assert lines[-1] == "A1 X Canceled canceled 40@10000 cum 10 leaves 0: Self-trade prevention"


def test_a_fill_or_kill_order_that_passes_own_ones_fills(market: Exchange) -> None:
    market.new("A1", "own", "sell", 50, 10_000, self_match_id="desk")
    market.new("B1", "one", "sell", 30, 10_000)
    assert shares(market.new("A1", "X", "buy", 20, 10_000, "4", self_match_id="desk")) == [("one", 20)]
    lines = market.new("A1", "Y", "buy", 10, 10_000, "4", self_match_id="desk")
    assert lines[-1].endswith("Fill or kill: the whole quantity is not available")


@pytest.mark.parametrize("instructions", [{"min_qty": 5}, {"exec_inst": "G"}])
def test_conditional_orders_are_not_taken(market: Exchange, instructions: dict[str, Any]) -> None:
    assert market.new("A1", "X", "buy", 10, 10_000, **instructions) == [
        "A1 X OrderRejected reason 11: MinQty (110) and ExecInst (18) G are not supported: ACME matches pro rata"
    ]
