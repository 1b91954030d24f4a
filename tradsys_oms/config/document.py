"""A file of the configuration as YAML nodes, which keep their line marks.

Size and nesting are bounded before the text is composed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

from tradsys_oms.config.errors import ConfigInvalid, ConfigUnreadable, Fault

FILE_BYTES_MAX: Final = 64 << 20
NESTING_MAX: Final = 16
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_bytes(path: Path) -> bytes:
    """Read a whole file of the configuration; raise `ConfigUnreadable`."""
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ConfigUnreadable(f"the configuration {path} can't be read: {error.strerror}") from error
    if len(raw) > FILE_BYTES_MAX:
        raise ConfigUnreadable(f"the configuration {path} is larger than {FILE_BYTES_MAX} bytes")
    return raw


def compose(path: Path, raw: bytes) -> yaml.Node | None:
    """Parse the YAML; raise `ConfigInvalid` for what is not YAML, the only fault that hides others of its file."""
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
