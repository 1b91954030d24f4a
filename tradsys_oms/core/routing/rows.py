"""All that the core knows of other markets, as rows for the hash of the state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradsys_oms.core.routing.away import Away
    from tradsys_oms.core.routing.children import Child
    from tradsys_oms.core.routing.routing import Routing
    from tradsys_oms.core.routing.venues import Venue


def rows_of(routing: Routing) -> Iterator[tuple[Any, ...]]:
    """Give all that is known, each in the order that has a meaning, else by name; nothing where no venue is."""
    if not routing.venues:
        return
    yield ("routes", routing.routes, list(routing.switched_on))
    for name, venue in sorted(routing.venues.items()):
        yield ("venue", name, *_venue_row(venue))
    for order_id, away in sorted(routing.aways.items()):
        yield ("away", order_id, *_away_row(away))
    for clord_id, child in routing.children.items():
        yield ("child", clord_id, *_child_row(child))
    for name, children in sorted(routing.living.items()):
        yield ("living", name, list(children))
    yield ("doubts", list(routing.doubts.items()))
    yield from routing.elsewhere.rows()
    yield ("quarantine", routing.quarantined, list(routing.quarantine))
    yield ("notes", list(routing.notes))


def _venue_row(venue: Venue) -> tuple[Any, ...]:
    return (
        venue.rules,
        venue.since_seq,
        venue.frame,
        venue.is_logged_on,
        venue.address,
        venue.mass_query,
        venue.reason,
        list(venue.bars.items()),
        sorted((symbol, quote) for symbol, quote in venue.quotes.items()),
        sorted(venue.balances.items()),
    )


def _away_row(away: Away) -> tuple[Any, ...]:
    """Give all that it is; children by their names, the order and its route by theirs."""
    known = {"children": [child.clord_id for child in away.children], "order": away.order.order_id}
    return tuple(known[name] if name in known else getattr(away, name) for name in away.__slots__)


def _child_row(child: Child) -> tuple[Any, ...]:
    """Give all that it is; its parent by its name."""
    names = child.__struct_fields__
    return tuple(child.away.order.order_id if name == "away" else getattr(child, name) for name in names)
