"""Routes as they are compared with orders: made ready once, when they are set, because each new order passes them.

Most routes are about symbols, so each symbol that one of them names has its own list of those to look at, and all other
symbols share one. A condition that a route does not have is None here, so that most of a comparison is a look at None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tradsys_oms.core.commands import Route

if TYPE_CHECKING:
    from tradsys_oms.core.routing.routing import Routing


class Rule(NamedTuple):
    """A route and its conditions, all but that on the symbol."""

    route: Route
    members: frozenset[str] | None
    sessions: frozenset[str] | None
    accounts: frozenset[str] | None
    ex_destinations: frozenset[str] | None
    asks_more: bool
    """It also looks at the quantity, or counts only while it is switched on."""


def adopt(routing: Routing, routes: tuple[Route, ...]) -> None:
    """Let these routes count in place of those before; a timed one that stays keeps whether it is switched on."""
    timed = {route.route for route in routes if route.is_timed}
    routing.routes, rules = routes, tuple(map(_rule, routes))
    by_symbol: dict[str, list[Rule]] = {symbol: [] for route in routes for symbol in route.symbols}
    for rule in rules:
        for symbol in dict.fromkeys(rule.route.symbols) or by_symbol:
            by_symbol[symbol].append(rule)
    routing.rules_by_symbol = {symbol: tuple(found) for symbol, found in by_symbol.items()}
    routing.other_rules = tuple(rule for rule in rules if not rule.route.symbols)
    routing.ex_destinations = frozenset(name for route in routes for name in route.ex_destinations)
    routing.switched_on = {name: None for name in routing.switched_on if name in timed}


def _rule(route: Route) -> Rule:
    asks_more = route.is_timed or route.order_qty_min_e8 is not None or route.order_qty_max_e8 is not None
    return Rule(
        route,
        _any_of(route.members),
        _any_of(route.sessions),
        _any_of(route.accounts),
        _any_of(route.ex_destinations),
        asks_more,
    )


def _any_of(names: tuple[str, ...]) -> frozenset[str] | None:
    return frozenset(names) if names else None
