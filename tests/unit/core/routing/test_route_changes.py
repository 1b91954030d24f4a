"""Routes are set all at once, and timed ones switched on and off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.routing.rooms import asked
from tradsys_oms.core.commands import Route, SetRoutes, SetVenue, SwitchRoute
from tradsys_oms.core.routing.planning import route_of

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


@pytest.fixture
def known(exchange: Exchange) -> Exchange:
    """An exchange with the venues V1 and V2, and D that only tells about executions."""
    exchange.apply(SetVenue("V1", True))
    exchange.apply(SetVenue("V2", True))
    exchange.apply(SetVenue("D", True, is_drop_copy=True))
    return exchange


def test_routes_take_the_place_of_those_before(known: Exchange) -> None:
    first, second = Route("first", "venue", ("V1",)), Route("second", "failover", ("V2", "V1"))
    assert known.apply(SetRoutes((first,))) == []
    assert route_of(known.engine.routing, asked()) == first
    assert known.apply(SetRoutes((second,))) == []
    assert known.engine.routing.routes == (second,)
    assert route_of(known.engine.routing, asked()) == second
    known.apply(SetRoutes(()))
    assert route_of(known.engine.routing, asked()) is None


def test_a_timed_route_stays_switched_on_while_it_is_there_and_timed(known: Exchange) -> None:
    night, day = Route("night", "venue", ("V1",), is_timed=True), Route("day", "book", is_timed=True)
    known.apply(SetRoutes((night, day)))
    known.apply(SwitchRoute("night", True, "22:00"))
    known.apply(SwitchRoute("day", True, "06:00"))
    known.apply(SwitchRoute("night", True, "again"))
    assert list(known.engine.routing.switched_on) == ["day", "night"]
    known.apply(SwitchRoute("day", False, "22:00"))
    known.apply(SetRoutes((day, Route("night", "venue", ("V2",), is_timed=True))))
    assert list(known.engine.routing.switched_on) == ["night"]
    known.apply(SetRoutes((Route("night", "venue", ("V2",)),)))
    assert list(known.engine.routing.switched_on) == []


@pytest.mark.parametrize(
    ("route", "fault"),
    [
        (Route("R", "dice", ("V1",)), "Route R: there is no strategy dice."),
        (Route("R", "venue"), "Route R: it needs venues, or the strategy book, and not both."),
        (Route("R", "book", ("V1",)), "Route R: it needs venues, or the strategy book, and not both."),
        (Route("R", "failover", ("V1", "V1")), "Route R: it names a venue twice."),
        (Route("R", "failover", ("V1", "V9")), "Route R: there is no venue V9."),
        (Route("R", "failover", ("V1", "D")), "Route R: venue D takes no orders."),
        (Route("R", "venue", ("V1",), (1,)), "Route R: only a split has weights."),
        (Route("R", "split", ("V1", "V2"), (1,)), "Route R: a split needs a weight above 0 for each venue."),
        (Route("R", "split", ("V1", "V2"), (1, 0)), "Route R: a split needs a weight above 0 for each venue."),
        (Route("R", "venue", ("V1",), on_refused="cry"), "Route R: on_refused is next or return, not cry."),
        (Route("R", "venue", ("V1",), on_unfilled="cry"), "Route R: on_unfilled is next or return, not cry."),
        (Route("R", "venue", ("V1",), on_none_up="cry"), "Route R: on_none_up is reject or book, not cry."),
        (
            Route("R", "book", order_qty_min_e8=5, order_qty_max_e8=4),
            "Route R: its quantities are from a smallest, not below 0, to a largest, not below that.",
        ),
        (Route("first", "book"), "Each route needs a name of its own, not 'first' again."),
        (Route("", "book"), "Each route needs a name of its own, not '' again."),
    ],
    ids=str,
)
def test_a_route_that_can_not_be_leaves_all_as_they_were(known: Exchange, route: Route, fault: str) -> None:
    first = Route("first", "book")
    known.apply(SetRoutes((first,)))
    assert known.engine.fault_of(SetRoutes((first, route))) == fault
    assert known.apply(SetRoutes((first, route))) == [f"Refused: {fault}"]
    assert known.engine.routing.routes == (first,)


def test_only_a_timed_route_can_be_switched(known: Exchange) -> None:
    known.apply(SetRoutes((Route("R", "book"),)))
    assert known.apply(SwitchRoute("R", True, "x")) == ["Refused: Route R is not timed: it counts at all times."]
    assert known.apply(SwitchRoute("Q", True, "x")) == ["Refused: Unknown route Q."]
    assert known.engine.fault_of(SwitchRoute("Q", True, "x")) == "Unknown route Q."
