"""Bring the tables of a database up to date: alembic, run from inside the package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from tradsys_oms.clearing.connection import connect, safe_url
from tradsys_oms.clearing.errors import DatabaseUnavailableError, ProjectionStoppedError

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('tradsys migrations', 0))"


def upgrade(url: str, revision: str = "head") -> str:
    """Apply the migrations that the database at `url` lacks, up to `revision`, in one transaction; give its revision.

    Raises DatabaseUnavailableError, and ProjectionStoppedError where the database is newer than this program.
    """
    config = _config()
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: connect(url), poolclass=sqlalchemy.NullPool
    )
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(_LOCK)
            if _revision(connection) != _head(config):
                config.attributes["connection"] = connection
                command.upgrade(config, revision)
            return _revision(connection) or ""
    except CommandError as error:
        raise ProjectionStoppedError(
            f"The tables in {safe_url(url)} are not known to this version of tradsys ({error}): "
            "install the version that made them, or point database.url to another database."
        ) from error
    except (DBAPIError, psycopg.Error) as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())
        raise DatabaseUnavailableError(
            f"The tables in {safe_url(url)} can't be brought up to date: {reason}"
        ) from error


def _config() -> Config:
    config = Config()
    # A percent sign in the path would be taken for an interpolation.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _head(config: Config) -> str | None:
    return ScriptDirectory.from_config(config).get_current_head()


def _revision(connection: sqlalchemy.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
