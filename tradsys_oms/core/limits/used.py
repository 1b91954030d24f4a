"""What is used of each limit on usage, without another order: for warnings, for operators, and for those who clear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.limits.holding import Holding
from tradsys_oms.core.limits.table import LIMITS
from tradsys_oms.core.limits.usage import Usage

ORDERS_MIN: Final = 100
"""Orders of a day before their number is compared with that of the trades."""

USED: Final[dict[str, Callable[[Any], int]]] = {
    "open_orders_max": lambda usage: usage.open_orders,
    "open_notional_max_e8": lambda usage: usage.open_buy + usage.open_sell,
    "gross_position_max_e8": lambda usage: usage.gross + usage.open_buy + usage.open_sell,
    "net_position_max_e8": lambda usage: max(usage.net + usage.open_buy, usage.open_sell - usage.net),
    "long_qty_max_e8": lambda holding: (holding.position + holding.buy_qty) * holding.instrument.lot_e8,
    "short_qty_max_e8": lambda holding: (holding.sell_qty - holding.position) * holding.instrument.lot_e8,
    "credit_max_e8": lambda usage: usage.cash_out + usage.open_buy,
    "traded_notional_max_e8": lambda usage: usage.traded + usage.open_buy + usage.open_sell,
    "daily_loss_max_e8": lambda usage: -usage.pnl,
}
"""In the unit of the limit; only a holding has the quantities."""
ORDERS_PER_TRADE: Final = "orders_per_trade_max"


def used_e8(usage: Usage, name: str) -> int | None:
    """Give what is used of a limit in 1e-8 of its unit; None for a limit that has no usage, or none here."""
    if name == ORDERS_PER_TRADE:
        return usage.orders * SCALE_E8 // (usage.trades or 1)
    if name not in USED or (LIMITS[name].unit == "qty" and not isinstance(usage, Holding)):
        return None
    return USED[name](usage) * (SCALE_E8 if LIMITS[name].unit == "count" else 1)
