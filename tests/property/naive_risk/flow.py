"""What is counted when a command is done (docs/risk.md, sections 4, 9 and 10): messages, accepted orders, refusals and
fills; the warnings that are due, and the breakers that this trips.
"""

from __future__ import annotations

from tests.property.naive_risk.asks import Ask
from tests.property.naive_risk.gate import Gate, flow_of, scopes_of
from tests.property.naive_risk.pacing import breaker_part
from tradsys_oms.core.commands import CancelOrder, Command, NewOrder, ReplaceOrder, Scope
from tradsys_oms.core.events import BlockChanged, CancelRejected, Event, Execution, OrderRejected
from tradsys_oms.core.fields import ExecType

BREAKER = "breaker"
BREAKERS = ("breaker_rejects", "breaker_orders", "breaker_notional_e8", "breaker_fills")
REASON = "words"
"""Stands for a reason that the page leaves open."""
ACCEPTED = (ExecType.NEW, ExecType.REPLACED)


def begin(gate: Gate) -> None:
    """Begin a command."""
    gate.asked = None
    gate.warnings.forget()


def count(gate: Gate, time_ns: int, command: Command, events: list[Event]) -> None:
    """Count what a command did, and add the events that follow from it."""
    tripped: list[Scope] = []
    if isinstance(command, NewOrder | ReplaceOrder | CancelOrder):
        asker = asker_of(gate, command, events[0])
        if gate.asked is None:
            for pace, part_ns, most_ns in gate.rates(asker, "messages"):
                pace.take(time_ns, part_ns, most_ns)
        if is_accepted(command, events[0]) and gate.asked is not None:
            tripped += accept(gate, gate.asked)
            events += gate.warnings.give()
        if is_refused(command, events[0]):
            tripped += take(gate, asker, "breaker_rejects", 1, time_ns)
    for event in list(events):
        if isinstance(event, Execution) and event.exec_type == ExecType.TRADE:
            asker = flow_of(event.session, event.member, event.account)
            tripped += take(gate, asker, "breaker_fills", 1, time_ns)
    for scope in dict.fromkeys(tripped):
        gate.blocks.setdefault(scope, {})[BREAKER] = REASON
        events.append(BlockChanged(scope, BREAKER, True, REASON))


def asker_of(gate: Gate, command: NewOrder | ReplaceOrder | CancelOrder, event: Event) -> list[Scope]:
    """Give whose flow a request counts in: session and member, and the account if there is one."""
    assert isinstance(event, Execution | OrderRejected | CancelRejected)
    account: str | None = None
    if isinstance(command, NewOrder):
        account = command.account if (event.member, command.account) in gate.accounts else None
    elif not isinstance(event, OrderRejected) and event.order_id:
        account = gate.witness.orders[event.order_id].owner.account
    return flow_of(command.session, event.member, account)


def is_accepted(command: Command, event: Event) -> bool:
    return isinstance(event, Execution) and event.exec_type in ACCEPTED


def is_refused(command: Command, event: Event) -> bool:
    is_rejected = isinstance(event, Execution) and event.exec_type == ExecType.REJECTED
    return not isinstance(command, CancelOrder) and (is_rejected or isinstance(event, OrderRejected | CancelRejected))


def accept(gate: Gate, ask: Ask) -> list[Scope]:
    """Count an accepted order or replace; give the breakers that it trips."""
    owner = ask.owner
    asker = flow_of(owner.session, owner.member, owner.account)
    for pace, part_ns, most_ns in gate.rates(asker, "orders"):
        pace.take(ask.time_ns, part_ns, most_ns)
    if ask.is_new and any("duplicate_window_ns" in gate.limits(scope) for scope in scopes_of(owner)):
        gate.accepted.append((ask.time_ns, owner, (ask.command.side, ask.limit, ask.qty)))
    orders = [take(gate, [scope], "breaker_orders", 1, ask.time_ns) for scope in asker]
    notional = [take(gate, [scope], "breaker_notional_e8", ask.money, ask.time_ns) for scope in asker]
    return [scope for pair in zip(orders, notional, strict=True) for found in pair for scope in found]


def take(gate: Gate, scopes: list[Scope], name: str, amount: int, time_ns: int) -> list[Scope]:
    """Count something against a breaker; give the scopes in which it was too much."""
    tripped = []
    for scope in scopes:
        limits = gate.limits(scope)
        if name not in limits or BREAKER in gate.blocks.get(scope, {}):
            continue
        window_ns = limits[name.removesuffix("_e8") + "_window_ns"]
        pace, part_ns = gate.pace(scope, name), breaker_part(amount, limits[name], window_ns)
        if not pace.has_room(time_ns, part_ns, window_ns):
            tripped.append(scope)
        pace.take(time_ns, part_ns, window_ns)
    return tripped


def forget(gate: Gate, scope: Scope) -> None:
    """Let the breakers of a scope begin at nothing."""
    for name in BREAKERS:
        gate.paces.pop((scope, name), None)
