"""The risk chain: every objection with its reason and its words, and the edges that pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tradsys_oms.core.commands import NewOrder, SetMember, SetSession
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


@pytest.mark.parametrize(
    ("change", "reason", "text"),
    [
        ({"symbol": "NOPE"}, 1, "Unknown symbol NOPE"),
        ({"side": "7"}, 11, "Side 7 is not supported"),
        ({"side": ""}, 11, "Side  is not supported"),
        ({"ord_type": "7"}, 11, "OrdType 7 is not supported"),
        ({"time_in_force": "9"}, 11, "TimeInForce 9 is not supported with OrdType 2"),
        (
            {"ord_type": "1", "time_in_force": "1"},
            11,
            "TimeInForce 1 with OrdType 1 is not taken while ACME is continuous",
        ),
        ({"unsupported": "ExecInst G is not supported"}, 11, "ExecInst G is not supported"),
        ({"qty": 0}, 13, "OrderQty 0 must be above 0"),
        ({"qty": -5}, 13, "OrderQty -5 must be above 0"),
        ({"qty": 1_000_001}, 3, "OrderQty 1000001 is above the maximum 1000000"),
        ({"price": None}, 99, "A limit order needs a Price"),
        ({"price": 0}, 99, "Price 0 must be above 0"),
        ({"price": -100}, 99, "Price -1 must be above 0"),
        ({"price": 7_999}, 16, "Price 79.99 is outside the band 80 to 120 of ACME"),
        ({"price": 12_001}, 16, "Price 120.01 is outside the band 80 to 120 of ACME"),
    ],
)
def test_an_objection_names_what_is_wrong(
    exchange: Exchange, change: dict[str, object], reason: int, text: str
) -> None:
    values: dict[str, object] = {"side": "buy", "qty": 10, "price": 10_000} | change
    assert exchange.new("A1", "X", **values) == [  # type: ignore[arg-type]
        f"A1 X OrderRejected reason {reason}: {text}"
    ]
    assert exchange.engine.reject_count == 1
    assert exchange.depth() == ([], [])


@pytest.mark.parametrize("price", [8_000, 12_000])
def test_the_limits_of_the_band_are_inside(exchange: Exchange, price: int) -> None:
    assert exchange.new("A1", "X", "buy", 1_000_000, price)[0].startswith("A1 X New")


def raw(exchange: Exchange, clord_id: str, qty_e8: int, price_e8: int) -> list[str]:
    """Enter an order with a quantity and a price that are no whole lots and ticks of 0.01."""
    number = exchange.engine.sessions["C1"].last_msg_seq_num + 1
    return exchange.apply(NewOrder("C1", number, clord_id, "", "ACME", "1", "2", "0", qty_e8, price_e8))


def test_a_quantity_off_the_lot(exchange: Exchange) -> None:
    assert raw(exchange, "X", SCALE_E8 + 1, 100 * SCALE_E8) == [
        "C1 X OrderRejected reason 13: OrderQty 1.00000001 is not a multiple of the lot 1"
    ]


def test_a_quantity_below_one_lot(exchange: Exchange) -> None:
    assert raw(exchange, "X", SCALE_E8 // 2, 100 * SCALE_E8) == [
        "C1 X OrderRejected reason 13: OrderQty 0.5 is not a multiple of the lot 1"
    ]


def test_a_price_off_the_tick(exchange: Exchange) -> None:
    assert raw(exchange, "X", SCALE_E8, 100 * SCALE_E8 + 500_000) == [
        "C1 X OrderRejected reason 18: Price 100.005 is not a multiple of the tick 0.01"
    ]


def test_a_band_that_ends_between_two_ticks(exchange: Exchange) -> None:
    exchange.set_instrument(reference=10_001, band_bps=1)  # 100.01 and 0.010001 to either side
    assert exchange.new("A1", "X", "buy", 1, 10_002)[0].startswith("A1 X New")
    assert exchange.new("A1", "Y", "buy", 1, 10_000)[0].startswith("A1 Y New")
    assert exchange.new("A1", "Z", "buy", 1, 10_003) == [
        "A1 Z OrderRejected reason 16: Price 100.03 is outside the band 99.999999 to 100.020001 of ACME"
    ]


def test_without_a_band_any_countable_price_passes(exchange: Exchange) -> None:
    exchange.set_instrument(band_bps=0, reference=0)
    assert exchange.new("A1", "X", "buy", 1, 1)[0].startswith("A1 X New")
    highest = (2**63 - 1) // 1_000_000
    assert exchange.new("A1", "Y", "sell", 1_000_000, highest)[0].startswith("A1 Y New")
    assert exchange.new("A1", "Z", "sell", 1, highest + 1)[0].startswith("A1 Z OrderRejected reason 3: Price ")


def test_the_notional_of_a_limit_order(exchange: Exchange) -> None:
    exchange.set_instrument(notional_max_e8=1_000 * SCALE_E8)
    assert exchange.new("A1", "X", "buy", 10, 10_000)[0].startswith("A1 X New")
    assert exchange.new("A1", "Y", "buy", 10, 10_001) == [
        "A1 Y OrderRejected reason 3: Notional 100.01 x 10 is above the maximum 1000"
    ]


def test_a_market_order_counts_at_the_worst_price_of_the_band(exchange: Exchange) -> None:
    exchange.set_instrument(notional_max_e8=1_000 * SCALE_E8)
    assert exchange.market("A1", "X", "buy", 9) == [
        "A1 X OrderRejected reason 3: Notional 120 x 9 is above the maximum 1000"
    ]
    assert exchange.market("A1", "Y", "buy", 8)[0].startswith("A1 Y New")


def test_a_market_order_without_a_band_counts_at_the_reference_price(exchange: Exchange) -> None:
    exchange.set_instrument(band_bps=0, notional_max_e8=1_000 * SCALE_E8)
    assert exchange.market("A1", "X", "buy", 10)[0].startswith("A1 X New")
    assert exchange.market("A1", "Y", "buy", 11)[0].startswith("A1 Y OrderRejected reason 3")


def test_a_disabled_instrument(exchange: Exchange) -> None:
    exchange.set_instrument(enabled=False)
    assert exchange.new("A1", "X", "buy", 1, 10_000) == ["A1 X OrderRejected reason 2: ACME is disabled"]


def test_a_disabled_member(exchange: Exchange) -> None:
    exchange.apply(SetMember("A", False))
    assert exchange.new("A1", "X", "buy", 1, 10_000) == ["A1 X OrderRejected reason 99: Member A is disabled"]
    exchange.apply(SetMember("A", True))
    assert exchange.new("A1", "Y", "buy", 1, 10_000)[0].startswith("A1 Y New")


def test_a_disabled_session(exchange: Exchange) -> None:
    exchange.apply(SetSession("A1", "A", False))
    assert exchange.new("A1", "X", "buy", 1, 10_000) == ["A1 X OrderRejected reason 99: Session A1 is disabled"]


def test_the_exchange_is_full(make_exchange: type[Exchange]) -> None:
    exchange = make_exchange(open_orders_max=2)
    exchange.new("A1", "1", "buy", 1, 10_000)
    exchange.new("A1", "2", "buy", 1, 10_000)
    assert exchange.new("A1", "3", "buy", 1, 10_000) == [
        "A1 3 OrderRejected reason 3: The exchange holds its maximum of 2 open orders"
    ]
    exchange.cancel("A1", "4", "1")
    assert exchange.new("A1", "5", "buy", 1, 10_000)[0].startswith("A1 5 New")
