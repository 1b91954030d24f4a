"""Whether an order may pass: the gate, and the words for those that it does not let through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradsys_oms.core.commands import NewOrder, ReplaceOrder
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.events import LimitNear
from tradsys_oms.core.fields import OrdRejReason
from tradsys_oms.core.limits.asked import Asked
from tradsys_oms.core.limits.bounds import Bounds
from tradsys_oms.core.limits.gate import admits
from tradsys_oms.core.limits.lane import Lane
from tradsys_oms.core.limits.objections import objection
from tradsys_oms.core.limits.prices import unpriced_px
from tradsys_oms.core.risk.terms import Reject

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order
    from tradsys_oms.core.limits.risk import Risk

PASSED: Final[tuple[None, tuple[LimitNear, ...]]] = (None, ())


def judge_new(
    risk: Risk, lane: Lane, bounds: Bounds, time_ns: int, command: NewOrder, order_qty: int, price: int
) -> tuple[Reject | None, tuple[LimitNear, ...]]:
    """Say what stands against a new order, None if it may go on; and what is to be warned of if it does."""
    instrument = lane.instrument
    reserve_px = price or unpriced_px(instrument)
    money = order_qty * reserve_px * instrument.money_numerator // instrument.money_denominator
    return _judge(risk, bounds, command, lane, time_ns, order_qty, price, reserve_px, order_qty, money, 1)


def judge_replace(
    risk: Risk,
    lane: Lane,
    order: Order,
    bounds: Bounds,
    time_ns: int,
    command: ReplaceOrder,
    order_qty: int,
    price: int,
) -> tuple[Reject | None, tuple[LimitNear, ...]]:
    """Say what stands against the new values of an order; only the difference to what it has open is added."""
    instrument = order.instrument
    reserve_px, leaves_qty = price or unpriced_px(instrument), max(order_qty - order.cum_qty, 0)
    before = instrument.money(order.reserved_qty * order.reserved_px)
    added_money = instrument.money(leaves_qty * reserve_px) - before
    added_qty = leaves_qty - order.reserved_qty
    judged = _judge(risk, bounds, command, lane, time_ns, order_qty, price, reserve_px, added_qty, added_money, 0)
    if judged[0] is None:
        lane.took(bounds, time_ns)
    return judged


def _judge(
    risk: Risk,
    bounds: Bounds,
    command: NewOrder | ReplaceOrder,
    lane: Lane,
    time_ns: int,
    order_qty: int,
    price: int,
    reserve_px: int,
    added_qty: int,
    added_money: int,
    added_orders: int,
) -> tuple[Reject | None, tuple[LimitNear, ...]]:
    if bounds.message_rates:
        reject = _too_often(bounds, time_ns)
        if reject is not None:
            return reject, ()
    side, ord_type = command.side, command.ord_type
    if admits(
        lane, bounds, time_ns, side, ord_type, order_qty, price, reserve_px, added_qty, added_money, added_orders
    ):
        return PASSED
    asked = Asked(
        lane,
        time_ns,
        risk.rules.warn_bps,
        side,
        ord_type,
        command.locate_reqd,
        order_qty,
        price,
        reserve_px,
        added_qty,
        added_money,
        added_orders,
    )
    reject, near = objection(asked, risk.scopes_of(lane))
    if near:
        risk.version += 1  # what was warned of is held at its limit from now on
    return reject, tuple(near)


def _too_often(bounds: Bounds, time_ns: int) -> Reject | None:
    """Count a message; say that it is one too many, None if it is not."""
    for window, _, slack_ns, usage, _ in bounds.message_rates:
        if window.empty_ns - time_ns > slack_ns:
            limits = usage.limits
            span = format_e8((limits.messages_window_ns or 0) // 10)
            text = f"messages_max of {usage.scope} is {limits.messages_max}: there were as many in the last {span} s"
            return Reject(OrdRejReason.ORDER_EXCEEDS_LIMIT, text)
    for window, increment_ns, _, _, _ in bounds.message_rates:
        empty_ns = window.empty_ns
        window.empty_ns = (empty_ns if empty_ns > time_ns else time_ns) + increment_ns
    return None


def note_message(bounds: Bounds, time_ns: int) -> None:
    """Count a message that is let through in any case, such as a cancel."""
    for rate in bounds.message_rates:
        rate.take_up(time_ns)
