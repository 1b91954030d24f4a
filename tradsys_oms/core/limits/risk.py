"""All limits and who uses them: what the configuration gave, what operators changed, and where each scope is found."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from msgspec import structs

from tradsys_oms.core.commands import NO_LIMITS, ChangeLimits, Limits, Scope, SetRiskRules
from tradsys_oms.core.events import LimitNear
from tradsys_oms.core.limits.account import Account
from tradsys_oms.core.limits.bounds import Bounds
from tradsys_oms.core.limits.holding import Holding
from tradsys_oms.core.limits.lane import Lane
from tradsys_oms.core.limits.merging import merged, names_given, none_of, with_partners
from tradsys_oms.core.limits.objections import refused_account
from tradsys_oms.core.limits.restraints import KILL, Restraints
from tradsys_oms.core.limits.table import ACCOUNT, BREAKERS, LIMITS, PARTNERS
from tradsys_oms.core.limits.usage import Usage
from tradsys_oms.core.limits.warnings import Near, key_of, rearm
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.reference.members import Member
from tradsys_oms.core.reference.sessions import Sessions, SessionState

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order

T = TypeVar("T")
DEFAULT_RULES: Final = SetRiskRules(8_000, "USD", ())
EACH_ACCOUNT: Final = Scope(ACCOUNT)
"""Stands for each account that the configuration gives no limits of its own."""
HOLDINGS_MAX: Final = 1_000_000
"""Accounts times instruments: each is kept for ever."""
UNDECLARED_MAX: Final = 10_000
"""Accounts of a member that are not declared: a peer may name what it likes, and each is kept for ever."""
WARNED_MAX: Final = 10_000
"""Usages that one command looks at whether they may be warned of again."""


class Risk:
    """The limits of the exchange."""

    def __init__(self, instruments: dict[str, Instrument], members: dict[str, Member], sessions: Sessions) -> None:
        self._instruments, self._members, self._sessions = instruments, members, sessions
        self.rules = DEFAULT_RULES
        self.all = Restraints(Scope("all"))
        self.configured: dict[Scope, Limits] = {}
        """What the configuration gave."""
        self.changed: dict[Scope, Limits] = {}
        """What operators changed; only scopes with a change."""
        self.lifted: dict[Scope, tuple[str, ...]] = {}
        """Names of limits that operators took away."""
        self.version = 0
        """Rises with each change of a limit or a block: what was worked out from them before is void."""
        self.warned: dict[Usage, None] = {}
        """Usages of which a warning was given, the one that was looked at last at the end."""
        self.breakers: dict[Scope, None] = {}
        """Scopes with a limit that pauses the flow; who has none of them is not counted."""
        self.releases: dict[Scope, tuple[str, str]] = {}
        """Releases of the kill switch that wait for a second person: who requested it, and why."""
        self.tripped: list[tuple[Usage, str]] = []
        """Breakers that the present command has tripped: who has let too much pass, and the name of the limit."""
        self.holding_count = 0
        self.trade_date = 0
        """The day whose usage is counted, as YYYYMMDD; 0 before any began."""
        self.day_seq = 0
        """Journal sequence of the command that began it."""
        self.to_value: deque[Holding] = deque()
        """Holdings that `Revalue` has not yet come to."""

    def lane(self, session: SessionState, account: str, instrument: Instrument) -> Lane | None:
        """Give the lane of a session, an account and an instrument; None if the member has no such account, or if
        there is no room for one more."""
        lanes = session.lanes.get(account)
        lane = lanes.get(instrument.symbol) if lanes is not None else None
        if lane is None:
            if session.firm.declares_accounts and account not in session.firm.accounts:
                return None
            holding = self.holding(session.firm, account, instrument)
            if holding is None:
                return None
            lane = Lane(session.firm.usage, session.usage, holding.account, holding)
            session.lanes.setdefault(account, {})[instrument.symbol] = lane
        return lane

    def lane_of(self, session: SessionState, order: Order) -> Lane:
        """Give the lane of an order for the session of its member that asks for something, which answers for that."""
        return self.lane(session, order.account, order.instrument) or order.lane

    def account(self, member: Member, account: str) -> Account:
        """Give an account of a member; one that is new is made."""
        found = member.accounts.get(account)
        if found is None:
            found = member.accounts[account] = Account(member, account, is_declared=False)
            self._restrain(found)
        return found

    def holding(self, member: Member, account: str, instrument: Instrument) -> Holding | None:
        """Give what an account of a member holds of an instrument; None if there is no room: no account is made."""
        found = member.accounts.get(account)
        holding = found.holdings.get(instrument.symbol) if found is not None else None
        if holding is None and not self.crowd(member, account):
            self.holding_count += 1
            found = self.account(member, account)
            holding = found.holdings[instrument.symbol] = Holding(found, instrument)
            instrument.holdings.append(holding)
            self._restrain(holding)
        return holding

    def crowd(self, member: Member, account: str) -> str:
        """Say why no account in one more instrument can be kept, "" if it can."""
        if self.holding_count >= HOLDINGS_MAX:
            return f"The exchange keeps its maximum of {HOLDINGS_MAX} accounts in instruments"
        return self.crowd_of_accounts(member, account)

    def crowd_of_accounts(self, member: Member, account: str) -> str:
        """Say why an account can't be made, "" if it can, or is there."""
        if account in member.accounts or len(member.accounts) - member.declared_count < UNDECLARED_MAX:
            return ""
        return (
            f"Member {member.name} has {UNDECLARED_MAX} accounts that are not declared, the most that are kept: "
            f"use one of them, or declare accounts"
        )

    def bounds_of(self, lane: Lane) -> Bounds | None:
        """Work out what the orders of a lane are compared with now, None for nothing."""
        scopes = self.scopes_of(lane)
        is_refused = refused_account(lane) is not None
        lane.version = self.version
        if not is_refused and all(scope.limits is NO_LIMITS and not scope.blocks for scope in scopes):
            lane.bounds = None
        else:
            lane.bounds = Bounds(lane, scopes, self.rules.warn_bps, self.tripped, is_refused=is_refused)
        return lane.bounds

    def scopes_of(self, lane: Lane) -> tuple[Restraints, ...]:
        """List the scopes of a lane, from the widest to the narrowest."""
        return (self.all, lane.member, lane.session, lane.account, lane.instrument.restraints, lane.holding)

    def killed(self, lane: Lane) -> str | None:
        """Give the reason of a kill switch that is on for a lane, None for none."""
        for scope in self.scopes_of(lane):
            if KILL in scope.blocks:
                return scope.blocks[KILL]
        return None

    def find(self, scope: Scope) -> Restraints | None:
        """Give what stands against a scope; None if it is unknown, or an account or a holding that had no order yet."""
        if scope.level == "all":
            return self.all
        if scope.level == "instrument":
            instrument = self._instruments.get(scope.symbol)
            return instrument.restraints if instrument is not None else None
        if scope.level == "session":
            return self._sessions[scope.name].usage if scope.name in self._sessions else None
        member = self._members.get(scope.name)
        if member is None or scope.level == "member":
            return member.usage if member is not None else None
        account = member.accounts.get(scope.account)
        if account is None or scope.level == "account":
            return account
        return account.holdings.get(scope.symbol)

    def limits_of(self, scope: Scope) -> Limits:
        """Give the limits of a scope as they are now."""
        return merged(self.configured_for(scope), self.changed.get(scope, NO_LIMITS), self.lifted.get(scope, ()))

    def configured_for(self, scope: Scope) -> Limits:
        """Give the limits that the configuration gave a scope, be they its own or those of each account."""
        own = self.configured.get(scope)
        if own is None and scope.level == ACCOUNT:
            own = self.configured.get(EACH_ACCOUNT)
        return own if own is not None else NO_LIMITS

    def configure(self, scope: Scope, limits: Limits | None) -> None:
        """Take the limits that the configuration gives a scope, None for none of its own.

        Limits of each account are a walk over all accounts.
        """
        _put(self.configured, scope, NO_LIMITS if limits == NO_LIMITS else limits, None)
        self.refresh(scope)
        if scope == EACH_ACCOUNT:
            for account in self.accounts():
                if account.scope not in self.configured:
                    self.refresh(account.scope)

    def change(self, command: ChangeLimits) -> None:
        """Take what an operator changes."""
        changed, lifted = self._after(command)
        _put(self.changed, command.scope, changed, NO_LIMITS)
        _put(self.lifted, command.scope, lifted, ())
        self.refresh(command.scope)

    def changed_limits(self, command: ChangeLimits) -> Limits:
        """Give the limits that a scope would have after a change."""
        changed, lifted = self._after(command)
        return merged(self.configured_for(command.scope), changed, lifted)

    def _after(self, command: ChangeLimits) -> tuple[Limits, tuple[str, ...]]:
        """Give what operators would have changed and taken away after a change: what is reset goes first.

        A rate and its window are one limit, so that a configuration without them can't take the half of one away.
        """
        scope, given = command.scope, names_given(command.changes)
        reset = tuple(LIMITS) if command.reset == ("*",) else with_partners(command.reset)
        changed = structs.replace(self.changed.get(scope, NO_LIMITS), **none_of(reset))
        lifted = [name for name in self.lifted.get(scope, ()) if name not in reset]
        lifted += with_partners(command.lifted)
        gone = tuple(name for name in LIMITS if name in lifted and name not in given)
        values = none_of(gone) | {name: getattr(command.changes, name) for name in given}
        named = (*given, *gone)
        for partner in (PARTNERS[name] for name in given if name in PARTNERS):
            if partner not in named and getattr(changed, partner) is None:
                values[partner] = getattr(self.configured_for(scope), partner)
        return structs.replace(changed, **values), gone

    def refresh(self, scope: Scope) -> None:
        """Let a scope have the limits that it should have now; what changed may be warned of again."""
        self.version += 1
        limits = self.limits_of(scope)
        note_breakers(self.breakers, scope, limits)
        found = self.find(scope)
        if found is None:
            return
        before, found.limits = found.limits, limits
        usages = (found,) if isinstance(found, Usage) else self._holdings_of(scope)
        warned = [usage for usage in usages if usage.warned]
        changed = [name for name in LIMITS if getattr(before, name) != getattr(limits, name)] if warned else ()
        for usage in warned:
            for name in changed:
                usage.warned.pop(key_of(found, name), None)

    def _holdings_of(self, scope: Scope) -> list[Holding]:
        """List the holdings in the instrument of a scope, none if it is of another level."""
        return self._instruments[scope.symbol].holdings if scope.level == "instrument" else []

    def warn(self, near: Sequence[Near]) -> list[LimitNear]:
        """Note warnings, so that each is given once; give them."""
        for usage, key, _ in near:
            usage.warned[key] = None
            self.warned[usage] = None
        return [event for _, _, event in near]

    def rearm(self) -> None:
        """Let warnings be given again where the usage is below; those that one command has no room for wait."""
        is_changed = False
        for usage in list(islice(self.warned, WARNED_MAX)):
            is_changed |= rearm(usage, self.rules.warn_bps)
            del self.warned[usage]
            if usage.warned:
                self.warned[usage] = None
        self.version += is_changed

    def _restrain(self, found: Restraints) -> None:
        """Give a scope that has just been made what was said about it before."""
        found.limits = self.limits_of(found.scope)

    def accounts(self) -> Iterator[Account]:
        """Go through all accounts, by member and name."""
        for _, member in sorted(self._members.items()):
            for name in sorted(member.accounts):
                yield member.accounts[name]

    def scopes(self) -> Iterator[Restraints]:
        """Go through all scopes but holdings, from the widest to the narrowest, each level by name."""
        yield self.all
        yield from (member.usage for _, member in sorted(self._members.items()))
        yield from (session.usage for _, session in sorted(self._sessions.items()))
        yield from self.accounts()
        yield from (instrument.restraints for _, instrument in sorted(self._instruments.items()))

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Give all that is known, for the hash of the state."""
        waiting = [structs.astuple(holding.scope) for holding in self.to_value]
        warned = [structs.astuple(usage.scope) for usage in self.warned]
        yield ("risk", self.rules, self.trade_date, self.day_seq, waiting, warned, self.all.row())
        yield ("releases", sorted((structs.astuple(scope), *asked) for scope, asked in self.releases.items()))
        for scope in sorted({**self.configured, **self.changed, **self.lifted}, key=structs.astuple):
            yield (
                "limits",
                scope,
                self.configured.get(scope),
                self.changed.get(scope, NO_LIMITS),
                self.lifted.get(scope, ()),
            )
        for _, member in sorted(self._members.items()):
            yield ("member usage", *member.usage.row())
        for _, session in sorted(self._sessions.items()):
            yield ("session usage", *session.usage.row())
        for symbol, instrument in sorted(self._instruments.items()):
            yield (
                "instrument restraints",
                symbol,
                instrument.mark,
                instrument.said,
                instrument.valued_mark,
                *instrument.restraints.row(),
            )
        for account in self.accounts():
            yield ("account", *account.row())
            for _, holding in sorted(account.holdings.items()):
                yield ("holding", *holding.row())


def note_breakers(scopes: dict[Scope, None], scope: Scope, limits: Limits) -> None:
    """Keep a scope among `scopes` while it has a limit that pauses the flow."""
    scopes.pop(scope, None)
    if any(getattr(limits, name) is not None for name in BREAKERS):
        scopes[scope] = None


def _put(values: dict[Scope, T], scope: Scope, value: T | None, nothing: T | None) -> None:
    if value is None or value == nothing:
        values.pop(scope, None)
    else:
        values[scope] = value
