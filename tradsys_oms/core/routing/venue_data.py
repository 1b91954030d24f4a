"""What a venue's link tells beside reports: prices, what we have there, and what it could not read."""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import QuarantineReport, VenueBalance, VenueQuote
from tradsys_oms.core.events import Event, Refused
from tradsys_oms.core.routing import venue_marks
from tradsys_oms.core.routing.frames import taken
from tradsys_oms.core.routing.quarantine import quarantine
from tradsys_oms.core.routing.venues import Quote
from tradsys_oms.core.state import State

BALANCES_MAX: Final = 1_000
"""Assets of a venue whose balance is kept."""


class VenueData:
    """Handles VenueQuote, VenueBalance and QuarantineReport. A frame that was taken is taken, even if it is refused."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._venues = state.routing.venues

    def fault_of_quote(self, command: VenueQuote) -> str | None:
        """Say why these can't be prices of a venue, None if they can."""
        if command.venue not in self._venues:
            return f"Unknown venue {command.venue}."
        if command.symbol not in self._state.instruments:
            return f"Unknown symbol {command.symbol}."
        if min(command.bid_px_e8, command.bid_qty_e8, command.offer_px_e8, command.offer_qty_e8) < 0:
            return f"Prices and quantities of {command.symbol} at venue {command.venue} can't be below 0."
        return None

    def quote(self, seq: int, time_ns: int, command: VenueQuote) -> list[Event]:
        """Note best bid and offer in ticks and lots, each rounded to where it is surely worth no more than it was.

        Where the venue says what the instrument is worth, that is its mark now.
        """
        if not self._counts(command):
            return []
        fault = self.fault_of_quote(command)
        if fault is not None:
            return [Refused(fault)]
        instrument = self._state.instruments[command.symbol]
        tick, lot = instrument.tick_e8, instrument.lot_e8
        bid, offer = command.bid_px_e8 // tick, -(-command.offer_px_e8 // tick)
        quotes = self._venues[command.venue].quotes
        quotes.pop(command.symbol, None)
        if bid or offer:
            bid_qty, offer_qty = command.bid_qty_e8 // lot, command.offer_qty_e8 // lot
            quotes[instrument.symbol] = Quote(bid, bid_qty, offer, offer_qty)
        if not instrument.mark_venues:
            return []
        return venue_marks.quoted(self._venues, instrument, command.venue, time_ns)

    def fault_of_balance(self, command: VenueBalance) -> str | None:
        """Say why a balance can't be kept, None if it can."""
        venue = self._venues.get(command.venue)
        if venue is None:
            return f"Unknown venue {command.venue}."
        if not command.asset:
            return f"A balance at venue {command.venue} needs an asset."
        if command.asset not in venue.balances and len(venue.balances) >= BALANCES_MAX:
            return f"Venue {command.venue} has told balances of {BALANCES_MAX} assets, the most that are kept."
        return None

    def balance(self, seq: int, time_ns: int, command: VenueBalance) -> list[Event]:
        """Note what we have at a venue of an asset."""
        if not self._counts(command):
            return []
        fault = self.fault_of_balance(command)
        if fault is not None:
            return [Refused(fault)]
        self._venues[command.venue].balances[command.asset] = command.total_e8, command.available_e8
        return []

    def fault_of_report(self, command: QuarantineReport) -> str | None:
        """Say that nobody knows the venue, None if somebody does."""
        return None if command.venue in self._venues else f"Unknown venue {command.venue}."

    def report(self, seq: int, time_ns: int, command: QuarantineReport) -> list[Event]:
        """Keep that a message could not be read; its words are in the command."""
        if not self._counts(command):
            return []
        fault = self.fault_of_report(command)
        if fault is not None:
            return [Refused(fault)]
        return [quarantine(self._state, seq, command.venue, "", "", command.fault)]

    def _counts(self, command: VenueQuote | VenueBalance | QuarantineReport) -> bool:
        """Take the frame of a command; tell whether it counts, as that of a venue that nobody knows does."""
        venue = self._venues.get(command.venue)
        return venue is None or taken(venue, command.frame)
