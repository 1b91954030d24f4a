"""Operators restrict the short sales of an instrument, and lift the restriction, be it theirs or one after a fall."""

from __future__ import annotations

from tradsys_oms.core.commands import RestrictShortSale
from tradsys_oms.core.events import Event, Refused
from tradsys_oms.core.matching import short_sales
from tradsys_oms.core.matching.settling import settle
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work


class ShortSaleRestriction:
    """Handles RestrictShortSale."""

    def __init__(self, state: State) -> None:
        self._state = state

    def fault_of(self, command: RestrictShortSale) -> str | None:
        """Say in a sentence why a restriction can't be set or lifted, None if it can.

        One that ends by itself may be set again: it does not end by itself then.
        """
        instrument = self._state.instruments.get(command.symbol)
        if instrument is None:
            return f"Unknown symbol {command.symbol}."
        if command.is_restricted != instrument.short_sale_restricted or instrument.short_sale_day_ends:
            return None
        state = "restricted already" if command.is_restricted else "not restricted"
        return f"Short sales of {command.symbol} are {state}."

    def apply(self, seq: int, time_ns: int, command: RestrictShortSale) -> list[Event]:
        """Restrict short sales until that is taken back, or take a restriction back."""
        fault = self.fault_of(command)
        if fault is not None:
            return [Refused(fault)]
        work, instrument = Work(self._state, seq, time_ns), self._state.instruments[command.symbol]
        short_sales.switch(work, instrument, command.reason, is_restricted=command.is_restricted, day_ends=0)
        if instrument.care:
            settle(work, instrument)
        return work.events
