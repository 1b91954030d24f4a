"""Read a configuration file: all of it or nothing, and when nothing, then with every reason."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final, TypeVar

import yaml
from msgspec import Struct

from tradsys_oms.config.checks import CHECKS
from tradsys_oms.config.errors import ConfigInvalid, ConfigUnreadable, Fault
from tradsys_oms.config.market_checks import MARKET_CHECKS
from tradsys_oms.config.model import Config
from tradsys_oms.config.schema import Group, ListOf, keys_of
from tradsys_oms.config.tree import TreeReader, Values

FILE_BYTES_MAX: Final = 64 << 20
NESTING_MAX: Final = 16
Section = TypeVar("Section", bound=Struct)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_config(path: Path) -> Config:
    """Read and check the file; raise `ConfigInvalid` with all its faults, or `ConfigUnreadable`."""
    raw = _read(path)
    tree = TreeReader(str(path), Config)
    values = tree.section(Config, _compose(path, raw), "")
    for check in (*CHECKS, *MARKET_CHECKS) if values else ():
        check(values, tree)
    if tree.faults:
        raise ConfigInvalid(path, sorted(tree.faults, key=lambda fault: fault.line))
    for session in values["sessions"]:
        session["member"] = session["member"] or session["session"]
    return _build(Config, values | {"path": path, "sha256": hashlib.sha256(raw).hexdigest()})


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ConfigUnreadable(f"the configuration {path} can't be read: {error.strerror}") from error
    if len(raw) > FILE_BYTES_MAX:
        raise ConfigUnreadable(f"the configuration {path} is larger than {FILE_BYTES_MAX} bytes")
    return raw


def _compose(path: Path, raw: bytes) -> yaml.Node | None:
    """Parse the YAML; what is not YAML is the only fault that hides others."""
    try:
        text = raw.decode()
        _limit_nesting(path, text)
        return yaml.compose(text, Loader=_LOADER)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _unusable(path, line, "the file is not UTF-8 text") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).replace("\n", " ")
        raise _unusable(path, mark.line + 1 if mark else 1, f"the file is not valid YAML: {problem}") from error


def _limit_nesting(path: Path, text: str) -> None:
    """Refuse deep nesting before composing, which recurses in C without a limit and would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > NESTING_MAX:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise _unusable(path, line, f"the file nests deeper than {NESTING_MAX} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _unusable(path: Path, line: int, text: str) -> ConfigInvalid:
    return ConfigInvalid(path, [Fault(str(path), line, "", text)])


def _build(section: type[Section], values: Values) -> Section:
    built = dict(values)
    for spec in keys_of(section).values():
        if isinstance(spec.kind, Group):
            built[spec.attribute] = _build(spec.kind.section, values[spec.attribute])
        elif isinstance(spec.kind, ListOf):
            below = spec.kind.section
            built[spec.attribute] = tuple(_build(below, entry) for entry in values[spec.attribute])
    return section(**built)
