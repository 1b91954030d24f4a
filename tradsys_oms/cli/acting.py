"""Verbs that change something: they show what they would do, ask, and do it; each has a reason for the journal."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tradsys_oms.cli.options import Verb, config_option


def acting_options(verb: Verb) -> Verb:
    """Give a verb the options that every action has: `config_path`, `reason`, `preview`, `yes`."""
    for option in (
        click.option("--reason", default="", help="Why; goes into the journal. Needed unless --preview is given."),
        click.option("--preview", is_flag=True, help="Say what would happen, and do nothing."),
        click.option("--yes", is_flag=True, help="Don't ask before doing it."),
        config_option,
    ):
        verb = option(verb)
    return verb


def act(
    config_path: Path,
    verb: str,
    reason: str,
    preview: bool,
    yes: bool,
    show: Callable[[dict[str, Any]], None] | None = None,
    needs_reason: bool = True,
    done: Callable[[dict[str, Any]], str] | None = None,
    **arguments: Any,
) -> None:
    """Show what an action would do, ask, and do it.

    `show` prints what its preview has beside sentences; `done` says in a word what has come of it.
    """
    from tradsys_oms.cli.client import ask

    if needs_reason and not preview and not reason.strip():
        raise click.UsageError("--reason is needed: say why, for whoever reads the journal later")
    arguments |= {"reason": reason, "user": _user()}
    previewed = ask(config_path, verb, **arguments, preview=True)
    for sentence in previewed["preview"]:
        click.echo(sentence)
    if show is not None:
        show(previewed)
    if preview:
        return
    if not yes:
        click.confirm("Do it?", abort=True)
    answer = ask(config_path, verb, **arguments, preview=False)
    click.echo("done" if done is None else done(answer))


def _user() -> str:
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
