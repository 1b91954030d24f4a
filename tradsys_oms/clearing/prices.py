"""The price history in Postgres: closing prices by instrument and trading day.

What somebody loads goes before what our own trades say (source `exchange`), whichever came first; among equals the
later one counts. Writing the same prices again changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import psycopg
from sqlalchemy import select

from tradsys_oms.clearing.copy_text import clean, number_e8
from tradsys_oms.clearing.portfolio_schema import price_history
from tradsys_oms.clearing.queries import Row, reading

OWN_SOURCE: Final = "exchange"

_STAGE: Final = "CREATE TEMPORARY TABLE price_stage (LIKE price_history) ON COMMIT DROP"
_COPY: Final = "COPY price_stage (symbol, trade_date, close_px, source) FROM STDIN"
_UPSERT: Final = """
    INSERT INTO price_history AS known SELECT * FROM price_stage
    ON CONFLICT (symbol, trade_date) DO UPDATE SET close_px = excluded.close_px, source = excluded.source
    WHERE (known.close_px, known.source) IS DISTINCT FROM (excluded.close_px, excluded.source)
    AND (known.source = %s OR excluded.source <> %s)
    RETURNING xmax = 0
"""


class Price(NamedTuple):
    """One closing price."""

    symbol: str
    trade_date: str
    """ISO 8601."""
    close_px_e8: int
    source: str


class Written(NamedTuple):
    """What became of prices that were written."""

    added: int
    changed: int
    unchanged: int


def write_prices(connection: psycopg.Connection[Any], prices: Sequence[Price]) -> Written:
    """Write prices, all or none; no instrument may have two of the same day. Raises psycopg.Error."""
    with connection.transaction():
        connection.execute(_STAGE)
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for price in prices:
                close_px = number_e8(price.close_px_e8)
                copy.write(f"{clean(price.symbol)}\t{price.trade_date}\t{close_px}\t{clean(price.source)}\n")
        rows = connection.execute(_UPSERT, [OWN_SOURCE, OWN_SOURCE]).fetchall()
    added = sum(is_new for (is_new,) in rows)
    return Written(added, len(rows) - added, len(prices) - len(rows))


def prices_of(url: str, symbol: str, limit: int) -> list[Row]:
    """Give the last `limit` prices of an instrument, oldest first. Raises DatabaseUnavailableError."""
    query = (
        select(price_history)
        .where(price_history.c.symbol == symbol)
        .order_by(price_history.c.trade_date.desc())
        .limit(limit)
    )
    with reading(url) as connection:
        return [dict(row) for row in connection.execute(query).mappings()][::-1]
