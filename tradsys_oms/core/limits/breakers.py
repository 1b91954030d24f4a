"""Circuit breakers of the flow: docs/risk.md, section 9.

All that counts can be seen in a command and its events, so it is counted when the command is done: refused orders and
replaces, accepted ones and their notional, fills of any origin. Who goes over a limit is blocked from the next command
on. An exchange without such limits pays one look at `Risk.breakers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from tradsys_oms.core.commands import Command, NewOrder, ReplaceOrder
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.events import BlockChanged, CancelRejected, Event, Execution, OrderRejected
from tradsys_oms.core.fields import SCALE_E8, ExecType
from tradsys_oms.core.limits.names import shown_name
from tradsys_oms.core.limits.prices import unpriced_px
from tradsys_oms.core.limits.rates import Window
from tradsys_oms.core.limits.restraints import Restraints
from tradsys_oms.core.limits.table import BREAKERS, WINDOWS
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.core.reference.members import Member
from tradsys_oms.core.state import State

BREAKER: Final = "breaker"
"""The kind of block that is set here."""
REJECTS, ORDERS, NOTIONAL, FILLS = BREAKERS
ENTERED: Final = (ExecType.NEW, ExecType.REPLACED)
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

    def price_before(self, command: Command) -> int:
        """Give the price, in ticks, at which the order of a request counts if it has no limit: before its own trades
        move it.
        """
        if not isinstance(command, NewOrder | ReplaceOrder):
            return 0
        instrument = self._state.instruments.get(command.symbol)
        return unpriced_px(instrument) if instrument is not None else 0

    def count(self, time_ns: int, command: Command, events: list[Event], price_before: int) -> None:
        """Count what a command did, and add the blocks that it leads to."""
        changes: list[Event] = []
        if isinstance(command, NewOrder | ReplaceOrder):
            for event in events:
                if isinstance(event, Execution) and event.exec_type in ENTERED:
                    self._entered(changes, time_ns, event, price_before)
                    break  # a replace may be reported to two sessions
                if _is_refusal(event):
                    self._take(changes, time_ns, command.session, self._account(command, event), REJECTS)
                    break
        for event in events:
            if isinstance(event, Execution) and event.exec_type == ExecType.TRADE:
                self._take(changes, time_ns, event.session, event.account, FILLS)
        events += changes

    def _entered(self, changes: list[Event], time_ns: int, event: Execution, price_before: int) -> None:
        """Count an order or a replace that was accepted, at its reserve price."""
        money = self._state.instruments[event.symbol].money((event.price or price_before) * event.order_qty)
        self._take(changes, time_ns, event.session, event.account, ORDERS)
        self._take(changes, time_ns, event.session, event.account, NOTIONAL, money)

    def _take(
        self, changes: list[Event], time_ns: int, session: str, account: str | None, name: str, amount: int = 1
    ) -> None:
        """Count something for each scope that has a limit on it, and block those for which it is too much."""
        for usage, most, window_ns in self._meters_of(session, account)[name]:
            window = usage.rates.get(name)
            if window is None:
                window = usage.rates[name] = Window()
            ahead_ns = max(window.empty_ns - time_ns, 0) + max(1, amount * window_ns // most)
            if ahead_ns > window_ns:
                reason = _reason(name, usage, most, window_ns)
                usage.blocks[BREAKER] = reason
                self._risk.version += 1
                changes.append(BlockChanged(usage.scope, BREAKER, True, reason))
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
        meters = {name: tuple(_meters(usages, name)) for name in BREAKERS}
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
