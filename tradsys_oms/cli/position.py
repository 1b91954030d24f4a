"""`tradsys position` and `tradsys mark`: what accounts hold, and what instruments are worth.

A file is handed to the daemon by way of its state directory: the daemon may not see the folder of an operator, and what
was previewed is what is loaded.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from tradsys_oms.cli.acting import act, acting_options
from tradsys_oms.cli.options import config_option, output_option

COLUMNS: Final = (
    *("member", "account", "symbol", "quantity", "avg_px", "mark", "mark_source"),
    *("realised", "unrealised", "day_profit", "open_buy_qty", "open_sell_qty"),
)
MARK_COLUMNS: Final = ("symbol", "mark", "source", "by", "since", "held", "quoting", "stale", "mark_venues")
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def position() -> None:
    """Look at what accounts hold, load it at the start of a day, and correct it."""


@click.group()
def mark() -> None:
    """Say what instruments are worth, for positions and their profit."""


@position.command("list")
@click.option("--member", default="", help="Only accounts of this member.")
@click.option("--account", help="Only this account; '' for orders without one.")
@click.option("--symbol", default="", help="Only this instrument.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="At most so many.")
@config_option
@output_option
def position_list(config_path: Path, output: str, member: str, account: str | None, symbol: str, limit: int) -> None:
    """List positions with average price, profit and what is open."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_rows

    rows = ask(config_path, "position.list", member=member, account=account, symbol=symbol, limit=limit)
    show_rows(rows, output, COLUMNS, "no positions")


@position.command("load")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Positions that FILE does not name are set to 0.")
@acting_options
def position_load(config_path: Path, file: Path, replace: bool, **options: Any) -> None:
    """Load positions at the start of a day from FILE, a CSV with member,account,symbol,qty,avg_px."""
    with handed_over(config_path, file) as path:
        act(config_path, "position.load", file=str(path), replace=replace, **options)


@position.command("correct")
@click.argument("account", metavar="MEMBER/ACCOUNT")
@click.argument("symbol")
@click.option("--qty", metavar="QTY", help="What it holds from now on; below 0 for short.")
@click.option("--price", metavar="PRICE", help="The average price from now on.")
@acting_options
def position_correct(
    config_path: Path, account: str, symbol: str, qty: str | None, price: str | None, **options: Any
) -> None:
    """Correct what an account holds of SYMBOL."""
    if "/" not in account:
        raise click.UsageError(f"say MEMBER/ACCOUNT, not {account}")
    member, _, name = account.partition("/")
    terms: dict[str, Any] = {"member": member, "account": name, "symbol": symbol, "quantity": qty, "price": price}
    act(config_path, "position.correct", **terms, **options)


@mark.command("list")
@click.option("--symbol", default="", help="Only this instrument.")
@click.option("--stale", is_flag=True, help="Only instruments with mark_venues none of which has a price now.")
@config_option
@output_option
def mark_list(config_path: Path, output: str, symbol: str, stale: bool) -> None:
    """List what instruments are worth, who said so and when."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_rows

    show_rows(ask(config_path, "mark.list", symbol=symbol, stale=stale), output, MARK_COLUMNS, "no marks")


@mark.command("set")
@click.argument("symbol")
@click.argument("price")
@click.option("--hold", is_flag=True, help="Prices of its mark_venues change nothing, until it trades or is set again.")
@acting_options
def mark_set(config_path: Path, symbol: str, price: str, hold: bool, **options: Any) -> None:
    """Say that SYMBOL is worth PRICE, until it trades or one of its mark_venues says otherwise."""
    act(config_path, "mark.set", symbol=symbol, price=price, hold=hold, **options)


@mark.command("load")
@click.argument("file", type=FILE)
@acting_options
def mark_load(config_path: Path, file: Path, **options: Any) -> None:
    """Load marks from FILE, a CSV with symbol,px."""
    with handed_over(config_path, file) as path:
        act(config_path, "mark.load", file=str(path), **options)


@contextmanager
def handed_over(config_path: Path, file: Path) -> Iterator[Path]:
    """Put a copy of a file where the daemon can read it, and take it away afterwards."""
    from tradsys_oms.config import load_config
    from tradsys_oms.ops.errors import DaemonNotRunning

    state_dir = load_config(config_path, with_risk=False).state_dir.absolute()
    try:
        folder = Path(tempfile.mkdtemp(prefix="load-", dir=state_dir))
    except OSError as error:
        raise DaemonNotRunning(
            f"the daemon takes files in {state_dir}, which can't be written to: {error.strerror}"
        ) from error
    try:
        copy = folder / file.name
        shutil.copyfile(file, copy)
        owner = state_dir.stat()
        if owner.st_uid != os.geteuid():
            for path in (copy, folder):
                os.chown(path, owner.st_uid, owner.st_gid)
        yield copy
    finally:
        shutil.rmtree(folder, ignore_errors=True)
