"""The real daemon, real QuickFIX, and the end of a store that is gone: numbers, gaps, reports and their ExecIDs."""

from __future__ import annotations

from pathlib import Path

import pytest

from certification.broker import Broker, Fields
from tests.system.trading_system import TradingSystem
from tradsys_oms.core.events import Internal
from tradsys_oms.fix.store_records import CRC, HEADER
from tradsys_oms.journal.reader import read_entries

BUY = "1"
ORDERS = 12
ON_THE_WIRE_ONLY = ("8", "9", "34", "43", "52", "97", "122", "10")


def content(report: Fields) -> Fields:
    return {tag: value for tag, value in report.items() if tag not in ON_THE_WIRE_ONLY}


def store_of(system: TradingSystem, name: str) -> Path:
    (path,) = (system.state_dir / "store" / name).glob("*.msgs")
    return path


def report_ends(path: Path) -> list[int]:
    """Give the end of each report in a store."""
    data, at, ends = path.read_bytes(), 0, []
    while at < len(data):
        length, _, _, origin_seq, _ = HEADER.unpack_from(data, at)
        at += HEADER.size + length + CRC.size
        if origin_seq:
            ends.append(at)
    return ends


def journaled(system: TradingSystem, name: str) -> list[str]:
    """Give the ExecIDs of a session's reports in the journal, in order."""
    return [
        f"{entry.seq}-{index}"
        for entry in read_entries(system.state_dir / "journal")
        for index, event in enumerate(entry.events)
        if not isinstance(event, Internal) and event.session == name
    ]


def trade(broker: Broker, prefix: str) -> None:
    """Enter orders that stay in the book, and wait for their reports."""
    for number in range(ORDERS):
        broker.order(f"{prefix}{number}", "ACME", BUY, "1", "90")
    wanted = {f"{prefix}{number}" for number in range(ORDERS)}
    broker.wait_for(lambda broker: wanted <= {report.get("11") for report in list(broker.log)}, "all reports")


def died(system: TradingSystem) -> None:
    """Kill -9; the brokers go before it comes again."""
    system.daemon.kill()
    for broker in system.brokers.values():
        broker.drop()


def see_no_number_twice(logs: list[Fields]) -> None:
    by_number: dict[str, Fields] = {}
    by_exec_id: dict[str, Fields] = {}
    for report in logs:
        assert by_number.setdefault(report["34"], content(report)) == content(report)
        assert by_exec_id.setdefault(report["17"], content(report)) == content(report)


@pytest.mark.parametrize(
    ("name", "back"),
    [
        ("BROKER42", "half a record"),
        ("BROKER44", "four records"),
        ("BROKER44", "nearly all"),
        ("BROKER50", "half a record"),
    ],
)
def test_a_peer_that_uses_quickfix_gets_every_report_again(running: TradingSystem, name: str, back: str) -> None:
    broker = running.broker(name)
    trade(broker, "X")
    before = list(broker.log)
    died(running)
    path = store_of(running, name)
    ends = report_ends(path)
    size = {"four records": ends[-5], "half a record": ends[-2] + 40, "nearly all": ends[0]}[back]
    with path.open("r+b") as file:
        file.truncate(size)
    lost = sum(end > size for end in ends)
    running.daemon.start()
    again = running.broker(name)
    again.wait_for(lambda broker: len(broker.log) >= lost, "the reports whose delivery is unknown")
    trade(again, "Y")
    marked = [report for report in again.log if report.get("97") == "Y"]
    assert [report["17"] for report in marked] == journaled(running, name)[ORDERS - lost : ORDERS]
    assert all(int(report["34"]) > 65_000 for report in again.log)
    see_no_number_twice([*before, *again.log])
    assert {report["17"] for report in [*before, *again.log]} == set(journaled(running, name))
    assert any(message["35"] == "4" and message.get("123") == "Y" for message in again.admin), "the gap was filled"
    assert not any(message["35"] in "35" for message in [*again.admin, *again.sent_admin]), "nobody objected"
    log = running.daemon.log.read_text()
    assert '"store_end_lost"' in log
    assert f'"poss_resend": {lost}' in log


def test_a_kill_without_a_loss_marks_nothing_and_leaves_no_gap(running: TradingSystem) -> None:
    broker = running.broker("BROKER44")
    trade(broker, "X")
    before = list(broker.log)
    died(running)
    running.daemon.start()
    again = running.broker("BROKER44")
    trade(again, "Y")
    assert not any("97" in report for report in again.log)
    numbers = [int(message["34"]) for message in [*again.admin, *again.log]]
    assert numbers == list(range(ORDERS + 2, 2 * ORDERS + 3))
    assert {report["17"] for report in before}.isdisjoint({report["17"] for report in again.log})
    assert not any(message["35"] == "2" for message in again.sent_admin)


@pytest.mark.parametrize("is_restarted", [False, True])
def test_reports_made_while_a_broker_was_away_come_after_its_reset(running: TradingSystem, is_restarted: bool) -> None:
    away = running.broker("BROKER44")
    for number in range(5):
        away.order(f"S{number}", "ACME", "2", "1", "100")
        away.expect(f35="8", f150="0")
    known = {report["17"] for report in away.log}
    away.drop()
    other = running.broker("BROKER42")
    for number in range(5):
        other.order(f"B{number}", "ACME", BUY, "1", "100")
    other.wait_for(lambda broker: sum(report["150"] in "2" for report in list(broker.log)) == 5, "five fills")
    if is_restarted:
        died(running)
        running.daemon.start()
    back = running.broker("BROKER44", reset_on_logon=True)
    back.wait_for(lambda broker: len(broker.log) >= 5, "the reports of what happened meanwhile")
    assert [(report["34"], report["11"]) for report in back.log] == [(str(2 + n), f"S{n}") for n in range(5)]
    assert [report["17"] for report in back.log] == [x for x in journaled(running, "BROKER44") if x not in known]
    assert not any("43" in report or "97" in report for report in back.log)
    back.drop()
    third = running.broker("BROKER44", reset_on_logon=True)
    third.status("S0", "ACME", "2")
    assert third.next()["150"] == "I", "nothing that was sent once is carried over again"
