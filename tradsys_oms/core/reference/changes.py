"""Reference data: instruments, members, and which member a session belongs to.

A change that would contradict open orders is refused as a whole. Orders keep their instrument and their firm, so a
change of limits holds for them from the next command on.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import SetInstrument, SetMember, SetSession
from tradsys_oms.core.events import Event, Refused
from tradsys_oms.core.limits.rating import rate
from tradsys_oms.core.reference.instruments import Instrument, fault_of, price_ceiling_e8
from tradsys_oms.core.reference.members import Member
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.core.state import State


class ReferenceData:
    """Handles SetInstrument, SetMember and SetSession."""

    def __init__(self, state: State) -> None:
        self._state = state

    def fault_of_instrument(self, command: SetInstrument) -> str | None:
        """Say why an instrument can't be added or changed like this, None if it can."""
        fault = fault_of(command)
        instrument = self._state.instruments.get(command.symbol)
        return fault if fault is not None or instrument is None else _conflict(command, instrument)

    def set_instrument(self, seq: int, time_ns: int, command: SetInstrument) -> list[Event]:
        """Add or change an instrument."""
        fault = self.fault_of_instrument(command)
        if fault is not None:
            return [Refused(fault)]
        instrument = self._state.instruments.get(command.symbol)
        if instrument is None:
            instrument = Instrument(command)
            self._state.instruments[command.symbol] = instrument
            self._state.books[command.symbol] = instrument.book
        else:
            instrument.adopt(command, _largest(instrument))
        rate(instrument, self._state.risk.rules)
        return []

    def set_member(self, seq: int, time_ns: int, command: SetMember) -> list[Event]:
        """Add or change a member."""
        member = self._state.members.get(command.member)
        if member is None:
            self._state.members[command.member] = Member(command)
        else:
            member.adopt(command)
        return []

    def fault_of_session(self, command: SetSession) -> str | None:
        """Say why a session can't be bound to a member that is known, None if it can: not while it has open orders."""
        session = self._state.sessions.get(command.session)
        if session is None or session.member == command.member or not self._has_open_orders(command.session):
            return None
        return f"Session {command.session} has open orders of member {session.member}."

    def set_session(self, seq: int, time_ns: int, command: SetSession) -> list[Event]:
        """Bind a session to its member."""
        firm = self._state.members.get(command.member)
        if firm is None:
            return [Refused(f"Session {command.session} names the member {command.member}, which is unknown.")]
        fault = self.fault_of_session(command)
        if fault is not None:
            return [Refused(fault)]
        session = self._state.sessions.get(command.session)
        if session is None:
            self._state.sessions[command.session] = SessionState(command.session, firm, command.enabled)
        else:
            session.bind(firm, command.enabled)
        return []

    def _has_open_orders(self, session: str) -> bool:
        """Tell that a session has orders that are open, or may be again by a replace that a venue has not answered."""
        growing = (order for instrument in self._state.instruments.values() for order in instrument.growing.values())
        return self._state.orders.open_count_of(session) > 0 or any(order.session == session for order in growing)


def _largest(instrument: Instrument) -> int:
    """Give the largest quantity of an order that is open, or may come to by a replace that waits; 0 for none."""
    resting = max((order.order_qty for order in instrument.book.open_orders()), default=0)
    routed = (order.cum_qty + max(order.leaves_qty, order.reserved_qty) for order in _away(instrument))
    return max((resting, *routed))


def _highest(instrument: Instrument) -> int:
    """Give the highest price in ticks at which such an order counts, or has been filled on average."""
    resting = max((order.price for order in instrument.book.open_orders()), default=0)
    limits = (max(order.price, order.reserved_px) for order in _away(instrument) if order.price)
    averages = (-(-order.cum_notional // order.cum_qty) for order in _away(instrument) if order.cum_qty)
    return max((resting, *limits, *averages))


def _away(instrument: Instrument) -> Iterator[Order]:
    return chain(instrument.routed.values(), instrument.growing.values())


def _conflict(command: SetInstrument, instrument: Instrument) -> str | None:
    """Say what a change of an instrument contradicts: what was ever reported in its ticks and lots, or open orders."""
    if (command.tick_e8, command.lot_e8) != (instrument.tick_e8, instrument.lot_e8):
        return f"Tick and lot of {command.symbol} can't change: all its orders count in them. Use another symbol."
    largest = _largest(instrument)
    if not largest:
        return None
    if _highest(instrument) * instrument.tick_e8 > price_ceiling_e8(command, largest):
        return f"The maximum quantity of {command.symbol} is too large for the prices of its open orders."
    return None
