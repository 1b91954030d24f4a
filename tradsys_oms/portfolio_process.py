"""Portfolio risk as the daemon sees it: a supervised child process, and the status file that it keeps."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tradsys_oms.config.model import Config
from tradsys_oms.ops.peers import current_pid
from tradsys_oms.ops.snapshot import PortfolioMemberSample, PortfolioSample
from tradsys_oms.ops.supervisor import ChildProcess
from tradsys_oms.portfolio.status import NAME, read_status
from tradsys_oms.projection import status_path as projector_status_path

STATUS_NAME: Final = "portfolio.json"
STOP_S: Final = 2.0
"""It has nothing to finish: what it did not calculate, its next life does."""
ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Trading needs the other processors."""


def status_path(config: Config) -> Path:
    """Give the file in which the follower says how it is."""
    return config.state_dir / STATUS_NAME


def make_portfolio(config: Config) -> ChildProcess:
    """Prepare the child process."""
    command = [sys.executable, "-m", "tradsys_oms.portfolio", "--config", str(config.path)]
    command += ["--status", str(status_path(config)), "--projector-status", str(projector_status_path(config))]
    return ChildProcess("portfolio", [*command, "--stop-at-eof"], environment=os.environ | ONE_THREAD)


class PortfolioProcess:
    """The child process, which runs while the configuration wants it."""

    def __init__(self, config: Config) -> None:
        """Prepare; what the last run's follower said is of the past."""
        self.child = make_portfolio(config)
        self._is_started = False
        status_path(config).unlink(missing_ok=True)

    async def follow(self, config: Config) -> None:
        """Start it, end it, or let it read the configuration again."""
        if not config.portfolio.enabled:
            await self.stop()
            status_path(config).unlink(missing_ok=True)
        elif not self._is_started:
            self._is_started = True
            await self.child.start()
        else:
            self._let_read(config)

    def _let_read(self, config: Config) -> None:
        """Let the process read the configuration again.

        A process that has not written its status file yet would be killed by SIGHUP; it will read the configuration
        after that, so it reads the new one.
        """
        status, pid = read_status(status_path(config)), self.child.pid
        if pid is not None and status is not None and status.pid == pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGHUP)

    def name_or(self, login: Callable[[], str]) -> Callable[[], str]:
        """Give what names who asks on the control socket: the follower by its own name, others by `login`.

        The follower is nobody's hand, but has the login of whoever started the daemon from a terminal.
        """
        return lambda: NAME if current_pid() == self.child.pid else login()

    async def stop(self, timeout_s: float = STOP_S) -> None:
        """End it, if it runs: within `STOP_S`, or less."""
        if self._is_started:
            self._is_started = False
            await self.child.stop(min(timeout_s, STOP_S))


def portfolio_state(config: Config, durable_seq: int) -> dict[str, Any]:
    """Give the follower's own words about itself, and how far behind `durable_seq` of the journal it is."""
    if not config.portfolio.enabled:
        return {"state": "disabled"}
    status = read_status(status_path(config))
    if status is None:
        return {"state": "starting", "lag_records": durable_seq}
    return {
        "state": status.state,
        "lag_records": max(0, durable_seq - status.cursor_seq),
        "runs": status.runs,
        "run_ms": round(status.run_s * 1000, 1),
        "accounts": status.accounts,
        "limits_passed": status.limits_passed,
        "blocks_waiting": status.blocks_waiting,
        "short_history": status.short_history,
        "error": status.error,
        "pid": status.pid,
    }


def portfolio_sample(config: Config, durable_seq: int) -> PortfolioSample:
    """Give what metrics show."""
    status = read_status(status_path(config)) if config.portfolio.enabled else None
    if status is None:
        return PortfolioSample()
    return PortfolioSample(
        is_up=status.state == "up",
        lag_records=max(0, durable_seq - status.cursor_seq),
        runs=status.runs,
        run_at_s=status.run_at_s,
        run_s=status.run_s,
        limits_passed=status.limits_passed,
        blocks_waiting=status.blocks_waiting,
        short_history=len(status.short_history),
        members=tuple(
            PortfolioMemberSample(risk.member, risk.var, risk.es, risk.stress_loss, risk.margin)
            for risk in status.members
        ),
    )
