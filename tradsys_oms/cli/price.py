"""`tradsys price`: the history of closing prices that portfolio risk is calculated from."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from tradsys_oms.cli.options import config_option, output_option

COLUMNS: Final = ("symbol", "trade_date", "close_px", "source")
LIMIT_MAX: Final = 100_000


@click.group()
def price() -> None:
    """Look after the history of closing prices."""


@price.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", default="file", show_default=True, help="Who says so, in rows that don't name a source.")
@config_option
@output_option
def load(config_path: Path, output: str, file: Path, source: str) -> None:
    """Load the CSV file FILE: all of it, or nothing with every fault. Loading it again changes nothing.

    The first line names the columns: symbol,trade_date,close_px and source, if there is one.
    """
    from contextlib import closing
    from datetime import UTC, datetime

    from tradsys_oms.clearing.connection import connect
    from tradsys_oms.clearing.migrate import upgrade
    from tradsys_oms.clearing.prices import write_prices
    from tradsys_oms.cli.database import reachable
    from tradsys_oms.cli.output import show_json
    from tradsys_oms.config import load_config
    from tradsys_oms.portfolio.price_file import read_prices

    config = load_config(config_path, with_risk=False)
    symbols = {instrument.symbol for instrument in config.instruments}
    prices = read_prices(file, symbols, source, datetime.now(UTC).date())
    with reachable(config) as url:
        upgrade(url)
        with closing(connect(url, autocommit=True)) as connection:
            written = write_prices(connection, prices)
    if output == "json":
        show_json(written._asdict())
    else:
        click.echo(f"{written.added} added, {written.changed} changed, {written.unchanged} as they were")


@price.command("list")
@click.argument("symbol")
@click.option("--limit", type=click.IntRange(1, LIMIT_MAX), default=100, show_default=True, help="The last N of them.")
@config_option
@output_option
def price_list(config_path: Path, output: str, symbol: str, limit: int) -> None:
    """List the last closing prices of SYMBOL."""
    from tradsys_oms.clearing.prices import prices_of
    from tradsys_oms.cli.database import reachable
    from tradsys_oms.cli.output import show_rows
    from tradsys_oms.config import load_config

    with reachable(load_config(config_path, with_risk=False)) as url:
        rows = prices_of(url, symbol, limit)
    plain = [row | {"trade_date": str(row["trade_date"]), "close_px": f"{row['close_px']:f}"} for row in rows]
    show_rows(plain, output, COLUMNS, f"no prices of {symbol}")
