"""What operators do with single orders and trades (section 13, and the docstrings of the commands)."""

from __future__ import annotations

from dataclasses import replace

from tests.property.naive import asking
from tests.property.naive.entering import begin, trades_though_it_must_not
from tests.property.naive.matching import restate
from tests.property.naive.phasing import refuse
from tests.property.naive.reporting import cancel, done_for_day, finish, open_status, report
from tests.property.naive.short_selling import is_barred
from tests.property.naive.things import BOOK, NOWHERE, WORDS, Amended, Exchange, Instrument, Order
from tradsys_oms.core.commands import AmendTrade, CancelOne, CancelOrders, RestateOne
from tradsys_oms.core.fields import SCALE_E8, ExecRestatementReason, ExecType, OrdStatus, OrdType, TimeInForce

ORDERS_MAX = 1_000


def cancel_orders(x: Exchange, command: CancelOrders) -> None:
    mine = [order for it in x.instruments.values() for order in it.orders if order.session == command.session]
    mine = [order for order in mine if order.symbol not in x.uncrossing]
    for order in sorted(mine, key=lambda order: order.order_id)[:ORDERS_MAX]:
        if order.time_in_force == TimeInForce.DAY or not command.day_only:
            x.touched[order.symbol] = None
            cancel(x, order)


def open_order(x: Exchange, order_id: int) -> Order | None:
    order = x.orders.get(order_id)
    return None if order is None or order.is_over or order.symbol in x.unfinished else order


def cancel_one(x: Exchange, command: CancelOne) -> None:
    order = open_order(x, command.order_id)
    is_for_longer = order is not None and order.time_in_force in (TimeInForce.GTC, TimeInForce.GTD)
    if order is None or (command.done_for_day and is_for_longer):
        refuse(x)
        return
    x.touched[order.symbol] = None
    if command.done_for_day:
        done_for_day(x, order)
    else:
        cancel(x, order, restatement_reason=ExecRestatementReason.VERBAL_CHANGE)


def restate_one(x: Exchange, command: RestateOne) -> None:
    order = open_order(x, command.order_id)
    if order is None or is_wrong(x, command, order):
        refuse(x)
        return
    instrument = x.instruments[order.symbol]
    x.touched[order.symbol] = None
    price = order.limit if command.price_e8 is None else command.price_e8 // order.tick_e8
    is_moved = price != order.limit
    order.qty = command.order_qty_e8 // order.lot_e8
    order.leaves = order.qty - order.cum
    order.limit = price
    order.shown = min(order.shown, order.leaves)
    if is_moved:
        order.place, order.at = NOWHERE, None
    restate(x, order, command.restatement_reason)
    if is_moved:
        order.arrived = x.stamp()
        begin(x, instrument, order)


def is_wrong(x: Exchange, command: RestateOne, order: Order) -> bool:
    if command.order_qty_e8 % order.lot_e8 or order.status == OrdStatus.DONE_FOR_DAY:
        return True
    if not order.cum < command.order_qty_e8 // order.lot_e8 <= order.qty:
        return True
    if command.price_e8 is None:
        return False
    if order.limit is None or order.ord_type == OrdType.PEGGED:
        return True
    if command.price_e8 == order.limit * order.tick_e8:
        return False  # no change, whatever the limits are by now
    instrument = x.instruments[order.symbol]
    if asking.price(command.price_e8, instrument) or is_too_dear(instrument, command.price_e8, command.order_qty_e8):
        return True
    if is_barred(instrument, order, command.price_e8 // order.tick_e8):
        return True
    changed = replace(
        order, limit=command.price_e8 // order.tick_e8, leaves=command.order_qty_e8 // order.lot_e8 - order.cum
    )
    return changed.limit != order.limit and trades_though_it_must_not(x, instrument, changed)


def is_too_dear(instrument: Instrument, price_e8: int, qty_e8: int) -> bool:
    return (
        instrument.data.order_notional_max_e8 > 0
        and price_e8 * qty_e8 > instrument.data.order_notional_max_e8 * SCALE_E8
    )


def amend_trade(x: Exchange, command: AmendTrade) -> None:
    """Bust or correct a trade."""
    orders = [x.orders.get(command.first_order_id), x.orders.get(command.second_order_id)]
    sides = [order for order in orders if order is not None]
    place = (command.trade_seq, command.trade_index)
    refs = [place, (command.trade_seq, command.trade_index + 1)]
    trade = x.amended.get(place) or Amended(command.traded_qty, command.traded_px, refs)
    if len(sides) < 2 or any(one.symbol in x.unfinished for one in sides) or is_impossible(command, trade, sides):
        refuse(x)
        return
    facts = (command.first_order_id, command.second_order_id, command.traded_qty, command.traded_px)
    if x.trades.get(place) != facts:
        raise ValueError(f"A stream amends a trade that was never made: {command}")
    instrument = x.instruments[sides[0].symbol]
    x.touched[sides[0].symbol] = None
    more, was_filled = command.qty - trade.qty, [order.status == OrdStatus.FILLED for order in sides]
    for side, order in enumerate(sides):
        amend_side(x, command, trade, order, side)
    trade.qty, trade.px = command.qty, command.px if command.qty else 0
    x.amended[place] = trade
    if more < 0:
        back_to_work(x, instrument, sides, was_filled, command.reinstate)


def back_to_work(
    x: Exchange, instrument: Instrument, sides: list[Order], was_filled: list[bool], reinstate: bool
) -> None:
    """Let the quantity that orders get back work again as if they came in, the first side before the second."""
    is_working = [order.place == BOOK for order in sides]
    for order, works in zip(sides, is_working, strict=True):
        if works:
            order.place, order.at = NOWHERE, None
    for order, works, was_over in zip(sides, is_working, was_filled, strict=True):
        goes_on = reinstate and can_rest(x, instrument, order)
        if was_over:
            order.is_over, order.place = False, NOWHERE
            instrument.orders = sorted([*instrument.orders, order], key=lambda one: one.order_id)
        if was_over and not goes_on:
            cancel(x, order)
        elif works or was_over:
            order.arrived = x.stamp()
            begin(x, instrument, order)


def is_impossible(command: AmendTrade, trade: Amended, sides: list[Order]) -> bool:
    if trade.qty == 0 or command.qty < 0 or (command.qty and command.px <= 0):
        return True
    if (command.qty, command.px) == (trade.qty, trade.px) or sides[0].symbol != sides[1].symbol:
        return True
    more = command.qty - trade.qty
    return any(order.cum < trade.qty or order.leaves < more for order in sides)


def amend_side(x: Exchange, command: AmendTrade, trade: Amended, order: Order, side: int) -> None:
    more, px = command.qty - trade.qty, command.px if command.qty else 0
    money = command.qty * px - trade.qty * trade.px
    order.cum += more
    order.notional += money
    if command.trade_seq >= order.renewed_seq:
        order.day_cum += more
        order.day_notional += money
    if order.status == OrdStatus.FILLED or not order.is_over:
        order.leaves = order.qty - order.cum
    if order.status in (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED):
        if order.leaves == 0 and not order.is_over:
            finish(x, order, OrdStatus.FILLED)
        order.status = OrdStatus.FILLED if order.leaves == 0 else open_status(order)
    seq, index = trade.reports[side]
    trade.reports[side] = (x.seq, len(x.events))
    kind = ExecType.TRADE_CORRECT if command.qty else ExecType.TRADE_CANCEL
    named = {"trade_seq": command.trade_seq, "trade_index": command.trade_index}
    refs = {"exec_ref_seq": seq, "exec_ref_index": index, **named}
    report(x, order, kind, text=WORDS, last=(command.qty, px), more=refs)


def can_rest(x: Exchange, instrument: Instrument, order: Order) -> bool:
    if x.is_full or order.limit is None or order.floats or trades_though_it_must_not(x, instrument, order):
        return False
    if x.gate.is_blocked(order.owner):
        return False
    if order.time_in_force == TimeInForce.DAY:
        return order.day == instrument.day
    is_past = 0 < order.asks.expire_time_ns <= x.now_ns or 0 < order.asks.expire_date < instrument.trade_date
    return order.time_in_force in (TimeInForce.GTC, TimeInForce.GTD) and not is_past
