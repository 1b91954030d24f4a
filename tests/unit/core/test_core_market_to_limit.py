"""Market with left over as limit: it takes what a market order takes, and its rest stays at its last price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.commands import MarketRules

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def test_the_rest_stays_at_the_price_of_the_last_fill(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 4, 10_000)
    exchange.new("B1", "T", "sell", 4, 10_010)
    assert exchange.new("A1", "X", "buy", 10, None, ord_type="K") == [
        "A1 X New new 10@market cum 0 leaves 10",
        "A1 X Trade partial 10@market cum 4 leaves 6 last 4@10000 #1 aggressor",
        "B1 S Trade filled 4@10000 cum 4 leaves 0 last 4@10000 #1",
        "A1 X Trade partial 10@market cum 8 leaves 2 last 4@10010 #3 aggressor",
        "B1 T Trade filled 4@10010 cum 4 leaves 0 last 4@10010 #3",
        "A1 X Restated partial 10@10010 cum 8 leaves 2 (because 3)",
    ]
    assert exchange.depth() == ([(10_010, 2, 1)], [])
    assert exchange.engine.list_orders(session="A1")[0].ord_type == "K"


def test_without_a_fill_it_is_canceled(exchange: Exchange) -> None:
    assert exchange.new("A1", "X", "buy", 10, None, ord_type="K") == [
        "A1 X New new 10@market cum 0 leaves 10",
        "A1 X Canceled canceled 10@market cum 0 leaves 0: No liquidity: rest of the market order canceled",
    ]


def test_one_that_fills_is_done(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 10, 10_000)
    lines = exchange.new("A1", "X", "buy", 10, None, ord_type="K")
    assert len(lines) == 3
    assert exchange.engine.open_order_count == 0


def test_price_is_ignored(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 10, 10_010)
    assert exchange.new("A1", "X", "buy", 10, 9_000, ord_type="K")[0] == "A1 X New new 10@market cum 0 leaves 10"
    assert exchange.engine.trade_count == 1


def test_an_iceberg_of_it_shows_a_part_of_the_rest(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 4, 10_000)
    exchange.new("A1", "X", "buy", 50, None, "1", ord_type="K", display=10)
    assert exchange.depth() == ([(10_000, 10, 1)], [])


def test_a_replace_may_leave_the_price_or_give_another(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 4, 10_000)
    exchange.new("A1", "X", "buy", 10, None, ord_type="K")
    assert exchange.replace("A1", "Y", "X", 9, None, ord_type="K") == ["A1 Y<X Replaced partial 9@10000 cum 4 leaves 5"]
    assert exchange.replace("A1", "Z", "Y", 9, 9_990, ord_type="K") == ["A1 Z<Y Replaced partial 9@9990 cum 4 leaves 5"]
    assert exchange.depth() == ([(9_990, 5, 1)], [])
    order_id = exchange.engine.list_orders(session="A1")[0].order_id
    assert exchange.replace("A1", "W", "Z", 9, 13_000, ord_type="K") == [
        f"A1 W<Z CancelRejected to 2 order {order_id} partial reason 99: "
        "Price 130 is outside the band 80 to 120 of ACME"
    ]


def test_the_market_protection_holds_for_it(exchange: Exchange) -> None:
    exchange.set_instrument(rules=MarketRules(market_protection_bps=10))
    exchange.new("B1", "S", "sell", 4, 10_000)
    exchange.new("B1", "T", "sell", 4, 10_011)
    assert exchange.new("A1", "X", "buy", 10, None, ord_type="K")[-1] == (
        "A1 X Restated partial 10@10000 cum 4 leaves 6 (because 3)"
    )
    assert exchange.depth() == ([(10_000, 6, 1)], [(10_011, 4, 1)])


def test_its_rest_meets_stops_that_it_triggered(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 4, 10_000)
    exchange.new("C1", "stop", "sell", 3, None, ord_type="3", stop=10_000)
    assert [text.split()[:3] for text in exchange.new("A1", "X", "buy", 10, None, ord_type="K")] == [
        ["A1", "X", "New"],
        ["A1", "X", "Trade"],
        ["B1", "S", "Trade"],
        ["A1", "X", "Restated"],
        ["C1", "stop", "Triggered"],
        ["C1", "stop", "Trade"],
        ["A1", "X", "Trade"],
    ]
