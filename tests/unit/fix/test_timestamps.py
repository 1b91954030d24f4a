from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.fix.timestamps import parse_utc_timestamp, utc_timestamp

NOON_NS = 1_795_262_400_000_000_000
TIMES_NS = st.integers(0, 4_000_000_000_000_000_000)


@given(TIMES_NS)
def test_written_as_the_calendar_has_it(time_ns: int) -> None:
    moment = datetime.fromtimestamp(time_ns // 10**9, UTC)
    assert utc_timestamp(time_ns) == f"{moment:%Y%m%d-%H:%M:%S}.{time_ns // 10**6 % 1000:03d}"


@given(TIMES_NS)
def test_what_is_written_reads_back_to_the_millisecond(time_ns: int) -> None:
    assert parse_utc_timestamp(utc_timestamp(time_ns)) == time_ns // 10**6 * 10**6


@pytest.mark.parametrize(
    ("text", "after_noon_ns"),
    [
        ("20261121-12:00:00", 0),
        ("20261121-12:00:00.001", 1_000_000),
        ("20261121-12:00:59.000001", 59_000_001_000),
        ("20261121-12:00:59.000000001", 59_000_000_001),
        ("20261121-12:00:60", 60_000_000_000),
    ],
)
def test_all_precisions_and_the_leap_second(text: str, after_noon_ns: int) -> None:
    assert parse_utc_timestamp(text) == NOON_NS + after_noon_ns


@pytest.mark.parametrize(
    "text",
    [
        *("", "20040415", "20261121-12:00", "20261121-12:00:", "20261121-12:00:0", "20261121-12:00:61"),
        *("20261121-24:00:00", "20261121-12:60:00", "20261131-12:00:00", "20261321-12:00:00", "00000101-00:00:00"),
        *("2026-11-21-12:00:00", "20261121 12:00:00", "20261121-12.00.00", "20261121-12:00:00Z", "+0261121-12:00:00"),
        *("20261121-12:00:00.", "20261121-12:00:00.1", "20261121-12:00:00.0001", "20261121-12:00:00,001"),
        "20261121-12:00:00.00²",
    ],
)
def test_everything_else_is_an_error_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        parse_utc_timestamp(text)
