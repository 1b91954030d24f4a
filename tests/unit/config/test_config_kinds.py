"""How single values are read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.config.kinds import Boolean, Integer, Kind, ListenAddress, Scaled, Size

E8 = Scaled(8, "0", "90000000000")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Boolean(), "true", True),
        (Integer(-5, 5), "-5", -5),
        (Integer(0, 10_000), "1_000", 1000),
        (Size(0, 1 << 40), "64 MiB", 64 << 20),
        (Size(0, 1 << 40), "4KiB", 4096),
        (Size(0, 1 << 40), "65_536", 65_536),
        (E8, "0.01", 1_000_000),
        (E8, "1_000.50", 100_050_000_000),
        (E8, "0.1000000000", 10_000_000),
    ],
)
def test_sound_values(kind: Kind, text: str, value: object) -> None:
    assert kind.parse(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Boolean(), "yes"),
        (Boolean(), "True"),
        (Integer(0, 10), "11"),
        (Integer(0, 100), "010"),
        (Integer(0, 10_000), "0x10"),
        (Integer(0, 10), "1.0"),
        (Size(0, 100), "1 KB"),
        (Size(10, 100), "1 KiB"),
        (E8, "-1"),
        (E8, "+1"),
        (E8, "1e2"),
        (E8, ".5"),
        (E8, "5."),
        (E8, "90000000000.00000001"),
        (E8, "0.000000001"),
        (E8, "\u0661"),
        (ListenAddress(), "9880"),
        (ListenAddress(), "127.0.0.1"),
        (ListenAddress(), "127.0.0.1:65536"),
        (ListenAddress(), "::1:80"),
        (ListenAddress(), ":80"),
    ],
)
def test_faulty_values(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        kind.parse(text)


@given(st.decimals(0, 90_000_000_000, places=8))
def test_decimals_keep_their_value(number: Decimal) -> None:
    value = E8.parse(f"{number:f}")
    assert Decimal(value).scaleb(-8) == number
    assert E8.parse(E8.show(value)) == value


@given(st.integers(0, 1 << 40))
def test_sizes_are_read_as_they_are_shown(number: int) -> None:
    kind = Size(0, 1 << 40)
    assert kind.parse(kind.show(number)) == number
