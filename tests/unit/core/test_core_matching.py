"""Price-time priority: who trades with whom, at which price, and how a trade is identified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.commands import NewOrder
from tradsys_oms.core.events import Execution
from tradsys_oms.core.work import FILLS_MAX

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def test_the_best_price_trades_first_and_at_the_price_that_rested(exchange: Exchange) -> None:
    exchange.new("A1", "far", "sell", 10, 10_020)
    exchange.new("A1", "near", "sell", 10, 10_010)
    assert exchange.new("B1", "T", "buy", 15, 10_050) == [
        "B1 T New new 15@10050 cum 0 leaves 15",
        "B1 T Trade partial 15@10050 cum 10 leaves 5 last 10@10010 #1 aggressor",
        "A1 near Trade filled 10@10010 cum 10 leaves 0 last 10@10010 #1",
        "B1 T Trade filled 15@10050 cum 15 leaves 0 last 5@10020 #3 aggressor",
        "A1 far Trade partial 10@10020 cum 5 leaves 5 last 5@10020 #3",
    ]
    assert exchange.depth() == ([], [(10_020, 5, 1)])


def test_at_one_price_the_oldest_trades_first(exchange: Exchange) -> None:
    exchange.new("A1", "first", "buy", 10, 10_000)
    exchange.new("C1", "second", "buy", 10, 10_000)
    exchange.new("A1", "third", "buy", 10, 10_000)
    lines = exchange.new("B1", "T", "sell", 25, 10_000)
    assert [text.split()[1] for text in lines[2::2]] == ["first", "second", "third"]
    assert exchange.depth() == ([(10_000, 5, 1)], [])


def test_an_order_that_does_not_reach_the_other_side_rests(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 10, 10_001)
    exchange.new("B1", "Y", "buy", 10, 10_000)
    assert exchange.depth() == ([(10_000, 10, 1)], [(10_001, 10, 1)])
    assert exchange.engine.trade_count == 0


def test_the_rest_of_an_aggressor_rests_at_its_limit(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 10, 10_000)
    exchange.new("B1", "Y", "buy", 25, 10_005)
    assert exchange.depth() == ([(10_005, 15, 1)], [])


def test_orders_of_one_firm_trade_with_each_other(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 10, 10_000)
    assert len(exchange.new("A2", "Y", "buy", 10, 10_000)) == 3


def test_both_sides_of_a_trade_carry_its_identity_and_their_average_adds_up(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 10, 10_000)
    exchange.new("A1", "Y", "sell", 10, 10_010)
    exchange.new("B1", "T", "buy", 20, 10_010)
    fills = [event for event in exchange.events if isinstance(event, Execution) and event.exec_type == "F"]
    assert [fill.trade_index for fill in fills] == [1, 1, 3, 3]
    assert [fill.aggressor for fill in fills] == [True, False, True, False]
    assert fills[2].cum_notional == 10 * 10_000 + 10 * 10_010
    assert exchange.engine.trade_count == 2


def test_a_fill_goes_to_the_session_that_entered_the_order(exchange: Exchange) -> None:
    exchange.new("A2", "X", "sell", 10, 10_000)
    lines = exchange.new("B1", "Y", "buy", 10, 10_000)
    assert lines[2].startswith("A2 X ")


def test_books_of_different_instruments_do_not_meet(exchange: Exchange) -> None:
    exchange.set_instrument("HOOLI")
    exchange.new("A1", "X", "sell", 10, 10_000)
    exchange.new("B1", "Y", "buy", 10, 10_000, symbol="HOOLI")
    assert exchange.depth("HOOLI") == ([(10_000, 10, 1)], [])
    assert exchange.depth("ACME") == ([], [(10_000, 10, 1)])


def test_one_command_makes_no_more_fills_than_a_journal_record_holds(exchange: Exchange) -> None:
    for number in range(FILLS_MAX + 10):
        exchange.new("A1", f"S{number}", "sell", 1, 10_000)
    lines = exchange.new("B1", "T", "buy", FILLS_MAX + 10, 10_000)
    assert len(lines) == 2 + 2 * FILLS_MAX
    assert lines[-1].startswith("B1 T Canceled canceled")
    assert f"cum {FILLS_MAX} leaves 0" in lines[-1]
    assert exchange.depth() == ([], [(10_000, 10, 1 * 10)])
    exchange.new("B1", "R", "buy", 20, 9_000)
    for number in range(FILLS_MAX):
        exchange.new("A1", f"U{number}", "sell", 1, 10_000)
    lines = exchange.replace("B1", "R2", "R", FILLS_MAX + 10, 10_000)
    assert lines[0].startswith("B1 R2<R Replaced")
    assert lines[-1].startswith("B1 R2 Canceled canceled")
    assert exchange.depth() == ([], [(10_000, 10, 10)])


def test_a_currency_that_is_not_the_instruments_is_refused(exchange: Exchange) -> None:
    session, number = "A1", 10_000
    order = NewOrder(session, number, "X", "", "ACME", "1", "2", "0", 100_000_000, 10_000_000_000, currency="EUR")
    assert "Currency (15) EUR is not supported: ACME trades in USD" in exchange.apply(order)[0]
    order = NewOrder(session, number + 1, "Y", "", "ACME", "1", "2", "0", 100_000_000, 10_000_000_000, currency="USD")
    assert exchange.apply(order)[0].startswith("A1 Y New")
