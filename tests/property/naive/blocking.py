"""Blocks and the kill switch (docs/risk.md, section 8)."""

from __future__ import annotations

from tests.property.naive.masses import wait_or_end
from tests.property.naive.phasing import refuse
from tests.property.naive.things import WORDS, Exchange, Order
from tests.property.naive_risk.flow import BREAKER, forget
from tradsys_oms.core.commands import ApproveRelease, Block, RequestRelease, Scope, Unblock
from tradsys_oms.core.events import BlockChanged

KILL = "kill"
KINDS = ("operator", KILL, "portfolio", "clearing")
LEVELS = ("all", "member", "session", "account", "instrument")


def block(x: Exchange, command: Block) -> None:
    scope, kind = command.scope, command.kind
    is_tame = kind == KILL and not command.is_canceling
    if kind not in KINDS or is_tame or not command.reason or not is_blockable(x, scope):
        refuse(x)
        return
    x.gate.blocks.setdefault(scope, {})[kind] = command.reason
    if kind == KILL:
        x.gate.releases.pop(scope, None)
    if scope.level == "account":
        x.gate.accounts[scope.name, scope.account] = None
    x.events.append(BlockChanged(scope, kind, True, command.reason))
    if command.is_canceling:
        x.masses = [(asker, orders) for asker, orders in x.masses if asker != str(scope)]
        orders = [order for it in x.instruments.values() for order in it.orders if is_in(order, scope)]
        wait_or_end(x, str(scope), sorted(orders, key=lambda order: order.order_id), is_urgent=True)


def is_blockable(x: Exchange, scope: Scope) -> bool:
    is_named = scope.symbol in x.instruments if scope.level == "instrument" else not scope.symbol
    names = x.sessions if scope.level == "session" else x.members
    return scope.level in LEVELS and is_named and (not scope.name or scope.name in names)


def is_in(order: Order, scope: Scope) -> bool:
    named = {
        "all": scope,
        "member": Scope("member", order.member),
        "session": Scope("session", order.session),
        "account": Scope("account", order.member, order.account),
        "instrument": Scope("instrument", symbol=order.symbol),
    }
    return named[scope.level] == scope


def unblock(x: Exchange, command: Unblock) -> None:
    if command.kind == KILL or command.kind not in x.gate.blocks.get(command.scope, {}):
        refuse(x)
        return
    if command.kind == BREAKER:
        forget(x.gate, command.scope)
    lift(x, command.scope, command.kind, command.reason)


def lift(x: Exchange, scope: Scope, kind: str, reason: str) -> None:
    del x.gate.blocks[scope][kind]
    x.events.append(BlockChanged(scope, kind, False, reason))


def request_release(x: Exchange, command: RequestRelease) -> None:
    is_killed = KILL in x.gate.blocks.get(command.scope, {})
    if not is_killed or not command.operator or command.scope in x.gate.releases:
        refuse(x)
    else:
        x.gate.releases[command.scope] = command.operator


def approve_release(x: Exchange, command: ApproveRelease) -> None:
    asked = x.gate.releases.get(command.scope)
    if asked is None or command.operator in ("", asked):
        refuse(x)
        return
    del x.gate.releases[command.scope]
    lift(x, command.scope, KILL, WORDS)
