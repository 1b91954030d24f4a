"""A thousand connections that never log on, beside a real daemon that trades on.

Half of them send nothing, half one byte at a time. Each is cut when its time for a Logon is over, and the broker that
trades meanwhile gets an answer to every order.
"""

from __future__ import annotations

import resource
import selectors
import socket
import time
from collections.abc import Iterator

import pytest

from certification.patience import PATIENCE_S
from scripts.benchmarks.client import FixClient
from scripts.benchmarks.orders import OrderWriter
from tests.system.trading_system import TradingSystem

CONNECTIONS = 1_000
LOGON_TIMEOUT_S = 3
LONG_LOGON = b"8=FIX.4.4\x019=9999\x0135=A\x0158=" + b"x" * 9_000


@pytest.fixture
def open_files() -> Iterator[None]:
    """Let this process and the daemon have as many files open as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 3 * CONNECTIONS:
        pytest.skip(f"the system allows {hard} open files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Crowd:
    """The hostile connections."""

    def __init__(self, port: int) -> None:
        self.selector = selectors.DefaultSelector()
        self.opened_s: dict[socket.socket, float] = {}
        self.lived_s: list[float] = []
        """How long each connection lasted until it was cut."""
        for _ in range(CONNECTIONS):
            peer = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
            peer.setblocking(False)
            self.opened_s[peer] = time.monotonic()
            self.selector.register(peer, selectors.EVENT_READ)

    def drip(self, at: int) -> None:
        """Send one byte of a Logon that never ends, on every second connection."""
        for peer in list(self.opened_s)[::2]:
            try:
                peer.send(LONG_LOGON[at : at + 1])
            except OSError:
                continue  # cut already: `see` takes note

    def see(self, wait_s: float = 0) -> None:
        """Take note of those that were cut."""
        for key, _ in self.selector.select(wait_s):
            peer = key.fileobj
            assert isinstance(peer, socket.socket)
            try:
                data = peer.recv(4096)
            except OSError:
                data = b""
            assert not data, f"a stranger got an answer: {data!r}"
            self.lived_s.append(time.monotonic() - self.opened_s.pop(peer))
            self.selector.unregister(peer)
            peer.close()

    def close(self) -> None:
        """Let all go."""
        self.selector.close()
        for peer in self.opened_s:
            peer.close()


@pytest.fixture
def crowded(open_files: None, system: TradingSystem) -> TradingSystem:
    """Give a daemon that gives a connection little time to log on."""
    listen = system.settings["fix"].pop("listen")
    policy = {"logon_timeout_s": LOGON_TIMEOUT_S, "connections_per_address_max": 2000}
    system.settings["listeners"] = [{"id": "main", "listen": listen} | policy]
    system.write_config()
    system.daemon.start()
    return system


def trade(client: FixClient, orders: int) -> None:
    """Send orders one by one and wait for the answer to each; a missing one raises."""
    writer = OrderWriter(client.sender, client.target, client.next_seq_num)
    client.paced(list(writer.mixed(orders)), rate_per_s=200)


def test_a_thousand_silent_connections_are_cut_while_a_broker_trades(crowded: TradingSystem) -> None:
    client = FixClient(("127.0.0.1", crowded.fix_port), "BROKER44", "TRADSYS")
    crowd = Crowd(crowded.fix_port)
    try:
        deadline_s = time.monotonic() + PATIENCE_S
        for at in range(len(LONG_LOGON)):
            crowd.drip(at)
            trade(client, 40)
            crowd.see()
            if not crowd.opened_s:
                break
            assert time.monotonic() < deadline_s, f"{len(crowd.opened_s)} connections are still open"
    finally:
        crowd.close()
        client.close()
    assert len(crowd.lived_s) == CONNECTIONS
    assert min(crowd.lived_s) > LOGON_TIMEOUT_S - 0.5, "a connection was cut before its time"
    assert crowded.daemon.is_ready()
