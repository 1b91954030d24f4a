"""The processes under load: the daemon itself, and the bare QuickFIX acceptor beside it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmarks.figures import ROOT, MeasurementError, Options, progress, scratch
from tradsys_oms.config import Config, load_config

READY_MAX_S = 90.0
STOP_MAX_S = 20.0


@dataclass(frozen=True)
class Target:
    """A running acceptor and how to reach it."""

    address: tuple[str, int]
    comp_id: str
    state_dir: Path
    process: subprocess.Popen[bytes]


@contextmanager
def daemon(options: Options) -> Iterator[Target]:
    """Run `tradsys run` on an empty state directory; ready for orders when this gives it."""
    config = load_config(options.config)
    empty_state_dir(config)
    config_path = options.config if not options.durability else with_durability(config, options.durability)
    log_path = config.state_dir.parent / "bench.log"
    command = [str(Path(sys.executable).with_name("tradsys")), "run", "-c", str(config_path)]
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_ready(f"http://{config.http.host}:{config.http.port}/readyz", process, log_path)
        progress(f"the daemon is ready (pid {process.pid}, log {log_path})")
        listen = config.all_listeners[0].listen
        yield Target((listen.host, listen.port), config.comp_id, config.state_dir, process)
    finally:
        stop(process)


def empty_state_dir(config: Config) -> None:
    """Remove what an earlier run left; only ever a directory that is called bench."""
    if config.state_dir.name != "bench":
        raise MeasurementError(
            f"{config.path}: a state directory that may be wiped is named bench, not {config.state_dir}"
        )
    with socket.socket() as probe:
        listen = config.all_listeners[0].listen
        if probe.connect_ex((listen.host, listen.port)) == 0:
            raise MeasurementError(f"something listens on {listen} already: stop it first")
    shutil.rmtree(config.state_dir, ignore_errors=True)
    config.state_dir.parent.mkdir(parents=True, exist_ok=True)


def with_durability(config: Config, durability: str) -> Path:
    """Write the same configuration with another `journal.durability`."""
    lines = config.path.read_text().splitlines()
    changed = [durability_line(line, durability) for line in lines]
    if f"durability: {durability}" not in "\n".join(changed):
        raise MeasurementError(f"{config.path} has no line `durability: ...` that could be changed")
    path = config.state_dir.parent / f"bench-{durability}.yaml"
    path.write_text("\n".join(changed) + "\n")
    return path


def durability_line(line: str, durability: str) -> str:
    """Change the value if this line holds it."""
    key = line.strip().partition(":")[0]
    return line.partition("durability")[0] + f"durability: {durability}" if key == "durability" else line


def wait_ready(url: str, process: subprocess.Popen[bytes], log_path: Path) -> None:
    """Wait until `url` answers 200."""
    deadline = time.monotonic() + READY_MAX_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise MeasurementError(f"the daemon ended with {process.returncode}: {log_path.read_text()[-1000:]}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - http, from our own configuration
                if answer.status == 200:
                    return
        except OSError:
            pass  # not listening yet, or 503
        time.sleep(0.05)
    raise MeasurementError(f"{url} was not ready in {READY_MAX_S:.0f} s; see {log_path}")


@contextmanager
def quickfix_acceptor() -> Iterator[Target]:
    """Run the bare QuickFIX acceptor on a free port."""
    port = free_port()
    with scratch("quickfix") as store_dir:
        yield from run_quickfix(port, store_dir)


def run_quickfix(port: int, store_dir: Path) -> Iterator[Target]:
    """Give the acceptor when it listens, and stop it afterwards."""
    module = "scripts.benchmarks.quickfix_acceptor"
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(port), str(store_dir), str(dictionary())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None  # noqa: S101 - for the type checker: it was asked for
        if process.stdout.readline() != b"ready\n":
            raise MeasurementError("the QuickFIX acceptor did not start")
        yield Target(("127.0.0.1", port), "TRADSYS", store_dir, process)
    finally:
        stop(process)


def dictionary() -> Path:
    """Find the FIX 4.4 dictionary that the daemon validates with."""
    return ROOT / "fix_specs" / "FIX44.xml"


def free_port() -> int:
    """Ask the system for a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that we started: by SIGTERM, and by SIGKILL when it does not obey."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_MAX_S)
    except subprocess.TimeoutExpired:
        progress(f"process {process.pid} did not stop within {STOP_MAX_S:.0f} s and is killed")
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
