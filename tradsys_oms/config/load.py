"""Read a configuration file: all of it or nothing, and when nothing, then with every reason."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from tradsys_oms.config.checks import CHECKS
from tradsys_oms.config.document import compose, read_bytes
from tradsys_oms.config.errors import ConfigInvalid
from tradsys_oms.config.market_checks import MARKET_CHECKS
from tradsys_oms.config.model import Config
from tradsys_oms.config.portfolio_checks import PORTFOLIO_CHECKS
from tradsys_oms.config.schema import Group, ListOf, keys_of
from tradsys_oms.config.tree import TreeReader, Values

Section = TypeVar("Section", bound=Struct)


def load_config(path: Path) -> Config:
    """Read and check the file; raise `ConfigInvalid` with all its faults, or `ConfigUnreadable`."""
    raw = read_bytes(path)
    tree = TreeReader(str(path), Config)
    values = tree.section(Config, compose(path, raw), "")
    for check in (*CHECKS, *MARKET_CHECKS, *PORTFOLIO_CHECKS) if values else ():
        check(values, tree)
    if tree.faults:
        by_place = sorted(tree.faults, key=lambda fault: (fault.file != str(path), fault.file, fault.line))
        raise ConfigInvalid(path, by_place)
    for session in values["sessions"]:
        session["member"] = session["member"] or session["session"]
    return _build(Config, values | {"path": path, "sha256": hashlib.sha256(raw).hexdigest()})


def _build(section: type[Section], values: Values) -> Section:
    built = dict(values)
    for spec in keys_of(section).values():
        if isinstance(spec.kind, Group):
            built[spec.attribute] = _build(spec.kind.section, values[spec.attribute])
        elif isinstance(spec.kind, ListOf):
            below = spec.kind.section
            built[spec.attribute] = tuple(_build(below, entry) for entry in values[spec.attribute])
    return section(**built)
