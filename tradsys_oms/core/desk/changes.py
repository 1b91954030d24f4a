"""What an operator does with a single order: cancels it, ends its day, or restates it.

Each was agreed upon outside of FIX, so the reports are unsolicited, under the order's last accepted ClOrdID, and say
why in ExecRestatementReason (378): FIX Volume 4, E.1.b to E.1.d. What can't be done is refused in a sentence, the same
that `fault_of_...` gives to whoever wants to know before.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import CancelOne, RestateOne
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.events import Event, Refused
from tradsys_oms.core.fields import ExecRestatementReason, ExecType, OrdStatus, OrdType, TimeInForce
from tradsys_oms.core.lifecycle import WHEN_DONE_FOR_DAY, WHEN_REPLACED
from tradsys_oms.core.limits.prices import reserve_px
from tradsys_oms.core.matching.market import arrive, is_marketable
from tradsys_oms.core.matching.self_trade import reduce
from tradsys_oms.core.matching.settling import settle
from tradsys_oms.core.matching.short_sales import is_barred
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.routing.away import Away
from tradsys_oms.core.routing.requests import cancel_unasked
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work
from tradsys_oms.errors import InvariantError

RESTATEMENT_REASONS: Final = (
    ExecRestatementReason.VERBAL_CHANGE,
    ExecRestatementReason.REPRICING,
    ExecRestatementReason.PARTIAL_DECLINE,
)
MORE_THAN_A_DAY: Final = (TimeInForce.GTC, TimeInForce.GTD)


class Desk:
    """Handles CancelOne and RestateOne."""

    def __init__(self, state: State) -> None:
        self._state = state

    def fault_of_cancel(self, command: CancelOne) -> str | None:
        """Say why an order can't be canceled, or its day not ended; None if it can."""
        order = self._state.orders.find(command.order_id)
        if order is not None and order.level is None and self._away(order) is not None and not command.done_for_day:
            return None
        fault = fault_of_order(self._state, command.order_id)
        if fault is None and order is not None and command.done_for_day and order.time_in_force in MORE_THAN_A_DAY:
            return f"Order {order.order_id} is good for more than a day: cancel it, or let its day end with all others."
        if fault is None and order is not None and command.done_for_day and type(order.level) is Away:
            return f"Order {order.order_id} works at a venue, which ends its day."
        return fault

    def cancel(self, seq: int, time_ns: int, command: CancelOne) -> list[Event]:
        """Cancel an open order, or end its day."""
        fault = self.fault_of_cancel(command)
        if fault is not None:
            return [Refused(fault)]
        work, order = Work(self._state, seq, time_ns), self._known(command.order_id)
        away = self._away(order)
        if away is not None:
            cancel_unasked(work, away, command.text)
            return work.events
        order.take_off()
        if command.done_for_day:
            order.ord_status = WHEN_DONE_FOR_DAY[order.ord_status]
            order.leaves_qty = 0
            self._state.orders.finish(order)
            work.report(order, ExecType.DONE_FOR_DAY, command.text)
        else:
            work.cancel(order, command.text, ExecRestatementReason.VERBAL_CHANGE)
        return _ended(work, order)

    def _away(self, order: Order) -> Away | None:
        """Give what an order has at venues where something of it works, be it one that has ended; else None."""
        if type(order.level) is Away:
            return order.level
        away = self._state.routing.aways.get(order.order_id) if order.level is None else None
        return away if away is not None and away.living else None

    def fault_of_restatement(self, command: RestateOne) -> str | None:
        """Say why an order can't be restated like this, None if it can."""
        order = self._state.orders.find(command.order_id)
        fault = fault_of_order(self._state, command.order_id)
        if fault is not None or order is None:
            return fault
        if order.ord_status == OrdStatus.DONE_FOR_DAY:
            return f"Order {order.order_id} is done for the day: restate it when its next day has begun."
        if type(order.level) is Away:
            return f"Order {order.order_id} works at a venue, which alone can restate it."
        if command.restatement_reason not in RESTATEMENT_REASONS:
            return f"ExecRestatementReason {command.restatement_reason} is not one of an operator: 2, 3 or 5."
        return _fault_of_qty(order, command) or _fault_of_price(order, command)

    def restate(self, seq: int, time_ns: int, command: RestateOne) -> list[Event]:
        """Make the quantity of an open order smaller, change its price, or both."""
        fault = self.fault_of_restatement(command)
        if fault is not None:
            return [Refused(fault)]
        work, order = Work(self._state, seq, time_ns), self._known(command.order_id)
        less = order.order_qty - command.order_qty_e8 // order.instrument.lot_e8
        price = order.price if command.price_e8 is None else command.price_e8 // order.instrument.tick_e8
        is_moved = price != order.price
        if is_moved:
            order.take_off()
            order.price = price
            order.lane.reserve(order, order.leaves_qty, reserve_px(order))
            if order.special is not None:
                order.special.arrival = seq
        reduce(order, less)
        order.ord_status = WHEN_REPLACED[order.ord_status]
        work.report(order, ExecType.RESTATED, command.text, command.restatement_reason)
        if is_moved:
            arrive(work, order)
        return _ended(work, order)

    def _known(self, order_id: int) -> Order:
        order = self._state.orders.find(order_id)
        if order is None:
            raise InvariantError(f"Order {order_id} was found to be open, and is unknown.")
        return order


def fault_of_order(state: State, order_id: int) -> str | None:
    """Say why an operator can do nothing with an order, None if it is open and at rest."""
    order = state.orders.find(order_id)
    if order is None:
        return f"Order {order_id} is unknown, or finished so long ago that it is forgotten."
    if order.level is None:
        return f"Order {order_id} is not open any more."
    return fault_of_instrument(state, order.instrument)


def fault_of_instrument(state: State, instrument: Instrument) -> str | None:
    """Say that an instrument is in the middle of something that goes on in the next command, None if it is not."""
    if instrument.uncross_px:
        return f"The auction of {instrument.symbol} is being uncrossed: try again."
    if instrument.task is not None or instrument.symbol in state.unfinished:
        return f"Work on {instrument.symbol} goes on in the next command: try again."
    return None


def _fault_of_qty(order: Order, command: RestateOne) -> str | None:
    lot_e8, qty_e8 = order.instrument.lot_e8, command.order_qty_e8
    shown = format_e8(qty_e8)
    if qty_e8 % lot_e8:
        return f"OrderQty {shown} is not a multiple of the lot {format_e8(lot_e8)}."
    if qty_e8 > order.order_qty * lot_e8:
        return f"OrderQty {shown} is above {format_e8(order.order_qty * lot_e8)}: only the member can ask for more."
    if qty_e8 <= order.cum_qty * lot_e8:
        return f"OrderQty {shown} is not above what is filled, {format_e8(order.cum_qty * lot_e8)}: cancel the order."
    return None


def _fault_of_price(order: Order, command: RestateOne) -> str | None:
    instrument, special, price_e8 = order.instrument, order.special, command.price_e8
    if price_e8 is None:
        return None
    if not order.price or order.ord_type == OrdType.PEGGED:
        return f"Order {order.order_id} has no price of its own that could change."
    if price_e8 == order.price * instrument.tick_e8:
        return None
    price, shown = price_e8 // instrument.tick_e8, format_e8(price_e8)
    if price_e8 % instrument.tick_e8:
        return f"Price {shown} is not a multiple of the tick {format_e8(instrument.tick_e8)}."
    if not instrument.price_min <= price <= instrument.price_max:
        lowest, highest = format_e8(instrument.price_min_e8), format_e8(instrument.price_max_e8)
        return f"Price {shown} is outside of what {instrument.symbol} takes now, {lowest} to {highest}."
    most = instrument.order_notional_max
    if most and price * (command.order_qty_e8 // instrument.lot_e8) > most:
        return f"Price {shown} makes the order larger than the maximum {format_e8(instrument.order_notional_max_e8)}."
    if is_barred(order, price):
        return f"At {shown} the order would be a short sale at or below the best bid (SEC Rule 201)."
    if special is not None and special.is_post_only and is_marketable(order, price):
        return f"At {shown} the order would trade at once, and it is one that doesn't (ParticipateDontInitiate)."
    return None


def _ended(work: Work, order: Order) -> list[Event]:
    """End a command that touched the instrument of an order."""
    if order.instrument.care:
        settle(work, order.instrument)
    return work.events
