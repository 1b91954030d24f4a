"""Warnings of limits that are nearly used up: which were given, and which are due again.

A warning is given once. It is noted with the usage that came near: for a limit of an instrument with the holding,
because each holding in the instrument has a usage of its own.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from tradsys_oms.core.events import LimitNear
from tradsys_oms.core.limits.holding import Holding
from tradsys_oms.core.limits.restraints import Restraints
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.core.limits.used import ORDERS_MIN, USED

BASIS_POINTS: Final = 10_000
OF_INSTRUMENT: Final = "instrument "


class Near(NamedTuple):
    """A warning that is due if the order is accepted."""

    usage: Usage
    key: str
    """Under which it is noted in `Usage.warned`."""
    event: LimitNear


def key_of(restraints: Restraints, name: str) -> str:
    """Give the key under which a warning of a limit is noted with the usage that came near it."""
    return name if isinstance(restraints, Usage) else OF_INSTRUMENT + name


def rearm(usage: Usage, warn_bps: int) -> bool:
    """Let warnings be given again where the usage is below; tell whether there was one."""
    below = [key for key in usage.warned if _is_below(usage, key, warn_bps)]
    for key in below:
        del usage.warned[key]
    return bool(below)


def _is_below(usage: Usage, key: str, warn_bps: int) -> bool:
    """Tell that a usage, as it is without another order, is within the part of its limit that is not warned of."""
    name, limits = key, usage.limits
    if isinstance(usage, Holding) and key.startswith(OF_INSTRUMENT):
        name, limits = key.removeprefix(OF_INSTRUMENT), usage.instrument.restraints.limits
    most: int | None = getattr(limits, name)
    if most is None:
        return True
    if name == "orders_per_trade_max":
        used, most = usage.orders if usage.orders >= ORDERS_MIN else 0, most * (usage.trades or 1)
    else:
        used = USED[name](usage)
    return used * BASIS_POINTS <= most * warn_bps
