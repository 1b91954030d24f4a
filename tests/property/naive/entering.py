"""New orders (sections 1, 4 and 11)."""

from __future__ import annotations

from tests.property.naive import asking
from tests.property.naive.book import stand, step_aside
from tests.property.naive.matching import come_in, could_trade, limit_of
from tests.property.naive.owning import own_id
from tests.property.naive.reporting import report
from tests.property.naive.settling import peg_price
from tests.property.naive.things import WORDS, Exchange, Instrument, Order
from tradsys_oms.core.commands import PLAIN, NewOrder
from tradsys_oms.core.events import OrderRejected
from tradsys_oms.core.fields import ExecType, OrdRejReason, OrdType, TimeInForce
from tradsys_oms.core.phases.phases import Phase


def new_order(x: Exchange, command: NewOrder) -> None:
    member = x.member_of(command.session)
    if (member, command.clord_id) in x.used:
        repeat(x, command, member)
        return
    instrument = x.instruments.get(command.symbol)
    reason = OrdRejReason.UNKNOWN_SYMBOL if instrument is None else refusal(x, command, instrument)
    if instrument is None or reason >= 0:
        x.used[member, command.clord_id] = None
        reject(x, command, reason)
        return
    order = order_of(x, command, instrument)
    if order.is_fixed:
        order.limit = peg_price(instrument, order, is_inside=False)
    x.orders[x.seq] = order
    x.used[member, command.clord_id] = order
    instrument.orders.append(order)
    x.touched[command.symbol] = None
    report(x, order, ExecType.NEW)
    begin(x, instrument, order)


def refusal(x: Exchange, command: NewOrder, instrument: Instrument) -> int:
    """Give the OrdRejReason, -1 for none."""
    reason = asking.fault(x, command, instrument)
    if reason >= 0:
        return reason
    order = order_of(x, command, instrument)
    objection = x.gate.judge(x.gate.ask(order.owner, command, x.now_ns, order.qty, order.limit, 0, 0))
    if objection is not None:
        return objection
    if reason := asking.ends(x, order.asks, instrument):
        return reason
    if order.is_fixed:
        order.limit = peg_price(instrument, order, is_inside=False)
        if order.limit is None:
            return OrdRejReason.OTHER
    return OrdRejReason.OTHER if trades_though_it_must_not(x, instrument, order) else asking.NONE


def trades_though_it_must_not(x: Exchange, instrument: Instrument, order: Order) -> bool:
    """Tell whether ParticipateDontInitiate forbids an order as it is."""
    if not order.is_post_only or not instrument.is_continuous or order.floats:
        return False
    return could_trade(x, instrument, order, limit_of(instrument, order)) > 0


def order_of(x: Exchange, command: NewOrder, instrument: Instrument) -> Order:
    data = instrument.data
    has_limit = command.ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT, OrdType.PEGGED)
    limit = command.price_e8 // data.tick_e8 if has_limit and command.price_e8 is not None else None
    qty = command.order_qty_e8 // data.lot_e8
    return Order(
        x.seq,
        command.session,
        x.member_of(command.session),
        command.clord_id,
        command.account,
        command.symbol,
        command.side,
        command.ord_type,
        command.time_in_force,
        qty,
        limit,
        command.instructions or PLAIN,
        data.lot_e8,
        data.tick_e8,
        qty,
        arrived=x.stamp(),
        day=instrument.day,
        own_id=own_id(x, x.member_of(command.session), command.instructions or PLAIN),
    )


def begin(x: Exchange, instrument: Instrument, order: Order) -> None:
    """Let an order that has come, or come again, match, rest or wait."""
    if order.waits_for_trigger or waits_for_the_close(instrument, order):
        step_aside(order)
    elif order.floats:
        step_aside(order)
        instrument.pegs_are_old = True
    elif instrument.is_continuous:
        come_in(x, instrument, order)
    else:
        stand(x, order, order.limit)


def waits_for_the_close(instrument: Instrument, order: Order) -> bool:
    return order.time_in_force == TimeInForce.ATC and instrument.phase != Phase.CLOSING_AUCTION


def repeat(x: Exchange, command: NewOrder, member: str) -> None:
    """Answer a ClOrdID that was used before."""
    order = x.used[member, command.clord_id]
    if order is None:
        reject(x, command, OrdRejReason.DUPLICATE_ORDER)
    elif command.poss_resend:
        orig = "" if command.clord_id == order.clord_id else command.clord_id
        report(x, order, ExecType.ORDER_STATUS, session=command.session, orig=orig)
    else:
        reason = OrdRejReason.DUPLICATE_ORDER
        kind, session, clord_id = ExecType.REJECTED, command.session, command.clord_id
        report(x, order, kind, session=session, clord_id=clord_id, reason=reason, text=WORDS)


def reject(x: Exchange, command: NewOrder, reason: int) -> None:
    x.events.append(
        OrderRejected(
            command.session,
            x.member_of(command.session),
            command.clord_id,
            command.account,
            command.symbol,
            command.side,
            command.ord_type,
            command.time_in_force,
            command.order_qty_e8,
            command.price_e8,
            reason,
            WORDS,
            command.instructions,
        )
    )
