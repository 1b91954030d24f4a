"""A file of the configuration as YAML nodes, which keep their line marks.

Size and nesting are bounded before the text is composed. The garbage collector rests meanwhile: a hundred thousand
entries are millions of nodes that live to the end of the reading, and counting them again and again takes four times as
long as making them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

import yaml

from tradsys_oms.config.errors import ConfigInvalid, ConfigUnreadable, Fault

FILE_BYTES_MAX: Final = 64 << 20
NESTING_MAX: Final = 16
NULL_TAG: Final = "tag:yaml.org,2002:null"
MERGE_TAG: Final = "tag:yaml.org,2002:merge"
_SAFE_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SAFE_LOADER):  # type: ignore[misc, valid-type]
    """YAML's safe loader, which tells nothing from text but what is null and what is a merge: kinds do the rest."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag in (NULL_TAG, MERGE_TAG)]
        for first, resolvers in _SAFE_LOADER.yaml_implicit_resolvers.items()
    }


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Let the garbage collector rest, if it works."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


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
        return yaml.compose(text, Loader=_Loader)
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
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > NESTING_MAX:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise _unusable(path, line, f"the file nests deeper than {NESTING_MAX} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _unusable(path: Path, line: int, text: str) -> ConfigInvalid:
    return ConfigInvalid(path, [Fault(str(path), line, "", text)])
