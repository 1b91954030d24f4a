"""What an operator sees of pre-trade risk: limits of a scope, where they come from, what is used of them, and blocks.

Money is in the base currency. Usage of an instrument's limits is that of its holdings, so an instrument shows the sum
of what is open in it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from tradsys_oms.config.limit_keys import NAMES
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import NO_LIMITS, Scope
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.limits.merging import names_given
from tradsys_oms.core.limits.restraints import KILL, Restraints
from tradsys_oms.core.limits.table import LIMITS
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.desk.limit_words import show_limit
from tradsys_oms.desk.risk_scopes import is_of, name_of, scope_of
from tradsys_oms.fix.decimals import format_e8

SCOPES_SHOWN_MAX: Final = 10_000
LOOKED_AT_ONCE: Final = 500


class RiskViews:
    """Read-only views of limits, usage and blocks of a running daemon."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {"risk.show": self.show, "risk.list": self.list_scopes, "kill.list": self.kill_list}

    def show(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Show everything about one scope; arguments: level, name."""
        scope = scope_of(arguments, self._engine)
        found = self._engine.risk.find(scope)
        release = self._engine.risk.releases.get(scope)
        return {
            "scope": str(scope),
            "trade_date": str(self._engine.risk.trade_date or ""),
            "blocks": dict(found.blocks) if found is not None else {},
            "release_requested": f"{release[1]} (by {release[0]})" if release is not None else "",
            "usage": usage_of(found) if isinstance(found, Usage) else {},
            "limits": self._limits(scope),
        }

    async def list_scopes(self, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """List members, sessions and accounts with what they use, and whatever else has a limit or a block.

        Arguments: member, "" for all; limited: true for those with a limit or a block only.
        """
        member, is_limited = str(arguments.get("member", "")), bool(arguments.get("limited"))
        rows: list[dict[str, Any]] = []
        for count, found in enumerate(self._scopes()):
            if count % LOOKED_AT_ONCE == LOOKED_AT_ONCE - 1:
                await asyncio.sleep(0)
            if self._is_wanted(found, member, is_limited):
                rows.append(_row(found))
                if len(rows) == SCOPES_SHOWN_MAX:
                    break
        return rows

    async def kill_list(self, _arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """List all blocks that are in force, kill switches and others."""
        rows, kept = [], self._kept()
        for count, found in enumerate(self._scopes()):
            if count % LOOKED_AT_ONCE == LOOKED_AT_ONCE - 1:
                await asyncio.sleep(0)
            rows += [self._block_row(found.scope, kind, reason, kept) for kind, reason in found.blocks.items()]
        return rows

    def _kept(self) -> list[Order]:
        """List orders that a venue has refused to cancel."""
        living = self._engine.routing.living.values()
        return [child.away.order for children in living for child in children.values() if child.refused_cancel]

    def _block_row(self, scope: Scope, kind: str, reason: str, kept: list[Order]) -> dict[str, Any]:
        release = self._engine.risk.releases.get(scope) if kind == KILL else None
        return {
            "level": scope.level,
            "name": name_of(scope),
            "kind": kind,
            "reason": reason,
            "cancels_refused": sum(is_of(scope, order) for order in kept),
            "release_requested_by": release[0] if release is not None else "",
            "release_reason": release[1] if release is not None else "",
        }

    def _scopes(self) -> Iterator[Restraints]:
        """Go through all scopes; of holdings through those that have limits of their own."""
        risk = self._engine.risk
        yield from risk.scopes()
        limited = [scope for scope in {**risk.configured, **risk.changed} if scope.level == "holding"]
        yield from (holding for scope in limited if (holding := risk.find(scope)) is not None)

    def _is_wanted(self, found: Restraints, member: str, is_limited: bool) -> bool:
        if member and self._member_of(found.scope) != member:
            return False
        is_bare = found.limits == NO_LIMITS and not found.blocks
        return not is_bare or (not is_limited and isinstance(found, Usage))

    def _member_of(self, scope: Scope) -> str:
        """Give the member that a scope belongs to, "" for none."""
        return self._engine.sessions[scope.name].member if scope.level == "session" else scope.name

    def _limits(self, scope: Scope) -> list[dict[str, Any]]:
        """Give the limits of a scope that are, or were before an operator took them away."""
        risk = self._engine.risk
        configured, changed = risk.configured_for(scope), risk.changed.get(scope, NO_LIMITS)
        lifted, now = risk.lifted.get(scope, ()), risk.limits_of(scope)
        usage = self._engine.limit_usage(scope, time.time_ns())
        names = {*names_given(configured), *names_given(changed), *lifted}
        return [
            {
                "limit": NAMES[name],
                "value": _shown(name, getattr(now, name)),
                "used": usage.get(NAMES[name], ""),
                "configured": _shown(name, getattr(configured, name)),
                "changed": "lifted" if name in lifted else _shown(name, getattr(changed, name)),
            }
            for name in LIMITS
            if name in names
        ]


def usage_of(usage: Usage) -> dict[str, Any]:
    """Say what a scope has used: open orders, and money of the base currency."""
    return {
        "open_orders": usage.open_orders,
        "open_notional": format_e8(usage.open_buy + usage.open_sell),
        "open_buy_notional": format_e8(usage.open_buy),
        "open_sell_notional": format_e8(usage.open_sell),
        "gross_position": format_e8(usage.gross),
        "net_position": format_e8(usage.net),
        "day_profit": format_e8(usage.pnl),
        "traded_notional": format_e8(usage.traded),
        "credit": format_e8(usage.cash_out),
        "orders": usage.orders,
        "trades": usage.trades,
    }


def _row(found: Restraints) -> dict[str, Any]:
    row = {
        "level": found.scope.level,
        "name": name_of(found.scope),
        "limits": len(names_given(found.limits)),
        "blocks": ", ".join(found.blocks),
    }
    used = usage_of(found) if isinstance(found, Usage) else {}
    return row | {name: used.get(name) for name in LISTED}


LISTED: Final = ("open_orders", "open_notional", "gross_position", "net_position", "day_profit", "traded_notional")


def _shown(name: str, value: object) -> str:
    return show_limit(name, value) if value != getattr(NO_LIMITS, name) else ""
