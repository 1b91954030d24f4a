"""The circuit breaker of a venue over FIX: what opens it, where orders go meanwhile, and how it is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.system.floor import BUY, Trader
from tests.system.operating import until
from tests.system.venue_floor import BY_HAND, NO_DEADLINES, VenueFloor

REFUSED, LATE, GOOD = "99", "98", "100"
"""Prices of orders that the venue refuses, answers late, and takes."""
SCRIPT = {
    "rules": [
        {"price": REFUSED, "do": "reject 0 not at this price"},
        {"price": LATE, "do": "wait 150ms then accept"},
    ]
}
PATIENT = {"back_off_first_ms": 1_500, "back_off_max_s": 2}


@pytest.fixture(scope="module")
def whole_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VenueFloor]:
    """Run one daemon for all cases."""
    made = VenueFloor(tmp_path_factory.mktemp("breaker"))
    settings: dict[str, dict[str, Any]] = {
        "STORM": NO_DEADLINES | {"rejects_max": 3, "probes": 2},
        "SLOW": NO_DEADLINES | {"latency_max_ms": 100, "latency_orders": 2, "probes": 1},
        "MUTE": {"answer_timeout_ms": 300, "probes": 1},
        "LIFTED": NO_DEADLINES | {"rejects_max": 1},
    }
    try:
        made.add_market("SPARE", **NO_DEADLINES)
        for name, keys in settings.items():
            made.add_market(name, SCRIPT, **PATIENT | keys)
            made.add_route(f"VIA-{name}", name, "SPARE")
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def floor(whole_floor: VenueFloor) -> Iterator[VenueFloor]:
    """Give the floor; after the case nobody may have reports or rejects that it did not ask for."""
    yield whole_floor
    assert whole_floor.left_over() == []


def state(floor: VenueFloor, venue: str) -> str:
    """Give the state of a breaker."""
    return str(floor.venue(venue)["breaker"]["state"])


def wait_for(floor: VenueFloor, venue: str, wanted: str) -> dict[str, Any]:
    """Wait until a breaker is in a state; gives the facts about its venue."""
    until(lambda: state(floor, venue) == wanted, f"the breaker of {venue} to be {wanted}: {floor.venue(venue)}")
    return floor.venue(venue)


def enter(floor: VenueFloor, trader: Trader, clord_id: str, symbol: str, price: str, route: str) -> str:
    """Enter an order that a venue takes; gives the venue that has it open."""
    trader.order(clord_id, symbol, BUY, 100, price, t100=route)
    trader.sees(f"{clord_id} A A 0 100", f"{clord_id} 0 0 0 100")
    last = floor.read("order", "list", "--symbol", symbol)[0]["order_id"]
    rows = [row for name in floor.markets for row in floor.venue(name)["orders"]]
    (venue,) = [row["venue"] for row in rows if row["order_id"] == last]
    return str(venue)


def test_a_storm_of_refusals_opens_it_and_good_answers_close_it(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    for number in range(3):
        assert enter(floor, broker, f"R{number}", symbol, REFUSED, "VIA-STORM") == "SPARE"
    facts = wait_for(floor, "STORM", "open")
    assert facts["state"] == "logged on"
    assert facts["bars"] == {"breaker": "it refused 3 requests in 10 s"}
    assert "it refused 3 requests in 10 s" in facts["reason"]
    assert floor.metric("tradsys_venue_up", "STORM") == 0
    assert floor.alerts("venue_breaker", venue="STORM", barred=True)
    assert enter(floor, broker, "R3", symbol, GOOD, "VIA-STORM") == "SPARE"
    assert len(floor.markets["STORM"].requests("D", symbol)) == 3

    wait_for(floor, "STORM", "half-open")
    until(
        lambda: floor.alerts("venue_up", venue="STORM", reason="it is tried again with 2 orders"), "the log to say so"
    )
    assert enter(floor, broker, "R4", symbol, REFUSED, "VIA-STORM") == "SPARE"
    facts = wait_for(floor, "STORM", "open")
    assert facts["bars"] == {"breaker": "it refused an order that was a probe"}
    wait_for(floor, "STORM", "half-open")
    for number in (5, 6):
        assert enter(floor, broker, f"R{number}", symbol, GOOD, "VIA-STORM") == "STORM"
    facts = wait_for(floor, "STORM", "closed")
    assert (facts["state"], facts["bars"]) == ("up", {})
    assert facts["breaker"]["opened"] == 2


def test_answers_that_are_late_open_it(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    for number in range(2):
        assert state(floor, "SLOW") == "closed"
        assert enter(floor, broker, f"L{number}", symbol, LATE, "VIA-SLOW") == "SLOW"
    facts = wait_for(floor, "SLOW", "open")
    assert "more than 100, as did 2 in a row" in facts["bars"]["breaker"]
    assert enter(floor, broker, "L2", symbol, GOOD, "VIA-SLOW") == "SPARE"
    wait_for(floor, "SLOW", "half-open")
    assert enter(floor, broker, "L3", symbol, GOOD, "VIA-SLOW") == "SLOW"
    wait_for(floor, "SLOW", "closed")


def test_an_order_that_is_not_answered_opens_it_and_is_asked_for(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    broker.order("U1", symbol, BUY, 100, BY_HAND, t100="VIA-MUTE")
    broker.sees("U1 A A 0 100")
    facts = wait_for(floor, "MUTE", "open")
    assert "within 300 ms" in facts["bars"]["breaker"]
    assert floor.markets["MUTE"].request("H", symbol)
    floor.markets["MUTE"].act(symbol, "accept")
    broker.sees("U1 0 0 0 100")
    assert enter(floor, broker, "U2", symbol, GOOD, "VIA-MUTE") == "SPARE"
    wait_for(floor, "MUTE", "half-open")
    assert enter(floor, broker, "U3", symbol, GOOD, "VIA-MUTE") == "MUTE"
    wait_for(floor, "MUTE", "closed")


def test_an_operator_lifts_it(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    assert enter(floor, broker, "O1", symbol, REFUSED, "VIA-LIFTED") == "SPARE"
    wait_for(floor, "LIFTED", "open")
    floor.operate("venue", "up", "LIFTED", "--breaker")
    assert floor.state("LIFTED") == "up"
    assert enter(floor, broker, "O2", symbol, GOOD, "VIA-LIFTED") == "LIFTED"
    assert wait_for(floor, "LIFTED", "closed")["bars"] == {}
