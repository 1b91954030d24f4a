"""Sponsored access: a clearing firm suspends its clients, lets them trade again, and sees their limits.

Who clears for a member is in the member's data (`SetMember.clearing_member`), and nobody else may ask: SEC Rule 15c3-5
(d) wants these controls with the firm that gives the access. A suspension is a block of the kind `clearing`, which only
takes new orders away; a halt cancels what is open, too.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from msgspec import structs

from tradsys_oms.core.commands import Block, ClientAction, QueryClient, Scope, Unblock
from tradsys_oms.core.events import ClientActionDone, ClientLimit, ClientLimits, Event
from tradsys_oms.core.fields import PartyActionRejectReason, PartyActionType, RiskLimitRequestResult
from tradsys_oms.core.limits.blocks import CLEARING, Blocks
from tradsys_oms.core.limits.names import shown_name
from tradsys_oms.core.limits.report import usage_rows
from tradsys_oms.core.limits.risk import EACH_ACCOUNT
from tradsys_oms.core.limits.table import ACCOUNT, HOLDING, LEVELS, LIMITS, MEMBER, SESSION
from tradsys_oms.core.reference.sessions import SessionState
from tradsys_oms.core.state import State

ROWS_MAX: Final = 200
"""Limits in one answer: it is one message."""
NUMBERS: Final = frozenset(
    shown_name(name) for name, kind in LIMITS.items() if kind.unit not in ("word", "words", "flag")
)
"""Limits that are numbers, the only ones that a PartyRiskLimitsReport has a place for."""
ACTIONS: Final = {
    PartyActionType.SUSPEND: "Suspended",
    PartyActionType.HALT_TRADING: "Halted",
    PartyActionType.REINSTATE: "Reinstated",
}


class Fault(NamedTuple):
    """Why a request can't be done: PartyActionRejectReason (2333), and a sentence for Text (58)."""

    reason: int
    text: str


class Clients:
    """Handles ClientAction and QueryClient."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._blocks = Blocks(state)

    def act(self, seq: int, time_ns: int, command: ClientAction) -> list[Event]:
        """Suspend or halt a client or one of its accounts, or let it trade again; or say why not."""
        session = self._state.sessions.received(command.session, command.msg_seq_num)
        scope = _scope(command)
        fault = self._fault(session, command) or self._fault_of_action(command, scope)
        if fault is not None:
            return [_done(command, fault)]
        reason = f"{ACTIONS[command.action]} by clearing member {session.member}"
        reason = f"{reason}: {command.text}" if command.text else reason
        if command.action == PartyActionType.REINSTATE:
            events = self._blocks.unblock(seq, time_ns, Unblock(scope, CLEARING, session.member, reason))
            is_blocked = self._is_blocked(command.member, command.account)
            return [_done(command, text="Still blocked for another reason" if is_blocked else ""), *events]
        is_canceling = command.action == PartyActionType.HALT_TRADING
        block = Block(scope, CLEARING, is_canceling, session.member, reason)
        return [_done(command), *self._blocks.block(seq, time_ns, block)]

    def query(self, seq: int, time_ns: int, command: QueryClient) -> list[Event]:
        """Report limits and usage of a client or one of its accounts, or say why not."""
        session = self._state.sessions.received(command.session, command.msg_seq_num)
        head = (command.session, command.request_id, command.member, command.account)
        fault = self._fault(session, command) or self._fault_of_account(command)
        if fault is not None:
            return [ClientLimits(*head, False, (), RESULTS[fault.reason], fault.text)]
        rows: list[ClientLimit] = []
        for scope in self._limited(command):
            rows += [row for row in usage_rows(self._state, scope, time_ns) if row.limit in NUMBERS]
            if len(rows) > ROWS_MAX:
                break
        text = f"There are more limits than these {ROWS_MAX}: ask for one account" if len(rows) > ROWS_MAX else ""
        return [
            ClientLimits(*head, self._is_blocked(command.member, command.account), tuple(rows[:ROWS_MAX]), -1, text)
        ]

    def _fault(self, session: SessionState, command: ClientAction | QueryClient) -> Fault | None:
        """Say why a session may not ask this about a client, None if it may."""
        if command.unsupported:
            return Fault(PartyActionRejectReason.OTHER, command.unsupported)
        if command.requesting_party not in ("", session.member):
            text = f"RequestingPartyID {command.requesting_party} is not the member of this session, {session.member}"
            return Fault(PartyActionRejectReason.UNKNOWN_REQUESTING_PARTY, text)
        member = self._state.members.get(command.member)
        if member is None:
            return Fault(PartyActionRejectReason.INVALID_PARTY, f"Unknown member {command.member}")
        if member.clearing_member != session.member:
            text = f"Member {session.member} does not clear for {command.member}"
            return Fault(PartyActionRejectReason.NOT_AUTHORIZED, text)
        return None

    def _fault_of_action(self, command: ClientAction, scope: Scope) -> Fault | None:
        """Say why a client can't be suspended or let trade again, None if it can."""
        if command.action not in ACTIONS:
            return Fault(PartyActionRejectReason.OTHER, f"PartyActionType {command.action} is not supported")
        if command.action == PartyActionType.REINSTATE:
            found = self._state.risk.find(scope)
            if found is None or CLEARING not in found.blocks:
                return Fault(PartyActionRejectReason.OTHER, f"No clearing member has suspended {scope}")
            return None
        fault = self._blocks.fault_of_block(Block(scope, CLEARING, False, command.member, ACTIONS[command.action]))
        if fault is not None:
            return Fault(PartyActionRejectReason.INVALID_PARTY, fault.removesuffix("."))
        return None

    def _fault_of_account(self, command: QueryClient) -> Fault | None:
        """Say that there is no such account, None if there is or none is named."""
        accounts = self._state.members[command.member].accounts
        if not command.account or command.account in accounts or self._limited(command):
            return None
        text = f"Unknown account {command.member}/{command.account}"
        return Fault(PartyActionRejectReason.INVALID_PARTY, text)

    def _limited(self, command: QueryClient) -> list[Scope]:
        """List the scopes of a client or an account of it that have limits, from the widest to the narrowest."""
        risk = self._state.risk
        named = {**risk.configured, **risk.changed}
        found = [scope for scope in named if scope != EACH_ACCOUNT and self._is_of(scope, command)]
        if EACH_ACCOUNT in risk.configured:
            accounts = [account.scope for account in self._state.members[command.member].accounts.values()]
            found += [scope for scope in accounts if scope not in named and self._is_of(scope, command)]
        return sorted(found, key=lambda scope: (LEVELS.index(scope.level), structs.astuple(scope)))

    def _is_of(self, scope: Scope, command: QueryClient) -> bool:
        if command.account:
            return scope.level in (ACCOUNT, HOLDING) and (scope.name, scope.account) == (
                command.member,
                command.account,
            )
        if scope.level == SESSION:
            return self._state.sessions[scope.name].member == command.member
        return scope.level in (MEMBER, ACCOUNT, HOLDING) and scope.name == command.member

    def _is_blocked(self, member: str, account: str) -> bool:
        """Tell that new orders of a client, or of one of its accounts, are refused."""
        firm = self._state.members[member]
        found = firm.accounts.get(account) if account else None
        return bool(self._state.risk.all.blocks or firm.usage.blocks or (found is not None and found.blocks))


RESULTS: Final = {
    PartyActionRejectReason.INVALID_PARTY: RiskLimitRequestResult.INVALID_PARTY,
    PartyActionRejectReason.UNKNOWN_REQUESTING_PARTY: RiskLimitRequestResult.INVALID_PARTY,
    PartyActionRejectReason.NOT_AUTHORIZED: RiskLimitRequestResult.NOT_AUTHORIZED,
    PartyActionRejectReason.OTHER: RiskLimitRequestResult.OTHER,
}
"""RiskLimitRequestResult (1761) that means the same."""


def _scope(command: ClientAction) -> Scope:
    """Give what an action is about: an account, or the whole member."""
    return Scope(ACCOUNT if command.account else MEMBER, command.member, command.account)


def _done(command: ClientAction, fault: Fault | None = None, text: str = "") -> ClientActionDone:
    reason, text = (-1, text) if fault is None else fault
    head = (command.session, command.request_id, command.action, command.member, command.account)
    return ClientActionDone(*head, reason, text)
