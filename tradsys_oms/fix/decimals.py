"""Decimals at the FIX edge: text to integers of 1e-8 and integers to text, exactly.

FIX floats have digits, at most one point, and an optional minus; no plus sign and no exponent (FIX 4.4 Volume 1,
"float"). Leading and trailing zeros are allowed and mean nothing.
"""

from __future__ import annotations

from typing import Final

DECIMALS: Final = 8
SCALE: Final = 10**DECIMALS
LARGEST_E8: Final = 2**63 - 1
TEXTS_CACHED_MAX: Final = 8192
TEXT_LENGTH_MAX: Final = 64
AVERAGE_DECIMALS: Final = 10

_read: dict[str, int] = {}


def parse_e8(text: str) -> int:
    """Read a decimal as an integer of 1e-8; raises ValueError with a sentence where there is no exact such integer."""
    value = _read.get(text)
    if value is None:
        value = _parse(text)
        if len(_read) >= TEXTS_CACHED_MAX:
            _read.clear()
        _read[text] = value
    return value


def _parse(text: str) -> int:
    if len(text) > TEXT_LENGTH_MAX:
        raise ValueError(f"A decimal of {len(text)} characters is too long.")
    unsigned = text.removeprefix("-")
    whole, _, fraction = unsigned.partition(".")
    digits = whole + fraction
    if not (digits.isascii() and digits.isdecimal()):
        raise ValueError(f"{text!r} is not a decimal.")
    fraction = fraction.rstrip("0")
    if len(fraction) > DECIMALS:
        raise ValueError(f"{text!r} has more than {DECIMALS} decimals.")
    value = int(whole or "0") * SCALE + int(fraction.ljust(DECIMALS, "0"))
    if value > LARGEST_E8:
        raise ValueError(f"{text!r} is too large.")
    return -value if text.startswith("-") else value


def format_e8(value_e8: int) -> str:
    """Write an integer of 1e-8 as a decimal without needless zeros."""
    return _format(value_e8, DECIMALS)


def format_ticks(count: int, unit_e8: int) -> str:
    """Write `count` units of `unit_e8` each as a decimal without needless zeros."""
    return _format(count * unit_e8, DECIMALS)


def format_average(notional: int, qty: int, tick_e8: int) -> str:
    """Write `notional / qty` ticks as a decimal: exact up to 10 decimals, rounded half up (away from zero) at the 10th.

    `notional` is a sum of price times quantity in ticks times lots, `qty` in lots; "0" where nothing was filled.
    """
    if qty == 0:
        return "0"
    scaled = abs(notional) * tick_e8 * 10 ** (AVERAGE_DECIMALS - DECIMALS)
    rounded = (2 * scaled + qty) // (2 * qty)
    return _format(rounded if notional >= 0 else -rounded, AVERAGE_DECIMALS)


def _format(value: int, decimals: int) -> str:
    """Write `value` times 10 to the minus `decimals`."""
    whole, fraction = divmod(abs(value), 10**decimals)
    sign = "-" if value < 0 else ""
    if fraction == 0:
        return f"{sign}{whole}"
    digits = f"{fraction:0{decimals}d}".rstrip("0")
    return f"{sign}{whole}.{digits}"
