"""What stands against an order, in words: the long way of the gate.

Scopes from the widest to the narrowest, and in each its limits in the order of the table; the first that objects
decides. What is only near its limit is to be warned of, unless it was. Nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

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
from tradsys_oms.core.limits.warnings import Near, key_of
from tradsys_oms.core.risk.terms import Reject

if TYPE_CHECKING:
    from tradsys_oms.core.reference.members import Member

REASONS: Final[dict[str, int]] = {
    "restriction": OrdRejReason.EXCHANGE_OPTION,
    "instruments": OrdRejReason.EXCHANGE_OPTION,
    "short_sale": OrdRejReason.EXCHANGE_OPTION,
    "long_sale_covered": OrdRejReason.EXCHANGE_OPTION,
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


def objection(asked: Asked, scopes: tuple[Restraints, ...]) -> tuple[Reject | None, list[Near]]:
    """Give the first objection to an order, None if it may go on; and the warnings that are due if it does."""
    fault = refused_account(asked.lane) or blocked(scopes)
    if fault is not None:
        return fault, []
    near: list[Near] = []
    for scope in scopes:
        for name, answer in _answers(asked, scope):
            if answer.is_over:
                return _reject(scope, name, answer), []
            usage, key = _usage_of(asked, scope), key_of(scope, name)
            if key not in usage.warned:
                near.append(Near(usage, key, LimitNear(usage.scope, shown_name(name), answer.value, answer.usage)))
    return None, near


def refused_account(lane: Lane) -> Reject | None:
    """Say that the member has no such account, or that it is switched off; None if it may trade."""
    account = lane.account
    if not account.is_declared:
        return unknown_account(account.member, account.scope.account) if account.member.declares_accounts else None
    if account.enabled:
        return None
    fault = f"Account {account.scope.account} of member {account.member.name} is disabled"
    return Reject(OrdRejReason.UNKNOWN_ACCOUNT, fault)


def unknown_account(member: Member, account: str) -> Reject:
    """Say that a member has no such account."""
    fault = f"has no account {account}" if account else "needs an Account (1)"
    return Reject(OrdRejReason.UNKNOWN_ACCOUNT, f"Member {member.name} {fault}")


def blocked(scopes: tuple[Restraints, ...]) -> Reject | None:
    """Say which scope is blocked, and why; None if none is."""
    for scope in scopes:
        for kind, reason in scope.blocks.items():
            name = "the exchange" if scope.scope.level == "all" else str(scope.scope)
            fault = f"{name[0].upper()}{name[1:]} takes no new orders ({kind}): {reason}"
            return Reject(OrdRejReason.EXCHANGE_OPTION, fault)
    return None


def _usage_of(asked: Asked, scope: Restraints) -> Usage:
    """Give what the limits of a scope are compared with: those of an instrument with the holding in it."""
    return scope if isinstance(scope, Usage) else asked.lane.holding


def _answers(asked: Asked, scope: Restraints) -> list[tuple[str, Answer]]:
    """Ask all limits that a scope has."""
    limits, usage = scope.limits, _usage_of(asked, scope)
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
