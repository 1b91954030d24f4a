"""Price bands and the circuit breaker: what stops an order, what halts an instrument, and how trading resumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.phasing import pass_time, soon, to
from tradsys_oms.core.commands import MarketRules
from tradsys_oms.core.matching import guards
from tradsys_oms.core.matching.price_window import PriceWindow

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


@pytest.mark.parametrize(
    ("static_bps", "dynamic_bps", "last_px", "auction_px", "buy", "sell"),
    [
        (0, 0, 10_000, 10_000, 0, 0),
        (500, 0, 10_100, 0, 10_500, 9_500),
        (500, 0, 10_100, 9_000, 9_450, 8_550),
        (0, 100, 0, 0, 10_100, 9_900),
        (0, 100, 10_101, 0, 10_202, 10_000),
        (500, 100, 10_450, 0, 10_500, 10_346),
        (15_000, 20_000, 10_000, 0, 25_000, 1),
    ],
)
def test_the_bound_is_that_of_the_tighter_band(
    exchange: Exchange, static_bps: int, dynamic_bps: int, last_px: int, auction_px: int, buy: int, sell: int
) -> None:
    exchange.set_instrument(rules=MarketRules(static_band_bps=static_bps, dynamic_band_bps=dynamic_bps))
    instrument = exchange.engine.instruments["ACME"]
    instrument.last_px, instrument.auction_px = last_px, auction_px
    assert (guards.bound(instrument, "1"), guards.bound(instrument, "2")) == (buy, sell)


def test_without_a_price_there_is_no_bound(exchange: Exchange) -> None:
    exchange.set_instrument("NEW", reference=0, band_bps=0, rules=MarketRules(static_band_bps=1, dynamic_band_bps=1))
    instrument = exchange.engine.instruments["NEW"]
    assert (guards.bound(instrument, "1"), guards.bound(instrument, "2")) == (0, 0)


def test_an_order_that_would_trade_beyond_a_band_calls_an_auction(exchange: Exchange) -> None:
    exchange.set_instrument(rules=MarketRules(dynamic_band_bps=100, auction_ns=5_000))
    exchange.new("A1", "near", "sell", 5, 10_100)
    exchange.new("A1", "far", "sell", 5, 10_101)
    until_ns = soon(exchange, 1) + 5_000
    assert exchange.new("B1", "b", "buy", 10, 10_200) == [
        "B1 b New new 10@10200 cum 0 leaves 10",
        "B1 b Trade partial 10@10200 cum 5 leaves 5 last 5@10100 #1 aggressor",
        "A1 near Trade filled 5@10100 cum 5 leaves 0 last 5@10100 #1",
        f"ACME is volatility_auction until {until_ns}: an order would have traded outside of the price band",
    ]
    assert exchange.depth() == ([(10_200, 5, 1)], [(10_101, 5, 1)])
    assert exchange.engine.indication("ACME") == (10_101, 5, 0)
    assert exchange.engine.next_due_ns() == until_ns
    for _ in range(4):
        assert pass_time(exchange) == []
    assert len(pass_time(exchange)) == 4
    assert exchange.engine.instruments["ACME"].phase == "continuous"


def test_an_order_inside_of_the_band_calls_nothing(exchange: Exchange) -> None:
    exchange.set_instrument(rules=MarketRules(static_band_bps=100))
    exchange.new("A1", "s", "sell", 5, 10_100)
    exchange.new("A1", "far", "sell", 5, 10_101)
    assert len(exchange.new("B1", "b", "buy", 5, 10_200)) == 3
    assert exchange.engine.instruments["ACME"].phase == "continuous"


def breaking(exchange: Exchange, prices: list[int]) -> list[str]:
    """Trade at prices, one command each; give the events of the last trade's command from the halt on."""
    lines: list[str] = []
    for price in prices:
        number = exchange.seq
        exchange.new("A1", f"s{number}", "sell", 1, price)
        lines = exchange.new("B1", f"b{number}", "buy", 1, price)
    return lines[3:]


def test_the_circuit_breaker_halts_when_prices_move_too_far(exchange: Exchange) -> None:
    exchange.set_instrument(rules=MarketRules(breaker_bps=100, breaker_window_ns=60_000, halt_ns=9_000))
    assert breaking(exchange, [10_000, 10_100]) == []
    until_ns = soon(exchange, 2) + 9_000
    assert breaking(exchange, [10_101]) == [
        f"ACME is halted until {until_ns}: circuit breaker: trades between 100 and 101.01"
    ]
    assert "OrderRejected reason 2" in exchange.new("A1", "s", "sell", 1, 10_000)[0]
    for _ in range(7):
        assert pass_time(exchange) == []
    assert pass_time(exchange) == ["ACME is volatility_auction: halted is over"]
    to(exchange, "continuous")
    assert breaking(exchange, [10_200]) == []


def test_prices_before_the_window_do_not_count(exchange: Exchange) -> None:
    exchange.set_instrument(rules=MarketRules(breaker_bps=100, breaker_window_ns=4_000))
    # A trade every 2,000 ns: the one of two trades before still counts, the one of three no longer does.
    assert breaking(exchange, [10_000, 10_060, 10_100, 10_150]) == []
    assert breaking(exchange, [10_202]) == ["ACME is halted: circuit breaker: trades between 101 and 102.02"]


def test_a_fall_trips_the_breaker_measured_from_the_lower_price(exchange: Exchange) -> None:
    exchange.set_instrument(rules=MarketRules(breaker_bps=100, breaker_window_ns=60_000))
    assert breaking(exchange, [10_100, 10_000]) == []
    assert breaking(exchange, [9_999]) != []


def test_a_sweep_that_trips_the_breaker_is_carried_out_and_then_halted(exchange: Exchange) -> None:
    exchange.set_instrument(rules=MarketRules(breaker_bps=100, breaker_window_ns=60_000, dynamic_band_bps=200))
    for price in (10_000, 10_150, 10_300):
        exchange.new("A1", f"s{price}", "sell", 1, price)
    lines = exchange.new("B1", "b", "buy", 3, 10_300)
    assert len(lines) == 6  # the halt comes before the auction that the band calls for
    assert lines[-1] == "ACME is halted: circuit breaker: trades between 100 and 101.5"
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 20)), max_size=40),
    st.integers(0, 10),
)
def test_the_window_knows_the_lowest_and_the_highest_price(steps: list[tuple[int, int]], length: int) -> None:
    window, seen, now = PriceWindow(), [], 0
    for pause, price in steps:
        now += pause
        window.forget(now - length)
        window.add(now, price)
        seen.append((now, price))
        prices = [price for time, price in seen if time >= now - length]
        assert window.extremes == (min(prices), max(prices))
    window.clear()
    assert window.extremes is None
    assert window.rows == [[], []]
