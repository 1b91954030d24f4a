"""Cancels and replaces of routed orders: passed on, waiting, answered by what the venues say."""

from __future__ import annotations

from tests.unit.core.conftest import TICK_E8, Exchange, asked
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import (
    BarVenue,
    Block,
    CancelOne,
    CancelOrders,
    MassCancelOrders,
    QueryOrders,
    Route,
    Scope,
)

TWO = ("V1", "V2")
FAILOVER = Route("r", "failover", TWO)
SPLIT = Route("r", "split", TWO, weights=(3, 1))


def working(exchange: Exchange, pending_reports: str = "of_venue") -> VenuePlay:
    """Let an order of 100 work at V1."""
    play = VenuePlay(exchange, pending_reports=pending_reports)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report(play.sent[0][0], "0", "0", 100, 0, 100)
    play.lines()
    return play


def split(exchange: Exchange) -> VenuePlay:
    """Let an order of 100 work at V1 with 75 and at V2 with 25."""
    play = VenuePlay(exchange, SPLIT, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("14-0", "0", "0", 75, 0, 75)
    play.report("14-1", "0", "0", 25, 0, 25, venue="V2")
    play.lines()
    return play


def test_pending_reports_when_a_request_goes_out(exchange: Exchange) -> None:
    play = working(exchange, "at_once")
    play.broker("replace", "A1", "Y", "X", 120, 10_000)
    play.broker("query", "A1", "X")
    play.broker("cancel", "A1", "Z", "Y")
    assert play.lines() == [
        "14-0 V1 replace 12-1 120@10000",
        "A1 Y<X PendingReplace pending replace 100@10000 cum 0 leaves 100",
        "A1 X Status pending replace 100@10000 cum 0 leaves 100",
        "16-0 V1 cancel 14-0",
        "A1 Z<X PendingCancel pending cancel 100@10000 cum 0 leaves 100",
    ]
    play.report("14-0", "E", "E", 100, 0, 100)
    play.report("14-0", "5", "0", 120, 0, 120)
    play.report("16-0", "6", "6", 120, 0, 120)
    play.report("16-0", "4", "4", 120, 0, 0)
    assert play.lines() == [
        "A1 Y<X Replaced pending cancel 120@10000 cum 0 leaves 120",
        "A1 Z<Y Canceled canceled 120@10000 cum 0 leaves 0",
    ]


def test_pending_reports_when_the_venue_says_so(exchange: Exchange) -> None:
    play = working(exchange)
    play.broker("cancel", "A1", "Y", "X")
    assert play.lines() == [
        "14-0 V1 cancel 12-0",
    ]
    play.report("14-0", "6", "6", 100, 0, 100)
    play.report("14-0", "6", "6", 100, 0, 100)
    play.report("14-0", "4", "4", 100, 0, 0)
    assert play.lines() == [
        "A1 Y<X PendingCancel pending cancel 100@10000 cum 0 leaves 100",
        "A1 Y<X Canceled canceled 100@10000 cum 0 leaves 0",
    ]


def test_a_cancel_that_comes_too_late(exchange: Exchange) -> None:
    play = working(exchange)
    play.broker("cancel", "A1", "Y", "X")
    play.report("12-0", "F", "2", 100, 100, 0, 100)
    play.lines()
    play.refuse("14-0", "cancel", 0, "too late")
    assert play.lines() == [
        "A1 Y<X CancelRejected to 1 order 12 filled reason 0: too late",
    ]


def test_a_replace_that_is_refused_leaves_all_as_it_was(exchange: Exchange) -> None:
    play = working(exchange)
    play.broker("replace", "A1", "Y", "X", 500, 10_100)
    order = exchange.engine.orders.find(12)
    assert order is not None
    assert (order.reserved_qty, order.reserved_px) == (500, 10_100)
    play.lines()
    play.refuse("14-0", "cancel", 99, "not today")
    assert play.lines() == [
        "A1 Y<X CancelRejected to 2 order 12 new reason 99: not today",
    ]
    assert (order.reserved_qty, order.reserved_px) == (100, 10_000)


def test_a_filled_order_is_replaced_to_more(exchange: Exchange) -> None:
    play = working(exchange)
    play.report("12-0", "F", "2", 100, 100, 0, 100)
    play.broker("replace", "A1", "Y", "X", 130, 10_000)
    play.lines()
    play.report("15-0", "5", "1", 130, 100, 30)
    assert exchange.engine.open_order_count == 1
    play.report("15-0", "F", "2", 130, 130, 0, 30)
    assert play.lines() == [
        "A1 Y<X Replaced partial 130@10000 cum 100 leaves 30",
        "A1 Y Trade filled 130@10000 cum 130 leaves 0 last 30@10000 #0 ()",
    ]
    assert exchange.engine.open_order_count == 0


def test_a_replace_to_what_is_filled_ends_the_order(exchange: Exchange) -> None:
    play = working(exchange)
    play.report("12-0", "F", "1", 100, 40, 60, 40)
    play.broker("replace", "A1", "Y", "X", 40, 10_000)
    play.lines()
    play.report("15-0", "5", "2", 40, 40, 0)
    assert play.lines() == [
        "A1 Y<X Replaced filled 40@10000 cum 40 leaves 0",
    ]


def test_a_replace_that_the_venue_takes_in_part(exchange: Exchange) -> None:
    play = working(exchange)
    play.broker("replace", "A1", "Y", "X", 500, 10_000)
    play.lines()
    play.report("14-0", "5", "0", 300, 0, 300)
    assert play.lines() == [
        "A1 Y<X Replaced new 300@10000 cum 0 leaves 300",
    ]


def test_a_stop_is_replaced_with_its_new_price(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, None, ord_type="3", stop=10_100)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.broker("replace", "A1", "Y", "X", 100, None, ord_type="3", stop=10_200)
    assert play.sent[-1][1].instructions == asked(stop=10_200)
    play.report("14-0", "5", "0", 100, 0, 100)
    order = exchange.engine.orders.find(12)
    assert order is not None
    assert order.special is not None
    assert order.special.instructions == asked(stop=10_200)


def test_an_order_with_several_children_is_replaced_by_routing_it_anew(exchange: Exchange) -> None:
    play = split(exchange)
    play.broker("replace", "A1", "Y", "X", 200, 10_001)
    assert play.lines() == [
        "17-0 V1 cancel 14-0",
        "17-1 V2 cancel 14-1",
    ]
    play.report("17-0", "F", "1", 75, 20, 55, 20)
    play.report("17-0", "4", "4", 75, 20, 0)
    assert play.lines() == [
        "A1 X Trade partial 100@10000 cum 20 leaves 80 last 20@10000 #0 ()",
    ]
    play.report("17-1", "4", "4", 25, 0, 0, venue="V2")
    assert play.lines() == [
        "A1 Y<X Replaced partial 200@10001 cum 20 leaves 180",
        "20-1 V1 order 135@10001 for 14",
        "20-2 V2 order 45@10001 for 14",
    ]


def test_what_was_given_back_for_a_replace_that_a_venue_refuses_goes_out_again(exchange: Exchange) -> None:
    play = split(exchange)
    play.broker("replace", "A1", "Y", "X", 200, 10_001)
    play.report("17-0", "F", "1", 75, 15, 60, 15)
    play.report("17-0", "4", "4", 75, 15, 0)
    play.lines()
    play.refuse("17-1", "cancel", 99, "not today", venue="V2")
    assert play.lines() == [
        "A1 Y<X CancelRejected to 2 order 14 partial reason 99: not today",
        "20-1 V1 order 45@10000 for 14",
        "20-2 V2 order 15@10000 for 14",
    ]
    away = exchange.engine.routing.aways[14]
    assert (away.order.leaves_qty, away.order.reserved_qty, away.working_qty) == (85, 85, 85)


def test_a_venue_that_gives_its_part_back_last_changes_nothing_about_that(exchange: Exchange) -> None:
    play = split(exchange)
    play.broker("replace", "A1", "Y", "X", 200, 10_001)
    play.refuse("17-1", "cancel", 99, "not today", venue="V2")
    play.lines()
    play.report("17-0", "4", "4", 75, 0, 0)
    assert play.lines() == [
        "A1 Y<X CancelRejected to 2 order 14 new reason 99: not today",
        "19-1 V1 order 56@10000 for 14",
        "19-2 V2 order 19@10000 for 14",
    ]


def test_what_no_venue_takes_then_ends_with_the_rest(exchange: Exchange) -> None:
    play = split(exchange)
    play.broker("replace", "A1", "Y", "X", 200, 10_001)
    play.report("17-0", "4", "4", 75, 0, 0)
    play.line("V1", is_up=False)
    play.apply(BarVenue("V2", "operator", True, "enough"))
    play.lines()
    play.refuse("17-1", "cancel", 99, "not today", venue="V2")
    play.report("14-1", "F", "2", 25, 25, 0, 25, venue="V2")
    assert play.lines() == [
        "A1 Y<X CancelRejected to 2 order 14 new reason 99: not today",
        "A1 X Trade partial 100@10000 cum 25 leaves 75 last 25@10000 #0 ()",
        "A1 X Canceled canceled 100@10000 cum 25 leaves 0",
    ]


def test_what_was_given_back_for_a_cancel_that_another_venue_refuses_stays_back(exchange: Exchange) -> None:
    play = split(exchange)
    play.broker("cancel", "A1", "Y", "X")
    play.report("17-0", "4", "4", 75, 0, 0)
    play.lines()
    play.refuse("17-1", "cancel", 0, "too late", venue="V2")
    assert play.lines() == [
        "A1 Y<X CancelRejected to 1 order 14 new reason 0: too late",
    ]


def test_nothing_goes_out_again_after_the_kill_switch(exchange: Exchange) -> None:
    play = split(exchange)
    play.broker("replace", "A1", "Y", "X", 200, 10_001)
    play.report("17-0", "4", "4", 75, 0, 0)
    play.apply(Block(Scope("member", "A"), "kill", True, "ops", "stop"))
    play.sent.clear()
    play.refuse("17-1", "cancel", 99, "not today", venue="V2")
    assert play.sent == []


def test_a_cancel_while_children_are_canceled_for_a_replace_comes_first(exchange: Exchange) -> None:
    play = split(exchange)
    play.broker("replace", "A1", "Y", "X", 200, 10_001)
    play.broker("cancel", "A1", "Z", "Y")
    play.lines()
    play.report("17-0", "F", "1", 75, 20, 55, 20)
    play.report("17-0", "4", "4", 75, 20, 0)
    play.report("17-1", "4", "4", 25, 0, 0, venue="V2")
    assert play.lines() == [
        "A1 X Trade partial 100@10000 cum 20 leaves 80 last 20@10000 #0 ()",
        "A1 Z<X Canceled canceled 100@10000 cum 20 leaves 0",
        "A1 Y<Z CancelRejected to 2 order 14 canceled reason 0: Order 14 has ended",
    ]


def test_an_operators_cancel_while_children_are_canceled_for_a_replace_is_not_forgotten(exchange: Exchange) -> None:
    play = split(exchange)
    play.broker("replace", "A1", "Y", "X", 200, 10_001)
    play.apply(CancelOne(14, "agreed by telephone"))
    play.lines()
    play.report("17-0", "F", "1", 75, 20, 55, 20)
    play.report("17-0", "4", "4", 75, 20, 0)
    play.report("17-1", "4", "4", 25, 0, 0, venue="V2")
    assert play.lines() == [
        "A1 X Trade partial 100@10000 cum 20 leaves 80 last 20@10000 #0 ()",
        "A1 X Canceled canceled 100@10000 cum 20 leaves 0: agreed by telephone",
        "A1 Y<X CancelRejected to 2 order 14 canceled reason 0: Order 14 has ended",
    ]


def test_both_who_wait_for_the_same_cancel_are_told_when_it_is_refused(exchange: Exchange) -> None:
    play = split(exchange)
    play.broker("replace", "A1", "Y", "X", 200, 10_001)
    play.broker("cancel", "A1", "Z", "Y")
    play.report("17-0", "4", "4", 75, 0, 0)
    play.lines()
    play.refuse("17-1", "cancel", 99, "not today", venue="V2")
    assert play.lines() == [
        "A1 Y<X CancelRejected to 2 order 14 new reason 99: not today",
        "A1 Z<X CancelRejected to 1 order 14 new reason 99: not today",
    ]


def test_a_second_replace_while_the_first_routes_anew_is_refused(exchange: Exchange) -> None:
    play = split(exchange)
    play.broker("replace", "A1", "Y", "X", 200, 10_001)
    play.lines()
    play.broker("replace", "A1", "Z", "Y", 300, 10_001)
    assert play.lines() == [
        "A1 Z<X CancelRejected to 2 order 14 new reason 3: Order 14 has a cancel or replace pending already",
    ]


def test_at_most_eight_requests_wait(exchange: Exchange) -> None:
    play = working(exchange)
    previous = "X"
    for number in range(9):
        play.broker("replace", "A1", f"R{number}", previous, 101 + number, 10_000)
        previous = f"R{number}"
    assert play.lines() == [
        "14-0 V1 replace 12-0 101@10000",
        "15-0 V1 replace 14-0 102@10000",
        "16-0 V1 replace 15-0 103@10000",
        "17-0 V1 replace 16-0 104@10000",
        "18-0 V1 replace 17-0 105@10000",
        "19-0 V1 replace 18-0 106@10000",
        "20-0 V1 replace 19-0 107@10000",
        "21-0 V1 replace 20-0 108@10000",
        "A1 R8<X CancelRejected to 2 order 12 new reason 3: Order 12 has a cancel or replace pending already",
    ]


def test_the_rest_of_a_replaced_order_that_no_venue_takes_is_canceled(exchange: Exchange) -> None:
    play = split(exchange)
    play.broker("replace", "A1", "Y", "X", 200, 10_001)
    play.report("17-0", "4", "4", 75, 0, 0)
    play.line("V1", is_up=False)
    play.line("V2", is_up=False)
    play.lines()
    play.report("17-1", "F", "2", 25, 25, 0, 25, venue="V2")
    why = "No venue of route r is up: V1 is down (test), V2 is down (test)"
    assert play.lines() == [
        "A1 X Trade partial 100@10000 cum 25 leaves 75 last 25@10000 #0 ()",
        "A1 Y<X Replaced partial 200@10001 cum 25 leaves 175",
        f"A1 Y Canceled canceled 200@10001 cum 25 leaves 0: {why}",
    ]


def test_another_session_of_the_member_asks(exchange: Exchange) -> None:
    play = working(exchange)
    play.broker("cancel", "A2", "Y", "X")
    play.lines()
    play.report("14-0", "6", "6", 100, 0, 100)
    play.report("14-0", "4", "4", 100, 0, 0)
    assert play.lines() == [
        "A2 Y<X PendingCancel pending cancel 100@10000 cum 0 leaves 100",
        "A2 Y<X Canceled canceled 100@10000 cum 0 leaves 0",
        "A1 Y<X Canceled canceled 100@10000 cum 0 leaves 0: Canceled over session A2",
    ]


def test_a_session_that_is_gone_has_its_orders_canceled_at_venues(exchange: Exchange) -> None:
    play = working(exchange)
    play.broker("new", "A1", "W", "buy", 10, 10_000, "1")
    play.lines()
    play.apply(CancelOrders("A1", True, "Canceled on disconnect"))
    assert play.lines() == [
        "15-0 V1 cancel 12-0",
    ]
    assert exchange.engine.cancellable("A1", True) == 0
    play.report("15-0", "4", "4", 100, 0, 0)
    assert play.lines() == [
        "A1 X Canceled canceled 100@10000 cum 0 leaves 0: Canceled on disconnect",
    ]


def test_a_mass_cancel_and_a_mass_status_find_routed_orders(exchange: Exchange) -> None:
    play = working(exchange)
    play.apply(MassCancelOrders("A2", 0, "M", "7", "", "", ""))
    play.apply(QueryOrders("A1", 0, "S", "7", "", "", ""))
    assert play.lines() == [
        "A2 M MassCancel 7 of 1",
        "14-1 V1 cancel 12-0",
        "A1 X Status new 100@10000 cum 0 leaves 100 (for S of 1 last)",
    ]
    play.report("14-1", "4", "4", 100, 0, 0)
    assert play.lines() == [
        "A1 X Canceled canceled 100@10000 cum 0 leaves 0: Canceled by mass cancel M over session A2",
    ]


def test_a_price_that_is_restated_while_a_replace_waits(exchange: Exchange) -> None:
    play = working(exchange)
    play.broker("replace", "A1", "Y", "X", 120, 10_001)
    play.report("12-0", "D", "0", 100, 0, 100, restatement_reason=3, price_e8=9_990 * TICK_E8)
    play.report("14-0", "5", "0", 120, 0, 120)
    assert play.lines() == [
        "14-0 V1 replace 12-0 120@10001",
        "A1 X Restated new 100@9990 cum 0 leaves 100 (because 3)",
        "A1 Y<X Replaced new 120@10001 cum 0 leaves 120",
    ]


def test_a_replace_to_what_others_have_filled_cancels_the_last_child(exchange: Exchange) -> None:
    play = split(exchange)
    play.report("14-0", "F", "2", 75, 75, 0, 75)
    play.lines()
    play.broker("replace", "A1", "Y", "X", 70, 10_000)
    request = play.sent[-1][0]
    assert play.lines() == [f"{request} V2 cancel 14-1"]
    play.report(request, "4", "4", 25, 0, 0, venue="V2")
    assert play.lines() == ["A1 Y<X Replaced filled 75@10000 cum 75 leaves 0"]
