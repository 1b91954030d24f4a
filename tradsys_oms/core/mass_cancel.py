"""Cancellation of many orders at once that no message asked for: the orders of a session that is gone.

One command cancels at most `ORDERS_MAX` orders, the oldest first, because what a command does is one record of the
journal and holds up all others; whoever gives it goes on while there are more.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from tradsys_oms.core.commands import CancelOrders
from tradsys_oms.core.events import Event
from tradsys_oms.core.fields import TimeInForce
from tradsys_oms.core.matching import cancel_rest
from tradsys_oms.core.orders import Order
from tradsys_oms.core.state import State

ORDERS_MAX: Final = 1_000


class MassCancel:
    """Handles CancelOrders."""

    def __init__(self, state: State) -> None:
        self._orders = state.orders

    def apply(self, seq: int, time_ns: int, command: CancelOrders) -> list[Event]:
        """Cancel what the command names; each order is reported to the session that entered it."""
        events: list[Event] = []
        for order in self.chosen(command.session, command.day_only):
            order.take_off()
            cancel_rest(order, self._orders, command.text, events)
        return events

    def chosen(self, session: str, day_only: bool) -> list[Order]:
        """List the orders that a command would cancel."""
        open_orders = self._orders.open_of(session)
        wanted = (order for order in open_orders if not day_only or order.time_in_force == TimeInForce.DAY)
        return list(islice(wanted, ORDERS_MAX))
