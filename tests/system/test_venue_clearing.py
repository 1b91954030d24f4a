"""What clearing has of orders at venues: each report that a broker got is a row, and what settles is what venues have
filled.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from certification.broker import Fields
from tests.system.floor import BUY, SELL, Trader
from tests.system.operating import tradsys
from tests.system.venue_floor import BY_HAND, NO_DEADLINES, VenueFloor

REPORTS = """
    SELECT exec_id, clord_id, exec_type, ord_status, trim_scale(cum_qty)::text, trim_scale(leaves_qty)::text,
        coalesce(trim_scale(last_qty)::text, '0'), coalesce(exec_ref_id, ''), coalesce(venue, '')
    FROM executions WHERE symbol = ANY(%s) ORDER BY journal_seq, event_index"""
SETTLED = """
    SELECT venue_exec_id, venue, trim_scale(quantity)::text, trim_scale(price)::text
    FROM venue_trades WHERE symbol = ANY(%s) AND status <> 'busted' ORDER BY venue, venue_exec_id"""


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VenueFloor]:
    """Run one daemon."""
    made = VenueFloor(tmp_path_factory.mktemp("clearing"))
    try:
        made.add_market("NORTH", **NO_DEADLINES)
        made.add_market("SOUTH", dialect="fix42", **NO_DEADLINES)
        made.add_route("SHARED", "NORTH", "SOUTH", strategy="split", weights=[1, 1])
        yield made.start()
    finally:
        made.close()


def as_row(report: Fields) -> tuple[str, ...]:
    """Give a report as the table should have it."""
    tags = {tag: report.get(tag, "") for tag in ("17", "11", "150", "39", "14", "151", "32", "19", "30")}
    is_execution = report["150"] in "FGH"
    tags["32"] = tags["32"] if is_execution and tags["32"] else "0"
    return tuple(tags.values())


def trade(floor: VenueFloor, broker: Trader, symbols: list[str]) -> None:
    """Let all that concerns clearing happen at both venues."""
    north, south = floor.markets["NORTH"], floor.markets["SOUTH"]
    first, second, third = symbols
    broker.order("P1", first, BUY, 100, BY_HAND, t100="SHARED")
    broker.sees("P1 A A 0 100")
    north.act(first, "accept then fill 20@94 then fill 10")
    broker.sees("P1 0 0 0 100", "P1 F 1 20 80", "P1 F 1 30 70")
    south.act(first, "accept then fill 50")
    broker.sees("P1 F 1 80 20")
    north.act(first, "bust 2 then correct 1:15@94")
    broker.sees("P1 H 1 70 30", "P1 G 1 65 35")
    broker.broker.cancel("P2", "P1", first, BUY, "100")
    broker.sees("P2 6 6 65 35", "P2 4 4 65 0")

    broker.order("Q1", second, SELL, 100, BY_HAND, t100="SOUTH")
    broker.sees("Q1 A A 0 100")
    south.order(second)
    floor.cut("SOUTH")
    south.act(second, "quiet accept then quiet fill 60@96")
    floor.mend("SOUTH")
    broker.sees("Q1 0 0 0 100", "Q1 F 1 60 40")
    south.act(second, "fill rest@97")
    broker.sees("Q1 F 2 100 0")

    broker.order("R1", third, BUY, 100, BY_HAND, t100="NORTH")
    north.act(third, "reject 0 not today")
    broker.sees("R1 A A 0 100", "R1 8 8 0 0")


def test_reports_and_trades_are_in_the_database_as_the_broker_and_the_venues_have_them(floor: VenueFloor) -> None:
    broker, symbols = floor.trader("BROKER44"), [floor.symbol() for _ in range(3)]
    trade(floor, broker, symbols)
    floor.system.daemon.wait_projected()
    url = tradsys(floor.system, "db", "url").stdout.strip()
    with psycopg.connect(url) as connection:
        rows = connection.execute(REPORTS, (symbols,)).fetchall()
        settled = connection.execute(SETTLED, (symbols,)).fetchall()
    assert rows == [as_row(report) for report in broker.broker.log if report.get("55") in symbols]
    fills = [
        (fill.exec_id, name, fill.qty_e8 // 10**8, fill.price_e8 // 10**8)
        for name, market in floor.markets.items()
        for order in market.simulator.orders
        if order.symbol in symbols
        for fill in order.fills
        if fill.qty_e8
    ]
    assert sorted((venue, int(qty), int(price)) for _, venue, qty, price in settled) == sorted(
        (venue, qty, price) for _, venue, qty, price in fills
    )
    named = {exec_id for exec_id, *_ in settled if exec_id}
    assert named <= {exec_id for exec_id, *_ in fills}
    assert [row[0] for row in settled].count(None) == 1, "what was filled while the line was down has no ExecID"
