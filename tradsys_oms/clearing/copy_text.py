"""Values as PostgreSQL's COPY text format wants them: one line per row, fields between tabs, NULL as the empty string.

Joining text is the fastest way that Python has into Postgres. A number is written as an integer and a power of ten
("10025e-2"), which NUMERIC reads exactly; no float and no Decimal is ever made.
"""

from __future__ import annotations

from typing import Final, NamedTuple

_SCALE_DIGITS: Final = 8
_AVG_PX_DIGITS: Final = 10

_ESCAPES: Final = str.maketrans(
    # Postgres' text can't hold the character NUL; a peer that sends one must not stop clearing.
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": "\N{REPLACEMENT CHARACTER}"}
)


class Scale(NamedTuple):
    """How to print ticks and lots of an instrument: `f"{ticks * tick}{tick_exponent}"`."""

    tick: int
    tick_exponent: str
    lot: int
    lot_exponent: str
    money: int
    money_exponent: str
    currency: str
    tick_e8: int
    lot_e8: int


def scale_of(tick_e8: int, lot_e8: int, currency: str) -> Scale:
    """Give the scale of an instrument; the trailing zeros of its increments shorten the exponents."""
    tick, tick_digits = _reduced(tick_e8)
    lot, lot_digits = _reduced(lot_e8)
    money_exponent = _exponent(tick_digits + lot_digits)
    return Scale(
        *(tick, _exponent(tick_digits), lot, _exponent(lot_digits), tick * lot, money_exponent, currency),
        *(tick_e8, lot_e8),
    )


def number_e8(value: int) -> str:
    """Print an integer of 1e-8."""
    number, digits = _reduced(value)
    return f"{number}{_exponent(digits)}"


def average(cum_notional: int, cum_qty: int, scale: Scale) -> str:
    """Print AvgPx (6) of ticks times lots over lots: exact where it is a whole tick, else half up at ten decimals."""
    if not cum_qty:
        return "0"
    ticks, rest = divmod(cum_notional, cum_qty)
    if not rest:
        return f"{ticks * scale.tick}{scale.tick_exponent}"
    digits = int(scale.tick_exponent.removeprefix("e-") or 0)
    units = cum_notional * scale.tick * 10 ** (_AVG_PX_DIGITS - digits)
    return f"{(2 * units + cum_qty) // (2 * cum_qty)}e-{_AVG_PX_DIGITS}"


def clean(text: str) -> str:
    """Escape what would end a field or a line."""
    return text if is_clean(text) else text.translate(_ESCAPES)


def is_clean(text: str) -> bool:
    """Tell that COPY takes `text` as it is: two quick looks that spare most text the translation."""
    return text.isprintable() and "\\" not in text


def _reduced(value_e8: int) -> tuple[int, int]:
    digits = _SCALE_DIGITS
    while digits and value_e8 % 10 == 0:
        value_e8 //= 10
        digits -= 1
    return value_e8, digits


def _exponent(digits: int) -> str:
    return f"e-{digits}" if digits else ""
