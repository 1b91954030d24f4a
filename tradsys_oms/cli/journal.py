"""`tradsys journal`: is the one truth whole, and what does it say?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from tradsys_oms.cli.options import config_option, output_option

EXIT_CODES: Final = {"clean": 0, "damaged": 1, "unavailable": 2}
LIMIT_MAX: Final = 100_000


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

    folder = directory if directory is not None else load_config(config_path, with_risk=False).state_dir / "journal"
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


@journal.command()
@click.option("--session", default="", help="Only of this session.")
@click.option("--command", default="", help="Only this kind, like BlockSession or NewOrder.")
@click.option("--after", "after_seq", type=click.IntRange(0), default=0, help="Only behind this sequence.")
@click.option("--limit", type=click.IntRange(1, LIMIT_MAX), default=100, show_default=True, help="The last N of them.")
@config_option
@output_option
def show(config_path: Path, output: str, session: str, command: str, after_seq: int, limit: int) -> None:
    """Print what the journal says: who asked for what, when and why. A daemon may be running on it."""
    from tradsys_oms.cli.journal_entries import COLUMNS, as_line, last_rows
    from tradsys_oms.cli.output import show_rows
    from tradsys_oms.config import load_config
    from tradsys_oms.journal.reader import read_entries

    entries = read_entries(load_config(config_path, with_risk=False).state_dir / "journal", after_seq)
    rows = last_rows(entries, session, command, limit)
    if output == "table":
        rows = [as_line(row) for row in rows]
    show_rows(rows, output, COLUMNS, "the journal has nothing of the kind")
