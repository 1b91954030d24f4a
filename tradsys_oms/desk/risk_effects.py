"""What a change of limits or a block does at once: sentences for an operator, before it is done."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from tradsys_oms.config.limit_keys import NAMES
from tradsys_oms.core.commands import NO_LIMITS, Limits, Scope
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.limits.merging import names_given
from tradsys_oms.core.limits.table import LIMITS
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.core.limits.used import USED, used_e8
from tradsys_oms.desk.limit_words import show_limit
from tradsys_oms.desk.market_views import find_instrument
from tradsys_oms.desk.operators import OperationRefused
from tradsys_oms.fix.decimals import format_e8


def require_known(engine: Engine, scope: Scope, limits: Limits) -> None:
    """Raise `TradsysError` if limits name an instrument that there is not, or quantities that are no whole lots, of
    which no order could have the last one: as in the file of limits.
    """
    for symbol in limits.instruments or ():
        find_instrument(engine, symbol)
    if not scope.symbol:
        return
    lot_e8 = find_instrument(engine, scope.symbol).lot_e8
    for name in names_given(limits):
        value = getattr(limits, name)
        if LIMITS[name].unit == "qty" and value % lot_e8:
            raise OperationRefused(
                f"{NAMES[name]}: {format_e8(value)} is not a multiple of {format_e8(lot_e8)}, the lot of {scope.symbol}"
            )


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


def over_limit(engine: Engine, scope: Scope, after: Limits, names: Iterable[str]) -> list[str]:
    """Say which of the limits would be used up already, so that what adds to them is refused from the first moment."""
    usages, asked = usages_of(engine, scope), set(names)
    sentences = []
    for name in USED:
        limit = getattr(after, name)
        if limit is None or name not in asked:
            continue
        limit_e8 = limit * SCALE_E8 if LIMITS[name].unit == "count" else limit
        over = [usage for usage in usages if _used_e8(usage, name) > limit_e8]
        if over:
            worst = max(over, key=partial(_used_e8, name=name))
            more = f" and {len(over) - 1} more" if len(over) > 1 else ""
            sentences.append(
                f"Used already: {NAMES[name]} is {format_e8(_used_e8(worst, name))} for {worst.scope}{more}; "
                f"orders that add to it are refused."
            )
    return sentences


def usages_of(engine: Engine, scope: Scope) -> list[Usage]:
    """Give the usages that limits of a scope are compared with: those of an instrument with each of its holdings."""
    if scope.level == "instrument":
        return list(engine.instruments[scope.symbol].holdings)
    found = engine.risk.find(scope)
    return [found] if isinstance(found, Usage) else []


def _used_e8(usage: Usage, name: str) -> int:
    """Give what is used of a limit, in 1e-8 of its unit."""
    return used_e8(usage, name) or 0


def _value(name: str, limits: Limits) -> str:
    value = getattr(limits, name)
    return show_limit(name, value) if value != getattr(NO_LIMITS, name) else "no limit"
