"""The venue simulator as a process, with a real QuickFIX initiator on the other side, in all three versions."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from certification.broker import Broker
from certification.patience import PATIENCE_S
from tradsys_oms.fix.dictionary import specs_dir
from tradsys_oms.venues.simulator.record import read_record

VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")


class SimulatedVenue:
    """`tradsys sim venue` as a child process, and the initiators that connect to it."""

    def __init__(self, folder: Path, version: str) -> None:
        self.folder, self.version = folder, version
        self.process: subprocess.Popen[str] | None = None
        self.brokers: list[Broker] = []
        self.port = 0
        self.output = ""
        """What it has printed after its port."""

    def start(self, script: str = "", *options: str) -> SimulatedVenue:
        """Start it on the port that it had, with this script."""
        path = self.folder / "script.yaml"
        path.write_text(script)
        command = [sys.executable, "-m", "tradsys_oms.cli.main", "sim", "venue", "--version", self.version]
        command += ["--port", str(self.port), "--script", str(path), "--record", str(self.folder / "record"), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = json.loads(self.process.stdout.readline())["port"]
        return self

    def connect(self, *, target: str = "TRADSYS") -> Broker:
        """Log an initiator on; one of the same name continues its sequence numbers."""
        broker = Broker(
            target,
            self.version,
            self.port,
            self.folder / target,
            target_comp_id="VENUE1",
            specs=specs_dir(),
            settings=("MaxLatency=600",),
        )
        self.brokers.append(broker)
        return broker.start()

    def end(self, *, kill: bool = False) -> int:
        """End the process; gives its exit code."""
        assert self.process is not None
        self.process.kill() if kill else self.process.terminate()
        self.output, _ = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode


@pytest.fixture(params=VERSIONS)
def venue(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SimulatedVenue]:
    """Give a venue of each version that is not started."""
    made = SimulatedVenue(tmp_path, request.param)
    yield made
    for broker in made.brokers:
        broker.drop()
    if made.process is not None and made.process.poll() is None:
        made.end(kill=True)


def test_an_order_lives_as_the_script_says(venue: SimulatedVenue) -> None:
    broker = venue.start('rules: [{do: "pending then accept then fill 40@9.5 then fill 60@10"}]').connect()
    broker.order("A1", "ACME", "1", "100", "10")
    statuses = [
        (report["39"], report["14"], report["151"], report["6"]) for report in (broker.next() for _ in range(4))
    ]
    assert statuses == [
        ("A", "0", "100", "0"),
        ("0", "0", "100", "0"),
        ("1", "40", "60", "9.5"),
        ("2", "100", "0", "9.8"),
    ]
    broker.stop()
    assert venue.end() == 0
    summary = read_record(venue.folder / "record")
    assert summary.received == {"A1": 1}
    assert summary.filled["A1"] == (100 * 10**8, 980 * 10**16)


def test_cancels_and_replaces_are_done(venue: SimulatedVenue) -> None:
    broker = venue.start().connect()
    broker.order("A1", "ACME", "1", "100", "10")
    broker.expect(f35="8", f39="0")
    broker.replace("A2", "A1", "ACME", "1", "150", "10.5")
    broker.expect(f35="8", f150="5", f11="A2", f41="A1", f38="150", f44="10.5", f151="150")
    broker.cancel("A3", "A2", "ACME", "1", "150")
    broker.expect(f35="8", f150="4", f39="4", f11="A3", f41="A2", f151="0")
    broker.cancel("A4", "A2", "ACME", "1", "150")
    broker.expect(f35="9", f39="4", f102="0", f11="A4", f41="A2", f434="1")
    broker.cancel("A5", "NONE", "ACME", "1", "150")
    broker.expect(f35="9", f39="8", f102="1", f37="NONE")


def test_what_was_said_while_the_line_was_down_comes_after_the_logon(venue: SimulatedVenue) -> None:
    broker = venue.start('rules: [{do: "drop then accept then fill"}]').connect()
    broker.order("A1", "ACME", "1", "100", "10")
    broker.expect(f35="8", f39="0", f43="Y")
    broker.expect(f35="8", f39="2", f43="Y")
    assert [message["35"] for message in broker.sent_admin].count("2") == 1


@pytest.mark.parametrize("fault", ["lost", "garbled", "high_number"])
def test_quickfix_gets_what_a_fault_of_the_session_layer_kept_from_it(venue: SimulatedVenue, fault: str) -> None:
    broker = venue.start(f'rules: [{{do: "accept then {fault} fill 40 then fill 60"}}]').connect()
    broker.order("A1", "ACME", "1", "100", "10")
    assert [broker.next()["14"] for _ in range(3)] == ["0", "40", "100"]
    assert any(message["35"] == "2" for message in broker.sent_admin)


def test_a_number_that_is_too_low_ends_the_session_and_nothing_is_lost(venue: SimulatedVenue) -> None:
    broker = venue.start('rules: [{do: "accept then low_number fill 40 then fill 60"}]').connect()
    broker.order("A1", "ACME", "1", "100", "10")
    broker.expect(f39="0", f14="0")
    broker.wait_for(lambda b: any("too low" in message.get("58", "") for message in b.sent_admin), "its Logout")
    broker.drop()
    again = venue.connect()
    assert [again.next()["14"] for _ in range(2)] == ["40", "100"]


def test_a_killed_venue_goes_on_where_it_was(venue: SimulatedVenue) -> None:
    script = 'rules: [{clord_id: "A*", do: "accept then fill 40@10"}]'
    store = ("--store", str(venue.folder / "venue.store"))
    broker = venue.start(script, *store).connect()
    broker.order("A1", "ACME", "1", "100", "10")
    broker.expect(f39="0")
    exec_id = broker.expect(f39="1")["17"]
    venue.end(kill=True)
    broker.wait_for(lambda b: not b.online.is_set(), "the end of the line")
    venue.start(script, *store)
    broker.wait_for(lambda b: b.online.is_set(), "the line")
    broker.status("A1", "ACME", "1")
    broker.expect(f35="8", f39="1", f14="40", f151="60")
    broker.order("A2", "ACME", "1", "100", "10")
    broker.expect(f39="0")
    assert broker.expect(f39="1")["17"] != exec_id
    assert [message["35"] for message in broker.sent_admin].count("2") == 0
    assert read_record(venue.folder / "record").received == {"A1": 2, "A2": 1}


def test_a_scenario_is_played_once(venue: SimulatedVenue) -> None:
    script = """
scenario:
  - {expect: "D 55=ACME 38=100", as: X}
  - {act: "X: accept"}
  - {expect: "F 41={X.11}", as: Y}
  - {act: "Y: pending"}
  - {act: "X: fill 30@10"}
  - {wait: 10ms}
  - {act: "Y: reject 0 too late"}
"""
    broker = venue.start(script).connect()
    broker.order("A1", "ACME", "1", "100", "10")
    broker.expect(f150="0", f39="0")
    broker.cancel("A2", "A1", "ACME", "1", "100")
    broker.expect(f150="6", f39="6", f11="A2", f41="A1")
    broker.expect(f39="6", f14="30", f11="A1")
    broker.expect(f35="9", f39="1", f58="too late")
    assert venue.end() == 0
    assert json.loads(venue.output) == {"scenario": "done"}
