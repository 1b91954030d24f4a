"""`tradsys journal`: is the one truth whole?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from tradsys_oms.cli.options import config_option, output_option

EXIT_CODES: Final = {"clean": 0, "damaged": 1, "unavailable": 2}


@click.group()
def journal() -> None:
    """Look at the journal."""


@journal.command()
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@config_option
@output_option
@click.pass_context
def verify(context: click.Context, directory: Path | None, config_path: Path, output: str) -> None:
    """Check every byte of the journal in DIRECTORY, by default that of the configuration.

    Exit 0 if it is clean, 1 if it is damaged, 2 if it can't be opened. A daemon may be running on it.
    """
    import msgspec

    from tradsys_oms.cli.output import show_facts
    from tradsys_oms.config import load_config
    from tradsys_oms.journal.verify import verify as verify_journal

    folder = directory if directory is not None else load_config(config_path).state_dir / "journal"
    report = verify_journal(folder)
    facts = {"directory": str(folder), **msgspec.to_builtins(report)}
    faults = facts.get("faults", [])
    if output == "table":
        facts.pop("faults", None)
    show_facts(facts, output)
    if output == "table":
        for fault in faults:
            click.echo(f"tradsys: {fault}", err=True)
    context.exit(EXIT_CODES[report.status])
