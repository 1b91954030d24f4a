"""What an incoming order does: it takes what it can, and its rest stays or goes (section 4, and 12 for bands)."""

from __future__ import annotations

from tests.property.naive.book import levels, other, refresh, stand, within
from tests.property.naive.guarding import band, tighter
from tests.property.naive.reporting import cancel, fill, open_status, report
from tests.property.naive.short_selling import is_barred, note_trade
from tests.property.naive.things import WORDS, Exchange, Instrument, Order
from tests.property.naive.walking import TRADE, plan
from tradsys_oms.core.fields import ExecRestatementReason, ExecType, OrdType, TimeInForce


def limit_of(instrument: Instrument, order: Order) -> int | None:
    """Give the limit of an order for this sweep, None for none; that of an order without one is its protection."""
    if order.limit is not None and not order.has_no_limit:
        return order.limit
    bps = instrument.rules.market_protection_bps
    opposite = levels(instrument, other(order.side))
    if not bps or not opposite:
        return None
    price = opposite[0][0]
    away = price * bps // 10_000
    return price + away if order.is_buy else price - away


def could_trade(x: Exchange, instrument: Instrument, order: Order, limit: int | None) -> int:
    """Try the walk without effect; give the quantity."""
    return plan(x, instrument, order, limit, is_trial=True).qty


def could_meet(instrument: Instrument, order: Order, limit: int | None) -> bool:
    """Tell whether an order, its own ones included, stands where the incoming one would go on but for the bands."""
    near = [
        one
        for price, level in levels(instrument, other(order.side))
        if within(order.side, price, limit)
        for one in level
    ]
    return any(
        not one.is_conditional or (one.least_fill <= order.leaves and not is_barred(instrument, one, one.at))
        for one in near
    )


def come_in(x: Exchange, instrument: Instrument, order: Order) -> None:
    """Match an order that comes in, then let its rest stay or go."""
    if x.gate.is_killed(order.owner):
        cancel(x, order)
        return
    if not order.is_conditional and is_barred(instrument, order, None if order.has_no_limit else order.limit):
        cancel(x, order)
        return
    limit = limit_of(instrument, order)
    inside = tighter(order.side, limit, band(instrument, order.side))
    traded = take(x, instrument, order, inside)
    if order.is_over:
        return
    if x.fills >= x.fills_max:
        cancel(x, order)
        return
    calls = not order.is_conditional and order.time_in_force != TimeInForce.FOK
    if calls and could_meet(instrument, order, limit):
        instrument.auction_is_called = True
    leave_rest(x, order, traded)


def take(x: Exchange, instrument: Instrument, order: Order, limit: int | None) -> int:
    """Trade within `limit` if that gives the least fill; give the price of the last fill, 0 for none."""
    if order.least_fill and could_trade(x, instrument, order, limit) < order.least_fill:
        return 0
    if order.is_conditional and is_barred(instrument, order, order.limit if order.at is None else order.at):
        return 0
    last = 0
    for kind, resting, qty, price in plan(x, instrument, order, limit, is_trial=False).steps:
        if x.fills >= x.fills_max:
            break
        if kind == TRADE:
            trade(x, instrument, order, resting, qty, price)
            last = price
        else:
            prevent(x, kind, order, resting)
            x.fills += 1
    return last


def trade(x: Exchange, instrument: Instrument, first: Order, second: Order, qty: int, price: int) -> None:
    """Let an incoming order trade with one that rests."""
    place = len(x.events)
    fill(x, first, qty, price, place, aggressor=True)
    fill(x, second, qty, price, place, aggressor=False)
    refresh(x, second, qty)
    instrument.last_px = price
    note_trade(instrument, price)
    if instrument.rules.breaker_bps:
        instrument.window.append((x.now_ns, price))
    x.trades[x.seq, place] = (first.order_id, second.order_id, qty, price)
    x.fills += 1


def prevent(x: Exchange, policy: str, incoming: Order, resting: Order) -> None:
    """Prevent a trade with an own order (section 6)."""
    if policy == "decrement":
        decrement(x, incoming, resting)
        return
    if policy in ("cancel_oldest", "cancel_both"):
        cancel(x, resting)
    if policy in ("cancel_newest", "cancel_both"):
        cancel(x, incoming)


def decrement(x: Exchange, incoming: Order, resting: Order) -> None:
    less = min(incoming.leaves, resting.leaves)
    for order in (resting, incoming):
        if order.leaves == less:
            cancel(x, order)
        else:
            order.qty -= less
            order.leaves -= less
            order.shown = min(order.shown, order.leaves)
            restate(x, order, ExecRestatementReason.PARTIAL_DECLINE)


def restate(x: Exchange, order: Order, reason: int, text: str = WORDS) -> None:
    order.status = open_status(order)
    report(x, order, ExecType.RESTATED, text=text, more={"restatement_reason": reason})


def leave_rest(x: Exchange, order: Order, traded: int) -> None:
    """Rest what is left of an order, or cancel it; `traded` is the price of its last fill."""
    if order.has_no_limit or order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
        cancel(x, order)
    elif order.ord_type == OrdType.MARKET_TO_LIMIT and order.limit is None:
        if traded:
            order.limit = traded
            stand(x, order, traded)
            restate(x, order, ExecRestatementReason.REPRICING)
        else:
            cancel(x, order)
    else:
        stand(x, order, order.limit)
