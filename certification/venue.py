"""A simulated venue as a child process, for the demo and the benchmarks: start, kill, start again where it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from certification.patience import PATIENCE_S
from tradsys_oms.venues.simulator.record import Summary, read_record


class VenueError(AssertionError):
    """The simulated venue did not start."""


class VenueProcess:
    """`tradsys sim venue`, with its script, store and record in a folder of its own. Port 0 takes one that is free."""

    def __init__(self, sender: str, version: str, folder: Path, *, port: int = 0, keeps_store: bool = True) -> None:
        self.sender, self.version, self.folder, self.port = sender, version, folder, port
        self.keeps_store = keeps_store
        self.process: subprocess.Popen[str] | None = None

    def start(self, script: str = "") -> VenueProcess:
        """Start it, and wait until it listens; with its store it goes on where it was. Raises `VenueError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "script.yaml"
        path.write_text(script)
        command = [sys.executable, "-m", "tradsys_oms.cli.main", "sim", "venue", "--version", self.version]
        command += ["--port", str(self.port), "--sender", self.sender, "--script", str(path)]
        if self.keeps_store:
            command += ["--store", str(self.folder / "store"), "--record", str(self.record)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
        line = self.process.stdout.readline() if self.process.stdout is not None else ""
        if not line:
            raise VenueError(f"{self.sender} ended with {self.process.wait()}; what was wrong stands above")
        self.port = json.loads(line)["port"]
        return self

    @property
    def record(self) -> Path:
        """Where it writes what reached it and what became of it."""
        return self.folder / "record"

    def summary(self) -> Summary:
        """Add its record up."""
        return read_record(self.record)

    def kill(self) -> None:
        """Kill -9, if it runs: no chance to say anything."""
        if self.process is not None:
            self.process.kill()
            self._wait(self.process)

    def stop(self) -> None:
        """Let it log out and end, if it runs."""
        if self.process is not None:
            self.process.terminate()
            self._wait(self.process)

    def _wait(self, process: subprocess.Popen[str]) -> None:
        self.process = None
        process.communicate(timeout=PATIENCE_S)

    def __enter__(self) -> VenueProcess:
        """Give the venue, to be ended at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.stop()
