"""Venues and routes of the configuration that the core does not know yet, as commands.

As with reference data, a start or a reload journals only what changed. A venue that is no longer configured is switched
off, never forgotten: orders may be open there. Routes have no past, and are replaced as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from msgspec import structs

from tradsys_oms.config.model import Config
from tradsys_oms.config.route_model import RouteConfig
from tradsys_oms.config.venue_model import VenueConfig
from tradsys_oms.core.commands import Route, SetRoutes, SetVenue


class KnownVenue(Protocol):
    """A venue, as the core has it."""

    rules: SetVenue


class KnownRouting(Protocol):
    """What the core has from the configuration."""

    @property
    def venues(self) -> Mapping[str, KnownVenue]:
        """Give the venues by name."""

    @property
    def routes(self) -> tuple[Route, ...]:
        """Give the routes, the first first."""


def changes(config: Config, routing: KnownRouting) -> Iterator[SetVenue | SetRoutes]:
    """List what brings venues and routes to what `config` says; after all that routes name."""
    wanted = {venue.venue: _configured_venue(venue) for venue in config.venues}
    known = {name: venue.rules for name, venue in routing.venues.items()}
    for name in known.keys() - wanted.keys():
        wanted[name] = structs.replace(known[name], enabled=False)
    for name, command in sorted(wanted.items()):
        if known.get(name) != command:
            yield command
    routes = tuple(_configured_route(route) for route in config.routes)
    if routing.routes != routes:
        yield SetRoutes(routes)


def _configured_venue(new: VenueConfig) -> SetVenue:
    return SetVenue(
        venue=new.venue,
        enabled=new.enabled,
        pending_reports=new.pending_reports,
        can_replace=new.can_replace,
        can_mass_status=new.can_mass_status,
        on_reconnect=new.on_reconnect,
        symbols=tuple(symbol for symbol, _ in new.symbols),
        is_drop_copy=new.drop_copy,
    )


def _configured_route(new: RouteConfig) -> Route:
    return Route(
        route=new.route,
        strategy=new.strategy,
        venues=new.venues,
        weights=new.weights,
        symbols=new.symbols,
        members=new.members,
        sessions=new.sessions,
        accounts=new.accounts,
        ex_destinations=new.ex_destinations,
        order_qty_min_e8=new.order_qty_min_e8,
        order_qty_max_e8=new.order_qty_max_e8,
        is_timed=new.hours is not None,
        on_refused=new.on_refused,
        on_unfilled=new.on_unfilled,
        on_none_up=new.on_none_up,
    )
