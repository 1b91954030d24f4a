"""Marks that venues say: docs/risk.md, section 6.

The first of an instrument's `mark_venues` that has a bid and an offer near enough to each other says by their mid what
it is worth. Where none of them has, an execution of ours at one of them does. A price of a venue that goes silent, or
down, stays until another one comes.

Each quote looks at the venues before its own, 8 at most; what holdings are worth follows with the next valuation.
"""

from __future__ import annotations

from collections.abc import Mapping

from tradsys_oms.core.events import Event, MarkChanged
from tradsys_oms.core.limits.marks import EXECUTION, QUOTE, SaidMark
from tradsys_oms.core.reference.instruments import BASIS_POINTS, INT63_MAX, Instrument
from tradsys_oms.core.routing.venues import Quote, Venue


def mid_of(instrument: Instrument, quote: Quote) -> int:
    """Give the mid of a quote, rounded down to a tick; 0 for one that says nothing of what an instrument is worth.

    Such a one lacks a side, is crossed, is wider than the instrument allows, or is beyond what can be counted.
    """
    bid, offer = quote.bid_px, quote.offer_px
    if not 0 < bid <= offer or offer * max(instrument.order_qty_max, 2) > INT63_MAX:
        return 0
    if (offer - bid) * 2 * BASIS_POINTS > (bid + offer) * instrument.mark_spread_max_bps:
        return 0
    return (bid + offer) // 2


def quoting(venues: Mapping[str, Venue], instrument: Instrument) -> str:
    """Give the venue whose quotes are the mark of an instrument now, "" for none."""
    for name in instrument.mark_venues:
        venue = venues.get(name)
        quote = venue.quotes.get(instrument.symbol) if venue is not None else None
        if quote is not None and mid_of(instrument, quote):
            return name
    return ""


def quoted(venues: Mapping[str, Venue], instrument: Instrument, venue: str, time_ns: int) -> list[Event]:
    """Take the quote that a venue has just told as the mark, if it is the one whose quotes are."""
    if venue not in instrument.mark_venues or quoting(venues, instrument) != venue:
        return []
    mid = mid_of(instrument, venues[venue].quotes[instrument.symbol])
    return _say(instrument, SaidMark(mid, QUOTE, venue, time_ns))


def executed(venues: Mapping[str, Venue], instrument: Instrument, venue: str, px: int, time_ns: int) -> list[Event]:
    """Take the price of an execution at a venue as the mark, if no quotes are."""
    if venue not in instrument.mark_venues or quoting(venues, instrument):
        return []
    return _say(instrument, SaidMark(px, EXECUTION, venue, time_ns))


def _say(instrument: Instrument, said: SaidMark) -> list[Event]:
    """Let an instrument be worth what a venue says, unless an operator holds it; tell followers if that is new."""
    before = instrument.mark or instrument.said.px
    if instrument.said.is_held and not instrument.mark:
        return []
    instrument.say(said)
    return [MarkChanged(instrument.symbol, said.px, said.source, said.by)] if said.px != before else []
