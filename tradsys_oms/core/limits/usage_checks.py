"""Limits on what all orders of a scope come to; what is only near its limit is a warning."""

from __future__ import annotations

from tradsys_oms.core.commands import Limits
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.limits.asked import Answer, Asked
from tradsys_oms.core.limits.rates import rate_of
from tradsys_oms.core.limits.table import LIMITS
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.core.limits.used import ORDERS_MIN
from tradsys_oms.core.limits.warnings import BASIS_POINTS


def _answer(asked: Asked, name: str, limits: Limits, usage: int) -> Answer | None:
    """Compare what a usage would be with its limit, and with the part of it that is warned of."""
    most: int | None = getattr(limits, name)
    if most is None or (usage <= most and (not asked.warn_bps or usage * BASIS_POINTS <= most * asked.warn_bps)):
        return None
    unit = LIMITS[name].unit
    shown = (str(most), str(usage)) if unit == "count" else (format_e8(most), format_e8(usage))
    return Answer(usage > most, *shown)


def orders_max(asked: Asked, limits: Limits, usage: Usage) -> Answer | None:
    """No more new orders and replaces than so many in the window."""
    rate = rate_of(usage, "orders_max")
    if rate is None or not rate.is_over(asked.time_ns):
        return None
    span = format_e8((limits.orders_window_ns or 0) // 10)
    return Answer(True, str(limits.orders_max), "", f"there were as many in the last {span} s")


def open_orders_max(asked: Asked, limits: Limits, usage: Usage) -> Answer | None:
    """Open orders."""
    if not asked.added_orders:
        return None
    return _answer(asked, "open_orders_max", limits, usage.open_orders + asked.added_orders)


def open_notional_max_e8(asked: Asked, limits: Limits, usage: Usage) -> Answer | None:
    """Notional of open orders."""
    if not asked.adds_money:
        return None
    return _answer(asked, "open_notional_max_e8", limits, usage.open_buy + usage.open_sell + asked.added_money)


def gross_position_max_e8(asked: Asked, limits: Limits, usage: Usage) -> Answer | None:
    """Value of positions without sign, and of all that is open."""
    if not asked.adds_money:
        return None
    gross = usage.gross + usage.open_buy + usage.open_sell + asked.added_money
    return _answer(asked, "gross_position_max_e8", limits, gross)


def net_position_max_e8(asked: Asked, limits: Limits, usage: Usage) -> Answer | None:
    """Value of positions with sign, and of what is open on the order's side."""
    if not asked.adds_money:
        return None
    net = usage.net + usage.open_buy if asked.is_buy else usage.open_sell - usage.net
    return _answer(asked, "net_position_max_e8", limits, net + asked.added_money)


def long_qty_max_e8(asked: Asked, limits: Limits, usage: Usage) -> Answer | None:
    """Position, and what is open to buy."""
    if not asked.is_buy or asked.added_qty <= 0:
        return None
    holding = asked.lane.holding
    qty = holding.position + holding.buy_qty + asked.added_qty
    return _answer(asked, "long_qty_max_e8", limits, qty * asked.lane.instrument.lot_e8)


def short_qty_max_e8(asked: Asked, limits: Limits, usage: Usage) -> Answer | None:
    """What is short, and what is open to sell."""
    if asked.is_buy or asked.added_qty <= 0:
        return None
    holding = asked.lane.holding
    qty = holding.sell_qty + asked.added_qty - holding.position
    return _answer(asked, "short_qty_max_e8", limits, qty * asked.lane.instrument.lot_e8)


def credit_max_e8(asked: Asked, limits: Limits, usage: Usage) -> Answer | None:
    """Bought less sold, and what is open to buy."""
    if not asked.is_buy or not asked.adds_money:
        return None
    return _answer(asked, "credit_max_e8", limits, usage.cash_out + usage.open_buy + asked.added_money)


def traded_notional_max_e8(asked: Asked, limits: Limits, usage: Usage) -> Answer | None:
    """What was traded, and all that is open."""
    if not asked.adds_money:
        return None
    traded = usage.traded + usage.open_buy + usage.open_sell + asked.added_money
    return _answer(asked, "traded_notional_max_e8", limits, traded)


def daily_loss_max_e8(asked: Asked, limits: Limits, usage: Usage) -> Answer | None:
    """The loss of the day so far; what closes a position is let through, with a warning."""
    if not asked.adds_money:
        return None
    answer = _answer(asked, "daily_loss_max_e8", limits, -usage.pnl)
    if answer is None or not answer.is_over:
        return answer
    if asked.closes:
        return answer._replace(is_over=False) if asked.warn_bps else None
    return answer._replace(text=f"the loss of the day is {answer.usage}, and this order does not close a position")


def orders_per_trade_max(asked: Asked, limits: Limits, usage: Usage) -> Answer | None:
    """New orders of the day for each trade."""
    most, orders = limits.orders_per_trade_max, usage.orders + asked.added_orders
    if most is None or not asked.added_orders or orders < ORDERS_MIN:
        return None
    trades = usage.trades or 1
    is_over = orders > most * trades
    if not is_over and (not asked.warn_bps or orders * BASIS_POINTS <= most * trades * asked.warn_bps):
        return None
    return Answer(is_over, str(most), f"{orders} orders to {usage.trades} trades")
