"""Mass status requests: the state of many orders of a member, each in one report, to the session that asks.

The orders are those that are open when the request comes, and each is reported once: the number of reports is said in
the first one and holds. What has no room in one command follows in the next, with the state as of then; an order that
has ended meanwhile is reported as it ended.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import QueryOrders
from tradsys_oms.core.events import Detail, Event, MassStatusEmpty
from tradsys_oms.core.fields import ExecType
from tradsys_oms.core.reference.members import Member
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.core.reports import report
from tradsys_oms.core.requests.mass_requests import begin, fault_of, fitting, is_crowded
from tradsys_oms.core.state import State, order_row
from tradsys_oms.core.work import Work


class StatusLeft:
    """A mass status request with the orders that it has not yet come to, the oldest first.

    It keeps the orders themselves, because one that ends meanwhile may be forgotten everywhere else.
    """

    def __init__(self, session: SessionState, mass_status_req_id: str, orders: list[Order]) -> None:
        self.session = session.session
        self._firm: Member = session.firm
        self._mass_status_req_id = mass_status_req_id
        self._total = len(orders)
        self._orders = deque(orders)

    @property
    def is_done(self) -> bool:
        """All orders are reported."""
        return not self._orders

    def go_on(self, work: Work) -> list[Order]:
        """Report its orders, while there is room; no instrument is touched by that."""
        if work.state.sessions[self.session].firm is not self._firm:
            self._orders.clear()  # what is left is none of its new member's business
        while self._orders and work.has_room:
            work.orders += 1
            order = self._orders.popleft()
            detail = Detail(
                mass_status_req_id=self._mass_status_req_id,
                reports_total=self._total,
                is_last_report=not self._orders,
            )
            status = ExecType.ORDER_STATUS
            work.events.append(report(order, self.session, order.clord_id, "", status, detail=detail))
        return []

    def row(self) -> tuple[Any, ...]:
        """Give all that it knows."""
        orders = [order_row(order) for order in self._orders]
        return ("mass status", self.session, self._firm.name, self._mass_status_req_id, self._total, orders)


class MassStatus:
    """Handles QueryOrders."""

    def __init__(self, state: State) -> None:
        self._state = state

    def apply(self, seq: int, time_ns: int, command: QueryOrders) -> list[Event]:
        """Report the member's open orders that fit, or that there are none."""
        session = self._state.sessions.received(command.session, command.msg_seq_num)
        text, orders = self._found(session, command)
        if text:
            req_id = command.mass_status_req_id
            return [MassStatusEmpty(session.session, session.member, req_id, command.symbol, command.side, text)]
        work = Work(self._state, seq, time_ns)
        begin(work, StatusLeft(session, command.mass_status_req_id, orders))
        return work.events

    def _found(self, session: SessionState, command: QueryOrders) -> tuple[str, list[Order]]:
        """Find the orders that are asked for, or a sentence that says why there are none."""
        fault = fault_of(self._state, command)
        if fault is not None:
            return fault.text, []
        if is_crowded(self._state, StatusLeft, session.session):
            return "Earlier mass status requests are still being answered: try again", []
        orders = fitting(self._state, session.firm, command)
        return ("" if orders else "No open order fits the request"), orders
