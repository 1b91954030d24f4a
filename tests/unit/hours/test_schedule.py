"""Windows of schedules, on ordinary days and where clocks change; all times that are written out are UTC."""

from __future__ import annotations

from datetime import date, time

import pytest

from tests.unit.hours.schedules import daily, utc, weekly, written, written_all
from tradsys_oms.hours.schedule import Window

WORKDAYS = (0, 1, 2, 3, 4)
ALL_DAYS = (0, 1, 2, 3, 4, 5, 6)
H_NS = 3_600_000_000_000


def test_a_day_session_in_a_zone_without_changes() -> None:
    tokyo = daily("Asia/Tokyo", "09:00", "15:30", WORKDAYS)
    assert written_all(tokyo, "2026-03-05 12:00", 3) == [
        "2026-03-06 00:00 to 2026-03-06 06:30",
        "2026-03-09 00:00 to 2026-03-09 06:30",
        "2026-03-10 00:00 to 2026-03-10 06:30",
    ]


def test_the_start_is_in_a_window_and_the_end_is_not() -> None:
    tokyo = daily("Asia/Tokyo", "09:00", "15:30", WORKDAYS)
    window = Window(utc("2026-03-06 00:00"), utc("2026-03-06 06:30"))
    before = Window(utc("2026-03-05 00:00"), utc("2026-03-05 06:30"))
    after = Window(utc("2026-03-09 00:00"), utc("2026-03-09 06:30"))
    answers = {
        now_ns: (tokyo.last_window(now_ns), tokyo.window_at(now_ns), tokyo.window_after(now_ns))
        for now_ns in (window.start_ns - 1, window.start_ns, window.end_ns - 1, window.end_ns)
    }
    assert answers == {
        window.start_ns - 1: (before, None, window),
        window.start_ns: (window, window, after),
        window.end_ns - 1: (window, window, after),
        window.end_ns: (window, None, after),
    }


def test_times_to_the_microsecond() -> None:
    fine = daily("Asia/Kolkata", "09:15:00.000001", "09:15:00.000003", ALL_DAYS)
    start_ns = utc("2026-03-06 03:45") + 1000
    assert fine.window_after(start_ns - 1) == Window(start_ns, start_ns + 2000)


def test_a_window_over_midnight_and_the_weekend() -> None:
    globex = daily("America/Chicago", "17:00", "16:00", (6, 0, 1, 2, 3))
    assert written_all(globex, "2026-01-15 12:00", 3) == [
        "2026-01-15 23:00 to 2026-01-16 22:00",
        "2026-01-18 23:00 to 2026-01-19 22:00",
        "2026-01-19 23:00 to 2026-01-20 22:00",
    ]


def test_a_holiday_takes_the_window_that_starts_on_it_and_leaves_the_one_that_goes_on_into_it() -> None:
    globex = daily("America/Chicago", "17:00", "16:00", (6, 0, 1, 2, 3), holidays=frozenset({date(2026, 1, 19)}))
    assert written_all(globex, "2026-01-16 12:00", 2) == [
        "2026-01-18 23:00 to 2026-01-19 22:00",
        "2026-01-20 23:00 to 2026-01-21 22:00",
    ]
    assert globex.window_at(utc("2026-01-19 23:30")) is None
    assert written(globex.last_window(utc("2026-01-20 12:00"))) == "2026-01-18 23:00 to 2026-01-19 22:00"


def test_a_long_row_of_holidays() -> None:
    mondays = frozenset(date.fromordinal(date(2026, 1, 5).toordinal() + 7 * week) for week in range(40))
    closed = daily("Europe/London", "08:00", "16:30", (0,), holidays=mondays)
    assert written(closed.window_after(utc("2026-01-01 00:00"))) == "2026-10-12 07:00 to 2026-10-12 15:30"
    assert written(closed.last_window(utc("2026-10-11 00:00"))) == "2025-12-29 08:00 to 2025-12-29 16:30"


def test_no_days_no_windows() -> None:
    never = daily("Europe/London", "08:00", "16:30", ())
    assert never.last_window(utc("2026-01-01 00:00")) is None
    assert never.window_at(utc("2026-01-01 09:00")) is None
    assert never.window_after(utc("2026-01-01 00:00")) is None


@pytest.mark.parametrize(
    ("start_day", "end_day", "start", "end", "window"),
    [
        (6, 4, "17:00", "16:00", "2026-01-18 22:00 to 2026-01-23 21:00"),
        (4, 0, "17:00", "08:00", "2026-01-16 22:00 to 2026-01-19 13:00"),
        (2, 2, "09:00", "17:00", "2026-01-21 14:00 to 2026-01-21 22:00"),
        (2, 2, "09:00", "08:00", "2026-01-21 14:00 to 2026-01-28 13:00"),
        (2, 2, "09:00", "09:00", "2026-01-21 14:00 to 2026-01-28 14:00"),
        (0, 1, "09:00", "09:00", "2026-01-19 14:00 to 2026-01-20 14:00"),
    ],
)
def test_weekly_windows(start_day: int, end_day: int, start: str, end: str, window: str) -> None:
    schedule = weekly("America/New_York", start_day, start, end_day, end)
    first = schedule.window_after(utc("2026-01-15 12:00"))
    assert first is not None
    assert written(first) == window
    assert schedule.window_after(first.start_ns) == Window(first.start_ns + 168 * H_NS, first.end_ns + 168 * H_NS)
    assert schedule.window_at(first.end_ns - 1) == first


def test_a_weekly_schedule_looks_neither_at_days_nor_at_holidays() -> None:
    plain = weekly("America/New_York", 6, "17:00", 4, "16:00")
    more = weekly("America/New_York", 6, "17:00", 4, "16:00", days=(2,), holidays=frozenset({date(2026, 1, 18)}))
    assert more.window_after(utc("2026-01-15 12:00")) == plain.window_after(utc("2026-01-15 12:00"))


@pytest.mark.parametrize(
    ("zone", "forward", "back"),
    [
        ("America/New_York", "2026-03-08 05:00 to 2026-03-09 04:00", "2026-11-01 04:00 to 2026-11-02 05:00"),
        ("Europe/London", "2026-03-29 00:00 to 2026-03-29 23:00", "2026-10-24 23:00 to 2026-10-26 00:00"),
        ("Australia/Sydney", "2026-10-03 14:00 to 2026-10-04 13:00", "2026-04-04 13:00 to 2026-04-05 14:00"),
        ("Australia/Lord_Howe", "2026-10-03 13:30 to 2026-10-04 13:00", "2026-04-04 13:00 to 2026-04-05 13:30"),
    ],
)
def test_whole_days_are_as_long_as_the_clocks_make_them(zone: str, forward: str, back: str) -> None:
    whole = daily(zone, "00:00", "00:00", ALL_DAYS)
    for expected in (forward, back):
        window = whole.window_at(utc(expected[:16]))
        assert window is not None
        assert written(window) == expected
        before, after = whole.window_at(window.start_ns - 1), whole.window_at(window.end_ns)
        assert before is not None
        assert after is not None
        assert (before.end_ns, after.start_ns) == (window.start_ns, window.end_ns), "back to back"


@pytest.mark.parametrize(
    ("zone", "start", "end", "noon", "window"),
    [
        # 02:30 does not come: the window opens, or closes, at the change.
        ("America/New_York", "02:30", "10:00", "2026-03-08 12:00", "2026-03-08 07:00 to 2026-03-08 14:00"),
        ("America/New_York", "01:00", "02:30", "2026-03-08 12:00", "2026-03-08 06:00 to 2026-03-08 07:00"),
        ("Europe/London", "01:15", "10:00", "2026-03-29 12:00", "2026-03-29 01:00 to 2026-03-29 09:00"),
        ("Europe/London", "00:00", "01:59:59", "2026-03-29 12:00", "2026-03-29 00:00 to 2026-03-29 01:00"),
        ("Australia/Sydney", "02:30", "10:00", "2026-10-04 02:00", "2026-10-03 16:00 to 2026-10-03 23:00"),
        ("Australia/Lord_Howe", "02:10", "10:00", "2026-10-04 02:00", "2026-10-03 15:30 to 2026-10-03 23:00"),
        ("Australia/Lord_Howe", "02:30", "10:00", "2026-10-04 02:00", "2026-10-03 15:30 to 2026-10-03 23:00"),
        # 01:30 comes twice: the window opens at the first and closes at the second.
        ("America/New_York", "01:30", "10:00", "2026-11-01 12:00", "2026-11-01 05:30 to 2026-11-01 15:00"),
        ("America/New_York", "00:00", "01:30", "2026-11-01 12:00", "2026-11-01 04:00 to 2026-11-01 06:30"),
        ("America/New_York", "01:15", "01:45", "2026-11-01 12:00", "2026-11-01 05:15 to 2026-11-01 06:45"),
        ("Europe/London", "01:30", "01:45", "2026-10-25 12:00", "2026-10-25 00:30 to 2026-10-25 01:45"),
        ("Australia/Sydney", "02:30", "02:45", "2026-04-05 02:00", "2026-04-04 15:30 to 2026-04-04 16:45"),
        ("Australia/Lord_Howe", "01:45", "01:50", "2026-04-05 02:00", "2026-04-04 14:45 to 2026-04-04 15:20"),
        ("America/New_York", "00:00", "01:00", "2026-11-01 12:00", "2026-11-01 04:00 to 2026-11-01 06:00"),
        # 01:00 comes twice, 02:00 once: it is not reached before the clocks go back.
        ("America/New_York", "01:00", "02:00", "2026-11-01 12:00", "2026-11-01 05:00 to 2026-11-01 07:00"),
        # The change is at midnight: the hour before comes twice on the day before.
        ("America/Santiago", "00:00", "23:30", "2026-04-05 02:00", "2026-04-04 03:00 to 2026-04-05 03:30"),
        ("America/Santiago", "00:00", "23:30", "2026-09-06 12:00", "2026-09-06 04:00 to 2026-09-07 02:30"),
    ],
)
def test_times_that_do_not_come_or_come_twice(zone: str, start: str, end: str, noon: str, window: str) -> None:
    assert written(daily(zone, start, end, ALL_DAYS).last_window(utc(noon))) == window


def test_a_window_in_the_missing_hour_does_not_exist() -> None:
    early = daily("America/New_York", "02:10", "02:50", ALL_DAYS)
    assert written_all(early, "2026-03-07 00:00", 2) == [
        "2026-03-07 07:10 to 2026-03-07 07:50",
        "2026-03-09 06:10 to 2026-03-09 06:50",
    ]
    assert early.window_at(utc("2026-03-08 07:00")) is None
    assert written(early.last_window(utc("2026-03-09 00:00"))) == "2026-03-07 07:10 to 2026-03-07 07:50"


def test_the_weeks_around_a_window_that_does_not_exist() -> None:
    sundays = daily("America/New_York", "02:10", "02:50", (6,))
    assert written(sundays.last_window(utc("2026-03-14 12:00"))) == "2026-03-01 07:10 to 2026-03-01 07:50"
    assert written(sundays.window_after(utc("2026-03-01 12:00"))) == "2026-03-15 06:10 to 2026-03-15 06:50"


def test_a_day_that_the_calendar_leaves_out() -> None:
    samoa = daily("Pacific/Apia", "00:00", "17:00", ALL_DAYS)  # 30 December 2011 did not come
    assert written_all(samoa, "2011-12-29 00:00", 2) == [
        "2011-12-29 10:00 to 2011-12-30 03:00",
        "2011-12-30 10:00 to 2011-12-31 03:00",
    ]


@pytest.mark.parametrize(("start", "end"), [("01:30", "01:30"), ("01:45", "01:30"), ("01:15", "01:10")])
def test_a_window_ends_at_the_latest_where_the_next_one_starts(start: str, end: str) -> None:
    overnight = daily("America/New_York", start, end, ALL_DAYS)
    before, after = overnight.window_at(utc("2026-11-01 04:00")), overnight.window_at(utc("2026-11-01 12:00"))
    assert before is not None
    assert after is not None
    assert before.end_ns == after.start_ns == utc(f"2026-11-01 {time.fromisoformat(start).replace(hour=5):%H:%M}")


def test_without_a_next_one_it_ends_at_the_second_coming_of_its_end() -> None:
    saturdays = daily("America/New_York", "01:45", "01:30", (5,))
    assert written(saturdays.window_at(utc("2026-11-01 04:00"))) == "2026-10-31 05:45 to 2026-11-01 06:30"


def test_clocks_that_go_back_over_midnight() -> None:
    """In Newfoundland 00:01 became 23:01 of the day before: a day started twice, its window starts once."""
    newfoundland = daily("America/St_Johns", "00:00", "23:30", ALL_DAYS)
    assert written_all(newfoundland, "2010-11-06 00:00", 3) == [
        "2010-11-06 02:30 to 2010-11-07 02:30",
        "2010-11-07 02:30 to 2010-11-08 03:00",
        "2010-11-08 03:30 to 2010-11-09 03:00",
    ]
    assert written(newfoundland.window_at(utc("2010-11-07 02:45"))) == "2010-11-07 02:30 to 2010-11-08 03:00"


def test_logout_comes_some_time_after_the_end() -> None:
    tokyo = daily("Asia/Tokyo", "09:00", "15:30", WORKDAYS, stay_connected_s=900)
    window = tokyo.window_at(utc("2026-03-06 01:00"))
    assert window is not None
    assert tokyo.logout_ns(window) == utc("2026-03-06 06:45")


def test_logout_without_stay_connected_is_at_the_end_also_between_windows_without_a_pause() -> None:
    whole = daily("Asia/Tokyo", "09:00", "09:00", ALL_DAYS)
    window = whole.window_at(utc("2026-03-06 01:00"))
    assert window is not None
    assert whole.logout_ns(window) == window.end_ns == utc("2026-03-07 00:00")


def test_logout_comes_before_the_next_window_where_the_clocks_take_the_pause_away() -> None:
    overnight = daily("America/New_York", "03:30", "02:00", ALL_DAYS, stay_connected_s=3600)
    window = overnight.window_at(utc("2026-03-08 06:00"))
    assert window is not None
    assert overnight.logout_ns(window) == utc("2026-03-08 07:30"), "the pause lasts for 30 minutes, not for 90"
