"""Orders by telephone: an operator enters what a member has said (FIX Volume 4, E.1.a).

Such an order passes what all orders pass, and goes where they go. It has no ClOrdID: its reports come to the member's
session unasked and without one, until the member cancels or replaces the order by message, naming it by OrderID (37).
That request's ClOrdID is the order's from then on. Where the member telephones because its message was lost, that
message is refused should it come after all (F.1.c). An order that may not be entered is refused to the operator; the
member's session is told nothing, as nothing was asked there.
"""

from __future__ import annotations

from typing import Final

from msgspec import structs

from tradsys_oms.core.commands import PLAIN, EnterOrder, NewOrder
from tradsys_oms.core.events import Event, OrderRejected, Refused
from tradsys_oms.core.requests.entry import OrderEntry
from tradsys_oms.core.risk.cash import with_order_qty
from tradsys_oms.core.risk.chain import objection
from tradsys_oms.core.risk.terms import terms_of
from tradsys_oms.core.state import State

NO_NAME: Final = ""
"""ClOrdID of an order that has none; no message can have it."""


class TelephoneOrders:
    """Handles EnterOrder."""

    def __init__(self, state: State, entry: OrderEntry) -> None:
        self._state = state
        self._entry = entry
        self.refusal = ""
        """Why the last order was refused, "" for one that was entered; for whoever has just submitted it."""

    def fault_of(self, command: EnterOrder) -> str | None:
        """Say what the checks that need no usage of limits object to in an order, None if nothing."""
        order = command.order
        session = self._state.sessions.get(order.session)
        if session is None:
            return f"There is no session {order.session}."
        instrument = self._state.instruments.get(order.symbol)
        if instrument is None:
            return f"There is no instrument {order.symbol}."
        lost = "" if order.instructions is None else order.instructions.lost_clord_id
        if lost in session.firm.clord_ids:
            return f"ClOrdID {lost} of {session.member} has come: `tradsys order list` shows what became of it."
        reject = objection(terms_of(with_order_qty(order, instrument), instrument), instrument, session)
        return None if reject is None else f"{reject.text}."

    def apply(self, seq: int, time_ns: int, command: EnterOrder) -> list[Event]:
        """Enter an order, or refuse it to the operator."""
        fault = self.fault_of(command)
        if fault is not None:
            return self._refuse(fault)
        order = as_taken(command.order)
        events = self._entry.apply(seq, time_ns, order)
        self._state.sessions[order.session].firm.clord_ids.pop(NO_NAME, None)  # it is the name of no order
        first = events[0]
        if isinstance(first, OrderRejected):
            return self._refuse(f"{first.text}.")
        self.refusal = ""
        self._name_lost(seq)
        return events

    def _name_lost(self, order_id: int) -> None:
        """Let the message that was lost find this order in its place, should it come."""
        order = self._state.orders.find(order_id)
        if order is not None and order.special is not None and order.special.instructions.lost_clord_id:
            self._state.orders.use(order.firm, order.special.instructions.lost_clord_id, order)

    def _refuse(self, fault: str) -> list[Event]:
        self.refusal = fault
        return [Refused(fault)]


def as_taken(order: NewOrder) -> NewOrder:
    """Give an order as one that came by no message."""
    asked = structs.replace(order.instructions or PLAIN, is_manual=True)
    return structs.replace(order, clord_id=NO_NAME, msg_seq_num=0, poss_resend=False, instructions=asked)
