"""The end of a command: what it sets off, in which order, and how one thing leads to the next (section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.core.phasing import go_on
from tradsys_oms.core.commands import MarketRules
from tradsys_oms.core.work import FILLS_MAX

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

PEG: dict[str, Any] = {"ord_type": "P", "peg_price_type": "5"}


def happened(lines: list[str]) -> list[str]:
    """Give session, ClOrdID and what happened of each report."""
    return [" ".join(text.split()[:3]) for text in lines]


def test_a_stop_moves_the_bid_the_peg_follows_into_the_dark_and_triggers_the_next_stop(exchange: Exchange) -> None:
    exchange.new("B1", "bid", "buy", 5, 9_990)
    exchange.new("B1", "ask", "sell", 5, 10_010)
    exchange.new("B1", "hidden", "sell", 3, 10_004, display=0)
    exchange.new("A1", "peg", "buy", 3, None, peg_offset=4, **PEG)
    exchange.new("A1", "stop", "buy", 9, 10_000, ord_type="4", stop=10_010)
    exchange.new("A1", "last", "sell", 1, None, ord_type="3", stop=10_004)
    assert exchange.new("C1", "T", "buy", 1, 10_010) == [
        "C1 T New new 1@10010 cum 0 leaves 1",
        "C1 T Trade filled 1@10010 cum 1 leaves 0 last 1@10004 #1 aggressor",
        "B1 hidden Trade partial 3@10004 cum 1 leaves 2 last 1@10004 #1",
        "A1 last Triggered new 1@market cum 0 leaves 1",
        "A1 last Trade filled 1@market cum 1 leaves 0 last 1@9994 #4 aggressor",
        "A1 peg Trade partial 3@market cum 1 leaves 2 last 1@9994 #4 (pegged 9994)",
    ]
    assert exchange.market("C1", "U", "buy", 3) == [
        "C1 U New new 3@market cum 0 leaves 3",
        "C1 U Trade partial 3@market cum 2 leaves 1 last 2@10004 #1 aggressor",
        "B1 hidden Trade filled 3@10004 cum 3 leaves 0 last 2@10004 #1",
        "C1 U Trade filled 3@market cum 3 leaves 0 last 1@10010 #3 aggressor",
        "B1 ask Trade partial 5@10010 cum 1 leaves 4 last 1@10010 #3",
        "A1 stop Triggered new 9@10000 cum 0 leaves 9",
    ]
    assert exchange.query("A1", "peg") == ["A1 peg Status partial 3@market cum 1 leaves 2 (pegged 10004)"]


def test_a_triggered_stop_that_rests_moves_a_peg_that_trades_in_the_dark(exchange: Exchange) -> None:
    exchange.new("B1", "bid", "buy", 5, 9_990)
    exchange.new("B1", "ask", "sell", 5, 10_010)
    exchange.new("C1", "hidden", "sell", 3, 10_004, display=0)
    exchange.new("A1", "peg", "buy", 3, None, peg_offset=4, **PEG)
    exchange.new("A1", "stop", "buy", 9, 10_000, ord_type="4", stop=9_990)
    assert exchange.new("C1", "T", "sell", 1, 9_990) == [
        "C1 T New new 1@9990 cum 0 leaves 1",
        "C1 T Trade filled 1@9990 cum 1 leaves 0 last 1@9994 #1 aggressor",
        "A1 peg Trade partial 3@market cum 1 leaves 2 last 1@9994 #1 (pegged 9994)",
        "A1 stop Triggered new 9@10000 cum 0 leaves 9",
        "A1 peg Trade filled 3@market cum 3 leaves 0 last 2@10004 #4 aggressor (pegged 10004)",
        "C1 hidden Trade partial 3@10004 cum 2 leaves 1 last 2@10004 #4",
    ]


def test_conditional_orders_come_before_pegs_and_pegs_before_stops(exchange: Exchange) -> None:
    exchange.new("B1", "bid", "buy", 5, 9_980)
    exchange.new("C1", "all", "sell", 6, 9_995, exec_inst="G")
    exchange.new("C1", "hidden", "sell", 1, 9_999, display=0)
    exchange.new("A1", "stop", "buy", 1, 9_000, ord_type="4", stop=9_995, trigger_price_type="3")
    exchange.new("A1", "peg", "buy", 1, None, peg_offset=4, **PEG)
    exchange.new("B1", "small", "buy", 5, 9_994)
    assert happened(exchange.new("B1", "large", "buy", 7, 9_995)) == [
        "B1 large New",
        "B1 large Trade",
        "C1 all Trade",
        "A1 peg Trade",
        "C1 hidden Trade",
        "A1 stop Triggered",
    ]


def test_conditional_orders_are_tried_again_when_a_peg_has_moved(exchange: Exchange) -> None:
    exchange.new("B1", "bid", "buy", 5, 9_990)
    exchange.new("A1", "peg", "buy", 5, None, **PEG)
    exchange.new("C1", "all", "sell", 10, 9_995, exec_inst="G")
    assert exchange.new("B1", "better", "buy", 5, 9_995) == [
        "B1 better New new 5@9995 cum 0 leaves 5",
        "C1 all Trade partial 10@9995 cum 5 leaves 5 last 5@9995 #1 aggressor",
        "B1 better Trade filled 5@9995 cum 5 leaves 0 last 5@9995 #1",
        "C1 all Trade filled 10@9995 cum 10 leaves 0 last 5@9995 #3 aggressor",
        "A1 peg Trade filled 5@market cum 5 leaves 0 last 5@9995 #3 (pegged 9995)",
    ]


def test_what_one_round_of_stops_does_is_settled_before_the_next(exchange: Exchange) -> None:
    exchange.new("B1", "bid", "buy", 5, 9_990)
    exchange.new("A1", "one", "buy", 5, 9_995, ord_type="4", stop=9_990)
    exchange.new("A1", "two", "buy", 5, 9_000, ord_type="4", stop=9_998, trigger_price_type="3")
    exchange.new("C1", "peg", "buy", 1, None, peg_offset=3, **PEG)
    exchange.new("C1", "hidden", "sell", 1, 9_998, display=0)
    lines = exchange.new("C1", "T", "sell", 2, 9_990)
    assert happened(lines) == [
        "C1 T New",
        "C1 T Trade",
        "C1 peg Trade",
        "C1 T Trade",
        "B1 bid Trade",
        "A1 one Triggered",
    ]
    assert exchange.query("A1", "two") == ["A1 two Status new 5@9000 cum 0 leaves 5"]


def test_an_auction_that_a_stop_calls_ends_the_round(exchange: Exchange) -> None:
    exchange.set_instrument(rules=MarketRules(dynamic_band_bps=50))
    exchange.new("B1", "far", "sell", 5, 10_100)
    exchange.new("B1", "near", "sell", 1, 10_000)
    exchange.new("A1", "one", "buy", 1, 10_200, ord_type="4", stop=10_000)
    exchange.new("A1", "two", "buy", 1, 10_200, ord_type="4", stop=10_000)
    lines = exchange.new("C1", "T", "buy", 1, 10_000)
    assert lines[3:] == [
        "A1 one Triggered new 1@10200 cum 0 leaves 1",
        "ACME is volatility_auction: an order would have traded outside of the price band",
    ]
    assert [order.clord_id for order in exchange.engine.books["ACME"].stops] == ["two"]


def test_a_peg_and_a_choosy_order_stop_at_the_band_and_call_nothing(exchange: Exchange) -> None:
    exchange.set_instrument(rules=MarketRules(dynamic_band_bps=50))
    exchange.new("B1", "hidden", "sell", 5, 10_060, display=0)
    exchange.new("A1", "all", "buy", 5, 10_060, exec_inst="G")
    assert exchange.engine.instruments["ACME"].phase == "continuous"
    exchange.new("C1", "bid", "buy", 1, 10_010)
    exchange.new("A1", "peg", "buy", 1, None, peg_offset=50, **PEG)
    assert exchange.engine.instruments["ACME"].phase == "continuous"
    assert exchange.engine.trade_count == 0


def test_a_choosy_order_behind_the_band_that_would_just_trade_calls_an_auction(exchange: Exchange) -> None:
    exchange.set_instrument(rules=MarketRules(dynamic_band_bps=50))
    exchange.new("B1", "all", "sell", 5, 10_060, exec_inst="G")
    assert len(exchange.new("A1", "less", "buy", 4, 10_060)) == 1
    exchange.cancel("A1", "off", "less")
    assert exchange.new("A1", "enough", "buy", 5, 10_060)[1:] == [
        "ACME is volatility_auction: an order would have traded outside of the price band"
    ]


def test_pegs_that_a_command_has_no_fills_left_for_are_priced_by_the_next(exchange: Exchange) -> None:
    exchange.new("A1", "first", "buy", FILLS_MAX, None, peg_offset=5, **PEG)
    exchange.new("A1", "second", "buy", 3, None, peg_offset=5, **PEG)
    for number in range(FILLS_MAX + 1):
        exchange.new("B1", f"S{number}", "sell", 1, 9_995, display=0)
    assert len(exchange.new("C1", "bid", "buy", 1, 9_990)) == 1 + 2 * FILLS_MAX
    assert list(exchange.engine.unfinished) == ["ACME"]
    assert go_on(exchange) == [
        "A1 second Trade partial 3@market cum 1 leaves 2 last 1@9995 #0 aggressor (pegged 9995)",
        f"B1 S{FILLS_MAX} Trade filled 1@9995 cum 1 leaves 0 last 1@9995 #0",
    ]


def test_commands_on_another_instrument_set_off_nothing(exchange: Exchange) -> None:
    exchange.set_instrument("HOOLI")
    exchange.new("A1", "stop", "buy", 5, None, ord_type="3", stop=10_000)
    exchange.new("B1", "S", "sell", 1, 10_000, symbol="HOOLI")
    assert len(exchange.new("C1", "T", "buy", 1, 10_000, symbol="HOOLI")) == 3
