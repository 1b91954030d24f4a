"""Venues that go and come back: where orders go meanwhile, which address is taken, and how often it is tried."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from functools import partial

import pytest

from tests.system.floor import BUY
from tests.system.operating import until
from tests.system.trading_system import free_port
from tests.system.venue_floor import VenueFloor
from tradsys_oms.venues.addresses import STEADY_S

REFUSE_FIRST = {"rules": [{"on": "logon", "nth": "1", "do": "reject come back later"}]}


@pytest.fixture(scope="module")
def deaf() -> Iterator[str]:
    """Give an address that accepts connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(scope="module")
def whole_floor(tmp_path_factory: pytest.TempPathFactory, deaf: str) -> Iterator[VenueFloor]:
    """Run one daemon for all cases."""
    made = VenueFloor(tmp_path_factory.mktemp("failover"))
    try:
        made.add_market("ONE")
        made.add_market("TWO", dialect="fix50sp2")
        made.add_route("BOTH", "ONE", "TWO")
        choosy = made.add_market("CHOOSY", REFUSE_FIRST, logon_timeout_s=1, reset_on_logon=True)
        simulator = f"127.0.0.1:{choosy.simulator.port}"
        choosy.settings["addresses"] = [deaf, simulator, f"127.0.0.1:{free_port()}", choosy.address]
        for name, fail_back in (("STAYS", "never"), ("GOESBACK", "reconnect")):
            market = made.add_market(name, fail_back=fail_back)
            market.line.cut(refuse=True)
            market.settings["addresses"].append(f"127.0.0.1:{market.simulator.port}")
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def floor(whole_floor: VenueFloor) -> Iterator[VenueFloor]:
    """Give the floor; after the case nobody may have reports or rejects that it did not ask for."""
    yield whole_floor
    assert whole_floor.left_over() == []


def is_logged_on_again(floor: VenueFloor, venue: str) -> bool:
    """Tell that the second line of a venue is up."""
    return bool(floor.link_count(venue, "logons") == 2)


def test_the_next_order_goes_to_the_second_venue_when_the_first_is_cut(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    broker.order("B1", symbol, BUY, 100, "100", t100="BOTH")
    broker.sees("B1 A A 0 100", "B1 0 0 0 100")
    began_s = time.monotonic()
    floor.markets["ONE"].line.cut(refuse=True)
    floor.wait_down("ONE")
    down_s = time.monotonic()
    broker.order("B2", symbol, BUY, 100, "100", t100="BOTH")
    broker.sees("B2 A A 0 100", "B2 0 0 0 100")
    ended_s = time.monotonic()
    (order,) = floor.markets["TWO"].received(symbol)
    print(f"cut to down {down_s - began_s:.3f} s, down to New of the second venue {ended_s - down_s:.3f} s")
    assert ended_s - down_s < 1
    assert floor.alerts("venue_down", venue="ONE", level="error")
    assert order.qty_e8 == 100 * 10**8
    assert floor.venue("ONE")["reason"].startswith("is down (")
    floor.mend("ONE")
    broker.order("B3", symbol, BUY, 100, "100", t100="BOTH")
    broker.sees("B3 A A 0 100", "B3 0 0 0 100")
    assert len(floor.markets["ONE"].received(symbol)) == 2
    assert len(floor.markets["TWO"].received(symbol)) == 1


def test_an_address_counts_when_the_session_is_logged_on(floor: VenueFloor) -> None:
    until(lambda: floor.link_count("CHOOSY", "logons") == 1, "the link to say so")
    link = floor.venue("CHOOSY")["link"]
    assert link["address"] == floor.markets["CHOOSY"].address
    assert link["logons_failed"] == 3
    reasons = [record["reason"] for record in floor.alerts("venue_down", venue="CHOOSY", logger="venues.link")]
    assert len(reasons) == 3
    assert reasons[0] in ("QuickFIX says: Timed out waiting for logon response", "no logon within 1 s"), reasons
    assert "come back later" in reasons[1]
    assert "refuses" in reasons[2]


def test_a_reconnect_begins_where_it_was_or_with_the_first_address(floor: VenueFloor) -> None:
    stays, goes_back = floor.markets["STAYS"], floor.markets["GOESBACK"]
    seconds = {market: market.settings["addresses"][1] for market in (stays, goes_back)}
    for market, second in seconds.items():
        assert floor.venue(market.name)["address"] == second
        market.line.mend()
    until(lambda: time.monotonic() - floor.started_s > STEADY_S, "lines that are steady")
    for market in seconds:
        market.simulator.cut()
        until(partial(is_logged_on_again, floor, market.name), "the line to be back")
        floor.wait_up(market.name)
    assert floor.venue("STAYS")["address"] == seconds[stays]
    assert floor.venue("GOESBACK")["address"] == goes_back.address


def test_the_pauses_between_attempts_grow_and_are_seen(floor: VenueFloor) -> None:
    def pauses_s() -> list[float]:
        downs = floor.alerts("venue_down", venue="TWO", logger="venues.link")
        return [record["next_attempt_in_s"] for record in downs]

    before = len(pauses_s())
    floor.cut("TWO")
    until(lambda: len(pauses_s()) >= before + 7, "some attempts")
    of_now = pauses_s()[before:]
    assert of_now[0] <= 0.05
    assert 0.5 <= of_now[6] <= 1
    link = floor.venue("TWO")["link"]
    assert link["state"] in ("waiting", "connecting")
    assert 0 <= link["next_attempt_in_s"] <= 1
    assert "refuses the connection" in link["fault"] or "reset by peer" in link["fault"]
    floor.mend("TWO")
    until(lambda: floor.venue("TWO")["link"].get("fault") == "", "the fault to be over")
