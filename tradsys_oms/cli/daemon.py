"""`tradsys run` and `tradsys status`."""

from __future__ import annotations

from pathlib import Path

import click

from tradsys_oms.cli.options import config_option, output_option

LOG_LEVELS = ("debug", "info", "warning", "error")


@click.command()
@config_option
@click.option(
    "--log-level", type=click.Choice(LOG_LEVELS), default="info", show_default=True, help="What is worth a log line."
)
@click.pass_context
def run(context: click.Context, config_path: Path, log_level: str) -> None:
    """Run the daemon until SIGTERM or Ctrl-C; SIGHUP reloads the configuration."""
    from tradsys_oms.config import load_config
    from tradsys_oms.ops.logging import configure_logging

    config = load_config(config_path)
    configure_logging(log_level)
    from tradsys_oms import daemon  # after the configuration, so that its faults are told at once

    context.exit(daemon.run(config))


@click.command()
@config_option
@output_option
def status(config_path: Path, output: str) -> None:
    """Show how the running daemon is."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_facts

    show_facts(ask(config_path, "status"), output)
