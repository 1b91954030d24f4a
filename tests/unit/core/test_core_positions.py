"""Positions, their cost by average, and what is realised: docs/risk.md, section 6. Cost in ticks times lots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.usages import held, holding_of, load, reserved, traded, worth
from tradsys_oms.core.commands import SetMark, SetPosition
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def trade(exchange: Exchange, qty: int, price: int) -> None:
    """Let A buy (above 0) or sell of B."""
    mine, other = ("buy", "sell") if qty > 0 else ("sell", "buy")
    exchange.new("B1", f"B{exchange.seq}", other, abs(qty), price)
    exchange.new("A1", f"A{exchange.seq}", mine, abs(qty), price, "3")


@pytest.mark.parametrize(
    ("trades", "line"),
    [
        ([(10, 10_000)], "10 lots, cost 100000, realised 0"),
        ([(10, 10_000), (5, 10_300)], "15 lots, cost 151500, realised 0"),
        ([(10, 10_000), (-4, 10_100)], "6 lots, cost 60000, realised 400"),
        ([(10, 10_000), (-10, 9_900)], "0 lots, cost 0, realised -1000"),
        ([(10, 10_000), (-15, 10_100)], "-5 lots, cost -50500, realised 1000"),
        ([(-10, 10_000)], "-10 lots, cost -100000, realised 0"),
        ([(-10, 10_000), (4, 10_100)], "-6 lots, cost -60000, realised -400"),
        ([(-10, 10_000), (15, 9_900)], "5 lots, cost 49500, realised 1000"),
        # 2 of 3 lots cost 20000.67: 20000 are taken away, 10001 stay
        ([(2, 10_000), (1, 10_001), (-2, 10_000)], "1 lots, cost 10001, realised 0"),
        ([(-2, 10_000), (-1, 10_001), (2, 10_000)], "-1 lots, cost -10001, realised 0"),
        ([(2, 10_000), (1, 10_001), (-2, 10_000), (-1, 10_000)], "0 lots, cost 0, realised -1"),
    ],
    ids=str,
)
def test_cost_and_profit_by_average(exchange: Exchange, trades: list[tuple[int, int]], line: str) -> None:
    for qty, price in trades:
        trade(exchange, qty, price)
    assert held(exchange) == line
    mirrored = holding_of(exchange, "B")
    assert mirrored.position == -holding_of(exchange).position


def test_the_profit_of_the_day_is_that_of_what_is_held_and_of_what_was_closed(exchange: Exchange) -> None:
    trade(exchange, 10, 10_000)
    trade(exchange, -4, 10_100)
    # 4 were closed with 1.00 each; 6 are worth 1.00 more each
    assert worth(exchange) == "net 606, gross 606, pnl 10"
    assert worth(exchange, "B") == "net -606, gross 606, pnl -10"
    assert traded(exchange) == "2 trades, 1404, out 596"
    assert (holding_of(exchange).day_profit, holding_of(exchange).unrealised) == (1_000, 600)


def test_member_and_account_add_up_their_holdings_without_regard_to_the_sign_or_with_it(exchange: Exchange) -> None:
    exchange.set_instrument("HOOLI")
    trade(exchange, 10, 10_000)
    exchange.new("B1", "B", "buy", 4, 10_000, symbol="HOOLI")
    exchange.new("A1", "A", "sell", 4, 10_000, symbol="HOOLI")
    assert worth(exchange) == "net 600, gross 1400, pnl 0"


def test_each_holding_is_rounded_down(exchange: Exchange) -> None:
    exchange.set_instrument("SMALL", tick_e8=3, lot_e8=50_000_000, reference=0, band_bps=0)
    exchange.apply(SetMark("SMALL", 3, "file"))
    exchange.apply(SetPosition("A", "one", "SMALL", SCALE_E8 // 2, 0, False, ""))
    exchange.apply(SetPosition("A", "two", "SMALL", -SCALE_E8 // 2, 0, False, ""))
    accounts = exchange.engine.members["A"].accounts
    assert (accounts["one"].net, accounts["two"].net) == (1, -2)
    used = exchange.engine.members["A"].usage
    assert (used.net, used.gross) == (-1, 3)


class TestLoads:
    """What was loaded has its average price as the value at which the day began."""

    def test_at_the_start_of_a_day(self, exchange: Exchange) -> None:
        trade(exchange, 3, 10_000)
        trade(exchange, -3, 10_100)
        load(exchange, -10, 9_000)
        assert held(exchange) == "-10 lots, cost -90000, realised 0"
        assert worth(exchange) == "net -1010, gross 1010, pnl -110"

    def test_a_correction_keeps_what_was_realised_and_makes_no_profit_of_its_own(self, exchange: Exchange) -> None:
        trade(exchange, 10, 10_000)
        trade(exchange, -5, 10_200)
        assert worth(exchange) == "net 510, gross 510, pnl 20"
        load(exchange, 6, 10_200, is_correction=True)
        assert held(exchange) == "6 lots, cost 61200, realised 1000"
        assert worth(exchange) == "net 612, gross 612, pnl 10"
        trade(exchange, -6, 10_200)
        assert worth(exchange) == "net 0, gross 0, pnl 10"

    def test_it_leaves_orders_and_trades_alone(self, exchange: Exchange) -> None:
        trade(exchange, 10, 10_000)
        exchange.new("A1", "X", "sell", 5, 10_500)
        load(exchange, 0, 0)
        assert reserved(exchange) == "1 open, buy 0, sell 525, lots 0 and 5"
        assert traded(exchange) == "1 trades, 1000, out 1000"
        exchange.new("B1", "hit", "buy", 5, 10_500)
        assert held(exchange) == "-5 lots, cost -52500, realised 0"

    def test_an_average_between_two_ticks_is_rounded_down(self, exchange: Exchange) -> None:
        exchange.apply(SetPosition("A", "house", "ACME", 3 * SCALE_E8, 100_003_333, False, ""))
        assert held(exchange) == "3 lots, cost 300, realised 0"
        exchange.apply(SetPosition("A", "house", "ACME", -3 * SCALE_E8, 100_003_333, False, ""))
        assert held(exchange) == "-3 lots, cost -301, realised 0"
