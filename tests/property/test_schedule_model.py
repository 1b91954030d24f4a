"""Schedules against a naive model: a year of local time, gone through in steps of five minutes or one.

The model knows no rule about changes of clocks. It opens a window at the first step at which the wall clock shows the
start or more, closes it at the last step at which the wall clock shows the end or, if it never does, at the first with
more, and cuts it where the next one opens.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.hours.schedules import NS_PER_S
from tradsys_oms.hours.schedule import Calendar, Schedule, Window, fault_of

MINUTES_PER_DAY = 1440
MARGIN_DAYS = 20
"""The model has so many days more before and after its year, so that every window of the year is whole."""
YEARS = {
    "America/New_York": (2026, 5),
    "Europe/London": (2026, 5),
    "Australia/Sydney": (2026, 5),
    "Australia/Lord_Howe": (2026, 5),
    "Asia/Kolkata": (2026, 5),
    "Africa/Casablanca": (2026, 5),
    "America/Santiago": (2026, 5),
    "America/Havana": (2026, 5),
    "Asia/Beirut": (2026, 5),
    "America/St_Johns": (2010, 1),  # its clocks changed at 00:01
    "Pacific/Apia": (2011, 5),
}
"""By time zone, the year and the minutes of a step."""
FIRST = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


@cache
def wall_clock(zone_name: str) -> tuple[int, array[int], array[int]]:
    """Give the first minute of UTC and, in local minutes, the highest up to each step and the lowest from it on."""
    zone, (year, step) = ZoneInfo(zone_name), YEARS[zone_name]
    first = (date(year, 1, 1).toordinal() - FIRST - MARGIN_DAYS) * MINUTES_PER_DAY
    local = array("l")
    for minute in range(first, first + (366 + 2 * MARGIN_DAYS) * MINUTES_PER_DAY, step):
        shown = datetime.fromtimestamp(minute * 60, zone)
        local.append(local_minute(shown.date(), shown.time()))
    highest = array("l", accumulate(local, max))
    lowest = array("l", accumulate(reversed(local), min))
    lowest.reverse()
    return first, highest, lowest


def local_minute(day: date, at: time) -> int:
    return (day.toordinal() - FIRST) * MINUTES_PER_DAY + at.hour * 60 + at.minute


def model_dates(schedule: Schedule, year: int) -> Iterator[tuple[date, date]]:
    """Give the dates on which windows start and end by the calendar."""
    day, last = date(year, 1, 1) - timedelta(days=8), date(year + 1, 1, 1) + timedelta(days=8)
    while day < last:
        end = day if schedule.end > schedule.start else day + timedelta(days=1)
        if schedule.end_day is not None:
            while end.weekday() != schedule.end_day:
                end += timedelta(days=1)
        starts = day.weekday() == schedule.start_day if schedule.end_day is not None else day.weekday() in schedule.days
        if starts and day not in schedule.holidays:
            yield day, end
        day += timedelta(days=1)


def model_windows(schedule: Schedule) -> list[Window]:
    first, highest, lowest = wall_clock(schedule.time_zone)
    year, step = YEARS[schedule.time_zone]
    bounds = []
    for start, end in model_dates(schedule, year):
        end_shown = local_minute(end, schedule.end)
        last = bisect_right(lowest, end_shown) - 1
        bounds.append((bisect_left(highest, local_minute(start, schedule.start)), last + (lowest[last] < end_shown)))
    cut = [(start, min(end, following)) for (start, end), (following, _) in pairwise(bounds)]
    minutes = [(first + start * step, first + end * step) for start, end in cut if start < end]
    return [Window(start * 60 * NS_PER_S, end * 60 * NS_PER_S) for start, end in minutes]


TIMES = st.integers(0, 287).map(lambda number: time(number // 12, number % 12 * 5))
NIGHTS = st.integers(0, 36).map(lambda number: time(number // 12, number % 12 * 5))
"""Clocks change at night."""


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    zone = draw(st.sampled_from(list(YEARS)))
    start, end = draw(NIGHTS | TIMES), draw(NIGHTS | TIMES)
    end = start if draw(st.integers(0, 4)) == 0 else end
    weekday = st.integers(0, 6)
    if draw(st.booleans()):
        days = tuple(draw(st.lists(weekday, min_size=1, max_size=7, unique=True)))
        year = YEARS[zone][0]
        dates = st.dates(date(year, 1, 1), date(year, 12, 31))
        holidays = draw(st.frozensets(dates, max_size=20))
        return Schedule(schedule="s", time_zone=zone, start=start, end=end, days=days, holidays=holidays)
    start_day, end_day = draw(weekday), draw(weekday)
    return Schedule(schedule="s", time_zone=zone, start=start, end=end, start_day=start_day, end_day=end_day)


@settings(max_examples=150)
@given(schedules())
def test_a_year_of_windows(schedule: Schedule) -> None:
    expected = model_windows(schedule)
    assert fault_of(schedule) == ""
    found, now_ns = list[Window](), expected[0].start_ns - 1
    while (window := schedule.window_after(now_ns)) is not None and len(found) < len(expected):
        found.append(window)
        now_ns = window.start_ns
    assert found == expected
    assert all(before.end_ns <= after.start_ns for before, after in pairwise(found))


@settings(max_examples=150)
@given(
    schedules(), st.lists(st.tuples(st.integers(0, 10**9), st.integers(-1, 1), st.booleans()), min_size=1, max_size=40)
)
def test_every_question_at_any_time(schedule: Schedule, moments: list[tuple[int, int, bool]]) -> None:
    windows = model_windows(schedule)
    calendar = Calendar(schedule)
    bounds = [time_ns for window in windows[1:-2] for time_ns in window]
    for number, off_ns, at_bound in moments:
        span_ns = bounds[-1] - bounds[0]
        now_ns = bounds[number % len(bounds)] + off_ns if at_bound else bounds[0] + span_ns * number // 10**9
        index = bisect_left(windows, (now_ns + 1,)) - 1
        last, after = windows[index], windows[index + 1]
        current = last if now_ns < last.end_ns else None
        for asked in (schedule, calendar):
            answers = asked.last_window(now_ns), asked.window_at(now_ns), asked.window_after(now_ns)
            assert answers == (last, current, after)


@settings(max_examples=60)
@given(schedules(), st.integers(0, 8 * 86_400), st.integers(0, 10**9))
def test_nobody_stays_into_the_next_window(schedule: Schedule, stay_s: int, number: int) -> None:
    windows = model_windows(schedule)
    index = number % (len(windows) - 1)
    window, after = windows[index], windows[index + 1]
    staying = msgspec.structs.replace(schedule, stay_connected_s=stay_s)
    assert staying.logout_ns(window) == min(window.end_ns + stay_s * NS_PER_S, after.start_ns)
