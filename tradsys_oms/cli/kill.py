"""`tradsys kill`: the kill switch. It cancels all open orders of a scope, and takes no new ones until two agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from tradsys_oms.cli.acting import act, acting_options
from tradsys_oms.cli.options import config_option, output_option
from tradsys_oms.cli.risk import act_on_scope, scope_options
from tradsys_oms.cli.scopes import only_scope

COLUMNS: Final = ("level", "name", "kind", "reason", "cancels_refused", "release_requested_by", "release_reason")


@click.group()
def kill() -> None:
    """Cancel all open orders of a scope and take no new ones; look at blocks, and release them."""


@kill.command("list")
@config_option
@output_option
def kill_list(config_path: Path, output: str) -> None:
    """List all blocks: kill switches and others, and which release waits for a second person."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_rows

    show_rows(ask(config_path, "kill.list"), output, COLUMNS, "nothing is blocked")


def _level(level: str, argument: str, doc: str) -> Callable[..., None]:
    """Make the verb that kills a scope of one level."""

    @kill.command(level, help=doc)
    @click.argument("name", metavar=argument)
    @acting_options
    def verb(config_path: Path, name: str, **options: Any) -> None:
        act(config_path, "kill.act", level=level, name=name, **options)

    return verb


_level("member", "MEMBER", "Kill all of MEMBER: all its sessions and accounts.")
_level("session", "SESSION", "Kill what SESSION has entered, and what it would.")
_level("account", "MEMBER/ACCOUNT", "Kill one account of a member.")
_level("instrument", "SYMBOL", "Kill all trading in SYMBOL.")


@kill.command("all")
@acting_options
def kill_all(config_path: Path, **options: Any) -> None:
    """Kill everything: no order of anybody is left, and none is taken."""
    act(config_path, "kill.act", level="all", name="", **options)


@kill.command("release")
@scope_options
def release(config_path: Path, what: tuple[str, ...], **options: Any) -> None:
    """Request that a kill switch is released. It stays until another person approves."""
    act_on_scope(config_path, "kill.request-release", only_scope(what), options)


@kill.command("approve")
@click.argument("what", metavar="LEVEL [NAME]", nargs=-1)
@click.option("--preview", is_flag=True, help="Say what would happen, and do nothing.")
@click.option("--yes", is_flag=True, help="Don't ask before doing it.")
@config_option
def approve(config_path: Path, what: tuple[str, ...], preview: bool, yes: bool) -> None:
    """Approve the release that another person has requested: the scope may trade again."""
    act(config_path, "kill.approve", "", preview, yes, needs_reason=False, **only_scope(what))
