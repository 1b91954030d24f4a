"""The real system of one run: the daemon with its links, the venues as processes of their own, and lines that break."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from certification.patience import PATIENCE_S
from tests.sim.venue_line import VenueLine
from tests.sim.venue_plan import Plan, VenuePlan
from tests.system.operating import ask
from tests.system.trading_system import ROOT, TradingSystem, free_port
from tradsys_oms.venues.simulator.orders import Order, OrderBook
from tradsys_oms.venues.simulator.record import Summary, read_record
from tradsys_oms.venues.simulator.store import Store

US = "TRADSYS"
CALM: dict[str, Any] = {"rules": []}
"""The script of a venue that does what it is asked."""


class VenueProcess:
    """`tradsys sim venue` as a child, which keeps its port and its store over all of its lives."""

    def __init__(self, folder: Path, plan: VenuePlan, seed: int) -> None:
        self.plan, self.name, self._seed = plan, plan.name, seed
        self._folder = folder
        self._port = free_port()
        self.line = VenueLine(self._port)
        self.process: subprocess.Popen[str] | None = None
        self.script = plan.script

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self.launch()
        self.wait_until_it_listens()

    def launch(self) -> None:
        """Start it."""
        path = self._folder / f"{self.name}.yaml"
        path.write_text(yaml.safe_dump(self.script))
        command = [sys.executable, "-m", "tradsys_oms.cli.main", "sim", "venue", "--port", str(self._port)]
        command += ["--version", self.plan.version, "--sender", self.name, "--target", US, "--script", str(path)]
        command += ["--store", str(self._store), "--record", str(self._record), "--seed", str(self._seed)]
        with (self._folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT)

    def wait_until_it_listens(self) -> None:
        """Wait for the line in which it prints its port."""
        assert self.process is not None
        assert self.process.stdout is not None
        json.loads(self.process.stdout.readline())

    def end(self, number: signal.Signals) -> None:
        """End it by a signal."""
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(number)
            process.communicate(timeout=PATIENCE_S)

    @property
    def _store(self) -> Path:
        return self._folder / f"{self.name}.store"

    @property
    def _record(self) -> Path:
        return self._folder / f"{self.name}.record"

    def record(self) -> Summary:
        """Add up what it has received."""
        return read_record(self._record)

    def receipts(self) -> list[dict[str, Any]]:
        """List the requests that it has received."""
        lines = self._record.read_bytes().split(b"\n")[:-1]
        return [entry for line in lines if (entry := json.loads(line))["event"] == "received"]

    def orders(self) -> list[Order]:
        """Give the truth about all of its orders, of a copy of its store: who opens a store cuts off a torn end."""
        path = self._folder / f"{self.name}.copy"
        path.write_bytes(self._store.read_bytes())
        book, store = OrderBook(), Store(path)
        store.open({}, book)
        store.close()
        return book.all()


class World:
    """All processes of one run."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.plan = plan
        self.venues = {venue.name: VenueProcess(folder, venue, plan.seed) for venue in plan.venues}
        self.system = TradingSystem(folder)
        self.system.settings["journal"]["durability"] = "os"  # nobody cuts the power here
        self.system.settings["venues"] = [self._settings(venue) for venue in plan.venues]
        self.system.settings["routes"] = plan.routes
        self.system.write_config()

    def _settings(self, venue: VenuePlan) -> dict[str, Any]:
        address = f"127.0.0.1:{self.venues[venue.name].line.port}"
        names = {"id": venue.name, "sender_comp_id": US, "target_comp_id": venue.name, "addresses": [address]}
        return names | venue.settings

    def start(self) -> None:
        """Start all of it."""
        for venue in self.venues.values():
            venue.launch()
        self.system.daemon.start()
        for venue in self.venues.values():
            venue.wait_until_it_listens()

    def calm_down(self) -> None:
        """Let all venues log out, and come back with better manners."""
        for venue in self.venues.values():
            venue.end(signal.SIGTERM)
            venue.script = CALM
            venue.launch()
        for venue in self.venues.values():
            venue.wait_until_it_listens()

    def venue_rows(self) -> dict[str, dict[str, Any]]:
        """Ask the daemon about all venues."""
        return {row["venue"]: row for row in ask(self.system, "venue.list")}

    def link_pid(self, venue: str) -> int:
        """Give the process of a link that is connected, 0 where there is none."""
        return int(ask(self.system, "venue.show", venue=venue)["link"].get("pid", 0))

    def signal_link(self, venue: str, number: signal.Signals) -> int:
        """Send a signal to the link of a venue, if it has one now; gives its pid."""
        pid = self.link_pid(venue)
        if pid:
            self.signal(pid, number)
        return pid

    def signal(self, pid: int, number: signal.Signals) -> None:
        """Send a signal to a link, which may be gone already."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    def close(self) -> None:
        """End whatever runs."""
        self.system.close()
        for venue in self.venues.values():
            venue.end(signal.SIGKILL)
            venue.line.close()
