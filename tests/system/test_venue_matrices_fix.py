"""The order state change matrices end to end: brokers and venues in all versions of FIX, with the real system between.

Each path is played as `matrix_scenarios` has it. The broker's reports are compared as a whole list: those that the
matrix has, in the words of the broker's version, whatever version the venue speaks, and no others.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system.matrix_floor import VENUES, MatrixFloor
from tests.system.matrix_player import Player
from tests.system.matrix_scenarios import Route, by_hand, routes
from tests.system.trading_system import VERSIONS
from tests.unit.core.routing.test_venue_matrices import FACTS

PAIRS = [("BROKER42", "V44"), ("BROKER44", "V50"), ("BROKER50", "V42")]
OTHER_PAIRS = [
    (comp_id, venue) for comp_id in VERSIONS for venue in VENUES if (comp_id, venue) not in PAIRS and venue[0] == "V"
]
AT_ONCE = [("BROKER42", "ONCE50"), ("BROKER44", "ONCE42"), ("BROKER50", "ONCE44")]
ALL = {route.name: route for route in routes()}
MAIN = [name for name, route in ALL.items() if route.is_main]
needs_facts = pytest.mark.skipif(not FACTS.exists(), reason="the file of the order state matrices is not there")


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatrixFloor]:
    """Run one system for all paths."""
    floor = MatrixFloor(tmp_path_factory.mktemp("matrices"))
    try:
        yield floor.start()
        assert floor.sent_twice() == []
    finally:
        floor.close()


def play(floor: MatrixFloor, comp_id: str, venue: str, route: Route) -> None:
    Player(floor, comp_id, venue).play(route.steps)
    assert floor.left_over(comp_id, venue) == []
    row = floor.rows()[venue]
    assert (row["quarantined"], row["orders_in_doubt"], row["state"]) == (0, 0, "up")


@needs_facts
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(("comp_id", "venue"), PAIRS)
def test_the_broker_sees_what_the_venue_says(floor: MatrixFloor, comp_id: str, venue: str, name: str) -> None:
    play(floor, comp_id, venue, ALL[name])


@needs_facts
@pytest.mark.parametrize("name", MAIN)
@pytest.mark.parametrize(("comp_id", "venue"), OTHER_PAIRS)
def test_any_two_versions_understand_each_other(floor: MatrixFloor, comp_id: str, venue: str, name: str) -> None:
    play(floor, comp_id, venue, ALL[name])


@needs_facts
@pytest.mark.parametrize("name", MAIN)
@pytest.mark.parametrize(("comp_id", "venue"), AT_ONCE)
def test_what_is_pending_is_told_once(floor: MatrixFloor, comp_id: str, venue: str, name: str) -> None:
    play(floor, comp_id, venue, ALL[name])


@pytest.mark.parametrize("route", list(by_hand()), ids=lambda route: route.name)
@pytest.mark.parametrize(("comp_id", "venue"), PAIRS + AT_ONCE)
def test_the_main_ways_of_an_order(floor: MatrixFloor, comp_id: str, venue: str, route: Route) -> None:
    play(floor, comp_id, venue, route)
