"""What happens because its time has come: orders with an ExpireTime (126) expire, and phases end by themselves.

The core has no clock. `next_due_ns` says when there will be something to do, and whoever keeps the time gives
`TimePassed` then, again as long as something is due.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import TimePassed
from tradsys_oms.core.events import Event
from tradsys_oms.core.matching.settling import settle
from tradsys_oms.core.phases.phase_change import change_phase
from tradsys_oms.core.phases.phases import PHASES, Phase
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.state import State
from tradsys_oms.core.work import ORDERS_MAX, Work

TIME_IS_OVER: Final = "Expired: ExpireTime is past"
ENTRIES_SPARE: Final = 1_000
"""Entries of orders that have ended, beyond as many as there are open orders, that `expiries` may keep."""


class Clock:
    """Handles TimePassed."""

    def __init__(self, state: State) -> None:
        self._state = state

    def apply(self, seq: int, time_ns: int, command: TimePassed) -> list[Event]:
        """Do what is due, or as much as one command may."""
        work = Work(self._state, seq, time_ns)
        touched: dict[str, Instrument] = {}
        if _expire_due(work, touched):
            _end_phases(work, touched)
        for instrument in touched.values():
            if instrument.care:
                settle(work, instrument)
        return work.events


def next_due_ns(state: State) -> int | None:
    """Give the time at which something is due next, None for never; it may be that of an order that has ended since."""
    first = [entries[0][0] for entries in (state.expiries, state.phase_ends) if entries]
    return min(first, default=None)


def note_expiry(state: State, order_id: int, expire_ns: int) -> None:
    """Take note that an order expires at a time; what is noted of orders that have ended stays within a bound."""
    expiries = state.expiries
    if len(expiries) > 2 * state.orders.open_count + ENTRIES_SPARE:
        kept = [entry for entry in expiries if _expiring(state, *entry) is not None]
        expiries.clear()
        expiries.update(kept)
    entry = (expire_ns, order_id)
    if entry not in expiries:
        expiries.add(entry)


def _expiring(state: State, expire_ns: int, order_id: int) -> Order | None:
    """Give the order of an entry, None if it no longer expires then."""
    order = state.orders.find(order_id)
    if order is None or order.level is None or order.special is None or order.special.expire_ns != expire_ns:
        return None
    return order


def _expire_due(work: Work, touched: dict[str, Instrument]) -> bool:
    """Let orders expire whose time is past, those of the earliest first; tell whether all have been looked at.

    An order whose auction is being uncrossed stays until that is done.
    """
    expiries = work.state.expiries
    due = list(islice(expiries.irange(None, (work.time_ns, _LAST_ID)), ORDERS_MAX))
    for entry in due:
        order = _expiring(work.state, *entry)
        if order is None:
            expiries.remove(entry)
        elif not order.instrument.uncross_px:
            expiries.remove(entry)
            order.take_off()
            work.expire(order, TIME_IS_OVER)
            work.orders += 1
            touched[order.symbol] = order.instrument
    return len(due) < ORDERS_MAX


def _end_phases(work: Work, touched: dict[str, Instrument]) -> None:
    """Let phases end whose time is over, in the order in which the instruments were added."""
    state = work.state
    due = dict.fromkeys(symbol for _, symbol in state.phase_ends.irange(None, (work.time_ns, _LAST_SYMBOL)))
    symbols = list(due) if len(due) < 2 else [symbol for symbol in state.instruments if symbol in due]
    for symbol in symbols:
        instrument = state.instruments[symbol]
        if instrument.task is None and not work.is_full and work.has_room:
            phase = PHASES[instrument.phase].after
            auction_ns = instrument.rules.auction_ns if phase == Phase.VOLATILITY_AUCTION else 0
            until_ns = work.time_ns + auction_ns if auction_ns else 0
            change_phase(work, instrument, phase, f"{instrument.phase} is over", until_ns)
            touched[symbol] = instrument


_LAST_ID: Final = 2**63
_LAST_SYMBOL: Final = "\U0010ffff"
