"""Venues and routes of the configuration against what the core knows: only differences become commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_reference_data import config, follow
from tradsys_oms import reference_data
from tradsys_oms.core.commands import Command, NewOrder, Route, SetRoutes, SetVenue, VenueLink
from tradsys_oms.core.engine import Engine

ALPHA: dict[str, Any] = {
    "id": "ALPHA",
    "dialect": "fix44",
    "addresses": ["127.0.0.1:9000"],
    "sender_comp_id": "US",
    "target_comp_id": "ALPHA",
}
BETA = ALPHA | {"id": "BETA", "target_comp_id": "BETA", "dialect": "fix42", "symbols": {"ACME": "AC"}}
OUT: dict[str, Any] = {"id": "out", "strategy": "failover", "venues": ["ALPHA", "BETA"]}


def routing(engine: Engine, folder: Path, **changes: object) -> list[Command]:
    """Follow a configuration; give the commands about venues and routes."""
    return [one for one in follow(engine, config(folder, **changes)) if isinstance(one, SetVenue | SetRoutes)]


def test_a_first_start_tells_everything_and_a_second_nothing(tmp_path: Path) -> None:
    engine = Engine()
    hours = {"time_zone": "UTC", "start": "09:00", "end": "10:00"}
    given: dict[str, Any] = {
        "venues": [BETA, ALPHA | {"pending_reports": "of_venue", "on_reconnect": "cancel"}],
        "routes": [OUT | {"symbols": ["ACME"], "order_qty_max": 5, "hours": hours, "on_none_up": "book"}],
    }
    assert routing(engine, tmp_path, **given) == [
        SetVenue("ALPHA", True, "of_venue", True, True, "cancel"),
        SetVenue("BETA", True, "at_once", True, False, "keep", ("ACME",)),
        SetRoutes(
            (
                Route(
                    *("out", "failover", ("ALPHA", "BETA")),
                    symbols=("ACME",),
                    order_qty_max_e8=500_000_000,
                    is_timed=True,
                    on_none_up="book",
                ),
            )
        ),
    ]
    assert routing(engine, tmp_path, **given) == []


def test_only_what_changed_is_told(tmp_path: Path) -> None:
    engine = Engine()
    routing(engine, tmp_path, venues=[ALPHA, BETA], routes=[OUT])
    assert routing(engine, tmp_path, venues=[ALPHA, BETA | {"can_replace": False}], routes=[OUT]) == [
        SetVenue("BETA", True, can_replace=False, symbols=("ACME",))
    ]
    reordered = OUT | {"venues": ["BETA", "ALPHA"]}
    assert routing(engine, tmp_path, venues=[ALPHA, BETA | {"can_replace": False}], routes=[reordered]) == [
        SetRoutes((Route("out", "failover", ("BETA", "ALPHA")),))
    ]


def test_what_only_a_link_needs_is_none_of_the_core(tmp_path: Path) -> None:
    engine = Engine()
    routing(engine, tmp_path, venues=[ALPHA])
    assert routing(engine, tmp_path, venues=[ALPHA | {"addresses": ["127.0.0.1:9001"], "heart_bt_int_s": 5}]) == []


def test_a_venue_that_is_gone_is_switched_off_and_stays(tmp_path: Path) -> None:
    engine = Engine()
    routing(engine, tmp_path, venues=[ALPHA, BETA], routes=[OUT])
    assert routing(engine, tmp_path, venues=[ALPHA]) == [
        SetVenue("BETA", False, symbols=("ACME",)),
        SetRoutes(()),
    ]
    assert routing(engine, tmp_path, venues=[ALPHA]) == []
    assert not engine.routing.venues["BETA"].rules.enabled


def test_a_drop_copy_may_become_a_venue_of_routes_at_once(tmp_path: Path) -> None:
    engine = Engine()
    copies = ALPHA | {"drop_copy": True, "accounts": {"M1/A": "a"}}
    assert routing(engine, tmp_path, venues=[copies]) == [
        SetVenue("ALPHA", True, can_mass_status=True, is_drop_copy=True),
    ]
    taken = routing(engine, tmp_path, venues=[ALPHA], routes=[OUT | {"venues": ["ALPHA"]}])
    assert [type(command) for command in taken] == [SetVenue, SetRoutes]
    assert engine.routing.routes[0].venues == ("ALPHA",)


def test_what_the_core_would_refuse_is_said_before_anything_changes(tmp_path: Path) -> None:
    engine = Engine()
    given: dict[str, Any] = {"venues": [ALPHA], "routes": [OUT | {"venues": ["ALPHA"]}]}
    follow(engine, config(tmp_path, **given))
    for command in (
        VenueLink("ALPHA", 1, True, "logged on"),
        NewOrder("S1", 1, "A", "", "ACME", "1", "2", "0", 100_000_000, 10_000_000_000),
    ):
        engine.apply(engine.last_seq + 1, engine.last_seq + 1, command)
    assert list(engine.routing.living["ALPHA"])
    copies = ALPHA | {"drop_copy": True, "accounts": {"M1/A": "a"}}
    with pytest.raises(reference_data.ReferenceDataRefused, match="Venue ALPHA has open orders"):
        reference_data.changes(config(tmp_path, venues=[copies]), engine)
    assert [type(command) for command in reference_data.changes(config(tmp_path), engine)] == [SetVenue, SetRoutes]
