"""`tradsys session`: look at FIX sessions, and act on them; each action shows what it would do before it is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from tradsys_oms.cli.acting import act, acting_options
from tradsys_oms.cli.options import Verb, config_option, output_option

COLUMNS: Final = (
    "session",
    "member",
    "version",
    "online",
    "state",
    "address",
    "next_in",
    "next_out",
    "messages_in",
    "messages_out",
    "rejects",
)


@click.group()
def session() -> None:
    """Look at FIX sessions, and act on them."""


@session.command("list")
@config_option
@output_option
def session_list(config_path: Path, output: str) -> None:
    """List all sessions, online or not."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_rows

    show_rows(ask(config_path, "session.list"), output, COLUMNS, "no sessions are configured")


@session.command("show")
@click.argument("session_id", metavar="SESSION")
@config_option
@output_option
def session_show(config_path: Path, output: str, session_id: str) -> None:
    """Show everything about SESSION."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_facts

    show_facts(ask(config_path, "session.show", session=session_id), output)


@session.command("hash-password")
def hash_password() -> None:
    """Ask for a password and print its hash, for `password:` of a session."""
    from tradsys_oms.fix.door.passwords import hash_password as make_hash

    password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    click.echo(make_hash(password))


def action_options(verb: Verb) -> Verb:
    """Give an action on a session its argument and options."""
    return click.argument("session_id", metavar="SESSION")(acting_options(verb))


def _action(name: str, doc: str) -> Callable[..., None]:
    """Make the verb of an action that needs nothing but its session."""

    @session.command(name, help=doc)
    @action_options
    def verb(config_path: Path, session_id: str, reason: str, preview: bool, yes: bool) -> None:
        act(config_path, "session.act", reason, preview, yes, session=session_id, action=name)

    return verb


_action("logout", "Ask the peer of SESSION to log out. Its engine may log on again.")
_action("disable", "Let nobody log on to SESSION, and log it out. Holds until `enable`, also after a restart.")
_action("enable", "Let the peer of SESSION log on again.")
_action("reset", "Start both sequence numbers of SESSION again at 1. It must not be logged on.")


@session.command("set-seq")
@click.option("--in", "next_in", type=click.IntRange(1), help="MsgSeqNum (34) to expect next.")
@click.option("--out", "next_out", type=click.IntRange(1), help="MsgSeqNum (34) to send next.")
@action_options
def set_seq(
    config_path: Path,
    session_id: str,
    reason: str,
    preview: bool,
    yes: bool,
    next_in: int | None,
    next_out: int | None,
) -> None:
    """Set the next sequence numbers of SESSION. It must not be logged on."""
    act(
        config_path,
        "session.act",
        reason,
        preview,
        yes,
        session=session_id,
        action="set-seq",
        next_in=next_in,
        next_out=next_out,
    )
