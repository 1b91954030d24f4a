"""Schedules: when a session is open, as windows of UTC time made from wall clock times of one time zone.

A daily schedule has a window on each of its weekdays, a weekly one has one window a week. A window belongs to the local
date on which it starts. A daily one ends on the next day where `end` is at or before `start`: 17:00 to 16:00 goes over
midnight, 17:00 to 17:00 lasts for a day, and such windows follow each other without a pause.

Where clocks are put back, a time that comes twice opens a window at its first and closes it at its second coming; where
they are put forward, a time that does not come is taken as the moment of the change. So no window is cut short, a day
has 23 or 25 hours where the clocks say so, and a window that lies in the missing hour as a whole does not exist.
Windows never overlap: one ends at the latest where the next one starts.

A holiday takes away the window that starts on its date. A window that started on the day before goes on into the
holiday, so to close Monday's trading from Sunday 17:00 on, Sunday is the holiday. A weekly window goes on over every
date in it; weekly schedules have no holidays.

Nothing here reads a clock. Time zones are those that `zoneinfo` finds, each read once in the life of the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Final, NamedTuple

from msgspec import Struct

from tradsys_oms.hours.wall_clock import NS_PER_S, date_at, first_ns, is_time_zone, last_ns, zone_of

DAYS_PER_WEEK: Final = 7

_DAY: Final = timedelta(days=1)


class Window(NamedTuple):
    """A time in which a session is open, in UTC ns since the epoch: `start_ns` is in it, `end_ns` is not."""

    start_ns: int
    end_ns: int


class Schedule(Struct, frozen=True, kw_only=True):
    """When sessions are open. Only one without a fault (see `fault_of`) may be asked for windows."""

    schedule: str
    """Id of the schedule, for messages."""
    time_zone: str
    """IANA name, as in America/New_York."""
    start: time
    """Wall clock time in the time zone."""
    end: time
    """Wall clock time; of a daily window it is on the next day where it is at or before `start`."""
    days: tuple[int, ...] = ()
    """Weekdays on which daily windows start, Monday is 0; a weekly schedule does not look at them."""
    start_day: int | None = None
    """Weekday on which the window of a weekly schedule starts; None for a daily schedule, as `end_day` is."""
    end_day: int | None = None
    """Weekday on which it ends; the same as `start_day` with `end` at or before `start` is a week later."""
    holidays: frozenset[date] = frozenset()
    """Local dates on which no daily window starts."""
    reset: bool = True
    """Sequence numbers start again at the start of each window."""
    stay_connected_s: int = 0
    """A session that is logged on when its window ends is logged out so much later."""

    @property
    def weekdays(self) -> tuple[int, ...]:
        """Give the weekdays on which windows start."""
        return self.days if self.start_day is None else (self.start_day,)

    @property
    def later_days(self) -> int:
        """Tell how many days after its start a window ends, by the calendar."""
        wraps = self.end <= self.start
        if self.start_day is None or self.end_day is None:
            return int(wraps)
        return (self.end_day - self.start_day) % DAYS_PER_WEEK or DAYS_PER_WEEK * wraps

    def window_at(self, now_ns: int) -> Window | None:
        """Give the window that `now_ns` is in."""
        last = self.last_window(now_ns)
        return last if last is not None and now_ns < last.end_ns else None

    def last_window(self, now_ns: int) -> Window | None:
        """Give the last window that started at or before `now_ns`; it may have ended. None if no day has windows."""
        # The date can be one back from that of a window which started: clocks may be put back over midnight.
        for window in self._windows(now_ns, first_day=1, step=-1):
            if window.start_ns <= now_ns:
                return window
        return None

    def window_after(self, now_ns: int) -> Window | None:
        """Give the first window that starts after `now_ns`; None if no day has windows."""
        for window in self._windows(now_ns, first_day=0, step=1):
            if window.start_ns > now_ns:
                return window
        return None

    def logout_ns(self, window: Window) -> int:
        """Tell when a session that logged on in `window` has to be logged out, in UTC ns.

        That is `stay_connected_s` after the end, but not later than the start of the next window: it does not go over
        into it, not even where the two have no pause between them.
        """
        following = self.window_after(window.start_ns)
        logout_ns = window.end_ns + self.stay_connected_s * NS_PER_S
        return logout_ns if following is None else min(logout_ns, following.start_ns)

    def _windows(self, now_ns: int, first_day: int, step: int) -> Iterator[Window]:
        """Go through the windows by their dates, from `first_day` days after the local date of now, up or down.

        Each week has a date on which a window starts. It may be on the other side of now, a change of clocks may take
        one away, and each holiday another; the one that is looked for is in the week after them at the latest.
        """
        day = date_at(now_ns, zone_of(self.time_zone)) + first_day * _DAY
        for _ in range(DAYS_PER_WEEK * (len(self.holidays) + 3)):
            window = self._window_of(day) if self._starts_on(day) else None
            if window is not None:
                yield window
            day += step * _DAY

    def _starts_on(self, day: date) -> bool:
        return day.weekday() in self.weekdays and (self.start_day is not None or day not in self.holidays)

    def _window_of(self, day: date) -> Window | None:
        """Give the window that starts on the date; None if nothing is left of it."""
        zone, later_days = zone_of(self.time_zone), self.later_days
        start_ns = first_ns(day, self.start, zone)
        end_ns = last_ns(day + later_days * _DAY, self.end, zone)
        for days in range(1, later_days + 2):
            if self._starts_on(day + days * _DAY):
                end_ns = min(end_ns, first_ns(day + days * _DAY, self.start, zone))
                break
        return Window(start_ns, end_ns) if start_ns < end_ns else None


class Calendar:
    """A schedule's answers, kept until the next start or end of a window, for those who ask often.

    All sessions of a schedule should share one, so that the start of a window is worked out once and not for each of
    them. An answer depends on the time asked for only, which may go back too.
    """

    __slots__ = ("_after", "_current", "_from_ns", "_last", "_until_ns", "schedule")

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._from_ns = self._until_ns = 0
        self._last: Window | None = None
        self._current: Window | None = None
        self._after: Window | None = None

    def window_at(self, now_ns: int) -> Window | None:
        """Answer as the schedule does."""
        if not self._from_ns <= now_ns < self._until_ns:
            self._look_up(now_ns)
        return self._current

    def last_window(self, now_ns: int) -> Window | None:
        """Answer as the schedule does."""
        if not self._from_ns <= now_ns < self._until_ns:
            self._look_up(now_ns)
        return self._last

    def window_after(self, now_ns: int) -> Window | None:
        """Answer as the schedule does."""
        if not self._from_ns <= now_ns < self._until_ns:
            self._look_up(now_ns)
        return self._after

    def _look_up(self, now_ns: int) -> None:
        last, after = self.schedule.last_window(now_ns), self.schedule.window_after(now_ns)
        self._last, self._current, self._after = last, None, after
        self._from_ns = now_ns if last is None else last.end_ns
        self._until_ns = now_ns + 1 if after is None else after.start_ns
        if last is not None and now_ns < last.end_ns:
            self._current = last
            self._from_ns, self._until_ns = last


def fault_of(schedule: Schedule) -> str:
    """Name what is wrong with a schedule or contradicts itself in it, all at once; "" if nothing does."""
    faults = list(_faults(schedule))
    if not faults and schedule.stay_connected_s > (pause_s := _shortest_pause_s(schedule)):
        faults.append(f"stay_connected_s goes on into the next window, which starts {pause_s} s after the end of one")
    return "; ".join(faults)


def _faults(schedule: Schedule) -> Iterator[str]:
    if not is_time_zone(schedule.time_zone):
        yield f"time_zone {schedule.time_zone!r} is not a time zone of this system, like America/New_York"
    if schedule.start.tzinfo is not None or schedule.end.tzinfo is not None:
        yield "start and end have a time zone of their own, but they are in time_zone"
    if schedule.stay_connected_s < 0:
        yield "stay_connected_s is negative"
    is_daily = schedule.start_day is None and schedule.end_day is None
    yield from _daily_faults(schedule) if is_daily else _weekly_faults(schedule)


def _daily_faults(schedule: Schedule) -> Iterator[str]:
    if not schedule.days:
        yield "there are no days on which it opens"
    if not all(0 <= day < DAYS_PER_WEEK for day in schedule.days):
        yield "days has one that is not from 0, Monday, to 6, Sunday"
    if len(set(schedule.days)) < len(schedule.days):
        yield "days has one twice"


def _weekly_faults(schedule: Schedule) -> Iterator[str]:
    if schedule.start_day is None or schedule.end_day is None:
        yield "start_day and end_day go together: both for weekly windows, none for daily ones"
    if not all(day is None or 0 <= day < DAYS_PER_WEEK for day in (schedule.start_day, schedule.end_day)):
        yield "start_day and end_day are from 0, Monday, to 6, Sunday"
    if schedule.holidays:
        yield "a weekly window goes on over holidays, so a weekly schedule can't have any"


def _shortest_pause_s(schedule: Schedule) -> int:
    """Give the shortest time between two windows, by the wall clock and without holidays, rounded down."""
    starts = sorted(schedule.weekdays)
    following = [*starts[1:], starts[0] + DAYS_PER_WEEK]
    days = min(after - day for day, after in zip(starts, following, strict=True)) - schedule.later_days
    pause = days * _DAY + _since_midnight(schedule.start) - _since_midnight(schedule.end)
    return pause // timedelta(seconds=1)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
