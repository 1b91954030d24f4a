"""A calendar answers as its schedule does, and asks it again only where a window starts or ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.unit.hours.schedules import NS_PER_S, daily, utc, weekly, written
from tradsys_oms.hours.schedule import Calendar, Schedule, Window

MINUTE_NS = 60 * NS_PER_S


class CountingCalendar(Calendar):
    """Counts how often it does not know the answer."""

    def __init__(self, schedule: Schedule) -> None:
        super().__init__(schedule)
        self.look_ups = 0

    def _look_up(self, now_ns: int) -> None:
        self.look_ups += 1
        super()._look_up(now_ns)


def minutes(start: str, end: str) -> Iterator[int]:
    return iter(range(utc(start), utc(end), MINUTE_NS))


def seen(calendar: Calendar, start: str, end: str) -> list[str]:
    """Let a clock go from minute to minute; tell by the wall clock when the session opened and closed."""
    zone, texts = ZoneInfo(calendar.schedule.time_zone), list[str]()
    before = calendar.window_at(utc(start))
    for now_ns in minutes(start, end):
        window = calendar.window_at(now_ns)
        if window != before:
            what = "closed" if window is None else "opened" if before is None else "changed"
            texts.append(f"{datetime.fromtimestamp(now_ns // NS_PER_S, zone):%a %d %b %H:%M %Z} {what}")
        before = window
    return texts


def test_over_a_weekend_minute_by_minute() -> None:
    calendar = CountingCalendar(daily("America/New_York", "17:00", "16:00", (6, 0, 1, 2, 3)))
    assert seen(calendar, "2026-01-16 12:00", "2026-01-20 12:00") == [
        "Fri 16 Jan 16:00 EST closed",
        "Sun 18 Jan 17:00 EST opened",
        "Mon 19 Jan 16:00 EST closed",
        "Mon 19 Jan 17:00 EST opened",
    ]
    assert calendar.look_ups == 5


def test_over_the_weekend_of_a_change_minute_by_minute() -> None:
    calendar = CountingCalendar(weekly("America/New_York", 6, "17:00", 4, "16:00"))
    assert seen(calendar, "2026-03-06 12:00", "2026-03-15 22:00") == [
        "Fri 06 Mar 16:00 EST closed",
        "Sun 08 Mar 17:00 EDT opened",
        "Fri 13 Mar 16:00 EDT closed",
        "Sun 15 Mar 17:00 EDT opened",
    ]
    assert calendar.look_ups == 5


def test_the_second_coming_of_the_start_does_not_open_it_again() -> None:
    calendar = Calendar(daily("America/New_York", "01:30", "01:30", (5, 6, 0)))
    assert seen(calendar, "2026-10-31 00:00", "2026-11-04 00:00") == [
        "Sat 31 Oct 01:30 EDT opened",
        "Sun 01 Nov 01:30 EDT changed",
        "Mon 02 Nov 01:30 EST changed",
        "Tue 03 Nov 01:30 EST closed",
    ]


@pytest.mark.parametrize(
    "schedule",
    [
        daily("Europe/London", "08:00", "16:30", (0, 1, 2, 3, 4), holidays=frozenset({date(2026, 3, 30)})),
        daily("Europe/London", "01:30", "01:30", (0, 5, 6)),
        weekly("Australia/Lord_Howe", 6, "02:10", 6, "01:40"),
        daily("Europe/London", "01:30", "01:30", ()),
    ],
)
def test_every_answer_is_that_of_the_schedule(schedule: Schedule) -> None:
    calendar = Calendar(schedule)
    times_ns = [utc("2026-03-27 00:00") + quarter * 15 * MINUTE_NS + ns for quarter in range(480) for ns in (-1, 0)]
    for now_ns in [*times_ns, *reversed(times_ns)]:
        answers: tuple[Window | None, ...] = (calendar.window_at(now_ns), calendar.last_window(now_ns))
        assert answers == (schedule.window_at(now_ns), schedule.last_window(now_ns))
        assert calendar.window_after(now_ns) == schedule.window_after(now_ns)


@pytest.mark.parametrize("name", ["window_at", "last_window", "window_after"])
def test_each_question_is_looked_up_when_its_answer_is_over(name: str) -> None:
    schedule = daily("Europe/London", "08:00", "16:30", (0, 1, 2, 3, 4))
    calendar = CountingCalendar(schedule)
    for text in ("2026-01-15 12:00", "2026-01-15 16:29", "2026-01-15 16:30", "2026-01-16 07:59", "2026-01-15 09:00"):
        assert getattr(calendar, name)(utc(text)) == getattr(schedule, name)(utc(text))
    assert calendar.look_ups == 3, "in the window, after it, and with the clock set back"


def test_a_clock_set_back_gets_the_window_of_its_time() -> None:
    calendar = Calendar(daily("Europe/London", "08:00", "16:30", (0, 1, 2, 3, 4)))
    assert written(calendar.window_at(utc("2026-01-16 12:00"))) == "2026-01-16 08:00 to 2026-01-16 16:30"
    assert written(calendar.window_at(utc("2026-01-15 12:00"))) == "2026-01-15 08:00 to 2026-01-15 16:30"
