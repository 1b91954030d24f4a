"""The daemon knows its follower by the process that asks, whatever login and name come with the request."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from certification.patience import PATIENCE_S
from tradsys_oms.config import load_config
from tradsys_oms.ops.control import ControlServer
from tradsys_oms.ops.control_client import request
from tradsys_oms.ops.supervisor import ChildProcess
from tradsys_oms.portfolio.status import PortfolioStatus, read_status
from tradsys_oms.portfolio_process import PortfolioProcess, status_path

ASK = """\
import sys
from pathlib import Path
from tradsys_oms.ops.control_client import request
request(Path(sys.argv[1]), "who")
sys.stdin.read()
"""
LISTEN = """\
import os, signal, sys
from pathlib import Path
from tradsys_oms.portfolio.status import StatusFile
signal.signal(signal.SIGHUP, lambda *_: os._exit(7))
StatusFile(Path(sys.argv[1])).write()
sys.stdin.read()
"""


@pytest.fixture
def process(tmp_path: Path) -> PortfolioProcess:
    path = tmp_path / "tradsys.yaml"
    path.write_text(
        f"insecure: true\nstate_dir: {tmp_path}\nmembers: [{{id: FIRM1}}]\n"
        "instruments: [{symbol: ACME, reference_price: 100}]\n"
    )
    return PortfolioProcess(load_config(path))


def test_the_follower_has_a_name_of_its_own_and_others_have_their_login(
    process: PortfolioProcess, tmp_path: Path
) -> None:
    async def scenario() -> None:
        names: asyncio.Queue[str] = asyncio.Queue()
        name = process.name_or(lambda: "ann")

        def who(_arguments: dict[str, Any]) -> None:
            names.put_nowait(name())

        path = tmp_path / "control.sock"
        server = ControlServer(path, {"who": who})
        await server.start()
        await asyncio.to_thread(request, path, "who")
        assert await names.get() == "ann"
        process.child = ChildProcess("portfolio", [sys.executable, "-c", ASK, str(path)])
        await process.child.start()
        async with asyncio.timeout(20):
            assert await names.get() == "portfolio-risk"
        await asyncio.to_thread(request, path, "who")
        assert await names.get() == "ann", "while the follower runs"
        await process.child.stop()
        assert name() == "ann", "nobody asks and no follower runs"
        await server.stop()

    asyncio.run(scenario())


def test_reloads_do_not_kill_a_follower_that_is_still_starting(process: PortfolioProcess, tmp_path: Path) -> None:
    config = load_config(tmp_path / "tradsys.yaml")
    enabled = structs.replace(config, portfolio=structs.replace(config.portfolio, enabled=True))

    def status() -> PortfolioStatus | None:
        return read_status(status_path(config))

    async def scenario() -> None:
        await process.follow(enabled)
        pid, heard = process.child.pid, 0
        async with asyncio.timeout(PATIENCE_S):
            while heard < 20:
                await process.follow(enabled)
                await asyncio.sleep(0.01)
                heard += status() is not None
        assert (process.child.pid, process.child.restarts) == (pid, 0)
        await process.stop()

    asyncio.run(scenario())


def test_a_reload_reaches_a_follower_that_listens(process: PortfolioProcess, tmp_path: Path) -> None:
    config = load_config(tmp_path / "tradsys.yaml")
    enabled = structs.replace(config, portfolio=structs.replace(config.portfolio, enabled=True))

    async def scenario() -> None:
        process.child = ChildProcess("portfolio", [sys.executable, "-c", LISTEN, str(status_path(config))])
        await process.follow(enabled)
        async with asyncio.timeout(PATIENCE_S):
            while process.child.last_exit_code is None:
                await process.follow(enabled)
                await asyncio.sleep(0.01)
        assert process.child.last_exit_code == 7
        await process.stop()

    asyncio.run(scenario())
