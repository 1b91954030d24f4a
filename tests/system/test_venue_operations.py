"""What operators, members and sessions do that reaches other markets: venues in and out, routes on and off, explained
routes, the kill switch, mass cancels, cancel on disconnect, and the end of our own day.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from certification.broker import Broker
from tests.system.floor import ALONE, BUY, Trader
from tests.system.operating import configure, tradsys, until
from tests.system.trading_system import ROOT
from tests.system.venue_floor import BY_HAND, NO_DEADLINES, VenueFloor

GONE = "GONE"
"""The session whose orders are canceled when it goes."""
NIGHT = {"time_zone": "UTC", "start": "03:00:00", "end": "03:00:01", "days": ["sun"]}


@pytest.fixture(scope="module")
def whole_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VenueFloor]:
    """Run one daemon for all cases."""
    made = VenueFloor(tmp_path_factory.mktemp("operations"))
    try:
        made.add_market("FIRST", **NO_DEADLINES)
        made.add_market("SECOND", dialect="fix42", **NO_DEADLINES)
        made.add_market("THIRD", **NO_DEADLINES)
        made.add_market("STUBBORN", {"rules": [{"on": "cancel", "do": "reject 0 too late"}]}, **NO_DEADLINES)
        made.add_route("BOTH", "FIRST", "SECOND")
        made.add_route("HALVES", "FIRST", "SECOND", strategy="split", weights=[3, 1])
        made.add_route("NIGHT", "FIRST", hours=NIGHT)
        configure(made.system, GONE, cancel_on_disconnect="drop_and_logout", cancel_on_disconnect_grace_s=0)
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def floor(whole_floor: VenueFloor) -> Iterator[VenueFloor]:
    """Give the floor; after the case nobody may have reports or rejects that it did not ask for."""
    yield whole_floor
    assert whole_floor.left_over() == []


def explained(floor: VenueFloor, symbol: str, destination: str, qty: str = "100") -> list[dict[str, str]]:
    """Give venue and quantity of each part of an order, as `tradsys route explain` has them."""
    order = ("route", "explain", symbol, "buy", qty, "--price", "100", "--session", "BROKER44")
    parts: list[dict[str, str]] = floor.read(*order, "--ex-destination", destination)["parts"]
    return parts


def went(floor: VenueFloor, symbol: str) -> dict[str, str]:
    """Give how much of an instrument's orders each venue has received, those that have."""
    sums = {name: sum(order.qty_e8 for order in market.received(symbol)) for name, market in floor.markets.items()}
    return {name: str(qty_e8 // 10**8) for name, qty_e8 in sums.items() if qty_e8}


def test_a_venue_is_taken_out_and_in_again(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    previewed = tradsys(floor.system, "venue", "down", "FIRST", "--preview")
    assert "FIRST gets no new orders" in previewed.stdout
    floor.operate("venue", "down", "FIRST")
    try:
        facts = floor.venue("FIRST")
        assert facts["state"] == "logged on"
        assert "agreed by phone" in facts["bars"]["operator"]
        assert floor.metric("tradsys_venue_up", "FIRST") == 0
        assert explained(floor, symbol, "BOTH") == [{"venue": "SECOND", "qty": "100"}]
        broker.order("O1", symbol, BUY, 100, "100", t100="BOTH")
        broker.sees("O1 A A 0 100", "O1 0 0 0 100")
        assert went(floor, symbol) == {"SECOND": "100"}
        broker.order("O2", symbol, BUY, 100, "100", t100="FIRST")
        (refusal,) = broker.sees("O2 8 8 0 0")
        assert "agreed by phone" in refusal["58"]
    finally:
        floor.operate("venue", "up", "FIRST")
    assert floor.state("FIRST") == "up"
    assert explained(floor, symbol, "BOTH") == [{"venue": "FIRST", "qty": "100"}]
    broker.order("O3", symbol, BUY, 100, "100", t100="BOTH")
    broker.sees("O3 A A 0 100", "O3 0 0 0 100")
    assert went(floor, symbol) == {"FIRST": "100", "SECOND": "100"}
    operated = floor.alerts("venue_operated", venue="FIRST", user="night")
    assert [record["action"] for record in operated] == ["venue.down", "venue.up"]


def test_what_is_explained_is_what_happens(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    parts = explained(floor, symbol, "HALVES", "101")
    broker.order("E1", symbol, BUY, 101, "100", t100="HALVES")
    broker.sees("E1 A A 0 101", "E1 0 0 0 101")
    floor.markets["SECOND"].order(symbol)
    assert went(floor, symbol) == {part["venue"]: part["qty"] for part in parts} == {"FIRST": "76", "SECOND": "25"}
    nowhere = ("route", "explain", symbol, "buy", "100", "--session", "BROKER44", "--ex-destination", "MOON")
    fault = floor.read(*nowhere)["fault"]
    broker.order("E2", symbol, BUY, 100, "100", t100="MOON")
    (refusal,) = broker.sees("E2 8 8 0 0")
    assert refusal["58"] == fault


def test_a_timed_route_is_switched_by_hand(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    broker.order("T1", symbol, BUY, 100, "100", t100="NIGHT")
    broker.sees("T1 8 8 0 0")
    floor.operate("route", "on", "NIGHT")
    assert explained(floor, symbol, "NIGHT") == [{"venue": "FIRST", "qty": "100"}]
    broker.order("T2", symbol, BUY, 100, "100", t100="NIGHT")
    broker.sees("T2 A A 0 100", "T2 0 0 0 100")
    floor.operate("route", "off", "NIGHT")
    assert explained(floor, symbol, "NIGHT") == []
    broker.order("T3", symbol, BUY, 100, "100", t100="NIGHT")
    broker.sees("T3 8 8 0 0")
    assert went(floor, symbol) == {"FIRST": "100"}


def take_pending(trader: Trader, *clord_ids: str) -> dict[str, str]:
    """Take reports until each order has ended, in any order; gives ClOrdID to OrdStatus."""
    ended: dict[str, str] = {}
    while set(ended) != set(clord_ids):
        report = trader.broker.next()
        assert report["150"] in ("6", "4"), report
        if report["150"] == "4":
            assert report["11"] not in ended
            ended[report["11"]] = report["39"]
    return ended


def test_the_kill_switch_reaches_venues(floor: VenueFloor) -> None:
    symbol, other, trader = floor.symbol(), floor.symbol(), floor.trader(ALONE + "BROKER44")
    member = ALONE + "BROKER44"
    trader.order("K1", symbol, BUY, 100, "100", t100="FIRST")
    trader.sees("K1 A A 0 100", "K1 0 0 0 100")
    trader.order("K2", symbol, BUY, 100, "100", t100="SECOND")
    trader.sees("K2 A A 0 100", "K2 0 0 0 100")
    trader.order("K3", other, BUY, 100, "100", t100="STUBBORN")
    trader.sees("K3 A A 0 100", "K3 0 0 0 100")
    floor.operate("kill", "member", member)
    assert take_pending(trader, "K1", "K2") == {"K1": "4", "K2": "4"}
    stubborn = floor.markets["STUBBORN"]
    stubborn.request("F", other)
    until(lambda: not floor.child("STUBBORN", other)["unanswered"], "the refusal of the cancel")
    child = floor.child("STUBBORN", other)
    assert child["leaves_qty"] == "100"
    rows = floor.read("order", "list", "--session", member)
    assert [(row["clord_id"], row["leaves_qty"]) for row in rows if row["symbol"] == other] == [("K3", "100")]
    trader.order("K4", symbol, BUY, 100, "100", t100="FIRST")
    (refusal,) = trader.sees("K4 8 8 0 0")
    assert "agreed by phone" in refusal["58"]
    assert went(floor, symbol) == {"FIRST": "100", "SECOND": "100"}
    stubborn.act(other, "fill 40 then cancel")
    seen = [trader.broker.next() for _ in range(2)]
    assert [(report["150"], report["14"]) for report in seen] == [("F", "40"), ("4", "40")]


def test_a_mass_cancel_reaches_venues(floor: VenueFloor) -> None:
    symbol, trader = floor.symbol(), floor.trader(ALONE + "BROKER50")
    trader.order("Q1", symbol, BUY, 100, "100", t100="HALVES")
    trader.sees("Q1 A A 0 100", "Q1 0 0 0 100")
    trader.order("Q2", symbol, BUY, 50, "100", t100="SECOND")
    trader.sees("Q2 A A 0 50", "Q2 0 0 0 50")
    floor.markets["SECOND"].order(symbol, 1)
    trader.send("q", t11="Q3", t530="7")
    answers = [trader.broker.next()]
    while [answer.get("150") for answer in answers].count("4") < 2:
        answers.append(trader.broker.next())
    (mass,) = [answer for answer in answers if answer["35"] == "r"]
    assert mass["531"] == "7"
    assert {order.is_open for name in ("FIRST", "SECOND") for order in floor.markets[name].received(symbol)} == {False}


def test_a_session_that_goes_has_its_orders_canceled_at_venues(floor: VenueFloor) -> None:
    symbol, system = floor.symbol(), floor.system
    broker = Broker(GONE, "FIX.4.4", system.fix_port, system.folder / GONE, specs=ROOT / "fix_specs")
    trader = Trader(broker.start())
    trader.order("X1", symbol, BUY, 100, "100", t100="FIRST")
    trader.sees("X1 A A 0 100", "X1 0 0 0 100")
    broker.drop()
    venue = floor.markets["FIRST"]
    venue.request("F", symbol)
    until(lambda: not venue.received(symbol)[0].is_open, "the cancel")
    until(lambda: not floor.child("FIRST", symbol), "the report about it")


def test_the_end_of_our_day_leaves_to_the_venue_what_works_there(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    broker.order("D1", symbol, BUY, 100, BY_HAND, t100="FIRST")
    floor.markets["FIRST"].act(symbol, "accept")
    broker.sees("D1 A A 0 100", "D1 0 0 0 100")
    floor.phase(symbol, "closed")
    floor.market("end-day", symbol)
    floor.markets["FIRST"].act(symbol, "fill 30")
    broker.sees("D1 F 1 30 70")
    floor.markets["FIRST"].act(symbol, "expire")
    broker.sees("D1 C C 30 0")
