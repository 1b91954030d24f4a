"""A follower of portfolio risk on a thread of the test, and what it asks of the daemon."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.system.projector_exchange import wait_for
from tradsys_oms.clearing.errors import DatabaseUnavailableError
from tradsys_oms.portfolio.follower import Follower
from tradsys_oms.portfolio.limits import Passings
from tradsys_oms.portfolio.setup import Setup, load_setup
from tradsys_oms.portfolio.status import PortfolioStatus, StatusFile, read_status

CONFIG = """\
insecure: true
state_dir: {state_dir}
members: [{{id: FIRM1}}, {{id: FIRM2}}]
instruments: [{{symbol: ACME, reference_price: 100}}, {{symbol: OTHER, reference_price: 100}}]
portfolio:
  interval_s: {interval_s}
  confidence_percent: 50
  limits:
    - {{member: FIRM1, account: "", var_max: {var_max}}}
"""


class Running:
    """A follower on a thread of its own, and what it asks of the daemon."""

    def __init__(self, folder: Path, url: str, interval_s: int = 1, var_max: str = "1000000") -> None:
        self.folder = folder
        self.url = url
        self.asked: list[dict[str, Any]] = []
        self.reachable = True
        self.config = folder / "tradsys.yaml"
        self.configure(interval_s, var_max)
        (folder / "portfolio.json").unlink(missing_ok=True)
        self.board = StatusFile(folder / "portfolio.json")
        passings = Passings(folder / "passings.json", self._ask)
        self.follower = Follower(folder / "journal", load_setup(self.config), self._url, passings, self.board)
        self._thread = threading.Thread(target=self.follower.run)

    def configure(self, interval_s: int, var_max: str) -> None:
        self.config.write_text(CONFIG.format(state_dir=self.folder, interval_s=interval_s, var_max=var_max))

    def wait(self, wanted: Callable[[PortfolioStatus], bool], what: str) -> PortfolioStatus:
        wait_for(lambda: (status := read_status(self.folder / "portfolio.json")) is not None and wanted(status), what)
        status = read_status(self.folder / "portfolio.json")
        assert status is not None
        return status

    def wait_for_run(self) -> PortfolioStatus:
        """Wait for a run that has all that is in the journal now."""
        runs = self.board.status.runs
        return self.wait(lambda status: status.runs > runs + 1 and status.state == "up", "two runs")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.follower.stop()
        self._thread.join(20)
        assert not self._thread.is_alive()

    def _ask(self, verb: str, **arguments: Any) -> None:
        assert verb == "risk.block"
        self.asked.append(arguments)

    def _url(self, _setup: Setup) -> str:
        if not self.reachable:
            raise DatabaseUnavailableError("It is away.")
        return self.url


@contextmanager
def running(folder: Path, url: str, **options: Any) -> Iterator[Running]:
    made = Running(folder, url, **options)
    made.start()
    try:
        yield made
    finally:
        made.stop()
