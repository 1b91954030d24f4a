"""Replaces of orders that wait or move: stops, pegs, and orders for the close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

PEG: dict[str, Any] = {"ord_type": "P", "peg_price_type": "5"}
STOP: dict[str, Any] = {"ord_type": "4", "stop": 10_100}


def queue(exchange: Exchange) -> list[str]:
    """Give the ClOrdIDs in the book in the order of their priority."""
    return [order.clord_id for order in exchange.engine.books["ACME"]]


def waiting(exchange: Exchange) -> list[str]:
    """Give the ClOrdIDs of the stops in the order of their age."""
    stops = exchange.engine.books["ACME"].stops
    return [order.clord_id for order in sorted(stops, key=lambda order: order.special.arrival if order.special else 0)]


def test_stop_px_may_change_while_the_order_waits(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 10, 10_200, **STOP)
    assert exchange.replace("A1", "Y", "X", 10, 10_200, ord_type="4", stop=10_050) == [
        "A1 Y<X Replaced new 10@10200 cum 0 leaves 10"
    ]
    exchange.new("B1", "S", "sell", 1, 10_050)
    assert exchange.new("C1", "T", "buy", 1, 10_050)[-1] == "A1 Y Triggered new 10@10200 cum 0 leaves 10"


def test_a_new_stop_px_may_trigger_at_once(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 1, 10_050)
    exchange.new("C1", "T", "buy", 1, 10_050)
    exchange.new("A1", "X", "buy", 10, 10_200, **STOP)
    assert exchange.replace("A1", "Y", "X", 10, 10_200, ord_type="4", stop=10_040) == [
        "A1 Y<X Replaced new 10@10200 cum 0 leaves 10",
        "A1 Y Triggered new 10@10200 cum 0 leaves 10",
    ]


def test_a_stop_keeps_its_age_when_only_its_quantity_goes_down(exchange: Exchange) -> None:
    for clord_id in ("X", "next"):
        exchange.new("A1", clord_id, "buy", 10, 10_200, **STOP)
    exchange.replace("A1", "Y", "X", 9, 10_200, **STOP)
    assert waiting(exchange) == ["Y", "next"]
    exchange.replace("A1", "Z", "Y", 9, 10_200, time_in_force="1", **STOP)
    assert waiting(exchange) == ["Z", "next"]


@pytest.mark.parametrize(
    ("qty", "price", "asks"),
    [(11, 10_200, {}), (10, 10_201, {}), (10, 10_200, {"stop": 10_101}), (10, 10_200, {"trigger_price_type": "3"})],
)
def test_a_stop_loses_its_age_with_anything_else(
    exchange: Exchange, qty: int, price: int, asks: dict[str, Any]
) -> None:
    for clord_id in ("X", "next"):
        exchange.new("A1", clord_id, "buy", 10, 10_200, **STOP)
    exchange.replace("A1", "Y", "X", qty, price, **STOP | asks)
    assert waiting(exchange) == ["next", "Y"]


def test_the_stop_px_of_a_triggered_order_stays(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 10, 10_200, **STOP)
    order_id = exchange.seq
    exchange.new("B1", "S", "sell", 1, 10_050)
    assert exchange.new("C1", "T", "buy", 1, 10_050)[-1].startswith("A1 X Triggered")
    assert exchange.replace("A1", "Y", "X", 10, 10_200, side="2", ord_type="4", stop=10_000) == [
        f"A1 Y<X CancelRejected to 2 order {order_id} new reason 99: "
        f"StopPx (99) of order {order_id} can't change any more: it was triggered"
    ]
    assert exchange.replace("A1", "Z", "X", 10, 10_150, side="2", **STOP) == [
        "A1 Z<X Replaced new 10@10150 cum 0 leaves 10"
    ]
    assert exchange.depth() == ([], [(10_150, 10, 1)])


def test_a_stop_without_stop_px_is_refused(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 10, 10_200, **STOP)
    assert exchange.replace("A1", "Y", "X", 10, 10_200, ord_type="4")[0].endswith(
        "reason 99: StopPx (99) does not go with OrdType 4, or is missing"
    )


def test_offset_and_limit_of_a_peg_may_change_and_cost_the_place(exchange: Exchange) -> None:
    exchange.new("B1", "bid", "buy", 1, 9_990)
    exchange.new("A1", "X", "buy", 10, None, **PEG)
    exchange.new("A1", "next", "buy", 10, None, **PEG)
    assert exchange.replace("A1", "Y", "X", 10, None, peg_offset=-1, **PEG) == [
        "A1 Y<X Replaced new 10@market cum 0 leaves 10"
    ]
    assert exchange.query("A1", "Y") == ["A1 Y Status new 10@market cum 0 leaves 10 (pegged 9989)"]
    assert exchange.replace("A1", "Z", "Y", 10, 9_985, **PEG) == ["A1 Z<Y Replaced new 10@9985 cum 0 leaves 10"]
    assert exchange.query("A1", "Z") == ["A1 Z Status new 10@9985 cum 0 leaves 10 (pegged 9985)"]
    exchange.replace("A1", "W", "Z", 10, None, **PEG)
    assert queue(exchange) == ["bid", "next", "W"]


def test_a_peg_keeps_its_place_with_a_smaller_quantity(exchange: Exchange) -> None:
    exchange.new("B1", "bid", "buy", 1, 9_990)
    exchange.new("A1", "X", "buy", 10, None, **PEG)
    exchange.new("A1", "next", "buy", 10, None, **PEG)
    assert exchange.replace("A1", "Y", "X", 9, None, **PEG) == [
        "A1 Y<X Replaced new 9@market cum 0 leaves 9 (pegged 9990)"
    ]
    assert queue(exchange) == ["bid", "Y", "next"]


def test_an_order_for_the_close_waits_beside_the_book_and_keeps_its_age(exchange: Exchange) -> None:
    for clord_id in ("X", "next"):
        exchange.new("A1", clord_id, "buy", 10, 10_000, "7")
    assert exchange.depth() == ([], [])
    exchange.replace("A1", "Y", "X", 9, 10_000, time_in_force="7")
    assert [order.clord_id for order in exchange.engine.books["ACME"].waiting] == ["Y", "next"]
    exchange.replace("A1", "Z", "Y", 9, 10_001, time_in_force="7")
    assert [order.clord_id for order in exchange.engine.books["ACME"].waiting] == ["next", "Z"]
