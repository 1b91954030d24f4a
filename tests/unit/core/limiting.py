"""Limits for the small exchange of the core's tests: where each level is, and how one is set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.core.usages import scopes
from tradsys_oms.core.commands import ChangeLimits, Limits, NewOrder, Scope, SetLimits, SetRiskRules
from tradsys_oms.core.events import Event
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

E8 = SCALE_E8
TICK_E8 = SCALE_E8 // 100
SECOND_NS = 1_000_000_000
SCOPES = {
    "all": Scope("all"),
    "member": Scope("member", "A"),
    "session": Scope("session", "A1"),
    "account": Scope("account", "A", "house"),
    "instrument": Scope("instrument", symbol="ACME"),
    "holding": Scope("holding", "A", "house", "ACME"),
}
"""What the orders of session A1 for account house in ACME are subject to, from the widest to the narrowest."""


def limit(exchange: Exchange, level: str, **limits: Any) -> None:
    """Give a level these limits, in place of those that it had."""
    assert exchange.apply(SetLimits(SCOPES[level], Limits(**limits))) == []


def change(
    exchange: Exchange, level: str, lifted: tuple[str, ...] = (), reset: tuple[str, ...] = (), **limits: Any
) -> list[str]:
    """Let an operator change limits of a level."""
    return exchange.apply(ChangeLimits(SCOPES[level], Limits(**limits), lifted, reset, "by hand"))


def never_warn(exchange: Exchange) -> None:
    """Give no warnings."""
    warn(exchange, 0)


def warn(exchange: Exchange, bps: int, rates_e8: tuple[tuple[str, int], ...] = ()) -> None:
    """Warn at this part of limits; say what currencies are worth."""
    assert exchange.apply(SetRiskRules(bps, "USD", rates_e8)) == []


def usage_rows(exchange: Exchange, session: str = "A1") -> list[tuple[object, ...]]:
    """Give all usage by a session's orders, to be compared with itself later."""
    return [usage.row() for usage in scopes(exchange, session)]


def accepted(lines: list[str]) -> bool:
    """Tell that the first line says New or Replaced."""
    return " New " in lines[0] or " Replaced " in lines[0]


def rejected(clord_id: str, reason: int, text: str, session: str = "A1") -> list[str]:
    """Write what a new order gets that is refused."""
    return [f"{session} {clord_id} OrderRejected reason {reason}: {text}"]


def replace_rejected(clord_id: str, orig: str, order_id: int, text: str, session: str = "A1") -> list[str]:
    """Write what a replace gets that is refused, of an order that has no fill."""
    return [f"{session} {clord_id}<{orig} CancelRejected to 2 order {order_id} new reason 2: {text}"]


def enter_at(exchange: Exchange, time_ns: int, clord_id: str, qty: int = 1, account: str = "house") -> list[Event]:
    """Enter an order of A1 to buy at 100 at a time of one's own, over a message without a number."""
    exchange.seq += 1
    order = NewOrder("A1", 0, clord_id, account, "ACME", "1", "2", "0", qty * E8, 100 * E8)
    return exchange.engine.apply(exchange.seq, time_ns, order)
