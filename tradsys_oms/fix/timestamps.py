"""UTCTimestamp: FIX text to integer nanoseconds since the epoch, and back.

FIX 4.2 has seconds and milliseconds, FIX 5.0 SP2 up to nanoseconds; all are read for every version, milliseconds are
written. A leap second (":60") is read as the second after it, as POSIX time counts it.

Messages of one moment share nearly all of their text, so the last millisecond written and the minutes read are kept.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

NS_PER_S: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
MINUTES_CACHED_MAX: Final = 1024
FRACTION_DIGITS: Final = (3, 6, 9)

_SECONDS: Final = {f"{second:02d}": second * NS_PER_S for second in range(61)}
_minutes: dict[str, int] = {}


class _Written:
    """The second and the millisecond that were written last."""

    second = -1
    second_text = ""
    millisecond = -1
    millisecond_text = ""


def utc_timestamp(time_ns: int) -> str:
    """Write YYYYMMDD-HH:MM:SS.mmm, rounded down."""
    millisecond = time_ns // NS_PER_MS
    if millisecond == _Written.millisecond:
        return _Written.millisecond_text
    second, fraction = divmod(millisecond, 1000)
    if second != _Written.second:
        _Written.second_text = datetime.fromtimestamp(second, UTC).strftime("%Y%m%d-%H:%M:%S.")
        _Written.second = second
    text = f"{_Written.second_text}{fraction:03d}"
    _Written.millisecond_text = text
    _Written.millisecond = millisecond
    return text


def parse_utc_timestamp(text: str) -> int:
    """Read YYYYMMDD-HH:MM:SS with no, 3, 6 or 9 decimals; raises ValueError with a sentence."""
    minute_ns = _minutes.get(text[:15])
    if minute_ns is None:
        minute_ns = _read_minute(text)
    second_ns = _SECONDS.get(text[15:17])
    if second_ns is None:
        raise ValueError(f"{text!r} is not a UTC time like 20260131-09:30:00.000.")
    if len(text) == 17:
        return minute_ns + second_ns
    digits = text[18:]
    if text[17] != "." or len(digits) not in FRACTION_DIGITS or not digits.isdecimal():
        raise ValueError(f"{text!r} has no fraction of 3, 6 or 9 digits after its seconds.")
    return minute_ns + second_ns + int(digits.ljust(9, "0"))


def _read_minute(text: str) -> int:
    """Give the start of the minute in the first 15 characters, "YYYYMMDD-HH:MM:"."""
    head = text[:15]
    digits = head[:8] + head[9:11] + head[12:14]
    if len(head) != 15 or head[8] != "-" or head[11] != ":" or head[14] != ":" or not digits.isdecimal():
        raise ValueError(f"{text!r} is not a UTC time like 20260131-09:30:00.000.")
    try:
        moment = datetime(int(head[:4]), int(head[4:6]), int(head[6:8]), int(head[9:11]), int(head[12:14]), tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date and time of the calendar: {error}.") from None
    if len(_minutes) >= MINUTES_CACHED_MAX:
        _minutes.clear()
    minute_ns = _minutes[head] = int(moment.timestamp()) * NS_PER_S
    return minute_ns
