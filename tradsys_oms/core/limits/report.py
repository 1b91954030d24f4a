"""Limits of a scope beside what they are compared with, as decimals: for operators, and for those who clear.

The usage is what there is now, without a new order. Limits that are about each order by itself have none. What is
limited for each account in an instrument is shown for the one that has used most.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import Scope
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.events import ClientLimit
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.limits.merging import names_given
from tradsys_oms.core.limits.names import shown_name
from tradsys_oms.core.limits.restraints import Restraints
from tradsys_oms.core.limits.table import INSTRUMENT, LIMITS, WINDOWS
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.core.limits.used import ORDERS_PER_TRADE, USED, used_e8
from tradsys_oms.core.state import State

NS_PER_E8_SECOND: Final = 10
"""Nanoseconds in 1e-8 of a second."""


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
    if name in USED or name == ORDERS_PER_TRADE:
        return format_e8(max((used for usage in usages if (used := used_e8(usage, name)) is not None), default=0))
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
