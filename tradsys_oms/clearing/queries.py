"""What the command line and the demo read from the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy import Table, select

from tradsys_oms.clearing import schema, venue_schema
from tradsys_oms.clearing.connection import connect, safe_url
from tradsys_oms.clearing.errors import DatabaseUnavailableError

Row = dict[str, Any]


def executions(url: str, limit: int) -> list[Row]:
    """Give the last `limit` executions, oldest first. Numbers are Decimal, times datetime in UTC.

    Raises DatabaseUnavailableError.
    """
    return _last(url, schema.executions, ("journal_seq", "event_index"), limit)


def trades(url: str, limit: int) -> list[Row]:
    """Give the last `limit` trades, oldest first. Raises DatabaseUnavailableError."""
    return _last(url, schema.trades, ("journal_seq", "trade_id"), limit)


def venue_trades(url: str, limit: int) -> list[Row]:
    """Give the last `limit` trades at venues, oldest first. Raises DatabaseUnavailableError."""
    return _last(url, venue_schema.venue_trades, ("journal_seq", "trade_id"), limit)


def orders(url: str, limit: int) -> list[Row]:
    """Give the last `limit` orders, oldest first. Raises DatabaseUnavailableError."""
    return _last(url, schema.orders, ("order_id",), limit)


def _last(url: str, table: Table, keys: tuple[str, ...], limit: int) -> list[Row]:
    query = select(table).order_by(*(table.c[key].desc() for key in ("trade_date", *keys))).limit(limit)
    with reading(url) as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return rows[::-1]


@contextmanager
def reading(url: str) -> Iterator[sqlalchemy.Connection]:
    """Give a connection to read with, whose times are in UTC. Raises DatabaseUnavailableError."""
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: connect(url), poolclass=sqlalchemy.NullPool
    )
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SET timezone = 'UTC'")
            yield connection
    except (sqlalchemy.exc.DBAPIError, psycopg.Error) as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())
        raise DatabaseUnavailableError(f"{safe_url(url)} can't be read: {reason}") from error
