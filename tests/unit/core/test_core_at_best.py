"""Fixed pegs: orders that take the best price once, as they come, and are limit orders from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tradsys_oms.core.fields import PegPriceType

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

PRIMARY, MARKET, MID = PegPriceType.PRIMARY, PegPriceType.MARKET, PegPriceType.MID


@pytest.fixture
def spread(exchange: Exchange) -> Exchange:
    """Give an exchange with 10 to buy at 9,990 and 10 for sale at 10,010."""
    exchange.new("B1", "bid", "buy", 10, 9_990)
    exchange.new("B1", "offer", "sell", 10, 10_010)
    return exchange


def fixed(exchange: Exchange, side: str, kind: str, qty: int = 5, price: int | None = None, **more: Any) -> list[str]:
    """Enter a fixed peg X of A."""
    return exchange.new("A1", "X", side, qty, price, ord_type="P", peg_price_type=kind, peg_is_fixed=True, **more)


@pytest.mark.parametrize(
    ("side", "kind", "offset", "price"),
    [
        ("buy", PRIMARY, 0, 9_990),
        ("buy", PRIMARY, 3, 9_993),
        ("buy", MID, 0, 10_000),
        ("buy", MARKET, -1, 10_009),
        ("sell", PRIMARY, 0, 10_010),
        ("sell", MID, 0, 10_000),
        ("sell", MARKET, 1, 9_991),
    ],
)
def test_the_price_is_that_of_the_reports_from_the_first_one_on(
    spread: Exchange, side: str, kind: str, offset: int, price: int
) -> None:
    assert fixed(spread, side, kind, peg_offset=offset) == [f"A1 X New new 5@{price} cum 0 leaves 5"]
    bids, asks = spread.depth()
    assert (price, 5, 1) in bids + asks or (price, 15, 2) in bids + asks


def test_at_best_takes_the_best_offer_and_its_rest_stays_there(spread: Exchange) -> None:
    spread.new("B1", "further", "sell", 10, 10_020)
    assert fixed(spread, "buy", MARKET, 15) == [
        "A1 X New new 15@10010 cum 0 leaves 15",
        "A1 X Trade partial 15@10010 cum 10 leaves 5 last 10@10010 #1 aggressor",
        "B1 offer Trade filled 10@10010 cum 10 leaves 0 last 10@10010 #1",
    ]
    assert spread.depth() == ([(10_010, 5, 1), (9_990, 10, 1)], [(10_020, 10, 1)])


def test_at_best_for_a_seller(spread: Exchange) -> None:
    assert fixed(spread, "sell", MARKET, 4)[1] == ("A1 X Trade filled 4@9990 cum 4 leaves 0 last 4@9990 #1 aggressor")


def test_an_offset_may_cross_further(spread: Exchange) -> None:
    spread.new("B1", "further", "sell", 10, 10_020)
    assert fixed(spread, "buy", MARKET, 15, peg_offset=10)[0] == "A1 X New new 15@10020 cum 0 leaves 15"
    assert spread.engine.open_order_count == 2


def test_price_is_the_limit_of_the_price(spread: Exchange) -> None:
    assert fixed(spread, "buy", PRIMARY, price=9_985) == ["A1 X New new 5@9985 cum 0 leaves 5"]
    spread.cancel("A1", "Y", "X")
    assert spread.new("A1", "Z", "sell", 5, 10_020, ord_type="P", peg_price_type=MARKET, peg_is_fixed=True) == [
        "A1 Z New new 5@10020 cum 0 leaves 5"
    ]


def test_the_price_does_not_move_any_more(spread: Exchange) -> None:
    fixed(spread, "buy", PRIMARY)
    spread.new("B1", "better", "buy", 10, 9_995)
    assert spread.query("A1", "X") == ["A1 X Status new 5@9990 cum 0 leaves 5"]
    spread.cancel("B1", "no bid", "bid")
    spread.cancel("B1", "none", "better")
    assert spread.depth() == ([(9_990, 5, 1)], [(10_010, 10, 1)])


def test_others_follow_it_as_a_limit_order(spread: Exchange) -> None:
    fixed(spread, "buy", PRIMARY, peg_offset=5)
    spread.new("C1", "P", "buy", 1, None, ord_type="P", peg_price_type=PRIMARY)
    assert spread.query("C1", "P") == ["C1 P Status new 1@market cum 0 leaves 1 (pegged 9995)"]


@pytest.mark.parametrize("kind", [PRIMARY, MARKET, MID])
def test_without_a_reference_it_is_rejected(exchange: Exchange, kind: str) -> None:
    assert fixed(exchange, "buy", kind) == [
        "A1 X OrderRejected reason 99: There is no price on ACME that the order could be fixed to"
    ]
    assert exchange.engine.open_order_count == 0


def test_a_price_beyond_the_bounds_is_none(exchange: Exchange) -> None:
    exchange.new("B1", "offer", "sell", 10, 12_000)
    assert fixed(exchange, "sell", PRIMARY, peg_offset=1)[0].startswith("A1 X OrderRejected reason 99: There is no")
    exchange.new("B1", "bid", "buy", 10, 8_000)
    lines = exchange.new(
        "A1", "Y", "buy", 1, None, ord_type="P", peg_price_type=PRIMARY, peg_offset=-8_000, peg_is_fixed=True
    )
    assert lines[0].startswith("A1 Y OrderRejected reason 99: There is no")


def test_post_only_that_would_trade_is_rejected(spread: Exchange) -> None:
    assert fixed(spread, "buy", MARKET, exec_inst="6") == [
        "A1 X OrderRejected reason 99: ParticipateDontInitiate: the order would trade at once"
    ]
    assert spread.new(
        "A1", "Y", "buy", 5, None, ord_type="P", peg_price_type=MARKET, peg_is_fixed=True, peg_offset=-1, exec_inst="6"
    ) == ["A1 Y New new 5@10009 cum 0 leaves 5"]


def test_a_replace_keeps_the_price_whatever_it_asks_for(spread: Exchange) -> None:
    fixed(spread, "buy", PRIMARY)
    spread.new("B1", "better", "buy", 10, 9_995)
    asks: dict[str, Any] = {"ord_type": "P", "peg_price_type": PRIMARY, "peg_is_fixed": True}
    assert spread.replace("A1", "Y", "X", 4, None, **asks) == ["A1 Y<X Replaced new 4@9990 cum 0 leaves 4"]
    assert spread.replace("A1", "Z", "Y", 9, 9_980, **asks) == ["A1 Z<Y Replaced new 9@9990 cum 0 leaves 9"]
    assert spread.replace("A1", "W", "Z", 9, None, **asks | {"peg_is_fixed": False})[0].endswith(
        "can't become another kind of order: PegMoveType (835) must stay"
    )
