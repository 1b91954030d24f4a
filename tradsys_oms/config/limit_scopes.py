"""Which scopes have limits: those that the configuration knows, by the defaults of their level, and those named.

A scope that is named must be there. An account is there if its member declares it, or declares none: then any will do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from tradsys_oms.config.limit_keys import SCOPES
from tradsys_oms.config.limit_layers import Layer, Layers
from tradsys_oms.config.tree import TreeReader, Values
from tradsys_oms.core.commands import NO_LIMITS, Limits, Scope
from tradsys_oms.core.limits.risk import EACH_ACCOUNT

SECTION_OF: Final = {kind.level: section for section, kind in SCOPES.items()}


class Known(Struct, frozen=True):
    """What the configuration has, by name."""

    members: Mapping[str, object]
    sessions: Mapping[str, object]
    accounts: Mapping[str, Mapping[str, bool]]
    """By member that declares any."""
    lots_e8: Mapping[str, int | None]
    """By instrument; None where the lot is faulty."""

    def scopes(self) -> Iterator[Scope]:
        """Give the scopes for which there are defaults."""
        yield from (Scope("member", name) for name in self.members)
        yield from (Scope("session", name) for name in self.sessions)
        yield from (Scope("account", name, account) for name, of in self.accounts.items() for account in of)
        yield from (Scope("instrument", symbol=symbol) for symbol in self.lots_e8)


class LimitScopes:
    """Gives each scope its limits, by the file with limits and the tables of accounts."""

    def __init__(self, known: Known, tables: Mapping[Scope, Layer], file: Values, tree: TreeReader) -> None:
        """Begin with the values of the file, whose faults go to `tree`, and with limits of accounts in tables."""
        self._known = known
        self._tables = tables
        self._file = file
        self._tree = tree
        self._layers = Layers(known.lots_e8)
        self._defaults = {
            level: Layer(file["defaults"].get(level, {}), tree, f"defaults.{level}") for level in ("all", *SECTION_OF)
        }

    def limits(self) -> dict[Scope, Limits]:
        """Give the scopes that have limits, each with all of them."""
        for level, layer in self._defaults.items():
            self._layers.default(level, layer)
        found = {Scope("all"): self._limits(Scope("all"), Layer(self._file["everybody"], self._tree, "all"))}
        found[EACH_ACCOUNT] = each = self._layers.limits([self._defaults[EACH_ACCOUNT.level]])
        for scope in self._known.scopes():
            found[scope] = self._limits(scope)
        for section in SCOPES:
            for scope in self._file[section]:
                if scope not in found:
                    found[scope] = self._limits(scope)
                    self._check_known(scope)
        return {scope: limits for scope, given in found.items() if (limits := _own(scope, given, each)) is not None}

    def _limits(self, scope: Scope, own: Layer | None = None) -> Limits | None:
        layers = [own] if own is not None else []
        values = None if own is not None else self._file[SECTION_OF[scope.level]].get(scope)
        if values is not None:
            layers.append(Layer(values, self._tree, self._path(scope)))
        if scope in self._tables:
            layers.append(self._tables[scope])
        for layer in layers:
            self._layers.check(scope.level, layer)
        return self._layers.limits([*layers, self._defaults[scope.level]], scope.symbol)

    def _path(self, scope: Scope) -> str:
        section = SECTION_OF[scope.level]
        return f"{section}.{SCOPES[section].show(scope)}"

    def _check_known(self, scope: Scope) -> None:
        fault = self._unknown(scope)
        if fault is not None:
            self._tree.fault(self._path(scope), *fault)

    def _unknown(self, scope: Scope) -> tuple[str, str] | None:
        """Say what of a scope is not there, and what is meant instead."""
        known = self._known
        if scope.level == "session":
            return self._absent("session", scope.name, known.sessions)
        if scope.name and (fault := self._absent("member", scope.name, known.members)):
            return fault
        accounts = known.accounts.get(scope.name)
        if scope.level in ("account", "holding") and accounts is not None:
            if not scope.account:
                return f"{scope.name} declares its accounts, so there are no orders without one", ""
            if fault := self._absent("account", scope.account, accounts):
                return f"{fault[0]} of {scope.name}", fault[1]
        return self._absent("instrument", scope.symbol, known.lots_e8) if scope.symbol else None

    def _absent(self, what: str, name: str, names: Mapping[str, object]) -> tuple[str, str] | None:
        return None if name in names else (f"there is no {what} {name}", self._layers.near(name, names))


def _own(scope: Scope, limits: Limits | None, each: Limits | None) -> Limits | None:
    """Give the limits to tell of a scope: of an account none if it has those of each account, and "no limits" in so
    many words if its own keys lift them.
    """
    if scope.level != EACH_ACCOUNT.level or scope == EACH_ACCOUNT or each is None:
        return limits
    return None if limits == each else limits or NO_LIMITS
