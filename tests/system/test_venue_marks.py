"""What venues quote values positions: a real daemon, a link, and a venue whose prices move."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.system.floor import BUY
from tests.system.operating import reload, until
from tests.system.venue_floor import VenueFloor
from tradsys_oms.venues.simulator.script import Quote

HUNDRED = 100 * 10**8
QUOTED = ("X0", "X1", "X2", "X5", "X6")
"""Instruments of which NYX has prices from the beginning."""
OTHERS = (("OLD", "fix42", "X3"), ("NEW", "fix50sp2", "X4"))
"""Venues of other versions, and an instrument of each."""


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VenueFloor]:
    """Run one daemon for all cases; NYX says what its instruments are worth, but for X2."""
    made = VenueFloor(tmp_path_factory.mktemp("marks"))
    try:
        quotes = [
            {"symbol": symbol, "bid": "99.9", "bid_qty": "500", "offer": "100.1", "offer_qty": "500"}
            for symbol in QUOTED
        ]
        made.add_market("NYX", {"quotes": quotes, "rules": [{"do": "accept then fill"}]})
        for venue, dialect, symbol in OTHERS:
            made.add_market(venue, {"quotes": [quotes[0] | {"symbol": symbol}]}, dialect=dialect)
        sources = dict.fromkeys(("X0", "X1", "X5", "X6"), "NYX") | {symbol: venue for venue, _, symbol in OTHERS}
        for entry in made.system.settings["instruments"]:
            if entry["symbol"] in sources:
                entry["mark_venues"] = [sources[entry["symbol"]]]
        yield made.start()
    finally:
        made.close()


def quote(floor: VenueFloor, symbol: str, bid: str, offer: str, venue: str = "NYX") -> None:
    """Let a venue change its prices."""
    bid_e8, offer_e8 = (int(Decimal(price) * 10**8) for price in (bid, offer))
    floor.markets[venue].simulator.quote(Quote(symbol, bid_e8, HUNDRED, offer_e8, HUNDRED))


def buy(floor: VenueFloor, clord_id: str, symbol: str) -> None:
    """Let a broker buy 100 at 100 at the venue."""
    broker = floor.trader("BROKER44")
    broker.order(clord_id, symbol, BUY, 100, "100", t100="NYX")
    broker.sees(f"{clord_id} A A 0 100", f"{clord_id} 0 0 0 100", f"{clord_id} F 2 100 0")


def position(floor: VenueFloor, symbol: str) -> dict[str, Any]:
    """Give what the broker holds, as `tradsys position list` prints it."""
    (row,) = floor.read("position", "list", "--member", "BROKER44", "--symbol", symbol)
    return dict(row)


def marked(floor: VenueFloor, symbol: str) -> dict[str, Any]:
    """Give the mark, as `tradsys mark list` prints it."""
    (row,) = floor.read("mark", "list", "--symbol", symbol)
    return dict(row)


def is_worth(floor: VenueFloor, symbol: str, mark: str, unrealised: str) -> None:
    """Wait until the position is valued at a mark, and see its profit."""
    until(lambda: position(floor, symbol)["mark"] == mark, f"a mark of {mark}: {position(floor, symbol)}")
    assert position(floor, symbol)["unrealised"] == unrealised


def test_unrealised_profit_follows_the_quotes_of_the_venue(floor: VenueFloor) -> None:
    buy(floor, "B1", "X0")
    is_worth(floor, "X0", "100", "0")
    quote(floor, "X0", "101.9", "102.1")
    is_worth(floor, "X0", "102", "200")
    quote(floor, "X0", "98.5", "98.6")
    is_worth(floor, "X0", "98.55", "-145")
    row = position(floor, "X0")
    assert (row["mark_source"], row["day_profit"], row["realised"]) == ("quote", "-145", "0")
    mark = marked(floor, "X0")
    assert (mark["by"], mark["quoting"], mark["stale"]) == ("NYX", "NYX", False)


@pytest.mark.parametrize(("venue", "_dialect", "symbol"), OTHERS)
def test_prices_come_in_each_version(floor: VenueFloor, venue: str, _dialect: str, symbol: str) -> None:
    for bid, offer, mark in (("99", "101", "100"), ("101", "101.5", "101.25")):
        quote(floor, symbol, bid, offer, venue)
        until(lambda mark=mark: marked(floor, symbol)["mark"] == mark, f"{venue} to say {mark}")  # type: ignore[misc]
    assert marked(floor, symbol)["by"] == venue
    assert floor.venue(venue)["quarantined"] == 0


def test_a_mark_that_is_held_stays_and_one_that_is_set_goes(floor: VenueFloor) -> None:
    buy(floor, "B2", "X1")
    buy(floor, "B5", "X5")
    floor.operate("mark", "set", "X1", "105", "--hold")
    quote(floor, "X1", "90", "90.1")
    quote(floor, "X5", "97", "97")
    is_worth(floor, "X5", "97", "-300")  # the venue's later quote has come
    is_worth(floor, "X1", "105", "500")
    assert marked(floor, "X1")["held"] is True
    floor.operate("mark", "set", "X1", "104")
    quote(floor, "X1", "91", "91.1")
    is_worth(floor, "X1", "91.05", "-895")


def test_a_reload_lets_a_link_ask_for_more_prices(floor: VenueFloor) -> None:
    buy(floor, "B3", "X2")
    assert marked(floor, "X2")["source"] == "reference"
    (entry,) = (one for one in floor.system.settings["instruments"] if one["symbol"] == "X2")
    entry["mark_venues"] = ["NYX"]
    reload(floor.system)
    until(lambda: marked(floor, "X2")["source"] == "quote", "the venue to say what X2 is worth")
    floor.wait_up("NYX")
    quote(floor, "X2", "103", "103")
    is_worth(floor, "X2", "103", "300")


def test_a_mark_stays_when_the_line_goes_and_the_same_comes_back_after_kill_9(floor: VenueFloor) -> None:
    buy(floor, "B6", "X6")
    quote(floor, "X6", "101.2", "101.4")
    is_worth(floor, "X6", "101.3", "130")
    floor.cut("NYX")
    before = position(floor, "X6"), marked(floor, "X6")
    assert before[1]["stale"] is True
    assert "X6" in {row["symbol"] for row in floor.read("mark", "list", "--stale")}
    floor.system.daemon.kill()
    floor.system.daemon.start()
    assert (position(floor, "X6"), marked(floor, "X6")) == before
    floor.mend("NYX")
    quote(floor, "X6", "100.4", "100.6")
    is_worth(floor, "X6", "100.5", "50")
