"""Trading days: phases as instants, trade dates, weekends, holidays, and both changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from tests.unit.hours.schedules import NS_PER_S, utc
from tradsys_oms.hours.trading_days import TimedPhase, TradingCalendar, TradingSchedule, misplaced

XETRA = "07:00 pre_open, 08:50 opening_auction, 09:00 continuous, 17:30 closing_auction, 17:35 closed"
FUTURES = "17:00 pre_open, 18:00 continuous, 16:00 closed"


def phases(text: str) -> tuple[TimedPhase, ...]:
    pairs = (entry.split() for entry in text.split(", "))
    return tuple(TimedPhase(time.fromisoformat(at), phase) for at, phase in pairs)


def schedule(
    table: str, zone: str = "Europe/Berlin", days: tuple[int, ...] = (0, 1, 2, 3, 4), holidays: tuple[str, ...] = ()
) -> TradingSchedule:
    return TradingSchedule(
        schedule="day",
        time_zone=zone,
        days=days,
        phases=phases(table),
        holidays=frozenset(map(date.fromisoformat, holidays)),
    )


def written(given: TradingSchedule, after: str, count: int) -> list[str]:
    """Go from phase to phase; write when each begins in UTC, what it is, and of which day."""
    calendar, now_ns, lines = TradingCalendar(given), utc(after), list[str]()
    for _ in range(count):
        now_ns = calendar.next_ns(now_ns)
        stand = calendar.stand_at(now_ns)
        assert stand is not None
        assert stand.since_ns == now_ns
        began = datetime.fromtimestamp(now_ns // NS_PER_S, UTC)
        lines.append(f"{began:%a %d %H:%M} {stand.phase} {stand.trade_date}{' over' if stand.is_over else ''}")
    return lines


def stand(given: TradingSchedule, at: str) -> tuple[int, str, bool]:
    found = TradingCalendar(given).stand_at(utc(at))
    assert found is not None
    return found.trade_date, found.phase, found.is_over


def test_a_day_over_a_weekend() -> None:
    assert written(schedule(XETRA), "2026-11-20 09:00", 7) == [
        "Fri 20 16:30 closing_auction 20261120",
        "Fri 20 16:35 closed 20261120 over",
        "Mon 23 06:00 pre_open 20261123",
        "Mon 23 07:50 opening_auction 20261123",
        "Mon 23 08:00 continuous 20261123",
        "Mon 23 16:30 closing_auction 20261123",
        "Mon 23 16:35 closed 20261123 over",
    ]


def test_a_day_that_begins_the_evening_before_has_the_date_on_which_it_ends() -> None:
    assert written(schedule(FUTURES, "America/New_York"), "2026-11-20 20:00", 5) == [
        "Fri 20 21:00 closed 20261120 over",
        "Sun 22 22:00 pre_open 20261123",
        "Sun 22 23:00 continuous 20261123",
        "Mon 23 21:00 closed 20261123 over",
        "Mon 23 22:00 pre_open 20261124",
    ]


def test_a_holiday_is_a_trade_date_and_takes_the_evening_before_with_it() -> None:
    given = schedule(FUTURES, "America/New_York", holidays=("2026-11-23",))
    assert written(given, "2026-11-20 21:00", 2) == [
        "Mon 23 22:00 pre_open 20261124",
        "Mon 23 23:00 continuous 20261124",
    ]


def test_a_day_that_ends_at_midnight_is_of_the_date_that_ends_then() -> None:
    always = schedule("00:00 continuous, 00:00 closed", "UTC", (0, 1, 2, 3, 4, 5, 6))
    assert stand(always, "2026-11-21 12:00") == (20261121, "continuous", False)
    evening = schedule("09:00 continuous, 00:00 closed", "UTC")
    assert stand(evening, "2026-11-20 23:59") == (20261120, "continuous", False)
    assert stand(evening, "2026-11-21 00:00") == (20261120, "closed", True)


def test_a_day_may_begin_where_the_last_one_ends() -> None:
    given = schedule("17:00 continuous, 17:00 closed", "America/New_York")
    assert stand(given, "2026-11-23 21:59") == (20261123, "continuous", False)
    assert stand(given, "2026-11-23 22:00") == (20261124, "continuous", False)
    assert stand(given, "2026-11-20 22:00") == (20261120, "closed", True)


@pytest.mark.parametrize(
    ("at", "opens"),
    [("2026-03-27", "08:00"), ("2026-03-30", "07:00"), ("2026-10-23", "07:00"), ("2026-10-26", "08:00")],
)
def test_times_are_those_of_the_wall_clock(at: str, opens: str) -> None:
    given = schedule(XETRA)
    before = TradingCalendar(given).next_ns(utc(f"{at} {opens}") - 1)
    assert before == utc(f"{at} {opens}")
    assert stand(given, f"{at} {opens}")[1] == "continuous"


EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
NIGHT = "01:30 pre_open, 02:15 opening_auction, 02:45 continuous, 03:15 closed"


def test_times_that_do_not_come_are_the_moment_of_the_change_and_the_last_one_counts() -> None:
    given = schedule(NIGHT, days=EVERY_DAY)  # 29 March 2026, 02:00 is 03:00 in Berlin, 01:00 in UTC
    assert written(given, "2026-03-28 23:00", 3) == [
        "Sun 29 00:30 pre_open 20260329",
        "Sun 29 01:00 continuous 20260329",
        "Sun 29 01:15 closed 20260329 over",
    ]


def test_times_that_come_twice_count_when_they_come_first() -> None:
    given = schedule(NIGHT, days=EVERY_DAY)  # 25 October 2026, 03:00 is 02:00 in Berlin, 01:00 in UTC
    assert written(given, "2026-10-24 22:00", 5) == [
        "Sat 24 23:30 pre_open 20261025",
        "Sun 25 00:15 opening_auction 20261025",
        "Sun 25 00:45 continuous 20261025",
        "Sun 25 02:15 closed 20261025 over",
        "Mon 26 00:30 pre_open 20261026",
    ]


def test_a_calendar_answers_as_its_schedule_does_and_goes_back_too() -> None:
    given = schedule(FUTURES, "America/New_York", holidays=("2026-03-09",))
    calendar = TradingCalendar(given)
    minutes = range(utc("2026-03-05 00:00"), utc("2026-03-12 00:00"), 600 * NS_PER_S)
    for now_ns in (*minutes, *reversed(minutes)):
        began = [entry for entry in given.day_at(now_ns) or () if entry.since_ns <= now_ns]
        assert calendar.stand_at(now_ns) == began[-1]
        following = given.day_after(now_ns)
        assert following is not None
        assert now_ns < calendar.next_ns(now_ns) <= following[0].since_ns


@pytest.mark.parametrize(
    ("table", "index"),
    [
        (XETRA, None),
        (FUTURES, None),
        ("17:00 continuous, 17:00 closed", None),
        ("17:00 continuous, 17:01 closed", None),
        ("17:00 pre_open, 18:00 continuous, 17:01 closed", 2),
        ("09:00 pre_open, 08:00 continuous, 07:00 closed", 2),
        ("09:00 pre_open, 09:00 continuous, 17:00 closed", 2),
    ],
)
def test_phases_that_do_not_fit_into_a_day_are_found(table: str, index: int | None) -> None:
    assert misplaced(phases(table)) == index
