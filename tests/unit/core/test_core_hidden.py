"""Hidden orders: nobody sees them, everybody trades with those that are seen first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def test_a_hidden_order_is_not_in_the_depth(exchange: Exchange) -> None:
    assert exchange.new("A1", "X", "sell", 10, 10_000, display=0) == ["A1 X New new 10@10000 cum 0 leaves 10"]
    assert exchange.depth() == ([], [])
    exchange.new("A1", "seen", "sell", 5, 10_000)
    assert exchange.depth() == ([], [(10_000, 5, 1)])
    assert exchange.engine.books["ACME"].not_shown_count() == 1


def test_it_trades_behind_what_is_shown_at_its_price(exchange: Exchange) -> None:
    exchange.new("A1", "hidden", "sell", 10, 10_000, display=0)
    exchange.new("A1", "shown", "sell", 10, 10_000)
    assert exchange.new("B1", "T", "buy", 15, 10_000)[2::2] == [
        "A1 shown Trade filled 10@10000 cum 10 leaves 0 last 10@10000 #1",
        "A1 hidden Trade partial 10@10000 cum 5 leaves 5 last 5@10000 #3",
    ]


def test_it_trades_before_what_is_shown_at_a_worse_price(exchange: Exchange) -> None:
    exchange.new("A1", "shown", "sell", 10, 10_001)
    exchange.new("A1", "hidden", "sell", 10, 10_000, display=0)
    assert exchange.new("B1", "T", "buy", 10, 10_001)[2] == (
        "A1 hidden Trade filled 10@10000 cum 10 leaves 0 last 10@10000 #1"
    )


def test_among_hidden_ones_the_oldest_trades_first(exchange: Exchange) -> None:
    exchange.new("A1", "first", "sell", 10, 10_000, display=0)
    exchange.new("A1", "second", "sell", 10, 10_000, display=0)
    exchange.new("A1", "third", "sell", 10, 10_000, display=0)
    exchange.cancel("A1", "gone", "second", "2")
    lines = exchange.new("B1", "T", "buy", 15, 10_000)
    assert [text.split()[1] for text in lines[2::2]] == ["first", "third"]


def test_an_incoming_hidden_order_takes_what_it_can(exchange: Exchange) -> None:
    exchange.new("A1", "S", "sell", 4, 10_000)
    lines = exchange.new("B1", "X", "buy", 10, 10_005, display=0)
    assert lines[1] == "B1 X Trade partial 10@10005 cum 4 leaves 6 last 4@10000 #1 aggressor"
    assert exchange.depth() == ([], [])
    assert exchange.new("A1", "T", "sell", 6, 10_005)[2] == (
        "B1 X Trade filled 10@10005 cum 10 leaves 0 last 6@10005 #1"
    )


def test_a_fill_or_kill_order_finds_it(exchange: Exchange) -> None:
    exchange.new("A1", "hidden", "sell", 10, 10_000, display=0)
    exchange.new("A1", "shown", "sell", 5, 10_000)
    assert exchange.new("B1", "T", "buy", 15, 10_000, "4")[-2].endswith("cum 15 leaves 0 last 10@10000 #3 aggressor")


def test_it_can_be_canceled_and_leaves_nothing_behind(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 10, 10_000, display=0)
    assert exchange.cancel("A1", "Y", "X", "2") == ["A1 Y<X Canceled canceled 10@10000 cum 0 leaves 0"]
    assert exchange.engine.instruments["ACME"].care == 0
    assert exchange.new("B1", "T", "buy", 1, 10_000) == ["B1 T New new 1@10000 cum 0 leaves 1"]


def test_a_crossing_order_does_not_stop_at_an_empty_shown_queue(exchange: Exchange) -> None:
    exchange.new("A1", "shown", "sell", 5, 10_000)
    exchange.new("A1", "hidden", "sell", 5, 10_000, display=0)
    exchange.cancel("A1", "no", "shown", "2")
    assert exchange.market("B1", "T", "buy", 5)[-1] == "A1 hidden Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #1"
