"""TimeInForce in continuous trading: what rests, what waits beside the book, and what is over at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.phasing import go_on, pass_time, to
from tradsys_oms.core.work import FILLS_MAX

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


@pytest.mark.parametrize("time_in_force", ["0", "1", "5", "6"])
def test_these_rest(exchange: Exchange, time_in_force: str) -> None:
    date = 20_300_101 if time_in_force == "6" else 0
    exchange.new("A1", "X", "buy", 10, 10_000, time_in_force, expire_date=date)
    assert exchange.depth() == ([(10_000, 10, 1)], [])
    assert exchange.new("B1", "S", "sell", 10, 10_000)[2].startswith("A1 X Trade filled")


def test_one_that_is_good_till_crossing_trades_at_once_if_it_can(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 4, 10_000)
    lines = exchange.new("A1", "X", "buy", 10, 10_000, "5")
    assert lines[1] == "A1 X Trade partial 10@10000 cum 4 leaves 6 last 4@10000 #1 aggressor"
    assert exchange.depth() == ([(10_000, 6, 1)], [])


@pytest.mark.parametrize("ord_type", ["1", "2"])
def test_one_for_the_close_waits_beside_the_book(exchange: Exchange, ord_type: str) -> None:
    exchange.new("B1", "S", "sell", 4, 10_000)
    price = 10_000 if ord_type == "2" else None
    shown = "market" if price is None else price
    assert exchange.new("A1", "X", "buy", 10, price, "7", ord_type=ord_type) == [
        f"A1 X New new 10@{shown} cum 0 leaves 10"
    ]
    assert exchange.depth() == ([], [(10_000, 4, 1)])
    assert exchange.new("B1", "T", "sell", 1, 10_000) == ["B1 T New new 1@10000 cum 0 leaves 1"]
    assert exchange.cancel("A1", "Y", "X") == [f"A1 Y<X Canceled canceled 10@{shown} cum 0 leaves 0"]
    assert exchange.engine.instruments["ACME"].care == 0


def test_it_comes_into_the_book_when_the_closing_auction_begins(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 4, 10_000)
    exchange.new("A1", "X", "buy", 10, 10_001, "7")
    to(exchange, "closing_auction")
    assert exchange.depth() == ([(10_001, 10, 1)], [(10_000, 4, 1)])


def test_one_with_an_expire_time_expires_when_it_has_passed(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 10, 10_000, "6", expire_time_ns=(exchange.seq + 3) * 1_000)
    assert pass_time(exchange) == []
    assert pass_time(exchange) == ["A1 X Expired expired 10@10000 cum 0 leaves 0: Expired: ExpireTime is past"]
    assert exchange.depth() == ([], [])


@pytest.mark.parametrize("ord_type", ["1", "2"])
def test_immediate_or_cancel(exchange: Exchange, ord_type: str) -> None:
    exchange.new("B1", "S", "sell", 4, 10_000)
    price = 10_000 if ord_type == "2" else None
    lines = exchange.new("A1", "X", "buy", 10, price, "3", ord_type=ord_type)
    assert [text.split()[2] for text in lines if text.startswith("A1")] == ["New", "Trade", "Canceled"]
    assert exchange.depth() == ([], [])


@pytest.mark.parametrize("ord_type", ["1", "2"])
def test_fill_or_kill(exchange: Exchange, ord_type: str) -> None:
    exchange.new("B1", "S", "sell", 10, 10_000)
    price = 10_000 if ord_type == "2" else None
    assert len(exchange.new("A1", "X", "buy", 11, price, "4", ord_type=ord_type)) == 2
    assert exchange.depth() == ([], [(10_000, 10, 1)])
    assert len(exchange.new("A1", "Y", "buy", 10, price, "4", ord_type=ord_type)) == 3


def test_a_cascade_of_stops_ends_with_the_fills_of_a_command_and_goes_on_with_the_next(exchange: Exchange) -> None:
    for number in range(FILLS_MAX):
        exchange.new("B1", f"S{number}", "sell", 1, 10_000)
    exchange.new("B1", "far", "sell", 5, 10_010)
    exchange.new("A1", "stop", "buy", 5, None, ord_type="3", stop=10_000)
    lines = exchange.market("C1", "T", "buy", FILLS_MAX)
    assert len(lines) == 1 + 2 * FILLS_MAX
    assert list(exchange.engine.unfinished) == ["ACME"]
    assert go_on(exchange) == [
        "A1 stop Triggered new 5@market cum 0 leaves 5",
        "A1 stop Trade filled 5@market cum 5 leaves 0 last 5@10010 #1 aggressor",
        "B1 far Trade filled 5@10010 cum 5 leaves 0 last 5@10010 #1",
    ]
    assert not exchange.engine.unfinished
