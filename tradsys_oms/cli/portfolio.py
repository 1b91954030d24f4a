"""`tradsys portfolio`: the risk of accounts and members, as the last run has it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import click

from tradsys_oms.cli.options import config_option, output_option

COLUMNS: Final = (
    *("level", "member", "account", "holdings", "gross_value", "net_value", "currency", "var", "es"),
    *("stress_scenario", "stress_loss", "margin", "limits_passed"),
)
LIMIT_MAX: Final = 100_000


@click.group()
def portfolio() -> None:
    """Look at VaR, expected shortfall, stress losses and margin."""


@portfolio.command()
@click.argument("target", metavar="[MEMBER[/ACCOUNT]]", default="")
@config_option
@output_option
def show(config_path: Path, output: str, target: str) -> None:
    """Show the last run: all, a MEMBER with its accounts, or one account in detail.

    MEMBER/ is the account of orders without one.
    """
    from tradsys_oms.clearing.portfolio_queries import latest_risk
    from tradsys_oms.cli.database import reachable
    from tradsys_oms.cli.output import show_facts, show_rows
    from tradsys_oms.config import load_config

    member, slash, account = target.partition("/")
    with reachable(load_config(config_path, with_risk=False)) as url:
        rows = [_plain(row) for row in latest_risk(url, member, account if slash else None)]
    if output == "json":
        show_rows(rows, output, (), "")
    elif slash and rows:
        show_facts(rows[0], output)
    else:
        brief = [{name: row[name] for name in COLUMNS} for row in rows]
        if rows:
            click.echo(_headline(rows[0]))
        show_rows(brief, output, COLUMNS, f"nothing is known of {target}" if target else "there are no results yet")


@portfolio.command()
@click.argument("target", metavar="MEMBER[/ACCOUNT]")
@click.option("--limit", type=click.IntRange(1, LIMIT_MAX), default=100, show_default=True, help="The last N runs.")
@config_option
@output_option
def history(config_path: Path, output: str, target: str, limit: int) -> None:
    """Show how the risk of a member or an account went from run to run."""
    from tradsys_oms.clearing.portfolio_queries import risk_history
    from tradsys_oms.cli.database import reachable
    from tradsys_oms.cli.output import show_rows
    from tradsys_oms.config import load_config

    member, slash, account = target.partition("/")
    with reachable(load_config(config_path, with_risk=False)) as url:
        rows = [_plain(row) for row in risk_history(url, member, account if slash else None, limit)]
    if output != "json":
        rows = [{name: row[name] for name in ("run_at", "journal_seq", *COLUMNS[3:])} for row in rows]
    show_rows(rows, output, ("run_at",), f"nothing is known of {target}")


def _headline(row: dict[str, Any]) -> str:
    days = "1 day" if row["horizon_days"] == 1 else f"{row['horizon_days']} days"
    return (
        f"{row['run_at']}, record {row['journal_seq']}: {row['method']}, {row['confidence_percent']} % over {days}, "
        f"from {row['returns']} returns"
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Give a row in values that JSON has: exact decimals as text, times in ISO 8601."""
    return {name: _plain_value(value) for name, value in row.items()}


def _plain_value(value: object) -> object:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
