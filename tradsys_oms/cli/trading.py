"""`tradsys order` and `tradsys book`: what goes on in the running daemon."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from tradsys_oms.cli.options import config_option, output_option
from tradsys_oms.core.fields import OrdStatus, OrdType, Side, TimeInForce

ORDER_COLUMNS: Final = (
    "order_id",
    "clord_id",
    "session",
    "member",
    "symbol",
    "side",
    "ord_type",
    "time_in_force",
    "order_qty",
    "price",
    "cum_qty",
    "leaves_qty",
    "avg_px",
    "ord_status",
)


ORDER_WORDS: Final = {
    "side": {Side.BUY: "buy", Side.SELL: "sell"},
    "ord_type": {OrdType.MARKET: "market", OrdType.LIMIT: "limit"},
    "time_in_force": {
        TimeInForce.DAY: "day",
        TimeInForce.GTC: "GTC",
        TimeInForce.IOC: "IOC",
        TimeInForce.FOK: "FOK",
    },
    "ord_status": {
        OrdStatus.NEW: "new",
        OrdStatus.PARTIALLY_FILLED: "partially filled",
        OrdStatus.FILLED: "filled",
        OrdStatus.CANCELED: "canceled",
        OrdStatus.REJECTED: "rejected",
    },
}
"""What people read in place of FIX's codes; JSON keeps the codes."""


@click.group()
def order() -> None:
    """Look at orders."""


@order.command("list")
@click.option("--session", "session_id", default="", metavar="COMP_ID", help="Only orders of this session.")
@click.option("--member", default="", help="Only orders of this member.")
@click.option("--symbol", default="", help="Only orders in this instrument.")
@click.option("--open", is_flag=True, help="Only orders that are in the book.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many.")
@config_option
@output_option
def order_list(config_path: Path, output: str, session_id: str, limit: int, **filters: str | bool) -> None:
    """List orders, the last one entered first."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_rows

    orders = ask(config_path, "order.list", session=session_id, limit=limit, **filters)
    show_rows(orders, output, ORDER_COLUMNS, "no orders", ORDER_WORDS)


@click.command()
@click.argument("symbol")
@click.option("--levels", type=click.IntRange(1, 1000), default=10, show_default=True, help="Depth to show.")
@config_option
@output_option
def book(config_path: Path, output: str, symbol: str, levels: int) -> None:
    """Show the book of SYMBOL."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_book

    show_book(ask(config_path, "book", symbol=symbol, levels=levels), output)
