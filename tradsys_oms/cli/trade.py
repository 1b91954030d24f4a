"""`tradsys trade`: look at trades, bust and correct them; each action shows both orders before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from tradsys_oms.cli.acting import act, acting_options
from tradsys_oms.cli.options import Verb, config_option, output_option
from tradsys_oms.cli.words import ORD_STATUSES, SIDES

WORDS: Final = {"side": SIDES, "ord_status": ORD_STATUSES, "aggressor": SIDES}
SIDE_COLUMNS: Final = ("when", "order_id", "member", "side", "last_qty", "last_px")
LIMIT_MAX: Final = 10_000


@click.group()
def trade() -> None:
    """Look at trades, bust and correct them."""


@trade.command("list")
@click.option("--symbol", default="", help="Only trades in this instrument.")
@click.option("--order", "order_id", type=click.IntRange(1), metavar="ORDER_ID", help="Only trades of this order.")
@click.option("--since", type=click.IntRange(1), metavar="SEQ", help="Only from this record of the journal on.")
@click.option("--limit", type=click.IntRange(1, LIMIT_MAX), default=100, show_default=True, help="The last N of them.")
@config_option
@output_option
def trade_list(
    config_path: Path, output: str, symbol: str, order_id: int | None, since: int | None, limit: int
) -> None:
    """List the last trades, out of the journal."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_rows
    from tradsys_oms.cli.trade_rows import COLUMNS, Wanted, last_trades
    from tradsys_oms.config import load_config

    # An order is entered with the record that gives it its OrderID, so its trades are not before that.
    after_seq = max(since or 1, order_id or 1) - 1
    units = ask(config_path, "market.units")
    wanted = Wanted(symbol, order_id or 0, after_seq, limit)
    rows = last_trades(load_config(config_path, with_risk=False).state_dir / "journal", units, wanted)
    show_rows(rows, output, COLUMNS, "no trades", WORDS)


@trade.command("show")
@click.argument("trade_id")
@config_option
@output_option
def trade_show(config_path: Path, output: str, trade_id: str) -> None:
    """Show a trade, both of its sides, and what became of it."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_facts, show_rows

    facts = ask(config_path, "trade.show", trade_id=trade_id)
    if output == "json":
        show_facts(facts, output)
        return
    amendments = facts.pop("amendments")
    show_facts(facts, output)
    show_rows(amendments, output, ("seq", "time", "status", "quantity", "price"), "never amended")


def trade_options(verb: Verb) -> Verb:
    """Give an action on a trade its argument and options."""
    for option in (
        click.argument("trade_id"),
        click.option("--reinstate", is_flag=True, help="A filled order works again; else it is canceled."),
        acting_options,
    ):
        verb = option(verb)
    return verb


def act_on_trade(config_path: Path, action: str, options: dict[str, Any], **more: Any) -> None:
    """Show both orders before and after an action, ask, and do it."""
    act(config_path, "trade.act", show=_show, action=action, **options, **more)


def _show(previewed: dict[str, Any]) -> None:
    from tradsys_oms.cli.output import show_rows

    show_rows(previewed["sides"], "table", SIDE_COLUMNS, "", WORDS)


@trade.command()
@trade_options
def bust(config_path: Path, **options: Any) -> None:
    """Undo the trade TRADE_ID for both sides (150=H)."""
    act_on_trade(config_path, "bust", options)


@trade.command()
@click.option("--qty", metavar="QTY", help="LastQty (32) from now on.")
@click.option("--price", metavar="PRICE", help="LastPx (31) from now on.")
@trade_options
def correct(config_path: Path, qty: str | None, price: str | None, **options: Any) -> None:
    """Give the trade TRADE_ID another quantity or price, for both sides (150=G)."""
    act_on_trade(config_path, "correct", options, quantity=qty, price=price)
