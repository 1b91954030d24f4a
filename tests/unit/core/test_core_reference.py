"""Reference data: what a change takes effect on, and what is refused because it contradicts open orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tradsys_oms.core.book.book import MARKET_RANK
from tradsys_oms.core.commands import SetInstrument, SetSession
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

GOOD = SetInstrument("NEW", 1_000_000, SCALE_E8, 100 * SCALE_E8, 2_000, 1_000 * SCALE_E8, 0, "EUR", True)


def changed(**values: object) -> SetInstrument:
    """Give GOOD with other values."""
    fields = {name: getattr(GOOD, name) for name in GOOD.__struct_fields__} | values
    return SetInstrument(**fields)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (changed(symbol=""), "An instrument needs a symbol."),
        (changed(tick_e8=0), "Tick and lot of NEW must be above 0."),
        (changed(lot_e8=-1), "Tick and lot of NEW must be above 0."),
        (changed(order_qty_max_e8=1), "The maximum quantity of NEW must be at least one lot, 1."),
        (
            changed(order_notional_max_e8=-1),
            "Reference price, price band and maximum notional of NEW can't be below 0.",
        ),
        (changed(reference_price_e8=0), "The price band of NEW needs a reference price."),
        (
            changed(order_qty_max_e8=2**62, lot_e8=1),
            "The maximum quantity of NEW is too large for its reference price in ticks.",
        ),
    ],
)
def test_an_impossible_instrument_is_refused(exchange: Exchange, command: SetInstrument, sentence: str) -> None:
    assert exchange.apply(command) == [f"Refused: {sentence}"]
    assert "NEW" not in exchange.engine.instruments


def test_tick_and_lot_are_for_ever(exchange: Exchange) -> None:
    refused = ["Refused: Tick and lot of ACME can't change: all its orders count in them. Use another symbol."]
    assert exchange.set_instrument(tick_e8=5_000_000) == refused
    assert exchange.set_instrument(lot_e8=10 * SCALE_E8) == refused
    assert exchange.engine.instruments["ACME"].tick_e8 == 1_000_000


def test_new_limits_hold_from_the_next_command_on(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    assert exchange.set_instrument(reference=20_000) == []
    assert exchange.depth() == ([(10_000, 100, 1)], [])
    assert exchange.replace("A1", "Y", "X", 200, 10_000)[0].endswith("is outside the band 160 to 240 of ACME")


def test_a_maximum_quantity_beyond_what_open_prices_can_carry_is_refused(exchange: Exchange) -> None:
    exchange.set_instrument(band_bps=0)
    exchange.new("A1", "X", "sell", 1, (2**63 - 1) // 1_000_000)
    assert exchange.set_instrument(band_bps=0, qty_max_e8=2_000_000 * SCALE_E8) == [
        "Refused: The maximum quantity of ACME is too large for the prices of its open orders."
    ]


def test_a_smaller_maximum_counts_the_open_orders_that_are_larger(exchange: Exchange) -> None:
    exchange.set_instrument(band_bps=0)
    exchange.new("A1", "X", "buy", 1_000_000, 10_000)
    assert exchange.set_instrument(band_bps=0, qty_max_e8=SCALE_E8) == []
    assert exchange.new("A1", "Y", "buy", 1, (2**63 - 1) // 1_000_000 + 1)[0].startswith("A1 Y OrderRejected reason 3")


def test_a_session_needs_a_known_member(exchange: Exchange) -> None:
    assert exchange.apply(SetSession("Z9", "Z", True)) == ["Refused: Session Z9 names the member Z, which is unknown."]
    assert "Z9" not in exchange.engine.sessions


def test_a_session_changes_its_member_only_without_open_orders(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    assert exchange.apply(SetSession("A1", "B", True)) == ["Refused: Session A1 has open orders of member A."]
    assert exchange.engine.sessions["A1"].member == "A"
    exchange.cancel("A2", "Y", "X")
    assert exchange.apply(SetSession("A1", "B", True)) == []
    assert exchange.engine.sessions["A1"].member == "B"
    assert exchange.query("A1", "X") == ["A1 X StatusUnknown: Unknown order X"]


def test_a_price_is_never_taken_for_that_of_a_market_order(exchange: Exchange) -> None:
    exchange.set_instrument("ONE", tick_e8=1, reference=0, band_bps=0, qty_max_e8=SCALE_E8)
    instrument = exchange.engine.instruments["ONE"]
    assert instrument.order_qty_max == 1
    assert instrument.price_max < -MARKET_RANK
