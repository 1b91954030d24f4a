"""`tradsys route`: which orders go where, why, and the routes that count at times only."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from tradsys_oms.cli.acting import act, acting_options
from tradsys_oms.cli.options import config_option, output_option

COLUMNS: Final = ("route", "strategy", "venues", "weights", "conditions", "timed", "on")
SIDES: Final = ("buy", "sell", "sell_short", "sell_short_exempt")


@click.group()
def route() -> None:
    """Look at routes, and switch timed ones."""


@route.command("list")
@config_option
@output_option
def route_list(config_path: Path, output: str) -> None:
    """List the routes in the order in which they are looked at; the first that fits an order decides."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_rows

    show_rows(ask(config_path, "route.list"), output, COLUMNS, "no routes: all orders go to our own book")


@route.command()
@click.argument("symbol")
@click.argument("side", type=click.Choice(SIDES))
@click.argument("qty")
@click.option("--price", metavar="PRICE", help="Of a limit order; without it, a market order.")
@click.option("--session", metavar="COMP_ID", default="", help="The session that enters it; names its member too.")
@click.option("--member", default="", help="The member, where no session is given.")
@click.option("--account", default="", help="Account (1).")
@click.option("--ex-destination", default="", help="ExDestination (100).")
@click.option("--time-in-force", default="0", show_default=True, help="TimeInForce (59), in FIX's code.")
@config_option
@output_option
def explain(config_path: Path, output: str, **order: str | None) -> None:
    """Say where an order would go now, and why not elsewhere; nothing is sent."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import printable, show_json

    answer = ask(config_path, "route.explain", **order)
    if output == "json":
        show_json(answer)
        return
    for line in answer["explanation"]:
        click.echo(printable(line))


@route.command("on")
@click.argument("name")
@acting_options
def switch_on(config_path: Path, name: str, reason: str, preview: bool, yes: bool) -> None:
    """Let timed route NAME count, until its hours begin or end."""
    act(config_path, "route.switch", reason, preview, yes, route=name, on=True)


@route.command("off")
@click.argument("name")
@acting_options
def switch_off(config_path: Path, name: str, reason: str, preview: bool, yes: bool) -> None:
    """Let timed route NAME count no more, until its hours begin or end."""
    act(config_path, "route.switch", reason, preview, yes, route=name, on=False)
