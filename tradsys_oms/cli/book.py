"""`tradsys book`: the levels of one instrument's book."""

from __future__ import annotations

from pathlib import Path

import click

from tradsys_oms.cli.options import config_option, output_option


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
