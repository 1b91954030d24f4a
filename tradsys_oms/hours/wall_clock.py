"""Wall clock times of a time zone as instants of UTC.

Where clocks are put back, a time comes twice, where they are put forward, a time does not come: for such a one stands
the moment of the change. So a later time of the wall clock is never an earlier instant.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NS_PER_S: Final = 1_000_000_000
TIME_ZONES_KEPT_MAX: Final = 1024

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def is_time_zone(name: str) -> bool:
    """Tell if the system knows a time zone of that name."""
    try:
        zone_of(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(TIME_ZONES_KEPT_MAX)
def zone_of(time_zone: str) -> ZoneInfo:
    """Give the time zone as it was when first asked for: an update of the system's files must not move windows."""
    return ZoneInfo(time_zone)


def date_at(time_ns: int, zone: ZoneInfo) -> date:
    """Give the date that the calendar on the wall shows."""
    return datetime.fromtimestamp(time_ns // NS_PER_S, zone).date()


def first_ns(day: date, at: time, zone: ZoneInfo) -> int:
    """Give the first instant at which the wall clock shows `at` of that day, or the change of clocks that skips it."""
    early_ns, late_ns = _both_ns(day, at, zone)
    return early_ns if early_ns <= late_ns else _change_ns(late_ns, early_ns, zone)


def last_ns(day: date, at: time, zone: ZoneInfo) -> int:
    """Give the last instant at which the wall clock shows `at` of that day, or the change of clocks that skips it."""
    early_ns, late_ns = _both_ns(day, at, zone)
    return late_ns if early_ns <= late_ns else _change_ns(late_ns, early_ns, zone)


def _both_ns(day: date, at: time, zone: ZoneInfo) -> tuple[int, int]:
    """Read a wall clock time by the offset before and by that after a change of clocks (PEP 495's fold 0 and 1).

    They are the same on all days but two; the first is earlier if the time comes twice, later if it does not come.
    """
    local = datetime.combine(day, at, zone)
    before, after = local.replace(fold=0) - _EPOCH, local.replace(fold=1) - _EPOCH
    return before // _MICROSECOND * 1000, after // _MICROSECOND * 1000


def _change_ns(before_ns: int, after_ns: int, zone: ZoneInfo) -> int:
    """Find the change of clocks after `before_ns`, up to `after_ns`; changes are at whole seconds."""
    before_s, after_s = before_ns // NS_PER_S, after_ns // NS_PER_S
    offset = datetime.fromtimestamp(before_s, zone).utcoffset()
    while after_s - before_s > 1:
        middle_s = (before_s + after_s) // 2
        if datetime.fromtimestamp(middle_s, zone).utcoffset() == offset:
            before_s = middle_s
        else:
            after_s = middle_s
    return after_s * NS_PER_S
