"""What a change of limits or a block does at once: sentences for an operator, before it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from tradsys_oms.core.commands import NO_LIMITS, Limits, Scope
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.limits.holding import Holding
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.desk.limit_words import NAMES, show_limit

USED: Final[dict[str, Callable[[Usage], int]]] = {
    "open_orders_max": lambda usage: usage.open_orders,
    "open_notional_max_e8": lambda usage: usage.open_buy + usage.open_sell,
    "gross_position_max_e8": lambda usage: usage.gross + usage.open_buy + usage.open_sell,
    "net_position_max_e8": lambda usage: max(usage.net + usage.open_buy, usage.open_sell - usage.net),
    "long_qty_max_e8": lambda usage: _qty(usage, 1),
    "short_qty_max_e8": lambda usage: _qty(usage, -1),
    "credit_max_e8": lambda usage: usage.cash_out + usage.open_buy,
    "traded_notional_max_e8": lambda usage: usage.traded + usage.open_buy + usage.open_sell,
    "daily_loss_max_e8": lambda usage: -usage.pnl,
}
"""What is compared with a limit of usage, before any further order and in its unit: docs/risk.md, section 4."""


def used(usage: Usage, name: str) -> int | None:
    """Give what is used of a limit, None for a limit that is about each order by itself."""
    measure = USED.get(name)
    return measure(usage) if measure is not None else None


def open_order_count(engine: Engine, scope: Scope) -> int:
    """Count the open orders of a scope."""
    if scope.level == "all":
        return engine.open_order_count
    if scope.level == "instrument":
        return sum(holding.open_orders for holding in engine.instruments[scope.symbol].holdings)
    found = engine.risk.find(scope)
    return found.open_orders if isinstance(found, Usage) else 0


def replaced_limits(engine: Engine, scope: Scope, after: Limits, names: Iterable[str]) -> list[str]:
    """Say which limits get which values."""
    before = engine.risk.limits_of(scope)
    return [
        f"{NAMES[name]} of {scope}: {_value(name, before)} becomes {_value(name, after)}."
        for name in dict.fromkeys(names)
    ]


def over_limit(engine: Engine, scope: Scope, after: Limits) -> list[str]:
    """Say which limits would be used up already, so that what adds to them is refused from the first moment."""
    usages = usages_of(engine, scope)
    sentences = []
    for name in USED:
        limit = getattr(after, name)
        over = [usage for usage in usages if limit is not None and (used(usage, name) or 0) > limit]
        if over:
            worst = max(over, key=USED[name])
            whose = f"{worst.scope}" + (f" and {len(over) - 1} more" if len(over) > 1 else "")
            sentences.append(
                f"Used already: {NAMES[name]} is {show_limit(name, used(worst, name))} for {whose}; "
                f"orders that add to it are refused."
            )
    return sentences


def usages_of(engine: Engine, scope: Scope) -> list[Usage]:
    """Give the usages that limits of a scope are compared with: those of an instrument with each of its holdings."""
    if scope.level == "instrument":
        return list(engine.instruments[scope.symbol].holdings)
    found = engine.risk.find(scope)
    return [found] if isinstance(found, Usage) else []


def _qty(usage: Usage, sign: int) -> int:
    if not isinstance(usage, Holding):
        return 0
    open_qty = usage.buy_qty if sign > 0 else usage.sell_qty
    return (sign * usage.position + open_qty) * usage.instrument.lot_e8


def _value(name: str, limits: Limits) -> str:
    value = getattr(limits, name)
    return show_limit(name, value) if value != getattr(NO_LIMITS, name) else "no limit"
