"""Planning: which route an order takes, and which venue gets how much of it now. Pure: it looks and changes nothing.

`first_plan` is for an order that comes in, `plan` for a quantity of an order that has its route already: what our own
book has left of it, or what a venue has given back. A venue that has had its turn (`tried`) gets nothing again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct

from tradsys_oms.core.fields import OrdType, Side, TimeInForce

if TYPE_CHECKING:
    from tradsys_oms.core.commands import Route
    from tradsys_oms.core.routing.routing import Routing


class Asked(Struct, frozen=True, gc=False):
    """An order as routes see it; in ticks and lots."""

    symbol: str
    member: str
    session: str
    account: str
    ex_destination: str
    side: str
    ord_type: str
    time_in_force: str
    qty: int
    price: int
    """0 for none."""
    lot_e8: int
    is_whole: bool = False
    """It has a least fill (MinQty, AllOrNone), so no part of it goes anywhere by itself."""
    is_passive: bool = False
    """It takes nothing at once (ParticipateDontInitiate)."""


class Plan(Struct, frozen=True, gc=False):
    """What to do with a quantity now."""

    route: Route | None
    """None: no rule fits, or there are none: our own book."""
    takes_book: bool
    """Our own book first, or only."""
    parts: tuple[tuple[str, int], ...] = ()
    """Venue and quantity of each child; () with no fault for our own book only."""
    fault: str = ""
    """Why it can't go anywhere, as a sentence for Text (58); "" for nothing."""


Parts: TypeAlias = tuple[tuple[str, int], ...]

OWN_BOOK: Final = Plan(None, True)
TAKING_ORD_TYPES: Final = (OrdType.LIMIT, OrdType.MARKET, OrdType.MARKET_TO_LIMIT)
TAKING_TIMES: Final = (TimeInForce.DAY, TimeInForce.IOC, TimeInForce.GTC, TimeInForce.GTD)
"""Orders that may take a part from our own book before the rest goes on: they trade at once, and part by part."""


def first_plan(routing: Routing, asked: Asked) -> Plan:
    """Give the plan of an order that comes in: its route, and what that does with all of it.

    Where it takes our own book and names venues, they get what the book leaves: ask `plan` for that rest.
    """
    ex_destination = asked.ex_destination
    if ex_destination and ex_destination not in routing.ex_destinations:
        return Plan(None, False, fault=f"ExDestination {ex_destination} is not known here")
    route = route_of(routing, asked)
    if route is None:
        return Plan(None, False, fault=f"No route to {ex_destination} takes this order") if ex_destination else OWN_BOOK
    planned = plan(routing, route, asked, ())
    is_parted = asked.ord_type in TAKING_ORD_TYPES and asked.time_in_force in TAKING_TIMES and not asked.is_whole
    is_taking = is_parted and not asked.is_passive
    if route.strategy == "book_then_venue" and is_taking and planned.parts:
        return Plan(route, True, planned.parts)
    return planned


def route_of(routing: Routing, asked: Asked) -> Route | None:
    """Give the first route whose conditions all hold for an order, None for none."""
    member, session, account, ex_destination = asked.member, asked.session, asked.account, asked.ex_destination
    rules = routing.rules_by_symbol.get(asked.symbol, routing.other_rules)
    for route, members, sessions, accounts, ex_destinations, asks_more in rules:
        if members is not None and member not in members:
            continue
        if sessions is not None and session not in sessions:
            continue
        if accounts is not None and account not in accounts:
            continue
        if ex_destinations is not None and ex_destination not in ex_destinations:
            continue
        if asks_more and not (fits_quantity(route, asked) and counts_now(routing, route)):
            continue
        return route
    return None


def fits_quantity(route: Route, asked: Asked) -> bool:
    """Tell that a quantity is within the limits of a route, which are inside."""
    qty_e8 = asked.qty * asked.lot_e8
    least, most = route.order_qty_min_e8, route.order_qty_max_e8
    return (least is None or qty_e8 >= least) and (most is None or qty_e8 <= most)


def counts_now(routing: Routing, route: Route) -> bool:
    """Tell that a route is not timed, or is switched on."""
    return not route.is_timed or route.route in routing.switched_on


def plan(routing: Routing, route: Route, asked: Asked, tried: Sequence[str]) -> Plan:
    """Give where the quantity `asked.qty` of an order goes by its route, our own book left aside that it may have
    passed already.

    It is our own book for the strategy `book`, and where no venue is up and `on_none_up` says so.
    """
    if route.strategy == "book":
        return Plan(route, True)
    symbol, venues = asked.symbol, routing.venues
    names = [name for name in candidates(route) if name not in tried and venues[name].takes(symbol)]
    if names:
        return Plan(route, False, STRATEGIES[route.strategy](routing, route, asked, names))
    reasons = {name: why_nothing(routing, name, symbol, tried) for name in candidates(route)}
    if route.on_none_up == "book" and not any(venues[name].takes(symbol) for name in reasons):
        return Plan(route, True)
    return Plan(route, False, fault=_none_takes(routing, route, reasons))


def candidates(route: Route) -> tuple[str, ...]:
    """List the venues that a route may use at all."""
    return route.venues[:1] if route.strategy == "venue" else route.venues


def why_nothing(routing: Routing, name: str, symbol: str, tried: Sequence[str]) -> str:
    """Say why a venue gets nothing of an order, as a predicate; "" if it may."""
    return "has had its turn" if name in tried else routing.venues[name].why_not(symbol)


def _none_takes(routing: Routing, route: Route, reasons: dict[str, str]) -> str:
    is_any_up = any(routing.venues[name].is_up for name in reasons)
    what = "takes this order" if is_any_up else "is up"
    why = ", ".join(f"{name} {reason}" for name, reason in reasons.items())
    return f"No venue of route {route.route} {what}: {why}"


def _first(routing: Routing, route: Route, asked: Asked, names: list[str]) -> Parts:
    return ((names[0], asked.qty),)


def _best_price(routing: Routing, route: Route, asked: Asked, names: list[str]) -> Parts:
    """Give all to the venue with the best price; those without one come last, equal ones in the order of the list."""
    if len(names) == 1:
        return ((names[0], asked.qty),)
    is_buy = asked.side == Side.BUY
    prices = [price_at(routing, name, asked.symbol, is_buy=is_buy) for name in names]
    known = [price for price in prices if price]
    best = (min(known) if is_buy else max(known)) if known else 0
    return ((names[prices.index(best)], asked.qty),)


def price_at(routing: Routing, name: str, symbol: str, *, is_buy: bool) -> int:
    """Give the price at which one can buy (sell) at a venue by its market data, in ticks; 0 for none."""
    quote = routing.venues[name].quotes.get(symbol)
    if quote is None:
        return 0
    return quote.offer_px if is_buy else quote.bid_px


def _split(routing: Routing, route: Route, asked: Asked, names: list[str]) -> Parts:
    """Give each its part by weight, in whole lots; what is over goes to the largest remainders, equal ones in the
    order of the list. A FOK, and one with a least fill, goes as a whole to the largest weight.
    """
    if len(names) == 1:
        return ((names[0], asked.qty),)
    weights = [weight for name, weight in zip(route.venues, route.weights, strict=True) if name in names]
    if asked.time_in_force == TimeInForce.FOK or asked.is_whole:
        return ((names[weights.index(max(weights))], asked.qty),)
    qty, total = asked.qty, sum(weights)
    lots = [qty * weight // total for weight in weights]
    over = qty - sum(lots)
    if over:
        remainders = [qty * weight % total for weight in weights]
        for place in sorted(range(len(names)), key=remainders.__getitem__, reverse=True)[:over]:
            lots[place] += 1
    return tuple([part for part in zip(names, lots, strict=True) if part[1]])


STRATEGIES: Final[dict[str, Callable[[Routing, Route, Asked, list[str]], Parts]]] = {
    "venue": _first,
    "failover": _first,
    "book_then_venue": _first,
    "best_price": _best_price,
    "split": _split,
}
"""What each strategy does with a quantity among the venues that take it, of which there is at least one."""
