"""Forms of values, by the field types of FIX (FIX 5.0 SP2 Volume 1, "FIX Field Types"; older names included).

A `Check` knows values that are right and finds out about others; the hot path asks `value in check.good` itself and
calls the check only for values that it doesn't know yet.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from re import compile as pattern
from typing import Final

from tradsys_oms.fix.faults import INCORRECT_FORMAT, VALUE_OUT_OF_RANGE
from tradsys_oms.fix.timestamps import parse_utc_timestamp

GOOD_VALUES_MAX: Final = 8192
GOOD_VALUE_LENGTH_MAX: Final = 64
"""Longer values are judged anew each time, so that a peer can't fill the memory with them."""
DIGITS_MAX: Final = 18
"""An integer of so many digits fits into 64 bits."""

CLOCK: Final = r"([01]\d|2[0-3]):[0-5]\d"
ZONE: Final = r"(Z|[+-](0\d|1[0-4])(:[0-5]\d)?)?"
SECONDS: Final = r":([0-5]\d|60)(\.\d{3,12})?"
DAY: Final = r"\d{8}"


def _matches(expression: str) -> Callable[[str], bool]:
    search = pattern(expression).fullmatch
    return lambda value: search(value) is not None


def _is_digits(value: str) -> bool:
    return value.isdecimal() and len(value) <= DIGITS_MAX


def _is_int(value: str) -> bool:
    return _is_digits(value.removeprefix("-"))


def _is_decimal(value: str) -> bool:
    whole, _, fraction = value.removeprefix("-").partition(".")
    return (whole + fraction).isdecimal()


def _is_char(value: str) -> bool:
    return len(value) == 1


def _is_boolean(value: str) -> bool:
    return value in ("Y", "N")


def _is_day_of_month(value: str) -> bool:
    return value.isdecimal() and len(value) <= 2 and 1 <= int(value) <= 31


def _is_date(value: str) -> bool:
    if len(value) != 8 or not value.isdecimal():
        return False
    try:
        date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return False
    return True


_is_week_of_month = _matches(r"\d{4}(0[1-9]|1[0-2])(w[1-5])?")


def _is_month_year(value: str) -> bool:
    """Tell YYYYMM, YYYYMMDD and YYYYMMwN."""
    return _is_date(value) or _is_week_of_month(value)


def _is_utc_timestamp(value: str) -> bool:
    try:
        parse_utc_timestamp(value)
    except ValueError:
        return False
    return True


_is_tz_timestamp_form = _matches(rf"{DAY}-{CLOCK}({SECONDS})?{ZONE}")


def _is_tz_timestamp(value: str) -> bool:
    return _is_tz_timestamp_form(value) and _is_date(value[:8])


def _is_list(value: str) -> bool:
    return "" not in value.split(" ")


def _is_char_list(value: str) -> bool:
    return all(len(part) == 1 for part in value.split(" "))


IS_RIGHT: Final[dict[str, Callable[[str], bool]]] = {
    **dict.fromkeys(("LENGTH", "NUMINGROUP", "SEQNUM", "TAGNUM"), _is_digits),
    "INT": _is_int,
    **dict.fromkeys(("AMT", "FLOAT", "PERCENTAGE", "PRICE", "PRICEOFFSET", "QTY"), _is_decimal),
    "CHAR": _is_char,
    "BOOLEAN": _is_boolean,
    "DAYOFMONTH": _is_day_of_month,
    **dict.fromkeys(("LOCALMKTDATE", "UTCDATE", "UTCDATEONLY"), _is_date),
    "LOCALMKTTIME": _matches(rf"{CLOCK}:[0-5]\d"),
    "MONTHYEAR": _is_month_year,
    "UTCTIMEONLY": _matches(CLOCK + SECONDS),
    "UTCTIMESTAMP": _is_utc_timestamp,
    "TZTIMEONLY": _matches(rf"{CLOCK}({SECONDS})?{ZONE}"),
    "TZTIMESTAMP": _is_tz_timestamp,
    "COUNTRY": _matches("[A-Z]{2}"),
    "CURRENCY": _matches("[A-Z0-9]{3}"),
    "LANGUAGE": _matches("[a-z]{2}"),
    **dict.fromkeys(("MULTIPLEVALUESTRING", "MULTIPLESTRINGVALUE"), _is_list),
    "MULTIPLECHARVALUE": _is_char_list,
}
"""The other types (STRING, EXCHANGE, DATA, XMLDATA, XID, XIDREF) take any value that is not empty."""

LIST_TYPES: Final = frozenset(("MULTIPLEVALUESTRING", "MULTIPLESTRINGVALUE", "MULTIPLECHARVALUE"))


class Check:
    """One question to a value. Calling it gives a SessionRejectReason, 0 for a right value."""

    __slots__ = ("_judge", "good")

    def __init__(self, judge: Callable[[str], int], good: set[str] | frozenset[str]) -> None:
        self._judge = judge
        self.good = good
        """Values that are known to be right; the only possible ones when this is a frozenset."""

    def __call__(self, value: str) -> int:
        reason = self._judge(value)
        if reason == 0 and len(value) <= GOOD_VALUE_LENGTH_MAX and isinstance(self.good, set):
            if len(self.good) >= GOOD_VALUES_MAX:
                self.good.clear()
            self.good.add(value)
        return reason


def make_check(type_name: str, enums: frozenset[str]) -> Check | None:
    """Give the check for a field type with these values (none: all); None where any value will do."""
    is_right = IS_RIGHT.get(type_name)
    if enums:
        is_list = type_name in LIST_TYPES
        return Check(partial(_judge_enum, is_right, is_list, enums), set() if is_list else enums)
    if is_right is None:
        return None
    return Check(partial(_judge_form, is_right), set())


def make_choice(value: str, reason: int) -> Check:
    """Give the check that takes one value, and has a reason of its own for all others."""
    return Check(lambda _: reason, frozenset((value,)))


def _judge_form(is_right: Callable[[str], bool], value: str) -> int:
    return 0 if is_right(value) else INCORRECT_FORMAT


def _judge_enum(is_right: Callable[[str], bool] | None, is_list: bool, enums: frozenset[str], value: str) -> int:
    if is_right is not None and not is_right(value):
        return INCORRECT_FORMAT
    return 0 if enums.issuperset(value.split(" ") if is_list else (value,)) else VALUE_OUT_OF_RANGE
