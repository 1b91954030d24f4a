"""Warnings (docs/risk.md, section 10): given once, and due again when the limit, the day or a valuation says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.property.naive_risk.asks import Ask
from tests.property.naive_risk.facts import Owner
from tests.property.naive_risk.objections import OF_USAGE, TRADES, lots
from tradsys_oms.core.commands import BeginRiskDay, Command, Revalue, Scope, SetRiskRules
from tradsys_oms.core.events import LimitNear
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.property.naive_risk.gate import Gate

Warned = tuple[Scope, Scope, str]
"""Whose limit, who has used it, and the name: each holding in an instrument is warned of the instrument's limit."""


@dataclass
class Warnings:
    """Knows what was warned of."""

    gate: Gate
    warn_bps: int = 8_000
    given: dict[Warned, Owner] = field(default_factory=dict)
    due: dict[Warned, tuple[Owner, LimitNear]] = field(default_factory=dict)
    """By this command's order, if it is accepted."""

    def look(self, ask: Ask, scope: Scope, name: str, limit: int) -> None:
        """Note that an order makes a limit nearly used up."""
        usage = OF_USAGE[name](self.gate, ask, scope)
        key = (scope, user_of(ask.owner, scope), name)
        if usage is not None and self.is_near(usage, limit) and key not in self.given:
            said = self.said(ask, scope, name, limit, usage)
            self.due[key] = (ask.owner, LimitNear(key[1], shown(name), *said))

    def is_near(self, usage: int | Fraction, limit: int) -> bool:
        return self.warn_bps > 0 and usage > Fraction(limit * self.warn_bps, 10_000)

    def said(self, ask: Ask, scope: Scope, name: str, limit: int, usage: int | Fraction) -> tuple[str, str]:
        """Print a limit and its usage."""
        if name == TRADES:
            sums = self.gate.used(ask.owner, scope)
            return str(limit), f"{sums.orders + 1} orders to {sums.trades} trades"
        return (str(limit), str(usage)) if name == "open_orders_max" else (decimal(limit), decimal(usage))

    def forget(self) -> None:
        """Give no warnings: the order is refused."""
        self.due = {}

    def give(self) -> list[LimitNear]:
        """Give the warnings of an order that is accepted."""
        events = [event for _, event in self.due.values()]
        self.given |= {key: owner for key, (owner, _) in self.due.items()}
        return events

    def limits_changed(self, scope: Scope, before: dict[str, Any]) -> None:
        """Let what has changed be warned of again."""
        after = self.gate.limits(scope)
        for key in list(self.given):
            if key[0] == scope and before.get(key[2]) != after.get(key[2]):
                del self.given[key]

    def saw(self, command: Command) -> None:
        """Take note of a command that was carried out."""
        if isinstance(command, SetRiskRules):
            self.warn_bps = command.warn_bps
        elif isinstance(command, BeginRiskDay):
            self.given = {}
        elif isinstance(command, Revalue):
            self.given = {key: owner for key, owner in self.given.items() if self.is_still_near(key, owner)}

    def is_still_near(self, key: Warned, owner: Owner) -> bool:
        scope, _, name = key
        used = now_used(self.gate, owner, scope)[name]
        most: int = self.gate.limits(scope)[name]
        return used * 10_000 > most * self.warn_bps


def now_used(gate: Gate, owner: Owner, scope: Scope) -> dict[str, int | Fraction]:
    """Give what is used of each limit without another order."""
    sums, holding = gate.used(owner, scope), gate.held(owner)
    all_open = sums.open_buy + sums.open_sell
    return {
        "open_orders_max": sums.open_orders,
        "open_notional_max_e8": all_open,
        "gross_position_max_e8": sums.gross + all_open,
        "net_position_max_e8": max(sums.net + sums.open_buy, sums.open_sell - sums.net),
        "long_qty_max_e8": lots(gate, owner.symbol, holding.position + holding.buy_qty),
        "short_qty_max_e8": lots(gate, owner.symbol, holding.sell_qty - holding.position),
        "credit_max_e8": sums.cash_out + sums.open_buy,
        "traded_notional_max_e8": sums.traded + all_open,
        "daily_loss_max_e8": -sums.pnl,
        TRADES: Fraction(sums.orders, max(sums.trades, 1)) if sums.orders >= 100 else 0,
    }


def user_of(owner: Owner, scope: Scope) -> Scope:
    return Scope("holding", owner.member, owner.account, owner.symbol) if scope.level == "instrument" else scope


def shown(name: str) -> str:
    return name.removesuffix("_e8")


def decimal(value_e8: int | Fraction) -> str:
    """Print units of 1e-8."""
    whole, part = divmod(abs(int(value_e8)), SCALE_E8)
    digits = f"{whole}.{part:08}".rstrip("0").rstrip(".")
    return f"-{digits}" if value_e8 < 0 else digits
