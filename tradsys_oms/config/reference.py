"""The reference of all keys as Markdown, printed from the schema, so that the two can't tell different stories."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import getdoc
from typing import Final

from msgspec import Struct

from tradsys_oms.config.model import Config
from tradsys_oms.config.schema import Group, KeySpec, ListOf, keys_of, sections

INTRODUCTION: Final = """\
# Configuration

One YAML file configures a daemon: `tradsys run -c FILE`. Ready ones are in [`config/`](../config):

| file | what for |
|---|---|
| `quickstart.yaml` | the first run: three brokers, one per FIX version, and four instruments |
| `demo.yaml` | what `scripts/demo` runs |
| `bench.yaml` | what `scripts/bench` runs: twenty load brokers more, wide limits |
| `conformance.yaml` | for the FIX 4.4 acceptance scripts |

[`scenarios.yaml`](../config/scenarios.yaml) is an example for `portfolio.scenarios_file` (docs/portfolio-risk.md).

`tradsys config check FILE` reports all faults of a file at once, each with its line, its key and a hint. A key that is
not listed here is a fault, and so is one that is given twice. A running daemon takes a changed file over on SIGHUP, all
or nothing: with a fault in it, the daemon logs the faults and goes on as before.

How values are written:

- Decimals are exact: `0.01` is one hundredth. `_` may stand between digits: `1_000_000`.
- Sizes are bytes, or have a unit: `64 MiB`, `4 KiB`, `1 GiB`.
- Truth is `true` or `false`.
- Paths are relative to the directory that the daemon is started in.
- A secret does not stand in the file. `{env: NAME}` takes it from the environment, `{file: PATH}` from a file, without
  the line end at its end.

This page is printed by `tradsys config reference`.
"""


def reference() -> str:
    """Print the whole page."""
    lines = [INTRODUCTION.rstrip()]
    for path, section in sections(Config):
        lines += ["", *_section(path, section)]
    return "\n".join(lines) + "\n"


def _section(path: str, section: type[Struct]) -> Iterator[str]:
    yield f"## {f'`{path}`' if path else 'Top level'}"
    yield ""
    yield (getdoc(section) or "").splitlines()[0]
    yield ""
    yield "| key | value | default | meaning |"
    yield "|---|---|---|---|"
    for spec in keys_of(section).values():
        yield f"| `{spec.name}` | {_value(spec)} | {_default(spec)} | {spec.doc} |"


def _value(spec: KeySpec) -> str:
    if isinstance(spec.kind, Group):
        return "keys, see below"
    if isinstance(spec.kind, ListOf):
        return f"list of at most {spec.kind.count_max} entries, see below"
    return spec.kind.describe()


def _default(spec: KeySpec) -> str:
    if isinstance(spec.kind, Group | ListOf):
        return ""
    if spec.is_required:
        return "must be given"
    if spec.default in (None, ""):
        return "none"
    return f"`{spec.kind.show(spec.default)}`"
