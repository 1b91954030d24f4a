"""One command at work: what it has done so far, and how much more it may do.

Fills are counted, and trades that were prevented, because what a command does is one record of the journal, and a
record has to fit there; the loop that serves all brokers has to come back, too. What does not fit goes on in the next
command (`GoOn`).
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.events import Detail, Event
from tradsys_oms.core.fields import ExecType
from tradsys_oms.core.lifecycle import WHEN_CANCELED, WHEN_EXPIRED
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.reports import report
from tradsys_oms.core.state import State

FILLS_MAX: Final = 5_000
"""Trades that one command may make, those counted that self-trade prevention has prevented."""
ORDERS_MAX: Final = 1_000
"""Orders that one command may trigger, cancel, expire or restate without being asked for each."""


class Work:
    """What one command does to orders."""

    __slots__ = ("auction_reason", "events", "fallen_px", "fills", "orders", "prevented", "seq", "state", "time_ns")

    def __init__(self, state: State, seq: int, time_ns: int) -> None:
        self.state = state
        self.seq = seq
        self.time_ns = time_ns
        self.events: list[Event] = []
        self.fills = 0
        self.prevented = 0
        """Trades that self-trade prevention has prevented."""
        self.orders = 0
        """Orders that were triggered, ended, restated or reported without being asked for each."""
        self.auction_reason = ""
        """Why a volatility auction must begin when the orders at work are done, "" for no reason."""
        self.fallen_px = 0
        """Price of a trade after which short sales must be restricted when the orders at work are done, 0 for none."""

    @property
    def fills_left(self) -> int:
        """How many trades may still be made."""
        return FILLS_MAX - self.fills - self.prevented

    @property
    def is_full(self) -> bool:
        """No more trades may be made."""
        return self.fills_left <= 0

    @property
    def has_room(self) -> bool:
        """One more order may be triggered, ended, restated or reported without being asked for."""
        return self.orders < ORDERS_MAX

    def unfinished(self, instrument: Instrument) -> None:
        """Let the next `GoOn` go on with an instrument."""
        self.state.unfinished[instrument.symbol] = None

    def cancel(self, order: Order, text: str, restatement_reason: int = -1) -> None:
        """Cancel what is left of an order that stands nowhere any more, and say why."""
        order.ord_status = WHEN_CANCELED[order.ord_status]
        order.leaves_qty = 0
        self.state.orders.finish(order)
        self.report(order, ExecType.CANCELED, text, restatement_reason)

    def expire(self, order: Order, text: str) -> None:
        """Let an order expire that stands nowhere any more."""
        order.ord_status = WHEN_EXPIRED[order.ord_status]
        order.leaves_qty = 0
        self.state.orders.finish(order)
        self.report(order, ExecType.EXPIRED, text)

    def report(self, order: Order, exec_type: str, text: str = "", restatement_reason: int = -1) -> None:
        """Report the state of an order to the session that entered it, unasked."""
        detail = Detail(restatement_reason=restatement_reason) if restatement_reason >= 0 else None
        self.events.append(report(order, order.session, order.clord_id, "", exec_type, text, detail=detail))
