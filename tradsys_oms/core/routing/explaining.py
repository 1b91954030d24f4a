"""Explaining: which route an order would take now and why none before it, and what each of its venues would get."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.fields import Side
from tradsys_oms.core.routing.planning import (
    Asked,
    Plan,
    candidates,
    counts_now,
    first_plan,
    fits_quantity,
    price_at,
    why_nothing,
)

if TYPE_CHECKING:
    from tradsys_oms.core.commands import Route
    from tradsys_oms.core.routing.routing import Routing


class RouteVerdict(Struct, frozen=True, gc=False):
    """A route that was looked at."""

    route: str
    why_not: str
    """The conditions that do not hold, as a clause; "" for the one that fits."""


class VenueVerdict(Struct, frozen=True, gc=False):
    """A venue of the route that fits."""

    venue: str
    qty: int
    """What it gets, in lots; of an order that takes our own book first, at most."""
    px: int
    """Its price for the order in ticks, where that counts; 0 for none."""
    why: str
    """Why it gets that, as a predicate."""


class Explanation(Struct, frozen=True, gc=False):
    """What would become of an order that comes in now."""

    routes: tuple[RouteVerdict, ...]
    """Those that were looked at; the last one fits, if the plan has a route. None for an ExDestination that no route
    names."""
    venues: tuple[VenueVerdict, ...]
    plan: Plan


def explain(routing: Routing, asked: Asked) -> Explanation:
    """Explain what would become of an order that comes in now; nothing changes."""
    plan = first_plan(routing, asked)
    is_known = not asked.ex_destination or asked.ex_destination in routing.ex_destinations
    routes: list[RouteVerdict] = []
    for route in routing.routes if is_known else ():
        routes.append(RouteVerdict(route.route, ", ".join(_objections(routing, route, asked))))
        if not routes[-1].why_not:
            break
    venues = _venue_verdicts(routing, plan, plan.route, asked) if plan.route is not None else ()
    return Explanation(tuple(routes), tuple(venues), plan)


def lines_of(explanation: Explanation, tick_e8: int, lot_e8: int) -> list[str]:
    """Write an explanation line by line, for people, in units of the instrument."""
    lines = [f"route {one.route}: {one.why_not or 'fits'}" for one in explanation.routes]
    for one in explanation.venues:
        qty = format_e8(one.qty * lot_e8) if one.qty else "nothing"
        px = f": {format_e8(one.px * tick_e8)}" if one.px else ""
        lines.append(f"venue {one.venue}: {qty} ({one.why}{px})")
    return [*lines, _outcome(explanation.plan)]


def _outcome(plan: Plan) -> str:
    if plan.fault:
        return f"refused: {plan.fault}"
    if plan.takes_book:
        rest = f", the rest goes to {plan.parts[0][0]}" if plan.parts else ""
        why = " (no route fits)" if plan.route is None else ""
        return f"our own book{why}{rest}"
    return "goes to " + ", ".join(venue for venue, _ in plan.parts)


def _objections(routing: Routing, route: Route, asked: Asked) -> Iterator[str]:
    """Go through the conditions of a route that do not hold."""
    for name, value, known in (
        ("symbol", asked.symbol, route.symbols),
        ("member", asked.member, route.members),
        ("session", asked.session, route.sessions),
        ("account", asked.account, route.accounts),
        ("ExDestination", asked.ex_destination, route.ex_destinations),
    ):
        if known and value not in known:
            yield f"{name} {value or 'none'} is not {' or '.join(known)}"
    if not fits_quantity(route, asked):
        yield f"quantity {format_e8(asked.qty * asked.lot_e8)} is not {_span(route)}"
    if not counts_now(routing, route):
        yield "it is timed, and not switched on"


def _span(route: Route) -> str:
    least, most = route.order_qty_min_e8, route.order_qty_max_e8
    parts = [f"from {format_e8(least)}"] if least is not None else []
    parts += [f"up to {format_e8(most)}"] if most is not None else []
    return " ".join(parts)


def _venue_verdicts(routing: Routing, plan: Plan, route: Route, asked: Asked) -> Iterator[VenueVerdict]:
    parts = dict(plan.parts)
    is_buy = asked.side == Side.BUY
    for name in route.venues:
        px = price_at(routing, name, asked.symbol, is_buy=is_buy) if route.strategy == "best_price" else 0
        why = why_nothing(routing, name, asked.symbol, ()) or _why_up(route, parts, name, px, is_buy=is_buy)
        yield VenueVerdict(name, parts.get(name, 0), px, why)


def _why_up(route: Route, parts: dict[str, int], name: str, px: int, *, is_buy: bool) -> str:
    """Say why a venue that takes the order gets its part, or others get all."""
    if name not in candidates(route):
        return f"comes after {route.venues[0]}, the only one that counts"
    if route.strategy == "split":
        return f"has weight {route.weights[route.venues.index(name)]}"
    if route.strategy == "best_price" and px:
        kind = "offer" if is_buy else "bid"
        return f"has the best {kind}" if name in parts else f"has no better {kind}"
    if route.strategy == "best_price" and name not in parts:
        return "has told no price"
    return "is the first that takes it" if name in parts else f"comes after {', '.join(parts)}"
