"""Cancel requests: the order leaves the book at once, what was filled stays.

The report goes to the session that asked. The session that entered the order, if it is another one of the same member,
gets one of its own, unsolicited: under the ClOrdID that it knows, and with the words of what happened.
"""

from __future__ import annotations

from typing import Final

from msgspec import structs

from tradsys_oms.core import reports
from tradsys_oms.core.commands import CancelOrder
from tradsys_oms.core.commands.orders import CancelOrderValues
from tradsys_oms.core.events import CancelRejected, Event
from tradsys_oms.core.fields import CxlRejReason, CxlRejResponseTo, ExecType
from tradsys_oms.core.lifecycle import WHEN_CANCELED
from tradsys_oms.core.limits.judge import note_message, note_refused
from tradsys_oms.core.matching.settling import settle
from tradsys_oms.core.requests.requests import Requests
from tradsys_oms.core.routing import requests as routed
from tradsys_oms.core.routing.away import Away
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work

CANCELED: Final = ExecType.CANCELED
BEING_UNCROSSED: Final = "The auction is being uncrossed: try again"


class OrderCancel:
    """Handles CancelOrder."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._sessions = state.sessions
        self._orders = state.orders
        self._requests = Requests(state, CxlRejResponseTo.ORDER_CANCEL_REQUEST)

    def apply(self, seq: int, time_ns: int, command: CancelOrder) -> list[Event]:
        """Cancel an order, or refuse to."""
        values: CancelOrderValues = structs.astuple(command)
        name, msg_seq_num, clord_id, orig_clord_id, order_id, symbol, side = values
        session = self._sessions.received(name, msg_seq_num)
        order = self._requests.target(session, clord_id, orig_clord_id, order_id, symbol, side)
        if isinstance(order, CancelRejected):
            note_refused(session, self._requests.account_of(order), time_ns)
            return [order]
        instrument = order.instrument
        risk = self._state.risk
        lane = order.lane if session.session == order.session else risk.lane_of(session, order)
        bounds = lane.bounds if lane.version == risk.version else risk.bounds_of(lane)
        if bounds is not None:
            note_message(bounds, time_ns)
        if instrument.uncross_px:
            return [self._requests.refuse(session, order, clord_id, CxlRejReason.OTHER, BEING_UNCROSSED)]
        level = order.level
        if type(level) is Away:
            return routed.cancel(Work(self._state, seq, time_ns), self._requests, session, level, command)
        order.take_off()
        order.ord_status = WHEN_CANCELED[order.ord_status]
        order.leaves_qty = 0
        previous = self._orders.rename(order, clord_id)
        self._orders.finish(order)
        events: list[Event] = [reports.report(order, session.session, clord_id, previous, CANCELED)]
        if session.session != order.session:
            text = f"Canceled over session {session.session}"
            events.append(reports.report(order, order.session, previous, "", CANCELED, text))
        if instrument.care:
            work = Work(self._state, seq, time_ns)
            work.events = events
            settle(work, instrument)
        return events
