"""Icebergs: what they show, when they show the next part, and where they stand then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def fills(lines: list[str], session: str = "A1") -> list[tuple[str, str]]:
    """Give ClOrdID and LastQty@LastPx of the fills that a session is told of."""
    words = [text.split() for text in lines if text.startswith(f"{session} ") and " Trade " in text]
    return [(word[1], word[word.index("last") + 1]) for word in words]


def test_only_display_qty_is_shown_and_the_whole_can_be_had(exchange: Exchange) -> None:
    assert exchange.new("A1", "X", "sell", 50, 10_000, display=10) == ["A1 X New new 50@10000 cum 0 leaves 50"]
    assert exchange.depth() == ([], [(10_000, 10, 1)])
    lines = exchange.new("B1", "T", "buy", 50, 10_000)
    assert fills(lines) == [("X", "10@10000")] * 5
    assert lines[-1] == "A1 X Trade filled 50@10000 cum 50 leaves 0 last 10@10000 #9"
    assert exchange.depth() == ([], [])
    assert exchange.engine.instruments["ACME"].care == 0


def test_what_is_shown_falls_and_is_not_refreshed_before_it_is_gone(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 50, 10_000, display=10)
    exchange.new("B1", "T", "buy", 4, 10_000)
    assert exchange.depth() == ([], [(10_000, 6, 1)])
    exchange.new("B1", "U", "buy", 6, 10_000)
    assert exchange.depth() == ([], [(10_000, 10, 1)])


def test_the_last_part_is_what_is_left(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 14, 10_000, display=10)
    exchange.new("B1", "T", "buy", 10, 10_000)
    assert exchange.depth() == ([], [(10_000, 4, 1)])


def test_a_refreshed_order_goes_to_the_end_of_its_queue(exchange: Exchange) -> None:
    exchange.new("A1", "ice", "sell", 30, 10_000, display=10)
    exchange.new("A1", "plain", "sell", 15, 10_000)
    assert fills(exchange.new("B1", "T", "buy", 12, 10_000)) == [("ice", "10@10000"), ("plain", "2@10000")]
    assert [order.clord_id for order in exchange.engine.books["ACME"]] == ["plain", "ice"]


def test_one_that_still_shows_something_keeps_its_place(exchange: Exchange) -> None:
    exchange.new("A1", "ice", "sell", 30, 10_000, display=10)
    exchange.new("A1", "plain", "sell", 15, 10_000)
    exchange.new("B1", "T", "buy", 9, 10_000)
    assert [order.clord_id for order in exchange.engine.books["ACME"]] == ["ice", "plain"]


def test_a_sweep_meets_a_refreshed_order_again_before_the_next_level(exchange: Exchange) -> None:
    exchange.new("A1", "one", "sell", 25, 10_000, display=10)
    exchange.new("A1", "plain", "sell", 5, 10_000)
    exchange.new("A1", "two", "sell", 20, 10_000, display=15)
    exchange.new("A1", "next", "sell", 5, 10_001)
    assert fills(exchange.new("B1", "T", "buy", 52, 10_001)) == [
        ("one", "10@10000"),
        ("plain", "5@10000"),
        ("two", "15@10000"),
        ("one", "10@10000"),
        ("two", "5@10000"),
        ("one", "5@10000"),
        ("next", "2@10001"),
    ]


def test_a_sweep_takes_what_is_shown_then_what_icebergs_have_then_what_is_dark(exchange: Exchange) -> None:
    exchange.new("A1", "dark", "sell", 10, 10_000, display=0)
    exchange.new("A1", "ice", "sell", 20, 10_000, display=10)
    exchange.new("A1", "plain", "sell", 5, 10_000)
    exchange.new("A1", "far", "sell", 10, 10_005)
    assert fills(exchange.new("B1", "T", "buy", 40, 10_010)) == [
        ("ice", "10@10000"),
        ("plain", "5@10000"),
        ("ice", "10@10000"),
        ("dark", "10@10000"),
        ("far", "5@10005"),
    ]


def test_an_incoming_iceberg_takes_with_all_it_has_and_shows_a_part_of_the_rest(exchange: Exchange) -> None:
    exchange.new("A1", "S", "sell", 33, 10_000)
    lines = exchange.new("B1", "X", "buy", 50, 10_000, display=10)
    assert fills(lines, "B1") == [("X", "33@10000")]
    assert exchange.depth() == ([(10_000, 10, 1)], [])
    assert lines[0] == "B1 X New new 50@10000 cum 0 leaves 50"


def test_an_iceberg_alone_at_the_best_price_stays_the_best(exchange: Exchange) -> None:
    exchange.new("A1", "ice", "buy", 30, 10_000, display=10)
    exchange.new("A1", "worse", "buy", 30, 9_999)
    assert fills(exchange.new("B1", "T", "sell", 31, 9_999)) == [("ice", "10@10000")] * 3 + [("worse", "1@9999")]


def test_display_qty_of_the_whole_order(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 10, 10_000, display=10)
    assert exchange.depth() == ([], [(10_000, 10, 1)])
    assert fills(exchange.new("B1", "T", "buy", 10, 10_000)) == [("X", "10@10000")]


def test_a_fill_or_kill_order_counts_what_is_not_shown(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 50, 10_000, display=10)
    assert exchange.new("B1", "T", "buy", 51, 10_000, "4")[1].startswith("B1 T Canceled")
    assert len(fills(exchange.new("B1", "U", "buy", 50, 10_000, "4"))) == 5


def test_max_floor_is_the_same_and_carried_back(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 50, 10_000, display=10, max_floor=True)
    assert exchange.depth() == ([], [(10_000, 10, 1)])
    instructions = getattr(exchange.events[0], "instructions", None)
    assert instructions is not None
    assert instructions.max_floor


def test_many_refreshes_of_a_lone_iceberg_among_many_prices(exchange: Exchange) -> None:
    for number in range(200):  # more prices than a side keeps while they are empty
        exchange.new("A1", f"S{number}", "sell", 1, 10_001 + number)
    exchange.new("A1", "ice", "sell", 6, 10_000, display=1)
    lines = exchange.new("B1", "T", "buy", 206, 10_200)
    assert fills(lines)[:6] == [("ice", "1@10000")] * 6
    assert len(fills(lines)) == 206
    assert exchange.depth() == ([], [])


@pytest.mark.parametrize(
    ("instructions", "reason", "text"),
    [
        (
            {"display": 51},
            13,
            "DisplayQty 51 must be a multiple of the lot 1, and at most OrderQty",
        ),
        (
            {"display": -1},
            13,
            "DisplayQty -1 must be a multiple of the lot 1, and at most OrderQty",
        ),
        (
            {"display_qty_e8": 50_000_000},
            13,
            "DisplayQty 0.5 must be a multiple of the lot 1, and at most OrderQty",
        ),
    ],
)
def test_display_qty_is_whole_lots_and_at_most_the_quantity(
    exchange: Exchange, instructions: dict[str, Any], reason: int, text: str
) -> None:
    assert exchange.new("A1", "X", "sell", 50, 10_000, **instructions) == [
        f"A1 X OrderRejected reason {reason}: {text}"
    ]
