"""Whether a venue takes orders: what the configuration, its line and bars make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.routing.rooms import applied
from tradsys_oms.core.commands import BarVenue, SetVenue, VenueLink, VenueQuote
from tradsys_oms.core.events import Refused, VenueChanged

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange
    from tradsys_oms.core.commands import Command

UP = VenueChanged("V1", True, "logged on")
SCALE_E8 = 100_000_000


def logged_on(frame: int, venue: str = "V1") -> VenueLink:
    return VenueLink(venue, frame, True, "logged on", "127.0.0.1:9001")


def logged_off(frame: int, reason: str = "the venue has logged out") -> VenueLink:
    return VenueLink("V1", frame, False, reason)


@pytest.fixture
def known(exchange: Exchange) -> Exchange:
    """An exchange with V1, which is enabled and was never logged on."""
    assert applied(exchange, SetVenue("V1", True)) == []
    return exchange


def test_a_new_venue_is_down_and_known_since_its_command(known: Exchange) -> None:
    venue = known.engine.routing.venues["V1"]
    assert (venue.since_seq, venue.is_up, venue.why_down()) == (known.seq, False, "is down (never logged on)")


def test_a_line_makes_a_venue_go_up_and_down(known: Exchange) -> None:
    assert applied(known, logged_on(1)) == [UP]
    venue = known.engine.routing.venues["V1"]
    assert (venue.is_up, venue.address, venue.frame) == (True, "127.0.0.1:9001", 1)
    assert applied(known, logged_off(2)) == [VenueChanged("V1", False, "is down (the venue has logged out)")]
    assert (venue.is_up, venue.address, venue.frame) == (False, "", 2)


def test_a_frame_counts_once_and_frame_0_always(known: Exchange) -> None:
    assert applied(known, logged_on(5), logged_off(5), logged_off(3)) == [UP]
    down = VenueChanged("V1", False, "is down (the link has ended)")
    assert applied(known, logged_off(0, "the link has ended"), logged_off(0)) == [down]
    assert known.engine.routing.venues["V1"].frame == 5


def test_a_bar_takes_a_venue_down_until_the_last_one_is_gone(known: Exchange) -> None:
    applied(known, logged_on(1))
    events = applied(
        known,
        BarVenue("V1", "operator", True, "maintenance"),
        BarVenue("V1", "breaker", True, "5 refusals in 10 s"),
        BarVenue("V1", "operator", False, "done"),
        BarVenue("V1", "breaker", False, "it answers again"),
    )
    assert events == [
        VenueChanged("V1", False, "is barred by operator (maintenance)"),
        VenueChanged("V1", True, "it answers again"),
    ]


def test_a_bar_may_get_another_reason(known: Exchange) -> None:
    applied(known, BarVenue("V1", "operator", True, "lunch"), BarVenue("V1", "operator", True, "dinner"))
    assert known.engine.routing.venues["V1"].bars == {"operator": "dinner"}


def test_the_configuration_disables_and_enables_a_venue(known: Exchange) -> None:
    applied(known, logged_on(1))
    events = applied(known, SetVenue("V1", False), SetVenue("V1", False, can_replace=False), SetVenue("V1", True))
    assert events == [
        VenueChanged("V1", False, "is disabled"),
        VenueChanged("V1", True, "enabled by the configuration"),
    ]


def test_a_venue_for_drop_copies_is_never_up(known: Exchange) -> None:
    assert applied(known, SetVenue("V1", True, is_drop_copy=True), logged_on(1)) == []
    assert known.engine.routing.venues["V1"].why_not("ACME") == "takes no orders"


def test_prices_of_a_venue_go_with_its_line_even_if_that_was_lost_unseen(known: Exchange) -> None:
    quotes = known.engine.routing.venues["V1"].quotes
    price = VenueQuote("V1", 0, "ACME", SCALE_E8, SCALE_E8, 2 * SCALE_E8, SCALE_E8)
    for line in (logged_off(0), logged_on(0)):
        applied(known, logged_on(0), price)
        assert list(quotes) == ["ACME"]
        applied(known, line)
        assert not quotes


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (SetVenue("", True), "A venue needs a name."),
        (
            SetVenue("V1", True, pending_reports="never"),
            "Pending reports of venue V1 are at_once or of_venue, not never.",
        ),
        (
            SetVenue("V1", True, on_reconnect="sell"),
            "Orders at venue V1 are kept or canceled at a reconnect, not sell.",
        ),
        (logged_on(1, "V9"), "Unknown venue V9."),
        (BarVenue("V9", "operator", True, "x"), "Unknown venue V9."),
        (BarVenue("V1", "moon", True, "x"), "A venue is barred by operator or breaker, not by moon."),
        (BarVenue("V1", "breaker", False, "x"), "Venue V1 is not barred by breaker."),
    ],
    ids=str,
)
def test_what_can_not_be_is_refused_and_changes_nothing(known: Exchange, command: Command, fault: str) -> None:
    before = list(known.engine.routing.venues)
    assert known.engine.fault_of(command) == fault
    assert applied(known, command) == [Refused(fault)]
    assert list(known.engine.routing.venues) == before
