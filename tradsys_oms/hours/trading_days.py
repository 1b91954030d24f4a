"""Trading days: when the phases of each day begin, as instants of UTC made from wall clock times of one time zone.

A schedule is a table of phases with local times that go up from the first one, over midnight at most once, and for a
day at most. Its last phase ends the day, and the date on which that begins is the trade date: a day from Sunday 18:00
to Monday 17:00 is Monday's. A last phase at 00:00 ends the day before it. Weekdays and holidays are those of trade
dates, so a holiday on Monday takes Sunday evening with it.

A time that comes twice, where clocks are put back, is its first coming; one that does not come, where they are put
forward, is the moment of the change. So phases never change their order, and days never overlap.

Nothing here reads a clock, and phases are only names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Final, NamedTuple

from msgspec import Struct

from tradsys_oms.hours.wall_clock import date_at, first_ns, zone_of

DAYS_PER_WEEK: Final = 7

_DAY: Final = timedelta(days=1)
_MIDNIGHT: Final = time(0)


class Stand(NamedTuple):
    """What a schedule says of one moment."""

    trade_date: int
    """Of the day that began last, as YYYYMMDD."""
    phase: str
    since_ns: int
    """When the phase began, in UTC ns."""
    is_over: bool
    """The last phase of the day has begun, and the next day has not."""


class TimedPhase(NamedTuple):
    """A phase and the wall clock time at which it begins."""

    at: time
    phase: str


class TradingSchedule(Struct, frozen=True, kw_only=True):
    """The phases of each trading day. Only one without a fault (see `misplaced`) may be asked for days."""

    schedule: str
    """Id of the schedule, for messages."""
    time_zone: str
    """IANA name, as in America/New_York."""
    days: tuple[int, ...]
    """Weekdays of trade dates, Monday is 0."""
    phases: tuple[TimedPhase, ...]
    """In the order of the day, of which the first one begins it and the last one ends it."""
    holidays: frozenset[date] = frozenset()
    """Trade dates that are none."""

    def day_at(self, now_ns: int) -> list[Stand] | None:
        """Give the phases of the last day that began at or before `now_ns`; None where no date has a day."""
        # A day may begin on the evening before its date, and clocks may be put back over midnight.
        return next((day for day in self._days(now_ns, 2, -1) if day[0].since_ns <= now_ns), None)

    def day_after(self, now_ns: int) -> list[Stand] | None:
        """Give the phases of the first day that begins after `now_ns`; None where no date has a day."""
        return next((day for day in self._days(now_ns, 0, 1) if day[0].since_ns > now_ns), None)

    def _days(self, now_ns: int, first_day: int, step: int) -> Iterator[list[Stand]]:
        """Go through the days by their dates, from `first_day` days after the local date of now, up or down."""
        trade_date = date_at(now_ns, zone_of(self.time_zone)) + first_day * _DAY
        places = list(places_of(self.phases))
        for _ in range(DAYS_PER_WEEK * (len(self.holidays) + 3)):
            if trade_date.weekday() in self.days and trade_date not in self.holidays:
                yield self._day(trade_date, places)
            trade_date += step * _DAY

    def _day(self, trade_date: date, places: list[int]) -> list[Stand]:
        zone, number = zone_of(self.time_zone), int(f"{trade_date:%Y%m%d}")
        last_place = places[-1] - (self.phases[-1].at == _MIDNIGHT)
        last = len(places) - 1
        return [
            Stand(number, phase, first_ns(trade_date + (place - last_place) * _DAY, at, zone), index == last)
            for index, (place, (at, phase)) in enumerate(zip(places, self.phases, strict=True))
        ]


def places_of(phases: tuple[TimedPhase, ...]) -> Iterator[int]:
    """Tell for each phase how many days after the first one it begins, by the wall clock."""
    days = 0
    for index, (at, _) in enumerate(phases):
        if index and at <= phases[index - 1].at:
            days += 1
        yield days


def misplaced(phases: tuple[TimedPhase, ...]) -> int | None:
    """Give the index of the first phase that begins more than a day after the first one; None where none does."""
    for index, (days, (at, _)) in enumerate(zip(places_of(phases), phases, strict=True)):
        if days > 1 or (days == 1 and at > phases[0].at):
            return index
    return None


class TradingCalendar:
    """A schedule's answers, kept until the next one, for those who ask often.

    All instruments of a schedule should share one. An answer depends on the time asked for only, which may go back too.
    """

    def __init__(self, schedule: TradingSchedule) -> None:
        self.schedule = schedule
        self._stand: Stand | None = None
        self._from_ns = self._until_ns = 0

    def stand_at(self, now_ns: int) -> Stand | None:
        """Tell which phase of which day is due; None where no date has a day."""
        if not self._from_ns <= now_ns < self._until_ns:
            self._look_up(now_ns)
        return self._stand

    def next_ns(self, now_ns: int) -> int:
        """Tell when the next phase begins after `now_ns`."""
        if not self._from_ns <= now_ns < self._until_ns:
            self._look_up(now_ns)
        return self._until_ns

    def _look_up(self, now_ns: int) -> None:
        last, following = self.schedule.day_at(now_ns) or [], self.schedule.day_after(now_ns) or []
        began = [stand for stand in last if stand.since_ns <= now_ns]
        coming = [stand for stand in last if stand.since_ns > now_ns] or following
        self._stand = began[-1] if began else None
        self._from_ns = began[-1].since_ns if began else now_ns
        self._until_ns = coming[0].since_ns if coming else now_ns + 1
