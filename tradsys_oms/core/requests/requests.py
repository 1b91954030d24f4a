"""Requests about an order that is there: how the order is found, and what makes a request impossible.

OrigClOrdID must be the last accepted ClOrdID of the order (FIX Volume 4, "Order State Change Matrices"): a request
chained on anything else was made in ignorance of a change, so it is refused with the order's present state. An order
belongs to its member; every session of the member may ask. OrderID alone finds an order too, where OrigClOrdID is
unknown.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.events import CancelRejected
from tradsys_oms.core.fields import CxlRejReason, CxlRejResponseTo, OrdStatus
from tradsys_oms.core.reference.members import Member
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.core.routing.away import is_chained
from tradsys_oms.core.state import State

DUPLICATE_CLORD_ID: Final = CxlRejReason.DUPLICATE_CLORD_ID
OTHER: Final = CxlRejReason.OTHER
TOO_LATE: Final = CxlRejReason.TOO_LATE
UNKNOWN_ORDER: Final = CxlRejReason.UNKNOWN_ORDER

ORDER_ID_DIGITS_MAX: Final = 19


class Requests:
    """Finds orders for requests, and refuses requests in words."""

    def __init__(self, state: State, response_to: str = "") -> None:
        self._state = state
        self._orders = state.orders
        self._response_to = response_to
        """CxlRejResponseTo (434) of the refusals."""

    def find(self, firm: Member, clord_id: str, order_id: str) -> Order | None:
        """Find an order of `firm` by a ClOrdID, else by OrderID."""
        order = firm.clord_ids.get(clord_id)
        if order is not None or not order_id:
            return order
        order = self._by_order_id(order_id)
        return order if order is not None and order.firm is firm else None

    def target(
        self, session: SessionState, clord_id: str, orig_clord_id: str, order_id: str, symbol: str, side: str
    ) -> Order | CancelRejected:
        """Find the order that a request may change, or say what makes a change impossible before it is looked at."""
        used = session.firm.clord_ids
        order = used.get(orig_clord_id)
        if (
            order is not None
            and order.level is not None
            and order.clord_id == orig_clord_id
            and symbol == order.symbol
            and side == order.side
            and clord_id not in used
            and not order_id
        ):
            return order  # nearly always; the rest finds the order another way, or the words
        order = self.find(session.firm, orig_clord_id, order_id)
        if order is None:
            return self._unknown(session, clord_id, orig_clord_id, order_id)
        refusal = self._refusal(session, order, clord_id, orig_clord_id, order_id, symbol, side)
        return order if refusal is None else refusal

    def account_of(self, refusal: CancelRejected) -> str | None:
        """Give the account of the order that a refused request is about; None if it names none that is known."""
        order = self._orders.find(refusal.order_id)
        return order.account if order is not None else None

    def _refusal(
        self,
        session: SessionState,
        order: Order,
        clord_id: str,
        orig_clord_id: str,
        order_id: str,
        symbol: str,
        side: str,
    ) -> CancelRejected | None:
        """Say what makes a change of `order` impossible, None if nothing does."""
        used = session.firm.clord_ids
        if clord_id in used:
            return self.refuse(session, order, clord_id, DUPLICATE_CLORD_ID, f"ClOrdID {clord_id} was used before")
        if order_id or symbol != order.symbol or side != order.side:
            fault = mismatch(order, order_id, symbol, side)
            if fault:
                return self.refuse(session, order, clord_id, OTHER, fault)
        if order.level is None and not self._may_grow(order):
            return self.refuse(session, order, clord_id, TOO_LATE, f"Order {order.order_id} is finished")
        if order.clord_id != orig_clord_id and orig_clord_id in used and not self._is_chained(order, orig_clord_id):
            text = f"OrigClOrdID {orig_clord_id} is not the last accepted ClOrdID of order {order.order_id}"
            return self.refuse(session, order, clord_id, UNKNOWN_ORDER, text)
        return None

    def _may_grow(self, order: Order) -> bool:
        """Tell that a filled order may be replaced to a larger quantity: its venue decides (C.1.c)."""
        is_replace = self._response_to == CxlRejResponseTo.ORDER_CANCEL_REPLACE_REQUEST
        return is_replace and order.ord_status == OrdStatus.FILLED and order.order_id in self._state.routing.aways

    def _is_chained(self, order: Order, orig_clord_id: str) -> bool:
        """Tell that a request follows one that waits for a venue (R8)."""
        away = self._state.routing.aways.get(order.order_id)
        return away is not None and is_chained(away, orig_clord_id)

    def refuse(self, session: SessionState, order: Order, clord_id: str, reason: int, text: str) -> CancelRejected:
        """Refuse a request about a known order; the order stands as it is, the request's ClOrdID is used up."""
        if clord_id not in session.firm.clord_ids:
            self._orders.use(session.firm, clord_id, order)
        self._state.reject_count += 1
        return CancelRejected(
            session.session,
            session.member,
            order.order_id,
            clord_id,
            order.clord_id,
            order.ord_status,
            self._response_to,
            reason,
            text,
        )

    def _unknown(self, session: SessionState, clord_id: str, orig_clord_id: str, order_id: str) -> CancelRejected:
        """Refuse a request about an order that nobody knows; no ClOrdID is used up."""
        self._state.reject_count += 1
        return CancelRejected(
            session.session,
            session.member,
            0,
            clord_id,
            orig_clord_id,
            OrdStatus.REJECTED,
            self._response_to,
            UNKNOWN_ORDER,
            f"Unknown order {orig_clord_id or order_id}",
        )

    def _by_order_id(self, text: str) -> Order | None:
        if len(text) > ORDER_ID_DIGITS_MAX or not (text.isascii() and text.isdigit()):
            return None
        return self._orders.find(int(text))


def mismatch(order: Order, order_id: str, symbol: str, side: str) -> str:
    """Say in what a request contradicts the order it names, "" if in nothing."""
    if symbol != order.symbol:
        return f"Order {order.order_id} is on {order.symbol}, not on {symbol}"
    if side != order.side:
        return f"Order {order.order_id} has Side {order.side}, not {side}"
    if order_id and order_id != str(order.order_id):
        return f"OrderID {order_id} is not that of the order, {order.order_id}"
    return ""
