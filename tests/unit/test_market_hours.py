"""The hours of the market, on a real core with a clock of the test: phases, days, what was missed, who interferes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from tests.unit.hours.schedules import utc
from tests.unit.hours.test_trading_days import FUTURES, XETRA, schedule
from tradsys_oms import market_hours
from tradsys_oms.core.commands import ChangePhase, Command, EndDay, SetInstrument, SetMember, SetSession, StartDay
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Event, Refused
from tradsys_oms.core.phases.phases import PHASES
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.hours.trading_days import TradingSchedule
from tradsys_oms.market_hours import MarketHours, way

DAY = schedule(XETRA)
INTRADAY = schedule(
    "08:50 opening_auction, 09:00 continuous, 13:00 volatility_auction, 13:02 continuous, 17:30 closed", "UTC"
)
LUNCH = schedule("09:00 continuous, 11:30 closed, 12:30 continuous, 15:00 closed", "UTC")
NIGHT = schedule(FUTURES, "America/New_York")


def listed(symbol: str, **more: Any) -> SetInstrument:
    return SetInstrument(
        symbol, 1_000_000, 100_000_000, 10_000_000_000, 2000, 100_000_000_000, 0, "USD", True, has_phases=True, **more
    )


class Market:
    """A core with instruments that trade by phases; what is submitted happens at once, at the time of the test."""

    def __init__(self, given: TradingSchedule, symbols: tuple[str, ...] = ("ACME",)) -> None:
        self.engine = Engine()
        self.now_ns = 0
        self.commands: list[Command] = []
        self.events: list[Event] = []
        self.deferred: list[Callable[[], None]] = []
        reference: list[Command] = [SetMember("M", True), SetSession("A", "M", True), *map(listed, symbols)]
        for command in reference:
            self.submit(command)
        self.follow(given)

    def follow(self, given: TradingSchedule) -> None:
        """Start the daemon's part anew, as after a restart."""
        self.hours = MarketHours(self.engine, self)  # type: ignore[arg-type]  # it is all that is needed of one
        self.hours.follow(dict.fromkeys(self.engine.instruments, given))
        self.commands.clear()

    def submit(self, command: Command) -> int:
        seq = self.engine.last_seq + 1
        self.now_ns += 1
        self.commands.append(command)
        events = self.engine.apply(seq, self.now_ns, command)
        assert not any(isinstance(event, Refused) for event in events), (command, events)
        self.events += events
        return seq

    def after_commit(self, function: Callable[[], None]) -> None:
        function()

    def at(self, text: str) -> list[str]:
        """Let the clock show a time, and the schedule look; gives what it did."""
        self.now_ns = utc(text)
        self.commands.clear()
        while self.hours.tick(utc(text)):
            pass
        return [said(command) for command in self.commands]

    def operator(self, text: str, phase: str, until: str = "") -> None:
        """Let an operator, or a guard, move the instrument."""
        self.now_ns = utc(text)
        self.submit(ChangePhase("ACME", phase, "by hand", utc(until) if until else 0))

    @property
    def acme(self) -> Instrument:
        return self.engine.instruments["ACME"]


def said(command: Command) -> str:
    """Say in a word what a command does."""
    match command:
        case ChangePhase():
            return command.phase
        case StartDay():
            return f"start {command.trade_date}"
        case EndDay():
            return "end"
    raise AssertionError(command)


def test_a_day_has_its_phases_and_its_ends() -> None:
    market = Market(DAY)
    assert market.at("2026-11-19 20:00") == ["end"]
    days = [
        ("2026-11-20 05:59:59", []),
        ("2026-11-20 06:00", ["start 20261120", "pre_open"]),
        ("2026-11-20 06:00:01", []),
        ("2026-11-20 07:50", ["opening_auction"]),
        ("2026-11-20 08:00", ["continuous"]),
        ("2026-11-20 16:29:59", []),
        ("2026-11-20 16:30", ["closing_auction"]),
        ("2026-11-20 16:35", ["closed", "end"]),
        ("2026-11-21 12:00", []),
        ("2026-11-22 12:00", []),
        ("2026-11-23 06:00", ["start 20261123", "pre_open"]),
    ]
    assert [(text, market.at(text)) for text, _ in days] == days
    assert market.acme.phase_reason == "schedule day"


def test_a_night_has_the_trade_date_of_the_morning() -> None:
    market = Market(NIGHT)
    assert market.at("2026-11-22 22:00") == ["end", "start 20261123", "pre_open"]


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        ("2026-03-27 08:00", "2026-03-27 16:35"),
        ("2026-03-30 07:00", "2026-03-30 15:35"),
        ("2026-10-23 07:00", "2026-10-23 15:35"),
        ("2026-10-26 08:00", "2026-10-26 16:35"),
    ],
)
def test_the_hours_follow_the_clocks_of_the_zone(opens: str, closes: str) -> None:
    market = Market(DAY)
    market.at(f"{opens[:10]} 06:55")
    market.at(f"{opens[:10]} 06:59:59")
    before = market.acme.phase
    assert market.at(opens)[-1] == "continuous" != before
    assert market.at(closes) == ["closed", "end"]


def test_holidays_have_no_day() -> None:
    market = Market(schedule(XETRA, holidays=("2026-12-25",)))
    market.at("2026-12-24 17:00")
    assert market.at("2026-12-25 09:00") == []
    assert market.at("2026-12-28 06:00") == ["start 20261228", "pre_open"]


def test_a_market_closes_for_lunch_without_the_end_of_its_day() -> None:
    market = Market(LUNCH)
    market.at("2026-11-20 09:00")
    assert market.at("2026-11-20 11:30") == ["closed"]
    assert market.at("2026-11-20 12:30") == ["continuous"]
    assert market.at("2026-11-20 15:00") == ["closed", "end"]


def test_a_scheduled_auction_in_the_middle_of_the_day() -> None:
    market = Market(INTRADAY)
    market.at("2026-11-20 09:00")
    assert market.at("2026-11-20 13:00") == ["volatility_auction"]
    assert market.at("2026-11-20 13:02") == ["continuous"]


# What was missed.


MISSED = {
    # Last seen at, then back at: what is done.
    ("2026-11-20 06:30", "2026-11-20 08:30"): ["opening_auction", "continuous"],
    ("2026-11-20 07:55", "2026-11-20 08:30"): ["continuous"],
    ("2026-11-20 06:30", "2026-11-20 16:31"): ["opening_auction", "continuous", "closing_auction"],
    ("2026-11-20 08:30", "2026-11-20 18:00"): ["closed", "end"],
    ("2026-11-20 16:31", "2026-11-20 18:00"): ["closed", "end"],
    ("2026-11-20 08:30", "2026-11-24 09:00"): ["closed", "end", "start 20261124", "continuous"],
    ("2026-11-20 08:30", "2026-11-24 06:30"): ["closed", "end", "start 20261124", "pre_open"],
    ("2026-11-20 18:00", "2026-11-24 09:00"): ["start 20261124", "continuous"],
    ("2026-11-20 18:00", "2026-11-24 18:00"): [],
    ("2026-11-20 06:30", "2026-11-24 18:00"): ["closed", "end"],
    ("2026-11-20 18:00", "2026-11-23 16:31"): ["start 20261123", "continuous", "closing_auction"],
}


@pytest.mark.parametrize(("seen", "back"), MISSED)
def test_after_a_downtime_it_goes_to_what_is_due(seen: str, back: str) -> None:
    market = Market(DAY)
    market.at(seen)
    market.follow(DAY)
    assert market.at(back) == MISSED[seen, back]
    assert market.at(back) == []
    market.follow(DAY)
    assert market.at(back) == []


def test_a_restart_in_the_middle_of_the_way_goes_on() -> None:
    market = Market(DAY)
    market.at("2026-11-20 06:30")
    market.now_ns = utc("2026-11-20 08:30")
    market.submit(ChangePhase("ACME", "opening_auction", "schedule day, on the way to continuous"))
    market.follow(DAY)
    assert market.at("2026-11-20 08:30:01") == ["continuous"]


def test_an_instrument_that_is_not_finished_waits() -> None:
    market = Market(DAY)
    market.at("2026-11-20 06:30")
    market.engine.unfinished["ACME"] = None
    assert market.at("2026-11-20 07:50") == []
    del market.engine.unfinished["ACME"]
    assert market.at("2026-11-20 07:50:01") == ["opening_auction"]


# Who interferes.


def test_a_halt_stays_until_the_market_closes() -> None:
    market = Market(DAY)
    market.at("2026-11-20 06:30")
    market.operator("2026-11-20 07:00", "halted")
    for text in ("2026-11-20 07:50", "2026-11-20 08:00", "2026-11-20 16:30"):
        assert market.at(text) == []
    assert market.at("2026-11-20 16:35") == ["closed", "end"]


def test_an_auction_of_a_guard_ends_by_itself() -> None:
    market = Market(INTRADAY)
    market.at("2026-11-20 09:00")
    market.operator("2026-11-20 13:01", "halted")
    market.operator("2026-11-20 13:01:30", "volatility_auction", "2026-11-20 13:06")
    assert market.at("2026-11-20 13:02") == []
    assert market.at("2026-11-20 13:05:59") == []


def test_who_resumes_during_the_closing_auction_takes_part_in_it() -> None:
    market = Market(DAY)
    market.at("2026-11-20 08:00")
    market.operator("2026-11-20 16:00", "halted")
    assert market.at("2026-11-20 16:30") == []
    market.operator("2026-11-20 16:32", "volatility_auction", "2026-11-20 16:40")
    assert market.at("2026-11-20 16:32:01") == ["closing_auction"]


def test_a_volatility_auction_at_the_moment_of_the_closing_does_not_hold_it_up() -> None:
    market = Market(DAY)
    market.at("2026-11-20 08:00")
    market.operator("2026-11-20 16:30:00", "volatility_auction", "2026-11-20 16:40")  # the schedule comes just after
    assert market.at("2026-11-20 16:30:00") == ["closing_auction"]


def test_what_an_operator_closed_stays_closed_until_the_next_phase() -> None:
    market = Market(INTRADAY)
    market.at("2026-11-20 09:00")
    market.operator("2026-11-20 10:00", "closed")
    assert market.at("2026-11-20 12:59") == []
    assert market.at("2026-11-20 13:00") == ["continuous", "volatility_auction"]


def test_a_day_that_an_operator_ended_is_over() -> None:
    market = Market(DAY)
    market.at("2026-11-20 08:00")
    market.operator("2026-11-20 10:00", "closed")
    market.submit(EndDay("ACME"))
    assert market.at("2026-11-20 16:30") == []
    assert market.at("2026-11-23 06:00") == ["start 20261123", "pre_open"]


def test_a_day_that_an_operator_began_goes_on_by_schedule() -> None:
    market = Market(DAY)
    market.at("2026-11-20 18:00")
    market.now_ns = utc("2026-11-23 05:00")
    market.submit(StartDay("ACME", 20261123))
    market.operator("2026-11-23 05:00", "pre_open")
    assert market.at("2026-11-23 05:30") == []
    assert market.at("2026-11-23 06:00") == []
    assert market.at("2026-11-23 07:50") == ["opening_auction"]


# Changes of the configuration.


def test_a_schedule_that_changes_moves_at_its_own_times_only() -> None:
    market = Market(DAY)
    market.at("2026-11-20 08:30")
    later = schedule(XETRA.replace("09:00", "11:00").replace("08:50", "10:50"))
    market.hours.follow({"ACME": later})
    assert market.at("2026-11-20 09:00") == []
    assert market.at("2026-11-20 10:00") == []
    sooner = schedule(XETRA.replace("17:30", "14:00"))
    market.hours.follow({"ACME": sooner})
    assert market.at("2026-11-20 13:30") == ["closing_auction"]


def test_an_instrument_that_loses_its_schedule_is_left_alone() -> None:
    market = Market(DAY)
    market.at("2026-11-20 08:30")
    market.hours.follow({})
    assert market.at("2026-11-20 18:00") == []


def test_an_instrument_that_gets_a_schedule_begins_with_a_day() -> None:
    market = Market(DAY, ())
    market.submit(structs.replace(listed("ACME"), has_phases=False))
    market.submit(listed("ACME"))
    market.follow(DAY)
    assert market.acme.phase == "continuous"
    assert market.at("2026-11-20 08:30") == ["closed", "end", "start 20261120", "continuous"]


# Many instruments.


def test_many_instruments_have_their_turns_a_few_at_a_time_and_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(market_hours, "LOOKS_MAX", 7)
    monkeypatch.setattr(market_hours, "COMMANDS_MAX", 4)
    market = Market(DAY, tuple(f"S{number}" for number in range(30)))
    market.at("2026-11-20 06:30")
    market.commands.clear()
    moved: list[int] = []
    while market.hours.tick(utc("2026-11-20 07:50")):
        moved.append(len(market.commands) - sum(moved))
    assert max(moved) == 4
    assert [command.symbol for command in market.commands if isinstance(command, ChangePhase)] == [
        f"S{number}" for number in range(30)
    ]


def test_what_a_tick_did_is_durable_before_the_next_does_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(market_hours, "COMMANDS_MAX", 2)
    market = Market(DAY, tuple(f"S{number}" for number in range(6)))
    market.at("2026-11-20 06:30")
    market.commands.clear()
    deferred: list[Callable[[], None]] = []
    monkeypatch.setattr(market, "after_commit", deferred.append)
    for _ in range(5):
        assert market.hours.tick(utc("2026-11-20 07:50"))
    assert len(market.commands) == 2
    deferred.pop()()
    assert market.hours.tick(utc("2026-11-20 07:50"))
    assert len(market.commands) == 4


def test_a_step_that_the_core_refuses_is_tried_once_for_each_phase(monkeypatch: pytest.MonkeyPatch) -> None:
    market = Market(DAY)
    market.at("2026-11-20 06:30")
    asked = []

    def refuse(command: Command) -> str:
        asked.append(command)
        return "no"

    monkeypatch.setattr(market.engine, "fault_of", refuse)
    assert [market.at(f"2026-11-20 07:5{minute}") for minute in range(5)] == [[]] * 5
    assert len(asked) == 1
    assert market.at("2026-11-20 08:00") == []
    assert len(asked) == 2
    monkeypatch.undo()
    assert market.at("2026-11-20 16:30") == ["opening_auction", "continuous", "closing_auction"]


def test_every_phase_leads_to_every_other_by_steps_that_are_allowed() -> None:
    for phase in PHASES:
        for target in PHASES:
            steps, place = 0, phase
            while place != target:
                following = way(place, target)
                assert following in PHASES[place].next_phases
                place, steps = following, steps + 1
                assert steps < 5
    assert way("pre_open", "continuous") == "opening_auction"
    assert way("continuous", "pre_open") == "closed"
