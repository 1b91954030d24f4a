"""Whether an order may pass: the gate, and the words for those that it does not let through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from tradsys_oms.core.commands import NewOrder, ReplaceOrder
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.fields import OrdRejReason, Side
from tradsys_oms.core.limits.asked import Asked
from tradsys_oms.core.limits.bounds import Bounds
from tradsys_oms.core.limits.gate import admits
from tradsys_oms.core.limits.lane import Lane
from tradsys_oms.core.limits.objections import blocked, objection, refused_account
from tradsys_oms.core.limits.prices import unpriced_px
from tradsys_oms.core.limits.rates import Window, rate_of
from tradsys_oms.core.limits.warnings import Near
from tradsys_oms.core.risk.terms import Reject

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order
    from tradsys_oms.core.limits.risk import Risk
    from tradsys_oms.core.reference.sessions import SessionState

Judgement: TypeAlias = tuple[Reject | None, Sequence[Near]]
"""What stands against an order, None if it may go on; and what is to be warned of if it is accepted."""
PASSED: Final[Judgement] = (None, ())
SIDES: Final = (Side.BUY, Side.SELL)


def judge_new(
    risk: Risk, lane: Lane, bounds: Bounds, time_ns: int, command: NewOrder, order_qty: int, price: int
) -> Judgement:
    """Judge a new order; `price` is its limit in ticks, 0 for none."""
    if bounds.message_rates:
        reject = _too_often(risk, lane, bounds, time_ns)
        if reject is not None:
            return reject, ()
    instrument = lane.instrument
    reserve_px = price or unpriced_px(instrument)
    money = order_qty * reserve_px * instrument.money_numerator
    if instrument.money_denominator != 1:
        money //= instrument.money_denominator
    if admits(lane, bounds, time_ns, command.side, command.ord_type, order_qty, price, money, order_qty, money, 1):
        return PASSED
    asked = _asked(risk, command, lane, time_ns, order_qty, price, reserve_px, order_qty, money, 1)
    return _ask(risk, bounds, asked)


def judge_replace(
    risk: Risk,
    lane: Lane,
    order: Order,
    bounds: Bounds | None,
    time_ns: int,
    command: ReplaceOrder,
    order_qty: int,
    price: int,
) -> Judgement:
    """Judge the new values of an order; only the difference to what it has open is added.

    `lane` and `bounds` are those of the session that asks. If another one entered the order, it counts there still, so
    that session's limits must allow it too.
    """
    if bounds is not None and bounds.message_rates:
        reject = _too_often(risk, lane, bounds, time_ns)
        if reject is not None:
            return reject, ()
    instrument = order.instrument
    reserve_px, leaves_qty = price or unpriced_px(instrument), max(order_qty - order.cum_qty, 0)
    before = instrument.money(order.reserved_qty * order.reserved_px)
    added_money = instrument.money(leaves_qty * reserve_px) - before
    added_qty = leaves_qty - order.reserved_qty
    reject, near = PASSED
    if bounds is not None:
        notional = instrument.money(order_qty * reserve_px)
        side, ord_type = command.side, command.ord_type
        if not admits(lane, bounds, time_ns, side, ord_type, order_qty, price, notional, added_qty, added_money, 0):
            asked = _asked(risk, command, lane, time_ns, order_qty, price, reserve_px, added_qty, added_money, 0)
            reject, near = _ask(risk, bounds, asked)
    if reject is None and lane is not order.lane:
        entered = order.lane
        asked = _asked(risk, command, entered, time_ns, order_qty, price, reserve_px, added_qty, added_money, 0)
        reject, more = objection(asked, (entered.session,))
        near = (*near, *more)
    if reject is None and bounds is not None:
        bounds.took(time_ns, instrument.money(order_qty * reserve_px))
    return reject, near


def _ask(risk: Risk, bounds: Bounds, asked: Asked) -> Judgement:
    """Ask one limit after the other; if none objects, what the gate compares with is worked out again.

    Then something is to be warned of, or a warning was given to another lane: from now on the limit itself counts.
    """
    lane = asked.lane
    judged = objection(asked, risk.scopes_of(lane))
    is_never_admitted = bounds.is_shut or (bounds.short_sale and asked.side not in SIDES)
    if judged[0] is None and not is_never_admitted:
        lane.version = -1
    return judged


def _asked(
    risk: Risk,
    command: NewOrder | ReplaceOrder,
    lane: Lane,
    time_ns: int,
    order_qty: int,
    price: int,
    reserve_px: int,
    added_qty: int,
    added_money: int,
    added_orders: int,
) -> Asked:
    return Asked(
        lane,
        time_ns,
        risk.rules.warn_bps,
        command.side,
        command.ord_type,
        command.locate_reqd,
        order_qty,
        price,
        reserve_px,
        added_qty,
        added_money,
        added_orders,
    )


def _too_often(risk: Risk, lane: Lane, bounds: Bounds, time_ns: int) -> Reject | None:
    """Count a message; say that it is one too many, None if it is not."""
    for window, increment_ns, slack_ns in bounds.message_windows:
        empty_ns = window.empty_ns
        if empty_ns <= time_ns:
            window.empty_ns = time_ns + increment_ns
        elif empty_ns - time_ns <= slack_ns:
            window.empty_ns = empty_ns + increment_ns
        else:
            _give_back(bounds, window)
            too_often = _too_many(bounds, time_ns)
            return refused_account(lane) or blocked(risk.scopes_of(lane)) or too_often
    return None


def _give_back(bounds: Bounds, full: Window) -> None:
    """Take a message off the windows before the one that has no room for it: what is too much does not count."""
    for window, increment_ns, _ in bounds.message_windows:
        if window is full:
            return
        window.empty_ns -= increment_ns


def _too_many(bounds: Bounds, time_ns: int) -> Reject:
    """Say of which scope there were too many messages."""
    usage = next(rate.usage for rate in bounds.message_rates if rate.is_over(time_ns))
    limits = usage.limits
    span = format_e8((limits.messages_window_ns or 0) // 10)
    text = f"messages_max of {usage.scope} is {limits.messages_max}: there were as many in the last {span} s"
    return Reject(OrdRejReason.ORDER_EXCEEDS_LIMIT, text)


def note_message(bounds: Bounds, time_ns: int) -> None:
    """Count a message that is let through in any case, such as a cancel."""
    for rate in bounds.message_rates:
        rate.take_up(time_ns)


def note_refused(session: SessionState, account: str | None, time_ns: int) -> None:
    """Count a message that was refused before the limits were asked; `account` is None where it is not known."""
    known = session.firm.accounts.get(account) if account is not None else None
    for usage in (session.firm.usage, session.usage, known):
        rate = rate_of(usage, "messages_max") if usage is not None else None
        if rate is not None:
            rate.take_up(time_ns)
