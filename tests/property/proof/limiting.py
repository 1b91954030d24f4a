"""Limits by chance, now and then so tight that much is refused."""

from __future__ import annotations

from typing import Any

from tests.property.proof.drawing import Drawing
from tests.property.proof.markets import ACCOUNTS, SECOND_NS, SESSIONS
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
WINDOWS_NS = (1_000, SECOND_NS // 2, SECOND_NS, 3 * SECOND_NS)
PACES: dict[str, tuple[Any, ...]] = {
    "duplicate_window_ns": WINDOWS_NS,
    "orders_max": (1, 3, 5),
    "messages_max": (1, 3, 5),
}
BREAKERS: dict[str, tuple[Any, ...]] = {
    "breaker_rejects": (1, 3, 10),
    "breaker_orders": (1, 3, 10),
    "breaker_notional_e8": tuple(money * SCALE_E8 for money in MONEY),
    "breaker_fills": (1, 3, 10),
}
OF_FLOW = ("member", "session", "account")
EVERYTHING = VALUES | PACES | BREAKERS
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
        features, is_flow = self.shape.features, scope.level in OF_FLOW
        names = [name for name in VALUES if name not in NOT_OF[scope.level]]
        names += [name for name in PACES if "pace" in features and (is_flow or name == "duplicate_window_ns")]
        names += [name for name in BREAKERS if "flow" in features and is_flow]
        return self.chance.sample(names, self.chance.choice((0, 1, 1, 2)))

    def limits(self, names: list[str]) -> Limits:
        windows = [window for name in names if (window := window_of(name))]
        return Limits(**{name: self.chance.choice(EVERYTHING.get(name, WINDOWS_NS)) for name in (*names, *windows)})

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
        if known and roll < 0.6:
            return commands.ChangeLimits(self.chance.choice(known), Limits(), (), ("*",), "by chance")
        scope = self.scope()
        names = self.some(scope)
        if roll < 0.8:
            return commands.ChangeLimits(scope, self.limits(names), (), (), "by chance")
        names = [(self.chance.random() < 0.5 and window_of(name)) or name for name in names]
        lifted, reset = (names, []) if roll < 0.9 else ([], names)
        return commands.ChangeLimits(scope, Limits(), tuple(lifted), tuple(reset), "by chance")


def window_of(name: str) -> str:
    """Give the window that comes with a limit, "" for none."""
    if name in BREAKERS:
        return name.removesuffix("_e8") + "_window_ns"
    return name.replace("_max", "_window_ns") if name in ("orders_max", "messages_max") else ""
