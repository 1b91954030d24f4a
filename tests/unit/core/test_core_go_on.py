"""What one command could not finish goes on in the next, and each instrument comes to its turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.core.phasing import go_on, to
from tradsys_oms.core.work import FILLS_MAX, ORDERS_MAX

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def test_an_instrument_with_much_to_do_does_not_keep_the_others_waiting(exchange: Exchange) -> None:
    for symbol, pairs in (("LONG", 3 * FILLS_MAX), ("SHORT", FILLS_MAX + 1)):
        exchange.set_instrument(symbol, has_phases=True)
        to(exchange, "pre_open", "opening_auction", symbol=symbol)
        exchange.new("B1", f"all {symbol}", "buy", pairs, 10_000, symbol=symbol)
        for number in range(pairs):
            exchange.new("A1", f"{symbol} {number}", "sell", 1, 10_000, symbol=symbol)
    for symbol in ("LONG", "SHORT"):
        to(exchange, "continuous", symbol=symbol)
    assert list(exchange.engine.unfinished) == ["LONG", "SHORT"]
    go_on(exchange)
    assert list(exchange.engine.unfinished) == ["SHORT", "LONG"]
    go_on(exchange)
    assert list(exchange.engine.unfinished) == ["LONG"]
    assert exchange.engine.instruments["SHORT"].phase == "continuous"
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()
    go_on(exchange)
    assert not exchange.engine.unfinished


def test_more_stops_than_a_command_has_room_for_go_on(exchange: Exchange) -> None:
    for number in range(ORDERS_MAX + 2):
        exchange.new("A1", f"S{number}", "sell", 1, None, ord_type="3", stop=9_990)
    exchange.new("B1", "bid", "buy", 1, 9_990)
    lines = exchange.new("C1", "T", "sell", 1, 9_990)
    assert len(lines) == 3 + 2 * ORDERS_MAX, "nobody buys: each is triggered, and canceled"
    assert list(exchange.engine.unfinished) == ["ACME"]
    assert [line.split()[1] for line in go_on(exchange)] == [f"S{ORDERS_MAX + n}" for n in (0, 0, 1, 1)]
    assert not exchange.engine.unfinished
    assert exchange.engine.open_order_count == 0
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()
