"""Scopes of limits and blocks on the command line: a level, and a name unless the level is `all`."""

from __future__ import annotations

from typing import Any, Final

import click

from tradsys_oms.core.limits.table import LEVELS

FORMS: Final = "all, member M, session S, account M/ACCOUNT, instrument SYMBOL, holding M/ACCOUNT/SYMBOL"


def split_scope(what: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Split LEVEL [NAME] from what comes after it."""
    if not what or what[0] not in LEVELS:
        raise click.UsageError(f"say which scope: {FORMS}")
    level, *rest = what
    if level == "all":
        return {"level": level, "name": ""}, tuple(rest)
    if not rest or "=" in rest[0]:
        raise click.UsageError(f"say which {level}: {FORMS}")
    return {"level": level, "name": rest[0]}, tuple(rest[1:])


def only_scope(what: tuple[str, ...]) -> dict[str, Any]:
    """Give the scope of a verb that takes nothing else."""
    scope, rest = split_scope(what)
    if rest:
        raise click.UsageError(f"nothing comes after the scope, not {rest[0]!r}")
    return scope
