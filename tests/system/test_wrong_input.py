"""What wrong input gets: one clear sentence and a non-zero exit at start, a reject and nothing else while trading goes
on.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from certification.patience import PATIENCE_S
from tests.system.trading_system import ROOT, TradingSystem, free_port

BUY, SELL = "1", "2"


def run(system: TradingSystem) -> subprocess.CompletedProcess[str]:
    """Run `tradsys run`, which is expected to refuse."""
    command = [sys.executable, "-m", "tradsys_oms.cli.main", "run", "-c", str(system.config)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def sentence_of(done: subprocess.CompletedProcess[str]) -> str:
    """Give the one line for the operator; there must be no traceback."""
    assert done.returncode != 0
    assert "Traceback" not in done.stderr, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("tradsys: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize("which", ["fix", "http"])
def test_a_port_in_use(system: TradingSystem, which: str) -> None:
    port = {"fix": system.fix_port, "http": system.http_port}[which]
    with socket.create_server(("127.0.0.1", port)):
        assert f"127.0.0.1:{port}" in sentence_of(run(system))


def test_an_unwritable_state_directory(system: TradingSystem) -> None:
    blocker = system.folder / "file"
    blocker.write_text("not a directory")
    system.settings["state_dir"] = str(blocker / "state")
    system.write_config()
    assert str(blocker / "state") in sentence_of(run(system))


def test_a_second_daemon_on_the_same_state_directory(running: TradingSystem) -> None:
    running.settings["fix"]["listen"] = f"127.0.0.1:{free_port()}"
    running.settings["http"]["listen"] = f"127.0.0.1:{free_port()}"
    running.write_config()
    sentence = sentence_of(run(running))
    assert str(running.state_dir) in sentence
    process = running.daemon.process
    assert process is not None
    assert str(process.pid) in sentence


def test_a_damaged_journal_names_file_and_place(running: TradingSystem) -> None:
    broker = running.broker("BROKER44")
    for number in range(5):
        broker.order(f"J{number}", "ACME", BUY, "1", "90")
        broker.expect(f150="0")
    broker.stop()
    assert running.daemon.stop() == 0
    segment = sorted((running.state_dir / "journal").glob("*.tsj"))[0]
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 0xFF
    segment.write_bytes(bytes(data))
    assert segment.name in sentence_of(run(running))
    verify = [sys.executable, "-m", "tradsys_oms.cli.main", "journal", "verify", "-c", str(running.config)]
    done = subprocess.run(verify, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert segment.name in done.stdout + done.stderr


def test_a_bad_configuration_lists_every_fault(system: TradingSystem) -> None:
    system.settings["fix"]["lisen"] = "127.0.0.1:1"
    system.settings["sessions"][0]["version"] = "FIX.4.9"
    system.settings["instruments"][1]["tick"] = -1
    del system.settings["insecure"]
    system.write_config()
    done = run(system)
    assert done.returncode != 0
    for words in ("fix.lisen", "sessions[0].version", "instruments[1].tick", "insecure"):
        assert words in done.stderr


def test_an_unreachable_database_does_not_stop_trading(system: TradingSystem) -> None:
    port = free_port()
    secret = system.folder / "database_url"
    secret.write_text(f"postgresql://nobody:secret-word@127.0.0.1:{port}/none")
    system.settings["database"] = {"url": {"file": str(secret)}}
    system.write_config()
    system.daemon.start()
    broker = system.broker("BROKER44")
    broker.order("U1", "ACME", BUY, "1", "90")
    broker.expect(f150="0")
    deadline = time.monotonic() + 20
    while (database := system.daemon.tradsys("status")["database"]).get("state") != "down":
        assert time.monotonic() < deadline, database
        time.sleep(0.1)
    assert str(port) in database["error"]
    assert database["lag_records"] > 0
    with urllib.request.urlopen(f"http://127.0.0.1:{system.http_port}/metrics", timeout=PATIENCE_S) as answer:
        metrics = answer.read().decode()
    assert "tradsys_database_up 0.0" in metrics
    assert "secret-word" not in metrics + system.daemon.log.read_text() + str(database)


def test_malformed_input_kills_neither_neighbours_nor_the_daemon(running: TradingSystem) -> None:
    broker = running.broker("BROKER44")
    garbage = [
        b"\x00" * 1000,
        b"GET / HTTP/1.1\r\n\r\n",
        b"8=FIX.4.4\x019=5\x0135=A\x0110=000\x01",
        b"8=FIX.4.4\x019=99999999\x0135=A\x01",
        b"8=FIX.9.9\x019=5\x0135=A\x0110=178\x01",
    ]
    for data in garbage:
        with socket.create_connection(("127.0.0.1", running.fix_port), timeout=PATIENCE_S) as stranger:
            stranger.sendall(data)
    broker.order("N1", "ACME", BUY, "1", "90")
    broker.expect(f150="0", f11="N1")
    assert running.daemon.stop() == 0


def test_bad_messages_get_the_reject_that_the_standard_names(running: TradingSystem) -> None:
    broker = running.broker("BROKER44", specs=None)
    broker.order("M1", "ACME", BUY, "1", extra={40: "2"})
    broker.expect(f35="j", f380="5", f372="D")
    broker.send("D", {11: "M2", 55: "ACME", 54: "1", 38: "1", 40: "Z"})
    broker.wait_for(lambda b: any(m["35"] == "3" and m.get("373") == "5" for m in b.admin), "a Reject of the value")
    broker.send("D", {11: "M3", 54: "1", 38: "1", 40: "1"})
    broker.wait_for(lambda b: any(m["35"] == "3" and m.get("371") == "55" for m in b.admin), "a Reject of the lack")
    broker.send("AE", {571: "X"})
    broker.wait_for(lambda b: any(m["35"] in "3j" for m in [*b.admin, *b.log]), "a reject of the type")
    broker.order("M4", "ACME", BUY, "1", "90")
    broker.wait_for(lambda b: any(m.get("11") == "M4" for m in b.log), "the session to go on")


def test_sigterm_stops_cleanly_within_ten_seconds(running: TradingSystem) -> None:
    running.broker("BROKER42")
    started = time.monotonic()
    assert running.daemon.stop() == 0
    assert time.monotonic() - started < 10
    assert not Path(running.state_dir / "control.sock").exists()


def test_sighup_takes_a_good_configuration_and_refuses_a_bad_one(running: TradingSystem) -> None:
    broker = running.broker("BROKER44")
    running.settings["instruments"].append({"symbol": "NEWCO", "tick": 0.5, "lot": 10, "reference_price": 50})
    running.settings["sessions"][0]["version"] = "FIX.9"
    running.write_config()
    process = running.daemon.process
    assert process is not None
    process.send_signal(signal.SIGHUP)
    wait_for_log(running, "reload_refused")
    broker.order("H1", "NEWCO", BUY, "10", "50")
    broker.expect(f150="8", f103="1")
    running.settings["sessions"][0]["version"] = "FIX.4.2"
    running.write_config()
    process.send_signal(signal.SIGHUP)
    wait_for_log(running, "reloaded")
    broker.order("H2", "NEWCO", BUY, "10", "50.5")
    broker.expect(f150="0", f44="50.5")


def wait_for_log(system: TradingSystem, event: str) -> None:
    """Wait until the daemon has logged `event`."""
    deadline = time.monotonic() + 10
    while f'"event": "{event}"' not in system.daemon.log.read_text():
        assert time.monotonic() < deadline, system.daemon.last_lines()
        time.sleep(0.05)
