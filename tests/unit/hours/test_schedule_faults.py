"""What a schedule may not say, each in words that can be put behind its place in a configuration."""

from __future__ import annotations

from datetime import UTC, date, time

import msgspec
import pytest

from tests.unit.hours.schedules import daily, weekly
from tradsys_oms.hours.schedule import Schedule, fault_of

WORKDAYS = (0, 1, 2, 3, 4)
SOUND = daily("Europe/London", "08:00", "16:30", WORKDAYS)
OVERNIGHT = daily("America/Chicago", "17:00", "16:00", (6, 0, 1, 2, 3), stay_connected_s=3600)
TOGETHER = "start_day and end_day go together: both for weekly windows, none for daily ones"
WEEKDAYS = "start_day and end_day are from 0, Monday, to 6, Sunday"


@pytest.mark.parametrize(
    "schedule",
    [
        SOUND,
        OVERNIGHT,
        daily("UTC", "00:00", "00:00", (0, 1, 2, 3, 4, 5, 6)),
        daily("Asia/Tokyo", "09:00", "09:00", (0, 2), stay_connected_s=86_400),
        daily("Asia/Tokyo", "09:00", "15:00", (6,), stay_connected_s=6 * 86_400 + 18 * 3600),
        daily("Europe/London", "08:00", "16:30", WORKDAYS, holidays=frozenset({date(2026, 12, 25)})),
        weekly("America/New_York", 6, "17:00", 4, "16:00", stay_connected_s=2 * 86_400 + 3600),
        weekly("America/New_York", 6, "17:00", 6, "17:00"),
        weekly("America/New_York", 0, "17:00", 0, "18:00", stay_connected_s=7 * 86_400 - 3600),
    ],
)
def test_sound_schedules(schedule: Schedule) -> None:
    assert fault_of(schedule) == ""


@pytest.mark.parametrize(
    "zone", ["Mars/Base", "", ".", "America", "../etc/passwd", "/etc/passwd", "a" * 300, "zone.tab"]
)
def test_time_zones_that_there_are_not(zone: str) -> None:
    fault = fault_of(daily(zone, "08:00", "16:30", WORKDAYS))
    assert fault == f"time_zone {zone!r} is not a time zone of this system, like America/New_York"


@pytest.mark.parametrize(
    ("schedule", "fault"),
    [
        (daily("UTC", "08:00", "16:30", ()), "there are no days on which it opens"),
        (daily("UTC", "08:00", "16:30", (0, 7)), "days has one that is not from 0, Monday, to 6, Sunday"),
        (daily("UTC", "08:00", "16:30", (-1, 0)), "days has one that is not from 0, Monday, to 6, Sunday"),
        (daily("UTC", "08:00", "16:30", (0, 1, 0)), "days has one twice"),
        (daily("UTC", "08:00", "16:30", WORKDAYS, stay_connected_s=-1), "stay_connected_s is negative"),
        (weekly("UTC", 6, "17:00", None, "16:00"), TOGETHER),
        (weekly("UTC", None, "17:00", 4, "16:00", days=WORKDAYS), TOGETHER),
        (weekly("UTC", 7, "17:00", 4, "16:00"), WEEKDAYS),
        (weekly("UTC", 6, "17:00", -1, "16:00"), WEEKDAYS),
        (
            weekly("UTC", 6, "17:00", 4, "16:00", holidays=frozenset({date(2026, 12, 25)})),
            "a weekly window goes on over holidays, so a weekly schedule can't have any",
        ),
        (
            msgspec.structs.replace(SOUND, end=time(16, 30, tzinfo=UTC)),
            "start and end have a time zone of their own, but they are in time_zone",
        ),
    ],
)
def test_what_contradicts_itself(schedule: Schedule, fault: str) -> None:
    assert fault_of(schedule) == fault


@pytest.mark.parametrize(
    ("schedule", "pause_s"),
    [
        (msgspec.structs.replace(OVERNIGHT, stay_connected_s=3601), 3600),
        (daily("UTC", "08:00", "08:00", (0, 1), stay_connected_s=1), 0),
        (daily("UTC", "08:00", "08:00", (6, 0), stay_connected_s=1), 0),
        (daily("UTC", "08:00", "16:00", (4, 0, 2), stay_connected_s=10**12), 86_400 + 16 * 3600),
        (weekly("UTC", 6, "17:00", 6, "17:00", stay_connected_s=1), 0),
        (weekly("UTC", 6, "17:00", 6, "16:00", stay_connected_s=3601), 3600),
    ],
)
def test_staying_connected_into_the_next_window(schedule: Schedule, pause_s: int) -> None:
    fault = f"stay_connected_s goes on into the next window, which starts {pause_s} s after the end of one"
    assert fault_of(schedule) == fault


def test_all_faults_at_once() -> None:
    assert fault_of(daily("Mars/Base", "08:00", "16:30", (), stay_connected_s=-1)) == (
        "time_zone 'Mars/Base' is not a time zone of this system, like America/New_York; "
        "stay_connected_s is negative; there are no days on which it opens"
    )
