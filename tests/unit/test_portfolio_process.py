"""The daemon knows its follower by the process that asks, whatever login and name come with the request."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from tradsys_oms.config import load_config
from tradsys_oms.ops.control import ControlServer
from tradsys_oms.ops.control_client import request
from tradsys_oms.ops.supervisor import ChildProcess
from tradsys_oms.portfolio_process import PortfolioProcess

ASK = """\
import sys
from pathlib import Path
from tradsys_oms.ops.control_client import request
request(Path(sys.argv[1]), "who")
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
