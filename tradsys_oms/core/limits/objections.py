"""What stands against an order, in words: the long way of the gate.

Scopes from the widest to the narrowest, and in each its limits in the order of the table; the first that objects
decides. What is only near its limit is warned of, once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tradsys_oms.core.commands import NO_LIMITS
from tradsys_oms.core.events import LimitNear
from tradsys_oms.core.fields import OrdRejReason
from tradsys_oms.core.limits import shape_checks, usage_checks
from tradsys_oms.core.limits.asked import Answer, Asked
from tradsys_oms.core.limits.lane import Lane
from tradsys_oms.core.limits.names import shown_name
from tradsys_oms.core.limits.restraints import Restraints
from tradsys_oms.core.limits.table import LIMITS
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.core.risk.terms import Reject

REASONS: Final[dict[str, int]] = {
    "restriction": OrdRejReason.BROKER_OPTION,
    "instruments": OrdRejReason.BROKER_OPTION,
    "short_sale": OrdRejReason.BROKER_OPTION,
    "long_sale_covered": OrdRejReason.BROKER_OPTION,
    "ord_types": OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
    "collar_bps": OrdRejReason.PRICE_EXCEEDS_CURRENT_PRICE_BAND,
    "collar_ticks": OrdRejReason.PRICE_EXCEEDS_CURRENT_PRICE_BAND,
    "duplicate_window_ns": OrdRejReason.DUPLICATE_ORDER,
}
"""OrdRejReason (103) of an objection; all others are 3, Order exceeds limit."""

OF_ORDERS: Final[dict[str, Callable[..., Answer | None]]] = {
    name: getattr(shape_checks, name) for name in LIMITS if hasattr(shape_checks, name)
}
OF_USAGE: Final[dict[str, Callable[..., Answer | None]]] = {
    name: getattr(usage_checks, name) for name in LIMITS if hasattr(usage_checks, name)
}
"""What asks each limit, by its name. Windows belong to their rates; messages and breakers are asked elsewhere."""


def objection(asked: Asked, scopes: tuple[Restraints, ...]) -> tuple[Reject | None, list[LimitNear]]:
    """Give the first objection to an order, None if it may go on; and the warnings that are due if it does."""
    fault = refused_account(asked.lane) or blocked(scopes)
    if fault is not None:
        return fault, []
    near: list[tuple[Restraints, str, Answer]] = []
    for scope in scopes:
        for name, answer in _answers(asked, scope):
            if answer.is_over:
                return _reject(scope, name, answer), []
            if name not in scope.warned:
                near.append((scope, name, answer))
    for scope, name, _ in near:
        scope.warned[name] = None
    return None, [LimitNear(scope.scope, shown_name(name), answer.value, answer.usage) for scope, name, answer in near]


def refused_account(lane: Lane) -> Reject | None:
    """Say that the member has no such account, or that it is switched off; None if it may trade."""
    account = lane.account
    if account.enabled and (account.is_declared or not account.member.declares_accounts):
        return None
    name, member = account.scope.account, account.member.name
    if not name:
        fault = f"Member {member} needs an Account (1)"
    elif account.is_declared:
        fault = f"Account {name} of member {member} is disabled"
    else:
        fault = f"Member {member} has no account {name}"
    return Reject(OrdRejReason.UNKNOWN_ACCOUNT, fault)


def blocked(scopes: tuple[Restraints, ...]) -> Reject | None:
    """Say which scope is blocked, and why; None if none is."""
    for scope in scopes:
        for kind, reason in scope.blocks.items():
            name = "The exchange" if scope.scope.level == "all" else f"{scope.scope}".capitalize()
            return Reject(OrdRejReason.BROKER_OPTION, f"{name} takes no new orders ({kind}): {reason}")
    return None


def _answers(asked: Asked, scope: Restraints) -> list[tuple[str, Answer]]:
    """Ask all limits that a scope has."""
    limits, usage = scope.limits, scope if isinstance(scope, Usage) else asked.lane.holding
    found: list[tuple[str, Any]] = []
    if limits is NO_LIMITS:
        return found
    for name in LIMITS:
        if getattr(limits, name) == getattr(NO_LIMITS, name):
            continue
        if name in OF_ORDERS:
            found.append((name, OF_ORDERS[name](asked, limits)))
        elif name in OF_USAGE:
            found.append((name, OF_USAGE[name](asked, limits, usage)))
    return [(name, answer) for name, answer in found if answer is not None]


def _reject(scope: Restraints, name: str, answer: Answer) -> Reject:
    value = f" is {answer.value}" if answer.value else ""
    text = answer.text or f"this order would make it {answer.usage}"
    reason = REASONS.get(name, OrdRejReason.ORDER_EXCEEDS_LIMIT)
    return Reject(reason, f"{shown_name(name)} of {scope.scope}{value}: {text}")
