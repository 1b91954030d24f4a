"""Busts and corrections of trades by an operator: FIX Volume 4, J.1.a to J.1.d.

What a trade was is in the journal and comes with the command; the core keeps only those trades that were amended, as
they are now. Both sides are reported first, with quantities as of now (R12 of the order state rules), each naming the
last report of its execution; then what follows from it: an order that has more to do goes to the market again, a filled
one that may not is canceled. An order that ended otherwise keeps its state and what it has left, nothing.

A trade of a day before counts for that day: the quantities of the order's present day stay as they are (R15).
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct, structs

from tradsys_oms.core.book.book import Queue
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import AmendTrade
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.desk.changes import fault_of_instrument
from tradsys_oms.core.events import Detail, Event, Execution, Refused
from tradsys_oms.core.fields import ExecType, OrdStatus, Side, TimeInForce
from tradsys_oms.core.lifecycle import (
    WHEN_AMENDED_TO_FULL,
    WHEN_AMENDED_TO_NOTHING,
    WHEN_AMENDED_TO_PART,
    WHEN_CANCELED,
)
from tradsys_oms.core.limits.objections import blocked
from tradsys_oms.core.matching.market import arrive, is_marketable
from tradsys_oms.core.matching.self_trade import reduce
from tradsys_oms.core.matching.settling import settle
from tradsys_oms.core.phases.clock import note_expiry
from tradsys_oms.core.reference.instruments import INT63_MAX
from tradsys_oms.core.reports import report
from tradsys_oms.core.routing.away import Away
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work
from tradsys_oms.errors import InvariantError

AMENDED_TRADES_MAX: Final = 100_000
"""Amended trades that are remembered."""
REINSTATED: Final = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD)
"""TimeInForce of filled orders that may come back; the others ended with their auction or at once."""


class AmendedTrade(Struct, frozen=True, gc=False):
    """A trade as it is now, and the places of the last reports of its executions."""

    qty: int
    """0 for one that was busted."""
    px: int
    first_order_id: int
    second_order_id: int
    first_seq: int
    first_index: int
    second_seq: int
    second_index: int


class TradeAmendment:
    """Handles AmendTrade."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._trades = state.amended_trades

    def fault_of(self, command: AmendTrade) -> str | None:
        """Say why a trade can't be amended like this, None if it can."""
        now = self._now(command)
        return (
            _fault_of_trade(command, now)
            or self._fault_of_sides(command)
            or self._fault_of_memory()
            or _fault_of_amounts(command, now, self._order(command.first_order_id))
            or _fault_of_amounts(command, now, self._order(command.second_order_id))
        )

    def apply(self, seq: int, time_ns: int, command: AmendTrade) -> list[Event]:
        """Bust or correct a trade, and let both orders go on."""
        fault = self.fault_of(command)
        if fault is not None:
            return [Refused(fault)]
        now, work = self._now(command), Work(self._state, seq, time_ns)
        first, second = self._order(command.first_order_id), self._order(command.second_order_id)
        was_open = (first.level is not None, second.level is not None)
        for order in (first, second):
            change(order, command, now, is_of_today=command.trade_seq > self._state.risk.day_seq)
        work.events.append(_amended(first, command, now.first_seq, now.first_index))
        work.events.append(_amended(second, command, now.second_seq, now.second_index))
        self._keep(command, seq)
        go_on(work, first, command, was_open=was_open[0])
        go_on(work, second, command, was_open=was_open[1])
        if first.instrument.care:
            settle(work, first.instrument)
        return work.events

    def _order(self, order_id: int) -> Order:
        order = self._state.orders.find(order_id)
        if order is None:
            raise InvariantError(f"Order {order_id} was found to be known, and is unknown.")
        return order

    def _now(self, command: AmendTrade) -> AmendedTrade:
        """Give the trade as it is now."""
        seq, index = command.trade_seq, command.trade_index
        first, second = command.first_order_id, command.second_order_id
        traded = AmendedTrade(command.traded_qty, command.traded_px, first, second, seq, index, seq, index + 1)
        return self._trades.get((seq, index), traded)

    def _keep(self, command: AmendTrade, seq: int) -> None:
        """Remember what the trade is now; when there are too many, forget those that can't be amended again."""
        if len(self._trades) >= AMENDED_TRADES_MAX:
            for place in [place for place, trade in self._trades.items() if not self._is_known(trade)]:
                del self._trades[place]
        first, second = command.first_order_id, command.second_order_id
        trade = AmendedTrade(command.qty, command.px, first, second, seq, 0, seq, 1)
        self._trades[command.trade_seq, command.trade_index] = trade

    def _is_known(self, trade: AmendedTrade) -> bool:
        """Tell that both orders are known."""
        find = self._state.orders.find
        return find(trade.first_order_id) is not None and find(trade.second_order_id) is not None

    def _fault_of_memory(self) -> str | None:
        """Say that no more trades can be remembered, None if one can."""
        if len(self._trades) < AMENDED_TRADES_MAX or not all(map(self._is_known, self._trades.values())):
            return None
        return f"{AMENDED_TRADES_MAX} trades are amended, the most that are remembered: amend in clearing."

    def _fault_of_sides(self, command: AmendTrade) -> str | None:
        """Say what is wrong with the two orders, None for nothing."""
        orders = []
        for order_id in (command.first_order_id, command.second_order_id):
            order = self._state.orders.find(order_id)
            if order is None:
                return f"Order {order_id} is no longer known: amend in clearing."
            if self._state.sessions[order.session].firm is not order.firm:
                return f"Session {order.session} of order {order_id} has another member now: amend in clearing."
            orders.append(order)
        first, second = orders
        if first.instrument is not second.instrument or (first.side == Side.BUY) == (second.side == Side.BUY):
            return f"Orders {first.order_id} and {second.order_id} are not the two sides of a trade."
        return fault_of_instrument(self._state, first.instrument)


def _fault_of_trade(command: AmendTrade, now: AmendedTrade) -> str | None:
    """Say what is wrong with the trade, whatever its orders are; None for nothing."""
    name = f"Trade {command.trade_seq}-{command.trade_index}"
    if (command.first_order_id, command.second_order_id) != (now.first_order_id, now.second_order_id):
        return f"{name} is between the orders {now.first_order_id} and {now.second_order_id}."
    if not now.qty:
        return f"{name} was busted: it can't be amended again."
    if min(now.qty, now.px) <= 0 or command.qty < 0 or (command.qty and command.px <= 0):
        return "Quantities of a trade can't be below 0, and prices must be above 0."
    if (command.qty, command.px) == (now.qty, now.px):
        return f"{name} has that quantity and price already."
    return None


def _fault_of_amounts(command: AmendTrade, now: AmendedTrade, order: Order) -> str | None:
    """Say what is wrong with the amounts for one of the orders, None for nothing."""
    more, lot_e8 = command.qty - now.qty, order.instrument.lot_e8
    if order.cum_qty < now.qty or order.cum_notional < now.qty * now.px:
        filled = format_e8(order.cum_qty * lot_e8)
        return f"Order {order.order_id} has filled {filled} in all: the trade was not its own."
    if more > order.leaves_qty:
        left = format_e8(order.leaves_qty * lot_e8)
        return f"Order {order.order_id} has {left} left: a trade can't give it {format_e8(more * lot_e8)} more."
    if type(order.level) is Away and (more > 0 or order.ord_status not in WHEN_AMENDED_TO_PART):
        return f"Order {order.order_id} is at work at a venue: a trade can be made larger when that has ended."
    if command.qty and command.px > INT63_MAX // max(order.order_qty, order.instrument.order_qty_max):
        return f"At that price the fills of order {order.order_id} come to more than can be counted."
    return None


def change(order: Order, command: AmendTrade, now: AmendedTrade, *, is_of_today: bool) -> None:
    """Give an order its amounts as of now; it leaves its queue if it has more to do, or nothing."""
    more = command.qty - now.qty
    notional = command.qty * command.px - now.qty * now.px
    special = order.special
    if special is not None and command.trade_seq < special.day_start_seq:
        special.day_start_cum_qty += more
        special.day_start_notional += notional
    is_filled = order.ord_status == OrdStatus.FILLED
    order.cum_qty += more
    order.cum_notional += notional
    order.ord_status = _status_of(order)
    if order.level is not None and 0 <= more < order.leaves_qty:
        reduce(order, more)
        order.order_qty += more  # what it has less to do was done
    elif order.level is not None:
        if more > 0 or isinstance(order.level, Queue):
            order.take_off()
        order.leaves_qty -= more
    elif is_filled:
        order.leaves_qty -= more
    if order.reserved_qty:
        order.lane.reserve(order, order.leaves_qty, order.reserved_px)
    order.lane.amended(order, now.qty, now.px, command.qty, command.px, is_of_today=is_of_today)


def _status_of(order: Order) -> str:
    """Give the OrdStatus of an order that has been given its amounts."""
    if not order.cum_qty:
        return WHEN_AMENDED_TO_NOTHING[order.ord_status]
    column = WHEN_AMENDED_TO_PART if order.cum_qty < order.order_qty else WHEN_AMENDED_TO_FULL
    return column[order.ord_status]


def _amended(order: Order, command: AmendTrade, exec_ref_seq: int, exec_ref_index: int) -> Execution:
    """Report what a trade is now, and where that leaves an order, to the session that entered it."""
    detail = Detail(
        exec_ref_seq=exec_ref_seq,
        exec_ref_index=exec_ref_index,
        trade_seq=command.trade_seq,
        trade_index=command.trade_index,
    )
    exec_type = ExecType.TRADE_CORRECT if command.qty else ExecType.TRADE_CANCEL
    amended = report(order, order.session, order.clord_id, "", exec_type, command.text, detail=detail)
    return structs.replace(amended, last_qty=command.qty, last_px=command.px if command.qty else 0)


def go_on(work: Work, order: Order, command: AmendTrade, *, was_open: bool) -> None:
    """Let an order do what its new amounts ask for."""
    if order.level is not None or not (was_open or order.leaves_qty):
        return
    if not order.leaves_qty:
        work.state.orders.finish(order)
    elif was_open:
        _to_market(work, order)
    elif command.reinstate and may_come_back(work, order):
        work.state.orders.reopen(order)
        if order.special is not None and order.special.expire_ns:
            note_expiry(work.state, order.order_id, order.special.expire_ns)
        _to_market(work, order)
    else:
        order.ord_status = WHEN_CANCELED[order.ord_status]
        order.leaves_qty = 0
        fate = "corrected" if command.qty else "busted"
        text = f"Not reinstated after trade {command.trade_seq}-{command.trade_index} was {fate}"
        work.report(order, ExecType.CANCELED, text)


def _to_market(work: Work, order: Order) -> None:
    if order.special is not None:
        order.special.arrival = work.seq
    arrive(work, order)


def may_come_back(work: Work, order: Order) -> bool:
    """Tell that a filled order can rest: it has a limit of its own, its time is not over, and nobody has blocked it.

    It may have been forgotten by what the other side of the trade has just filled.
    """
    instrument, special = order.instrument, order.special
    if work.state.orders.find(order.order_id) is not order:
        return False
    if not order.price or order.time_in_force not in REINSTATED:
        return False
    if order.time_in_force == TimeInForce.DAY and order.order_id < instrument.day_end_seq:
        return False
    if work.state.orders.open_count >= work.state.orders.open_max:
        return False
    if blocked(work.state.risk.scopes_of(order.lane)) is not None:
        return False  # it would be a new order of a scope that takes none, as after the kill switch
    if special is None:
        return True
    is_expired = 0 < special.expire_ns <= work.time_ns or 0 < special.expire_date < instrument.trade_date
    is_taking = special.is_post_only and is_marketable(order, order.price)
    return not (special.peg or is_expired or is_taking)
