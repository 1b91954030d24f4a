"""Cancellation of many orders at once: by a member's message, or of the orders of a session that is gone.

Each order is reported to the session that entered it, as an unsolicited cancel: no message named it. An order of an
instrument whose auction is being uncrossed can't be canceled in between; it is when that is done, if it is still open.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import CancelOrders, MassCancelOrders
from tradsys_oms.core.events import Event, MassCancelReport
from tradsys_oms.core.fields import MassCancelRejectReason, TimeInForce
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.core.requests.mass_requests import Fault, begin, fault_of, fitting, is_crowded, settle_all, touched_by
from tradsys_oms.core.routing.away import Away
from tradsys_oms.core.routing.requests import cancel_unasked
from tradsys_oms.core.state import State
from tradsys_oms.core.work import ORDERS_MAX, Work

PASSED_OVER_MAX: Final = 10_000
"""Orders that one command may look at and leave to the next."""


class CancelsLeft:
    """A mass cancel request with the orders that it has not yet come to, the oldest first."""

    def __init__(self, session: str, text: str, orders: Iterable[Order]) -> None:
        self.session = session
        self._text = text
        self._orders = deque(orders)

    @property
    def is_done(self) -> bool:
        """All orders are canceled, or ended otherwise."""
        return not self._orders

    def go_on(self, work: Work) -> list[Order]:
        """Cancel those of its orders that are still open, while there is room; those of an auction that is being
        uncrossed are passed over, a bounded number of them.
        """
        canceled: list[Order] = []
        kept: list[Order] = []
        while self._orders and work.has_room and len(kept) < PASSED_OVER_MAX:
            order = self._orders.popleft()
            if order.instrument.uncross_px:
                kept.append(order)
            elif order.level is not None:
                work.orders += 1
                level = order.level
                if type(level) is Away:
                    cancel_unasked(work, level, self._text)
                    continue
                order.take_off()
                work.cancel(order, self._text)
                canceled.append(order)
        self._orders.extendleft(reversed(kept))
        return canceled

    def row(self) -> tuple[Any, ...]:
        """Give all that it knows."""
        return ("mass cancel", self.session, self._text, [order.order_id for order in self._orders])


class MassCancel:
    """Handles MassCancelOrders."""

    def __init__(self, state: State) -> None:
        self._state = state

    def apply(self, seq: int, time_ns: int, command: MassCancelOrders) -> list[Event]:
        """Cancel the member's orders that fit, or say why not."""
        session = self._state.sessions.received(command.session, command.msg_seq_num)
        fault = self._fault(session, command)
        if fault is not None:
            self._state.reject_count += 1
            return [_answer(session, command, 0, fault)]
        orders = fitting(self._state, session.firm, command)
        work = Work(self._state, seq, time_ns)
        work.events.append(_answer(session, command, len(orders)))
        text = f"Canceled by mass cancel {command.clord_id} over session {session.session}"
        begin(work, CancelsLeft(session.session, text, orders))
        return work.events

    def _fault(self, session: SessionState, command: MassCancelOrders) -> Fault | None:
        """Use up the ClOrdID; say what makes the request impossible, None if nothing does."""
        if command.clord_id in session.firm.clord_ids:
            return Fault(MassCancelRejectReason.OTHER, f"ClOrdID {command.clord_id} was used before")
        self._state.orders.use(session.firm, command.clord_id, None)
        if is_crowded(self._state, CancelsLeft, session.session):
            return Fault(MassCancelRejectReason.OTHER, "Earlier mass cancels are still being worked on: try again")
        return fault_of(self._state, command)


class SessionCancel:
    """Handles CancelOrders."""

    def __init__(self, state: State) -> None:
        self._state = state

    def apply(self, seq: int, time_ns: int, command: CancelOrders) -> list[Event]:
        """Cancel what the command names; each order is reported to the session that entered it."""
        work = Work(self._state, seq, time_ns)
        request = CancelsLeft(command.session, command.text, self.chosen(command.session, command.day_only))
        settle_all(work, touched_by(request.go_on(work)))
        return work.events

    def chosen(self, session: str, day_only: bool) -> list[Order]:
        """List the orders that a command would cancel; those of an auction that is being uncrossed need another one."""
        chosen: list[Order] = []
        for order in self._state.orders.open_of(session):
            if len(chosen) >= ORDERS_MAX:
                break
            if not (
                order.instrument.uncross_px
                or (day_only and order.time_in_force != TimeInForce.DAY)
                or (type(order.level) is Away and order.level.pending_cancel is not None)
            ):
                chosen.append(order)
        return chosen


def _answer(
    session: SessionState, command: MassCancelOrders, total: int, fault: Fault | None = None
) -> MassCancelReport:
    reason, text = (-1, "") if fault is None else (fault.reason, fault.text)
    return MassCancelReport(
        session.session,
        session.member,
        command.clord_id,
        command.request_type,
        command.symbol,
        command.side,
        total,
        reason,
        text,
    )
