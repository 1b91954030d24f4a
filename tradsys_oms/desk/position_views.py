"""What an operator sees of positions: what accounts hold, at what average, and what they have gained.

Prices are those of the instrument; realised, unrealised and day profit are money of the base currency.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, Final

from tradsys_oms.core.engine import Engine
from tradsys_oms.core.limits.holding import Holding
from tradsys_oms.desk.mark_views import mark_source
from tradsys_oms.fix.decimals import format_average, format_e8, format_ticks

POSITIONS_LISTED_MAX: Final = 100_000
LOOKED_AT_ONCE: Final = 500


class PositionViews:
    """Read-only views of what accounts hold."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {"position.list": self.list_positions}

    async def list_positions(self, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """List what accounts hold or have open, or have gained; by member, account and symbol.

        Arguments: member, symbol: "" for any; account: None for any, "" for orders without one; limit.
        """
        member, symbol, account = (arguments.get(name) for name in ("member", "symbol", "account"))
        limit = max(1, min(int(arguments.get("limit") or 1000), POSITIONS_LISTED_MAX))
        rows: list[dict[str, Any]] = []
        for count, holding in enumerate(self._holdings(member, account, symbol)):
            if count % LOOKED_AT_ONCE == LOOKED_AT_ONCE - 1:
                await asyncio.sleep(0)
            if holding.position or holding.open_orders or holding.realised or holding.pnl:
                rows.append(position_row(holding))
                if len(rows) == limit:
                    break
        return rows

    def _holdings(self, member: object, account: object, symbol: object) -> Iterator[Holding]:
        """Go through holdings as they are now; whoever takes long is not disturbed by new ones."""
        # Names alone are sorted, as there may be a million accounts.
        members = [known for name, known in sorted(self._engine.members.items()) if member in (None, "", name)]
        for known in members:
            for name, found in sorted(known.accounts.items()):
                if account in (None, name):
                    for held, holding in sorted(found.holdings.items()):
                        if symbol in (None, "", held):
                            yield holding


def find_holding(engine: Engine, member: str, account: str, symbol: str) -> Holding | None:
    """Give what an account holds of an instrument, None for nothing so far."""
    firm = engine.members.get(member)
    found = firm.accounts.get(account) if firm is not None else None
    return found.holdings.get(symbol) if found is not None else None


def position_row(holding: Holding) -> dict[str, Any]:
    """Give a holding as plain values."""
    instrument, scope = holding.instrument, holding.scope
    tick_e8, lot_e8 = instrument.tick_e8, instrument.lot_e8
    is_valued = bool(holding.mark)
    return {
        "member": scope.name,
        "account": scope.account,
        "symbol": scope.symbol,
        "quantity": format_ticks(holding.position, lot_e8),
        "avg_px": format_average(abs(holding.cost), abs(holding.position), tick_e8) if holding.position else None,
        "mark": format_ticks(holding.mark, tick_e8) if is_valued else None,
        "mark_source": mark_source(instrument),
        "realised": format_e8(instrument.money(holding.realised)),
        "unrealised": format_e8(instrument.money(holding.unrealised)) if is_valued else None,
        "day_profit": format_e8(holding.pnl),
        "open_buy_qty": format_ticks(holding.buy_qty, lot_e8),
        "open_sell_qty": format_ticks(holding.sell_qty, lot_e8),
    }
