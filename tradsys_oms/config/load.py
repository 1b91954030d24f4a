"""Read a configuration file: all of it or nothing, and when nothing, then with every reason."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from tradsys_oms.config.checks import CHECKS
from tradsys_oms.config.document import compose, no_garbage_collection, read_bytes
from tradsys_oms.config.errors import ConfigInvalid
from tradsys_oms.config.mark_checks import marks_come_from_venues
from tradsys_oms.config.market_checks import MARKET_CHECKS
from tradsys_oms.config.model import Config
from tradsys_oms.config.portfolio_checks import PORTFOLIO_CHECKS
from tradsys_oms.config.risk_checks import RISK_CHECKS
from tradsys_oms.config.risk_files import RiskFiles
from tradsys_oms.config.route_checks import ROUTE_CHECKS
from tradsys_oms.config.schema import Group, ListOf, keys_of
from tradsys_oms.config.tree import TreeReader, Values
from tradsys_oms.config.venue_checks import VENUE_CHECKS, accounts_are_declared, secrets_can_be_had
from tradsys_oms.config.venue_files import read_venues

Section = TypeVar("Section", bound=Struct)


def load_config(path: Path, with_risk: bool = True) -> Config:
    """Read and check the file; raise `ConfigInvalid` with all its faults, or `ConfigUnreadable`.

    The files with accounts and limits belong to it, and their faults to its own. Who only wants to know where things
    are reads it without them (`with_risk`): a fault in a limit must keep no operator from a running daemon. The secrets
    of venues are not looked for then either, because only the daemon's own user may be able to read them.
    """
    with no_garbage_collection():
        raw = read_bytes(path)
        tree = TreeReader(str(path), Config)
        values = tree.section(Config, compose(path, raw), "")
        for check in (*CHECKS, *MARKET_CHECKS, *RISK_CHECKS, *PORTFOLIO_CHECKS) if values else ():
            check(values, tree)
        venues = read_venues(values, tree, path.parent) if values else tree
        for check in (*VENUE_CHECKS, *ROUTE_CHECKS) if values else ():
            check(values, venues)
        if values:
            marks_come_from_venues(values, tree)
        files = RiskFiles(values, tree, path.parent)
        declared = files.read() if values and with_risk else None
        if declared is not None:
            accounts_are_declared(values, venues, declared.accounts)
            secrets_can_be_had(values, venues)
        found = [*tree.faults, *(venues.faults if venues is not tree else ())]
        by_place = sorted(found, key=lambda fault: (fault.file != str(path), fault.file, fault.line))
        faults = [*by_place, *files.faults]
        if faults:
            raise ConfigInvalid(path, faults)
        for session in values["sessions"]:
            session["member"] = session["member"] or session["session"]
        sha256 = hashlib.sha256(raw).hexdigest()
        return _build(Config, values | {"path": path, "sha256": sha256, "declared_risk": declared})


def find_state_dir(path: Path) -> Path:
    """Find where the daemon of a configuration has its state; of all keys only this one must be sound.

    Whoever wants to reach a running daemon needs no more, and must not be kept from its kill switch by a fault that
    somebody has just written, or by a secret that only the daemon may read. Raises `ConfigInvalid` with all faults if
    the key is faulty, or is not given in a file with faults: it may be misspelt, and name another daemon's folder.
    Raises `ConfigUnreadable`.
    """
    tree = TreeReader(str(path), Config)
    values = tree.section(Config, compose(path, read_bytes(path)), "")
    if "state_dir" not in values or (tree.faults and "state_dir" not in tree.lines):
        raise ConfigInvalid(path, tree.faults)
    found: Path = values["state_dir"]
    return found


def _build(section: type[Section], values: Values) -> Section:
    built = dict(values)
    for spec in keys_of(section).values():
        if isinstance(spec.kind, Group):
            of_group = values[spec.attribute]
            built[spec.attribute] = None if of_group is None else _build(spec.kind.section, of_group)
        elif isinstance(spec.kind, ListOf):
            below = spec.kind.section
            built[spec.attribute] = tuple(_build(below, entry) for entry in values[spec.attribute])
    return section(**built)
