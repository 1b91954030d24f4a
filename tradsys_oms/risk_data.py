"""Pre-trade risk of the configuration: accounts, limits and rules that the core does not know yet, as commands.

As with reference data, a start or a reload journals only what changed. What is no longer configured goes: a scope gets
no limits, an account is not declared any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from tradsys_oms.config.model import Config
from tradsys_oms.config.risk_model import DeclaredRisk
from tradsys_oms.core.commands import Limits, Scope, SetAccount, SetLimits, SetRiskRules
from tradsys_oms.errors import InvariantError


class KnownAccount(Protocol):
    """An account, as the core has it."""

    is_declared: bool
    enabled: bool


class AccountHolder(Protocol):
    """A member, as the core has it."""

    @property
    def accounts(self) -> Mapping[str, KnownAccount]:
        """Give its accounts: those that are declared, and those that orders have named."""


class ConfiguredRisk(Protocol):
    """What the core has from the configuration."""

    @property
    def configured(self) -> Mapping[Scope, Limits]:
        """Give the scopes that have limits, each with them."""

    @property
    def rules(self) -> SetRiskRules:
        """Give what holds for all limits."""


def lifted_limits(config: Config, risk: ConfiguredRisk) -> Iterator[SetLimits]:
    """List what takes limits away from scopes that have none any more; before anything else, while all is as it was."""
    wanted = _declared(config).limits
    return (SetLimits(scope, None) for scope in risk.configured if scope not in wanted)


def account_changes(config: Config, members: Mapping[str, AccountHolder]) -> Iterator[SetAccount]:
    """List what changes the accounts of the core's members to those that `config` declares; after the members."""
    wanted = _declared(config).accounts
    for member in dict.fromkeys([*wanted, *members]):
        known = _journaled(members[member]) if member in members else {}
        declared = wanted.get(member, {})
        for account, is_enabled in declared.items():
            if known.get(account) is not is_enabled:
                yield SetAccount(member, account, is_enabled)
        for account in known:
            if account not in declared:
                yield SetAccount(member, account, False, is_declared=False)


def limit_changes(config: Config, risk: ConfiguredRisk) -> Iterator[SetRiskRules | SetLimits]:
    """List what gives scopes the limits of `config`; after all that the scopes name."""
    rules = _rules(config)
    if risk.rules != rules:
        yield rules
    for scope, limits in _declared(config).limits.items():
        if risk.configured.get(scope) != limits:
            yield SetLimits(scope, limits)


def _rules(config: Config) -> SetRiskRules:
    risk = config.risk
    rates = sorted((rate.currency, rate.rate_e8) for rate in risk.rates)
    return SetRiskRules(risk.warn_bps, risk.base_currency, tuple(rates))


def _journaled(member: AccountHolder) -> dict[str, bool]:
    return {name: account.enabled for name, account in member.accounts.items() if account.is_declared}


def _declared(config: Config) -> DeclaredRisk:
    if config.declared_risk is None:
        raise InvariantError(f"{config.path} was read without its limits, and would take all limits away.")
    return config.declared_risk
