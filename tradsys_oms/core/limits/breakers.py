"""Circuit breakers of the flow: docs/risk.md, section 9.

Accepted orders and their notional are counted as they pass the gate (`Bounds.took`). The rest can be seen in the
events of a command, and is counted when it is done: refused orders and replaces, fills of any origin. Who goes over a
limit is blocked from the next command on. An exchange without such limits pays one look at `Risk.breakers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from tradsys_oms.core.commands import Command, NewOrder, ReplaceOrder
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.events import BlockChanged, CancelRejected, Event, Execution, OrderRejected
from tradsys_oms.core.fields import SCALE_E8, ExecType
from tradsys_oms.core.limits.bounds import BREAKER, FILLS, NOTIONAL, REJECTS
from tradsys_oms.core.limits.names import shown_name
from tradsys_oms.core.limits.rates import Window
from tradsys_oms.core.limits.restraints import Restraints
from tradsys_oms.core.limits.table import BREAKERS, WINDOWS
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.core.reference.members import Member
from tradsys_oms.core.state import State

REJECTED: Final = ExecType.REJECTED
TRADE: Final = ExecType.TRADE
SECOND_NS: Final = 1_000_000_000


class Meter(NamedTuple):
    """What may pass a usage in a window."""

    usage: Usage
    most: int
    window_ns: int


Meters: TypeAlias = dict[str, tuple[Meter, ...]]
"""By the name of the limit; of a session and an account, from the widest scope to the narrowest."""


class Breakers:
    """Counts the flow of members, sessions and accounts that have a limit on it, and blocks them."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._risk = state.risk
        self._meters: dict[tuple[str, str | None], tuple[Member, Meters]] = {}
        """As the limits were at `_version`."""
        self._version = -1

    def count(self, time_ns: int, command: Command, events: list[Event]) -> None:
        """Count what a command did beside its own order, and add the blocks that it leads to."""
        if not events:
            return
        first = events[0]
        tripped = self._risk.tripped
        exec_type = first.exec_type if isinstance(first, Execution) else REJECTED
        is_passed = exec_type != REJECTED
        if is_passed and len(events) == 1 and exec_type != TRADE and not tripped:
            return
        if not is_passed and isinstance(command, NewOrder | ReplaceOrder) and _is_refusal(first):
            self._take(time_ns, command.session, self._account(command, first), REJECTS)
        else:
            for event in events:
                if isinstance(event, Execution) and event.exec_type == TRADE:
                    self._take(time_ns, event.session, event.account, FILLS)
        if tripped:
            events += [self._trip(usage, name) for usage, name in tripped if BREAKER not in usage.blocks]
            tripped.clear()

    def _trip(self, usage: Usage, name: str) -> BlockChanged:
        reason = _reason(name, usage, getattr(usage.limits, name), getattr(usage.limits, WINDOWS[name]))
        usage.blocks[BREAKER] = reason
        self._risk.version += 1
        return BlockChanged(usage.scope, BREAKER, True, reason)

    def _take(self, time_ns: int, session: str, account: str | None, name: str) -> None:
        """Count something for each scope that has a limit on it, and note those for which it is too much."""
        for usage, most, window_ns in self._meters_of(session, account)[name]:
            window = usage.rates.get(name)
            if window is None:
                window = usage.rates[name] = Window()
            ahead_ns = max(window.empty_ns - time_ns, 0) + max(1, window_ns // most)
            if ahead_ns > window_ns:
                self._risk.tripped.append((usage, name))
            window.empty_ns = time_ns + min(ahead_ns, window_ns)

    def _meters_of(self, session: str, account: str | None) -> Meters:
        """List what counts the flow of a session for an account; worked out again when a limit or a block changes."""
        if self._version != self._risk.version:
            self._version = self._risk.version
            self._meters.clear()
        firm = self._state.sessions[session].firm
        known = self._meters.get((session, account))
        if known is not None and known[0] is firm:
            return known[1]
        usages: list[Usage] = [firm.usage, self._state.sessions[session].usage]
        if account is not None and account in firm.accounts:
            usages.append(firm.accounts[account])
        meters = {name: tuple(_meters(usages, name)) for name in (REJECTS, FILLS)}
        if account is None or account in firm.accounts:
            self._meters[session, account] = firm, meters
        return meters

    def _account(self, command: NewOrder | ReplaceOrder, event: Event) -> str | None:
        """Give the account of a request that was refused, None if it named no order that is known."""
        if isinstance(command, NewOrder):
            return command.account
        order = self._state.orders.find(event.order_id) if isinstance(event, CancelRejected) else None
        return order.account if order is not None else None


def _meters(usages: list[Usage], name: str) -> Iterator[Meter]:
    """Go through those that have a limit, and are not blocked by it or another one already."""
    for usage in usages:
        count, window_ns = getattr(usage.limits, name), getattr(usage.limits, WINDOWS[name])
        if count is not None and BREAKER not in usage.blocks:
            yield Meter(usage, count, window_ns)


def forget_flow(found: Restraints) -> None:
    """Let the breakers of a scope begin at nothing."""
    if isinstance(found, Usage):
        for name in BREAKERS:
            found.rates.pop(name, None)


def _is_refusal(event: Event) -> bool:
    if isinstance(event, Execution):
        return event.exec_type == ExecType.REJECTED
    return isinstance(event, OrderRejected | CancelRejected)


def _reason(name: str, usage: Usage, count: int, window_ns: int) -> str:
    value = format_e8(count) if name == NOTIONAL else str(count)
    window_s = format_e8(window_ns * SCALE_E8 // SECOND_NS)
    return f"{shown_name(name)} of {usage.scope} is {value} in {window_s} s: there were more"
