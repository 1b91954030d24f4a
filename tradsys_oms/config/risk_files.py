"""The files that the main file names for pre-trade risk: accounts of members, and limits.

Their paths are relative to the main file. Faults of all files are collected, so that one look shows all of them.
"""

from __future__ import annotations

from pathlib import Path

from tradsys_oms.config.accounts_file import AccountsFile
from tradsys_oms.config.document import compose, read_bytes
from tradsys_oms.config.errors import ConfigInvalid, ConfigUnreadable, Fault
from tradsys_oms.config.limit_keys import MONEY, LimitsFile
from tradsys_oms.config.limit_layers import Layer
from tradsys_oms.config.limit_scopes import Known, LimitScopes
from tradsys_oms.config.risk_model import DeclaredRisk
from tradsys_oms.config.tree import TreeReader, Values
from tradsys_oms.core.commands import Limits, Scope


class RiskFiles:
    """Reads the files; `values` and `tree` are those of the main file, as far as it is sound."""

    def __init__(self, values: Values, tree: TreeReader, folder: Path) -> None:
        self._values = values
        self._tree = tree
        self._folder = folder
        self._accounts: dict[str, dict[str, bool]] = {}
        self._tables: dict[Scope, Layer] = {}
        self._faults: list[list[Fault]] = []

    @property
    def faults(self) -> list[Fault]:
        """Give the faults of the files, file by file in the order of their lines."""
        return [fault for faults in self._faults for fault in sorted(faults, key=lambda fault: fault.line)]

    def read(self) -> DeclaredRisk:
        """Read all files; what is faulty is left out."""
        for index, member in enumerate(self._values["members"]):
            if "member" in member:
                self._declare(f"members[{index}]", member)
        known = Known(
            members=_by(self._values["members"], "member"),
            sessions=_by(self._values["sessions"], "session"),
            accounts=self._accounts,
            lots_e8={
                entry["symbol"]: entry.get("lot_e8") for entry in self._values["instruments"] if "symbol" in entry
            },
        )
        limits = LimitScopes(known, self._tables, *self._limits_file()).limits()
        self._check_rates(limits)
        return DeclaredRisk(self._accounts, limits)

    def _declare(self, key: str, member: Values) -> None:
        """Note the accounts of a member, from the list and from the file."""
        accounts = dict.fromkeys(member.get("accounts") or (), True)
        if member.get("accounts_file") is not None:
            file = AccountsFile(self._folder / member["accounts_file"])
            self._faults.append(file.tree.faults)
            try:
                file.read()
            except ConfigUnreadable as error:
                self._tree.fault(f"{key}.accounts_file", str(error))
            for account in accounts.keys() & file.accounts.keys():
                text = f"{account} is there already, in {key}.accounts of {self._tree.file}"
                file.tree.fault(account, text)
            for account, layer in file.limits.items():
                self._tables[Scope("account", member["member"], account)] = Layer(layer, file.tree, account)
            accounts |= file.accounts
        if accounts:
            self._accounts[member["member"]] = accounts

    def _limits_file(self) -> tuple[Values, TreeReader]:
        name = self._values["risk"].get("limits_file")
        path = self._folder / (name or "")
        tree, node = TreeReader(str(path), LimitsFile), None
        self._faults.append(tree.faults)
        try:
            node = compose(path, read_bytes(path)) if name is not None else None
        except ConfigUnreadable as error:
            self._tree.fault("risk.limits_file", str(error))
        except ConfigInvalid as error:
            tree.faults += error.faults
        empty = TreeReader(str(path), LimitsFile).section(LimitsFile, None, "")
        return empty | tree.section(LimitsFile, node, ""), tree

    def _check_rates(self, limits: dict[Scope, Limits]) -> None:
        """Refuse limits in money over several currencies of which not all have a rate."""
        currencies = dict.fromkeys(entry["currency"] for entry in self._values["instruments"] if "currency" in entry)
        risk = self._values["risk"]
        counted = {risk.get("base_currency"), *(entry.get("currency") for entry in risk.get("rates", ()))}
        missing = [name for name in currencies if name not in counted]
        if len(currencies) < 2 or not missing:
            return
        distinct = {id(one): one for one in limits.values()}.values()
        if any(getattr(one, name) is not None for one in distinct for name in MONEY):
            for name in missing:
                text = f"{name} has no rate, but instruments trade in it and there are limits in money"
                self._tree.fault("risk.rates", text, f"add - {{currency: {name}, rate: ...}}")


def _by(entries: list[Values], name: str) -> dict[str, object]:
    return {entry[name]: entry for entry in entries if name in entry}
