"""Who is at the other end of a control connection: the name of the login, on both event loops."""

from __future__ import annotations

import asyncio
import os
import pwd
from pathlib import Path
from typing import Any

import pytest
import uvloop

from tradsys_oms.ops import peers
from tradsys_oms.ops.control import ControlServer
from tradsys_oms.ops.control_client import request
from tradsys_oms.ops.peers import current_login, login_of

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


def proc(tmp_path: Path, text: str) -> Path:
    """Give a /proc that knows one process."""
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "loginuid").write_text(text)
    return tmp_path


def test_a_login_has_a_name(tmp_path: Path) -> None:
    someone = pwd.getpwall()[0]
    assert login_of(7, proc(tmp_path, str(someone.pw_uid))) == someone.pw_name


def test_a_login_of_a_user_who_is_gone_has_a_number(tmp_path: Path) -> None:
    assert login_of(7, proc(tmp_path, "4000000000")) == "uid 4000000000"


@pytest.mark.parametrize("text", ["4294967295", "", "none"])
def test_no_login_has_no_name(tmp_path: Path, text: str) -> None:
    assert login_of(7, proc(tmp_path, text)) == ""
    assert login_of(8, tmp_path) == "", "the process has ended"


@pytest.mark.parametrize("loop", LOOPS)
def test_a_handler_knows_whose_request_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loop: str) -> None:
    monkeypatch.setattr(peers, "login_of", lambda pid: f"login of {pid}")

    async def later(_args: dict[str, Any]) -> str:
        await asyncio.sleep(0)
        return current_login()

    async def main() -> None:
        path = tmp_path / "control.sock"
        server = ControlServer(path, {"now": lambda args: current_login(), "later": later})
        await server.start()
        mine = f"login of {os.getpid()}"
        assert [await asyncio.to_thread(request, path, verb) for verb in ("now", "later")] == [mine, mine]
        assert current_login() == "", "it is known to the task of that connection only"
        await server.stop()

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(main())
