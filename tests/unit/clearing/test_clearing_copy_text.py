"""Values as COPY text: exact numbers, text that can't break a row."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.clearing.copy_text import average, clean, is_clean, number_e8, scale_of

E8 = Fraction("1e-8")


@given(tick_e8=st.integers(1, 10**11), lot_e8=st.integers(1, 10**11), count=st.integers(-(10**12), 10**12))
def test_ticks_and_lots_are_exact(tick_e8: int, lot_e8: int, count: int) -> None:
    scale = scale_of(tick_e8, lot_e8, "USD")
    assert Fraction(f"{count * scale.tick}{scale.tick_exponent}") == count * tick_e8 * E8
    assert Fraction(f"{count * scale.lot}{scale.lot_exponent}") == count * lot_e8 * E8
    assert Fraction(f"{count * scale.money}{scale.money_exponent}") == count * tick_e8 * E8 * lot_e8 * E8


@given(value=st.integers(-(2**63), 2**63))
def test_numbers_are_exact(value: int) -> None:
    assert Fraction(number_e8(value)) == value * E8


def test_numbers_have_no_more_decimals_than_they_need() -> None:
    scale = scale_of(1_000_000, 100_000_000, "USD")
    assert f"{10025 * scale.tick}{scale.tick_exponent}" == "10025e-2"
    assert f"{7 * scale.lot}{scale.lot_exponent}" == "7"
    assert number_e8(0) == "0"
    assert number_e8(100_000_000) == "1"


@given(
    fills=st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 10**9)), min_size=1, max_size=5),
    tick_e8=st.sampled_from([1, 25, 5_000, 1_000_000, 100_000_000]),
)
def test_average_is_the_quotient_to_ten_decimals(fills: list[tuple[int, int]], tick_e8: int) -> None:
    cum_notional = sum(price * quantity for price, quantity in fills)
    cum_qty = sum(quantity for _, quantity in fills)
    scale = scale_of(tick_e8, 100_000_000, "USD")
    exact = Fraction(cum_notional * tick_e8, cum_qty) * E8
    assert Fraction(average(cum_notional, cum_qty, scale)) == Fraction(floor(exact * 10**10 + Fraction(1, 2)), 10**10)


def test_average_of_nothing_is_zero() -> None:
    assert average(0, 0, scale_of(1, 1, "USD")) == "0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text, 100 %", "plain text, 100 %"),
        ("Zürich", "Zürich"),
        ("a\tb", "a\\tb"),
        ("a\nb\r", "a\\nb\\r"),
        ("\\N", "\\\\N"),
        ("a\x00b", "a\N{REPLACEMENT CHARACTER}b"),
    ],
)
def test_text_stays_in_its_field(text: str, expected: str) -> None:
    assert clean(text) == expected
    assert is_clean(text) == (text == expected)
