"""Busts and corrections: both sides' reports, and what becomes of the orders; FIX Volume 4, J.1.a to J.1.d."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from tests.unit.core.amending import TICK_E8, Desk, hit
from tradsys_oms.core.commands import (
    AmendTrade,
    CancelOne,
    ChangePhase,
    EndDay,
    RestateOne,
    SetSession,
    StartDay,
)
from tradsys_oms.core.events import Execution
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.phases.phases import Phase

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


@pytest.fixture
def desk(exchange: Exchange) -> Desk:
    """Give the desk of an exchange."""
    return Desk(exchange)


def reprice(desk: Desk, order_id: int, qty: int, price: int) -> None:
    """Give an order another price by agreement."""
    desk.exchange.apply(RestateOne(order_id, qty * SCALE_E8, price * TICK_E8, 3, ""))


def end_day(exchange: Exchange) -> None:
    """Close the market and end its day."""
    exchange.apply(ChangePhase("ACME", Phase.CLOSED, ""))
    exchange.apply(EndDay("ACME"))


def next_day(exchange: Exchange, trade_date: int) -> None:
    """End the day and begin another one, in continuous trading."""
    end_day(exchange)
    exchange.apply(StartDay("ACME", trade_date))
    exchange.apply(ChangePhase("ACME", Phase.CONTINUOUS, ""))


def mine(lines: list[str]) -> list[str]:
    """Keep the reports of session A1."""
    return [text for text in lines if text.startswith("A1 ")]


def notional(exchange: Exchange, order_id: int) -> int:
    """Give the sum of price times quantity over all fills of an order."""
    return next(order.cum_notional for order in exchange.engine.list_orders() if order.order_id == order_id)


def test_a_filled_order_then_corrections_and_a_bust_j_1_a(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "X", "buy", 10_000, 10_000)
    number = exchange.seq
    one = hit(desk, 1_000)
    reprice(desk, number, 10_000, 11_000)
    nine = hit(desk, 9_000)
    assert mine(desk.bust(one, reinstate=True)) == [
        f"A1 X TradeCancel partial 10000@11000 cum 9000 leaves 1000 (ref {one.trade_seq}-2): error"
    ]
    assert exchange.depth() == ([(11_000, 1_000, 1)], [])
    assert mine(desk.correct(nine, 9_000, 10_000)) == [
        "A1 X TradeCorrect partial 10000@11000 cum 9000 leaves 1000 last 9000@10000 #-1 "
        f"(ref {nine.trade_seq}-2): error"
    ]
    first_correction = exchange.seq
    assert notional(exchange, number) == 9_000 * 10_000
    reprice(desk, number, 10_000, 12_000)
    hit(desk, 1_000)
    assert mine(desk.correct(nine, 9_000, 12_000)) == [
        f"A1 X TradeCorrect filled 10000@12000 cum 10000 leaves 0 last 9000@12000 #-1 (ref {first_correction}-1): error"
    ]
    assert notional(exchange, number) == 10_000 * 12_000


def test_both_sides_are_told_the_trade_each_time(exchange: Exchange, desk: Desk, both_open: AmendTrade) -> None:
    for quantity, price in ((35, 9_990), (30, 9_980), (0, 0)):
        desk.correct(both_open, quantity, price)
        details = [event.detail for event in exchange.events[:2] if isinstance(event, Execution)]
        trades = [(detail.trade_seq, detail.trade_index) for detail in details if detail is not None]
        assert trades == [(both_open.trade_seq, both_open.trade_index)] * 2


def test_a_canceled_order_then_a_bust_j_1_b(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "X", "buy", 10_000, 10_000)
    trade = hit(desk, 5_000)
    exchange.cancel("A1", "Y", "X")
    assert mine(desk.bust(trade, reinstate=True)) == [
        f"A1 Y TradeCancel canceled 10000@10000 cum 0 leaves 0 (ref {trade.trade_seq}-2): error"
    ]
    assert exchange.engine.open_order_count == 0


def test_an_order_done_for_the_day_then_a_correction_and_a_bust_j_1_d(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "X", "buy", 10_000, 10_000)
    number = exchange.seq
    trade = hit(desk, 5_000)
    exchange.apply(CancelOne(number, "", done_for_day=True))
    assert mine(desk.correct(trade, 4_000, 10_000)) == [
        f"A1 X TradeCorrect done 10000@10000 cum 4000 leaves 0 last 4000@10000 #-1 (ref {trade.trade_seq}-2): error"
    ]
    correction = exchange.seq
    assert mine(desk.bust(trade)) == [f"A1 X TradeCancel done 10000@10000 cum 0 leaves 0 (ref {correction}-1): error"]
    assert exchange.engine.open_order_count == 0


def test_the_first_side_is_reported_first_and_one_that_may_not_rest_is_canceled(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("C1", "other", "buy", 100, 10_000)
    trade = hit(desk, 40)
    name = f"S{trade.trade_seq - 1}"
    fate = f"Not reinstated after trade {trade.trade_seq}-1 was busted"
    assert desk.bust(trade, reinstate=True) == [
        f"B1 {name} TradeCancel new 40@10000 cum 0 leaves 40 (ref {trade.trade_seq}-1): error",
        f"A1 X TradeCancel new 100@10000 cum 0 leaves 100 (ref {trade.trade_seq}-2): error",
        f"B1 {name} Canceled canceled 40@10000 cum 0 leaves 0: {fate}",
    ]
    assert exchange.depth() == ([(10_000, 200, 2)], [])
    assert [order.clord_id for order in exchange.engine.books["ACME"]] == ["other", "X"]


def test_a_filled_order_is_reinstated_if_the_operator_says_so(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("B1", "S", "sell", 100, 10_000)
    trade = desk.trade()
    exchange.new("C1", "other", "buy", 30, 9_900)
    fate = f"Not reinstated after trade {trade.trade_seq}-1 was corrected"
    assert desk.correct(trade, 60, 9_990) == [
        f"B1 S TradeCorrect partial 100@10000 cum 60 leaves 40 last 60@9990 #-1 (ref {trade.trade_seq}-1): error",
        f"A1 X TradeCorrect partial 100@10000 cum 60 leaves 40 last 60@9990 #-1 (ref {trade.trade_seq}-2): error",
        f"B1 S Canceled canceled 100@10000 cum 60 leaves 0: {fate}",
        f"A1 X Canceled canceled 100@10000 cum 60 leaves 0: {fate}",
    ]
    assert exchange.depth() == ([(9_900, 30, 1)], [])
    correction = exchange.seq
    assert desk.bust(trade, reinstate=True) == [
        f"B1 S TradeCancel canceled 100@10000 cum 0 leaves 0 (ref {correction}-0): error",
        f"A1 X TradeCancel canceled 100@10000 cum 0 leaves 0 (ref {correction}-1): error",
    ]


def test_reinstated_orders_come_to_the_market_as_new_ones_do(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("B1", "S", "sell", 100, 9_990)
    trade = desk.trade()
    exchange.new("C1", "bid", "buy", 30, 9_995)
    assert desk.bust(trade, reinstate=True)[2:] == [
        "B1 S Trade partial 100@9990 cum 30 leaves 70 last 30@9995 #2 aggressor",
        "C1 bid Trade filled 30@9995 cum 30 leaves 0 last 30@9995 #2",
        "A1 X Trade partial 100@10000 cum 70 leaves 30 last 70@9990 #4 aggressor",
        "B1 S Trade filled 100@9990 cum 100 leaves 0 last 70@9990 #4",
    ]
    assert exchange.depth() == ([(10_000, 30, 1)], [])
    assert exchange.cancel("A1", "Y", "X") == ["A1 Y<X Canceled canceled 100@10000 cum 70 leaves 0"]
    assert exchange.engine.open_order_count == 0


def test_what_a_bust_sets_off(exchange: Exchange, desk: Desk) -> None:
    exchange.new("C1", "low", "buy", 10, 9_900)
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("C1", "peg", "buy", 10, None, ord_type="P", peg_price_type="5")
    trade = hit(desk, 100)
    assert exchange.query("C1", "peg")[0].endswith("(pegged 9900)")
    desk.bust(trade, reinstate=True)
    assert exchange.query("C1", "peg")[0].endswith("(pegged 10000)")


@pytest.fixture
def both_open(exchange: Exchange, desk: Desk) -> AmendTrade:
    """Make a trade of 40, corrected to 30, whose orders are both open: 70 and 10 are left."""
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("B1", "S", "sell", 40, 10_000)
    trade = desk.trade()
    exchange.replace("A1", "Y", "X", 100, 9_900)
    desk.correct(trade, 30, 10_000, reinstate=True)
    assert exchange.depth() == ([(9_900, 70, 1)], [(10_000, 10, 1)])
    return trade


def test_a_larger_quantity_comes_from_what_is_left_and_the_place_is_kept(
    exchange: Exchange, desk: Desk, both_open: AmendTrade
) -> None:
    exchange.new("C1", "behind", "buy", 5, 9_900)
    before = exchange.seq - 1
    assert desk.correct(both_open, 35, 10_010) == [
        f"B1 S TradeCorrect partial 40@10000 cum 35 leaves 5 last 35@10010 #-1 (ref {before}-0): error",
        f"A1 Y TradeCorrect partial 100@9900 cum 35 leaves 65 last 35@10010 #-1 (ref {before}-1): error",
    ]
    assert exchange.depth() == ([(9_900, 70, 2)], [(10_000, 5, 1)])
    assert [order.clord_id for order in exchange.engine.books["ACME"]] == ["Y", "behind", "S"]


def test_a_larger_quantity_may_fill_an_order(exchange: Exchange, desk: Desk, both_open: AmendTrade) -> None:
    before = exchange.seq
    assert desk.correct(both_open, 40, 10_000) == [
        f"B1 S TradeCorrect filled 40@10000 cum 40 leaves 0 last 40@10000 #-1 (ref {before}-0): error",
        f"A1 Y TradeCorrect partial 100@9900 cum 40 leaves 60 last 40@10000 #-1 (ref {before}-1): error",
    ]
    assert exchange.depth() == ([(9_900, 60, 1)], [])
    assert exchange.engine.open_order_count == 1
    assert exchange.cancel("B1", "Z", "S", "2")[0].endswith("is finished")


def test_no_more_than_is_left(exchange: Exchange, desk: Desk, both_open: AmendTrade) -> None:
    number = both_open.first_order_id
    sentence = f"Order {number} has 10 left: a trade can't give it 11 more."
    assert desk.refused(structs.replace(both_open, qty=41, px=10_000)) == sentence
    exchange.cancel("B1", "Z", "S", "2")
    sentence = f"Order {number} has 0 left: a trade can't give it 1 more."
    assert desk.refused(structs.replace(both_open, qty=31, px=10_000)) == sentence


def test_another_price_alone_moves_nothing(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("C1", "behind", "buy", 5, 10_000)
    trade = hit(desk, 40)
    assert [text.split(" (")[0].split(" ", 2)[2] for text in desk.correct(trade, 40, 10_001)] == [
        "TradeCorrect filled 40@10000 cum 40 leaves 0 last 40@10001 #-1",
        "TradeCorrect partial 100@10000 cum 40 leaves 60 last 40@10001 #-1",
    ]
    assert [order.clord_id for order in exchange.engine.books["ACME"]] == ["X", "behind"]
    assert exchange.engine.instruments["ACME"].last_px == 10_000


def test_an_iceberg_shows_no_more_than_it_has_left(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "ice", "buy", 100, 10_000, display=30)
    exchange.new("B1", "S", "sell", 95, 10_000)
    trades = [desk.trade(index) for index in range(4)]
    assert exchange.depth() == ([(10_000, 5, 1)], [])
    exchange.replace("A1", "lower", "ice", 100, 9_900, display=30)
    desk.correct(trades[0], 10, 10_000, reinstate=True)
    assert exchange.depth() == ([(9_900, 25, 1)], [(10_000, 20, 1)])
    desk.correct(trades[0], 28, 10_000)
    assert exchange.depth() == ([(9_900, 7, 1)], [(10_000, 2, 1)])
    desk.bust(trades[1])
    assert exchange.depth() == ([(9_900, 30, 1)], [(10_000, 32, 1)])


def test_a_trade_of_a_day_before_leaves_the_quantities_of_the_day_j_1_c(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "X", "buy", 10_000, 10_000, "1")
    yesterday = hit(desk, 2_000)
    next_day(exchange, 20_260_102)
    today = hit(desk, 1_000)
    assert mine(desk.correct(yesterday, 1_500, 10_000)) == [
        "A1 X TradeCorrect partial 10000@10000 cum 2500 leaves 7500 last 1500@10000 #-1 "
        f"(ref {yesterday.trade_seq}-2, day 1000 of 8500): error"
    ]
    assert mine(desk.correct(today, 500, 10_000)) == [
        "A1 X TradeCorrect partial 10000@10000 cum 2000 leaves 8000 last 500@10000 #-1 "
        f"(ref {today.trade_seq}-2, day 500 of 8500): error"
    ]
    assert mine(desk.correct(yesterday, 1_500, 9_000)) != []
    report = exchange.events[-1]
    assert isinstance(report, Execution)
    assert report.detail is not None
    assert (report.detail.day_notional, report.cum_notional) == (500 * 10_000, 1_500 * 9_000 + 500 * 10_000)


CANT_REST = {
    "a market order": {"price": None, "ord_type": "1"},
    "fill or kill": {"time_in_force": "4"},
    "at a time that is past": {"time_in_force": "6", "expire_time_ns": 1_000_000},
    "until a day that is past": {"time_in_force": "6", "expire_date": 20_260_101},
    "it follows a price": {"price": None, "ord_type": "P", "peg_price_type": "4", "peg_offset_e8": 0},
}


@pytest.mark.parametrize("terms", CANT_REST.values(), ids=CANT_REST.keys())
def test_what_can_not_rest_is_canceled(exchange: Exchange, desk: Desk, terms: dict[str, Any]) -> None:
    exchange.new("B1", "S", "sell", 100, 10_000)
    exchange.new("A1", "X", "buy", 100, **({"price": 10_000} | terms))
    if terms.get("ord_type") == "P":
        exchange.new("B1", "hit", "sell", 100, 9_999)
    trade = desk.trade()
    exchange.engine.instruments["ACME"].trade_date = 20_260_102
    lines = exchange.engine.apply(exchange.seq + 1, 2_000_000, structs.replace(trade, reinstate=True))
    canceled = [event for event in lines if isinstance(event, Execution) and event.exec_type == "4"]
    assert [event.session for event in canceled] == ["A1"]


def test_a_day_that_is_over(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "day", "buy", 10, 10_000)
    of_yesterday = hit(desk, 10)
    exchange.new("A1", "gtc", "buy", 10, 10_000, "1")
    for_long = hit(desk, 10)
    next_day(exchange, 20_260_102)
    assert " Canceled " in mine(desk.bust(of_yesterday, reinstate=True))[1]
    assert len(mine(desk.bust(for_long, reinstate=True))) == 1
    exchange.new("A1", "today", "buy", 10, 10_100)
    of_today = hit(desk, 10, 10_100)
    assert len(mine(desk.bust(of_today, reinstate=True))) == 1
    assert exchange.depth() == ([(10_100, 10, 1), (10_000, 10, 1)], [])


def test_between_two_days(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "day", "buy", 10, 10_000)
    of_today = hit(desk, 10)
    exchange.new("A1", "gtc", "buy", 10, 10_000, "1")
    whole = hit(desk, 10)
    exchange.new("A1", "rest", "buy", 10, 9_900, "1")
    part = hit(desk, 4, 9_900)
    end_day(exchange)
    assert " Canceled " in mine(desk.bust(of_today, reinstate=True))[1]
    assert mine(desk.bust(whole, reinstate=True)) == [
        f"A1 gtc TradeCancel new 10@10000 cum 0 leaves 10 (ref {whole.trade_seq}-2): error"
    ]
    assert mine(desk.bust(part)) == [
        f"A1 rest TradeCancel done 10@9900 cum 0 leaves 10 (ref {part.trade_seq}-2): error"
    ]
    assert exchange.apply(StartDay("ACME", 20_260_102)) == [
        "A1 gtc Restated new 10@10000 cum 0 leaves 10 (because 1, day 0 of 10)",
        "A1 rest Restated new 10@9900 cum 0 leaves 10 (because 1, day 0 of 10)",
    ]


def test_an_order_that_never_takes_is_not_reinstated_into_a_trade(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "passive", "buy", 10, 10_000, exec_inst="6")
    trade = hit(desk, 10)
    exchange.new("C1", "offer", "sell", 10, 9_990)
    assert " Canceled " in mine(desk.bust(trade, reinstate=True))[1]


def test_a_full_exchange_reinstates_nothing(make_exchange: type[Exchange]) -> None:
    exchange = make_exchange(open_orders_max=2)
    desk = Desk(exchange)
    exchange.new("A1", "X", "buy", 10, 10_000)
    trade = hit(desk, 10)
    exchange.new("C1", "1", "buy", 10, 9_000)
    exchange.new("C1", "2", "buy", 10, 9_000)
    assert " Canceled " in mine(desk.bust(trade, reinstate=True))[1]


def test_a_member_may_have_traded_with_itself(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("A2", "S", "sell", 60, 10_000)
    trade = desk.trade()
    assert desk.bust(trade) == [
        f"A2 S TradeCancel new 60@10000 cum 0 leaves 60 (ref {trade.trade_seq}-1): error",
        f"A1 X TradeCancel new 100@10000 cum 0 leaves 100 (ref {trade.trade_seq}-2): error",
        f"A2 S Canceled canceled 60@10000 cum 0 leaves 0: Not reinstated after trade {trade.trade_seq}-1 was busted",
    ]


def test_what_is_refused(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("C1", "other", "buy", 100, 10_000)
    other = exchange.seq
    trade = hit(desk, 40)
    name = f"Trade {trade.trade_seq}-1"
    amounts = "Quantities of a trade can't be below 0, and prices must be above 0."
    seller, buyer = trade.first_order_id, trade.second_order_id
    for values, sentence in (
        ({"qty": -1}, amounts),
        ({"qty": 1, "px": 0}, amounts),
        ({"traded_px": 0}, amounts),
        ({"qty": 40, "px": 10_000}, f"{name} has that quantity and price already."),
        ({"first_order_id": 99}, "Order 99 is no longer known: amend in clearing."),
        ({"first_order_id": other}, f"Orders {other} and {buyer} are not the two sides of a trade."),
        ({"first_order_id": buyer}, f"Orders {buyer} and {buyer} are not the two sides of a trade."),
        ({"second_order_id": other}, f"Order {other} has filled 0 in all: the trade was not its own."),
        ({"traded_qty": 41}, f"Order {seller} has filled 40 in all: the trade was not its own."),
        ({"qty": 40, "px": 10**13}, f"At that price the fills of order {seller} come to more than can be counted."),
        ({"qty": 40, "px": 2**62}, f"At that price the fills of order {seller} come to more than can be counted."),
    ):
        assert desk.refused(structs.replace(trade, **values)) == sentence
    desk.bust(trade)
    assert desk.refused(structs.replace(trade, qty=10, px=1)) == f"{name} was busted: it can't be amended again."
    sentence = f"{name} is between the orders {seller} and {buyer}."
    assert desk.refused(structs.replace(trade, second_order_id=other)) == sentence


def test_what_must_wait_or_go_to_clearing(exchange: Exchange, desk: Desk) -> None:
    exchange.new("A2", "X", "buy", 40, 10_000)
    number = exchange.seq
    trade = hit(desk, 40)
    instrument = exchange.engine.instruments["ACME"]
    instrument.uncross_px = 10_000
    assert desk.refused(trade) == "The auction of ACME is being uncrossed: try again."
    instrument.uncross_px = 0
    exchange.apply(SetSession("A2", "C", True))
    sentence = f"Session A2 of order {number} has another member now: amend in clearing."
    assert desk.refused(trade) == sentence


def test_a_replay_gives_the_same_state(exchange: Exchange, desk: Desk, both_open: AmendTrade) -> None:
    before = exchange.engine.state_hash()
    desk.correct(both_open, 35, 9_999)
    desk.bust(both_open, reinstate=True)
    assert exchange.engine.state_hash() == exchange.replayed(exchange.log).state_hash() != before
