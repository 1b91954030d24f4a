"""The gate before the books: whether an order is within all limits of its lane.

`admits` asks all questions in one go, for the orders that are nearly all: it compares numbers and finds no words. Who
does not pass goes to `core.limits.objections`, which asks one limit after the other. A test holds that both agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradsys_oms.core.fields import Side
from tradsys_oms.core.limits.bounds import Bounds
from tradsys_oms.core.limits.holding import AVERAGE_SCALE, Holding
from tradsys_oms.core.limits.prices import reference_px
from tradsys_oms.core.limits.usage import value_all

if TYPE_CHECKING:
    from tradsys_oms.core.limits.lane import Lane
    from tradsys_oms.core.reference.instruments import Instrument

BUY: Final = Side.BUY
SELL: Final = Side.SELL
SIZES_MIN: Final = 20
"""Orders of a holding before their average size means something."""


def admits(
    lane: Lane,
    bounds: Bounds,
    time_ns: int,
    side: str,
    ord_type: str,
    order_qty: int,
    price: int,
    notional: int,
    added_qty: int,
    added_money: int,
    added_orders: int,
) -> bool:
    """Tell that an order is within all limits, and so far within that no warning is due.

    `price` is its limit in ticks, 0 for none, `notional` that of its OrderQty; `added_...` is what it adds to what it
    has open already: nothing before it is accepted, `added_orders` 0 for a replace.
    """
    holding = lane.holding
    is_buy = side == BUY
    if not (
        not bounds.is_shut
        and order_qty <= bounds.order_qty
        and notional <= bounds.order_notional
        and (bounds.ord_types is None or ord_type in bounds.ord_types)
        and (is_buy or _may_sell(holding, bounds, side, added_qty))
        and (
            (not bounds.has_collar or _is_in_collar(lane.instrument, bounds, price))
            if price
            else order_qty <= bounds.market_order_qty
        )
        and (not bounds.is_watchful or _is_usual(holding, bounds, time_ns, side, order_qty, price, added_orders))
    ):
        return False
    for window, _, slack_ns in bounds.order_windows:
        if window.empty_ns > time_ns and window.empty_ns - time_ns > slack_ns:
            return False
    if lane.member.unvalued:
        value_all(lane.member.unvalued)
    if (added_orders or added_money > 0) and not _has_room(bounds, is_buy, added_money, added_orders):
        return False
    if added_qty <= 0:
        return True
    if is_buy:
        return holding.position + holding.buy_qty + added_qty <= bounds.long_qty
    return holding.sell_qty + added_qty - holding.position <= bounds.short_qty


def _may_sell(holding: Holding, bounds: Bounds, side: str, added_qty: int) -> bool:
    if side != SELL:
        return not bounds.short_sale
    return not bounds.sale_is_covered or added_qty <= 0 or holding.sell_qty + added_qty <= holding.position


def _is_in_collar(instrument: Instrument, bounds: Bounds, price: int) -> bool:
    reference = instrument.last_px
    if not reference or instrument.mark_venues:
        reference = reference_px(instrument)
    if reference != bounds.collar_px:
        bounds.set_collar(reference)
    return bounds.collar_low <= price <= bounds.collar_high


def _is_usual(
    holding: Holding, bounds: Bounds, time_ns: int, side: str, order_qty: int, price: int, added_orders: int
) -> bool:
    """Tell that an order is neither far larger than the account's others, nor one of them again."""
    multiple = bounds.fat_finger_multiple
    if multiple and holding.entered >= SIZES_MIN and order_qty * AVERAGE_SCALE > multiple * holding.average_size:
        return False
    if not (added_orders and bounds.duplicate_window_ns):
        return True
    last_ns = holding.recent.get((side, price, order_qty))
    return last_ns is None or time_ns - last_ns > bounds.duplicate_window_ns


def _has_room(bounds: Bounds, is_buy: bool, added_money: int, added_orders: int) -> bool:
    """Tell that all usages are within their bounds with what is added; ceilings that are stale are worked out."""
    if is_buy:
        for usage, most in bounds.rooms:
            own = usage.open_buy + added_money
            if (
                own > usage.buy_ceiling
                or own + usage.open_sell > usage.ceiling
                or usage.entered >= usage.entered_ceiling
            ) and not most.has_room(added_money, added_orders, is_buy=True):
                return False
    else:
        for usage, most in bounds.rooms:
            own = usage.open_sell + added_money
            if (
                own > usage.sell_ceiling
                or own + usage.open_buy > usage.ceiling
                or usage.entered >= usage.entered_ceiling
            ) and not most.has_room(added_money, added_orders, is_buy=False):
                return False
    return True
