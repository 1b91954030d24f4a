"""Cancel requests: the order leaves the book at once, what was filled stays.

The report goes to the session that asked. The session that entered the order, if it is another one of the same member,
learns of it by asking.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core import reports
from tradsys_oms.core.commands import CancelOrder
from tradsys_oms.core.events import CancelRejected, Event
from tradsys_oms.core.fields import CxlRejResponseTo, ExecType
from tradsys_oms.core.lifecycle import WHEN_CANCELED
from tradsys_oms.core.requests import Requests
from tradsys_oms.core.settling import settle
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work

CANCELED: Final = ExecType.CANCELED


class OrderCancel:
    """Handles CancelOrder."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._sessions = state.sessions
        self._orders = state.orders
        self._requests = Requests(state, CxlRejResponseTo.ORDER_CANCEL_REQUEST)

    def apply(self, seq: int, time_ns: int, command: CancelOrder) -> list[Event]:
        """Cancel an order, or refuse to."""
        session = self._sessions.received(command.session, command.msg_seq_num)
        order = self._requests.target(
            session, command.clord_id, command.orig_clord_id, command.order_id, command.symbol, command.side
        )
        if isinstance(order, CancelRejected):
            return [order]
        order.take_off()
        order.ord_status = WHEN_CANCELED[order.ord_status]
        order.leaves_qty = 0
        previous = self._orders.rename(order, command.clord_id)
        self._orders.finish(order)
        canceled = reports.report(order, command.session, command.clord_id, previous, CANCELED)
        if not order.instrument.care:
            return [canceled]
        work = Work(self._state, seq, time_ns)
        work.events.append(canceled)
        settle(work, order.instrument)
        return work.events
