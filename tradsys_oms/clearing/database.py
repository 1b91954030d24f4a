"""The projector's side of the database: what it finds there at the start, and one transaction per batch.

A batch locks the cursor, adds its rows with COPY, moves the cursor, commits. Rows and cursor are durable together or
not at all, so `synchronous_commit` is off: a crash of Postgres may lose the last transactions, whole, and they are
projected again from the journal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

import structlog
from msgspec import Struct
from psycopg import sql
from sqlalchemy import Table

from tradsys_oms.clearing import schema, venue_schema
from tradsys_oms.clearing.connection import connect
from tradsys_oms.clearing.copy_text import Scale, scale_of
from tradsys_oms.clearing.errors import CursorMovedError, ProjectorBusyError
from tradsys_oms.clearing.market_rows import TradeChange
from tradsys_oms.clearing.order_rows import StatusChange
from tradsys_oms.clearing.rows import RowMaker, Rows, TradeDate

FOLLOWER: Final = "clearing"
_log: Final = structlog.get_logger("clearing")

_KEPT_ON_CHANGE: Final = ("order_id", "trade_date", "session", "entered_at")
_LOCK: Final = "SELECT pg_try_advisory_lock(hashtextextended('tradsys projector', 0))"
_CURSOR: Final = "SELECT last_seq FROM journal_cursor WHERE follower = %s FOR UPDATE"
_CHANGE_TRADE: Final = """
    UPDATE {} SET
        status = %(status)s,
        price = coalesce(%(price)s::numeric, price),
        quantity = %(quantity)s::numeric,
        notional = coalesce(%(price)s::numeric, price) * %(quantity)s::numeric,
        amended_seq = %(journal_seq)s,
        amended_at = %(amended_at)s::timestamptz
    WHERE trade_id = %(trade_id)s AND trade_date = %(trade_date)s::date
"""
_CHANGE_STATUS: Final = """
    UPDATE orders SET
        ord_status = %(ord_status)s, journal_seq = %(journal_seq)s, updated_at = %(updated_at)s::timestamptz
    WHERE order_id = %(order_id)s AND trade_date = %(trade_date)s::date AND ord_status <> %(ord_status)s
    AND %(before)s IN ('', ord_status)
"""
_PARTITIONED: Final = (*schema.PARTITIONED, *venue_schema.PARTITIONED)
_MOVE_CURSOR: Final = "UPDATE journal_cursor SET last_seq = %s, updated_at = now() WHERE follower = %s"


class Cursor(Struct, frozen=True):
    """Which journal is in the database and how far."""

    journal_id: str
    last_seq: int


class Database:
    """The one connection of a projector; every method raises psycopg.Error if the server fails."""

    def __init__(self, url: str) -> None:
        """Connect; raise DatabaseUnavailableError, or ProjectorBusyError while another projector is at work."""
        self._connection = connect(url, autocommit=True)
        self._days: dict[str, None] = {}
        self._last_seq = 0
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        row = self._connection.execute(_LOCK).fetchone()
        if row is None or not row[0]:
            raise ProjectorBusyError("Another projector works on this database; waiting until it has gone.")
        self._connection.execute("SET synchronous_commit = off")
        self._connection.execute("SET timezone = 'UTC'")

    def close(self) -> None:
        """Close the connection, which also gives up the place as the only projector."""
        self._connection.close()

    def prepare_staging(self) -> None:
        """Make the table that changed orders pass through; the tables must be there."""
        self._connection.execute(
            "CREATE TEMPORARY TABLE orders_changed (LIKE orders) ON COMMIT DELETE ROWS",
        )

    def cursor(self, journal_id: str) -> Cursor:
        """Read the cursor; a new database gets one at the start of the journal `journal_id`."""
        self._connection.execute(
            "INSERT INTO journal_cursor VALUES (%s, %s, 0, now()) ON CONFLICT DO NOTHING", [FOLLOWER, journal_id]
        )
        query = "SELECT journal_id, last_seq FROM journal_cursor WHERE follower = %s"
        found, last_seq = self._one(query, [FOLLOWER])
        self._last_seq = last_seq
        return Cursor(found, last_seq)

    def row_maker(self) -> RowMaker:
        """Give a row maker that knows what the journal said up to the cursor."""
        scales: dict[str, Scale] = {
            symbol: scale_of(tick_e8, lot_e8, currency)
            for symbol, tick_e8, lot_e8, currency in self._connection.execute(
                "SELECT symbol, tick_e8, lot_e8, currency FROM instruments"
            )
        }
        days = self._connection.execute("SELECT trade_date::text, first_seq FROM trade_dates ORDER BY trade_date")
        return RowMaker(scales, [TradeDate(day, first_seq) for day, first_seq in days])

    def write(self, rows: Rows) -> None:
        """Write a batch and move the cursor, all or nothing; raise CursorMovedError if it isn't where it was."""
        self._ensure_partitions(rows.days)
        with self._connection.transaction():
            (last_seq,) = self._one(_CURSOR, [FOLLOWER])
            if last_seq != self._last_seq:
                raise CursorMovedError(f"The cursor was moved from {self._last_seq} to {last_seq} by somebody else.")
            self._copy("executions", schema.executions, rows.executions)
            self._copy("trades", schema.trades, rows.trades)
            self._copy("trade_amendments", schema.trade_amendments, rows.trade_amendments)
            self._change_trades(schema.trades, rows.trades_changed)
            self._copy("venue_trades", venue_schema.venue_trades, rows.venue_trades)
            self._change_trades(venue_schema.venue_trades, rows.venue_trades_changed)
            self._copy("venue_requests", venue_schema.venue_requests, rows.venue_requests)
            self._copy("external_executions", venue_schema.external_executions, rows.external_executions)
            self._copy("phase_changes", schema.phase_changes, rows.phase_changes)
            self._copy("auctions", schema.auctions, rows.auctions)
            self._change_statuses(rows.statuses_changed)
            self._copy("orders", schema.orders, rows.orders_entered)
            self._change_orders(rows.orders_changed)
            self._replace_reference(schema.instruments, rows.instruments)
            self._replace_reference(schema.members, rows.members)
            for trade_date in rows.trade_dates:
                self._connection.execute("INSERT INTO trade_dates VALUES (%s, %s)", trade_date)
            self._connection.execute(_MOVE_CURSOR, [rows.last_seq, FOLLOWER])
        self._last_seq = rows.last_seq

    def _one(self, query: Any, values: list[Any]) -> tuple[Any, ...]:
        row = self._connection.execute(query, values).fetchone()
        if row is None:
            raise CursorMovedError("The cursor was removed from journal_cursor by somebody else.")
        return tuple(row)

    def _copy(self, target: str, table: Table, lines: list[str]) -> None:
        if not lines:
            return
        with self._connection.cursor() as cursor, cursor.copy(_copy_statement(target, table)) as copy:
            copy.write("\n".join(lines) + "\n")

    def _change_orders(self, lines: list[str]) -> None:
        """Bring orders of earlier batches up to date; the staging table is empty again after the transaction."""
        if lines:
            self._copy("orders_changed", schema.orders, lines)
            self._connection.execute(_CHANGE_ORDERS)

    def _change_statuses(self, changes: list[StatusChange]) -> None:
        """Bring the OrdStatus of orders up to date, before what later reports say; nearly none of them changes."""
        if changes:
            with self._connection.cursor() as cursor:
                cursor.executemany(_CHANGE_STATUS, [change._asdict() for change in changes])

    def _change_trades(self, table: Table, changes: list[TradeChange]) -> None:
        """Bring amended trades up to date, one after the other: they are few.

        A trade whose partition was archived isn't there any more; its amendment is on record all the same.
        """
        statement = sql.SQL(_CHANGE_TRADE).format(sql.Identifier(table.name))
        for change in changes:
            if not self._connection.execute(statement, change._asdict()).rowcount:
                _log.warning("amended trade is archived", trade_id=change.trade_id, trade_date=change.trade_date)

    def _replace_reference(self, table: Table, lines: dict[str, str]) -> None:
        if lines:
            (key,) = table.primary_key.columns.keys()
            delete = sql.SQL("DELETE FROM {} WHERE {} = ANY(%s)").format(
                sql.Identifier(table.name), sql.Identifier(key)
            )
            self._connection.execute(delete, [list(lines)])
            self._copy(table.name, table, list(lines.values()))

    def _ensure_partitions(self, days: Iterable[str]) -> None:
        """Make the partitions of trade dates that are new to us, in a transaction before that of the rows.

        A table that is made apart and then attached doesn't lock out those who read the others.
        """
        for day in days:
            if day in self._days:
                continue
            with self._connection.transaction():
                for table in _PARTITIONED:
                    self._ensure_partition(table.name, day)
            self._days[day] = None

    def _ensure_partition(self, table: str, day: str) -> None:
        name = f"{table}_{day.replace('-', '')}"
        query = "SELECT 1 FROM pg_inherits WHERE inhrelid = to_regclass(%s) AND inhparent = to_regclass(%s)"
        if self._connection.execute(query, [name, table]).fetchone() is not None:
            return
        partition, parent = sql.Identifier(name), sql.Identifier(table)
        next_day = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
        create = sql.SQL("CREATE TABLE IF NOT EXISTS {} (LIKE {} INCLUDING ALL)").format(partition, parent)
        attach = sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
            parent, partition, sql.Literal(day), sql.Literal(next_day)
        )
        self._connection.execute(create)
        self._connection.execute(attach)


def _copy_statement(target: str, table: Table) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns.keys()))
    return sql.SQL("COPY {} ({}) FROM STDIN (NULL '')").format(sql.Identifier(target), columns)


def _change_orders_statement() -> sql.Composed:
    columns = list(schema.orders.columns.keys())
    changed = [name for name in columns if name not in _KEPT_ON_CHANGE]
    settings = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in changed)
    return sql.SQL(
        "INSERT INTO orders SELECT * FROM orders_changed ON CONFLICT (order_id, trade_date) DO UPDATE SET {}"
    ).format(settings)


_CHANGE_ORDERS: Final = _change_orders_statement()
