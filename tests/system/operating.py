"""What an operator does to a real daemon, and what they see of it: for tests of the session layer as a whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from certification.patience import PATIENCE_S
from tests.system.raw_peer import RawPeer
from tests.system.trading_system import ROOT, TradingSystem
from tradsys_oms.ops.control import SOCKET_NAME
from tradsys_oms.ops.control_client import request

ACCEPTED, CANCELED, REJECTED = "0", "4", "8"
"""ExecType (150)."""


def until(condition: Callable[[], object], what: str, *, wait_s: float = PATIENCE_S) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + wait_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {wait_s} s for {what}"
        time.sleep(0.02)


def records(system: TradingSystem, event: str) -> list[dict[str, Any]]:
    """Give the records of an event in the daemon's log."""
    lines = system.daemon.log.read_text().splitlines()
    return [record for line in lines if f'"event": "{event}"' in line and (record := json.loads(line))]


def reload(system: TradingSystem, event: str = "reloaded") -> dict[str, Any]:
    """Let the daemon read its configuration again; gives the record of what it says to it."""
    system.write_config()
    count = len(records(system, event))
    assert system.daemon.process is not None
    system.daemon.process.send_signal(signal.SIGHUP)
    until(lambda: len(records(system, event)) > count, f"{event}: {system.daemon.last_lines(3)}")
    return records(system, event)[-1]


def tradsys(
    system: TradingSystem, *arguments: str, user: str = "nightly", told: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a verb of the CLI as an operator; `told` is what they type at its questions."""
    command = [sys.executable, "-m", "tradsys_oms.cli.main", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"SUDO_USER": user, "TRADSYS_CONFIG": str(system.config)},
        input=told,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def show(system: TradingSystem, session: str) -> dict[str, Any]:
    """Give what `tradsys session show` prints."""
    facts: dict[str, Any] = ask(system, "session.show", session=session)
    return facts


def ask(system: TradingSystem, verb: str, **arguments: Any) -> Any:
    """Ask the control socket, as the CLI does."""
    return request(system.state_dir / SOCKET_NAME, verb, **arguments)


def metrics(system: TradingSystem) -> dict[str, float]:
    """Give what Prometheus would read, by name and labels as they are printed."""
    with urllib.request.urlopen(f"http://127.0.0.1:{system.http_port}/metrics", timeout=PATIENCE_S) as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def configure(system: TradingSystem, session: str, *, of: str = "", **keys: Any) -> None:
    """Set keys of a session, which is made if there is none: one that trades for BROKER44, or for the member `of`."""
    sessions: list[dict[str, Any]] = system.settings["sessions"]
    found = next((entry for entry in sessions if entry["comp_id"] == session), None)
    if found is None:
        found = {"comp_id": session, "member": of or "BROKER44", "version": "FIX.4.4"}
        sessions.append(found)
    found.update(keys)


def listen(system: TradingSystem, *listeners: dict[str, Any]) -> None:
    """Configure listeners in place of the one of the quick start."""
    system.settings["fix"].pop("listen", None)
    system.settings["listeners"] = list(listeners)


def trade(peer: RawPeer, clord_id: str) -> None:
    """Send an order far from the market, which must be accepted at once."""
    peer.order(clord_id, price="90")
    report = peer.next()
    assert (report["35"], report.get("150"), report["11"]) == ("8", ACCEPTED, clord_id), report
