"""What one command could not finish: each instrument comes to its turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.core.phasing import go_on, to
from tradsys_oms.core.work import FILLS_MAX

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
