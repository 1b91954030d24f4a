"""New orders: duplicates, risk, matching, and what becomes of the rest.

An accepted order is always confirmed with New first, fills follow, and what may not rest is canceled at the end: FIX
5.0 SP2 Volume 7 leaves an exchange the choice, and an explicit New is what every broker's system can follow.
"""

from __future__ import annotations

from typing import Final

from msgspec import structs

from tradsys_oms.core import reports
from tradsys_oms.core.book.asking import PAST, is_past, make_special
from tradsys_oms.core.book.book import BookSide
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.book.special import Special
from tradsys_oms.core.commands import NewOrder, Route
from tradsys_oms.core.commands.orders import NewOrderValues
from tradsys_oms.core.events import Event, OrderRejected
from tradsys_oms.core.fields import ExecType, OrdRejReason, OrdType, Side, TimeInForce
from tradsys_oms.core.lifecycle import UNBORN, WHEN_ENTERED
from tradsys_oms.core.limits.judge import PASSED, Judgement, judge_new, note_refused
from tradsys_oms.core.limits.lane import Lane
from tradsys_oms.core.limits.objections import unknown_account
from tradsys_oms.core.limits.prices import reserve_px, unpriced_px
from tradsys_oms.core.matching.market import (
    FILLS_END,
    FOK_KILLED,
    IOC_REST,
    NO_LIMIT,
    NO_LIQUIDITY,
    arrive,
    is_marketable,
)
from tradsys_oms.core.matching.pegs import fixed_price
from tradsys_oms.core.matching.plain import cancel_rest, crosses, sweep
from tradsys_oms.core.matching.settling import settle
from tradsys_oms.core.phases.clock import note_expiry
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.core.risk.cash import with_order_qty
from tradsys_oms.core.risk.chain import PLAIN_TIMES_IN_FORCE, is_unobjectionable, objection
from tradsys_oms.core.risk.terms import Reject, terms_of
from tradsys_oms.core.routing import placing
from tradsys_oms.core.routing.planning import Plan, first_plan
from tradsys_oms.core.state import State
from tradsys_oms.core.work import FILLS_MAX, Work

BUY: Final = Side.BUY
FOK: Final = TimeInForce.FOK
LIMIT: Final = OrdType.LIMIT
MARKET: Final = OrdType.MARKET
NEW: Final = ExecType.NEW
ENTERED: Final = WHEN_ENTERED[UNBORN]
RESTING: Final = (TimeInForce.DAY, TimeInForce.GTC)
SHORT_WAY: Final = (OrdType.LIMIT, OrdType.MARKET)
PEGS_MAX: Final = 1_000
"""Pegged orders of an instrument: all are priced again when the best bid or offer changes."""
CONDITIONAL_MAX: Final = 200
"""Orders with MinQty or AllOrNone that rest on a side: each may be tried after each command, by a walk through the
other side."""
UNPRICED: Final = (OrdType.MARKET, OrdType.STOP, OrdType.MARKET_TO_LIMIT)
"""Orders whose Price (44) does not apply."""


class OrderEntry:
    """Handles NewOrder."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._instruments = state.instruments
        self._sessions = state.sessions
        self._orders = state.orders
        self._risk = state.risk
        self._routing = state.routing

    def apply(self, seq: int, time_ns: int, command: NewOrder) -> list[Event]:
        """Enter an order, or refuse it."""
        values: NewOrderValues = structs.astuple(command)
        (
            name, msg_seq_num, clord_id, account, symbol, side, ord_type, time_in_force,
            order_qty_e8, price_e8, _, unsupported, currency, asked, _, ex_destination,
        ) = values  # fmt: skip
        session = self._sessions.received(name, msg_seq_num)
        if clord_id in session.firm.clord_ids:
            note_refused(session, account, time_ns)
            return [self._duplicate(command, session)]
        instrument = self._instruments.get(symbol)
        if instrument is None:
            unknown = Reject(OrdRejReason.UNKNOWN_SYMBOL, f"Unknown symbol {symbol}")
            return self._refuse(command, session, time_ns, unknown)
        order_qty = order_qty_e8 // instrument.lot_e8
        price = 0 if ord_type in UNPRICED else (price_e8 or 0) // instrument.tick_e8
        is_plain = not (instrument.care or asked is not None or session.firm.self_trade_key)
        is_special = ord_type != LIMIT or unsupported or currency or not is_plain
        if is_special or not is_unobjectionable(
            side, time_in_force, order_qty_e8, price_e8, order_qty, price, instrument, session
        ):
            reject = objection(terms_of(command, instrument), instrument, session)
            if reject is not None:
                return self._objected(seq, time_ns, command, session, instrument, reject)
        risk = self._risk
        lane = risk.lane(session, account, instrument)
        if lane is None or self._orders.open_count >= self._orders.open_max:
            return self._refuse(command, session, time_ns, self._no_room(session, account, lane))
        bounds = lane.bounds if lane.version == risk.version else risk.bounds_of(lane)
        judged: Judgement = PASSED
        if bounds is not None:
            judged = judge_new(risk, lane, bounds, time_ns, command, order_qty, price)
            if judged[0] is not None:
                return self._reject(command, session, judged[0])
        # The names are those that session and instrument hold, not the command's copies: a million orders share them.
        order = Order(
            seq,
            session.session,
            session.member,
            session.firm,
            instrument,
            lane,
            clord_id,
            lane.account.scope.account,
            instrument.symbol,
            side,
            ord_type,
            time_in_force,
            order_qty,
            price,
            order_qty,
            time_ns,
            ENTERED,
        )
        is_short = is_plain and ord_type in SHORT_WAY and time_in_force in PLAIN_TIMES_IN_FORCE
        if self._routing.routes or ex_destination:
            events = self._enter_by_route(seq, time_ns, command, session, order, is_short=is_short)
        elif is_short:
            events = self._enter_plain(time_ns, order)
        else:
            events = self._enter_special(seq, time_ns, command, session, order)
        near = judged[1]
        return [*events, *risk.warn(near)] if near and type(events[0]) is not OrderRejected else events

    def _objected(
        self,
        seq: int,
        time_ns: int,
        command: NewOrder,
        session: SessionState,
        instrument: Instrument,
        reject: Reject,
    ) -> list[Event]:
        """Refuse an order that the chain objects to; but one for an amount of money, which is no quantity to the chain,
        is looked at again with the quantity that it comes to.
        """
        converted = with_order_qty(command, instrument)
        if converted is command:
            return self._refuse(command, session, time_ns, reject)
        return self.apply(seq, time_ns, structs.replace(converted, msg_seq_num=0))  # its number is noted already

    def _no_room(self, session: SessionState, account: str, lane: Lane | None) -> Reject:
        """Say what there is no room for."""
        if lane is None:
            if session.firm.declares_accounts and account not in session.firm.accounts:
                return unknown_account(session.firm, account)
            full = self._risk.crowd(session.firm, account)
        else:
            full = f"The exchange holds its maximum of {self._orders.open_max} open orders"
        return Reject(OrdRejReason.ORDER_EXCEEDS_LIMIT, full)

    def _enter_plain(self, time_ns: int, order: Order) -> list[Event]:
        """Enter a plain order into a plain book, the short way."""
        self._orders.accept(order)
        order.lane.entered(order, order.price or unpriced_px(order.instrument), order.price, time_ns)
        self._state.order_count += 1
        events: list[Event] = [reports.report(order, order.session, order.clord_id, "", NEW)]
        self._trade(order, events)
        return events

    def _trade(self, order: Order, events: list[Event]) -> None:
        """Match a new plain order in a plain book, then rest, finish or cancel it."""
        book = order.instrument.book
        own, opposite = (book.bids, book.asks) if order.side == BUY else (book.asks, book.bids)
        if order.time_in_force == FOK and not _is_available(order, opposite):
            cancel_rest(order, self._orders, FOK_KILLED, events)
            return
        trades = 0
        if crosses(order, opposite):
            trades = sweep(order, opposite, self._orders, events)
            self._state.trade_count += trades
        if not order.leaves_qty:
            self._orders.finish(order)
        elif trades == FILLS_MAX:
            cancel_rest(order, self._orders, FILLS_END, events)
        elif order.ord_type == MARKET:
            cancel_rest(order, self._orders, NO_LIQUIDITY, events)
        elif order.time_in_force in RESTING:
            own.add(order)
        else:
            cancel_rest(order, self._orders, IOC_REST, events)

    def _enter_special(
        self, seq: int, time_ns: int, command: NewOrder, session: SessionState, order: Order
    ) -> list[Event]:
        """Enter an order that is more than plain, or for a market that is."""
        instrument, asked, limit = order.instrument, command.instructions, order.price
        if asked is not None:
            special = order.special = make_special(asked, instrument, session.firm, seq, order.price)
            fault = self._fault(order, special, time_ns)
            if fault:
                return self._reject(command, session, Reject(OrdRejReason.OTHER, fault))
            if special.expire_ns:
                note_expiry(self._state, seq, special.expire_ns)
            if special.peg:
                order.price = 0  # it has none until the end of the command
        work = Work(self._state, seq, time_ns)
        self._orders.accept(order)
        order.lane.entered(order, reserve_px(order), limit, time_ns)
        self._state.order_count += 1
        work.report(order, NEW)
        arrive(work, order)
        if instrument.care:
            settle(work, instrument)
        return work.events

    def _enter_by_route(
        self, seq: int, time_ns: int, command: NewOrder, session: SessionState, order: Order, *, is_short: bool
    ) -> list[Event]:
        """Enter an order where its route says: our own book, other markets, or nowhere."""
        asked = placing.asked_of(order, order.order_qty, command.ex_destination, command.instructions)
        plan = first_plan(self._routing, asked)
        if plan.fault:
            return self._reject(command, session, Reject(OrdRejReason.OTHER, plan.fault))
        if plan.route is not None and plan.parts:
            return self._enter_routed(seq, time_ns, command, session, order, plan.route, plan)
        if is_short:
            return self._enter_plain(time_ns, order)
        return self._enter_special(seq, time_ns, command, session, order)

    def _enter_routed(
        self,
        seq: int,
        time_ns: int,
        command: NewOrder,
        session: SessionState,
        order: Order,
        route: Route,
        plan: Plan,
    ) -> list[Event]:
        """Enter an order that goes to other markets."""
        asked = command.instructions
        if asked is not None:
            order.special = make_special(asked, order.instrument, session.firm, seq, order.price)
            if is_past(order.special, order.instrument, time_ns):
                return self._reject(command, session, Reject(OrdRejReason.OTHER, PAST))
        work = Work(self._state, seq, time_ns)
        self._orders.accept(order)
        order.lane.entered(order, reserve_px(order), order.price, time_ns)
        self._state.order_count += 1
        placing.enter(work, order, route, plan, command.ex_destination)
        return work.events

    def _fault(self, order: Order, special: Special, time_ns: int) -> str:
        """Give a fixed peg its price; say why an order can't be as things are now, "" for nothing."""
        if is_past(special, order.instrument, time_ns):
            return PAST
        if fault := _crowd(order, special):
            return fault
        if special.instructions.peg_is_fixed:
            price = fixed_price(order, special)
            if not price:
                return f"There is no price on {order.symbol} that the order could be fixed to"
            order.price = price
        if special.is_post_only and not special.peg and is_marketable(order, order.price):
            return "ParticipateDontInitiate: the order would trade at once"
        return ""

    def _duplicate(self, command: NewOrder, session: SessionState) -> Event:
        """Answer a ClOrdID that was used before: FIX Volume 4, F.1.a to F.1.c."""
        clord_id = command.clord_id
        order = session.firm.clord_ids[clord_id]
        if order is None:
            text = f"ClOrdID {clord_id} was used before by an order that was rejected"
            return self._rejected(command, session, Reject(OrdRejReason.DUPLICATE_ORDER, text))
        if order.special is not None and order.special.instructions.lost_clord_id == clord_id:
            text = f"Order {order.order_id} was entered in its place, by telephone"
            return self._rejected(command, session, Reject(OrdRejReason.DUPLICATE_OF_VERBAL_ORDER, text))
        if command.poss_resend:
            return reports.status(order, command.session, clord_id)
        self._state.reject_count += 1
        text = f"ClOrdID {clord_id} was used before"
        return reports.report(
            order, command.session, clord_id, "", ExecType.REJECTED, text, OrdRejReason.DUPLICATE_ORDER
        )

    def _refuse(self, command: NewOrder, session: SessionState, time_ns: int, reject: Reject) -> list[Event]:
        """Refuse an order before the limits were asked: as a message it counts there all the same."""
        note_refused(session, command.account, time_ns)
        return self._reject(command, session, reject)

    def _reject(self, command: NewOrder, session: SessionState, reject: Reject) -> list[Event]:
        """Refuse an order that was identified; its ClOrdID is used up."""
        self._orders.use(session.firm, command.clord_id, None)
        return [self._rejected(command, session, reject)]

    def _rejected(self, command: NewOrder, session: SessionState, reject: Reject) -> OrderRejected:
        self._state.reject_count += 1
        return OrderRejected(
            command.session,
            session.member,
            command.clord_id,
            command.account,
            command.symbol,
            command.side,
            command.ord_type,
            command.time_in_force,
            command.order_qty_e8,
            command.price_e8,
            reject.reason,
            reject.text,
            command.instructions,
        )


def _is_available(order: Order, opposite: BookSide) -> bool:
    """Tell whether a plain book can fill all of a plain order, in no more trades than one command may make."""
    qty, limit = order.order_qty, opposite.sign * order.price if order.price else NO_LIMIT
    return opposite.available(order.price, qty) == qty and opposite.parts(limit, qty, whole_levels=False) <= FILLS_MAX


def _crowd(order: Order, special: Special) -> str:
    """Say that there are as many orders of a kind as may be looked through in each command, "" if there are not."""
    book, symbol = order.instrument.book, order.symbol
    if special.peg and len(book.pegs) >= PEGS_MAX:
        return f"{symbol} has {PEGS_MAX} pegged orders, the most that there may be"
    may_rest = special.is_conditional and order.time_in_force != TimeInForce.IOC
    if may_rest and len(book.side(order.side).conditional) >= CONDITIONAL_MAX:
        return f"{symbol} has {CONDITIONAL_MAX} orders with MinQty or AllOrNone on that side, the most that may rest"
    return ""
