"""What the configuration and operators say about limits and accounts."""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import ChangeLimits, Limits, Scope, SetAccount, SetLimits, SetRiskRules
from tradsys_oms.core.events import Event, Refused
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.limits.account import Account
from tradsys_oms.core.limits.merging import names_given
from tradsys_oms.core.limits.names import shown_name
from tradsys_oms.core.limits.risk import EACH_ACCOUNT
from tradsys_oms.core.limits.table import ACCOUNT, HOLDING, INSTRUMENT, LIMITS, MEMBER, PARTS, SESSION, WINDOWS, WORDS
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.state import State


class LimitChanges:
    """Handles SetAccount, SetLimits, ChangeLimits and SetRiskRules."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._risk = state.risk

    def fault_of_account(self, command: SetAccount) -> str | None:
        """Say why an account can't be declared, None if it can."""
        if command.member not in self._state.members:
            return f"Account {command.account} names the member {command.member}, which is unknown."
        return None if command.account else f"An account of {command.member} needs a name."

    def set_account(self, seq: int, time_ns: int, command: SetAccount) -> list[Event]:
        """Declare an account, switch it on or off, or take its declaration back."""
        fault = self.fault_of_account(command)
        if fault is not None:
            return [Refused(fault)]
        member = self._state.members[command.member]
        account = self._risk.account(member, command.account)
        member.declared_count += command.is_declared - account.is_declared
        account.is_declared = command.is_declared
        account.enabled = command.enabled
        self._risk.version += 1
        return []

    def fault_of_limits(self, command: SetLimits) -> str | None:
        """Say why a scope can't have these limits, None if it can."""
        fault = self.fault_of_scope(command.scope) if command.scope != EACH_ACCOUNT else None
        return fault or (_fault_of(command.scope, command.limits) if command.limits is not None else None)

    def set_limits(self, seq: int, time_ns: int, command: SetLimits) -> list[Event]:
        """Give a scope the limits of the configuration, or take them away."""
        fault = self.fault_of_limits(command)
        if fault is not None:
            return [Refused(fault)]
        self._risk.configure(command.scope, command.limits)
        return []

    def fault_of_change(self, command: ChangeLimits) -> str | None:
        """Say why limits can't be changed like this, None if they can."""
        if "*" in command.reset and command.reset != ("*",):
            return "All limits are reset, or those that are named."
        named = command.lifted if command.reset == ("*",) else (*command.lifted, *command.reset)
        unknown = [name for name in named if name not in LIMITS]
        if unknown:
            return f"There is no limit {unknown[0]}."
        return (
            self.fault_of_scope(command.scope)
            or _fault_of_values(command.scope, command.changes)
            or _fault_of_pairs(command.scope, self._risk.changed_limits(command))
        )

    def change_limits(self, seq: int, time_ns: int, command: ChangeLimits) -> list[Event]:
        """Change limits of a scope for an operator."""
        fault = self.fault_of_change(command)
        if fault is not None:
            return [Refused(fault)]
        self._risk.change(command)
        return []

    def fault_of_rules(self, command: SetRiskRules) -> str | None:
        """Say why the rules can't be these, None if they can."""
        if not 0 <= command.warn_bps <= 10_000:
            return f"A warning is due at 0 to 100 percent of a limit, not at {command.warn_bps} basis points."
        wrong = [currency for currency, rate_e8 in command.rates_e8 if rate_e8 <= 0]
        return f"The rate of {wrong[0]} must be above 0." if wrong else None

    def set_rules(self, seq: int, time_ns: int, command: SetRiskRules) -> list[Event]:
        """Take the rules that hold for all limits; what a new rate changes is counted again."""
        fault = self.fault_of_rules(command)
        if fault is not None:
            return [Refused(fault)]
        self._risk.rules = command
        self._risk.version += 1
        for instrument in self._state.instruments.values():
            self.rate(instrument)
        return []

    def rate(self, instrument: Instrument) -> None:
        """Count an instrument's business at the rate of its currency."""
        rate_e8 = dict(self._risk.rules.rates_e8).get(instrument.currency, SCALE_E8)
        before = instrument.money_numerator, instrument.money_denominator
        instrument.set_rate(rate_e8)
        after = instrument.money_numerator, instrument.money_denominator
        if after == before:
            return
        instrument.money_numerator, instrument.money_denominator = before
        orders = (*instrument.book.open_orders(), *instrument.routed.values(), *instrument.growing.values())
        reserved = [(order, order.reserved_qty, order.reserved_px) for order in orders]
        for order, _, _ in reserved:
            order.lane.reserve(order, 0, 0)
        instrument.money_numerator, instrument.money_denominator = after
        for order, qty, px in reserved:
            order.lane.reserve(order, qty, px)
        for holding in instrument.holdings:
            holding.value_at(holding.mark)

    def fault_of_scope(self, scope: Scope) -> str | None:
        """Say what a scope names that there is not, None for nothing."""
        fault = _fault_of_parts(scope)
        if fault is not None:
            return fault
        state = self._state
        if scope.level in (MEMBER, ACCOUNT, HOLDING):
            member = state.members.get(scope.name)
            if member is None:
                return f"Unknown member {scope.name}."
            if scope.level != MEMBER and member.declares_accounts and not _is_declared(member.accounts, scope.account):
                return f"Unknown account {scope.name}/{scope.account}."
        if scope.level == SESSION and scope.name not in state.sessions:
            return f"Unknown session {scope.name}."
        if scope.level in (INSTRUMENT, HOLDING) and scope.symbol not in state.instruments:
            return f"Unknown symbol {scope.symbol}."
        return None


def _fault_of_parts(scope: Scope) -> str | None:
    """Say that there is no such level, or that its scopes are not named like this; None if they are."""
    parts = PARTS.get(scope.level)
    if parts is None:
        return f"There is no level {scope.level}: levels are {', '.join(PARTS)}."
    spare = [part for part in ("name", "account", "symbol") if getattr(scope, part) and part not in parts]
    return f"A scope of the level {scope.level} has no {spare[0]}." if spare else None


def _is_declared(accounts: dict[str, Account], name: str) -> bool:
    return name in accounts and accounts[name].is_declared


def _fault_of(scope: Scope, limits: Limits) -> str | None:
    return _fault_of_values(scope, limits) or _fault_of_pairs(scope, limits)


def _fault_of_values(scope: Scope, limits: Limits) -> str | None:
    """Say which limit a scope can't have, or not with this value; None for none."""
    for name in names_given(limits):
        value = getattr(limits, name)
        if scope.level not in LIMITS[name].levels:
            return f"Limit {shown_name(name)} is none of {scope}: it is one of {', '.join(LIMITS[name].levels)}."
        if isinstance(value, int) and value < 0:
            return f"Limit {shown_name(name)} of {scope} can't be below 0."
        if name in ABOVE_0 and value == 0:
            return f"Limit {shown_name(name)} of {scope} must be above 0."
        if name in WORDS and value not in WORDS[name]:
            return f"Limit {shown_name(name)} of {scope} is one of {', '.join(WORDS[name])}, not {value}."
    return None


def _fault_of_pairs(scope: Scope, limits: Limits) -> str | None:
    """Say which rate has no window, or which window no rate; None for none."""
    for count, window in WINDOWS.items():
        count_name, window_name = shown_name(count), shown_name(window)
        if (getattr(limits, count) is None) != (getattr(limits, window) is None):
            return f"Limits {count_name} and {window_name} of {scope} go together."
        if getattr(limits, count) is not None and min(getattr(limits, count), getattr(limits, window)) <= 0:
            return f"Limits {count_name} and {window_name} of {scope} must be above 0."
    return None


ABOVE_0: Final = ("fat_finger_multiple", "duplicate_window_ns")
"""Limits of which 0 would mean nothing."""
