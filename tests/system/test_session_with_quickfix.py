"""The acceptor against real QuickFIX initiators of all three versions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from certification.broker import Broker
from tests.system.exchange_process import ExchangeProcess
from tradsys_oms.fix.dictionary import specs_dir

VERSIONS = {"BROKER42": "FIX.4.2", "BROKER44": "FIX.4.4", "BROKER50": "FIX.5.0SP2"}


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[ExchangeProcess]:
    """Give a running exchange that knows one broker of each version."""
    sessions = [option for broker, version in VERSIONS.items() for option in ("--session", f"{broker}:{version}")]
    process = ExchangeProcess(tmp_path / "exchange", *sessions).start()
    yield process
    process.kill()


def connect(exchange: ExchangeProcess, tmp_path: Path, comp_id: str, *, heartbeat_s: int = 30) -> Broker:
    """Log a broker on; one of the same name continues its sequence numbers."""
    version = VERSIONS[comp_id]
    broker = Broker(
        comp_id, version, exchange.port, tmp_path / comp_id, specs=specs_dir(), heartbeat_s=heartbeat_s, reconnect_s=1
    )
    return broker.start()


@pytest.mark.parametrize("comp_id", VERSIONS)
def test_heartbeats_keep_an_idle_session_up(exchange: ExchangeProcess, tmp_path: Path, comp_id: str) -> None:
    broker = connect(exchange, tmp_path, comp_id, heartbeat_s=1)
    broker.wait_for(lambda b: sum(m["35"] == "0" for m in b.admin) >= 2, "two heartbeats")
    broker.order("C1", "ACME", "1", "100", "10")
    broker.expect(f35="8", f39="8", f11="C1")
    broker.stop()
    assert [message["35"] for message in broker.admin if message["35"] in "235"] == ["5"]
    assert broker.admin[-1]["35"] == "5"


@pytest.mark.parametrize("comp_id", VERSIONS)
def test_reports_that_were_missed_come_again_once(exchange: ExchangeProcess, tmp_path: Path, comp_id: str) -> None:
    first = connect(exchange, tmp_path, comp_id)
    for number in range(5):
        first.order(f"A{number}", "ACME", "1", "100", "10")
        first.expect(f35="8", f11=f"A{number}")
    first.drop()
    # The broker loses what it received last: it goes back to the state that it had after the Logon.
    seqnums = next((tmp_path / comp_id / "store").glob("*.seqnums"))
    sender, _ = seqnums.read_text().strip("\0\n ").split(":")
    seqnums.write_text(f"{int(sender):010d} : {2:010d}")
    second = connect(exchange, tmp_path, comp_id)
    again = [second.next() for _ in range(5)]
    assert [(report["11"], report["43"], report["34"]) for report in again] == [
        (f"A{number}", "Y", str(number + 2)) for number in range(5)
    ]
    assert all("122" in report for report in again)
    second.order("B1", "ACME", "1", "100", "10")
    assert "43" not in second.expect(f35="8", f11="B1")
    second.stop()


@pytest.mark.parametrize("comp_id", VERSIONS)
def test_numbers_go_on_after_kill_9(exchange: ExchangeProcess, tmp_path: Path, comp_id: str) -> None:
    broker = connect(exchange, tmp_path, comp_id)
    broker.order("A1", "ACME", "1", "100", "10")
    last = int(broker.expect(f35="8", f11="A1")["34"])
    exchange.kill()
    broker.wait_for(lambda b: not b.online.is_set(), "the end of the connection")
    broker.order("A2", "ACME", "1", "100", "10")  # goes out by resend after the reconnect
    exchange.start()
    broker.wait_for(lambda b: b.online.is_set(), "the reconnect")
    assert int(broker.expect(f35="8", f11="A2")["34"]) > last
    broker.stop()
    assert [report["11"] for report in broker.log] == ["A1", "A2"]


@pytest.mark.parametrize("comp_id", VERSIONS)
def test_exchange_that_stops_logs_its_brokers_out(exchange: ExchangeProcess, tmp_path: Path, comp_id: str) -> None:
    broker = connect(exchange, tmp_path, comp_id)
    assert exchange.stop() == 0
    broker.wait_for(lambda b: not b.online.is_set(), "the Logout")
    assert [message.get("58") for message in broker.admin if message["35"] == "5"] == ["the exchange closes"]
    broker.drop()


def test_broker_that_resets_starts_at_one(exchange: ExchangeProcess, tmp_path: Path) -> None:
    first = connect(exchange, tmp_path, "BROKER44")
    first.order("A1", "ACME", "1", "100", "10")
    first.expect(f35="8", f11="A1")
    first.stop()
    folder = tmp_path / "BROKER44"
    second = Broker("BROKER44", "FIX.4.4", exchange.port, folder, specs=specs_dir(), reset_on_logon=True).start()
    logon = next(message for message in second.admin if message["35"] == "A")
    assert (logon["34"], logon["141"]) == ("1", "Y")
    second.order("B1", "ACME", "1", "100", "10")
    assert second.expect(f35="8", f11="B1")["34"] == "2"
    second.stop()
