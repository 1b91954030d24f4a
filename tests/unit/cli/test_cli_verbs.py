"""Verbs that look into a running daemon."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tradsys = Callable[..., tuple[int, str, str]]
Asked = list[tuple[str, dict[str, Any]]]


def cells(line: str) -> list[str]:
    """Split a line of a table."""
    return [cell.strip() for cell in line.strip("│┃").replace("┃", "│").split("│")]


@pytest.mark.parametrize("verb", ["status", "session list", "order list", "book ACME", "market list"])
def test_json_is_one_document_and_nothing_else(
    tradsys: Tradsys, config: Path, asked: Asked, answers: dict[str, Any], verb: str
) -> None:
    code, out, err = tradsys(*verb.split(), "-c", config, "-o", "json")
    assert (code, json.loads(out), err) == (0, answers[verb], "")


def test_status_shows_every_fact_beside_its_path(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    _, out, _ = tradsys("status", "-c", config)
    facts = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert {key: value.strip() for key, value in facts.items()} == {
        "version": "0.1.0",
        "pid": "42",
        "state": "running",
        "journal.last_seq": "9",
        "journal.durable_seq": "9",
        "database.state": "up",
        "database.url": "postgresql://tradsys@/tradsys?host=/run/x",
    }


def test_sessions_are_a_table_with_known_columns_first(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    lines = tradsys("session", "list", "-c", config)[1].splitlines()
    assert cells(lines[1]) == ["session", "member", "online", "address", "next in", "extra"]
    assert cells(lines[3]) == ["BROKER", "FIRM", "yes", "127.0.0.1:5000", "7", ""]
    assert cells(lines[4]) == ["IDLE", "FIRM", "no", "", "1", "x"]


def test_orders_are_filtered_by_the_daemon_and_cannot_steer_the_terminal(
    tradsys: Tradsys, config: Path, asked: Asked
) -> None:
    filters = ("--session", "BROKER", "--symbol", "ACME", "--open", "--limit", 5)
    _, out, _ = tradsys("order", "list", "-c", config, *filters)
    assert asked == [("order.list", {"session": "BROKER", "member": "", "symbol": "ACME", "open": True, "limit": 5})]
    assert "\x1b" not in out
    assert cells(out.splitlines()[3]) == ["5", "A\ufffd[31m", "ACME", "buy", "10", "100.25"]


def test_the_book_shows_bids_and_offers_side_by_side(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    lines = tradsys("book", "ACME", "-c", config, "--levels", 2)[1].splitlines()
    assert asked == [("book", {"symbol": "ACME", "levels": 2})]
    assert lines[0].strip() == "ACME"
    assert cells(lines[4]) == ["2", "10", "99.5", "100.25", "7", "1"]
    assert cells(lines[5]) == ["1", "5", "99", "", "", ""]
    assert lines[-1] == "and 3 open orders that the book does not show: tradsys order list --open"


def test_what_the_daemon_refuses_is_one_sentence(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    assert tradsys("book", "NOSUCH", "-c", config) == (1, "", "tradsys: there is no instrument NOSUCH\n")


def test_the_database_url_is_for_psql(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    url = "postgresql://tradsys@/tradsys?host=/run/x"
    assert tradsys("db", "url", "-c", config) == (0, f"{url}\n", "")
    assert json.loads(tradsys("db", "url", "-c", config, "-o", "json")[1]) == {"url": url}


def test_a_configured_database_is_printed_without_its_password(
    tradsys: Tradsys, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADSYS_TEST_URL", "postgresql://me:pa55word@db.example:5433/clearing")
    config.write_text(config.read_text() + "database: {url: {env: TRADSYS_TEST_URL}}\n")
    assert tradsys("db", "url", "-c", config) == (0, "postgresql://me@db.example:5433/clearing\n", "")


@pytest.mark.parametrize("verb", [("status",), ("session", "list"), ("order", "list"), ("book", "ACME"), ("db", "url")])
def test_without_a_daemon_the_socket_and_the_way_to_start_it_are_named(
    tradsys: Tradsys, config: Path, verb: tuple[str, ...]
) -> None:
    socket = config.parent / "state" / "control.sock"
    assert tradsys(*verb, "-c", config) == (
        1,
        "",
        f"tradsys: no daemon answers on the control socket {socket}: No such file or directory; "
        f"start the daemon with: tradsys run -c {config}\n",
    )


def test_the_configuration_may_come_from_the_environment(
    tradsys: Tradsys, config: Path, asked: Asked, answers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADSYS_CONFIG", str(config))
    assert json.loads(tradsys("status", "-o", "json")[1]) == answers["status"]
