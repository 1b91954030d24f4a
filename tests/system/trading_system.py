"""A real daemon for a test: the quick start's configuration on free ports, with its state in a folder of the test."""

from __future__ import annotations

import contextlib
import secrets
import socket
from pathlib import Path
from typing import Any

import yaml

from certification.broker import Broker
from certification.daemon import Daemon

ROOT = Path(__file__).resolve().parents[2]

VERSIONS = {"BROKER42": "FIX.4.2", "BROKER44": "FIX.4.4", "BROKER50": "FIX.5.0SP2"}


PORTS = range(15_000, 32_000)
"""Below those that a system gives to connections that go out: one of these might be taken before a daemon listens."""
_given: set[int] = set()


def free_port() -> int:
    """Give a port that nobody listens on now, and that was not given before; other processes draw theirs as well."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            if port not in _given:
                probe.bind(("127.0.0.1", port))
                _given.add(port)
                return port


class TradingSystem:
    """One daemon with its configuration, and the brokers that talk to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: dict[str, Any] = yaml.safe_load((ROOT / "config" / "quickstart.yaml").read_text())
        self.fix_port, self.http_port = free_port(), free_port()
        self.settings["fix"]["listen"] = f"127.0.0.1:{self.fix_port}"
        self.settings["http"]["listen"] = f"127.0.0.1:{self.http_port}"
        self.settings["state_dir"] = str(folder / "state")
        self.config = folder / "tradsys.yaml"
        self.state_dir = folder / "state"
        self.write_config()
        self.daemon = Daemon(self.config, self.http_port, folder / "daemon.log", ROOT)
        self.brokers: dict[str, Broker] = {}

    def write_config(self) -> None:
        """Write `settings` to the file that the daemon reads."""
        self.config.write_text(yaml.safe_dump(self.settings, sort_keys=False))

    def broker(self, comp_id: str, **options: Any) -> Broker:
        """Log a broker on with real QuickFIX; one of the same name gets the same store."""
        options.setdefault("specs", ROOT / "fix_specs")
        broker = Broker(comp_id, VERSIONS[comp_id], self.fix_port, self.folder / comp_id, **options)
        self.brokers[comp_id] = broker
        return broker.start()

    def close(self) -> None:
        """End whatever still runs."""
        for broker in self.brokers.values():
            broker.drop()
        process = self.daemon.process
        if process is not None and process.poll() is None:
            self.daemon.stop()
