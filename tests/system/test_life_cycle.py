"""Start, reload and stop of a real daemon: whatever the moment, it is done in order, and no report is lost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certification.broker import parse
from certification.patience import PATIENCE_S
from tests.system.operating import until
from tests.system.trading_system import ROOT, TradingSystem
from tradsys_oms.clearing.embedded import EmbeddedPostgres
from tradsys_oms.core.commands import SetInstrument
from tradsys_oms.core.engine import Engine
from tradsys_oms.journal.entries import encode_entry
from tradsys_oms.journal.reader import read_entries
from tradsys_oms.journal.writer import JournalWriter

BUY, SELL = "1", "2"
STOP_MAX_S = 9.5


def logged(system: TradingSystem, event: str) -> int:
    """Count the records of an event in the daemon's log."""
    return system.daemon.log.read_text().count(f'"event": "{event}"')


def reload(system: TradingSystem, event: str = "reloaded") -> None:
    """Let the daemon read its configuration again, and wait for what it says to it."""
    count = logged(system, event)
    send_signal(system, signal.SIGHUP)
    until(lambda: logged(system, event) > count, event)


def send_signal(system: TradingSystem, number: signal.Signals) -> None:
    """Send a signal to the daemon."""
    assert system.daemon.process is not None
    system.daemon.process.send_signal(number)


def session_of(system: TradingSystem, comp_id: str) -> dict[str, Any]:
    """Find the settings of a session."""
    found: dict[str, Any] = next(item for item in system.settings["sessions"] if item["comp_id"] == comp_id)
    return found


def switch_off(system: TradingSystem, how: str) -> Callable[[], None]:
    """Take BROKER44's session out of the configuration, or disable it; gives what brings it back."""
    session = session_of(system, "BROKER44")
    if how == "disabled":
        session["enabled"] = False
        system.write_config()
        return lambda: session.update(enabled=True)
    system.settings["sessions"].remove(session)
    system.write_config()
    return lambda: system.settings["sessions"].append(session)


@pytest.mark.parametrize("how", ["disabled", "absent"])
@pytest.mark.parametrize("comes_back_by", ["reload", "start"])
def test_a_session_that_comes_back_gets_what_it_missed(system: TradingSystem, how: str, comes_back_by: str) -> None:
    system.daemon.start()
    seller = system.broker("BROKER44")
    seller.order("S1", "ACME", SELL, "10", "100", time_in_force="1")
    seller.expect(f150="0")
    seller.stop()
    bring_back = switch_off(system, how)
    assert system.daemon.stop() == 0
    system.daemon.start()
    buyer = system.broker("BROKER42")
    for number, quantity in enumerate(("3", "2")):
        buyer.order(f"B{number}", "ACME", BUY, quantity, "100")
        buyer.expect(f150="0")
        buyer.expect(f32=quantity)
    buyer.stop()
    bring_back()
    system.write_config()
    if comes_back_by == "reload":
        reload(system)
    else:
        assert system.daemon.stop() == 0
        system.daemon.start()
    buyer = system.broker("BROKER42")
    buyer.order("B2", "ACME", BUY, "1", "100")
    seller = system.broker("BROKER44")
    quantities = [seller.expect(f150="F", f11="S1")["32"] for _ in range(3)]
    assert quantities == ["3", "2", "1"]
    assert len({report["17"] for report in seller.log}) == 3


def test_a_store_that_was_cut_is_told(running: TradingSystem) -> None:
    running.broker("BROKER44").stop()
    assert running.daemon.stop() == 0
    (store,) = (running.state_dir / "store" / "BROKER44").glob("*.msgs")
    with store.open("ab") as file:
        file.write(b"half a message")
    running.daemon.start()
    record = next(line for line in running.daemon.last_lines().splitlines() if '"event": "store_cut"' in line)
    assert '"truncated_bytes": 14' in record


class SilentBroker:
    """Logs on as BROKER44 and says only what it is told to."""

    def __init__(self, system: TradingSystem) -> None:
        self.socket = socket.create_connection(("127.0.0.1", system.fix_port), timeout=PATIENCE_S)
        self._next_out = 1
        self._rest = b""
        self.send("A", "98=0\x01108=30\x01")
        assert self.next()["35"] == "A"

    def __enter__(self) -> SilentBroker:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, msg_type: str, body: str) -> None:
        """Send a message with the next number."""
        stamp = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
        head = f"35={msg_type}\x0149=BROKER44\x0156=TRADSYS\x0134={self._next_out}\x0152={stamp}\x01"
        message = f"8=FIX.4.4\x019={len(head + body)}\x01{head}{body}"
        self._next_out += 1
        self.socket.sendall(f"{message}10={sum(message.encode()) % 256:03d}\x01".encode())

    def next(self) -> dict[str, str]:
        """Give the next message."""
        while True:
            end = self._rest.find(b"\x0110=")
            if end >= 0 and end + 8 <= len(self._rest):
                message, self._rest = self._rest[: end + 8], self._rest[end + 8 :]
                return parse(message.decode())
            data = self.socket.recv(65_536)
            assert data, "the daemon closed the connection"
            self._rest += data


def test_a_live_session_speaks_its_old_version_until_it_is_gone(running: TradingSystem) -> None:
    buyer = running.broker("BROKER50")
    stamp = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
    with SilentBroker(running) as seller:
        seller.send("D", f"11=S1\x0155=ACME\x0154=2\x0138=5\x0140=2\x0144=100\x0159=0\x0160={stamp}\x01")
        assert seller.next()["150"] == "0"
        session_of(running, "BROKER44")["version"] = "FIX.4.2"
        running.write_config()
        reload(running)
        assert seller.next()["35"] == "5"  # it does not answer, so the line stays for a while
        buyer.order("B1", "ACME", BUY, "5", "100")
        buyer.expect(f150="0")
        buyer.expect(f39="2")
        fill = seller.next()
        assert (fill["8"], fill["150"], fill.get("20")) == ("FIX.4.4", "F", None)


def test_a_reload_whose_new_store_cant_be_opened_changes_nothing(running: TradingSystem) -> None:
    blocker = running.state_dir / "store" / "NEWONE"
    blocker.write_text("not a directory")
    last_seq = running.daemon.tradsys("status")["journal"]["last_seq"]
    running.settings["members"].append({"id": "NEWONE"})
    running.settings["sessions"].append({"comp_id": "NEWONE", "version": "FIX.4.4"})
    running.write_config()
    reload(running, "reload_refused")
    assert running.daemon.tradsys("status")["journal"]["last_seq"] == last_seq
    assert "NEWONE" not in {session["session"] for session in running.daemon.tradsys("session", "list")}
    blocker.unlink()
    reload(running)
    assert "NEWONE" in {session["session"] for session in running.daemon.tradsys("session", "list")}
    assert running.daemon.stop() == 0


def child_of(pid: int) -> int:
    """Give the one child of a process."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_silent_broker_and_a_frozen_projector_share_the_time_to_stop(running: TradingSystem) -> None:
    running.daemon.wait_projected()
    assert running.daemon.process is not None
    projector = child_of(running.daemon.process.pid)
    with SilentBroker(running) as broker:
        os.kill(projector, signal.SIGSTOP)
        started_s = time.monotonic()
        assert running.daemon.stop() == 0
        assert time.monotonic() - started_s < STOP_MAX_S
        assert broker.next()["35"] == "5"
    assert not is_alive(projector)
    EmbeddedPostgres(running.state_dir).stop()  # left behind by the one who was killed


def test_the_projector_ends_with_a_daemon_that_is_killed_at_once(running: TradingSystem) -> None:
    assert running.daemon.process is not None
    projector = child_of(running.daemon.process.pid)
    running.daemon.kill()
    until(lambda: not is_alive(projector), "the end of the projector")


def fill_journal(directory: Path, entries: int) -> None:
    """Write a journal whose replay takes a while."""
    engine, writer = Engine(), JournalWriter.open(directory, "os")
    for seq in range(1, entries + 1):
        command = SetInstrument("ACME", 10**6, 10**8, 10**10, 2000 + seq % 2, 10**14, 0, "USD", True)
        writer.append(seq, encode_entry(command, engine.apply(seq, seq, command)))
    writer.close()


def start_in_replay(system: TradingSystem) -> subprocess.Popen[bytes]:
    """Start the daemon on a long journal, and come back when the journal is open and is being replayed."""
    fill_journal(system.state_dir / "journal", 60_000)
    command = [sys.executable, "-m", "tradsys_oms.cli.main", "run", "-c", str(system.config)]
    lock = system.state_dir / "daemon.lock"
    with system.daemon.log.open("ab") as log:
        system.daemon.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    until(lambda: lock.exists() and lock.read_text(), "the daemon's lock")
    return system.daemon.process


def test_a_stop_during_the_replay_is_in_order(system: TradingSystem) -> None:
    process = start_in_replay(system)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert (logged(system, "accepting"), logged(system, "stopped")) == (0, 1)
    assert len(list(read_entries(system.state_dir / "journal"))) == 60_000  # not a record more: nothing was assembled
    system.daemon.start()
    assert system.daemon.stop() == 0


def test_a_reload_during_the_replay_is_remembered(system: TradingSystem) -> None:
    process = start_in_replay(system)
    process.send_signal(signal.SIGHUP)
    until(lambda: logged(system, "reloaded"), "the reload")
    assert process.poll() is None
