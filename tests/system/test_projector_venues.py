"""Orders at venues in PostgreSQL: what venues say fits into the tables, and what settles is what orders have filled."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.system.projector_exchange import project
from tests.system.test_projector import contents
from tests.system.venue_flow import VenueFlow
from tradsys_oms.core.events import ReportQuarantined, VenueCancel, VenueOrder, VenueReplace
from tradsys_oms.fix.decimals import format_average, format_ticks
from tradsys_oms.journal.entries import Entry, encode_entry
from tradsys_oms.journal.writer import JournalWriter

STEPS = 4_000
SETTLED = """
    SELECT o.order_id, trim_scale(o.cum_qty)::text, trim_scale(coalesce(sum(t.quantity), 0))::text,
        o.avg_px = round(coalesce(sum(t.notional) / nullif(sum(t.quantity), 0), 0), 10)
    FROM orders o LEFT JOIN (
        SELECT buy_order_id AS order_id, quantity, notional FROM trades
        UNION ALL SELECT sell_order_id, quantity, notional FROM trades
        UNION ALL SELECT order_id, quantity, notional FROM venue_trades
    ) t ON o.order_id = t.order_id
    GROUP BY o.order_id, o.cum_qty, o.avg_px"""


def journaled(directory: Path, seed: int) -> tuple[VenueFlow, list[Entry]]:
    """Let venues be played, and journal it."""
    writer, entries = JournalWriter.open(directory, "os"), list[Entry]()

    def follow(entry: Entry) -> None:
        entries.append(entry)
        assert writer.append(entry.time_ns, encode_entry(entry.command, entry.events)) == entry.seq

    flow = VenueFlow(seed, follow)
    flow.run(STEPS)
    writer.commit()
    writer.close()
    return flow, entries


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clearing_has_what_the_core_has(url: str, tmp_path: Path, seed: int) -> None:
    flow, entries = journaled(tmp_path / "journal", seed)
    project(tmp_path / "journal", url, 1_000)
    with psycopg.connect(url) as connection:
        query = "SELECT order_id, ord_status, trim_scale(cum_qty)::text, trim_scale(leaves_qty)::text,"
        query += " trim_scale(avg_px)::text, clord_id, session FROM orders"
        orders = {row[0]: row[1:] for row in connection.execute(query.encode())}
        for order in flow.engine.list_orders(limit=STEPS):
            tick_e8, lot_e8 = order.instrument.tick_e8, order.instrument.lot_e8
            assert orders[order.order_id] == (
                order.ord_status,
                format_ticks(order.cum_qty, lot_e8),
                format_ticks(order.leaves_qty, lot_e8),
                format_average(order.cum_notional, order.cum_qty, tick_e8),
                order.clord_id,
                order.session,
            )
        for order_id, cum_qty, settled_qty, is_average in connection.execute(SETTLED):
            assert (order_id, cum_qty, is_average) == (order_id, settled_qty, True)
        asked = [event for entry in entries for event in entry.events]
        requests = sum(isinstance(event, VenueOrder | VenueCancel | VenueReplace) for event in asked)
        assert connection.execute("SELECT count(*) FROM venue_requests").fetchone() == (requests,)
        kinds = {kind for (kind,) in connection.execute("SELECT DISTINCT exec_type FROM executions")}
        assert kinds >= set("0345678ACEFGH9L")
        states = {state for (state,) in connection.execute("SELECT DISTINCT status FROM venue_trades")}
        assert states == {"traded", "corrected", "busted"}
    assert any(isinstance(event, ReportQuarantined) for event in asked)


def test_batches_of_any_size_give_the_same_rows_from_zero(url: str, tmp_path: Path) -> None:
    journaled(tmp_path / "journal", seed=4)
    project(tmp_path / "journal", url, batch_entries_max=1_000)
    whole = contents(url)
    assert len(whole["venue_trades"]) > 100
    for batch_entries_max in (1, 7):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        project(tmp_path / "journal", url, batch_entries_max)
        assert contents(url) == whole
