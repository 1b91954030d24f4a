"""The small exchange of the acceptor's tests as a process of its own, that can be killed and started again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXCHANGE = Path(__file__).resolve().parents[1] / "unit" / "fix" / "fix_exchange.py"


class ExchangeProcess:
    """One exchange with its state in a folder."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.options = options
        self.port = 0
        self.log = folder / "exchange.log"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> ExchangeProcess:
        """Start it, and wait until it listens; a second start listens on the same port."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-W", "error", str(EXCHANGE), "--folder", str(self.folder), *self.options]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port)], stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the exchange did not start: {self.log.read_text()}"
        self.port = int(line)
        return self

    def kill(self) -> None:
        """Kill -9."""
        if self._process is not None:
            self._process.kill()
            self._end()

    def stop(self) -> int:
        """SIGTERM; gives the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._end()

    def _end(self) -> int:
        process, self._process = self._process, None
        assert process is not None
        assert process.stdout is not None
        code = process.wait(20)
        process.stdout.close()
        return code
