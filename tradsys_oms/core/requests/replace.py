"""Replace requests: new quantity, price or time in force for an order in the book, under a new ClOrdID.

The order keeps its place in the queue only if its price stays and its quantity does not grow. A quantity at or below
what is filled already means stop: the order ends Filled at CumQty (FIX Volume 4, C.3.b, C.3.c). A new price may trade
at once; the report Replaced comes first, fills follow under the new ClOrdID. A refusal leaves the order as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from tradsys_oms.core import reports
from tradsys_oms.core.book.asking import PAST, is_past
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.book.special import Special
from tradsys_oms.core.commands import ReplaceOrder
from tradsys_oms.core.commands.orders import ReplaceOrderValues
from tradsys_oms.core.events import CancelRejected, Event
from tradsys_oms.core.fields import CxlRejReason, CxlRejResponseTo, ExecType, OrdRejReason, OrdType, TimeInForce
from tradsys_oms.core.lifecycle import WHEN_REPLACED, WHEN_STOPPED_BY_REPLACE
from tradsys_oms.core.limits.judge import judge_replace, note_refused
from tradsys_oms.core.limits.prices import reserve_px
from tradsys_oms.core.limits.warnings import Near
from tradsys_oms.core.matching.market import FILLS_END, arrive
from tradsys_oms.core.matching.plain import cancel_rest, sweep
from tradsys_oms.core.matching.self_trade import reduce
from tradsys_oms.core.matching.settling import settle
from tradsys_oms.core.phases.clock import note_expiry
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.core.requests.entry import BUY, LIMIT
from tradsys_oms.core.requests.replaced_terms import keeps_place, make_replacing, stay, unchangeable
from tradsys_oms.core.requests.requests import Requests
from tradsys_oms.core.risk.cash import with_order_qty
from tradsys_oms.core.risk.chain import is_unobjectionable, objection
from tradsys_oms.core.risk.checks import PRICED
from tradsys_oms.core.risk.terms import Reject, terms_of
from tradsys_oms.core.routing import requests as routed
from tradsys_oms.core.routing.away import Away
from tradsys_oms.core.state import State
from tradsys_oms.core.work import FILLS_MAX, Work

LASTING: Final = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD)
"""TimeInForce of open orders that may change, to each other."""
REPLACED: Final = ExecType.REPLACED

CXL_REJ_REASONS: Final = {
    OrdRejReason.INVALID_PRICE_INCREMENT: CxlRejReason.INVALID_PRICE_INCREMENT,
    OrdRejReason.EXCHANGE_OPTION: CxlRejReason.EXCHANGE_OPTION,
}
"""CxlRejReason (102) for the chain's OrdRejReason (103); all others are Other, with the chain's text."""


class OrderReplace:
    """Handles ReplaceOrder."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._sessions = state.sessions
        self._orders = state.orders
        self._risk = state.risk
        self._requests = Requests(state, CxlRejResponseTo.ORDER_CANCEL_REPLACE_REQUEST)

    def apply(self, seq: int, time_ns: int, command: ReplaceOrder) -> list[Event]:
        """Replace an order, or refuse to."""
        values: ReplaceOrderValues = structs.astuple(command)
        (
            name, msg_seq_num, clord_id, orig_clord_id, order_id, symbol, side, ord_type, time_in_force,
            order_qty_e8, price_e8, unsupported, currency, asked, _, _,
        ) = values  # fmt: skip
        session = self._sessions.received(name, msg_seq_num)
        order = self._requests.target(session, clord_id, orig_clord_id, order_id, symbol, side)
        if isinstance(order, CancelRejected):
            note_refused(session, self._requests.account_of(order), time_ns)
            return [order]
        instrument = order.instrument
        order_qty = order_qty_e8 // instrument.lot_e8
        price = (price_e8 or 0) // instrument.tick_e8
        is_plain = (
            ord_type == order.ord_type == LIMIT
            and order.special is None
            and asked is None
            and not (instrument.care or order.firm.self_trade_key)
        )
        is_special = not is_plain or unsupported or currency
        if is_special or not is_unobjectionable(
            side, time_in_force, order_qty_e8, price_e8, order_qty, price, instrument, session
        ):
            reject = objection(terms_of(command, instrument), instrument, session)
            if reject is not None:
                return self._objected(seq, time_ns, command, session, order, reject)
        away = self._away(order)
        special = None if is_plain or away is not None else make_replacing(command, order, seq)
        if special is not None and not _gives_price(command):
            price = order.price
        fault = "" if is_plain and time_in_force == order.time_in_force else _unchangeable(command, order)
        if special is not None and not fault:
            fault = unchangeable(order, special, order_qty, price) or (
                PAST if is_past(special, instrument, time_ns) else ""
            )
        if fault:
            note_refused(session, order.account, time_ns)
            return [self._requests.refuse(session, order, command.clord_id, CxlRejReason.OTHER, fault)]
        risk = self._risk
        lane = order.lane if session.session == order.session else risk.lane_of(session, order)
        bounds = lane.bounds if lane.version == risk.version else risk.bounds_of(lane)
        near: Sequence[Near] = ()
        if bounds is not None or lane is not order.lane:
            limit = special.peg_limit if special is not None and special.peg else price
            reject, near = judge_replace(risk, lane, order, bounds, time_ns, command, order_qty, limit)
            if reject is not None:
                return [
                    self._requests.refuse(session, order, command.clord_id, CxlRejReason.EXCHANGE_OPTION, reject.text)
                ]
        if away is None:
            events = self._do(seq, time_ns, command, order, special, order_qty, price)
        else:
            events = routed.replace(
                Work(self._state, seq, time_ns), self._requests, session, away, command, order_qty, price
            )
        return [*events, *risk.warn(near)] if near else events

    def _objected(
        self, seq: int, time_ns: int, command: ReplaceOrder, session: SessionState, order: Order, reject: Reject
    ) -> list[Event]:
        """Refuse what the chain objects to; but an amount of money, which is no quantity to the chain, is looked at
        again with the quantity that it comes to.
        """
        converted = with_order_qty(command, order.instrument, order.cum_qty, order.cum_notional)
        if converted is not command:
            return self.apply(seq, time_ns, structs.replace(converted, msg_seq_num=0))  # its number is noted already
        reason = CXL_REJ_REASONS.get(reject.reason, CxlRejReason.OTHER)
        note_refused(session, order.account, time_ns)
        return [self._requests.refuse(session, order, command.clord_id, reason, reject.text)]

    def _away(self, order: Order) -> Away | None:
        """Give what an order has at other markets, None for one of our own book."""
        level = order.level
        if level is None:
            return self._state.routing.aways.get(order.order_id)
        return level if type(level) is Away else None

    def _do(
        self,
        seq: int,
        time_ns: int,
        command: ReplaceOrder,
        order: Order,
        special: Special | None,
        order_qty: int,
        price: int,
    ) -> list[Event]:
        """Give an order its new values."""
        if special is not None:
            return self._replace_special(Work(self._state, seq, time_ns), command, order, special, order_qty, price)
        if order_qty <= order.cum_qty:
            order.take_off()
            return self._stop(order, command, price)
        if price == order.price and order_qty <= order.order_qty:
            return self._shrink(order, command, order_qty)
        return self._requeue(order, command, order_qty, price)

    def _stop(self, order: Order, command: ReplaceOrder, price: int) -> list[Event]:
        """End an order, which stands nowhere any more, at what it has filled."""
        order.ord_status = WHEN_STOPPED_BY_REPLACE[order.ord_status]
        order.order_qty = order.cum_qty
        order.leaves_qty = 0
        order.price = price
        events = self._replaced(order, command)
        self._orders.finish(order)
        return events

    def _shrink(self, order: Order, command: ReplaceOrder, order_qty: int) -> list[Event]:
        """Take quantity off an order that keeps its place."""
        order.ord_status = WHEN_REPLACED[order.ord_status]
        reduce(order, order.order_qty - order_qty)
        return self._replaced(order, command)

    def _requeue(self, order: Order, command: ReplaceOrder, order_qty: int, price: int) -> list[Event]:
        """Give an order its new values at the end of the queue, after what it can trade at once."""
        book = order.instrument.book
        side = book.bids if order.side == BUY else book.asks
        order.take_off()
        order.ord_status = WHEN_REPLACED[order.ord_status]
        order.order_qty = order_qty
        order.leaves_qty = order_qty - order.cum_qty
        order.price = price
        events = self._replaced(order, command)
        trades = sweep(order, side.opposite, self._orders, events)
        self._state.trade_count += trades
        if not order.leaves_qty:
            self._orders.finish(order)
        elif trades == FILLS_MAX:
            cancel_rest(order, self._orders, FILLS_END, events)
        else:
            side.add(order)
        return events

    def _replace_special(
        self, work: Work, command: ReplaceOrder, order: Order, special: Special, order_qty: int, price: int
    ) -> list[Event]:
        """Replace an order that is more than plain, or on a market that is."""
        instrument = order.instrument
        if special.expire_ns:
            note_expiry(self._state, order.order_id, special.expire_ns)
        if order_qty <= order.cum_qty:
            order.take_off()
            order.special = None if special.is_nothing else special
            work.events += self._stop(order, command, price)
        elif keeps_place(order, special, order_qty, price):
            stay(order, special)
            work.events += self._shrink(order, command, order_qty)
        else:
            order.take_off()
            order.ord_status = WHEN_REPLACED[order.ord_status]
            order.order_qty = order_qty
            order.leaves_qty = order_qty - order.cum_qty
            order.price = 0 if special.peg else price
            order.special = None if special.is_nothing else special
            work.events += self._replaced(order, command)
            arrive(work, order)
        if instrument.care:
            settle(work, instrument)
        return work.events

    def _replaced(self, order: Order, command: ReplaceOrder) -> list[Event]:
        """Report to the session that asked, and to the one that entered the order if it is another."""
        order.time_in_force = command.time_in_force
        order.lane.reserve(order, order.leaves_qty, reserve_px(order))
        previous = self._orders.rename(order, command.clord_id)
        events: list[Event] = [reports.report(order, command.session, command.clord_id, previous, REPLACED)]
        if command.session != order.session:
            events.append(reports.report(order, order.session, command.clord_id, previous, REPLACED))
        return events


def _unchangeable(command: ReplaceOrder, order: Order) -> str:
    """Say what an order that rests can't become, "" if nothing of that is asked for."""
    if command.ord_type != order.ord_type:
        return f"OrdType of order {order.order_id} can't change from {order.ord_type} to {command.ord_type}"
    before, after = order.time_in_force, command.time_in_force
    if before != after and not (before in LASTING and after in LASTING):
        return f"TimeInForce of order {order.order_id} can't change from {before} to {after}"
    return ""


def _gives_price(command: ReplaceOrder) -> bool:
    """Tell that Price (44) of the request is the order's new one; it may be left out for what is left over as limit."""
    if command.ord_type == OrdType.MARKET_TO_LIMIT:
        return command.price_e8 is not None
    return command.ord_type in PRICED
