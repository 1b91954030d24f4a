"""Scopes as operators write them: a level, and a name whose parts have a slash between them."""

from __future__ import annotations

from typing import Any, Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import Scope, SetLimits
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.limits.table import LEVELS, PARTS
from tradsys_oms.desk.operators import OperationRefused

FORMS: Final = {"account": "MEMBER/ACCOUNT", "holding": "MEMBER/ACCOUNT/SYMBOL"}


def scope_of(arguments: dict[str, Any], engine: Engine) -> Scope:
    """Give the scope that is meant; raises `OperationRefused` for what there is not.

    Arguments: level, name; account, for programs that have member and account of an account apart.
    """
    level, name = str(arguments.get("level", "")), str(arguments.get("name") or "")
    if level not in PARTS:
        raise OperationRefused(f"there is no level {level!r}; levels are {', '.join(LEVELS)}")
    if level == "account" and arguments.get("account") is not None:
        name = f"{name}/{arguments['account']}"
    fields = PARTS[level]
    if bool(name) != bool(fields):
        raise OperationRefused("the level all has no name" if name else f"say which {level}")
    # The last part may have slashes of its own, as symbols do.
    parts = name.split("/", len(fields) - 1) if fields else []
    if len(parts) < len(fields):
        raise OperationRefused(f"a scope of level {level} is named {FORMS[level]}, not {name!r}")
    scope = Scope(level, **dict(zip(fields, parts, strict=True)))
    fault = engine.fault_of(SetLimits(scope, None))
    found = engine.risk.find(scope)
    if fault is not None and (found is None or not found.blocks):  # who is no longer declared may still be unblocked
        raise OperationRefused(fault)
    return scope


def name_of(scope: Scope) -> str:
    """Give the name of a scope without its level, as `scope_of` reads it."""
    return "/".join(getattr(scope, field) for field in PARTS[scope.level])


def is_of(scope: Scope, order: Order) -> bool:
    """Tell that an order belongs to a scope."""
    names = {"session": order.session, "member": order.member, "account": order.member, "holding": order.member}
    fits = {"name": names.get(scope.level), "account": order.account, "symbol": order.symbol}
    return all(getattr(scope, field) == fits[field] for field in PARTS[scope.level])
