"""Venues that say what instruments are worth (docs/risk.md, section 6): their lines, and the prices that they tell."""

from __future__ import annotations

from fractions import Fraction

from tests.property.naive.phasing import refuse
from tests.property.naive.things import Exchange
from tradsys_oms.core.commands import SetInstrument, SetVenue, VenueLink, VenueQuote
from tradsys_oms.core.events import MarkChanged, VenueChanged


def set_venue(x: Exchange, command: SetVenue) -> None:
    x.lines[command.venue] = False
    x.quotes[command.venue] = {}


def link(x: Exchange, command: VenueLink) -> None:
    """What a venue has told is forgotten with its line; one that comes back without having gone was lost unseen."""
    before = x.lines[command.venue]
    x.lines[command.venue] = command.is_logged_on
    if before or not command.is_logged_on:
        x.quotes[command.venue] = {}
    if before != command.is_logged_on:
        reason = command.reason if command.is_logged_on else f"is down ({command.reason})"
        x.events.append(VenueChanged(command.venue, command.is_logged_on, reason))


def quote(x: Exchange, command: VenueQuote) -> None:
    instrument = x.instruments.get(command.symbol)
    if instrument is None:
        refuse(x)
        return
    data, symbol = instrument.data, command.symbol
    x.quotes[command.venue][symbol] = (command.bid_px_e8 // data.tick_e8, -(-command.offer_px_e8 // data.tick_e8))
    says_it = next((venue for venue in data.mark_venues if mid(x, data, venue)), "")
    witness = x.gate.witness
    if says_it != command.venue or symbol in witness.held:
        return
    px = mid(x, data, says_it)
    if px != witness.marks.get(symbol):
        x.events.append(MarkChanged(symbol, px, "quote", says_it))


def mid(x: Exchange, data: SetInstrument, venue: str) -> int:
    """Give the mid of a venue's bid and offer, rounded down; 0 where it has not both, not too far apart."""
    bid, offer = x.quotes.get(venue, {}).get(data.symbol, (0, 0))
    if bid <= 0 or offer < bid:
        return 0
    middle = Fraction(bid + offer, 2)
    return 0 if (offer - bid) / middle > Fraction(data.mark_spread_max_bps, 10_000) else int(middle)
