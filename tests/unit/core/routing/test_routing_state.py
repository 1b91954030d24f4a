"""The hash of the state covers all that is known of other markets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.unit.core.routing.rooms import LOT_E8, applied
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import (
    BarVenue,
    DropCopy,
    QuarantineReport,
    Route,
    SetRoutes,
    SetVenue,
    SwitchRoute,
    VenueBalance,
    VenueLink,
    VenueQuote,
)

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange
    from tradsys_oms.core.commands import Command
    from tradsys_oms.core.routing.children import Child
    from tradsys_oms.core.routing.routing import Routing

TICK_E8 = 1_000_000
NIGHT = Route("night", "failover", ("V2",), is_timed=True)
DAY = Route("day", "split", ("V1", "V2"), (1, 1))


def play(exchange: Exchange) -> Exchange:
    """Play some of all: a split order with a fill at one of two venues, a cancel that waits, a line that was lost."""
    venues = VenuePlay(exchange, NIGHT, DAY, venues=("V1", "V2"))
    applied(
        exchange,
        SetVenue("D", True, is_drop_copy=True),
        VenueQuote("V1", 0, "ACME", 9_999 * TICK_E8, LOT_E8, 10_001 * TICK_E8, LOT_E8),
        VenueBalance("V1", 0, "USD", -5, 3),
        DropCopy("D", 1, "X1", "", "F", "A", "house", "ACME", "1", 10 * LOT_E8, 10_000 * TICK_E8),
        QuarantineReport("V2", 0, "It can't be read.", "8=FIX"),
    )
    venues.broker("new", "A1", "X", "buy", 100, 10_000)
    first = venues.sent[-2][0]
    venues.report(first, "0", "0", 50, 0, 50)
    venues.report(first, "F", "1", 50, 20, 30, 20)
    venues.broker("cancel", "A1", "Y", "X")
    venues.line("V2", is_up=False)
    return exchange


def first_child(routing: Routing) -> Child:
    """Give the child that was sent first."""
    return next(iter(routing.children.values()))


def test_the_same_history_has_the_same_hash(make_exchange: type[Exchange]) -> None:
    first, second = play(make_exchange()), play(make_exchange())
    assert first.engine.state_hash() == second.engine.state_hash()
    assert len(first.engine.routing.children) >= 4


@pytest.mark.parametrize(
    "command",
    [
        SetVenue("V1", True, can_replace=False),
        SetVenue("V3", True),
        VenueLink("V1", 0, True, "again"),
        VenueLink("V1", 0, True, "test", "127.0.0.1:9002"),
        BarVenue("V1", "operator", True, "x"),
        SetRoutes((DAY, NIGHT)),
        SwitchRoute("night", True, "x"),
        VenueQuote("V1", 0, "ACME", 9_999 * TICK_E8, LOT_E8, 10_002 * TICK_E8, LOT_E8),
        VenueBalance("V1", 0, "USD", -5, 4),
        DropCopy("D", 2, "X2", "X1", "G", "A", "house", "ACME", "1", 10 * LOT_E8, 10_000 * TICK_E8),
        QuarantineReport("V2", 0, "Nor can this.", ""),
    ],
    ids=lambda command: type(command).__name__,
)
def test_each_command_is_seen_in_the_hash(make_exchange: type[Exchange], command: Command) -> None:
    """The one beside it gets a command that changes nothing, so that both have the same sequence."""
    changed, same = play(make_exchange()), play(make_exchange())
    applied(changed, command)
    applied(same, BarVenue("V9", "operator", True, "there is no such venue"))
    assert changed.engine.state_hash() != same.engine.state_hash()


CHANGES: dict[str, Callable[[Routing], object]] = {
    "fill": lambda routing: setattr(next(iter(first_child(routing).fills.values())), "px", 1),
    "child": lambda routing: setattr(first_child(routing), "venue_order_id", "other"),
    "request": lambda routing: first_child(routing).requests.clear(),
    "tried": lambda routing: first_child(routing).away.tried.append("V1"),
    "pending": lambda routing: setattr(first_child(routing).away.pending[0], "clord_id", "Z"),
    "living": lambda routing: routing.living["V1"].clear(),
    "doubts": lambda routing: routing.doubts.update({"9-9": 1}),
    "aways": lambda routing: routing.aways.clear(),
    "quarantined": lambda routing: setattr(routing, "quarantined", 9),
    "frame": lambda routing: setattr(routing.venues["D"], "frame", 9),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_each_part_is_seen_in_the_hash(exchange: Exchange, change: Callable[[Routing], object]) -> None:
    before = play(exchange).engine.state_hash()
    change(exchange.engine.routing)
    assert exchange.engine.state_hash() != before
