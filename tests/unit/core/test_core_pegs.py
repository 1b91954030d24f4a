"""Pegged orders: what they follow, within which limits, when they move, and what they can meet there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.conftest import Bound
from tradsys_oms.core.events import Execution
from tradsys_oms.core.fields import PegPriceType
from tradsys_oms.core.requests import entry

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

PRIMARY, MARKET, MID = PegPriceType.PRIMARY, PegPriceType.MARKET, PegPriceType.MID


def spread(exchange: Exchange, bid: int = 9_990, offer: int = 10_010) -> None:
    """Make a best bid and offer of B, of 10 each."""
    exchange.new("B1", "bid", "buy", 10, bid)
    exchange.new("B1", "offer", "sell", 10, offer)


def peg(exchange: Exchange, clord_id: str, side: str, kind: str, **more: object) -> list[str]:
    """Enter a pegged order of A for 5."""
    values = {"price": None, "ord_type": "P", "peg_price_type": kind} | more
    return exchange.new("A1", clord_id, side, 5, **values)  # type: ignore[arg-type]


def price_of(exchange: Exchange, clord_id: str, side: str = "buy") -> int:
    """Give the PeggedPrice of an order of A, 0 for none."""
    exchange.query("A1", clord_id, side="1" if side == "buy" else "2")
    event = exchange.events[0]
    assert isinstance(event, Execution)
    return event.detail.pegged_price if event.detail is not None else 0


@pytest.mark.parametrize(
    ("side", "kind", "offset", "price"),
    [
        ("buy", PRIMARY, 0, 9_990),
        ("buy", PRIMARY, -3, 9_987),
        ("buy", PRIMARY, 5, 9_995),
        ("buy", PRIMARY, 30, 10_009),  # one tick inside the offer
        ("buy", MARKET, 0, 10_009),
        ("buy", MARKET, -5, 10_005),
        ("buy", MID, 0, 10_000),
        ("buy", MID, 2, 10_002),
        ("sell", PRIMARY, 0, 10_010),
        ("sell", PRIMARY, 4, 10_014),
        ("sell", PRIMARY, -30, 9_991),
        ("sell", MARKET, 0, 9_991),
        ("sell", MARKET, 6, 9_996),
        ("sell", MID, 0, 10_000),
    ],
)
def test_the_price_is_the_reference_and_the_offset(
    exchange: Exchange, side: str, kind: str, offset: int, price: int
) -> None:
    spread(exchange)
    assert peg(exchange, "X", side, kind, peg_offset=offset) == ["A1 X New new 5@market cum 0 leaves 5"]
    assert price_of(exchange, "X", side) == price


def test_half_way_is_rounded_to_the_own_side(exchange: Exchange) -> None:
    spread(exchange, 9_990, 10_011)
    peg(exchange, "X", "buy", MID)
    peg(exchange, "Y", "sell", MID)
    assert (price_of(exchange, "X"), price_of(exchange, "Y", "sell")) == (10_000, 10_001)


@pytest.mark.parametrize(("side", "limit", "price"), [("buy", 9_985, 9_985), ("buy", 9_995, 9_990)])
def test_a_peg_goes_no_further_than_its_limit(exchange: Exchange, side: str, limit: int, price: int) -> None:
    spread(exchange)
    assert peg(exchange, "X", side, PRIMARY, price=limit) == [f"A1 X New new 5@{limit} cum 0 leaves 5"]
    assert exchange.query("A1", "X") == [f"A1 X Status new 5@{limit} cum 0 leaves 5 (pegged {price})"]


def test_a_selling_peg_goes_no_further_than_its_limit(exchange: Exchange) -> None:
    spread(exchange)
    peg(exchange, "X", "sell", PRIMARY, price=10_015)
    assert price_of(exchange, "X", "sell") == 10_015


def test_a_peg_without_a_reference_waits_and_comes_when_there_is_one(exchange: Exchange) -> None:
    assert peg(exchange, "X", "buy", PRIMARY) == ["A1 X New new 5@market cum 0 leaves 5"]
    assert price_of(exchange, "X") == 0
    assert exchange.depth() == ([], [])
    assert exchange.new("B1", "bid", "buy", 10, 9_990) == ["B1 bid New new 10@9990 cum 0 leaves 10"]
    assert price_of(exchange, "X") == 9_990
    assert exchange.depth() == ([(9_990, 15, 2)], [])
    exchange.cancel("B1", "no bid", "bid")
    assert price_of(exchange, "X") == 0
    assert exchange.depth() == ([], [])
    assert exchange.cancel("A1", "Y", "X") == ["A1 Y<X Canceled canceled 5@market cum 0 leaves 0"]


def test_one_tick_and_the_highest_price_are_the_bounds(exchange: Exchange) -> None:
    spread(exchange, 8_010, 12_000)
    peg(exchange, "low", "buy", PRIMARY, peg_offset=-8_009)
    peg(exchange, "none", "buy", PRIMARY, peg_offset=-8_010)
    peg(exchange, "high", "sell", PRIMARY, peg_offset=0)
    peg(exchange, "above", "sell", PRIMARY, peg_offset=1)
    assert [price_of(exchange, name) for name in ("low", "none")] == [1, 0]
    assert [price_of(exchange, name, "sell") for name in ("high", "above")] == [12_000, 0]


def test_pegs_do_not_follow_each_other(exchange: Exchange) -> None:
    spread(exchange)
    peg(exchange, "X", "buy", PRIMARY, peg_offset=5)
    peg(exchange, "Y", "buy", PRIMARY)
    assert price_of(exchange, "Y") == 9_990
    exchange.cancel("B1", "no bid", "bid")
    assert (price_of(exchange, "X"), price_of(exchange, "Y")) == (0, 0)


def test_pegs_do_not_follow_dark_orders(exchange: Exchange) -> None:
    spread(exchange)
    exchange.new("B1", "hidden", "buy", 10, 9_999, display=0)
    exchange.new("B1", "choosy", "buy", 10, 9_998, min_qty=5)
    peg(exchange, "X", "buy", PRIMARY)
    assert price_of(exchange, "X") == 9_990


def test_a_peg_that_moves_goes_to_the_end_without_a_report(exchange: Exchange) -> None:
    spread(exchange)
    peg(exchange, "X", "buy", PRIMARY)
    peg(exchange, "Y", "buy", PRIMARY)
    assert exchange.new("B1", "better", "buy", 10, 9_995) == ["B1 better New new 10@9995 cum 0 leaves 10"]
    assert exchange.depth() == ([(9_995, 20, 3), (9_990, 10, 1)], [(10_010, 10, 1)])
    lines = exchange.new("C1", "T", "sell", 17, 9_995)
    assert [text for text in lines if not text.startswith("C1")] == [
        "B1 better Trade filled 10@9995 cum 10 leaves 0 last 10@9995 #1",
        "A1 X Trade filled 5@market cum 5 leaves 0 last 5@9995 #3 (pegged 9995)",
        "A1 Y Trade partial 5@market cum 2 leaves 3 last 2@9995 #5 (pegged 9995)",
    ]
    assert price_of(exchange, "Y") == 9_990  # the better bid is gone


def test_a_peg_whose_price_stays_keeps_its_place(exchange: Exchange) -> None:
    spread(exchange)
    peg(exchange, "X", "buy", PRIMARY)
    exchange.new("C1", "later", "buy", 5, 9_990)
    exchange.new("B1", "offer2", "sell", 10, 10_005)  # the offer has changed, the bid has not
    lines = exchange.new("C1", "T", "sell", 15, 9_990)
    assert [text.split()[1] for text in lines[2::2]] == ["bid", "X"]


def test_a_peg_trades_with_a_hidden_order_when_the_bid_takes_it_there(exchange: Exchange) -> None:
    spread(exchange, 9_990, 10_010)
    exchange.new("B1", "hidden", "sell", 3, 9_998, display=0)
    peg(exchange, "X", "buy", PRIMARY, peg_offset=4)
    assert exchange.new("C1", "better", "buy", 1, 9_994) == [
        "C1 better New new 1@9994 cum 0 leaves 1",
        "A1 X Trade partial 5@market cum 3 leaves 2 last 3@9998 #1 aggressor (pegged 9998)",
        "B1 hidden Trade filled 3@9998 cum 3 leaves 0 last 3@9998 #1",
    ]
    assert exchange.depth() == ([(9_998, 2, 1), (9_994, 1, 1), (9_990, 10, 1)], [(10_010, 10, 1)])


def test_two_mid_pegs_meet_half_way(exchange: Exchange) -> None:
    spread(exchange)
    peg(exchange, "X", "buy", MID)
    assert peg(exchange, "Y", "sell", MID) == [
        "A1 Y New new 5@market cum 0 leaves 5",
        "A1 Y Trade filled 5@market cum 5 leaves 0 last 5@10000 #1 aggressor (pegged 10000)",
        "A1 X Trade filled 5@market cum 5 leaves 0 last 5@10000 #1 (pegged 10000)",
    ]
    assert exchange.engine.instruments["ACME"].care == 0


def test_the_oldest_peg_is_priced_first(exchange: Exchange) -> None:
    peg(exchange, "X", "buy", PRIMARY, peg_offset=5)
    peg(exchange, "Y", "buy", PRIMARY, peg_offset=5)
    exchange.new("B1", "hidden", "sell", 7, 9_995, display=0)
    assert exchange.new("B1", "bid", "buy", 1, 9_990) == [
        "B1 bid New new 1@9990 cum 0 leaves 1",
        "A1 X Trade filled 5@market cum 5 leaves 0 last 5@9995 #1 aggressor (pegged 9995)",
        "B1 hidden Trade partial 7@9995 cum 5 leaves 2 last 5@9995 #1",
        "A1 Y Trade partial 5@market cum 2 leaves 3 last 2@9995 #3 aggressor (pegged 9995)",
        "B1 hidden Trade filled 7@9995 cum 7 leaves 0 last 2@9995 #3",
    ]


def test_a_peg_that_lost_its_place_is_the_youngest(exchange: Exchange) -> None:
    peg(exchange, "X", "buy", PRIMARY)
    peg(exchange, "Y", "buy", PRIMARY)
    exchange.replace("A1", "X2", "X", 6, None, ord_type="P", peg_price_type=PRIMARY)
    exchange.new("B1", "bid", "buy", 1, 9_990)
    assert [order.clord_id for order in exchange.engine.books["ACME"]] == ["bid", "Y", "X2"]


def test_a_peg_keeps_its_age_beside_the_book_when_only_its_quantity_goes_down(exchange: Exchange) -> None:
    peg(exchange, "X", "buy", PRIMARY)
    peg(exchange, "Y", "buy", PRIMARY)
    exchange.replace("A1", "X2", "X", 4, None, ord_type="P", peg_price_type=PRIMARY)
    exchange.new("B1", "bid", "buy", 1, 9_990)
    assert [order.clord_id for order in exchange.engine.books["ACME"]] == ["bid", "X2", "Y"]


def test_a_post_only_peg_waits_where_it_could_trade(exchange: Exchange) -> None:
    spread(exchange)
    exchange.new("B1", "hidden", "sell", 3, 9_995, display=0)
    peg(exchange, "X", "buy", PRIMARY, peg_offset=5, exec_inst="6")
    assert price_of(exchange, "X") == 0
    exchange.cancel("B1", "seen", "hidden", "2")
    assert price_of(exchange, "X") == 0  # the best bid and offer are as they were
    exchange.new("B1", "better", "buy", 1, 9_991)
    assert price_of(exchange, "X") == 9_996


def test_a_peg_with_min_qty_is_dark_and_moves(exchange: Exchange) -> None:
    spread(exchange)
    peg(exchange, "X", "buy", PRIMARY, min_qty=5)
    assert exchange.depth() == ([(9_990, 10, 1)], [(10_010, 10, 1)])
    exchange.new("C1", "better", "buy", 1, 9_995)
    assert exchange.new("C1", "T", "sell", 6, 9_995)[3:] == [
        "C1 T Trade filled 6@9995 cum 6 leaves 0 last 5@9995 #3 aggressor",
        "A1 X Trade filled 5@market cum 5 leaves 0 last 5@9995 #3 (pegged 9995)",
    ]


def test_a_pegged_iceberg_shows_its_part(exchange: Exchange) -> None:
    spread(exchange)
    exchange.new("A1", "X", "buy", 50, None, ord_type="P", peg_price_type=PRIMARY, display=10)
    assert exchange.depth() == ([(9_990, 20, 2)], [(10_010, 10, 1)])
    exchange.new("C1", "better", "buy", 1, 9_995)
    assert exchange.depth() == ([(9_995, 11, 2), (9_990, 10, 1)], [(10_010, 10, 1)])


def test_a_trigger_by_the_bid_does_not_see_pegs(exchange: Exchange) -> None:
    spread(exchange)
    exchange.new("C1", "S", "buy", 1, 9_000, ord_type="4", stop=9_995, trigger_price_type="3")
    peg(exchange, "X", "buy", PRIMARY, peg_offset=7)
    assert price_of(exchange, "X") == 9_997
    assert exchange.query("C1", "S") == ["C1 S Status new 1@9000 cum 0 leaves 1"]
    assert exchange.new("B1", "better", "buy", 1, 9_995)[1:] == ["C1 S Triggered new 1@9000 cum 0 leaves 1"]


def test_the_pegs_of_an_instrument_are_bounded(exchange: Exchange, bound: Bound) -> None:
    bound(entry, "PEGS_MAX", 1)
    spread(exchange)
    peg(exchange, "X", "buy", PRIMARY)
    assert exchange.new("A1", "Y", "sell", 5, None, ord_type="P", peg_price_type=PRIMARY) == [
        "A1 Y OrderRejected reason 99: ACME has 1 pegged orders, the most that there may be"
    ]
    exchange.cancel("A1", "Z", "X")
    assert "New new" in exchange.new("A1", "Y2", "sell", 5, None, ord_type="P", peg_price_type=PRIMARY)[0]
