"""Which best prices we want to know of venues: for routes that compare them, and for marks."""

from __future__ import annotations

from tradsys_oms.config.market_model import mark_venues_of
from tradsys_oms.config.model import Config
from tradsys_oms.config.venue_model import VenueConfig


def quoted_symbols(config: Config, venue: VenueConfig) -> tuple[str, ...]:
    """List our symbols whose best prices we want to know of a venue, in the order of the instruments.

    They are those of its `best_price` routes, and those whose mark it says, as far as it trades them; none where it
    gives no prices.
    """
    if not venue.abilities.can_quote:
        return ()
    of_venue = {symbol for symbol, _ in venue.symbols} or None
    wanted = _of_routes(config, venue.venue) | _of_marks(config, venue.venue)
    return tuple(
        entry.symbol
        for entry in config.instruments
        if entry.enabled and entry.symbol in wanted and (of_venue is None or entry.symbol in of_venue)
    )


def _of_routes(config: Config, venue: str) -> set[str]:
    routes = [route for route in config.routes if route.strategy == "best_price" and venue in route.venues]
    if any(not route.symbols for route in routes):
        return {entry.symbol for entry in config.instruments}
    return {symbol for route in routes for symbol in route.symbols}


def _of_marks(config: Config, venue: str) -> set[str]:
    groups = {group.group: group for group in config.groups}
    return {entry.symbol for entry in config.instruments if venue in mark_venues_of(entry, groups.get(entry.group))}
