"""A real daemon as a child process, for the demo and the system tests: start, wait until ready, stop, kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from certification.patience import PATIENCE_S


class DaemonError(AssertionError):
    """The daemon did not do what was waited for; the text ends with its last lines."""


class Daemon:
    """`tradsys run -c CONFIG`, with its log in a file of ours."""

    def __init__(self, config: Path, http_port: int, log: Path, folder: Path) -> None:
        self.config, self.http_port, self.log, self.folder = config, http_port, log, folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait_s: float = PATIENCE_S) -> Daemon:
        """Start it, and wait until it says that it takes orders."""
        command = [sys.executable, "-m", "tradsys_oms.cli.main", "run", "-c", str(self.config)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + wait_s
        while not self.is_ready():
            if self.process.poll() is not None:
                raise DaemonError(f"the daemon ended with {self.process.returncode} at start:\n{self.last_lines()}")
            if time.monotonic() > deadline:
                raise DaemonError(f"the daemon is not ready after {wait_s} s:\n{self.last_lines()}")
            time.sleep(0.02)
        return self

    def is_ready(self) -> bool:
        """Ask /readyz."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def tradsys(self, *arguments: str) -> Any:
        """Run a reading verb of the CLI against this daemon and give its JSON."""
        command = [sys.executable, "-m", "tradsys_oms.cli.main", *arguments, "-c", str(self.config), "-o", "json"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise DaemonError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)

    def wait_projected(self, *, wait_s: float = PATIENCE_S) -> dict[str, Any]:
        """Wait until PostgreSQL has everything that the journal has; gives the projector's part of the status."""
        deadline = time.monotonic() + wait_s
        while True:
            status = self.tradsys("status")
            database: dict[str, Any] = status["database"]
            if database.get("url") and database["cursor_seq"] >= status["journal"]["durable_seq"]:
                return database
            if time.monotonic() > deadline:
                raise DaemonError(f"PostgreSQL is behind after {wait_s} s: {status}\n{self.last_lines()}")
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill -9: no chance to clean up."""
        process = self._running()
        process.kill()
        process.wait()

    def stop(self, *, wait_s: float = PATIENCE_S) -> int:
        """SIGTERM; gives the exit code."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(wait_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise DaemonError(f"the daemon did not stop within {wait_s} s:\n{self.last_lines()}") from None

    def last_lines(self, count: int = 30) -> str:
        """Give the end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            raise DaemonError("the daemon was not started")
        return self.process
