"""Venues, routes and orders for tests of planning, made straight; and events as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradsys_oms.core.commands import Route, SetVenue
from tradsys_oms.core.routing import routes
from tradsys_oms.core.routing.planning import Asked
from tradsys_oms.core.routing.routing import Routing
from tradsys_oms.core.routing.venues import Quote, Venue

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange
    from tradsys_oms.core.commands import Command
    from tradsys_oms.core.events import Event

LOT_E8 = 100_000_000


def room(
    *given: Route, up: str = "V1 V2 V3", down: str = "", quotes: dict[str, tuple[int, int]] | None = None
) -> Routing:
    """Make a room with routes, and venues that are up or down; `quotes` are best bid and offer of ACME by venue."""
    routing = Routing()
    for name in (*up.split(), *down.split()):
        venue = routing.venues[name] = Venue(SetVenue(name, True), 1)
        venue.is_logged_on = name in up.split()
        if quotes and name in quotes:
            venue.quotes["ACME"] = Quote(quotes[name][0], 1, quotes[name][1], 1)
    routes.adopt(routing, given)
    return routing


def asked(qty: int = 100, **given: Any) -> Asked:
    """Ask for 100 lots of ACME at 10,000, or as given."""
    order: dict[str, Any] = {
        "symbol": "ACME",
        "member": "A",
        "session": "A1",
        "account": "house",
        "ex_destination": "",
        "side": "1",
        "ord_type": "2",
        "time_in_force": "0",
        "price": 10_000,
        "lot_e8": LOT_E8,
    }
    return Asked(qty=qty, **(order | given))


def applied(exchange: Exchange, *commands: Command) -> list[Event]:
    """Apply commands; give all their events as they are."""
    events: list[Event] = []
    for command in commands:
        exchange.seq += 1
        exchange.log.append(command)
        events += exchange.engine.apply(exchange.seq, exchange.seq * 1_000, command)
    return events
