"""The hours of sessions: who may log on, who is logged out, and numbers that begin again, with a clock of the test."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from tests.unit.fix.acceptor_client import LOGON, Client, listening, run, until
from tests.unit.fix.fix_exchange import Exchange
from tests.unit.test_disconnects import Journal
from tradsys_oms.core.commands import Command, SessionReset, SetSession
from tradsys_oms.fix.session import Session
from tradsys_oms.hours.schedule import Schedule
from tradsys_oms.session_hours import OVER, SessionHours

S = 1_000_000_000
HOUR = 3600 * S


def ns(text: str) -> int:
    """Give a UTC time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * S


def schedule(**others: object) -> Schedule:
    """Give New York's trading week: Sunday to Thursday 18:00 to 17:00 of the next day."""
    fields = {"time_zone": "America/New_York", "start": time(18), "end": time(17), "days": (6, 0, 1, 2, 3)}
    return Schedule(schedule="cme", **(fields | others))  # type: ignore[arg-type]


class Hours:
    """The hours of the session BROKER of an acceptor, over a core with a clock of its own."""

    def __init__(self, exchange: Exchange, given: Schedule) -> None:
        self.journal = Journal()
        self.journal.submit(SetSession("BROKER", "M", True))
        self.session: Session = exchange.acceptor.sessions["BROKER"]
        self.hours = SessionHours(self.journal.engine, self.journal, exchange.acceptor)  # type: ignore[arg-type]
        self.hours.follow({"BROKER": given})

    async def log_on(self, port: int) -> Client:
        """Log a client on now, whatever the hours say: the test's clock is not that of the connection."""
        self.session.hours = None
        client = Client(port)
        await client.logon()
        self.session.hours = self.hours
        return client

    def admits(self, text: str) -> bool:
        self.journal.now_ns = ns(text)
        return self.hours.admits(self.session, ns(text))

    def tick(self, text: str) -> None:
        self.journal.now_ns = ns(text)
        self.hours.tick(ns(text))

    def resets(self) -> int:
        commands: list[Command] = self.journal.commands
        return sum(isinstance(command, SessionReset) for command in commands)


@run
async def test_a_weekend_of_a_session(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        hours = Hours(exchange, schedule())
        opens = {
            "2026-11-20T21:59:59": True,  # Friday, 16:59:59 in New York
            "2026-11-20T22:00:00": False,
            "2026-11-21T12:00:00": False,
            "2026-11-22T22:59:59": False,  # Sunday, 17:59:59
            "2026-11-22T23:00:00": True,
            "2026-11-23T21:59:59": True,
            "2026-11-23T22:30:00": False,
            "2026-11-23T23:00:00": True,
        }
        assert {text: hours.admits(text) for text in opens} == opens


@run
async def test_the_outlook_says_when_a_session_opens_or_closes(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        hours = Hours(exchange, schedule())
        look = hours.hours.outlook
        assert look(hours.session, ns("2026-11-20T21:00:00")) == (True, ns("2026-11-20T22:00:00"))
        assert look(hours.session, ns("2026-11-21T12:00:00")) == (False, ns("2026-11-22T23:00:00"))
        hours.hours.follow({})
        assert look(hours.session, ns("2026-11-21T12:00:00")) == (True, 0)


@run
async def test_the_hours_follow_the_clocks_of_the_zone(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        hours = Hours(exchange, schedule())
        assert not hours.admits("2026-03-06T22:00:00")  # Friday, the last day of winter time: 17:00 is 22:00 UTC
        assert not hours.admits("2026-03-08T21:59:59")
        assert hours.admits("2026-03-08T22:00:00")  # Sunday, the first of summer time: 18:00 is 22:00 UTC
        assert not hours.admits("2026-11-01T22:59:59")  # Sunday, the first of winter time
        assert hours.admits("2026-11-01T23:00:00")


@run
async def test_numbers_begin_again_once_with_each_window(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        hours = Hours(exchange, schedule())
        for text in ("2026-11-22T22:59:00", "2026-11-22T23:00:00", "2026-11-22T23:01:00", "2026-11-23T20:00:00"):
            hours.session.next_in = 7
            hours.tick(text)
        assert hours.resets() == 1
        hours.tick("2026-11-23T23:00:00")
        assert hours.resets() == 2
        assert (hours.session.next_in, hours.session.next_out) == (1, 1)


@run
async def test_a_window_that_began_while_the_daemon_was_down_counts_when_it_is_up(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        hours = Hours(exchange, schedule())
        hours.session.next_in = 7
        assert hours.admits("2026-11-23T15:00:00")
        assert (hours.resets(), hours.session.next_in) == (1, 1)


@run
async def test_without_a_reset_the_numbers_go_on(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        hours = Hours(exchange, schedule(reset=False))
        hours.tick("2026-11-22T23:00:00")
        assert hours.resets() == 0


@pytest.mark.parametrize("stay_s", [0, 600])
def test_a_session_is_logged_out_at_the_end_of_its_stay(tmp_path: Path, stay_s: int) -> None:
    @run
    async def test(folder: Path) -> None:
        async with listening(folder) as exchange:
            hours = Hours(exchange, schedule(stay_connected_s=stay_s))
            client = await hours.log_on(exchange.acceptor.port)
            session = hours.session
            session.logon_ns = ns("2026-11-19T20:00:00")
            hours.tick("2026-11-19T21:59:59")
            if stay_s:
                hours.tick("2026-11-19T22:09:59")
            assert session.state.name == "ONLINE"
            hours.tick("2026-11-19T22:10:00" if stay_s else "2026-11-19T22:00:00")
            logout = await client.expect("5")
            assert logout.fields["58"] == OVER
            client.send("5")
            assert await client.is_cut()
            await until(lambda: not session.is_online)
            assert exchange.drops["BROKER"] is False

    test(tmp_path)


@run
async def test_who_is_still_there_when_the_next_window_begins_is_logged_out_first(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        hours = Hours(exchange, schedule(end=time(18)))  # windows without a pause
        client = await hours.log_on(exchange.acceptor.port)
        hours.session.logon_ns = ns("2026-11-18T20:00:00")
        hours.tick("2026-11-18T23:00:00")
        await client.expect("5")
        assert hours.resets() == 0
        client.send("5")
        assert await client.is_cut()
        await until(lambda: not hours.session.is_online)
        hours.tick("2026-11-18T23:00:01")
        assert hours.resets() == 1


@run
async def test_nobody_logs_on_outside_of_the_hours(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        other_day = (datetime.now(UTC).weekday() + 3) % 7
        hours = Hours(exchange, schedule(time_zone="UTC", start=time(9), end=time(10), days=(other_day,)))
        client = await Client(exchange.acceptor.port).connect()
        client.send("A", LOGON)
        assert await client.is_cut()
        assert (hours.session.next_in, hours.session.next_out) == (1, 1)
