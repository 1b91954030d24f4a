"""Why an order goes where it goes, as operators read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from tests.unit.core.routing.rooms import LOT_E8, asked, room
from tests.unit.core.routing.test_route_of import ROUTES
from tradsys_oms.core.commands import Route, SetRoutes, SetVenue
from tradsys_oms.core.routing.explaining import explain, lines_of
from tradsys_oms.core.routing.planning import Asked, first_plan, route_of
from tradsys_oms.core.routing.routing import Routing

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

VENUES = ("V1", "V2", "V3")
TICK_E8 = 1_000_000


def lines(routing: Routing, order: Asked) -> list[str]:
    """Explain an order in ACME, whose ticks are 0.01."""
    return lines_of(explain(routing, order), TICK_E8, LOT_E8)


def test_each_route_that_does_not_fit_says_why() -> None:
    routing = room(
        Route("a", "book", symbols=("HOOLI", "INITECH"), members=("B",)),
        Route("b", "book", sessions=("A2",), accounts=("client",)),
        Route("c", "book", ex_destinations=("XNYS",), order_qty_min_e8=101 * LOT_E8),
        Route("d", "book", order_qty_min_e8=1, order_qty_max_e8=99 * LOT_E8, is_timed=True),
        Route("e", "venue", ("V1", "V2")),
        Route("f", "book"),
    )
    assert lines(routing, asked()) == [
        "route a: symbol ACME is not HOOLI or INITECH, member A is not B",
        "route b: session A1 is not A2, account house is not client",
        "route c: ExDestination none is not XNYS, quantity 100 is not from 101",
        "route d: quantity 100 is not from 0.00000001 up to 99, it is timed, and not switched on",
        "route e: fits",
        "venue V1: 100 (is the first that takes it)",
        "venue V2: nothing (comes after V1, the only one that counts)",
        "goes to V1",
    ]


def test_each_venue_says_what_it_gets_and_why() -> None:
    routing = room(Route("R", "failover", VENUES), up="V2 V3", down="V1")
    assert lines(routing, asked()) == [
        "route R: fits",
        "venue V1: nothing (is down (never logged on))",
        "venue V2: 100 (is the first that takes it)",
        "venue V3: nothing (comes after V2)",
        "goes to V2",
    ]


def test_a_split_names_weights_and_those_that_do_not_trade_the_symbol() -> None:
    routing = room(Route("R", "split", VENUES, (50, 30, 20)))
    routing.venues["V2"].adopt(SetVenue("V2", True, symbols=("HOOLI",)))
    assert lines(routing, asked(7))[1:] == [
        "venue V1: 5 (has weight 50)",
        "venue V2: nothing (does not trade ACME)",
        "venue V3: 2 (has weight 20)",
        "goes to V1, V3",
    ]


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        ("1", ["100 (has the best offer: 1.01)", "nothing (has no better offer: 1.02)", "nothing (has told no price)"]),
        ("2", ["nothing (has no better bid: 0.98)", "100 (has the best bid: 0.99)", "nothing (has told no price)"]),
    ],
)
def test_the_best_price_is_named(side: str, expected: list[str]) -> None:
    routing = room(Route("R", "best_price", VENUES), quotes={"V1": (98, 101), "V2": (99, 102)})
    told = [f"venue {name}: {line}" for name, line in zip(VENUES, expected, strict=True)]
    assert lines(routing, asked(side=side))[1:-1] == told


def test_without_prices_the_first_of_the_list_gets_it() -> None:
    assert lines(room(Route("R", "best_price", ("V1", "V2"))), asked())[1:] == [
        "venue V1: 100 (is the first that takes it)",
        "venue V2: nothing (has told no price)",
        "goes to V1",
    ]


@pytest.mark.parametrize(
    ("route", "order", "outcome"),
    [
        (Route("R", "book"), {}, "our own book"),
        (Route("R", "book", symbols=("HOOLI",)), {}, "our own book (no route fits)"),
        (Route("R", "book_then_venue", ("V3", "V2")), {}, "our own book, the rest goes to V2"),
        (Route("R", "venue", ("V3",), on_none_up="book"), {}, "our own book"),
        (
            Route("R", "venue", ("V3",)),
            {},
            "refused: No venue of route R is up: V3 is down (never logged on)",
        ),
        (
            Route("R", "venue", ("V3",), ex_destinations=("X",), symbols=("HOOLI",)),
            {"ex_destination": "X"},
            "refused: No route to X takes this order",
        ),
    ],
    ids=str,
)
def test_the_last_line_is_what_happens(route: Route, order: dict[str, Any], outcome: str) -> None:
    assert lines(room(route, up="V1 V2", down="V3"), asked(**order))[-1] == outcome


def test_no_route_is_looked_at_for_an_ex_destination_that_none_names() -> None:
    told = lines(room(Route("all", "book")), asked(ex_destination="XPAR"))
    assert told == ["refused: ExDestination XPAR is not known here"]


def test_the_engine_explains_by_what_it_knows(exchange: Exchange) -> None:
    exchange.apply(SetVenue("V1", True))
    exchange.apply(SetRoutes((Route("R", "venue", ("V1",)),)))
    explained = exchange.engine.explain_route(asked())
    assert [(one.venue, one.qty, one.why) for one in explained.venues] == [("V1", 0, "is down (never logged on)")]


@given(ROUTES)
def test_what_is_explained_is_what_is_done(routes: list[Route]) -> None:
    routing = room(*routes)
    order = asked(5, symbol="a", member="b", session="c", account="a")
    explained = explain(routing, order)
    assert explained.plan == first_plan(routing, order)
    route = route_of(routing, order)
    fitting = [place for place, verdict in enumerate(explained.routes) if not verdict.why_not]
    assert fitting == ([] if route is None else [len(explained.routes) - 1])
    assert [verdict.route for verdict in explained.routes] == [known.route for known in routes][: len(explained.routes)]
    assert route is None or route is routes[fitting[0]]
