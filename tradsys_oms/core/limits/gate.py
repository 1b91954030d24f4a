"""The gate before the books: whether an order is within all limits of its lane.

`admits` asks all questions in one go, for the orders that are nearly all: it compares numbers and finds no words. Who
does not pass goes to `core.limits.objections`, which asks one limit after the other. A test holds that both agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradsys_oms.core.fields import Side
from tradsys_oms.core.limits.bounds import Bounds, UsageBounds
from tradsys_oms.core.limits.holding import AVERAGE_SCALE, Holding
from tradsys_oms.core.limits.prices import reference_px
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.core.limits.used import ORDERS_MIN
from tradsys_oms.core.limits.warnings import BASIS_POINTS

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
    reserve_px: int,
    added_qty: int,
    added_money: int,
    added_orders: int,
) -> bool:
    """Tell that an order is within all limits, and so far within that no warning is due.

    `price` is its limit in ticks, 0 for none; `added_...` is what it adds to what it has open already: nothing before
    it is accepted, `added_orders` 0 for a replace.
    """
    holding = lane.holding
    is_buy = side == BUY
    if not (
        not bounds.is_shut
        and order_qty <= bounds.order_qty
        and (bounds.ord_types is None or ord_type in bounds.ord_types)
        and (is_buy or _may_sell(bounds, side))
        and lane.instrument.money(order_qty * reserve_px) <= bounds.order_notional
        and (_is_in_collar(lane.instrument, bounds, price) if price else order_qty <= bounds.market_order_qty)
        and (not bounds.is_watchful or _is_usual(holding, bounds, time_ns, side, order_qty, price, added_orders))
    ):
        return False
    for window, _, slack_ns, _, _ in bounds.order_rates:
        if window.empty_ns - time_ns > slack_ns:
            return False
    for usage, most in bounds.usages:
        if not fits(usage, most, is_buy, added_money, added_orders):
            return False
    position = bounds.position
    if position is None or added_qty <= 0:
        return True
    if is_buy:
        return holding.position + holding.buy_qty + added_qty <= position.long_qty
    return holding.sell_qty + added_qty - holding.position <= position.short_qty


def _may_sell(bounds: Bounds, side: str) -> bool:
    return not (bounds.sale_is_covered if side == SELL else bounds.short_sale)


def _is_in_collar(instrument: Instrument, bounds: Bounds, price: int) -> bool:
    if not bounds.has_collar:
        return True
    reference = instrument.last_px or reference_px(instrument)
    distance = price - reference if price > reference else reference - price
    return distance <= bounds.collar_ticks and distance * BASIS_POINTS <= reference * bounds.collar_bps


def _is_usual(
    holding: Holding, bounds: Bounds, time_ns: int, side: str, order_qty: int, price: int, added_orders: int
) -> bool:
    """Tell that an order is neither far larger than the account's others, nor one of them again."""
    multiple = bounds.fat_finger_multiple
    if multiple and holding.sizes >= SIZES_MIN and order_qty * AVERAGE_SCALE > multiple * holding.average_size:
        return False
    if not (added_orders and bounds.duplicate_window_ns):
        return True
    last_ns = holding.recent.get((side, price, order_qty))
    return last_ns is None or time_ns - last_ns > bounds.duplicate_window_ns


def fits(usage: Usage, most: UsageBounds, is_buy: bool, added_money: int, added_orders: int) -> bool:
    """Tell that a usage is within its bounds with what is added."""
    if added_orders:
        orders = usage.orders + added_orders
        if usage.open_orders + added_orders > most.open_orders or (
            orders >= ORDERS_MIN and orders * BASIS_POINTS > most.orders_per_trade * (usage.trades or 1)
        ):
            return False
    if added_money <= 0 and not added_orders:
        return True
    buy, sell = usage.open_buy, usage.open_sell
    open_notional = buy + sell + added_money
    return (
        open_notional <= most.open_notional
        and usage.gross + open_notional <= most.gross
        and (usage.net + buy if is_buy else sell - usage.net) + added_money <= most.net
        and usage.traded + open_notional <= most.traded
        and -usage.pnl <= most.loss
        and (not is_buy or usage.cash_out + buy + added_money <= most.cash_out)
    )
