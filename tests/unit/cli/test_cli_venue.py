"""`tradsys venue`, `tradsys route` and `tradsys order resolve`, with a daemon's answers on a real control socket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.unit.cli.conftest import Tradsys

Asked = list[tuple[str, dict[str, Any]]]


def test_venues_are_listed_and_shown(tradsys: Tradsys, asked: Asked, config: Path) -> None:
    code, out, _ = tradsys("venue", "list", "-c", config)
    assert code == 0
    assert "127.0.0.1:9" in out
    assert "breaker" in out
    code, out, _ = tradsys("venue", "show", "V1", "-c", config)
    assert code == 0
    assert "link.spool_frames" in out
    assert "9-1" in out
    assert "no symbol" in out
    code, out, _ = tradsys("venue", "show", "V1", "-c", config, "-o", "json")
    assert json.loads(out)["orders"][0]["clord_id"] == "9-1"
    assert asked[-1] == ("venue.show", {"venue": "V1"})


def test_a_venue_is_taken_down_and_up(tradsys: Tradsys, asked: Asked, config: Path) -> None:
    assert tradsys("venue", "down", "V1", "-c", config, "--yes")[0] == 2, "a reason is needed"
    for verb, more, wanted in (
        ("down", (), {}),
        ("up", (), {"kind": "operator"}),
        ("up", ("--breaker",), {"kind": "breaker"}),
    ):
        code, out, _ = tradsys("venue", verb, "V1", *more, "--reason", "test", "--yes", "-c", config)
        assert (code, out) == (0, "It is described.\ndone\n")
        name, arguments = asked[-1]
        assert name == f"venue.{verb}"
        assert arguments.items() >= ({"venue": "V1", "reason": "test", "preview": False} | wanted).items()


def test_routes_are_listed_explained_and_switched(tradsys: Tradsys, asked: Asked, config: Path) -> None:
    assert "failover" in tradsys("route", "list", "-c", config)[1]
    code, out, _ = tradsys("route", "explain", "ACME", "buy", "10", "--price", "100", "--session", "S", "-c", config)
    assert (code, out) == (0, "route R: fits\ngoes to V1\n")
    assert (
        asked[-1][1].items() >= {"symbol": "ACME", "side": "buy", "qty": "10", "price": "100", "session": "S"}.items()
    )
    assert json.loads(tradsys("route", "explain", "ACME", "buy", "1", "-c", config, "-o", "json")[1])["route"] == "R"
    for verb, is_on in (("on", True), ("off", False)):
        assert tradsys("route", verb, "R", "--reason", "test", "--yes", "-c", config)[0] == 0
        assert asked[-1][1].items() >= {"route": "R", "on": is_on}.items()


def test_an_order_in_doubt_is_resolved(tradsys: Tradsys, asked: Asked, config: Path) -> None:
    options = ("--outcome", "ended", "--cum-qty", "4", "--avg-px", "99.5", "--reason", "test", "-c", config)
    code, out, _ = tradsys("order", "resolve", "9-1", "--preview", *options)
    assert code == 0
    assert "4 more is filled" in out
    assert "venue_order_id" in out
    assert [arguments["preview"] for _, arguments in asked] == [True], "nothing is done"
    assert tradsys("order", "resolve", "9-1", "--yes", *options)[0] == 0
    terms = {"clord_id": "9-1", "outcome": "ended", "cum_qty": "4", "avg_px": "99.5", "preview": False}
    assert asked[-1][0] == "order.resolve"
    assert asked[-1][1].items() >= terms.items()
    assert tradsys("order", "resolve", "9-1", "--outcome", "lost", "-c", config)[0] == 2


def test_a_venue_that_is_not_configured_has_no_link(tradsys: Tradsys, config: Path) -> None:
    code, _, err = tradsys("venue", "run", "V1", "-c", config)
    assert code == 1
    assert "has no venue V1" in err
