"""`tradsys market`: look at phases and auctions, and change them for one instrument, a group, or all."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from tradsys_oms.cli.acting import act, acting_options
from tradsys_oms.cli.options import Verb, config_option, output_option
from tradsys_oms.core.phases.phases import PHASES

COLUMNS: Final = (
    *("symbol", "group", "phase", "since", "until", "trade_date"),
    *("last_px", "indicative_px", "indicative_qty", "imbalance_qty"),
)


@click.group()
def market() -> None:
    """Look at the market, and change its phases."""


@market.command("list")
@click.option("--group", default="", help="Only instruments of this group.")
@config_option
@output_option
def market_list(config_path: Path, output: str, group: str) -> None:
    """List all instruments with their phases and auctions."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_rows

    show_rows(ask(config_path, "market.list", group=group), output, COLUMNS, "no instruments")


@market.command("show")
@click.argument("symbol")
@config_option
@output_option
def market_show(config_path: Path, output: str, symbol: str) -> None:
    """Show phase, auction and rules of SYMBOL."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_facts

    show_facts(ask(config_path, "market.show", symbol=symbol), output)


def market_options(verb: Verb) -> Verb:
    """Give an action on the market the options that say which instruments."""
    for option in (
        click.option("--group", default="", help="All instruments of this group."),
        click.option("--all", "is_all", is_flag=True, help="All instruments."),
        acting_options,
    ):
        verb = option(verb)
    return verb


def act_on_market(config_path: Path, action: str, symbol: str, options: dict[str, Any], **more: Any) -> None:
    """Show what an action changes, ask, and do it."""
    group, is_all = options.pop("group"), options.pop("is_all")
    if [bool(symbol), bool(group), is_all].count(True) != 1:
        raise click.UsageError("say which instruments: SYMBOL, --group or --all, one of them")
    target = {"symbol": symbol, "group": group, "all": is_all}
    act(config_path, "market.act", action=action, **target, **options, **more)


@market.command()
@click.argument("what", metavar="[SYMBOL] PHASE", nargs=-1, required=True)
@market_options
def phase(config_path: Path, what: tuple[str, ...], **options: Any) -> None:
    """Bring instruments into another PHASE. Leaving an auction uncrosses it."""
    *symbols, wanted = what
    if len(symbols) > 1 or wanted not in PHASES:
        raise click.UsageError(f"say [SYMBOL] PHASE; phases are {', '.join(PHASES)}")
    act_on_market(config_path, "phase", "".join(symbols), options, phase=wanted)


@market.command()
@click.argument("symbol", default="")
@market_options
def halt(config_path: Path, symbol: str, **options: Any) -> None:
    """Stop trading. Orders are kept, except those that ask to be canceled on a halt."""
    act_on_market(config_path, "halt", symbol, options)


@market.command()
@click.argument("symbol", default="")
@click.option(
    "--auction-s", type=click.IntRange(0, 86_400), metavar="N", help="Uncross after N seconds; 0: not by itself."
)
@market_options
def resume(config_path: Path, symbol: str, auction_s: int | None, **options: Any) -> None:
    """Trade again after a halt, through a volatility auction."""
    act_on_market(config_path, "resume", symbol, options, auction_s=auction_s)


@market.command("end-day")
@click.argument("symbol", default="")
@market_options
def end_day(config_path: Path, symbol: str, **options: Any) -> None:
    """End the trading day of closed instruments: orders for the day expire."""
    act_on_market(config_path, "end-day", symbol, options)


@market.command("start-day")
@click.argument("symbol", default="")
@click.option("--date", "trade_date", required=True, metavar="YYYYMMDD", help="The trading day that begins.")
@market_options
def start_day(config_path: Path, symbol: str, trade_date: str, **options: Any) -> None:
    """Begin a trading day of closed instruments: GTC and GTD orders are restated."""
    act_on_market(config_path, "start-day", symbol, options, trade_date=trade_date)
