"""Status requests: the state of an order, to the session that asks, without any change.

A question by an older ClOrdID is answered under the last accepted one, with the one asked for as OrigClOrdID, so that
the answer can be tied to the question (FIX Volume 4, G.1.c).
"""

from __future__ import annotations

from tradsys_oms.core import reports
from tradsys_oms.core.commands import QueryOrder
from tradsys_oms.core.events import Event, StatusUnknown
from tradsys_oms.core.requests.requests import Requests, mismatch
from tradsys_oms.core.state import State


class OrderQuery:
    """Handles QueryOrder."""

    def __init__(self, state: State) -> None:
        self._sessions = state.sessions
        self._requests = Requests(state)

    def apply(self, seq: int, time_ns: int, command: QueryOrder) -> list[Event]:
        """Answer with the state of an order, or that it is unknown."""
        session = self._sessions.received(command.session, command.msg_seq_num)
        firm = session.firm
        order = self._requests.find(firm, command.clord_id, command.order_id)
        if order is None:
            if command.clord_id in firm.clord_ids:
                text = f"ClOrdID {command.clord_id} is not that of an accepted order"
            else:
                text = f"Unknown order {command.clord_id or command.order_id}"
        else:
            text = mismatch(order, command.order_id, command.symbol, command.side)
        if order is None or text:
            return [
                StatusUnknown(
                    command.session,
                    session.member,
                    command.clord_id,
                    command.order_id,
                    command.symbol,
                    command.side,
                    command.ord_status_req_id,
                    text,
                )
            ]
        asked = command.clord_id if command.clord_id in firm.clord_ids else order.clord_id
        return [reports.status(order, command.session, asked, command.ord_status_req_id)]
