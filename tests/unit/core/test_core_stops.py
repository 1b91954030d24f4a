"""Stop orders: what triggers them, in which order, what they become, and how one sets off the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def trade(exchange: Exchange, price: int, qty: int = 1) -> list[str]:
    """Let B and C trade at a price; give the events of the second order."""
    exchange.new("B1", f"maker {exchange.seq}", "sell", qty, price)
    return exchange.new("C1", f"taker {exchange.seq}", "buy", qty, price)


def told(lines: list[str], session: str) -> list[str]:
    """Give what a session is told."""
    return [text for text in lines if text.startswith(f"{session} ")]


def test_a_stop_waits_and_is_not_in_the_book(exchange: Exchange) -> None:
    assert exchange.new("A1", "X", "buy", 10, None, ord_type="3", stop=10_010) == [
        "A1 X New new 10@market cum 0 leaves 10"
    ]
    assert exchange.depth() == ([], [])
    assert exchange.engine.open_order_count == 1
    assert exchange.new("B1", "S", "sell", 10, 10_020) == ["B1 S New new 10@10020 cum 0 leaves 10"]


@pytest.mark.parametrize(("side", "before", "at"), [("buy", 10_009, 10_010), ("sell", 10_011, 10_010)])
def test_a_last_trade_at_stop_px_triggers_one_before_it_does_not(
    exchange: Exchange, side: str, before: int, at: int
) -> None:
    exchange.new("A1", "X", side, 10, 10_100 if side == "buy" else 9_900, ord_type="4", stop=10_010)
    assert told(trade(exchange, before), "A1") == []
    assert told(trade(exchange, at), "A1") == [
        f"A1 X Triggered new 10@{10_100 if side == 'buy' else 9_900} cum 0 leaves 10"
    ]


def test_a_triggered_stop_takes_what_is_there_and_its_rest_is_canceled(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 10, None, ord_type="3", stop=10_010)
    exchange.new("B1", "S", "sell", 4, 10_050)
    assert trade(exchange, 10_010) == [
        "C1 taker 11 New new 1@10010 cum 0 leaves 1",
        "C1 taker 11 Trade filled 1@10010 cum 1 leaves 0 last 1@10010 #1 aggressor",
        "B1 maker 10 Trade filled 1@10010 cum 1 leaves 0 last 1@10010 #1",
        "A1 X Triggered new 10@market cum 0 leaves 10",
        "A1 X Trade partial 10@market cum 4 leaves 6 last 4@10050 #4 aggressor",
        "B1 S Trade filled 4@10050 cum 4 leaves 0 last 4@10050 #4",
        "A1 X Canceled canceled 10@market cum 4 leaves 0: No liquidity: rest of the market order canceled",
    ]
    assert exchange.engine.open_order_count == 0


def test_a_stop_that_finds_nothing_is_canceled(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 10, None, ord_type="3", stop=10_010)
    assert told(trade(exchange, 10_010), "A1") == [
        "A1 X Triggered new 10@market cum 0 leaves 10",
        "A1 X Canceled canceled 10@market cum 0 leaves 0: No liquidity: rest of the market order canceled",
    ]


def test_a_stop_limit_that_was_triggered_rests_and_keeps_its_ord_type(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 10, 9_990, ord_type="4", stop=10_000)
    assert told(trade(exchange, 10_000), "A1") == ["A1 X Triggered new 10@9990 cum 0 leaves 10"]
    assert exchange.depth() == ([], [(9_990, 10, 1)])
    assert exchange.engine.list_orders(session="A1")[0].ord_type == "4"
    assert told(trade(exchange, 9_980), "A1") == []  # it is not triggered again
    exchange.new("B1", "T", "buy", 10, 9_990)
    assert exchange.engine.open_order_count == 0


def test_a_stop_of_today_looks_at_the_last_trade_of_before(exchange: Exchange) -> None:
    trade(exchange, 10_010)
    exchange.new("B1", "S", "sell", 10, 10_020)
    assert exchange.new("A1", "X", "buy", 10, None, ord_type="3", stop=10_010) == [
        "A1 X New new 10@market cum 0 leaves 10",
        "A1 X Triggered new 10@market cum 0 leaves 10",
        "A1 X Trade filled 10@market cum 10 leaves 0 last 10@10020 #2 aggressor",
        "B1 S Trade filled 10@10020 cum 10 leaves 0 last 10@10020 #2",
    ]


def test_without_a_trade_there_is_no_trigger(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 10, 10_020)
    exchange.new("A1", "X", "sell", 10, None, ord_type="3", stop=11_000)
    exchange.new("A1", "Y", "buy", 10, None, ord_type="3", stop=1)
    assert exchange.engine.open_order_count == 3
    assert exchange.depth() == ([], [(10_020, 10, 1)])


@pytest.mark.parametrize(
    ("side", "kind", "touching"),
    [("buy", "3", "buy"), ("buy", "1", "sell"), ("sell", "3", "buy"), ("sell", "1", "sell")],
)
def test_the_best_bid_or_offer_triggers_if_the_order_says_so(
    exchange: Exchange, side: str, kind: str, touching: str
) -> None:
    limit = 9_000 if side == "buy" else 11_000
    exchange.new("A1", "X", side, 10, limit, ord_type="4", stop=10_000, trigger_price_type=kind)
    not_yet = 9_999 if side == "buy" else 10_001
    assert told(exchange.new("B1", "N", touching, 1, not_yet), "A1") == []
    assert told(exchange.replace("B1", "N2", "N", 1, 10_000, side="1" if touching == "buy" else "2"), "A1") == [
        f"A1 X Triggered new 10@{limit} cum 0 leaves 10"
    ]


def test_a_trade_does_not_trigger_what_waits_for_the_bid(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 10, 9_000, ord_type="4", stop=10_000, trigger_price_type="3")
    assert told(trade(exchange, 10_050), "A1") == []
    assert told(exchange.new("B1", "D", "buy", 5, 10_000, display=0), "A1") == []
    assert told(exchange.new("B1", "N", "buy", 5, 10_000), "A1") == ["A1 X Triggered new 10@9000 cum 0 leaves 10"]


def test_those_that_are_triggered_at_once_go_by_their_age(exchange: Exchange) -> None:
    exchange.new("A1", "first", "buy", 5, None, ord_type="3", stop=10_030)
    exchange.new("A1", "second", "buy", 5, None, ord_type="3", stop=10_010)
    exchange.new("A1", "third", "buy", 5, None, ord_type="3", stop=10_020)
    exchange.new("B1", "S", "sell", 20, 10_040)
    lines = told(trade(exchange, 10_030), "A1")
    assert [text.split()[1:3] for text in lines] == [
        ["first", "Triggered"],
        ["first", "Trade"],
        ["second", "Triggered"],
        ["second", "Trade"],
        ["third", "Triggered"],
        ["third", "Trade"],
    ]


def test_a_stop_triggers_the_next_one_in_the_next_round(exchange: Exchange) -> None:
    exchange.new("A1", "late", "buy", 5, None, ord_type="3", stop=10_040)
    exchange.new("A1", "one", "buy", 5, None, ord_type="3", stop=10_010)
    exchange.new("A1", "two", "buy", 5, None, ord_type="3", stop=10_010)
    exchange.new("B1", "S", "sell", 5, 10_040)
    exchange.new("B1", "T", "sell", 20, 10_050)
    assert [text.split()[1:3] for text in told(trade(exchange, 10_010), "A1")] == [
        ["one", "Triggered"],
        ["one", "Trade"],
        ["two", "Triggered"],
        ["two", "Trade"],
        ["late", "Triggered"],
        ["late", "Trade"],
    ]


def test_stops_of_both_sides_chase_each_other_until_nothing_is_left(exchange: Exchange) -> None:
    exchange.new("B1", "bid", "buy", 5, 9_900)
    exchange.new("B1", "ask", "sell", 6, 10_100)
    exchange.new("A1", "up", "buy", 5, None, ord_type="3", stop=10_000)
    exchange.new("A1", "down", "sell", 5, None, ord_type="3", stop=9_950)
    exchange.new("A1", "last", "buy", 5, 9_900, ord_type="4", stop=10_100)
    exchange.new("B1", "bid2", "buy", 5, 9_800)
    assert [text.split()[:3] for text in exchange.market("C1", "T", "buy", 1)] == [
        ["C1", "T", "New"],
        ["C1", "T", "Trade"],
        ["B1", "ask", "Trade"],
        ["A1", "up", "Triggered"],
        ["A1", "up", "Trade"],
        ["B1", "ask", "Trade"],
        ["A1", "last", "Triggered"],
    ]
    assert exchange.depth() == ([(9_900, 10, 2), (9_800, 5, 1)], [])
    lines = exchange.new("C1", "U", "sell", 1, 9_900)
    assert [text.split()[:3] for text in lines] == [
        ["C1", "U", "New"],
        ["C1", "U", "Trade"],
        ["B1", "bid", "Trade"],
        ["A1", "down", "Triggered"],
        ["A1", "down", "Trade"],
        ["B1", "bid", "Trade"],
        ["A1", "down", "Trade"],
        ["A1", "last", "Trade"],
    ]


def test_price_is_ignored_for_a_stop(exchange: Exchange) -> None:
    assert exchange.new("A1", "X", "buy", 10, 7, ord_type="3", stop=10_010) == [
        "A1 X New new 10@market cum 0 leaves 10"
    ]


def test_stop_px_has_no_band_but_has_to_be_a_price(exchange: Exchange) -> None:
    assert exchange.new("A1", "X", "buy", 10, None, ord_type="3", stop=90_000)[0].startswith("A1 X New")
    assert exchange.new("A1", "Y", "buy", 10, None, ord_type="3", stop=0) == [
        "A1 Y OrderRejected reason 99: StopPx 0 must be above 0"
    ]
    assert exchange.new("A1", "Z", "buy", 10, None, ord_type="3", stop_px_e8=10_000_500_000) == [
        "A1 Z OrderRejected reason 18: StopPx 100.005 is not a multiple of the tick 0.01"
    ]


def test_price_is_looked_at_before_stop_px(exchange: Exchange) -> None:
    assert exchange.new("A1", "X", "buy", 10, 13_000, ord_type="4", stop=0) == [
        "A1 X OrderRejected reason 16: Price 130 is outside the band 80 to 120 of ACME"
    ]


def test_a_stop_can_be_canceled_and_asked_for(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 10, None, ord_type="3", stop=10_010)
    assert exchange.query("A1", "X") == ["A1 X Status new 10@market cum 0 leaves 10"]
    assert exchange.cancel("A1", "Y", "X") == ["A1 Y<X Canceled canceled 10@market cum 0 leaves 0"]
    assert told(trade(exchange, 10_010), "A1") == []
    assert exchange.engine.instruments["ACME"].care == 0


def test_a_stop_limit_iceberg_shows_its_part_when_it_rests(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 50, 10_020, ord_type="4", stop=10_000, display=10)
    trade(exchange, 10_000)
    assert exchange.depth() == ([], [(10_020, 10, 1)])


def test_a_stop_goes_good_till_canceled(exchange: Exchange) -> None:
    assert exchange.new("A1", "X", "sell", 50, 10_020, "1", ord_type="4", stop=10_000)[0].startswith("A1 X New")
    trade(exchange, 10_000)
    assert exchange.depth() == ([], [(10_020, 50, 1)])
