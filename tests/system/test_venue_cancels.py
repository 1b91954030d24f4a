"""Cancels of orders whose venue can't be reached, and venues that leave the configuration with orders of ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system.floor import ALONE, BUY
from tests.system.operating import reload, until
from tests.system.venue_floor import BY_HAND, NO_DEADLINES, VenueFloor


@pytest.fixture(scope="module")
def whole_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VenueFloor]:
    """Run one daemon for all cases."""
    made = VenueFloor(tmp_path_factory.mktemp("cancels"))
    try:
        made.add_market("FAR", can_mass_status=False, **NO_DEADLINES)
        made.add_market("LEAVES", **NO_DEADLINES)
        made.add_market("MUTE", {"rules": [{"on": "status", "do": "silent"}]}, answer_timeout_ms=100)
        made.add_route("CHAIN", "FAR", "LEAVES")
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def floor(whole_floor: VenueFloor) -> Iterator[VenueFloor]:
    """Give the floor; after the case nobody may have reports or rejects that it did not ask for."""
    yield whole_floor
    assert whole_floor.left_over() == []


def test_a_cancel_of_a_broker_that_can_not_go_out_is_refused(floor: VenueFloor) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["FAR"]
    broker.order("C1", symbol, BUY, 100, BY_HAND, t100="FAR")
    venue.act(symbol, "accept")
    broker.sees("C1 A A 0 100", "C1 0 0 0 100")
    floor.cut("FAR")
    broker.broker.cancel("C2", "C1", symbol, BUY, "100")
    answer = broker.broker.next()
    if answer["35"] == "8":
        assert (answer["150"], answer["11"]) == ("6", "C2")
        answer = broker.broker.next()
    assert (answer["35"], answer["11"], answer["434"]) == ("9", "C2", "1")
    floor.mend("FAR")
    assert venue.requests("F", symbol) == []
    broker.broker.cancel("C3", "C1", symbol, BUY, "100")
    broker.sees("C3 6 6 0 100", "C3 4 4 0 0")


def test_a_cancel_in_doubt_that_never_arrived_is_refused_when_the_line_is_back(floor: VenueFloor) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["FAR"]
    broker.order("D1", symbol, BUY, 100, BY_HAND, t100="FAR")
    venue.act(symbol, "accept")
    broker.sees("D1 A A 0 100", "D1 0 0 0 100")
    sent = floor.link_count("FAR", "sent")
    venue.line.hold()  # what is sent from now on is lost with the line
    broker.broker.cancel("D2", "D1", symbol, BUY, "100")
    broker.sees("D2 6 6 0 100")
    assert len(floor.child("FAR", symbol)["unanswered"]) == 1
    until(lambda: floor.link_count("FAR", "sent") > sent, "the cancel to be sent")
    floor.cut("FAR")
    floor.mend("FAR")
    answer = broker.broker.next()
    assert (answer["35"], answer["11"], answer["39"]) == ("9", "D2", "0"), answer
    broker.broker.cancel("D3", "D1", symbol, BUY, "100")
    broker.sees("D3 6 6 0 100", "D3 4 4 0 0")


def test_an_unasked_cancel_goes_out_when_the_line_is_back(floor: VenueFloor) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["FAR"]
    broker.order("U1", symbol, BUY, 100, BY_HAND, t100="FAR")
    venue.act(symbol, "accept")
    first, _ = broker.sees("U1 A A 0 100", "U1 0 0 0 100")
    floor.cut("FAR")
    floor.operate("order", "cancel", first["37"])
    assert floor.child("FAR", symbol)["leaves_qty"] == "100"
    floor.mend("FAR")
    report = broker.broker.next()
    while report["150"] == "6":
        report = broker.broker.next()
    assert (report["11"], report["150"], report["39"], report["151"]) == ("U1", "4", "4", "0")
    assert len(venue.requests("F", symbol)) == 1


def test_a_venue_that_leaves_the_configuration_keeps_its_orders_in_sight(floor: VenueFloor) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["LEAVES"]
    broker.order("L1", symbol, BUY, 100, BY_HAND, t100="LEAVES")
    venue.act(symbol, "accept")
    broker.sees("L1 A A 0 100", "L1 0 0 0 100")
    venue.settings["enabled"] = False
    reload(floor.system)
    floor.wait_down("LEAVES")
    assert floor.child("LEAVES", symbol)["leaves_qty"] == "100"
    broker.order("L2", symbol, BUY, 100, BY_HAND, t100="LEAVES")
    (refusal,) = broker.sees("L2 8 8 0 0")
    assert "LEAVES" in refusal["58"]
    venue.act(symbol, "fill 40")
    venue.settings["enabled"] = True
    reload(floor.system)
    floor.wait_up("LEAVES")
    broker.sees("L1 F 1 40 60")
    venue.act(symbol, "fill rest")
    broker.sees("L1 F 2 100 0")


def test_an_order_in_doubt_that_was_killed_goes_nowhere_else(floor: VenueFloor) -> None:
    lost, kept, trader = floor.symbol(), floor.symbol(), floor.trader(ALONE + "BROKER44")
    venue = floor.markets["FAR"]
    for clord_id, symbol in (("K1", lost), ("K2", kept)):
        trader.order(clord_id, symbol, BUY, 100, BY_HAND, t100="CHAIN")
        trader.sees(f"{clord_id} A A 0 100")
        venue.order(symbol)
    floor.cut("FAR")
    venue.act(lost, "lose")
    venue.act(kept, "quiet accept then quiet fill 30")
    floor.operate("kill", "member", ALONE + "BROKER44")
    floor.mend("FAR")
    ended: dict[str, tuple[str, str]] = {}
    while len(ended) < 2:
        report = trader.broker.next()
        if report["39"] in "48":
            ended[report["11"]] = report["39"], report["14"]
    assert ended["K2"] == ("4", "30")
    assert ended["K1"] in (("4", "0"), ("8", "0"))
    assert floor.markets["LEAVES"].received(lost) == []
    assert not venue.received(kept)[0].is_open


def test_an_operator_decides_after_a_restart_of_the_daemon_too(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    broker.order("R1", symbol, BUY, 100, BY_HAND, t100="MUTE")
    broker.sees("R1 A A 0 100")
    until(lambda: floor.child("MUTE", symbol).get("to_resolve"), "an order that nobody answers about")
    clord_id = floor.child("MUTE", symbol)["clord_id"]
    floor.system.daemon.kill()
    floor.system.daemon.start()
    floor.wait_up("FAR", "LEAVES")
    until(lambda: floor.state("MUTE") != "down", "the line")
    until(lambda: floor.child("MUTE", symbol).get("to_resolve"), "the same again")
    assert [row["clord_id"] for row in floor.venue("MUTE")["orders"] if row["symbol"] == symbol] == [clord_id]
    broker.broker.online.wait(20)
    floor.operate("order", "resolve", clord_id, "--outcome", "not_received")
    broker.sees("R1 8 8 0 0")
    assert floor.markets["MUTE"].requests("D", symbol) == [clord_id]
