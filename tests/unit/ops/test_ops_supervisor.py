"""Supervision with real child processes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop

from tradsys_oms.ops.errors import ChildFailed
from tradsys_oms.ops.supervisor import ChildProcess, ChildState, RestartPolicy

QUICK = RestartPolicy(wait_first_s=0.01, wait_max_s=0.04, alert_restarts=3, alert_window_s=60.0, stop_timeout_s=5.0)
SLEEPER = (sys.executable, "-c", "import sys; sys.stdin.read()")
DEAF = (
    sys.executable,
    "-c",
    "import signal, sys, pathlib; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "pathlib.Path(sys.argv[1]).touch(); sys.stdin.read()",
)


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Awaitable[None]], None]:
    """Run a coroutine on either event loop."""
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop

    def run_to_end(main: Awaitable[None]) -> None:
        async def wrap() -> None:
            await main

        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(wrap())

    return run_to_end


Run = Callable[[Awaitable[None]], None]


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def test_a_killed_child_is_started_again(run: Run) -> None:
    async def main() -> None:
        child = ChildProcess("sleeper", SLEEPER, QUICK)
        await child.start()
        first = child.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: child.pid not in (None, first))
        assert (child.restarts, child.last_exit_code, child.alerts) == (1, -signal.SIGKILL, 0)
        await child.stop()
        assert (child.state, child.pid) == (ChildState.STOPPED, None)

    run(main())


def test_stop_ends_the_child_and_no_new_one_comes(run: Run) -> None:
    async def main() -> None:
        child = ChildProcess("sleeper", SLEEPER, QUICK)
        await child.start()
        pid = child.pid
        assert pid is not None
        await child.stop()
        assert child.last_exit_code == -signal.SIGTERM
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert child.restarts == 0

    run(main())


def test_a_child_that_ignores_sigterm_is_killed_in_time(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        policy = RestartPolicy(wait_first_s=0.01, stop_timeout_s=0.2)
        child = ChildProcess("deaf", (*DEAF, str(tmp_path / "ready")), policy)
        await child.start()
        await until((tmp_path / "ready").exists)
        async with asyncio.timeout(5):
            await child.stop()
        assert child.last_exit_code == -signal.SIGKILL

    run(main())


@pytest.mark.parametrize("timeout_s", [0.2, -1.0])
def test_whoever_stops_may_have_less_time(run: Run, tmp_path: Path, timeout_s: float) -> None:
    async def main() -> None:
        child = ChildProcess("deaf", (*DEAF, str(tmp_path / "ready")), RestartPolicy(stop_timeout_s=60.0))
        await child.start()
        await until((tmp_path / "ready").exists)
        async with asyncio.timeout(5):
            await child.stop(timeout_s)
        assert child.last_exit_code == -signal.SIGKILL

    run(main())


def test_a_child_that_keeps_ending_raises_an_alert_and_is_still_tried(run: Run) -> None:
    async def main() -> None:
        alerts: list[str] = []
        child = ChildProcess("weak", (sys.executable, "-c", "raise SystemExit(9)"), QUICK, alerts.append)
        await child.start()
        await until(lambda: alerts and child.restarts > 4)
        await child.stop()
        assert alerts[0] == "the child process weak needs attention: it ended 4 times in 60 s (last exit code 9)"
        assert child.alerts == len(alerts)

    run(main())


def test_a_broken_invariant_raises_an_alert_at_once(run: Run) -> None:
    async def main() -> None:
        alerts: list[str] = []
        child = ChildProcess("broken", (sys.executable, "-c", "raise SystemExit(3)"), QUICK, alerts.append)
        await child.start()
        await until(lambda: alerts)
        await child.stop()
        assert "it found a fault that a restart won't cure (last exit code 3)" in alerts[0]

    run(main())


def test_the_child_gets_the_environment_that_is_given(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        code = "import os, pathlib; pathlib.Path(os.environ['TRADSYS_TEST']).touch()"
        environment = {"TRADSYS_TEST": str(tmp_path / "seen")}
        child = ChildProcess("told", (sys.executable, "-c", code), QUICK, environment=environment)
        await child.start()
        await until((tmp_path / "seen").exists)
        await child.stop()
        assert (tmp_path / "seen").exists()

    run(main())


def test_stop_while_waiting_for_a_restart(run: Run) -> None:
    async def main() -> None:
        policy = RestartPolicy(wait_first_s=30.0)
        child = ChildProcess("weak", (sys.executable, "-c", ""), policy)
        await child.start()
        await until(lambda: child.state is ChildState.WAITING)
        async with asyncio.timeout(5):
            await child.stop()
        assert (child.state, child.last_exit_code, child.restarts) == (ChildState.STOPPED, 0, 0)

    run(main())


def test_a_command_that_is_not_there_is_one_sentence(run: Run) -> None:
    async def main() -> None:
        with pytest.raises(ChildFailed, match="the child process ghost can't be started: No such file or directory"):
            await ChildProcess("ghost", ("/nosuch/program",), QUICK).start()

    run(main())


PARENT = """
import asyncio, sys
from tradsys_oms.ops.supervisor import ChildProcess
async def main():
    child = ChildProcess("orphan", (sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"))
    await child.start()
    await asyncio.sleep(60)
asyncio.run(main())
"""


def test_the_child_notices_when_its_parent_is_killed() -> None:
    """The child holds our standard output open until it has read the end of its own input."""
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        assert parent.stdout is not None
        while parent.stdout.readline() != b"up\n":
            assert parent.poll() is None
        parent.kill()
        rest, _ = parent.communicate(timeout=10)
        assert rest == b""
