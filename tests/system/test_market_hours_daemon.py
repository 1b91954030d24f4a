"""A trading day on a real daemon: its phases run by themselves, and go on where they should after a kill."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from certification.broker import Fields
from tests.system.operating import ACCEPTED, CANCELED, REJECTED, reload, until
from tests.system.raw_peer import RawPeer
from tests.system.trading_system import TradingSystem
from tradsys_oms.core.commands import EndDay, StartDay
from tradsys_oms.core.events import PhaseChanged, Uncrossed
from tradsys_oms.journal.entries import Entry
from tradsys_oms.journal.reader import read_entries

TRADED, EXPIRED = "F", "C"
"""ExecType (150)."""


def timetable(**after_s: float) -> list[dict[str, str]]:
    """Give phases that begin so many seconds from now."""
    now = datetime.now(UTC)
    return [
        {"at": f"{now + timedelta(seconds=seconds):%H:%M:%S}", "phase": phase} for phase, seconds in after_s.items()
    ]


def schedule(system: TradingSystem, phases: list[dict[str, str]]) -> None:
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    system.settings["market_schedules"] = [{"id": "day", "time_zone": "UTC", "days": days, "phases": phases}]


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[TradingSystem]:
    """Give a daemon whose ACME has a schedule by which it is closed for hours."""
    system = TradingSystem(tmp_path)
    hour = 3600
    schedule(system, timetable(pre_open=9 * hour, opening_auction=10 * hour, continuous=11 * hour, closed=12 * hour))
    system.settings["groups"] = [{"id": "shares", "phases": "day"}]
    instruments: list[dict[str, Any]] = system.settings["instruments"]
    instruments[0]["group"] = "shares"
    system.write_config()
    system.daemon.start()
    yield system
    system.close()


def journal(system: TradingSystem) -> list[Entry]:
    return list(read_entries(system.state_dir / "journal"))


def phases(system: TradingSystem) -> list[str]:
    """List the phases that ACME has had."""
    events = (event for entry in journal(system) for event in entry.events)
    return [event.phase for event in events if isinstance(event, PhaseChanged) and event.symbol == "ACME"]


def until_phase(system: TradingSystem, phase: str) -> None:
    until(lambda: phases(system)[-1:] == [phase], phase)


def answer(peer: RawPeer, exec_type: str, clord_id: str) -> Fields:
    report = peer.expect("8")
    assert (report["150"], report["11"]) == (exec_type, clord_id), report
    return report


def test_a_day_runs_by_its_schedule(closed: TradingSystem) -> None:
    with RawPeer(closed.fix_port, "BROKER44") as buyer, RawPeer(closed.fix_port, "BROKER42", "FIX.4.2") as seller:
        buyer.logon(), seller.logon()
        buyer.order("EARLY")
        answer(buyer, REJECTED, "EARLY")
        plan = {"pre_open": 2, "opening_auction": 5, "continuous": 6, "closing_auction": 8, "closed": 9}
        schedule(closed, timetable(**plan))
        reload(closed)

        until_phase(closed, "pre_open")
        buyer.order("B1", price="101")
        buyer.order("B2", price="90")
        seller.order("S1", "2", price="99")
        for peer, clord_id in ((buyer, "B1"), (buyer, "B2"), (seller, "S1")):
            answer(peer, ACCEPTED, clord_id)
        until_phase(closed, "continuous")
        bought, sold = answer(buyer, TRADED, "B1"), seller.expect("8")
        assert (bought["31"], bought["32"], bought["39"]) == ("100", "1", "2")
        assert (sold["11"], sold["31"], sold["39"]) == ("S1", "100", "2")

        until_phase(closed, "closed")
        assert answer(buyer, EXPIRED, "B2")["39"] == "C"
        buyer.order("LATE")
        answer(buyer, REJECTED, "LATE")
    assert phases(closed) == list(plan)
    commands = [entry.command for entry in journal(closed)]
    (begun,) = (command for command in commands if isinstance(command, StartDay))
    assert begun.trade_date in {int(f"{datetime.now(UTC) + timedelta(days=days):%Y%m%d}") for days in (-1, 0)}
    assert [command.symbol for command in commands if isinstance(command, EndDay)] == ["ACME"] * 2


def test_a_phase_that_began_while_the_daemon_was_down_is_entered_when_it_is_up(closed: TradingSystem) -> None:
    began_s = time.monotonic()
    schedule(closed, timetable(pre_open=1, opening_auction=7, continuous=8, closed=7200))
    reload(closed)
    with RawPeer(closed.fix_port, "BROKER44") as buyer, RawPeer(closed.fix_port, "BROKER50", "FIX.5.0SP2") as seller:
        buyer.logon(), seller.logon()
        until_phase(closed, "pre_open")
        buyer.order("B1", price="101")
        seller.order("S1", "2", price="101")
        answer(buyer, ACCEPTED, "B1"), answer(seller, ACCEPTED, "S1")
        closed.daemon.kill()
        next_out = buyer.next_out
    assert phases(closed) == ["pre_open"]
    until(lambda: time.monotonic() > began_s + 9, "the time of continuous trading")
    closed.daemon.start()
    assert phases(closed) == ["pre_open", "opening_auction", "continuous"]
    (uncrossed,) = (event for entry in journal(closed) for event in entry.events if isinstance(event, Uncrossed))
    assert (uncrossed.price, uncrossed.qty) == (10_100, 1)
    with RawPeer(closed.fix_port, "BROKER44", next_out=next_out) as back:
        logon = back.logon()
        back.send("2", f"7={int(logon['34']) - 1}|16=0|")
        assert answer(back, TRADED, "B1")["31"] == "101"
        back.order("NOW", price="95")
        while (report := back.next()).get("11") != "NOW":
            pass
        assert report["150"] == ACCEPTED


def test_without_a_group_an_instrument_trades_as_ever(closed: TradingSystem) -> None:
    with RawPeer(closed.fix_port, "BROKER44") as peer:
        peer.logon()
        order = peer.make("D", "11=G1|55=GLOBEX|54=1|38=1|40=2|44=90|59=0|60=20261121-00:00:00|")
        peer.socket.sendall(order)
        answer(peer, ACCEPTED, "G1")
        peer.send("F", "11=G2|41=G1|55=GLOBEX|54=1|38=1|60=20261121-00:00:00|")
        answer(peer, CANCELED, "G2")


def test_who_subscribed_is_told_how_an_auction_stands_and_an_order_expires_at_its_time(closed: TradingSystem) -> None:
    with RawPeer(closed.fix_port, "BROKER44") as buyer, RawPeer(closed.fix_port, "BROKER42", "FIX.4.2") as seller:
        buyer.logon(), seller.logon()
        schedule(closed, timetable(opening_auction=1, continuous=1800, closed=7200))
        reload(closed)
        until_phase(closed, "opening_auction")
        buyer.send("e", "324=WATCH|55=ACME|263=1|")
        assert buyer.expect("f")["324"] == "WATCH"
        buyer.order("B1", price="101")
        answer(buyer, ACCEPTED, "B1")
        seller.order("S1", "2", price="101")
        answer(seller, ACCEPTED, "S1")
        status = buyer.expect("f")
        assert (status["324"], status["330"], status["331"], status["332"]) == ("WATCH", "1", "1", "101")

        now = datetime.now(UTC)
        expires = f"{now + timedelta(seconds=2):%Y%m%d-%H:%M:%S}"
        buyer.send("D", f"11=B2|55=ACME|54=1|38=1|40=2|44=90|59=6|126={expires}|60={now:%Y%m%d-%H:%M:%S}|")
        answer(buyer, ACCEPTED, "B2")
        report = answer(buyer, EXPIRED, "B2")
        assert (report["39"], report["151"]) == ("C", "0")
        assert f"{datetime.now(UTC):%Y%m%d-%H:%M:%S}" >= expires
