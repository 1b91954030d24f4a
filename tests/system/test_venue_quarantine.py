"""Reports of a venue that can't be true: kept, counted, alerted and shown, and the order is as it was."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.system.floor import BUY, Trader
from tests.system.operating import tradsys, until
from tests.system.venue_floor import BY_HAND, NO_DEADLINES, VenueFloor


@pytest.fixture(scope="module")
def whole_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VenueFloor]:
    """Run one daemon for all cases."""
    made = VenueFloor(tmp_path_factory.mktemp("quarantine"))
    try:
        made.add_market("LIAR", **NO_DEADLINES)
        made.add_market("ODD", dialect="fix50sp2", **NO_DEADLINES)
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def floor(whole_floor: VenueFloor) -> Iterator[VenueFloor]:
    """Give the floor; after the case nobody may have reports or rejects that it did not ask for."""
    yield whole_floor
    assert whole_floor.left_over() == []


LIES = {
    "an overfill": ("false fill 500", "500"),
    "a ClOrdID that is none": ("false fill 10 with 11=NOBODY 41=", "names no order of ours"),
    "an unknown ClOrdID": ("false fill 10 with 11=99999999-1 41=", "99999999-1"),
    "CumQty that goes down": ("false fill 10 with 14=10", "CumQty"),
    "another symbol": ("false fill 10 with 55=HOOLI", "HOOLI"),
    "another side": ("false fill 10 with 54=2", "ide"),
    "a price between ticks": ("false fill 10 with 31=95.005", "tick"),
    "a quantity between lots": ("false fill 10 with 32=0.5 14=40.5 151=59.5", "lot"),
    "a bust of an unknown execution": ("false bust with 19=NEVER", "NEVER"),
}


def opened(floor: VenueFloor, venue: str, trader: Trader, symbol: str, clord_id: str) -> None:
    """Have an order at a venue, 40 of 100 filled."""
    trader.order(clord_id, symbol, BUY, 100, BY_HAND, t100=venue)
    floor.markets[venue].act(symbol, "accept then fill 40")
    trader.sees(f"{clord_id} A A 0 100", f"{clord_id} 0 0 0 100", f"{clord_id} F 1 40 60")


@pytest.mark.parametrize("venue", ["LIAR", "ODD"])
@pytest.mark.parametrize("lie", LIES)
def test_a_report_that_can_not_be_true_changes_nothing(floor: VenueFloor, venue: str, lie: str) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    steps, words = LIES[lie]
    opened(floor, venue, broker, symbol, f"Q-{symbol}")
    before, counted = floor.venue(venue), floor.metric("tradsys_venue_quarantined_total", venue)
    floor.markets[venue].act(symbol, steps)
    until(lambda: floor.venue(venue)["quarantined"] > before["quarantined"], "the report in quarantine")
    after = floor.venue(venue)
    shown = after["reports_in_quarantine"][-1]
    assert words in shown["fault"], shown
    assert after["quarantined"] == before["quarantined"] + 1
    until(lambda: floor.metric("tradsys_venue_quarantined_total", venue) == counted + 1, "the counter")
    assert floor.child(venue, symbol)["cum_qty"] == "40"
    floor.markets[venue].act(symbol, "fill rest")
    broker.sees(f"Q-{symbol} F 2 100 0")


def test_an_exec_id_with_other_contents_is_shown_by_the_command_line(floor: VenueFloor) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["LIAR"]
    begins_s = time.time()
    until(lambda: int(time.time()) > int(begins_s) + 1, "a second without alerts: there are ten lines in each")
    broker.order("E1", symbol, BUY, 100, BY_HAND, t100="LIAR")
    venue.act(symbol, f"accept then fill 40 with 17=E{symbol} then false fill 20 with 17=E{symbol}")
    broker.sees("E1 A A 0 100", "E1 0 0 0 100", "E1 F 1 40 60")
    until(lambda: any(row["exec_id"] == f"E{symbol}" for row in floor.venue("LIAR")["reports_in_quarantine"]), "it")
    (alert,) = floor.alerts("report_quarantined", exec_id=f"E{symbol}")
    assert (alert["venue"], alert["level"]) == ("LIAR", "error")
    assert "came before with other contents" in alert["fault"]
    assert f"E{symbol}" in tradsys(floor.system, "venue", "show", "LIAR").stdout
    venue.act(symbol, "twice fill rest")
    broker.sees("E1 F 2 100 0")


def test_a_garbled_message_is_asked_for_again(floor: VenueFloor) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["LIAR"]
    opened(floor, "LIAR", broker, symbol, "G1")
    quarantined = floor.venue("LIAR")["quarantined"]
    venue.act(symbol, "garbled fill 10 then fill 10")
    broker.sees("G1 F 1 50 50", "G1 F 1 60 40")
    assert floor.venue("LIAR")["quarantined"] == quarantined


def test_a_message_that_is_no_report_at_all_harms_nothing(floor: VenueFloor) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["ODD"]
    opened(floor, "ODD", broker, symbol, "M1")
    before = floor.venue("ODD")["quarantined"]
    clord_id = venue.order(symbol)
    venue.simulator.send(
        "8",
        {
            11: clord_id,
            37: "X",
            17: "Y",
            150: "F",
            39: "1",
            55: symbol,
            54: "1",
            31: "95",
            32: "10",
            14: "ten",
            151: "90",
            6: "1",
        },
    )
    until(lambda: floor.venue("ODD")["quarantined"] > before, "the message in quarantine")
    assert "14" in floor.venue("ODD")["reports_in_quarantine"][-1]["fault"]
    venue.act(symbol, "fill rest")
    broker.sees("M1 F 2 100 0")
    assert floor.state("ODD") == "up"


PARTIES = "2\x01448=a\x01447=D\x01452=1\x01448=b\x01447=D\x01452=2"
FEES = "2\x01137=1\x01138=USD\x01139=4\x01137=2\x01138=USD\x01139=7"


@pytest.mark.parametrize("venue", ["LIAR", "ODD"])
def test_a_fill_with_repeating_groups_is_a_fill(floor: VenueFloor, venue: str) -> None:
    symbol, broker, market = floor.symbol(), floor.trader("BROKER44"), floor.markets[venue]
    broker.order(f"G-{symbol}", symbol, BUY, 100, BY_HAND, t100=venue)
    market.act(symbol, "accept")
    broker.sees(f"G-{symbol} A A 0 100", f"G-{symbol} 0 0 0 100")
    fill = {37: "V1", 17: f"G{symbol}", 11: market.order(symbol), 453: PARTIES, 150: "F", 39: "2", 55: symbol}
    market.simulator.send(
        "8", fill | {54: BUY, 38: "100", 32: "100", 31: "95", 14: "100", 151: "0", 6: "95", 136: FEES}
    )
    broker.sees(f"G-{symbol} F 2 100 0")
