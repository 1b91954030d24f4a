"""`tradsys risk`: limits, what is used of them, and blocks; each action shows what it would do before it is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from tradsys_oms.cli.acting import act, acting_options
from tradsys_oms.cli.options import Verb, config_option, output_option
from tradsys_oms.cli.scopes import only_scope, split_scope

COLUMNS: Final = (
    *("level", "name", "limits", "blocks", "open_orders", "open_notional"),
    *("gross_position", "net_position", "day_profit", "traded_notional"),
)
LIMIT_COLUMNS: Final = ("limit", "value", "used", "configured", "changed")


@click.group()
def risk() -> None:
    """Look at limits, usage and blocks, and change them."""


@risk.command("show")
@click.argument("what", metavar="[LEVEL [NAME]]", nargs=-1)
@click.option("--member", default="", help="Without LEVEL: only what belongs to this member.")
@click.option("--limited", is_flag=True, help="Without LEVEL: only where there is a limit or a block.")
@config_option
@output_option
def risk_show(config_path: Path, output: str, what: tuple[str, ...], member: str, limited: bool) -> None:
    """Show limits, usage and blocks: of one scope, or a line for each."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_facts, show_rows

    if not what:
        rows = ask(config_path, "risk.list", member=member, limited=limited)
        show_rows(rows, output, COLUMNS, "nobody trades, and nothing is limited")
        return
    facts = ask(config_path, "risk.show", **only_scope(what))
    if output == "json":
        show_facts(facts, output)
        return
    limits = facts.pop("limits")
    show_facts(facts, output)
    show_rows(limits, output, LIMIT_COLUMNS, "no limits of its own")


def scope_options(verb: Verb) -> Verb:
    """Give an action on a scope its argument and options."""
    return click.argument("what", metavar="LEVEL [NAME]", nargs=-1)(acting_options(verb))


def act_on_scope(config_path: Path, verb: str, scope: dict[str, Any], options: dict[str, Any], **more: Any) -> None:
    """Show what an action does to a scope, ask, and do it."""
    act(config_path, verb, **options, **scope, **more)


@risk.command("set")
@click.argument("what", metavar="LEVEL [NAME] LIMIT=VALUE...", nargs=-1)
@acting_options
def risk_set(config_path: Path, what: tuple[str, ...], **options: Any) -> None:
    """Give limits of a scope other values, until they are reset. Names and units are those of the file of limits."""
    scope, pairs = split_scope(what)
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong or not pairs:
        raise click.UsageError(
            f"say LIMIT=VALUE, as in open_notional_max=1000000{', not ' + wrong[0] if wrong else ''}"
        )
    limits = dict(pair.split("=", 1) for pair in pairs)
    if len(limits) < len(pairs):
        raise click.UsageError("each limit is named once")
    act_on_scope(config_path, "risk.set", scope, options, limits=limits)


@risk.command("lift")
@click.argument("what", metavar="LEVEL [NAME] LIMIT...", nargs=-1)
@acting_options
def risk_lift(config_path: Path, what: tuple[str, ...], **options: Any) -> None:
    """Take limits of a scope away, until they are reset."""
    scope, names = split_scope(what)
    if not names:
        raise click.UsageError("say which limits are lifted")
    act_on_scope(config_path, "risk.lift", scope, options, limits=names)


@risk.command("reset")
@click.argument("what", metavar="LEVEL [NAME] [LIMIT]...", nargs=-1)
@acting_options
def risk_reset(config_path: Path, what: tuple[str, ...], **options: Any) -> None:
    """Let limits of a scope be as configured again: those that are named, or all."""
    scope, names = split_scope(what)
    act_on_scope(config_path, "risk.reset", scope, options, limits=names)


@risk.command("block")
@click.option("--cancel", is_flag=True, help="Cancel the open orders too.")
@click.option("--kind", type=click.Choice(("operator", "portfolio")), default="operator", show_default=True)
@scope_options
def risk_block(config_path: Path, what: tuple[str, ...], cancel: bool, kind: str, **options: Any) -> None:
    """Take no new orders and replaces of a scope; cancels go through."""
    act_on_scope(config_path, "risk.block", only_scope(what), options, cancel=cancel, kind=kind)


@risk.command("unblock")
@click.option(
    "--kind",
    type=click.Choice(("operator", "breaker", "portfolio", "clearing")),
    default="operator",
    show_default=True,
    help="Which block goes; `kill` has a release of its own.",
)
@scope_options
def risk_unblock(config_path: Path, what: tuple[str, ...], kind: str, **options: Any) -> None:
    """Take a block of a scope away."""
    act_on_scope(config_path, "risk.unblock", only_scope(what), options, kind=kind)


@risk.command("short-sale")
@click.argument("symbol")
@click.argument("restricted", metavar="on|off", type=click.Choice(("on", "off")))
@acting_options
def short_sale(config_path: Path, symbol: str, restricted: str, **options: Any) -> None:
    """Switch the short sale price test of SYMBOL (Rule 201) on or off."""
    scope: dict[str, Any] = {"level": "instrument", "name": symbol}
    act_on_scope(config_path, "risk.restrict-short-sale", scope, options, restricted=restricted == "on")
