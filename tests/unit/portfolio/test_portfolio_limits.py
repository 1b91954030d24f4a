"""Blocks are asked for once per passing, over a real control socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tradsys_oms.errors import TradsysError
from tradsys_oms.ops.control import ControlServer
from tradsys_oms.ops.control_client import request
from tradsys_oms.portfolio.limits import Passings, Scope

A1, A2 = ("account", "ALPHA", "A1"), ("account", "ALPHA", "A2")
VAR = {"var_max": "VaR is too high"}
ES = {"es_max": "ES is too high"}


class Daemon:
    """The control socket of a daemon that can come and go."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.asked: list[dict[str, Any]] = []
        self.refusal = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server: ControlServer | None = None

    def start(self) -> None:
        self._server = ControlServer(self.path, {"risk.block": self._block})
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result(5)

    def stop(self) -> None:
        if self._server is not None:
            asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(5)
            self._server = None

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _block(self, arguments: dict[str, Any]) -> None:
        if self.refusal in (arguments["account"], "all"):
            raise TradsysError(f"there is no account {arguments['account']}")
        self.asked.append(arguments)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    made = Daemon(tmp_path / "control.sock")
    made.start()
    yield made
    made.close()


@pytest.fixture
def passings(daemon: Daemon, tmp_path: Path) -> Passings:
    return again(daemon, tmp_path)


def again(daemon: Daemon, folder: Path) -> Passings:
    """Give what a restart makes of the file."""
    return Passings(folder / "passings.json", partial(request, daemon.path))


def test_one_passing_is_one_block(passings: Passings, daemon: Daemon) -> None:
    for _ in range(3):
        passings.follow({A1: VAR | ES}, {})
    assert daemon.asked == [
        {
            "level": "account",
            "name": "ALPHA",
            "account": "A1",
            "kind": "portfolio",
            "reason": "VaR is too high; ES is too high",
            "user": "portfolio-risk",
        }
    ]
    assert (passings.asked, passings.waiting, passings.trouble) == (1, 0, "")


def test_a_reason_is_one_line_of_200_characters(passings: Passings, daemon: Daemon) -> None:
    passings.follow({A1: {"var_max": "a\x01b" * 50, "es_max": "c" * 100}}, {})
    assert daemon.asked[0]["reason"] == ("a\ufffdb" * 50 + "; " + "c" * 45 + "...")


def test_a_limit_that_is_passed_again_is_a_new_passing(passings: Passings, daemon: Daemon) -> None:
    runs: list[dict[Scope, dict[str, str]]] = [{A1: VAR}, {A1: {}}, {A1: VAR}, {}, {A1: VAR}]
    for passed in runs:
        passings.follow(passed, {})
    assert len(daemon.asked) == 3


def test_another_limit_of_the_scope_is_another_passing(passings: Passings, daemon: Daemon) -> None:
    passings.follow({A1: VAR}, {})
    passings.follow({A1: VAR | ES}, {})
    passings.follow({A1: ES}, {})
    assert [asked["reason"] for asked in daemon.asked] == ["VaR is too high", "ES is too high"]


def test_a_scope_that_is_blocked_needs_no_block_now_nor_when_it_is_freed(passings: Passings, daemon: Daemon) -> None:
    passings.follow({A1: VAR}, {A1: None})
    passings.follow({A1: VAR}, {})
    assert daemon.asked == []
    passings.follow({A1: {}}, {})
    passings.follow({A1: VAR}, {})
    assert len(daemon.asked) == 1


def test_a_restart_asks_for_nothing_twice(passings: Passings, daemon: Daemon, tmp_path: Path) -> None:
    passings.follow({A1: VAR, A2: ES}, {})
    after = again(daemon, tmp_path)
    after.follow({A1: VAR, A2: ES}, {})
    assert len(daemon.asked) == 2
    after.follow({A2: ES}, {})
    again(daemon, tmp_path).follow({A1: VAR, A2: ES}, {})
    assert [asked["account"] for asked in daemon.asked] == ["A1", "A2", "A1"]


def test_a_daemon_that_is_away_is_asked_when_it_is_back(passings: Passings, daemon: Daemon) -> None:
    daemon.stop()
    passings.follow({A1: VAR, A2: VAR}, {})
    assert passings.waiting == 2
    assert "no daemon answers" in passings.trouble
    passings.retry()
    assert passings.waiting == 2
    daemon.start()
    passings.retry()
    passings.retry()
    assert [asked["account"] for asked in daemon.asked] == ["A1", "A2"]
    assert (passings.waiting, passings.trouble) == (0, "")


def test_what_is_no_longer_passed_is_not_asked_for(passings: Passings, daemon: Daemon) -> None:
    daemon.stop()
    passings.follow({A1: VAR}, {})
    daemon.start()
    passings.follow({A1: {}}, {})
    passings.retry()
    assert (daemon.asked, passings.waiting) == ([], 0)


def test_one_refusal_does_not_hold_up_the_others(passings: Passings, daemon: Daemon) -> None:
    daemon.refusal = "A1"
    passings.follow({A1: VAR, A2: VAR}, {})
    assert [asked["account"] for asked in daemon.asked] == ["A2"]
    assert (passings.waiting, passings.trouble) == (1, "there is no account A1")
    daemon.refusal = ""
    passings.retry()
    assert [asked["account"] for asked in daemon.asked] == ["A2", "A1"]


@pytest.mark.parametrize("content", ["", "{}", "[[1]]", '[["account"'])
def test_a_file_that_can_not_be_read_counts_as_none(daemon: Daemon, tmp_path: Path, content: str) -> None:
    (tmp_path / "passings.json").write_text(content)
    again(daemon, tmp_path).follow({A1: VAR}, {})
    assert len(daemon.asked) == 1
