"""`tradsys config`: check a configuration file, and print the reference of all keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tradsys_oms.cli.options import CONFIG_DEFAULT, output_option

if TYPE_CHECKING:
    from tradsys_oms.config import Config


@click.group()
def config() -> None:
    """Check a configuration, or look keys up."""


@config.command()
@click.argument("file", type=click.Path(path_type=Path), default=CONFIG_DEFAULT, envvar="TRADSYS_CONFIG")
@output_option
@click.pass_context
def check(context: click.Context, file: Path, output: str) -> None:
    """Report all faults of FILE at once; exit 0 if there are none, else 1."""
    from tradsys_oms.cli.output import show_json
    from tradsys_oms.config import ConfigInvalid, Fault, load_config

    faults: list[Fault] = []
    try:
        found = load_config(file)
    except ConfigInvalid as error:
        if output == "table":
            raise
        faults = error.faults
    if output == "json":
        show_json({"path": str(file), "valid": not faults, "faults": faults})
        context.exit(1 if faults else 0)
    click.echo(
        f"{file} is valid: {len(found.members)} members, {len(found.sessions)} sessions, "
        f"{len(found.instruments)} instruments{_risk(found)}{_routing(found)}"
    )


def _risk(found: Config) -> str:
    """Tell how many accounts are declared and how many scopes have limits, where there are any."""
    if found.declared_risk is None or not (found.declared_risk.accounts or found.declared_risk.limits):
        return ""
    accounts = sum(len(accounts) for accounts in found.declared_risk.accounts.values())
    return f", {accounts} accounts, limits of {len(found.declared_risk.limits)} scopes"


def _routing(found: Config) -> str:
    """Tell how many other markets there are, where there are any."""
    return f", {len(found.venues)} venues, {len(found.routes)} routes" if found.venues or found.routes else ""


@config.command()
def reference() -> None:
    """Print the reference of all keys, as Markdown."""
    from tradsys_oms.config.reference import reference as text

    click.echo(text(), nl=False)
