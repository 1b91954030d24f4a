"""What logged-on sessions cost that do nothing: CPU time and memory of the daemon's process.

500 sessions with HeartBtInt 30 are added to the configuration and logged on, and each sends its Heartbeat every 30 s,
as the daemon does. Memory is compared with the same daemon without those sessions, so that all that a session needs is
in the figure, its store and its configuration too. The projector and its PostgreSQL are processes of their own.
"""

from __future__ import annotations

import os
import resource
import select
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import yaml

from scripts.benchmarks.figures import Figure, MeasurementError, Options, progress
from scripts.benchmarks.orders import encode, header
from scripts.benchmarks.processes import Target, daemon
from scripts.benchmarks.settled import wait_settled

SESSIONS: Final = 500
HEART_BT_INT_S: Final = 30
PATIENCE_S: Final = 30.0
KIB: Final = 1024
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")


def measure(options: Options) -> Iterator[Figure]:
    """Start the daemon without the sessions for its size, and with them for the rest."""
    raise_open_files()
    with daemon(options) as target:
        wait_settled(target)
        bare_kib = resident_kib(target.process.pid)
    names = [f"IDLE{number:03d}" for number in range(SESSIONS)]
    with daemon(replace(options, config=with_sessions(options.config, names))) as target:
        peers = IdlePeers(target, names)
        try:
            wait_settled(target)
            percent = cpu_percent(target.process.pid, peers, options.idle_seconds)
            full_kib = resident_kib(target.process.pid)
        finally:
            peers.close()
    yield Figure("idle_sessions_cpu_percent", percent, "percent")
    progress(f"the daemon has {bare_kib:.0f} KiB without them and {full_kib:.0f} KiB with them")
    yield Figure("idle_session_kib", (full_kib - bare_kib) / SESSIONS, "KiB")


def cpu_percent(pid: int, peers: IdlePeers, seconds: float) -> float:
    """Give the CPU time of a process over a stretch of time in which the peers keep their sessions alive."""
    started_s, started_cpu_s = time.monotonic(), cpu_s(pid)
    peers.live(seconds)
    elapsed_s = time.monotonic() - started_s
    percent = (cpu_s(pid) - started_cpu_s) / elapsed_s * 100
    progress(f"{SESSIONS} idle sessions over {elapsed_s:.0f} s: {percent:.2f} % CPU, {peers.received} messages came")
    return percent


class IdlePeers:
    """Brokers that log on and send nothing but Heartbeats, spread evenly over HeartBtInt."""

    def __init__(self, target: Target, names: list[str]) -> None:
        self.received = 0
        self._target = target
        self._names = names
        self._numbers = dict.fromkeys(names, 1)
        self._poll = select.poll()
        self._sockets: dict[int, socket.socket] = {}
        self._by_name: dict[str, socket.socket] = {}
        for name in names:
            self._log_on(name)
        self._next = 0

    def _log_on(self, name: str) -> None:
        peer = socket.create_connection(self._target.address, timeout=PATIENCE_S)
        self._sockets[peer.fileno()] = self._by_name[name] = peer
        self._poll.register(peer, select.POLLIN)
        self._send(name, "A", f"98=0\x01108={HEART_BT_INT_S}\x01141=Y\x01")
        if b"\x0135=A\x01" not in peer.recv(4096):
            raise MeasurementError(f"{name} got no Logon")

    def _send(self, name: str, msg_type: str, body: str = "") -> None:
        self._by_name[name].sendall(encode(header(msg_type, self._numbers[name], name, self._target.comp_id) + body))
        self._numbers[name] += 1

    def live(self, seconds: float) -> None:
        """Send a Heartbeat for each session every HeartBtInt, and read what comes."""
        interval_s = HEART_BT_INT_S / len(self._names)
        due_s = time.monotonic()
        end_s = due_s + seconds
        while (now_s := time.monotonic()) < end_s:
            if now_s >= due_s:
                self._send(self._names[self._next % len(self._names)], "0")
                self._next += 1
                due_s += interval_s
            for file, _ in self._poll.poll(max(due_s - time.monotonic(), 0) * 1000):
                if not self._sockets[file].recv(65536):
                    raise MeasurementError("an idle session was cut")
                self.received += 1

    def close(self) -> None:
        """Go without a word."""
        for peer in self._by_name.values():
            peer.close()


def with_sessions(config: Path, names: list[str]) -> Path:
    """Write the same configuration with members and FIX.4.4 sessions more, each for itself."""
    settings = yaml.safe_load(config.read_text())
    settings["members"] += [{"id": name} for name in names]
    settings["sessions"] += [{"comp_id": name, "version": "FIX.4.4"} for name in names]
    folder = Path(settings["state_dir"]).resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "bench-idle.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    return path


def cpu_s(pid: int) -> float:
    """Give the CPU time that a process has used, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def resident_kib(pid: int) -> float:
    """Give the memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / KIB


def raise_open_files() -> None:
    """Allow this process, and those that it starts, as many open files as the system lets it."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
