"""Requests about one order (section 10): which one, why not, cancel, replace and status."""

from __future__ import annotations

from tests.property.naive import asking
from tests.property.naive.entering import begin, trades_though_it_must_not
from tests.property.naive.owning import own_id
from tests.property.naive.reporting import finish, open_status, report
from tests.property.naive.things import BOOK, NOWHERE, WORDS, Exchange, Instrument, Order
from tests.property.naive_risk.facts import Owner
from tradsys_oms.core.commands import PLAIN, CancelOrder, Instructions, QueryOrder, ReplaceOrder
from tradsys_oms.core.events import CancelRejected, StatusUnknown
from tradsys_oms.core.fields import CxlRejReason, ExecType, OrdRejReason, OrdStatus, OrdType

CXL_REJ_REASONS = {
    OrdRejReason.INVALID_PRICE_INCREMENT: CxlRejReason.INVALID_PRICE_INCREMENT,
    OrdRejReason.EXCHANGE_OPTION: CxlRejReason.EXCHANGE_OPTION,
}


def find(x: Exchange, member: str, clord_id: str, order_id: str) -> Order | None:
    order = x.used.get((member, clord_id))
    if order is None and order_id.isdigit():
        order = x.orders.get(int(order_id))
    return order if order is not None and order.member == member else None


def contradicts(command: CancelOrder | ReplaceOrder | QueryOrder, order: Order) -> bool:
    is_other = command.order_id not in ("", str(order.order_id))
    return is_other or (command.symbol, command.side) != (order.symbol, order.side)


def refusal(x: Exchange, command: CancelOrder | ReplaceOrder, order: Order) -> int:
    """Give the CxlRejReason of what makes any change impossible, -1 for nothing."""
    if (order.member, command.clord_id) in x.used:
        return CxlRejReason.DUPLICATE_CLORD_ID
    if contradicts(command, order):
        return CxlRejReason.OTHER
    if order.is_over:
        return CxlRejReason.TOO_LATE
    if command.orig_clord_id != order.clord_id and (order.member, command.orig_clord_id) in x.used:
        return CxlRejReason.UNKNOWN_ORDER
    return CxlRejReason.OTHER if order.symbol in x.uncrossing else -1


def refuse(x: Exchange, command: CancelOrder | ReplaceOrder, order: Order | None, reason: int) -> None:
    member = x.member_of(command.session)
    if order is not None and (member, command.clord_id) not in x.used:
        x.used[member, command.clord_id] = order
    x.events.append(
        CancelRejected(
            command.session,
            member,
            order.order_id if order else 0,
            command.clord_id,
            order.clord_id if order else command.orig_clord_id,
            order.status if order else OrdStatus.REJECTED,
            "1" if isinstance(command, CancelOrder) else "2",
            reason,
            WORDS,
        )
    )


def target(x: Exchange, command: CancelOrder | ReplaceOrder) -> Order | None:
    """Find the order that a request may change; refuse the request if there is none."""
    order = find(x, x.member_of(command.session), command.orig_clord_id, command.order_id)
    reason = CxlRejReason.UNKNOWN_ORDER if order is None else refusal(x, command, order)
    if order is None or reason >= 0:
        refuse(x, command, order, reason)
        return None
    return order


def rename(x: Exchange, order: Order, clord_id: str) -> str:
    """Accept a request: its ClOrdID becomes the order's; give the one before."""
    previous, order.clord_id = order.clord_id, clord_id
    x.touched[order.symbol] = None
    x.used[order.member, clord_id] = order
    return previous


def cancel_order(x: Exchange, command: CancelOrder) -> None:
    order = target(x, command)
    if order is None:
        return
    previous = rename(x, order, command.clord_id)
    finish(x, order, OrdStatus.CANCELED)
    report(x, order, ExecType.CANCELED, session=command.session, orig=previous)
    if command.session != order.session:
        report(x, order, ExecType.CANCELED, clord_id=previous, text=WORDS)


def query_order(x: Exchange, command: QueryOrder) -> None:
    member = x.member_of(command.session)
    order = find(x, member, command.clord_id, command.order_id)
    if order is None or contradicts(command, order):
        ids = (command.clord_id, command.order_id, command.symbol, command.side, command.ord_status_req_id)
        x.events.append(StatusUnknown(command.session, member, *ids, WORDS))
        return
    is_older = command.clord_id != order.clord_id and (member, command.clord_id) in x.used
    orig = command.clord_id if is_older else ""
    request_id = command.ord_status_req_id
    report(x, order, ExecType.ORDER_STATUS, session=command.session, orig=orig, ord_status_req_id=request_id)


def replace_order(x: Exchange, command: ReplaceOrder) -> None:
    order = target(x, command)
    if order is None:
        return
    instrument = x.instruments[order.symbol]
    reason = asking.fault(x, command, instrument)
    if reason >= 0:
        refuse(x, command, order, CXL_REJ_REASONS.get(reason, CxlRejReason.OTHER))
    elif is_unchangeable(command, order) or order.status == OrdStatus.DONE_FOR_DAY:
        refuse(x, command, order, CxlRejReason.OTHER)
    elif command.order_qty_e8 // order.lot_e8 > order.cum:
        change(x, instrument, command, order)
    elif is_beyond_limits(x, command, order):
        refuse(x, command, order, CxlRejReason.EXCHANGE_OPTION)
    else:
        stop(x, command, order)


def is_beyond_limits(x: Exchange, command: ReplaceOrder, order: Order) -> bool:
    """Ask the limits; those of the session that asks count."""
    owner = Owner(command.session, order.member, order.account, order.symbol)
    qty, limit = command.order_qty_e8 // order.lot_e8, new_limit(command, order)
    asked = x.gate.ask(owner, command, x.now_ns, qty, limit, order.order_id, order.cum)
    return x.gate.judge(asked, order.session) is not None


def kind_of(asks: Instructions) -> tuple[object, ...]:
    """Give what a replace can't change: the kind of peg, and whether it is hidden, iceberg and so on."""
    shown = asks.display_qty_e8
    return (
        asks.peg_price_type,
        asks.peg_is_fixed,
        shown == 0,
        shown is not None and shown > 0,
        "G" in asks.exec_inst,
        asks.min_qty_e8 > 0,
        "6" in asks.exec_inst,
    )


def is_unchangeable(command: ReplaceOrder, order: Order) -> bool:
    asks = command.instructions or PLAIN
    new_time = command.time_in_force
    times = {new_time, order.time_in_force}
    is_time_fixed = new_time != order.time_in_force and not times <= set(asking.GOOD_FOR_LONGER)
    is_stop_moved = order.is_triggered and asks.stop_px_e8 != order.asks.stop_px_e8
    return command.ord_type != order.ord_type or is_time_fixed or is_stop_moved or kind_of(asks) != kind_of(order.asks)


def new_limit(command: ReplaceOrder, order: Order) -> int | None:
    if order.has_no_limit or order.is_fixed:
        return order.limit
    if command.price_e8 is None:
        return order.limit if order.ord_type == OrdType.MARKET_TO_LIMIT else None
    return command.price_e8 // order.tick_e8


def stop(x: Exchange, command: ReplaceOrder, order: Order) -> None:
    """End an order at what is filled."""
    order.asks, order.time_in_force = command.instructions or PLAIN, command.time_in_force
    order.limit = new_limit(command, order)
    order.qty = order.cum
    finish(x, order, OrdStatus.FILLED)
    replaced(x, command, order)


def replaced(x: Exchange, command: ReplaceOrder, order: Order) -> None:
    """Tell the session that asked, and the one that entered the order."""
    previous = rename(x, order, command.clord_id)
    for session in dict.fromkeys((command.session, order.session)):
        report(x, order, ExecType.REPLACED, session=session, orig=previous)


def terms(asks: Instructions) -> tuple[object, ...]:
    """Give what has to stay for an order to keep its place, beside its price and quantities."""
    return asks.stop_px_e8, asks.trigger_price_type, asks.min_qty_e8, asks.peg_offset_e8


def keeps_place(command: ReplaceOrder, order: Order, qty: int) -> bool:
    asks = command.instructions or PLAIN
    is_same = (new_limit(command, order), *terms(asks)) == (order.limit, *terms(order.asks))
    return is_same and qty <= order.qty and (asks.display_qty_e8 or 0) <= (order.asks.display_qty_e8 or 0)


def change(x: Exchange, instrument: Instrument, command: ReplaceOrder, order: Order) -> None:
    qty = command.order_qty_e8 // order.lot_e8
    before = (order.asks, order.time_in_force, order.limit, order.qty, order.leaves)
    is_kept = keeps_place(command, order, qty)
    order.asks, order.time_in_force = command.instructions or PLAIN, command.time_in_force
    order.limit, order.qty, order.leaves = new_limit(command, order), qty, qty - order.cum
    before_id, order.own_id = order.own_id, own_id(x, order.member, order.asks)
    is_taking = not is_kept and trades_though_it_must_not(x, instrument, order)
    if is_taking or is_beyond_limits(x, command, order):
        order.asks, order.time_in_force, order.limit, order.qty, order.leaves = before
        order.own_id = before_id
        refuse(x, command, order, CxlRejReason.OTHER if is_taking else CxlRejReason.EXCHANGE_OPTION)
        return
    order.status = open_status(order)
    if is_kept and order.place == BOOK:
        order.shown = min(order.shown, order.display or 0, order.leaves)
    if not is_kept:
        order.place, order.at = NOWHERE, None
    replaced(x, command, order)
    if not is_kept:
        order.arrived = x.stamp()
        begin(x, instrument, order)
