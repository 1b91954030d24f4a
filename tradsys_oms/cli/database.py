"""`tradsys db`: the PostgreSQL that executions and trades are projected into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tradsys_oms.cli.options import config_option, output_option

if TYPE_CHECKING:
    from tradsys_oms.config import Config


@click.group("db")
def database() -> None:
    """Look after the database."""


@database.command()
@config_option
def upgrade(config_path: Path) -> None:
    """Bring the tables up to date; the daemon's projector does the same when it starts."""
    from tradsys_oms.clearing.migrate import upgrade as migrate
    from tradsys_oms.config import load_config

    with reachable(load_config(config_path, with_risk=False)) as url_to_use:
        click.echo(f"the tables are at revision {migrate(url_to_use)}")


@database.command()
@config_option
@output_option
def url(config_path: Path, output: str) -> None:
    """Print the URL of the database, without a password: psql "$(tradsys db url)"."""
    from tradsys_oms.clearing.connection import safe_url
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_json
    from tradsys_oms.config import load_config
    from tradsys_oms.errors import TradsysError

    configured = load_config(config_path, with_risk=False).database.url
    found = safe_url(configured) if configured else ask(config_path, "status")["database"].get("url")
    if not found:
        raise TradsysError("the embedded PostgreSQL is still starting; ask again in a moment")
    if output == "json":
        show_json({"url": found})
    else:
        click.echo(found)


@contextmanager
def reachable(config: Config) -> Iterator[str]:
    """Give the URL of a server that runs: the configured one, the daemon's embedded one, or one started for this."""
    from tradsys_oms.clearing.embedded import embedded_postgres
    from tradsys_oms.ops.control import SOCKET_NAME
    from tradsys_oms.ops.control_client import request
    from tradsys_oms.ops.errors import DaemonNotRunning
    from tradsys_oms.ops.state_dir import StateDir

    if config.database.url:
        yield config.database.url
        return
    try:
        url_in_use = request(config.state_dir / SOCKET_NAME, "status")["database"].get("url")
    except DaemonNotRunning:
        # The lock keeps a daemon from starting while its PostgreSQL is ours.
        with StateDir.open(config.state_dir), embedded_postgres(config.state_dir) as embedded_url:
            yield embedded_url
        return
    yield url_in_use
