"""Whatever the core can say fits into the tables, and what settles is what the orders have filled."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from msgspec import structs

from tests.property.proof.markets import Shape
from tests.property.proof.pairing import Pair, run
from tests.system.projector_exchange import project
from tradsys_oms.core.commands import AmendTrade, Command
from tradsys_oms.core.engine import Engine
from tradsys_oms.desk.trade_records import Trade, trades_of
from tradsys_oms.fix.decimals import format_average, format_ticks
from tradsys_oms.journal.entries import Entry, encode_entry
from tradsys_oms.journal.writer import JournalWriter

LENGTH = 6_000

SETTLED = """
    SELECT o.order_id, trim_scale(o.cum_qty)::text, trim_scale(coalesce(sum(t.quantity), 0))::text,
        o.avg_px = round(coalesce(sum(t.notional) / nullif(sum(t.quantity), 0), 0), 10)
    FROM orders o LEFT JOIN trades t ON o.order_id IN (t.buy_order_id, t.sell_order_id)
    GROUP BY o.order_id, o.cum_qty, o.avg_px"""


def journal_of(directory: Path, seed: int) -> Engine:
    """Journal a stream of commands of every kind, with what the core makes of them; gives the core."""
    engine, writer = Engine(), JournalWriter.open(directory, "os")
    last: Trade | None = None
    command: Command
    for time_ns, command in run(Shape(seed), LENGTH, Pair(is_alone=True)):
        if isinstance(command, AmendTrade) and last is not None:
            command = of_trade(command, last)
        events = tuple(engine.apply(engine.last_seq + 1, time_ns, command))
        writer.append(time_ns, encode_entry(command, events))
        last = next(trades_of(Entry(engine.last_seq, time_ns, command, events)), last)
    writer.commit()
    writer.close()
    return engine


def of_trade(command: AmendTrade, trade: Trade) -> AmendTrade:
    """Give the same bust or correction for a trade that is in the journal."""
    qty, px = trade.first.last_qty, trade.first.last_px
    return structs.replace(
        command,
        trade_seq=trade.seq,
        trade_index=trade.index,
        first_order_id=trade.first.order_id,
        second_order_id=trade.second.order_id,
        traded_qty=qty,
        traded_px=px,
        qty=min(command.qty, qty),
        px=px + 1 if command.qty else 0,
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clearing_has_what_the_core_has(url: str, tmp_path: Path, seed: int) -> None:
    engine = journal_of(tmp_path / "journal", seed)
    project(tmp_path / "journal", url, 500)
    with psycopg.connect(url) as connection:
        orders = {
            row[0]: row[1:]
            for row in connection.execute(
                "SELECT order_id, ord_status, trim_scale(cum_qty)::text, trim_scale(leaves_qty)::text, "
                "trim_scale(avg_px)::text FROM orders"
            )
        }
        for order in engine.list_orders(limit=LENGTH):
            tick_e8, lot_e8 = order.instrument.tick_e8, order.instrument.lot_e8
            assert orders[order.order_id] == (
                order.ord_status,
                format_ticks(order.cum_qty, lot_e8),
                format_ticks(order.leaves_qty, lot_e8),
                format_average(order.cum_notional, order.cum_qty, tick_e8),
            )
        assert len(orders) == engine.order_count
        for order_id, cum_qty, settled_qty, is_average in connection.execute(SETTLED):
            assert (order_id, cum_qty, is_average) == (order_id, settled_qty, True)
        for table in ("trade_amendments", "phase_changes", "auctions"):
            assert connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() != (0,)  # noqa: S608
        kinds = connection.execute("SELECT DISTINCT exec_type FROM executions").fetchall()
        assert {kind for (kind,) in kinds} == set("03458CDFGHL")
