"""What each limit says of an order (docs/risk.md, section 4), one after the other in the order of the table."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.property.naive_risk.asks import Ask
from tests.property.naive_risk.pacing import rate_part
from tradsys_oms.core.commands import Scope
from tradsys_oms.core.fields import Side

if TYPE_CHECKING:
    from tests.property.naive_risk.gate import Gate

DUPLICATES_KEPT = 64
TRADES = "orders_per_trade_max"


def closes(gate: Gate, ask: Ask) -> bool:
    """It can only bring the position nearer to zero (section 5)."""
    holding = gate.held(ask.owner)
    if ask.is_buy:
        return ask.more_qty <= -holding.position - holding.buy_qty
    return ask.more_qty <= holding.position - holding.sell_qty


def restriction(gate: Gate, ask: Ask, scope: Scope, limit: str) -> bool:
    return limit == "block" or not closes(gate, ask)


def short_sale(gate: Gate, ask: Ask, scope: Scope, limit: str) -> bool:
    side = ask.command.side
    return side in ("5", "6") if limit == "forbidden" else side == "5" and ask.command.locate_reqd != "N"


def long_sale_covered(gate: Gate, ask: Ask, scope: Scope, limit: bool) -> bool:
    return limit and ask.command.side == Side.SELL and ask.more_qty > 0 and not closes(gate, ask)


def lots_e8(gate: Gate, ask: Ask, qty: int) -> int:
    return lots(gate, ask.owner.symbol, qty)


def lots(gate: Gate, symbol: str, qty: int) -> int:
    return qty * gate.witness.instruments[symbol].lot_e8


def collar(gate: Gate, ask: Ask, scope: Scope, limit: int, unit: int) -> bool:
    reference = gate.witness.reference_px(ask.owner.symbol)
    if ask.limit is None:
        return False
    most = limit if unit == 1 else reference * limit
    return abs(ask.limit - reference) * unit > most


def fat_finger(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    holding = gate.held(ask.owner)
    return len(holding.sizes) >= 20 and ask.qty * 65_536 > limit * holding.average_size


def duplicate(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    """The last different orders of the account in the instrument are looked through."""
    if not ask.is_new:
        return False
    last: dict[tuple[str, int | None, int], int] = {}
    for time_ns, wanted in gate.accepted_by(ask.owner):
        last.pop(wanted, None)
        last[wanted] = time_ns
    kept = dict(list(last.items())[-DUPLICATES_KEPT:])
    wanted = (ask.command.side, ask.limit, ask.qty)
    return wanted in kept and ask.time_ns - kept[wanted] <= limit


def too_many_orders(gate: Gate, ask: Ask, scope: Scope, limit: int) -> bool:
    window_ns = gate.limits(scope)["orders_window_ns"]
    part_ns = rate_part(limit, window_ns)
    return not gate.pace(scope, "orders_max").has_room(ask.time_ns, part_ns, limit * part_ns)


def open_orders(gate: Gate, ask: Ask, scope: Scope) -> int | None:
    return gate.used(ask.owner, scope).open_orders + 1 if ask.is_new else None


def open_notional(gate: Gate, ask: Ask, scope: Scope) -> int | None:
    sums = gate.used(ask.owner, scope)
    return sums.open_buy + sums.open_sell + ask.more_money if ask.adds else None


def gross_position(gate: Gate, ask: Ask, scope: Scope) -> int | None:
    sums = gate.used(ask.owner, scope)
    return sums.gross + sums.open_buy + sums.open_sell + ask.more_money if ask.adds else None


def net_position(gate: Gate, ask: Ask, scope: Scope) -> int | None:
    """Give what would be held on the order's side: for a sell, how far below zero."""
    sums = gate.used(ask.owner, scope)
    side = sums.net + sums.open_buy if ask.is_buy else sums.open_sell - sums.net
    return side + ask.more_money if ask.adds else None


def long_qty(gate: Gate, ask: Ask, scope: Scope) -> int | None:
    holding = gate.held(ask.owner)
    qty = holding.position + holding.buy_qty + ask.more_qty
    return lots_e8(gate, ask, qty) if ask.is_buy and ask.more_qty > 0 else None


def short_qty(gate: Gate, ask: Ask, scope: Scope) -> int | None:
    holding = gate.held(ask.owner)
    qty = holding.sell_qty + ask.more_qty - holding.position
    return lots_e8(gate, ask, qty) if not ask.is_buy and ask.more_qty > 0 else None


def credit(gate: Gate, ask: Ask, scope: Scope) -> int | None:
    sums = gate.used(ask.owner, scope)
    return sums.cash_out + sums.open_buy + ask.more_money if ask.is_buy and ask.adds else None


def traded_notional(gate: Gate, ask: Ask, scope: Scope) -> int | None:
    sums = gate.used(ask.owner, scope)
    return sums.traded + sums.open_buy + sums.open_sell + ask.more_money if ask.adds else None


def daily_loss(gate: Gate, ask: Ask, scope: Scope) -> int | None:
    return -gate.used(ask.owner, scope).pnl if ask.adds else None


def orders_per_trade(gate: Gate, ask: Ask, scope: Scope) -> Fraction | None:
    sums = gate.used(ask.owner, scope)
    is_asked = ask.is_new and sums.orders + 1 >= 100
    return Fraction(sums.orders + 1, max(sums.trades, 1)) if is_asked else None


OF_ORDERS: dict[str, Callable[[Gate, Ask, Scope, Any], bool]] = {
    "restriction": restriction,
    "instruments": lambda gate, ask, scope, limit: ask.owner.symbol not in limit,
    "ord_types": lambda gate, ask, scope, limit: ask.command.ord_type not in limit,
    "short_sale": short_sale,
    "long_sale_covered": long_sale_covered,
    "order_qty_max_e8": lambda gate, ask, scope, limit: lots_e8(gate, ask, ask.qty) > limit,
    "order_notional_max_e8": lambda gate, ask, scope, limit: ask.money > limit,
    "market_order_qty_max_e8": lambda gate, ask, scope, limit: (
        ask.limit is None and lots_e8(gate, ask, ask.qty) > limit
    ),
    "collar_bps": lambda gate, ask, scope, limit: collar(gate, ask, scope, limit, 10_000),
    "collar_ticks": lambda gate, ask, scope, limit: collar(gate, ask, scope, limit, 1),
    "fat_finger_multiple": fat_finger,
    "duplicate_window_ns": duplicate,
    "orders_max": too_many_orders,
}
"""About an order by itself: whether it is refused. In the order of the table."""
OF_USAGE: dict[str, Callable[[Gate, Ask, Scope], int | Fraction | None]] = {
    "open_orders_max": open_orders,
    "open_notional_max_e8": open_notional,
    "gross_position_max_e8": gross_position,
    "net_position_max_e8": net_position,
    "long_qty_max_e8": long_qty,
    "short_qty_max_e8": short_qty,
    "credit_max_e8": credit,
    "traded_notional_max_e8": traded_notional,
    "daily_loss_max_e8": daily_loss,
    TRADES: orders_per_trade,
}
"""About usage, after those: what it would be with the order, None where the order is not asked."""


def is_beyond(gate: Gate, ask: Ask, scope: Scope, name: str, limit: int) -> bool:
    """Tell that a limit on usage refuses an order; what closes a position may always be done about a loss."""
    usage = OF_USAGE[name](gate, ask, scope)
    return usage is not None and usage > limit and not (name == "daily_loss_max_e8" and closes(gate, ask))
