"""`tradsys venue`: look at other markets, take them in and out, and run the link of one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import click

from tradsys_oms.cli.acting import act, acting_options
from tradsys_oms.cli.options import config_option, output_option

COLUMNS: Final = (
    *("venue", "state", "reason", "address", "orders_working", "orders_in_doubt", "orders_to_resolve", "quarantined"),
)


@click.group()
def venue() -> None:
    """Look at other markets, and say whether they get orders."""


@venue.command("list")
@config_option
@output_option
def venue_list(config_path: Path, output: str) -> None:
    """List all venues: up or down and why, orders that work there, orders in doubt, reports in quarantine."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_rows

    rows = ask(config_path, "venue.list")
    if output != "json":
        rows = [row | {"bars": list(row["bars"])} for row in rows]
    show_rows(rows, output, COLUMNS, "no venues")


@venue.command("show")
@click.argument("name")
@config_option
@output_option
def venue_show(config_path: Path, output: str, name: str) -> None:
    """Show everything about venue NAME: line, bars, breaker, link, orders, and reports that can't be true."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_facts, show_rows
    from tradsys_oms.cli.words import ORDER_WORDS

    facts = ask(config_path, "venue.show", venue=name)
    if output == "json":
        show_facts(facts, output)
        return
    orders, reports, notes = facts.pop("orders"), facts.pop("reports_in_quarantine"), facts.pop("notes")
    show_facts(facts, output)
    show_rows(orders, output, ("clord_id",), "no orders work there", ORDER_WORDS)
    show_rows(reports, output, ("seq",), "no reports in quarantine")
    show_rows(notes, output, ("seq",), "no notes")


@venue.command()
@click.argument("name")
@acting_options
def down(config_path: Path, name: str, reason: str, preview: bool, yes: bool) -> None:
    """Give venue NAME no new orders, until `venue up`; its line and its orders stay."""
    act(config_path, "venue.down", reason, preview, yes, venue=name)


@venue.command()
@click.argument("name")
@click.option("--breaker", is_flag=True, help="Take away the bar of the circuit breaker, not that of an operator.")
@acting_options
def up(config_path: Path, name: str, reason: str, preview: bool, yes: bool, breaker: bool) -> None:
    """Let venue NAME get orders again."""
    act(config_path, "venue.up", reason, preview, yes, venue=name, kind="breaker" if breaker else "operator")


@venue.command()
@click.argument("name")
@click.option("--stop-at-eof", is_flag=True, help="End when standard input ends; the daemon starts its links so.")
@click.option(
    "--log-level",
    type=click.Choice(("debug", "info", "warning", "error")),
    default="info",
    show_default=True,
    help="How much it logs.",
)
@config_option
def run(config_path: Path, name: str, **options: Any) -> None:
    """Run the link to venue NAME: the FIX session there, between it and the daemon.

    The daemon does that by itself, unless the configuration says `supervise: false`.
    """
    from tradsys_oms.config import load_config
    from tradsys_oms.venues import process
    from tradsys_oms.venues.from_config import venue_settings

    sys.exit(process.run(venue_settings(load_config(config_path, with_risk=False), name), **options))
