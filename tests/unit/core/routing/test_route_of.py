"""The first route whose conditions all hold for an order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.routing.rooms import LOT_E8, asked, room
from tradsys_oms.core.commands import Route
from tradsys_oms.core.routing.planning import Asked, first_plan, route_of
from tradsys_oms.core.routing.routing import Routing


def chosen(routing: Routing, order: Asked) -> str:
    """Name the route of an order, "" for none."""
    route = route_of(routing, order)
    return route.route if route is not None else ""


@pytest.mark.parametrize(
    ("condition", "order"),
    [
        ({"symbols": ("HOOLI", "ACME")}, {"symbol": "OTHER"}),
        ({"members": ("B", "A")}, {"member": "C"}),
        ({"sessions": ("A1",)}, {"session": "A2"}),
        ({"accounts": ("house",)}, {"account": "client"}),
        ({"order_qty_min_e8": 100 * LOT_E8}, {"qty": 99}),
        ({"order_qty_max_e8": 100 * LOT_E8}, {"qty": 101}),
        ({"order_qty_min_e8": 1, "order_qty_max_e8": 100 * LOT_E8}, {"qty": 101}),
    ],
    ids=str,
)
def test_a_route_fits_what_its_condition_holds_for(condition: dict[str, Any], order: dict[str, Any]) -> None:
    routing = room(Route("R", "venue", ("V1",), **condition))
    assert chosen(routing, asked()) == "R"
    assert chosen(routing, asked(**order)) == ""


def test_an_ex_destination_is_a_condition_like_others() -> None:
    routing = room(Route("X", "venue", ("V1",), ex_destinations=("XNYS",)), Route("all", "venue", ("V2",)))
    assert chosen(routing, asked(ex_destination="XNYS")) == "X"
    assert chosen(routing, asked()) == "all"


def test_a_timed_route_counts_while_it_is_switched_on() -> None:
    routing = room(Route("night", "venue", ("V1",), is_timed=True), Route("day", "venue", ("V2",)))
    assert chosen(routing, asked()) == "day"
    routing.switched_on["night"] = None
    assert chosen(routing, asked()) == "night"


def test_without_a_route_it_is_our_own_book() -> None:
    plan = first_plan(room(), asked())
    assert (plan.route, plan.takes_book, plan.parts, plan.fault) == (None, True, (), "")


def test_an_ex_destination_that_no_route_names_is_refused_even_by_a_route_for_all() -> None:
    plan = first_plan(room(Route("all", "venue", ("V1",))), asked(ex_destination="XPAR"))
    assert (plan.takes_book, plan.parts, plan.fault) == (False, (), "ExDestination XPAR is not known here")


def test_an_order_with_an_ex_destination_never_falls_into_our_own_book() -> None:
    routing = room(Route("X", "venue", ("V1",), ex_destinations=("XNYS",), symbols=("HOOLI",)))
    plan = first_plan(routing, asked(ex_destination="XNYS"))
    assert (plan.takes_book, plan.parts, plan.fault) == (False, (), "No route to XNYS takes this order")


NAMES = st.lists(st.sampled_from("abc"), max_size=2).map(tuple)
QUANTITIES = st.none() | st.integers(1, 9).map(lambda lots: lots * LOT_E8)
ROUTES = st.lists(
    st.builds(
        Route,
        route=st.sampled_from("PQRS"),
        strategy=st.just("book"),
        symbols=NAMES,
        members=NAMES,
        sessions=NAMES,
        accounts=NAMES,
        ex_destinations=NAMES,
        order_qty_min_e8=QUANTITIES,
        order_qty_max_e8=QUANTITIES,
        is_timed=st.booleans(),
    ),
    max_size=4,
)
NAME = st.sampled_from("abc")


def naive(routes: list[Route], on: set[str], order: Asked) -> Route | None:
    """Find the first route that fits, as the page says it."""
    for route in routes:
        pairs = [
            (route.symbols, order.symbol),
            (route.members, order.member),
            (route.sessions, order.session),
            (route.accounts, order.account),
            (route.ex_destinations, order.ex_destination),
        ]
        qty_e8 = order.qty * order.lot_e8
        holds = [value in names for names, value in pairs if names]
        holds += [qty_e8 >= least for least in (route.order_qty_min_e8,) if least is not None]
        holds += [qty_e8 <= most for most in (route.order_qty_max_e8,) if most is not None]
        holds += [route.route in on] * route.is_timed
        if all(holds):
            return route
    return None


@given(ROUTES, st.sets(st.sampled_from("PQRS")), st.tuples(NAME, NAME, NAME, NAME, NAME), st.integers(1, 9))
def test_the_route_is_the_one_of_the_naive_walk(
    routes: list[Route], on: set[str], names: tuple[str, str, str, str, str], qty: int
) -> None:
    routing = room(*routes)
    routing.switched_on = dict.fromkeys(sorted(on))
    symbol, member, session, account, place = names
    order = asked(qty, symbol=symbol, member=member, session=session, account=account, ex_destination=place)
    assert route_of(routing, order) is naive(routes, on, order)
