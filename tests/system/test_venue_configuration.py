"""Venues and routes of a real daemon: what it takes over, when timed routes count, and what it refuses as a whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.system.operating import ACCEPTED, REJECTED, reload, until
from tests.system.raw_peer import RawPeer
from tests.system.trading_system import TradingSystem
from tradsys_oms.core.commands import SetRoutes, SetVenue, SwitchRoute
from tradsys_oms.journal.reader import read_entries

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def hours(start_s: int, end_s: int) -> dict[str, Any]:
    """Give hours from and until so many seconds from now."""
    now = datetime.now(UTC)
    start, end = (f"{now + timedelta(seconds=seconds):%H:%M:%S}" for seconds in (start_s, end_s))
    return {"time_zone": "UTC", "start": start, "end": end, "days": WEEK}


def switched(system: TradingSystem) -> list[tuple[float, bool]]:
    """Give when, in s, the route was switched, and how."""
    entries = read_entries(system.state_dir / "journal")
    return [(entry.time_ns / 1e9, entry.command.is_on) for entry in entries if isinstance(entry.command, SwitchRoute)]


def told(system: TradingSystem) -> list[SetVenue | SetRoutes]:
    entries = read_entries(system.state_dir / "journal")
    return [entry.command for entry in entries if isinstance(entry.command, SetVenue | SetRoutes)]


def outcome(peer: RawPeer, clord_id: str) -> str:
    """Enter an order; give ExecType of the first report."""
    peer.order(clord_id)
    report = peer.expect("8")
    assert report["11"] == clord_id, report
    return report["150"]


@pytest.fixture
def routed(system: TradingSystem) -> TradingSystem:
    """Give a daemon that is not started, with a venue that nobody connects to and a route there."""
    system.settings["venues"] = [
        {
            "id": "ALPHA",
            "dialect": "fix44",
            "addresses": ["127.0.0.1:1"],
            "sender_comp_id": "US",
            "target_comp_id": "ALPHA",
            "supervise": False,
        }
    ]
    system.settings["routes"] = [{"id": "out", "strategy": "failover", "venues": ["ALPHA"]}]
    system.write_config()
    return system


def test_a_timed_route_counts_in_its_hours_and_after_a_kill(routed: TradingSystem) -> None:
    routed.daemon.start()
    with RawPeer(routed.fix_port, "BROKER44") as peer:
        peer.logon()
        assert outcome(peer, "ALWAYS") == REJECTED
        routed.settings["routes"][0]["hours"] = hours(3, 3600)
        start_s = datetime.now(UTC).timestamp() + 3
        reload(routed)
        assert outcome(peer, "BEFORE") == ACCEPTED
        until(lambda: switched(routed), "the start of the hours")
        assert outcome(peer, "WITHIN") == REJECTED
    ((at_s, is_on),) = switched(routed)
    assert is_on
    assert start_s - 1.1 <= at_s <= start_s + 0.5
    routed.daemon.kill()
    routed.daemon.start()
    with RawPeer(routed.fix_port, "BROKER44", next_out=peer.next_out) as peer:
        peer.logon()
        assert outcome(peer, "AGAIN") == REJECTED
        assert len(switched(routed)) == 1
        routed.settings["routes"][0]["hours"] = hours(-3600, -60)
        reload(routed)
        until(lambda: len(switched(routed)) == 2, "the end of the hours")
        assert outcome(peer, "AFTER") == ACCEPTED


def test_a_reload_tells_the_core_what_changed_and_nothing_else(routed: TradingSystem) -> None:
    routed.daemon.start()
    first = told(routed)
    assert [type(command) for command in first] == [SetVenue, SetRoutes]
    routed.settings["venues"][0]["heart_bt_int_s"] = 7
    reload(routed)
    assert told(routed) == first
    del routed.settings["venues"], routed.settings["routes"]
    reload(routed)
    until(lambda: len(told(routed)) > 2, "the changes to be durable")
    assert told(routed)[2:] == [SetVenue("ALPHA", False, can_mass_status=True), SetRoutes(())]


def test_faults_of_venues_keep_all_as_it_was(routed: TradingSystem) -> None:
    routed.daemon.start()
    first = told(routed)
    routed.settings["venues"][0] |= {"credentials": {"password": "hunter2"}, "symbols": ["NOSUCH"], "supervise": True}
    routed.settings["routes"].append({"id": "late", "strategy": "failover", "venues": ["BETA"]})
    reason = reload(routed, "reload_refused")["reason"]
    for words in (
        "a secret must not stand",
        "there is no instrument NOSUCH",
        "there is no venue BETA",
        "takes them all",
    ):
        assert words in reason
    assert "hunter2" not in routed.daemon.log.read_text()
    assert told(routed) == first
