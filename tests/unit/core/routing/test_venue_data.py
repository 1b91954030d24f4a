"""What links tell beside reports: prices, balances, and what they could not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.routing.rooms import applied
from tradsys_oms.core.commands import QuarantineReport, SetVenue, VenueBalance, VenueQuote
from tradsys_oms.core.events import ReportQuarantined
from tradsys_oms.core.routing.venue_data import BALANCES_MAX
from tradsys_oms.core.routing.venues import Quote

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange
    from tradsys_oms.core.commands import Command

E6, LOT_E8 = 1_000_000, 100_000_000


@pytest.fixture
def known(exchange: Exchange) -> Exchange:
    """An exchange with V1; ACME has ticks of 0.01 and lots of 1."""
    exchange.apply(SetVenue("V1", True))
    return exchange


def test_prices_are_rounded_down_for_bids_and_up_for_offers(known: Exchange) -> None:
    assert known.apply(VenueQuote("V1", 1, "ACME", 99 * E6 + 1, 3 * LOT_E8, 101 * E6 + 1, 2 * LOT_E8 + 1)) == []
    quotes = known.engine.routing.venues["V1"].quotes
    assert quotes == {"ACME": Quote(99, 3, 102, 2)}
    known.apply(VenueQuote("V1", 2, "ACME", 0, 0, 101 * E6, LOT_E8))
    assert quotes == {"ACME": Quote(0, 0, 101, 1)}
    known.apply(VenueQuote("V1", 3, "ACME", 0, 0, 0, 0))
    assert quotes == {}


def test_prices_count_once_by_their_frame(known: Exchange) -> None:
    known.apply(VenueQuote("V1", 4, "ACME", 99 * E6, LOT_E8, 0, 0))
    known.apply(VenueQuote("V1", 4, "ACME", 50 * E6, LOT_E8, 0, 0))
    assert known.engine.routing.venues["V1"].quotes == {"ACME": Quote(99, 1, 0, 0)}


def test_a_balance_is_the_last_one_that_was_told_and_may_be_below_0(known: Exchange) -> None:
    known.apply(VenueBalance("V1", 1, "USD", 10 * LOT_E8, 5 * LOT_E8))
    known.apply(VenueBalance("V1", 2, "ACME", -3 * LOT_E8, 0))
    known.apply(VenueBalance("V1", 3, "USD", 9 * LOT_E8, 4 * LOT_E8))
    assert known.engine.routing.venues["V1"].balances == {
        "USD": (9 * LOT_E8, 4 * LOT_E8),
        "ACME": (-3 * LOT_E8, 0),
    }


def test_a_venue_has_balances_of_so_many_assets_at_most(known: Exchange) -> None:
    for number in range(BALANCES_MAX):
        assert known.apply(VenueBalance("V1", 0, f"A{number}", 1, 1)) == []
    told = ["Refused: Venue V1 has told balances of 1000 assets, the most that are kept."]
    assert known.apply(VenueBalance("V1", 0, "one more", 1, 1)) == told
    assert known.apply(VenueBalance("V1", 0, "A7", 2, 2)) == []


def test_what_could_not_be_read_is_kept_once(known: Exchange) -> None:
    command = QuarantineReport("V1", 1, "CumQty (14) is missing.", "35=8|11=5-0|")
    event = ReportQuarantined("V1", "", "", "CumQty (14) is missing.")
    assert applied(known, command) == [event]
    assert list(known.engine.routing.quarantine) == [(known.seq, event)]
    assert known.apply(command) == []
    assert known.engine.routing.quarantined == 1


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (VenueQuote("V9", 1, "ACME", 1, 1, 1, 1), "Unknown venue V9."),
        (VenueQuote("V1", 1, "NONE", 1, 1, 1, 1), "Unknown symbol NONE."),
        (VenueQuote("V1", 1, "ACME", -1, 1, 1, 1), "Prices and quantities of ACME at venue V1 can't be below 0."),
        (VenueBalance("V9", 1, "USD", 1, 1), "Unknown venue V9."),
        (VenueBalance("V1", 1, "", 1, 1), "A balance at venue V1 needs an asset."),
        (QuarantineReport("V9", 1, "bad", ""), "Unknown venue V9."),
    ],
    ids=str,
)
def test_what_can_not_be_is_refused_and_its_frame_is_taken(known: Exchange, command: Command, fault: str) -> None:
    assert known.engine.fault_of(command) == fault
    assert known.apply(command) == [f"Refused: {fault}"]
    venue = known.engine.routing.venues["V1"]
    assert venue.frame == (0 if fault == "Unknown venue V9." else 1)
    assert (venue.quotes, venue.balances, known.engine.routing.quarantined) == ({}, {}, 0)
