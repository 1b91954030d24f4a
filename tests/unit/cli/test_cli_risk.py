"""The verbs of risk, the kill switch, positions and marks: what they ask the daemon, and what they show."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.test_cli_verbs import cells
from tradsys_oms.errors import TradsysError

Tradsys = Callable[..., tuple[int, str, str]]
Asked = list[tuple[str, dict[str, Any]]]
BECAUSE = ("--reason", "typo", "--yes")
FIRM = {"level": "member", "name": "FIRM"}
ALL = {"level": "all", "name": ""}


@pytest.fixture(autouse=True)
def night(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "night")


def done(asked: Asked) -> tuple[str, dict[str, Any]]:
    """Give the verb, and what was asked to be done, which was previewed before in the same words."""
    (verb, previewed), (same_verb, asked_for) = asked
    assert verb == same_verb
    assert (previewed.pop("preview"), asked_for.pop("preview")) == (True, False)
    assert previewed == asked_for
    assert (asked_for.pop("reason"), asked_for.pop("user")) == ("typo", "night")
    return verb, {name: value for name, value in asked_for.items() if value is not None}


@pytest.mark.parametrize(
    ("line", "verb", "request_made"),
    [
        ("risk set member FIRM a_max=5 b=x,y", "risk.set", FIRM | {"limits": {"a_max": "5", "b": "x,y"}}),
        ("risk set all a_max=5", "risk.set", ALL | {"limits": {"a_max": "5"}}),
        ("risk lift member FIRM a_max b", "risk.lift", FIRM | {"limits": ["a_max", "b"]}),
        ("risk reset member FIRM", "risk.reset", FIRM | {"limits": []}),
        ("risk reset all a_max", "risk.reset", ALL | {"limits": ["a_max"]}),
        ("risk block member FIRM", "risk.block", FIRM | {"cancel": False, "kind": "operator"}),
        ("risk block all --cancel", "risk.block", ALL | {"cancel": True, "kind": "operator"}),
        ("risk unblock member FIRM --kind breaker", "risk.unblock", FIRM | {"kind": "breaker"}),
        (
            "risk short-sale ACME on",
            "risk.restrict-short-sale",
            {"level": "instrument", "name": "ACME", "restricted": True},
        ),
        ("kill member FIRM", "kill.act", FIRM),
        ("kill session BROKER", "kill.act", {"level": "session", "name": "BROKER"}),
        ("kill account FIRM/A1", "kill.act", {"level": "account", "name": "FIRM/A1"}),
        ("kill instrument ACME", "kill.act", {"level": "instrument", "name": "ACME"}),
        ("kill all", "kill.act", ALL),
        ("kill release member FIRM", "kill.request-release", FIRM),
        (
            "position correct FIRM/A1 ACME --qty -5",
            "position.correct",
            {"member": "FIRM", "account": "A1", "symbol": "ACME", "quantity": "-5"},
        ),
        ("mark set ACME 99.5", "mark.set", {"symbol": "ACME", "price": "99.5", "hold": False}),
        ("mark set ACME 99.5 --hold", "mark.set", {"symbol": "ACME", "price": "99.5", "hold": True}),
    ],
)
def test_actions_are_asked_for(
    tradsys: Tradsys, config: Path, asked: Asked, line: str, verb: str, request_made: dict[str, Any]
) -> None:
    code, out, err = tradsys(*line.split(), "-c", config, *BECAUSE)
    assert (code, out, err) == (0, "It is described.\ndone\n", "")
    assert done(asked) == (verb, request_made)


def test_an_approval_needs_no_reason(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    assert tradsys("kill", "approve", "member", "FIRM", "-c", config, "--yes")[0] == 0
    assert [request["preview"] for _, request in asked] == [True, False]
    assert asked[1] == ("kill.approve", FIRM | {"reason": "", "user": "night", "preview": False})


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("risk set", "say which scope: all, member M"),
        ("risk set desk X a=1", "say which scope"),
        ("risk set member", "say which member"),
        ("risk set member a_max=5", "say which member"),
        ("risk set member FIRM", "say LIMIT=VALUE"),
        ("risk set member FIRM a_max", "say LIMIT=VALUE, as in open_notional_max=1000000, not a_max"),
        ("risk set member FIRM a=1 a=2", "each limit is named once"),
        ("risk lift member FIRM", "say which limits are lifted"),
        ("risk block member FIRM more", "nothing comes after the scope, not 'more'"),
        ("risk short-sale ACME maybe", "'maybe' is not one of"),
        ("kill member", "Missing argument 'MEMBER'"),
        ("kill holding FIRM/A1/ACME", "No such command 'holding'"),
        ("position correct FIRM ACME --qty 1", "say MEMBER/ACCOUNT, not FIRM"),
        ("position load /nowhere/none.csv", "does not exist"),
    ],
)
def test_wrong_usage_asks_for_nothing(tradsys: Tradsys, config: Path, asked: Asked, line: str, sentence: str) -> None:
    code, _, err = tradsys(*line.split(), "-c", config, *BECAUSE)
    assert (code, asked) == (2, [])
    assert sentence in err


@pytest.mark.parametrize("line", ["kill all", "kill release all", "risk set all a=1", "mark set ACME 1"])
def test_what_is_done_needs_a_reason(tradsys: Tradsys, config: Path, asked: Asked, line: str) -> None:
    code, _, err = tradsys(*line.split(), "-c", config, "--yes")
    assert (code, asked) == (2, [])
    assert "--reason is needed" in err


@pytest.mark.parametrize(
    ("line", "heading", "row"),
    [
        (
            "risk show",
            ["level", "name", "limits", "blocks", "open orders", "open notional"],
            ["member", "FIRM", "2", "kill", "3", "500"],
        ),
        (
            "risk show member FIRM",
            ["limit", "value", "used", "configured", "changed"],
            ["open_notional_max", "1000", "500", "900", "1000"],
        ),
        ("kill list", ["level", "name", "kind", "reason", "cancels refused", "release requested by"], None),
        ("position list", ["member", "account", "symbol", "quantity", "avg px"], ["FIRM", "A1", "ACME", "-5", "100"]),
        ("mark list", ["symbol", "mark", "source", "by", "since", "held"], ["ACME", "100", "quote", "V1", "", "no"]),
    ],
)
def test_what_is_read_is_a_table_or_json(
    tradsys: Tradsys, config: Path, asked: Asked, line: str, heading: list[str], row: list[str] | None
) -> None:
    code, out, _ = tradsys(*line.split(), "-c", config)
    lines = [cells(text) for text in out.splitlines() if "┃" in text or "│" in text]
    assert (code, lines[0]) == (0, heading)
    assert lines[1] == (row or ["member", "FIRM", "kill", "runaway", "1", "eve"])
    assert json.loads(tradsys(*line.split(), "-c", config, "-o", "json")[1])


def test_filters_are_asked_for(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    tradsys("position", "list", "--member", "FIRM", "--account", "", "--symbol", "ACME", "--limit", 5, "-c", config)
    tradsys("risk", "show", "--member", "FIRM", "--limited", "-c", config)
    tradsys("mark", "list", "--symbol", "ACME", "--stale", "-c", config)
    assert asked == [
        ("position.list", {"member": "FIRM", "account": "", "symbol": "ACME", "limit": 5}),
        ("risk.list", {"member": "FIRM", "limited": True}),
        ("mark.list", {"symbol": "ACME", "stale": True}),
    ]


@pytest.mark.parametrize(("verb", "more"), [("position", {"replace": False}), ("mark", {})])
def test_a_file_is_handed_over_and_taken_away(
    tradsys: Tradsys, config: Path, asked: Asked, tmp_path: Path, verb: str, more: dict[str, Any]
) -> None:
    state_dir = config.parent / "state"
    (tmp_path / "start.csv").write_text("symbol,px\n")
    before = sorted(state_dir.iterdir())
    assert tradsys(verb, "load", tmp_path / "start.csv", "-c", config, *BECAUSE)[0] == 0
    name, request = done(asked)
    path = Path(request.pop("file"))
    assert (name, request) == (f"{verb}.load", more)
    assert (path.name, path.parent.parent) == ("start.csv", state_dir)
    assert sorted(state_dir.iterdir()) == before


def test_a_file_needs_a_daemon(tradsys: Tradsys, config: Path, tmp_path: Path) -> None:
    (tmp_path / "start.csv").write_text("symbol,px\n")
    code, _, err = tradsys("mark", "load", tmp_path / "start.csv", "-c", config, *BECAUSE)
    assert code == TradsysError.exit_code
    assert "the daemon takes files in" in err


def test_a_fault_in_the_configuration_keeps_nobody_from_the_kill_switch(
    tradsys: Tradsys, config: Path, asked: Asked
) -> None:
    config.write_text(config.read_text() + "sesions: []\n")
    code, out, err = tradsys("kill", "all", "--reason", "runaway", "--yes", "-c", config)
    assert (code, out.splitlines()[-1], err) == (0, "done", "")
    assert [verb for verb, _ in asked] == ["kill.act", "kill.act"]
