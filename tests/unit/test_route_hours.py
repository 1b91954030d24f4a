"""The hours of routes: when a timed route counts, with a clock of the test."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from tests.unit.test_disconnects import Journal
from tradsys_oms.core.commands import Route, SetRoutes, SetVenue, SwitchRoute
from tradsys_oms.hours.schedule import Schedule
from tradsys_oms.route_hours import BEGUN, NEVER_NS, OVER, RouteHours

S = 1_000_000_000


def ns(text: str) -> int:
    """Give a UTC time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * S


def schedule(**others: object) -> Schedule:
    """Give the trading day of Frankfurt, Monday to Friday."""
    fields = {"time_zone": "Europe/Berlin", "start": time(9), "end": time(17, 30), "days": (0, 1, 2, 3, 4)}
    return Schedule(schedule="out", **(fields | others))  # type: ignore[arg-type]


class Hours:
    """The hours of the timed route `out`, over a core with a clock of its own."""

    def __init__(self, given: Schedule, journal: Journal | None = None) -> None:
        self.journal = journal or Journal()
        if journal is None:
            self.journal.submit(SetVenue("V", True))
            self.journal.submit(SetRoutes((Route("out", "venue", ("V",), is_timed=True),)))
        self.hours = RouteHours(self.journal.engine, self.journal)  # type: ignore[arg-type]
        self.hours.follow({"out": given})
        self.seen = len(self.journal.commands)

    def tick(self, text: str) -> list[SwitchRoute]:
        """Look at the clock, and give what was switched."""
        self.hours.tick(ns(text))
        found = [command for command in self.journal.commands[self.seen :] if isinstance(command, SwitchRoute)]
        self.seen = len(self.journal.commands)
        return found

    @property
    def counts(self) -> bool:
        """Tell that the route counts."""
        return "out" in self.journal.engine.routing.switched_on


ON, OFF = SwitchRoute("out", True, BEGUN), SwitchRoute("out", False, OVER)


def test_a_route_counts_from_the_start_of_a_window_to_its_end() -> None:
    hours = Hours(schedule())
    assert hours.tick("2026-03-02 07:59:59") == []
    assert hours.hours.next_ns == ns("2026-03-02 08:00:00")
    assert hours.tick("2026-03-02 08:00:00") == [ON]
    assert hours.counts
    assert hours.hours.next_ns == ns("2026-03-02 16:30:00")
    assert hours.tick("2026-03-02 16:29:59") == []
    assert hours.tick("2026-03-02 16:30:00") == [OFF]
    assert not hours.counts
    assert hours.hours.next_ns == ns("2026-03-03 08:00:00")


def test_over_a_weekend_and_a_holiday_it_does_not_count() -> None:
    hours = Hours(schedule(holidays=frozenset({date(2026, 3, 9)})))
    assert hours.tick("2026-03-06 12:00:00") == [ON]  # a Friday
    assert hours.tick("2026-03-06 16:30:00") == [OFF]
    assert hours.hours.next_ns == ns("2026-03-10 08:00:00")
    assert hours.tick("2026-03-07 12:00:00") == []
    assert hours.tick("2026-03-08 12:00:00") == []
    assert hours.tick("2026-03-09 12:00:00") == []
    assert hours.tick("2026-03-10 08:00:00") == [ON]


def test_the_wall_clock_decides_when_clocks_are_put_forward_and_back() -> None:
    hours = Hours(schedule(days=(0, 1, 2, 3, 4, 5, 6)))
    assert hours.tick("2026-03-28 08:00:00") == [ON]
    assert hours.tick("2026-03-28 16:30:00") == [OFF]
    assert hours.hours.next_ns == ns("2026-03-29 07:00:00")  # the clocks were put forward in the night
    assert hours.tick("2026-03-29 07:00:00") == [ON]
    assert hours.tick("2026-03-29 15:30:00") == [OFF]
    hours = Hours(schedule(days=(0, 1, 2, 3, 4, 5, 6)))
    assert hours.tick("2026-10-24 07:00:00") == [ON]
    assert hours.tick("2026-10-24 15:30:00") == [OFF]
    assert hours.hours.next_ns == ns("2026-10-25 08:00:00")  # they were put back
    assert hours.tick("2026-10-25 08:00:00") == [ON]


def test_a_window_in_the_hour_that_comes_twice_counts_through_both() -> None:
    hours = Hours(schedule(start=time(2, 15), end=time(2, 45), days=(6,)))
    assert hours.tick("2026-10-25 00:14:59") == []
    assert hours.tick("2026-10-25 00:15:00") == [ON]
    assert hours.tick("2026-10-25 00:45:00") == []
    assert hours.tick("2026-10-25 01:45:00") == [OFF]


def test_a_window_in_the_hour_that_does_not_come_never_counts() -> None:
    hours = Hours(schedule(start=time(2, 15), end=time(2, 45), days=(6,)))
    assert hours.tick("2026-03-28 23:00:00") == []
    assert hours.hours.next_ns == ns("2026-04-05 00:15:00")


def test_a_window_over_midnight_of_a_weekend() -> None:
    hours = Hours(schedule(start=time(22), end=time(4), days=(4,)))
    assert hours.tick("2026-03-06 21:00:00") == [ON]
    assert hours.tick("2026-03-07 02:59:59") == []
    assert hours.tick("2026-03-07 03:00:00") == [OFF]


def test_what_began_while_the_daemon_was_down_counts_when_it_is_up() -> None:
    hours = Hours(schedule())
    assert hours.tick("2026-03-02 12:00:00") == [ON]
    again = Hours(schedule(), hours.journal)
    assert again.tick("2026-03-02 13:00:00") == []
    late = Hours(schedule(), hours.journal)
    assert late.tick("2026-03-02 20:00:00") == [OFF]


def test_what_an_operator_switches_stays_until_the_next_border() -> None:
    hours = Hours(schedule())
    assert hours.tick("2026-03-02 12:00:00") == [ON]
    hours.journal.submit(SwitchRoute("out", False, "ann: prices look odd"))
    hours.seen = len(hours.journal.commands)
    assert hours.tick("2026-03-02 12:00:01") == []
    assert not hours.counts
    assert hours.tick("2026-03-02 16:30:00") == []
    assert hours.tick("2026-03-03 08:00:00") == [ON]


def test_windows_without_a_pause_begin_anew() -> None:
    hours = Hours(schedule(start=time(0), end=time(0), days=(0, 1, 2, 3, 4, 5, 6)))
    assert hours.tick("2026-03-02 12:00:00") == [ON]
    assert hours.tick("2026-03-02 23:00:00") == []
    hours.journal.submit(SwitchRoute("out", False, "ann: enough for today"))
    hours.seen = len(hours.journal.commands)
    assert hours.tick("2026-03-03 23:00:00") == [ON]


def test_a_clock_that_is_put_back_brings_a_window_back() -> None:
    hours = Hours(schedule())
    assert hours.tick("2026-03-02 16:30:00") == []
    assert hours.tick("2026-03-02 16:29:00") == [ON]
    assert hours.tick("2026-03-02 16:30:00") == [OFF]


def test_a_reload_leaves_hours_that_are_the_same_alone_and_follows_those_that_changed() -> None:
    hours = Hours(schedule())
    assert hours.tick("2026-03-02 12:00:00") == [ON]
    hours.journal.submit(SwitchRoute("out", False, "ann: prices look odd"))
    hours.seen = len(hours.journal.commands)
    hours.hours.follow({"out": schedule()})
    assert hours.tick("2026-03-02 12:00:01") == []
    hours.hours.follow({"out": schedule(end=time(20))})
    assert hours.tick("2026-03-02 12:00:02") == [ON]
    hours.hours.follow({"out": schedule(end=time(11))})
    assert hours.tick("2026-03-02 12:00:03") == [OFF]
    hours.hours.follow({})
    assert hours.tick("2026-03-03 12:00:00") == []
    assert hours.hours.next_ns == NEVER_NS
