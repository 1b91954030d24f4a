"""The projector against a real PostgreSQL: right rows, each exactly once, whatever dies in between."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import NullPool

from tests.system.projector_exchange import DAY_NS, Exchange, journaled_exec_ids, project
from tradsys_oms.clearing import portfolio_schema, schema, venue_schema
from tradsys_oms.clearing.connection import connect
from tradsys_oms.clearing.errors import ProjectionStoppedError
from tradsys_oms.clearing.migrate import upgrade
from tradsys_oms.clearing.queries import executions, orders, trades
from tradsys_oms.core.commands import AmendTrade, ChangePhase
from tradsys_oms.core.events import Detail, Execution, PhaseChanged, Uncrossed

TABLES = (
    *("executions", "trades", "orders", "instruments", "members", "trade_dates"),
    *("trade_amendments", "phase_changes", "auctions"),
    *("venue_trades", "venue_requests", "external_executions"),
)


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    made = Exchange(tmp_path / "journal")
    yield made
    made.writer.close()


def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(url) as connection:
        return {
            table: sorted(connection.execute(f"SELECT {table}::text FROM {table}".encode()).fetchall())  # noqa: S608
            for table in TABLES
        }


def test_a_trade_is_in_every_table(exchange: Exchange, url: str, tmp_path: Path) -> None:
    buy = exchange.order("FIRM1", "1", 10, "100.25")
    sell = exchange.order("FIRM2", "2", 4, "100.20")
    refused = exchange.order("FIRM2", "2", 1, "100.2", symbol="NOPE")
    exchange.commit()
    project(tmp_path / "journal", url)
    found = executions(url, 100)
    assert [row["exec_id"] for row in found] == [f"{buy}-0", *(f"{sell}-{n}" for n in range(3)), f"{refused}-0"]
    last = found[3]
    assert (last["order_id"], last["aggressor"], last["trade_id"]) == (buy, False, f"{sell}-1")
    assert (last["last_qty"], last["last_px"], last["cum_qty"], last["leaves_qty"]) == (4, Decimal("100.25"), 4, 6)
    assert (found[4]["exec_type"], found[4]["ord_rej_reason"], found[4]["symbol"]) == ("8", 1, "NOPE")
    (trade,) = trades(url, 100)
    assert (trade["trade_id"], trade["buy_member"], trade["sell_member"]) == (f"{sell}-1", "FIRM1", "FIRM2")
    assert (trade["price"], trade["quantity"], trade["notional"]) == (Decimal("100.25"), 4, 401)
    assert (str(trade["executed_at"]), trade["currency"]) == ("2023-11-15 12:00:00+00:00", "USD")
    states = {row["order_id"]: (row["ord_status"], row["leaves_qty"], row["avg_px"]) for row in orders(url, 100)}
    assert states == {buy: ("1", 6, Decimal("100.25")), sell: ("2", 0, Decimal("100.25"))}


def test_the_migrations_make_what_the_schema_says(url: str) -> None:
    assert upgrade(url) == upgrade(url) == "0005"
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: connect(url), poolclass=NullPool)
    assert portfolio_schema.price_history.metadata is schema.metadata
    assert venue_schema.venue_trades.metadata is schema.metadata
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), schema.metadata)
        checks = sqlalchemy.inspect(connection).get_check_constraints("executions")
    assert [item for item in differences if "alembic_version" not in str(item)] == []
    assert {item["name"] for item in checks} >= {"executions_fill", "executions_reject"}


def test_batches_of_any_size_give_the_same_rows_from_zero(
    exchange: Exchange, server: str, url: str, tmp_path: Path
) -> None:
    buy, sell = (exchange.order(firm, side, 10, "100.25") for firm, side in (("FIRM1", "1"), ("FIRM2", "2")))
    before = sell
    for qty in (9, 8, 0):
        before = amend(exchange, sell, buy, sell, qty, 10000, before)
    exchange.trade(300, seed=1)
    project(tmp_path / "journal", url, batch_entries_max=1000)
    whole = contents(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    project(tmp_path / "journal", url, batch_entries_max=3)
    assert contents(url) == whole
    assert len(whole["trades"]) > 50
    assert len(whole["executions"]) == len(journaled_exec_ids(tmp_path / "journal"))


def test_days_have_partitions_and_orders_keep_theirs(exchange: Exchange, url: str, tmp_path: Path) -> None:
    resting = exchange.order("FIRM1", "1", 10, "100")
    exchange.commit()
    project(tmp_path / "journal", url)
    exchange.now_ns += DAY_NS
    exchange.order("FIRM2", "2", 3, "100")
    exchange.cancel("FIRM1", "C1", "1")
    exchange.commit()
    project(tmp_path / "journal", url)
    with psycopg.connect(url) as connection:
        query = "SELECT tableoid::regclass::text, exec_type FROM executions WHERE order_id = %s ORDER BY journal_seq"
        assert connection.execute(query, [resting]).fetchall() == [
            ("executions_20231115", "0"),
            ("executions_20231116", "F"),
            ("executions_20231116", "4"),
        ]
        query = "SELECT tableoid::regclass::text, ord_status, cum_qty, entered_at < updated_at FROM orders"
        query += " WHERE order_id = %s"
        assert connection.execute(query, [resting]).fetchall() == [("orders_20231115", "4", 3, True)]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE journal_cursor SET journal_id = 'another'", "holds the rows of journal another"),
        ("UPDATE journal_cursor SET last_seq = 1000", "holds rows up to record 1000, but the journal in .* ends at"),
        (
            "UPDATE journal_cursor SET last_seq = 5",
            "Postgres refuses rows after record 5 of the journal .*duplicate key",
        ),
    ],
)
def test_a_bust_cursor_stops_the_projector(
    exchange: Exchange, url: str, tmp_path: Path, statement: str, sentence: str
) -> None:
    exchange.trade(20, seed=2)
    project(tmp_path / "journal", url)
    before = contents(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
    with pytest.raises(ProjectionStoppedError, match=sentence):
        project(tmp_path / "journal", url)
    assert contents(url) == before


def test_only_one_projector_writes(exchange: Exchange, url: str, tmp_path: Path) -> None:
    exchange.trade(5, seed=3)
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended('tradsys projector', 0))")
        with pytest.raises(AssertionError, match="Another projector works on this database"):
            project(tmp_path / "journal", url)
    assert upgrade(url) == "0005"
    assert contents(url)["executions"] == []
    project(tmp_path / "journal", url)
    assert len(executions(url, 100)) == len(journaled_exec_ids(tmp_path / "journal"))


def amend(exchange: Exchange, trade_seq: int, buy: int, sell: int, qty: int, px: int, before: int) -> int:
    """Journal a correction, or a bust, of the trade 10 at 100.25 that was reported last in record `before`."""
    command = AmendTrade(trade_seq, 1, sell, buy, 10, 10025, qty, px, False, "wrong price (by ops)")
    first_index = 1 if before == trade_seq else 0
    events = [
        Execution(
            *(firm, firm, order_id, "C1", "", "G" if qty else "H", "1" if qty else "0", "", "ACME", side, "2", "1"),
            *(10, 10025, qty, 10 - qty, qty * px, qty, px),
            text="wrong price",
            detail=Detail(before, first_index + place),
        )
        for place, (firm, order_id, side) in enumerate((("FIRM2", sell, "2"), ("FIRM1", buy, "1")))
    ]
    return exchange.record(command, *events)


@pytest.mark.parametrize("side", ["5", "6"])
def test_short_sales_are_on_record_as_such(exchange: Exchange, url: str, tmp_path: Path, side: str) -> None:
    buy = exchange.order("FIRM1", "1", 10, "100.25")
    sell = exchange.order("FIRM2", side, 10, "100.25")
    exchange.commit()
    project(tmp_path / "journal", url)
    (trade,) = trades(url, 10)
    assert (trade["aggressor_side"], trade["buy_order_id"], trade["sell_order_id"]) == (side, buy, sell)
    assert {row["order_id"]: row["side"] for row in orders(url, 10)} == {buy: "1", sell: side}
    assert {row["side"] for row in executions(url, 10)} == {"1", side}


@pytest.mark.parametrize("batch_entries_max", [1, 1000])
def test_a_trade_settles_as_it_was_amended_last(
    exchange: Exchange, url: str, tmp_path: Path, batch_entries_max: int
) -> None:
    buy = exchange.order("FIRM1", "1", 10, "100.25")
    traded = sell = exchange.order("FIRM2", "2", 10, "100.25")
    exchange.now_ns += DAY_NS
    corrected = amend(exchange, traded, buy, sell, 6, 10000, before=traded)
    exchange.commit()
    project(tmp_path / "journal", url, batch_entries_max)
    (trade,) = trades(url, 10)
    assert (trade["status"], trade["quantity"], trade["price"], trade["notional"]) == ("corrected", 6, 100, 600)
    busted = amend(exchange, traded, buy, sell, 0, 0, before=corrected)
    exchange.commit()
    project(tmp_path / "journal", url, batch_entries_max)
    (trade,) = trades(url, 10)
    assert (trade["status"], trade["quantity"], trade["price"], trade["notional"]) == ("busted", 0, 100, 0)
    assert (trade["amended_seq"], str(trade["amended_at"])) == (busted, "2023-11-16 12:00:00+00:00")
    assert str(trade["trade_date"]) == "2023-11-15"
    with psycopg.connect(url) as connection:
        query = "SELECT trade_id, status, traded_quantity, traded_price, quantity, price, reason FROM trade_amendments"
        assert connection.execute(query + " ORDER BY journal_seq").fetchall() == [
            (f"{traded}-1", "corrected", 10, Decimal("100.25"), 6, 100, "wrong price (by ops)"),
            (f"{traded}-1", "busted", 10, Decimal("100.25"), 0, 0, "wrong price (by ops)"),
        ]
        chain = """
            WITH RECURSIVE chain AS (
                SELECT exec_id, exec_ref_id, last_qty FROM executions WHERE exec_id = %s
                UNION ALL
                SELECT e.exec_id, e.exec_ref_id, e.last_qty FROM executions e JOIN chain c ON e.exec_id = c.exec_ref_id
            ) SELECT exec_id, last_qty FROM chain"""
        assert connection.execute(chain, [f"{busted}-1"]).fetchall() == [
            (f"{busted}-1", 0),
            (f"{corrected}-1", 6),
            (f"{traded}-2", 10),
        ]
    states = {row["order_id"]: (row["ord_status"], row["cum_qty"], row["leaves_qty"]) for row in orders(url, 10)}
    assert states == {buy: ("0", 0, 10), sell: ("0", 0, 10)}


def test_phases_and_auctions_are_on_record(exchange: Exchange, url: str, tmp_path: Path) -> None:
    halted = exchange.record(ChangePhase("ACME", "halted", "news"), PhaseChanged("ACME", "halted", "news", 0, 20231115))
    ends_ns = exchange.now_ns + 60 * 10**9
    events = (
        Uncrossed("ACME", 10025, 10, -5),
        PhaseChanged("ACME", "volatility_auction", "resumed", ends_ns, 20231115),
    )
    resumed = exchange.record(ChangePhase("ACME", "volatility_auction", "resumed", ends_ns), *events)
    exchange.commit()
    project(tmp_path / "journal", url)
    with psycopg.connect(url) as connection:
        query = "SELECT journal_seq, event_index, phase, until::text, reason, trading_day::text FROM phase_changes"
        connection.execute("SET timezone = 'UTC'")
        assert connection.execute(query + " ORDER BY 1, 2").fetchall() == [
            (halted, 0, "halted", None, "news", "2023-11-15"),
            (resumed, 1, "volatility_auction", "2023-11-15 12:01:00+00", "resumed", "2023-11-15"),
        ]
        query = "SELECT tableoid::regclass::text, symbol, price, quantity, imbalance FROM auctions"
        assert connection.execute(query).fetchall() == [("auctions_20231115", "ACME", Decimal("100.25"), 10, -5)]


def test_a_database_of_the_release_before_is_brought_up_to_date(url: str) -> None:
    upgrade(url, "0001")
    with psycopg.connect(url) as connection:
        for table in ("executions", "trades"):
            connection.execute(f"CREATE TABLE {table}_old (LIKE {table} INCLUDING ALL)".encode())
            attach = (
                f"ALTER TABLE {table} ATTACH PARTITION {table}_old FOR VALUES FROM ('2023-11-15') TO ('2023-11-16')"
            )
            connection.execute(attach.encode())
        now = "2023-11-15 12:00+00"
        connection.execute(
            "INSERT INTO trades VALUES ('8-1', '2023-11-15', 8, %s, 'ACME', 100, 2, 200, 'USD', '1', "
            "7, '8-2', 'FIRM1', NULL, 'C1', 8, '8-1', 'FIRM2', NULL, 'C1')",
            [now],
        )
        connection.execute("INSERT INTO members VALUES ('FIRM1', TRUE, 3, %s)", [now])
    assert upgrade(url) == "0005"
    (trade,) = trades(url, 10)
    assert (trade["status"], trade["quantity"], trade["amended_seq"]) == ("traded", 2, None)
    with psycopg.connect(url) as connection:
        query = "SELECT conname, conislocal FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass"
        for table in ("executions", "trades"):
            old: dict[str, bool] = dict(connection.execute(query, [f"{table}_old"]).fetchall())
            new: dict[str, bool] = dict(connection.execute(query, [table]).fetchall())
            assert old.keys() == new.keys(), "a partition keeps no rule that the table has no more"
            assert not any(old.values())
        connection.execute(
            "UPDATE trades SET status = 'busted', quantity = 0, notional = 0, amended_seq = 9, amended_at = now()"
        )
