"""Children of orders: where they go, what comes back, and where that goes on."""

from __future__ import annotations

from msgspec import structs

from tests.unit.core.conftest import TICK_E8, Exchange
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import NewOrder, Route, SetRoutes, VenueQuote
from tradsys_oms.core.fields import SCALE_E8

TWO = ("V1", "V2")
FAILOVER = Route("r", "failover", TWO)
SPLIT = Route("r", "split", TWO, weights=(3, 1))


def test_a_refusal_goes_to_the_next_venue(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO, pending_reports="at_once")
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    assert play.lines() == [
        "A1 X PendingNew pending new 100@10000 cum 0 leaves 100",
        "14-1 V1 order 100@10000 for 14",
    ]
    play.report("14-1", "8", "8", 100, 0, 0, text="closed")
    assert play.lines() == [
        "15-0 V2 order 100@10000 for 14",
    ]
    play.report("15-0", "0", "0", 100, 0, 100, venue="V2")
    play.report("15-0", "F", "2", 100, 100, 0, 100, venue="V2")
    assert play.lines() == [
        "A1 X New new 100@10000 cum 0 leaves 100",
        "A1 X Trade filled 100@10000 cum 100 leaves 0 last 100@10000 #0 ()",
    ]


def test_what_all_venues_refuse_is_rejected_with_the_words_of_the_last(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("14-0", "8", "8", 100, 0, 0, text="closed")
    play.lines()
    play.report("15-0", "8", "8", 100, 0, 0, venue="V2", text="no such account", reason=15)
    assert play.lines() == [
        "A1 X Rejected rejected 100@10000 cum 0 leaves 0 reason 15: no such account",
    ]


def test_what_one_venue_had_accepted_is_canceled_when_the_next_refuses(exchange: Exchange) -> None:
    play = VenuePlay(exchange, structs.replace(FAILOVER, on_unfilled="next"), venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("14-0", "0", "0", 100, 0, 100)
    play.report("14-0", "4", "4", 100, 0, 0, text="halted")
    play.lines()
    play.report("16-0", "8", "8", 100, 0, 0, venue="V2", text="closed")
    assert play.lines() == [
        "A1 X Canceled canceled 100@10000 cum 0 leaves 0: closed",
    ]


def test_a_policy_to_return_ends_the_order(exchange: Exchange) -> None:
    play = VenuePlay(exchange, structs.replace(FAILOVER, on_refused="return"), venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.lines()
    play.report("14-0", "8", "8", 100, 0, 0, text="closed")
    assert play.lines() == [
        "A1 X Rejected rejected 100@10000 cum 0 leaves 0 reason 99: closed",
    ]


def test_a_part_that_is_refused_goes_to_the_other_venue_and_both_fill(exchange: Exchange) -> None:
    play = VenuePlay(
        exchange, structs.replace(SPLIT, venues=("V1", "V2", "V3"), weights=(2, 1, 1)), venues=(*TWO, "V3")
    )
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    assert play.lines() == [
        "16-0 V1 order 50@10000 for 16",
        "16-1 V2 order 25@10000 for 16",
        "16-2 V3 order 25@10000 for 16",
    ]
    play.report("16-2", "8", "8", 25, 0, 0, venue="V3", text="closed")
    assert play.lines() == [
        "17-0 V1 order 17@10000 for 16",
        "17-1 V2 order 8@10000 for 16",
    ]


def test_what_an_ended_part_leaves_waits_for_the_others(exchange: Exchange) -> None:
    play = VenuePlay(exchange, SPLIT, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("14-0", "0", "0", 75, 0, 75)
    play.lines()
    play.report("14-1", "8", "8", 25, 0, 0, venue="V2", text="closed")
    assert play.lines() == [
        "16-0 V1 order 25@10000 for 14",
    ]
    play.report("14-0", "F", "2", 75, 75, 0, 75)
    assert play.lines() == [
        "A1 X Trade partial 100@10000 cum 75 leaves 25 last 75@10000 #0 ()",
    ]


def test_the_link_says_that_it_never_sent_an_order(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.lines()
    play.refuse("14-0", "unsent", text="V1 is not logged on")
    assert play.lines() == [
        "15-0 V2 order 100@10000 for 14",
    ]
    play.refuse("15-0", "unsent", text="V2 is not logged on", venue="V2")
    assert play.lines() == [
        "A1 X Rejected rejected 100@10000 cum 0 leaves 0 reason 99: V2 is not logged on",
    ]


def test_our_own_book_first_and_the_rest_to_a_venue(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 40, 9_999)
    play = VenuePlay(exchange, Route("r", "book_then_venue", TWO), venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    assert play.lines() == [
        "A1 X New new 100@10000 cum 0 leaves 100",
        "A1 X Trade partial 100@10000 cum 40 leaves 60 last 40@9999 #1 aggressor",
        "B1 S Trade filled 40@9999 cum 40 leaves 0 last 40@9999 #1",
        "15-3 V1 order 60@10000 for 15",
    ]
    play.report("15-3", "F", "2", 60, 60, 0, 60)
    assert play.lines() == [
        "A1 X Trade filled 100@10000 cum 100 leaves 0 last 60@10000 #0 ()",
    ]
    order = exchange.engine.orders.find(15)
    assert order is not None
    assert (order.cum_qty, order.cum_notional) == (100, 40 * 9_999 + 60 * 10_000)


def test_an_order_that_our_own_book_fills_goes_nowhere(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 100, 9_999)
    play = VenuePlay(exchange, Route("r", "book_then_venue", TWO), venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    assert play.lines() == [
        "A1 X New new 100@10000 cum 0 leaves 100",
        "A1 X Trade filled 100@10000 cum 100 leaves 0 last 100@9999 #1 aggressor",
        "B1 S Trade filled 100@9999 cum 100 leaves 0 last 100@9999 #1",
    ]


def test_orders_that_may_not_trade_in_part_or_at_once_leave_our_book_alone(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 40, 9_999)
    play = VenuePlay(exchange, Route("r", "book_then_venue", TWO), venues=TWO)
    play.broker("new", "A1", "M", "buy", 100, 10_000, min_qty=50)
    play.broker("new", "A1", "G", "buy", 100, 10_000, exec_inst="G")
    play.broker("new", "A1", "P", "buy", 100, 10_000, exec_inst="6")
    assert play.lines() == [
        "15-0 V1 order 100@10000 for 15",
        "16-0 V1 order 100@10000 for 16",
        "17-0 V1 order 100@10000 for 17",
    ]


def test_orders_with_a_least_fill_are_not_split(exchange: Exchange) -> None:
    play = VenuePlay(exchange, SPLIT, venues=TWO)
    play.broker("new", "A1", "M", "buy", 100, 10_000, min_qty=50)
    play.broker("new", "A1", "G", "buy", 100, 10_000, exec_inst="G")
    play.broker("new", "A1", "K", "buy", 100, 10_000, "4")
    assert play.lines() == [
        "14-0 V1 order 100@10000 for 14",
        "15-0 V1 order 100@10000 for 15",
        "16-0 V1 order 100@10000 for 16",
    ]


def test_the_best_price_of_the_venues(exchange: Exchange) -> None:
    play = VenuePlay(exchange, Route("r", "best_price", TWO), venues=TWO)
    play.apply(VenueQuote("V1", 0, "ACME", 9_990 * TICK_E8, SCALE_E8, 10_001 * TICK_E8, SCALE_E8))
    play.apply(VenueQuote("V2", 0, "ACME", 9_980 * TICK_E8, SCALE_E8, 10_000 * TICK_E8, SCALE_E8))
    play.broker("new", "A1", "X", "buy", 100, 10_001)
    play.broker("new", "A1", "Y", "sell", 100, 9_980)
    assert play.lines() == [
        "16-0 V2 order 100@10001 for 16",
        "17-0 V1 order 100@9980 for 17",
    ]


def test_with_no_venue_up_an_order_is_refused_or_rests_here(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.line("V1", is_up=False)
    play.line("V2", is_up=False)
    play.lines()
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    assert play.lines() == [
        "A1 X OrderRejected reason 99: No venue of route r is up: V1 is down (test), V2 is down (test)",
    ]
    play.apply(SetRoutes((structs.replace(FAILOVER, on_none_up="book"),)))
    play.broker("new", "A1", "Y", "buy", 100, 10_000)
    assert play.lines() == [
        "A1 Y New new 100@10000 cum 0 leaves 100",
    ]
    assert exchange.depth() == ([(10_000, 100, 1)], [])


def test_what_comes_back_rests_here_when_no_venue_is_up(exchange: Exchange) -> None:
    play = VenuePlay(exchange, structs.replace(FAILOVER, on_none_up="book"), venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.line("V2", is_up=False)
    play.line("V1", is_up=False)
    play.lines()
    play.refuse("14-0", "unsent", text="V1 is not logged on")
    assert play.lines() == [
        "A1 X New new 100@10000 cum 0 leaves 100",
    ]
    assert exchange.depth() == ([(10_000, 100, 1)], [])
    play.broker("new", "B1", "S", "sell", 30, 10_000)
    play.report("14-0", "F", "1", 100, 20, 80, 20)
    assert play.lines() == [
        "B1 S New new 30@10000 cum 0 leaves 30",
        "B1 S Trade filled 30@10000 cum 30 leaves 0 last 30@10000 #1 aggressor",
        "A1 X Trade partial 100@10000 cum 30 leaves 70 last 30@10000 #1",
        "A1 X Trade partial 100@10000 cum 50 leaves 50 last 20@10000 #0 ()",
    ]
    assert exchange.depth() == ([(10_000, 50, 1)], [])
    play.broker("cancel", "A1", "Y", "X")
    assert play.lines() == [
        "A1 Y<X Canceled canceled 100@10000 cum 50 leaves 0",
    ]
    play.report("14-0", "F", "1", 100, 30, 70, 10)
    assert play.lines() == [
        "A1 Y Trade canceled 100@10000 cum 60 leaves 0 last 10@10000 #0 ()",
    ]


def test_a_late_fill_of_all_that_rests_here_ends_the_order(exchange: Exchange) -> None:
    play = VenuePlay(exchange, structs.replace(FAILOVER, on_none_up="book"), venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.line("V2", is_up=False)
    play.line("V1", is_up=False)
    play.refuse("14-0", "unsent", text="V1 is not logged on")
    play.lines()
    play.report("14-0", "F", "2", 100, 100, 0, 100)
    assert play.lines() == [
        "A1 X Trade filled 100@10000 cum 100 leaves 0 last 100@10000 #0 ()",
    ]
    assert exchange.depth() == ([], [])
    play.report("14-0", "H", "0", 100, 0, 0, exec_ref_id="E1")
    assert play.lines() == [
        "A1 X TradeCancel canceled 100@10000 cum 0 leaves 0 (ref 18-0)",
    ]


def test_a_bust_brings_back_what_rests_here(exchange: Exchange) -> None:
    play = VenuePlay(exchange, structs.replace(FAILOVER, on_none_up="book", on_unfilled="next"), venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("14-0", "F", "1", 100, 60, 40, 60)
    play.line("V2", is_up=False)
    play.line("V1", is_up=False)
    play.report("14-0", "4", "4", 100, 60, 0, text="the line is gone")
    assert exchange.depth() == ([(10_000, 40, 1)], [])
    play.lines()
    play.report("14-0", "H", "4", 100, 0, 0, exec_ref_id="E1")
    assert play.lines() == [
        "A1 X TradeCancel new 100@10000 cum 0 leaves 100 (ref 15-1)",
    ]
    assert exchange.depth() == ([(10_000, 100, 1)], [])


def test_ex_destination_chooses_the_route(exchange: Exchange) -> None:
    there = Route("there", "venue", ("V2",), ex_destinations=("XPAR",))
    play = VenuePlay(exchange, there, FAILOVER, venues=TWO)
    order = NewOrder("A1", 0, "X", "house", "ACME", "1", "2", "0", SCALE_E8, 10_000 * TICK_E8, ex_destination="XPAR")
    play.apply(order)
    play.apply(structs.replace(order, clord_id="Y", ex_destination=""))
    play.apply(structs.replace(order, clord_id="Z", ex_destination="XLON"))
    assert play.lines() == [
        "14-0 V2 order 1@10000 for 14",
        "15-0 V1 order 1@10000 for 15",
        "A1 Z OrderRejected reason 99: ExDestination XLON is not known here",
    ]


def test_an_order_whose_time_is_past_goes_nowhere(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000, "6", expire_time_ns=1)
    assert play.lines() == [
        "A1 X OrderRejected reason 99: ExpireTime (126) or ExpireDate (432) is past",
    ]


def test_an_order_good_till_canceled_goes_on_over_days(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000, "1")
    play.report("12-0", "0", "0", 100, 0, 100)
    play.report("12-0", "F", "1", 100, 30, 70, 30)
    play.lines()
    play.report("12-0", "3", "3", 100, 30, 70)
    play.report("12-0", "D", "1", 100, 30, 70, restatement_reason=1)
    play.report("12-0", "F", "1", 100, 50, 50, 20)
    assert play.lines() == [
        "A1 X DoneForDay done 100@10000 cum 30 leaves 70",
        "A1 X Restated partial 100@10000 cum 30 leaves 70 (because 1, day 0 of 70)",
        "A1 X Trade partial 100@10000 cum 50 leaves 50 last 20@10000 #0 (day 20 of 70)",
    ]


def test_a_day_that_is_over_at_the_venue_for_good_ends_the_order(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.lines()
    play.report("12-0", "3", "3", 100, 0, 0)
    assert play.lines() == [
        "A1 X DoneForDay done 100@10000 cum 0 leaves 0",
    ]
    assert exchange.engine.open_order_count == 0


def test_a_restatement_down_to_what_is_filled_ends_the_order(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "F", "1", 100, 30, 70, 30)
    play.lines()
    play.report("12-0", "D", "2", 30, 30, 0, restatement_reason=5)
    assert play.lines() == [
        "A1 X Restated filled 30@10000 cum 30 leaves 0 (because 5)",
    ]
    assert exchange.engine.open_order_count == 0


def test_a_restatement_of_price_and_quantity_counts_for_limits(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.lines()
    play.report("12-0", "D", "0", 60, 0, 60, restatement_reason=5, price_e8=9_000 * TICK_E8)
    assert play.lines() == [
        "A1 X Restated new 60@9000 cum 0 leaves 60 (because 5)",
    ]
    order = exchange.engine.orders.find(12)
    assert order is not None
    assert (order.reserved_qty, order.reserved_px) == (60, 9_000)


def test_a_split_of_the_shares_restates_all_quantities(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000, "1")
    play.report("12-0", "F", "1", 100, 30, 70, 30)
    play.lines()
    play.report("12-0", "D", "1", 200, 60, 140, restatement_reason=0, price_e8=5_000 * TICK_E8)
    play.report("12-0", "F", "2", 200, 200, 0, 140, 5_000)
    assert play.lines() == [
        "A1 X Restated partial 200@5000 cum 60 leaves 140 (because 0, day 0 of 140)",
        "A1 X Trade filled 200@5000 cum 200 leaves 0 last 140@5000 #0 (day 140 of 140)",
    ]
