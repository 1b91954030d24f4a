"""A file of accounts: one on each line, or a table with columns for their limits too.

Without a header, a line is `account` or `account,enabled`. A first line that begins with `account` names the columns:
`account`, `enabled`, and keys of limits. Empty lines and lines that begin with # are passed over. An empty cell is as
if its key were not given, `none` is no limit, and lists have spaces between their entries.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tradsys_oms.config.checks import near
from tradsys_oms.config.document import read_bytes
from tradsys_oms.config.errors import ConfigUnreadable
from tradsys_oms.config.kinds import Boolean, Many
from tradsys_oms.config.limit_keys import LEVELS, SPECS, LimitKeys
from tradsys_oms.config.risk_kinds import ACCOUNT
from tradsys_oms.config.schema import KeySpec
from tradsys_oms.config.tree import TreeReader, Values

ACCOUNTS_MAX: Final = 1_000_000
FAULTS_MAX: Final = 100
"""A file with more faults than this is a file of something else."""
NO_LIMIT: Final = "none"
COLUMNS: Final[dict[str, KeySpec | None]] = {
    "account": None,
    "enabled": None,
    **{name: spec for name, spec in SPECS.items() if "account" in LEVELS[spec.attribute]},
}


class AccountsFile:
    """Reads one file; `tree` collects its faults, each at the account that it is about."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.tree = TreeReader(str(path), LimitKeys)
        self.accounts: dict[str, bool] = {}
        """Each account, and whether it is enabled."""
        self.limits: dict[str, Values] = {}
        """By account that has any: its limits, as a layer."""
        self._columns = ["account", "enabled"]
        self._parsed: dict[tuple[str, str], object] = {}

    def read(self) -> None:
        """Read the file; raise `ConfigUnreadable` if there is none."""
        raw = read_bytes(self._path)
        try:
            lines = raw.decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise ConfigUnreadable(f"the file {self._path} is not UTF-8 text") from error
        is_first = True
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            cells = [cell.strip() for cell in line.split(",")]
            if is_first and cells[0] == "account":
                self._header(number, cells)
            else:
                self._row(number, cells)
            is_first = False
            if len(self.tree.faults) > FAULTS_MAX or len(self.accounts) > ACCOUNTS_MAX:
                text = f"there are more than {FAULTS_MAX} faults or {ACCOUNTS_MAX} accounts; the rest is not looked at"
                self.tree.fault("", text, "", number)
                return
        if not self.accounts and not self.tree.faults:
            self.tree.fault("", "there is no account in the file", "leave accounts_file out to take any account", 1)

    def _header(self, number: int, cells: list[str]) -> None:
        for index, name in enumerate(cells):
            if name not in COLUMNS:
                self.tree.fault(name, "there is no such column", near(name, list(COLUMNS)), number)
            elif name in cells[:index]:
                self.tree.fault(name, "the column is given twice", "", number)
        self._columns = cells

    def _row(self, number: int, cells: list[str]) -> None:
        if len(cells) > len(self._columns):
            text = f"{len(cells)} cells are more than the {len(self._columns)} columns {', '.join(self._columns)}"
            self.tree.fault(cells[0], text, "", number)
            return
        account, is_enabled, limits = cells[0], True, {}
        if account in self.accounts:
            text = f"{account} is there already, on line {self.tree.lines[account]}"
            self.tree.fault(account, text, "", number)
            return
        for name, text in zip(self._columns, cells, strict=False):
            try:
                if name == "account":
                    ACCOUNT.parse(text)
                elif name == "enabled":
                    is_enabled = Boolean().parse(text) if text else True
                elif text and (spec := COLUMNS.get(name)) is not None:
                    limits[spec.attribute] = self._limit(spec, text)
            except ValueError as error:
                key = account if name == "account" else f"{account}.{name}"
                self.tree.fault(key, str(error), _hint(name), number)
        self.tree.lines[account] = number
        self.accounts[account] = is_enabled
        if limits:
            self.limits[account] = limits

    def _limit(self, spec: KeySpec, text: str) -> object:
        """Read a cell; the same words stand in many."""
        if text == NO_LIMIT:
            return None
        if (spec.name, text) not in self._parsed:
            self._parsed[spec.name, text] = _parse(spec, text)
        return self._parsed[spec.name, text]


def _parse(spec: KeySpec, text: str) -> object:
    kind = spec.kind
    if isinstance(kind, Many):
        return tuple(dict.fromkeys(kind.kind.parse(word) for word in text.split()))
    return kind.parse(text)  # type: ignore[union-attr]


def _hint(name: str) -> str:
    if name == "account":
        return ACCOUNT.describe()
    spec = COLUMNS.get(name)
    return Boolean().describe() if spec is None else spec.kind.describe()  # type: ignore[union-attr]
