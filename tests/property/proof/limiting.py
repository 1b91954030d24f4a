"""Limits by chance, now and then so tight that much is refused."""

from __future__ import annotations

from typing import Any

from tests.property.proof.drawing import Drawing
from tests.property.proof.markets import ACCOUNTS, SESSIONS
from tradsys_oms.core import commands
from tradsys_oms.core.commands import Command, Limits, Scope
from tradsys_oms.core.fields import SCALE_E8

QTY, MONEY, COUNT = (5, 20, 100), (10, 50, 250), (1, 3, 10, 40)
VALUES: dict[str, tuple[Any, ...]] = {
    "restriction": ("block", "close_only", "close_only"),
    "instruments": (("TIME",), ("RATA", "LEAD"), ("TIME", "LEAD")),
    "ord_types": (("2",), ("1", "2", "3", "4"), ("2", "P", "K")),
    "short_sale": ("forbidden", "located", "located"),
    "long_sale_covered": (True, False),
    "order_qty_max_e8": tuple(qty * SCALE_E8 for qty in QTY),
    "order_notional_max_e8": tuple(money * SCALE_E8 for money in MONEY),
    "market_order_qty_max_e8": tuple(qty * SCALE_E8 for qty in QTY),
    "collar_bps": (50, 200, 500),
    "collar_ticks": (1, 3, 10),
    "fat_finger_multiple": (1, 2, 3),
    "open_orders_max": COUNT,
    "open_notional_max_e8": tuple(money * SCALE_E8 for money in MONEY),
    "gross_position_max_e8": tuple(money * SCALE_E8 for money in MONEY),
    "net_position_max_e8": tuple(money * SCALE_E8 for money in MONEY),
    "long_qty_max_e8": tuple(qty * SCALE_E8 for qty in QTY),
    "short_qty_max_e8": tuple(qty * SCALE_E8 for qty in QTY),
    "credit_max_e8": tuple(money * SCALE_E8 for money in (0, *MONEY)),
    "traded_notional_max_e8": tuple(money * SCALE_E8 for money in MONEY),
    "daily_loss_max_e8": (0, SCALE_E8 // 2, 5 * SCALE_E8),
    "orders_per_trade_max": (1, 2, 5),
}
NOT_OF: dict[str, tuple[str, ...]] = {
    "all": ("instruments", "long_sale_covered", *list(VALUES)[11:]),
    "member": ("long_qty_max_e8", "short_qty_max_e8"),
    "session": (
        *("restriction", "short_sale", "long_sale_covered", "fat_finger_multiple", "gross_position_max_e8"),
        *("net_position_max_e8", "daily_loss_max_e8", "long_qty_max_e8", "short_qty_max_e8"),
    ),
    "account": ("long_qty_max_e8", "short_qty_max_e8"),
    "instrument": ("instruments", "orders_per_trade_max"),
    "holding": ("instruments", "orders_per_trade_max"),
}
"""Limits that a level can't have (section 4)."""


class Limiting(Drawing):
    """Makes commands about limits."""

    def scope(self) -> Scope:
        chance = self.chance
        member, account, symbol = chance.choice(list(SESSIONS.values())), chance.choice(ACCOUNTS), self.symbol()
        scopes = (
            Scope("all"),
            Scope("member", member),
            Scope("session", chance.choice(list(SESSIONS))),
            Scope("account", member, account),
            Scope("instrument", symbol=symbol),
            Scope("holding", member, account, symbol),
        )
        return chance.choices(scopes, (1, 2, 3, 6, 2, 9))[0]

    def some(self, scope: Scope) -> list[str]:
        names = [name for name in VALUES if name not in NOT_OF[scope.level]]
        return self.chance.sample(names, self.chance.choice((0, 1, 1, 2)))

    def limits(self, names: list[str]) -> Limits:
        return Limits(**{name: self.chance.choice(VALUES[name]) for name in names})

    def set_limits(self) -> Command:
        """Give a scope limits, or take away those that one has."""
        known = list(self.exchange.gate.configured)
        if known and self.chance.random() < 0.5:
            return commands.SetLimits(self.chance.choice(known), Limits())
        scope = self.scope()
        return commands.SetLimits(scope, self.limits(self.some(scope)))

    def change_limits(self) -> Command:
        """Change, lift or reset limits, these mostly where there is something to reset."""
        known, roll = list(self.exchange.gate.changed), self.chance.random()
        if known and roll < 0.5:
            return commands.ChangeLimits(self.chance.choice(known), Limits(), (), ("*",), "by chance")
        scope = self.scope()
        names = tuple(self.some(scope))
        if roll < 0.8:
            return commands.ChangeLimits(scope, self.limits(list(names)), (), (), "by chance")
        lifted, reset = (names, ()) if roll < 0.9 else ((), names)
        return commands.ChangeLimits(scope, Limits(), lifted, reset, "by chance")
