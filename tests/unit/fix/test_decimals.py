from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.fix.decimals import format_average, format_e8, format_ticks, parse_e8

E8 = st.integers(-(2**63) + 1, 2**63 - 1)


@given(E8)
def test_what_is_written_reads_back(value_e8: int) -> None:
    assert parse_e8(format_e8(value_e8)) == value_e8


@given(st.decimals(min_value=-(10**10), max_value=10**10, places=8))
def test_reading_agrees_with_decimal(value: Decimal) -> None:
    assert parse_e8(f"{value:f}") == int(value.scaleb(8))


@pytest.mark.parametrize(
    ("text", "value_e8"),
    [
        ("0", 0),
        ("-0", 0),
        ("002000.00", 2000 * 10**8),
        ("100.25", 10_025_000_000),
        (".5", 50_000_000),
        ("5.", 500_000_000),
        ("-1.00000001", -100_000_001),
        ("1.000000010000000", 100_000_001),
        ("92233720368.54775807", 2**63 - 1),
    ],
)
def test_forms_that_fix_allows(text: str, value_e8: int) -> None:
    assert parse_e8(text) == value_e8


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", ".", "-.", "+1", "1e3", "1E3", "1_000", "1,5", " 1", "1 ", "--1", "1.2.3", "NaN", "Infinity"),
        *("²", "٣", "1.000000001", "92233720368.54775808", "9" * 64, "0" * 65),
    ],
)
def test_everything_else_is_an_error_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        parse_e8(text)


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**12))
def test_ticks_are_printed_exactly(count: int, unit_e8: int) -> None:
    text = format_ticks(count, unit_e8)
    with localcontext(prec=60):
        assert Decimal(text) == Decimal(count) * Decimal(unit_e8).scaleb(-8)
    assert "e" not in text.lower()
    assert "." not in text or not text.endswith(("0", "."))


def test_ticks_in_plain_words() -> None:
    assert format_ticks(10025, 1_000_000) == "100.25"
    assert format_ticks(10000, 1_000_000) == "100"
    assert format_ticks(-1, 1) == "-0.00000001"
    assert format_ticks(0, 5) == "0"


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**9), st.sampled_from([1, 25, 10**6, 10**8]))
def test_average_is_the_quotient_to_ten_decimals_half_up(notional: int, qty: int, tick_e8: int) -> None:
    with localcontext(prec=80):
        exact = Decimal(notional) * Decimal(tick_e8).scaleb(-8) / Decimal(qty)
        rounded = exact.quantize(Decimal("1e-10"), ROUND_HALF_UP)
    assert Decimal(format_average(notional, qty, tick_e8)) == rounded


def test_average_in_plain_words() -> None:
    assert format_average(0, 0, 10**6) == "0"
    assert format_average(10025 * 300, 300, 10**6) == "100.25"
    assert format_average(20001, 2, 10**6) == "100.005"
    assert format_average(2, 3, 10**8) == "0.6666666667"
