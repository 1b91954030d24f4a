"""The end of the journal is gone although it was durable: trading goes on, and no identity is ever given twice."""

from __future__ import annotations

from tests.system.trading_system import TradingSystem
from tradsys_oms.clearing.queries import executions
from tradsys_oms.core.commands import EntryLost
from tradsys_oms.journal.reader import read_entries

BUY = "1"


def test_numbers_of_lost_records_are_never_given_again(running: TradingSystem) -> None:
    broker = running.broker("BROKER44")
    for number in range(20):
        broker.order(f"L{number}", "ACME", BUY, "1", "90")
    before = [broker.expect(f150="0")["17"] for _ in range(20)]
    running.daemon.wait_projected()
    broker.drop()
    running.daemon.kill()
    segment = sorted((running.state_dir / "journal").glob("*.tsj"))[-1]
    with segment.open("r+b") as file:
        file.truncate(segment.stat().st_size - 600)
    running.daemon.start()
    lost = [entry.seq for entry in read_entries(running.state_dir / "journal") if type(entry.command) is EntryLost]
    assert lost
    assert '"level": "critical"' in running.daemon.log.read_text()
    again = running.broker("BROKER42")
    again.order("AFTER", "ACME", BUY, "1", "90")
    after = again.expect(f150="0")["17"]
    assert after not in before
    url = running.daemon.wait_projected()["url"]
    assert after in {row["exec_id"] for row in executions(url, 1000)}
