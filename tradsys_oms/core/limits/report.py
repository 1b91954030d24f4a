"""Limits of a scope beside what they are compared with, as decimals: for operators, and for those who clear.

The usage is what there is now, without a new order. Limits that are about each order by itself have none. What is
limited for each account in an instrument is shown for the one that has used most.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tradsys_oms.core.commands import Scope
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.events import ClientLimit
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.limits.holding import Holding
from tradsys_oms.core.limits.names import shown_name
from tradsys_oms.core.limits.restraints import Restraints
from tradsys_oms.core.limits.risk import names_given
from tradsys_oms.core.limits.table import INSTRUMENT, LIMITS, WINDOWS
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.core.state import State

NS_PER_E8_SECOND: Final = 10
"""Nanoseconds in 1e-8 of a second."""
SUMS: Final[dict[str, Callable[[Usage], int]]] = {
    "open_orders_max": lambda used: used.open_orders * SCALE_E8,
    "open_notional_max_e8": lambda used: used.open_buy + used.open_sell,
    "gross_position_max_e8": lambda used: used.gross + used.open_buy + used.open_sell,
    "net_position_max_e8": lambda used: max(used.net + used.open_buy, used.open_sell - used.net),
    "credit_max_e8": lambda used: used.cash_out + used.open_buy,
    "traded_notional_max_e8": lambda used: used.traded + used.open_buy + used.open_sell,
    "daily_loss_max_e8": lambda used: -used.pnl,
    "orders_per_trade_max": lambda used: used.orders * SCALE_E8 // (used.trades or 1),
}
"""What each limit on usage is compared with, in 1e-8 of its unit."""
QUANTITIES: Final[dict[str, Callable[[Holding], int]]] = {
    "long_qty_max_e8": lambda held: (held.position + held.buy_qty) * held.instrument.lot_e8,
    "short_qty_max_e8": lambda held: (held.sell_qty - held.position) * held.instrument.lot_e8,
}
"""The same for what only an account in one instrument has."""


def usage_rows(state: State, scope: Scope, time_ns: int = 0) -> list[ClientLimit]:
    """List each limit that is set at a scope, with its usage, "" where it has none; nothing changes.

    How full the window of a rate is depends on the time: without one, that is "" too.
    """
    limits, found = state.risk.limits_of(scope), state.risk.find(scope)
    usages = _usages(state, scope, found)
    return [
        ClientLimit(
            found.scope if found is not None else scope,
            shown_name(name),
            _shown(LIMITS[name].unit, getattr(limits, name)),
            _used(name, usages, time_ns),
        )
        for name in names_given(limits)
    ]


def _usages(state: State, scope: Scope, found: Restraints | None) -> list[Usage]:
    """List those whose usage a scope limits: itself, or for an instrument what each account holds of it."""
    if scope.level == INSTRUMENT and scope.symbol in state.instruments:
        return [*state.instruments[scope.symbol].holdings]
    return [found] if isinstance(found, Usage) else []


def _shown(unit: str, value: int | str | bool | tuple[str, ...]) -> str:
    """Write the value of a limit as the configuration has it."""
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if unit == "bps":
        return format_e8(value * SCALE_E8 // 100)
    if unit == "ns":
        return format_e8(value // NS_PER_E8_SECOND)
    return format_e8(value) if unit in ("qty", "money") else str(value)


def _used(name: str, usages: list[Usage], time_ns: int) -> str:
    """Write the usage of a limit, that of the one who has used most; "" if it has none."""
    if name in SUMS:
        return format_e8(max((SUMS[name](usage) for usage in usages), default=0))
    if name in QUANTITIES:
        holdings = [usage for usage in usages if isinstance(usage, Holding)]
        return format_e8(max((QUANTITIES[name](holding) for holding in holdings), default=0))
    if name in WINDOWS and time_ns:
        return format_e8(max((_in_window(usage, name, time_ns) for usage in usages), default=0))
    return ""


def _in_window(usage: Usage, name: str, time_ns: int) -> int:
    """Give how much is in the window of a rate now, rounded up to what counts, in 1e-8."""
    window = usage.rates.get(name)
    if window is None or window.empty_ns <= time_ns:
        return 0
    most: int = getattr(usage.limits, name)
    window_ns: int = getattr(usage.limits, WINDOWS[name])
    used = min(most, -((time_ns - window.empty_ns) * most // window_ns))
    return used if LIMITS[name].unit == "money" else used * SCALE_E8
