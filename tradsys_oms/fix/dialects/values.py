"""Values of fields that come in: decimals, times and texts, with the reject that names the field of a wrong one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tradsys_oms.fix.decimals import parse_e8
from tradsys_oms.fix.errors import ValueOutOfRange
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.timestamps import parse_utc_timestamp

TEXT_LENGTH_MAX: Final = 64
"""Of ClOrdID, OrigClOrdID, Account and ids that come back in every report: it bounds what one command can grow to."""
TIME_NS_MAX: Final = 2**63 - 1
"""The largest integer of the journal; a time in April 2262."""
_WRONG: Final = "Value is incorrect (out of range) for this tag"


def decimal(tag: str, text: str) -> int:
    """Read a decimal as an integer of 1e-8; raises ValueOutOfRange."""
    try:
        return parse_e8(text)
    except ValueError as error:
        raise ValueOutOfRange(tag, f"{_WRONG}: {error}") from error


def utc_time(tag: str, text: str) -> int:
    """Read a UTCTimestamp as nanoseconds since 1970; raises ValueOutOfRange, also where the journal can't carry it."""
    try:
        time_ns = parse_utc_timestamp(text)
    except ValueError as error:
        raise ValueOutOfRange(tag, f"{_WRONG}: {error}") from error
    if not 0 < time_ns <= TIME_NS_MAX:
        raise ValueOutOfRange(tag, f"{_WRONG}: times are taken after 1970 began, and before April 2262")
    return time_ns


def refuse_long(message: Message, *tags: str) -> None:
    """Raise ValueOutOfRange where one of these fields is longer than what is taken."""
    for tag in tags:
        refuse_long_values(tag, (message.fields,))


def refuse_long_values(tag: str, entries: Iterable[Mapping[str, str]]) -> None:
    """Raise ValueOutOfRange where a field in one of the entries of a group is longer than what is taken."""
    for entry in entries:
        if len(entry.get(tag, "")) > TEXT_LENGTH_MAX:
            raise too_long(tag)


def too_long(tag: str) -> ValueOutOfRange:
    """Give the error for a text that is longer than what is taken."""
    return ValueOutOfRange(tag, f"{_WRONG}: at most {TEXT_LENGTH_MAX} characters are taken")
