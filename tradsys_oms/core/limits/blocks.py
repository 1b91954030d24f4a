"""Blocks and the kill switch: docs/risk.md, section 8.

A block is a reason under its kind at a scope (`Restraints.blocks`); the gate looks there, so it holds from the same
command on. One that cancels lists the open orders of its scope once and takes them off in bounded parts, as a mass
cancel does, but before all other requests about many orders. Who lifts a block of the kind `kill` must be a second
person.
"""

from __future__ import annotations

from typing import Any, Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import ApproveRelease, Block, RequestRelease, Scope, Unblock
from tradsys_oms.core.events import BlockChanged, Event, Refused
from tradsys_oms.core.limits.bounds import BREAKER
from tradsys_oms.core.limits.breakers import forget_flow
from tradsys_oms.core.limits.changes import LimitChanges
from tradsys_oms.core.limits.restraints import KILL, Restraints
from tradsys_oms.core.limits.table import ACCOUNT, ALL, INSTRUMENT, MEMBER, SESSION
from tradsys_oms.core.requests.mass_cancel import CancelsLeft
from tradsys_oms.core.requests.mass_requests import BY_ORDER_ID, begin
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work
from tradsys_oms.errors import InvariantError

CLEARING: Final = "clearing"
KINDS: Final = ("operator", KILL, "portfolio", CLEARING)
"""Kinds of block that a command may set."""

BLOCKED_LEVELS: Final = (ALL, MEMBER, SESSION, ACCOUNT, INSTRUMENT)


class Blocks:
    """Handles Block, Unblock, RequestRelease and ApproveRelease."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._risk = state.risk
        self._limits = LimitChanges(state)

    def fault_of_block(self, command: Block) -> str | None:
        """Say why a scope can't be blocked like this, None if it can."""
        if command.kind not in KINDS:
            return f"There is no block of the kind {command.kind}: kinds are {', '.join(KINDS)}."
        if command.kind == KILL and not command.is_canceling:
            return "The kill switch cancels open orders: a block that leaves them is one of the kind operator."
        if not command.reason:
            return "A block needs a reason: it is what the owners of the orders are told."
        return self._fault_of_scope(command.scope) or self._fault_of_room(command.scope)

    def block(self, seq: int, time_ns: int, command: Block) -> list[Event]:
        """Block a scope; again with the same kind, it takes the new reason, and cancels what is open then."""
        fault = self.fault_of_block(command)
        if fault is not None:
            return [Refused(fault)]
        work, found = Work(self._state, seq, time_ns), self._made(command.scope)
        self._set(work, found, command.kind, command.reason)
        if command.is_canceling:
            cancel_all(work, found.scope, command.reason)
        return work.events

    def fault_of_unblock(self, command: Unblock) -> str | None:
        """Say why a block can't be taken away, None if it can."""
        if command.kind == KILL:
            return "The kill switch is released by two people: one requests the release, another one approves it."
        return self._fault_of_kind(command.scope, command.kind)

    def unblock(self, seq: int, time_ns: int, command: Unblock) -> list[Event]:
        """Take away a block; a breaker of the flow begins at nothing then."""
        fault = self.fault_of_unblock(command)
        return [Refused(fault)] if fault is not None else self._lift(command.scope, command.kind, command.reason)

    def fault_of_request(self, command: RequestRelease) -> str | None:
        """Say why the release of a kill switch can't be requested, None if it can."""
        fault = self._fault_of_kind(command.scope, KILL)
        if fault is not None:
            return fault
        if not command.operator:
            return "Who requests a release must be named: another one has to approve it."
        asked = self._risk.releases.get(self._known(command.scope).scope)
        if asked is not None:
            return f"The release of {command.scope} was requested by {asked[0]} already: another one may approve it."
        return None

    def request_release(self, seq: int, time_ns: int, command: RequestRelease) -> list[Event]:
        """Take note of the first person who wants a kill switch released."""
        fault = self.fault_of_request(command)
        if fault is not None:
            return [Refused(fault)]
        self._risk.releases[self._known(command.scope).scope] = (command.operator, command.reason)
        return []

    def fault_of_approval(self, command: ApproveRelease) -> str | None:
        """Say why a release can't be approved, None if it can."""
        fault = self._fault_of_kind(command.scope, KILL)
        if fault is not None:
            return fault
        if not command.operator:
            return "Who approves a release must be named."
        asked = self._risk.releases.get(self._known(command.scope).scope)
        if asked is None:
            return f"Nobody has requested the release of {command.scope}: one person requests it, another one approves."
        if asked[0] == command.operator:
            return f"{command.operator} requested the release of {command.scope}: it takes another one to approve it."
        return None

    def approve_release(self, seq: int, time_ns: int, command: ApproveRelease) -> list[Event]:
        """Release a kill switch for the second of two people."""
        fault = self.fault_of_approval(command)
        if fault is not None:
            return [Refused(fault)]
        operator, reason = self._risk.releases[self._known(command.scope).scope]
        return self._lift(command.scope, KILL, f"{reason} (requested by {operator}, approved by {command.operator})")

    def _fault_of_scope(self, scope: Scope) -> str | None:
        """Say why there is nothing to block at a scope, None if there is."""
        return _fault_of_level(scope) or self._limits.fault_of_scope(scope)

    def _fault_of_room(self, scope: Scope) -> str | None:
        """Say why an account that had no order yet can't be kept, None if it can."""
        if scope.level != ACCOUNT:
            return None
        crowd = self._risk.crowd_of_accounts(self._state.members[scope.name], scope.account)
        return f"{crowd}." if crowd else None

    def _fault_of_kind(self, scope: Scope, kind: str) -> str | None:
        """Say that a scope is not blocked by a block of this kind, None if it is."""
        fault = _fault_of_level(scope)
        if fault is not None:
            return fault
        found = self._risk.find(scope)
        return None if found is not None and kind in found.blocks else f"No block of the kind {kind} is on {scope}."

    def _made(self, scope: Scope) -> Restraints:
        """Find what stands against a scope; an account that had no order yet is made."""
        if scope.level == ACCOUNT:
            return self._risk.account(self._state.members[scope.name], scope.account)
        return self._known(scope)

    def _known(self, scope: Scope) -> Restraints:
        found = self._risk.find(scope)
        if found is None:
            raise InvariantError(f"Scope {scope} was found to be there, and is unknown.")
        return found

    def _set(self, work: Work, found: Restraints, kind: str, reason: str) -> None:
        found.blocks[kind] = reason
        self._risk.version += 1
        if kind == KILL:
            self._risk.releases.pop(found.scope, None)  # what was requested was the release of an earlier one
        work.events.append(BlockChanged(found.scope, kind, True, reason))

    def _lift(self, scope: Scope, kind: str, reason: str) -> list[Event]:
        found = self._known(scope)
        del found.blocks[kind]
        self._risk.version += 1
        if kind == KILL:
            self._risk.releases.pop(found.scope, None)
        elif kind == BREAKER:
            forget_flow(found)
        return [BlockChanged(found.scope, kind, False, reason)]


class ScopeCancels(CancelsLeft):
    """The orders of a blocked scope that are still to be canceled, the oldest first."""

    def __init__(self, scope: Scope, text: str, orders: list[Order]) -> None:
        super().__init__("", text, orders)
        self.scope = scope

    def row(self) -> tuple[Any, ...]:
        """Give all that it knows."""
        return (self.scope, *super().row())


def cancel_all(work: Work, scope: Scope, text: str) -> None:
    """Begin to cancel all open orders of a scope, in place of what was left to cancel of it before."""
    waiting = work.state.mass_requests
    for request in [request for request in waiting if isinstance(request, ScopeCancels) and request.scope == scope]:
        waiting.remove(request)
    begin(work, ScopeCancels(scope, text, open_orders_of(work.state, scope)), is_urgent=True)


def open_orders_of(state: State, scope: Scope) -> list[Order]:
    """List the open orders of a scope, the oldest first."""
    if scope.level == INSTRUMENT:
        instrument = state.instruments[scope.symbol]
        return sorted((*instrument.book.open_orders(), *instrument.routed.values()), key=BY_ORDER_ID)
    orders = [
        order
        for session in state.sessions.values()
        if scope.level == ALL or scope.name == (session.session if scope.level == SESSION else session.member)
        for order in state.orders.open_of(session.session)
        if scope.level != ACCOUNT or order.account == scope.account
    ]
    orders.sort(key=BY_ORDER_ID)
    return orders


def _fault_of_level(scope: Scope) -> str | None:
    """Say why blocks can't be on such a scope, None if they can."""
    if scope.level in BLOCKED_LEVELS:
        return None
    return f"There are no blocks on the level {scope.level}: levels are {', '.join(BLOCKED_LEVELS)}."
