"""Replace requests: priority, quantity at or below what is filled, trading on the new price, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def queue(exchange: Exchange) -> list[str]:
    """Give the ClOrdIDs in the book in the order of their priority."""
    return [order.clord_id for order in exchange.engine.books["ACME"]]


def test_a_smaller_quantity_keeps_its_place(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("A1", "other", "buy", 100, 10_000)
    assert exchange.replace("A1", "Y", "X", 60, 10_000) == ["A1 Y<X Replaced new 60@10000 cum 0 leaves 60"]
    assert queue(exchange) == ["Y", "other"]
    assert exchange.depth() == ([(10_000, 160, 2)], [])


def test_a_larger_quantity_goes_to_the_end(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("A1", "other", "buy", 100, 10_000)
    assert exchange.replace("A1", "Y", "X", 101, 10_000) == ["A1 Y<X Replaced new 101@10000 cum 0 leaves 101"]
    assert queue(exchange) == ["other", "Y"]
    assert exchange.depth() == ([(10_000, 201, 2)], [])


def test_another_price_goes_to_the_end_of_its_queue(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("A1", "other", "buy", 100, 9_990)
    exchange.replace("A1", "Y", "X", 50, 9_990)
    assert queue(exchange) == ["other", "Y"]
    assert exchange.depth() == ([(9_990, 150, 2)], [])


def test_the_same_values_keep_the_place_and_change_the_clord_id(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("A1", "other", "buy", 100, 10_000)
    exchange.replace("A1", "Y", "X", 100, 10_000, time_in_force="1")
    assert queue(exchange) == ["Y", "other"]
    assert exchange.engine.list_orders(symbol="ACME")[1].time_in_force == "1"


def test_quantities_are_totals(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("B1", "S", "sell", 40, 10_000)
    assert exchange.replace("A1", "Y", "X", 150, 10_000) == ["A1 Y<X Replaced partial 150@10000 cum 40 leaves 110"]


def test_fills_after_a_replace_carry_the_new_clord_id(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.replace("A1", "Y", "X", 60, 10_000)
    assert exchange.new("B1", "S", "sell", 60, 10_000)[2] == (
        "A1 Y Trade filled 60@10000 cum 60 leaves 0 last 60@10000 #1"
    )


def test_a_new_price_may_trade_at_once(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 30, 10_010)
    exchange.new("A1", "X", "buy", 100, 10_000)
    assert exchange.replace("A1", "Y", "X", 100, 10_020) == [
        "A1 Y<X Replaced new 100@10020 cum 0 leaves 100",
        "A1 Y Trade partial 100@10020 cum 30 leaves 70 last 30@10010 #1 aggressor",
        "B1 S Trade filled 30@10010 cum 30 leaves 0 last 30@10010 #1",
    ]
    assert exchange.depth() == ([(10_020, 70, 1)], [])
    assert exchange.engine.open_order_count == 1


def test_a_new_price_may_fill_the_order(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 100, 10_010)
    exchange.new("A1", "X", "buy", 100, 10_000)
    assert exchange.replace("A1", "Y", "X", 100, 10_010)[1] == (
        "A1 Y Trade filled 100@10010 cum 100 leaves 0 last 100@10010 #1 aggressor"
    )
    assert exchange.engine.open_order_count == 0


@pytest.mark.parametrize("qty", [40, 10])
def test_a_quantity_at_or_below_the_filled_one_ends_the_order(exchange: Exchange, qty: int) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("B1", "S", "sell", 40, 10_000)
    assert exchange.replace("A1", "Y", "X", qty, 10_000) == ["A1 Y<X Replaced filled 40@10000 cum 40 leaves 0"]
    assert exchange.depth() == ([], [])
    assert exchange.engine.open_order_count == 0


def test_a_filled_order_is_too_late(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = exchange.seq
    exchange.new("B1", "S", "sell", 100, 10_000)
    assert exchange.replace("A1", "Y", "X", 200, 10_000) == [
        f"A1 Y<X CancelRejected to 2 order {order_id} filled reason 0: Order {order_id} is finished"
    ]


def test_an_unknown_order(exchange: Exchange) -> None:
    assert exchange.replace("A1", "Y", "X", 200, 10_000) == [
        "A1 Y<X CancelRejected to 2 order 0 rejected reason 1: Unknown order X"
    ]


@pytest.mark.parametrize(
    ("change", "reason", "text"),
    [
        ({"price": 13_000}, 99, "Price 130 is outside the band 80 to 120 of ACME"),
        ({"price": None}, 99, "A limit order needs a Price"),
        ({"qty": 1_000_001}, 99, "OrderQty 1000001 is above the maximum 1000000"),
        ({"qty": 0}, 99, "OrderQty 0 must be above 0"),
        ({"ord_type": "1"}, 99, "OrdType of order {} can't change from 2 to 1"),
        ({"ord_type": "7"}, 99, "OrdType 7 is not supported"),
        ({"time_in_force": "3"}, 99, "TimeInForce of order {} can't change from 0 to 3"),
        ({"time_in_force": "9"}, 99, "TimeInForce 9 is not supported with OrdType 2"),
        ({"unsupported": "MaxFloor is not supported"}, 99, "MaxFloor is not supported"),
        ({"side": "2"}, 99, "Order {} has Side 1, not 2"),
        ({"symbol": "HOOLI"}, 99, "Order {} is on ACME, not on HOOLI"),
    ],
)
def test_a_refusal_leaves_the_order_as_it_was(
    exchange: Exchange, change: dict[str, object], reason: int, text: str
) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = exchange.seq
    values: dict[str, object] = {"qty": 100, "price": 10_000} | change
    head = f"A1 Y<X CancelRejected to 2 order {order_id} new reason {reason}"
    assert exchange.replace("A1", "Y", "X", **values) == [f"{head}: {text.format(order_id)}"]  # type: ignore[arg-type]
    assert exchange.depth() == ([(10_000, 100, 1)], [])
    assert exchange.cancel("A1", "Z", "X") == ["A1 Z<X Canceled canceled 100@10000 cum 0 leaves 0"]


def test_a_price_off_the_tick_has_its_own_reason(exchange: Exchange) -> None:
    exchange.set_instrument("COARSE", tick_e8=5_000_000)
    exchange.new("A1", "X", "buy", 100, 10_000, symbol="COARSE")
    order_id = exchange.seq
    assert exchange.replace("A1", "Y", "X", 100, 10_001, symbol="COARSE") == [
        f"A1 Y<X CancelRejected to 2 order {order_id} new reason 18: Price 100.01 is not a multiple of the tick 0.05"
    ]


def test_a_disabled_instrument_refuses_replaces(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = exchange.seq
    exchange.set_instrument(enabled=False)
    assert exchange.replace("A1", "Y", "X", 50, 10_000) == [
        f"A1 Y<X CancelRejected to 2 order {order_id} new reason 99: ACME is disabled"
    ]
