"""The reference of all keys as Markdown, printed from the schema, so that the two can't tell different stories."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import getdoc
from typing import Final

from msgspec import Struct

from tradsys_oms.config.limit_keys import LEVELS, LimitKeys, LimitsFile
from tradsys_oms.config.model import Config
from tradsys_oms.config.schema import Group, KeySpec, Layer, LayersByName, ListOf, keys_of, sections
from tradsys_oms.config.venue_dialects import DIALECTS, OPTIONS

INTRODUCTION: Final = """\
# Configuration

One YAML file configures a daemon: `tradsys run -c FILE`. Ready ones are in [`config/`](../config):

| file | what for |
|---|---|
| `quickstart.yaml` | the first run: three brokers, one per FIX version, and four instruments |
| `demo.yaml` | what `scripts/demo` runs |
| `bench.yaml` | what `scripts/bench` runs: twenty load brokers more, wide limits |
| `conformance.yaml` | for the FIX 4.4 acceptance scripts |
| `limits.yaml` | an example of limits, to start your own from: `risk.limits_file` of the quick start could name it |

[`scenarios.yaml`](../config/scenarios.yaml) is an example for `portfolio.scenarios_file` (docs/portfolio-risk.md), and
[`venues.yaml`](../config/venues.yaml) one for `venues_file` (docs/routing.md).

`tradsys config check FILE` reports all faults of a file at once, each with its line, its key and a hint. A key that is
not listed here is a fault, and so is one that is given twice. A running daemon takes a changed file over on SIGHUP, all
or nothing: with a fault in it, the daemon logs the faults and goes on as before.

How values are written:

- Decimals are exact: `0.01` is one hundredth. `_` may stand between digits: `1_000_000`.
- Sizes are bytes, or have a unit: `64 MiB`, `4 KiB`, `1 GiB`.
- Truth is `true` or `false`.
- Paths are relative to the directory that the daemon is started in; those of `limits_file`, `accounts_file` and
  `venues_file` to the file that names them.
- A secret does not stand in the file. `{env: NAME}` takes it from the environment, `{file: PATH}` from a file, without
  the line end at its end. Secrets of a venue are used by its link alone; the daemon only looks whether they are there,
  unless the venue is not enabled, or its link is run by somebody else (`supervise: false`).

This page is printed by `tradsys config reference`.
"""

LIMITS_INTRODUCTION: Final = """\
## The file with the limits

`risk.limits_file` names it. Its faults are faults of the configuration: with one, nothing of either is taken over. What
each limit means exactly, and how usage is counted, is in [pre-trade risk](risk.md).

| section | value | of what |
|---|---|---|
"""

DIALECTS_INTRODUCTION: Final = """\
## Dialects of venues

What `venues[].dialect` may be. Credentials in parentheses may be left out. At a venue that takes no replaces, an order
is canceled, and what is left of it routed anew; one without mass status is asked about each order; one without prices
comes after those with prices in `best_price`.

| dialect | can do | credentials | TLS | options |
|---|---|---|---|---|
"""

LIMITS_RULES: Final = """
`defaults` has the sections `member`, `session`, `account` and `instrument`. They hold for each member, session and
instrument of the configuration, and for each account, also one that is not declared; what such a scope says itself
comes first, key by key. `null` is no limit, also where the default has one. 0 is a limit like any other: nothing
above 0. A limit that counts in a window needs the window beside it. Top-level keys that begin with `x-` are not read:
they hold what others refer to by `<<: *name`.

```yaml
defaults:
  account: {order_qty_max: 10_000, orders_max: 50, orders_window_s: 1}
accounts:
  ALPHA/A1: {order_qty_max: 50_000, ord_types: [limit, stop_limit]}
holdings:
  ALPHA/A1/ACME: {long_qty_max: 1_000_000, short_qty_max: 0}
```

A file of accounts (`members[].accounts_file`) may have limits too, in columns that its first line names. An empty cell
is as if the key were not given, `none` is no limit, and lists have spaces between their entries. What the file with the
limits says of an account comes before what stands here. For very many accounts, this is the faster way.

```
account,enabled,order_qty_max,credit_max,ord_types
A1,true,50_000,1_000_000,limit stop_limit
A2,false,,none,
```
"""


def reference() -> str:
    """Print the whole page."""
    lines = [INTRODUCTION.rstrip()]
    for path, section in sections(Config):
        lines += ["", *_section(path, section)]
    lines += ["", *_dialects(), "", *_limits()]
    return "\n".join(lines) + "\n"


def _dialects() -> Iterator[str]:
    """Print what each dialect of venues can do and needs."""
    yield DIALECTS_INTRODUCTION.rstrip()
    for name, dialect in DIALECTS.items():
        needs = [*dialect.credentials, *(f"({credential})" for credential in dialect.credentials_optional)]
        can = {"replaces": dialect.can_replace, "mass status": dialect.can_mass_status, "prices": dialect.can_quote}
        does = ", ".join(ability for ability, is_there in can.items() if is_there)
        cells = (f"`{name}`", does, ", ".join(needs), "needed" if dialect.needs_tls else "", ", ".join(dialect.options))
        yield f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")
    yield ""
    yield "| option | value | meaning |"
    yield "|---|---|---|"
    yield from (f"| `{name}` | {option.kind.describe()} | {option.doc} |" for name, option in OPTIONS.items())


def _limits() -> Iterator[str]:
    """Print what the files of pre-trade risk may have."""
    yield LIMITS_INTRODUCTION.rstrip()
    yield from (f"| `{spec.name}` | {_value(spec)} | {spec.doc} |" for spec in keys_of(LimitsFile).values())
    yield LIMITS_RULES.rstrip()
    yield ""
    yield "| key | value | levels | meaning |"
    yield "|---|---|---|---|"
    for spec in keys_of(LimitKeys).values():
        yield f"| `{spec.name}` | {_value(spec)} | {', '.join(LEVELS[spec.attribute])} | {spec.doc} |"


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
    if isinstance(spec.kind, Layer):
        return "limits" if spec.kind.section is LimitKeys else "limits by level"
    if isinstance(spec.kind, LayersByName):
        return f"limits by name: {spec.kind.name.describe()}"
    return spec.kind.describe()


def _default(spec: KeySpec) -> str:
    if isinstance(spec.kind, Group | ListOf | Layer | LayersByName):
        return "none" if spec.default is None else ""
    if spec.is_required:
        return "must be given"
    if spec.default in (None, ""):
        return "none"
    return f"`{spec.kind.show(spec.default)}`"
