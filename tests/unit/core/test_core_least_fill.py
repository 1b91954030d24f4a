"""MinQty and AllOrNone: in the sweep of an incoming order, at rest, and tried again when the other side has grown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.core.conftest import Bound
from tradsys_oms.core.commands import SetMember
from tradsys_oms.core.requests import entry

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

ALL: dict[str, Any] = {"exec_inst": "G"}


def traded(lines: list[str]) -> list[str]:
    """Give `session ClOrdID quantity@price` of each fill."""
    words = [text.split() for text in lines if " Trade " in text]
    return [f"{word[0]} {word[1]} {word[word.index('last') + 1]}" for word in words]


def test_an_incoming_all_or_none_order_trades_all_or_rests_dark(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 9, 10_000)
    assert exchange.new("A1", "X", "buy", 10, 10_000, **ALL) == ["A1 X New new 10@10000 cum 0 leaves 10"]
    assert exchange.depth() == ([], [(10_000, 9, 1)])
    exchange.cancel("A1", "no", "X")
    exchange.new("B1", "T", "sell", 1, 10_000)
    assert traded(exchange.new("A1", "Y", "buy", 10, 10_000, **ALL)) == [
        "A1 Y 9@10000",
        "B1 S 9@10000",
        "A1 Y 1@10000",
        "B1 T 1@10000",
    ]


@pytest.mark.parametrize("instructions", [ALL, {"min_qty": 10}])
def test_immediate_or_cancel_without_its_least_fill_is_canceled(
    exchange: Exchange, instructions: dict[str, Any]
) -> None:
    exchange.new("B1", "S", "sell", 9, 10_000)
    assert exchange.new("A1", "X", "buy", 20 if instructions != ALL else 10, 10_000, "3", **instructions)[1:] == [
        f"A1 X Canceled canceled {20 if instructions != ALL else 10}@10000 cum 0 leaves 0: "
        "Immediate or cancel: rest canceled"
    ]
    assert exchange.depth() == ([], [(10_000, 9, 1)])


def test_a_market_order_with_min_qty(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 9, 10_000)
    assert exchange.new("A1", "X", "buy", 20, None, "3", ord_type="1", min_qty=10)[1:] == [
        "A1 X Canceled canceled 20@market cum 0 leaves 0: No liquidity: rest of the market order canceled"
    ]
    assert exchange.new("A1", "Y", "buy", 20, None, "3", ord_type="1", min_qty=9)[1:] == [
        "A1 Y Trade partial 20@market cum 9 leaves 11 last 9@10000 #1 aggressor",
        "B1 S Trade filled 9@10000 cum 9 leaves 0 last 9@10000 #1",
        "A1 Y Canceled canceled 20@market cum 9 leaves 0: No liquidity: rest of the market order canceled",
    ]


def test_min_qty_counts_what_is_there_over_all_levels_within_the_limit(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 4, 10_000)
    exchange.new("B1", "T", "sell", 4, 10_001)
    exchange.new("B1", "U", "sell", 4, 10_002)
    assert traded(exchange.new("A1", "X", "buy", 20, 10_001, min_qty=9)) == []
    exchange.cancel("A1", "no", "X")
    assert len(traded(exchange.new("A1", "Y", "buy", 20, 10_001, min_qty=8))) == 4


def test_the_rest_of_an_order_whose_min_qty_is_met_stays_dark_and_takes_any_fill(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 10, 10_000)
    exchange.new("A1", "X", "buy", 20, 10_000, min_qty=10)
    assert exchange.depth() == ([], [])
    assert traded(exchange.new("C1", "T", "sell", 1, 10_000)) == ["C1 T 1@10000", "A1 X 1@10000"]


def test_a_resting_order_is_passed_over_by_less_than_its_least_fill(exchange: Exchange) -> None:
    exchange.new("A1", "all", "sell", 10, 10_000, **ALL)
    exchange.new("A1", "some", "sell", 10, 10_000, min_qty=6)
    exchange.new("A1", "hidden", "sell", 10, 10_000, display=0)
    assert traded(exchange.new("B1", "T", "buy", 5, 10_000)) == ["B1 T 5@10000", "A1 hidden 5@10000"]
    assert traded(exchange.new("B1", "U", "buy", 6, 10_000)) == ["B1 U 6@10000", "A1 some 6@10000"]
    assert traded(exchange.new("B1", "V", "buy", 10, 10_000)) == ["B1 V 10@10000", "A1 all 10@10000"]
    assert traded(exchange.new("B1", "W", "buy", 1, 10_000)) == ["B1 W 1@10000", "A1 some 1@10000"]


def test_what_the_incoming_order_has_left_is_what_counts(exchange: Exchange) -> None:
    exchange.new("A1", "shown", "sell", 5, 10_000)
    exchange.new("A1", "all", "sell", 10, 10_000, **ALL)
    assert traded(exchange.new("B1", "T", "buy", 14, 10_000)) == ["B1 T 5@10000", "A1 shown 5@10000"]
    exchange.new("C1", "shown too", "sell", 5, 10_001)
    assert [order.clord_id for order in exchange.engine.books["ACME"].bids.best or ()] == ["T"]


def test_one_that_is_passed_over_does_not_stop_the_walk(exchange: Exchange) -> None:
    exchange.new("A1", "all", "sell", 10, 10_000, **ALL)
    exchange.new("A1", "next", "sell", 10, 10_001)
    assert traded(exchange.new("B1", "T", "buy", 5, 10_001)) == ["B1 T 5@10001", "A1 next 5@10001"]


def test_an_incoming_plain_order_rests_at_a_price_where_a_choosy_one_stands(exchange: Exchange) -> None:
    exchange.new("A1", "all", "sell", 10, 10_000, **ALL)
    assert exchange.new("B1", "T", "buy", 5, 10_000) == ["B1 T New new 5@10000 cum 0 leaves 5"]
    assert exchange.depth() == ([(10_000, 5, 1)], [])


def test_it_is_tried_again_when_the_other_side_has_grown(exchange: Exchange) -> None:
    exchange.new("A1", "all", "sell", 10, 10_000, **ALL)
    exchange.new("B1", "T", "buy", 5, 10_002)
    assert exchange.new("C1", "U", "buy", 7, 10_001) == [
        "C1 U New new 7@10001 cum 0 leaves 7",
        "A1 all Trade partial 10@10000 cum 5 leaves 5 last 5@10002 #1 aggressor",
        "B1 T Trade filled 5@10002 cum 5 leaves 0 last 5@10002 #1",
        "A1 all Trade filled 10@10000 cum 10 leaves 0 last 5@10001 #3 aggressor",
        "C1 U Trade partial 7@10001 cum 5 leaves 2 last 5@10001 #3",
    ]
    assert exchange.engine.instruments["ACME"].care == 0


def test_it_is_tried_again_after_a_replace_and_after_a_cancel_of_what_stands_in_between(exchange: Exchange) -> None:
    exchange.new("A1", "all", "sell", 10, 10_000, **ALL)
    exchange.new("B1", "T", "buy", 5, 10_000)
    assert traded(exchange.replace("B1", "T2", "T", 10, 10_000)) == ["B1 T2 10@10000", "A1 all 10@10000"]


def test_a_larger_quantity_of_an_order_before_lets_the_choosy_one_trade(exchange: Exchange) -> None:
    exchange.new("A1", "some", "sell", 10, 10_000, min_qty=8)
    exchange.new("B1", "T", "buy", 5, 10_000)
    exchange.new("C1", "U", "buy", 2, 10_000)
    assert traded(exchange.new("C1", "V", "buy", 1, 10_000)) == [
        "A1 some 5@10000",
        "B1 T 5@10000",
        "A1 some 2@10000",
        "C1 U 2@10000",
        "A1 some 1@10000",
        "C1 V 1@10000",
    ]
    assert traded(exchange.new("C1", "W", "buy", 1, 10_000)) == ["C1 W 1@10000", "A1 some 1@10000"]


def test_the_best_price_is_tried_first_bids_before_offers(exchange: Exchange) -> None:
    exchange.new("A1", "worse", "buy", 10, 10_000, **ALL)
    exchange.new("A1", "better", "buy", 10, 10_001, **ALL)
    exchange.new("B1", "S", "sell", 6, 10_000)
    assert traded(exchange.new("B1", "T", "sell", 4, 10_000))[0::2] == ["A1 better 6@10000", "A1 better 4@10000"]


def test_bids_are_tried_before_offers(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", True, "", "cancel_newest"))
    exchange.new("A1", "bid", "buy", 10, 10_005, **ALL)
    assert traded(exchange.new("A1", "offer", "sell", 10, 10_000, **ALL)) == []
    exchange.apply(SetMember("A", True))
    lines = exchange.new("B1", "b", "buy", 2, 9_000)
    assert traded(lines) == ["A1 bid 10@10000", "A1 offer 10@10000"]
    assert "aggressor" in lines[1]


def test_pegs_count_for_a_choosy_order(exchange: Exchange) -> None:
    exchange.new("A1", "all", "sell", 10, 9_995, **ALL)
    exchange.new("B1", "peg", "buy", 5, None, ord_type="P", peg_price_type="5", peg_offset=5)
    assert traded(exchange.new("C1", "bid", "buy", 5, 9_990)) == []
    assert traded(exchange.new("C1", "bid2", "buy", 5, 9_995)) == [
        "A1 all 5@9995",
        "B1 peg 5@9995",
        "A1 all 5@9995",
        "C1 bid2 5@9995",
    ]


def test_among_equals_the_oldest_arrival_is_tried_first(exchange: Exchange) -> None:
    exchange.new("A1", "young", "buy", 10, 10_000, **ALL)
    exchange.new("A1", "old", "buy", 10, 10_000, **ALL)
    exchange.replace("A1", "young2", "young", 11, 10_000, **ALL)
    exchange.new("B1", "S", "sell", 6, 10_000)
    assert traded(exchange.new("B1", "T", "sell", 6, 10_000))[0::2] == ["A1 old 6@10000", "A1 old 4@10000"]


def test_two_choosy_orders_that_suit_each_other_trade(exchange: Exchange) -> None:
    exchange.new("A1", "all", "sell", 10, 10_000, **ALL)
    assert traded(exchange.new("B1", "X", "buy", 10, 10_000, **ALL)) == ["B1 X 10@10000", "A1 all 10@10000"]


def test_two_choosy_orders_that_do_not_suit_each_other_rest_at_crossing_prices(exchange: Exchange) -> None:
    exchange.new("A1", "all", "sell", 10, 10_000, **ALL)
    assert traded(exchange.new("B1", "X", "buy", 9, 10_001, **ALL)) == []
    assert exchange.engine.open_order_count == 2
    assert traded(exchange.new("C1", "T", "buy", 10, 10_000)) == ["C1 T 10@10000", "A1 all 10@10000"]


def test_a_trial_takes_the_conditions_of_the_others_into_account(exchange: Exchange) -> None:
    exchange.new("B1", "all", "sell", 10, 10_000, **ALL)
    exchange.new("B1", "shown", "sell", 3, 10_000)
    assert traded(exchange.new("A1", "T", "buy", 12, 10_000, "4")) == []  # 3 are shown, and 9 is not all of 10
    assert traded(exchange.new("A1", "U", "buy", 13, 10_000, "4")) == [
        "A1 U 3@10000",
        "B1 shown 3@10000",
        "A1 U 10@10000",
        "B1 all 10@10000",
    ]


def test_after_one_that_trades_the_trial_begins_again_from_the_first(exchange: Exchange) -> None:
    exchange.new("A1", "first", "sell", 8, 10_000, min_qty=7)
    exchange.new("A1", "second", "sell", 5, 10_000, **ALL)
    exchange.new("B1", "b", "buy", 4, 10_000)
    lines = exchange.new("B1", "c", "buy", 1, 10_000)
    assert traded(lines)[0::2] == ["A1 second 4@10000", "A1 second 1@10000"]
    exchange.new("B1", "d", "buy", 6, 10_000)
    assert traded(exchange.new("B1", "e", "buy", 1, 10_000))[0::2] == ["A1 first 6@10000", "A1 first 1@10000"]


def test_a_least_fill_is_never_more_than_what_is_left(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 10, 10_000, min_qty=8)
    exchange.replace("A1", "Y", "X", 9, 10_000, min_qty=8)
    exchange.new("B1", "S", "sell", 8, 10_000)
    assert traded(exchange.new("B1", "T", "sell", 1, 10_000)) == ["B1 T 1@10000", "A1 Y 1@10000"]


@pytest.mark.parametrize("qty", [11, -1])
def test_min_qty_is_at_most_the_quantity(exchange: Exchange, qty: int) -> None:
    assert exchange.new("A1", "X", "buy", 10, 10_000, min_qty=qty) == [
        f"A1 X OrderRejected reason 13: MinQty {qty} must be a multiple of the lot 1, and at most OrderQty"
    ]


def test_those_that_may_rest_on_a_side_are_bounded(exchange: Exchange, bound: Bound) -> None:
    bound(entry, "CONDITIONAL_MAX", 2)
    for number in range(2):
        exchange.new("A1", f"X{number}", "buy", 10, 10_000, min_qty=8)
    (line,) = exchange.new("A1", "more", "buy", 10, 10_000, **ALL)
    text = "ACME has 2 orders with MinQty or AllOrNone on that side, the most that may rest"
    assert line == f"A1 more OrderRejected reason 99: {text}"
    assert "New new" in exchange.new("A1", "at once", "buy", 10, 10_000, "3", **ALL)[0]
    assert "New new" in exchange.new("A1", "other side", "sell", 10, 10_001, **ALL)[0]
    assert "New new" in exchange.new("A1", "plain", "buy", 10, 10_000)[0]


def test_what_is_within_the_limit_and_too_little_is_not_enough(exchange: Exchange) -> None:
    exchange.new("A1", "near", "buy", 7, 9_990, **ALL)
    exchange.new("A1", "far", "buy", 12, 10_010, **ALL)
    exchange.new("B1", "a", "sell", 6, 9_990)
    exchange.new("B1", "hidden", "sell", 3, 10_005, display=0)
    assert traded(exchange.new("B1", "c", "sell", 2, 10_020)) == []
    assert traded(exchange.new("B1", "d", "sell", 3, 10_010))[0::2] == [
        "A1 far 6@9990",
        "A1 far 3@10005",
        "A1 far 3@10010",
    ]
