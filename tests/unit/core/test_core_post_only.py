"""ParticipateDontInitiate: an order that would trade at once is refused, and so is a replace that would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

POST: dict[str, Any] = {"exec_inst": "6"}
WOULD_TRADE = "ParticipateDontInitiate: the order would trade at once"


def test_an_order_that_would_trade_is_rejected(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 10, 10_000)
    assert exchange.new("A1", "X", "buy", 5, 10_000, **POST) == [f"A1 X OrderRejected reason 99: {WOULD_TRADE}"]
    assert exchange.depth() == ([], [(10_000, 10, 1)])
    assert exchange.new("A1", "Y", "buy", 5, 9_999, **POST) == ["A1 Y New new 5@9999 cum 0 leaves 5"]
    assert exchange.engine.open_order_count == 2


def test_it_trades_as_any_other_once_it_rests(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 5, 9_999, **POST)
    assert exchange.new("B1", "S", "sell", 5, 9_999)[2] == "A1 X Trade filled 5@9999 cum 5 leaves 0 last 5@9999 #1"


@pytest.mark.parametrize("instructions", [{"display": 0}, {"min_qty": 5}, {"exec_inst": "G"}])
def test_what_is_dark_counts_if_it_could_trade(exchange: Exchange, instructions: dict[str, Any]) -> None:
    exchange.new("B1", "S", "sell", 5, 10_000, **instructions)
    assert exchange.new("A1", "X", "buy", 5, 10_000, **POST) == [f"A1 X OrderRejected reason 99: {WOULD_TRADE}"]


@pytest.mark.parametrize("instructions", [{"min_qty": 5}, {"exec_inst": "G"}])
def test_a_choosy_order_that_would_pass_does_not_count(exchange: Exchange, instructions: dict[str, Any]) -> None:
    exchange.new("B1", "S", "sell", 5, 10_000, **instructions)
    assert exchange.new("A1", "X", "buy", 4, 10_000, **POST) == ["A1 X New new 4@10000 cum 0 leaves 4"]


def test_a_replace_that_would_trade_is_refused_and_the_order_stays(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 10, 10_000)
    exchange.new("A1", "X", "buy", 5, 9_999, **POST)
    order_id = exchange.seq
    assert exchange.replace("A1", "Y", "X", 5, 10_000, **POST) == [
        f"A1 Y<X CancelRejected to 2 order {order_id} new reason 99: {WOULD_TRADE}"
    ]
    assert exchange.depth() == ([(9_999, 5, 1)], [(10_000, 10, 1)])
    assert exchange.replace("A1", "Z", "X", 5, 9_998, **POST) == ["A1 Z<X Replaced new 5@9998 cum 0 leaves 5"]


def test_a_larger_quantity_that_would_trade_is_refused(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 5, 10_000, exec_inst="G")
    exchange.new("A1", "X", "buy", 4, 10_000, **POST)
    order_id = exchange.seq
    assert exchange.replace("A1", "Y", "X", 5, 10_000, **POST) == [
        f"A1 Y<X CancelRejected to 2 order {order_id} new reason 99: {WOULD_TRADE}"
    ]
    assert exchange.depth() == ([(10_000, 4, 1)], [])
    assert exchange.replace("A1", "Z", "X", 3, 10_000, **POST) == ["A1 Z<X Replaced new 3@10000 cum 0 leaves 3"]


def test_a_smaller_quantity_never_is_a_question(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 10, 10_000, **POST)
    exchange.new("B1", "S", "sell", 4, 10_000)
    assert exchange.replace("A1", "Y", "X", 4, 10_000, **POST) == ["A1 Y<X Replaced filled 4@10000 cum 4 leaves 0"]


def test_a_conditional_order_may_trade_with_it_when_it_is_tried_again(exchange: Exchange) -> None:
    exchange.new("B1", "all", "sell", 10, 10_000, exec_inst="G")
    exchange.new("A1", "X", "buy", 4, 10_000, **POST)
    lines = exchange.new("C1", "Y", "buy", 6, 10_000)
    assert [text.split()[:3] for text in lines] == [
        ["C1", "Y", "New"],
        ["B1", "all", "Trade"],
        ["A1", "X", "Trade"],
        ["B1", "all", "Trade"],
        ["C1", "Y", "Trade"],
    ]
    assert "aggressor" not in lines[2]


def test_an_own_order_is_no_trade_and_is_met(exchange: Exchange) -> None:
    exchange.new("A1", "S", "sell", 5, 10_000, self_match_id="desk")
    assert exchange.new("A1", "X", "buy", 5, 10_000, self_match_id="desk", **POST) == [
        "A1 X New new 5@10000 cum 0 leaves 5",
        "A1 X Canceled canceled 5@10000 cum 0 leaves 0: Self-trade prevention",
    ]
    own_goes: dict[str, Any] = {"self_match_id": "desk", "self_match_instruction": "2"}
    assert exchange.new("A1", "Y", "buy", 5, 10_000, **own_goes, **POST) == [
        "A1 Y New new 5@10000 cum 0 leaves 5",
        "A1 S Canceled canceled 5@10000 cum 0 leaves 0: Self-trade prevention",
    ]


def test_a_hidden_order_and_an_iceberg_may_ask_for_it(exchange: Exchange) -> None:
    assert exchange.new("A1", "X", "buy", 5, 9_999, display=0, **POST)[0].startswith("A1 X New")
    assert exchange.new("A1", "Y", "buy", 5, 9_999, display=1, **POST)[0].startswith("A1 Y New")
