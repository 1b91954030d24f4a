"""Orders in flight when a line goes: nothing is sent twice, nothing is forgotten, and the venue's word counts."""

from __future__ import annotations

from tests.unit.core.conftest import TICK_E8, Exchange
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import AskVenue, CancelOne, GiveUpAsking, ResolveChild, Route
from tradsys_oms.core.fields import SCALE_E8

TWO = ("V1", "V2")
FAILOVER = Route("r", "failover", TWO)


def test_an_order_in_doubt_is_asked_for_and_not_sent_again(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.lines()
    play.line("V1", is_up=False)
    play.line("V1")
    assert play.lines() == [
        "V1 is down: is down (test)",
        "V1 is up: test",
        "V1 query 14-0",
    ]


def test_an_order_that_never_arrived_goes_to_the_next_venue(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.line("V1", is_up=False)
    play.line("V1")
    play.lines()
    play.report("14-0", "I", "8", 0, 0, 0, text="no such order")
    assert play.lines() == [
        "17-0 V2 order 100@10000 for 14",
    ]


def test_a_venue_that_forgets_what_it_has_accepted_leaves_it_to_an_operator(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("14-0", "0", "0", 100, 0, 100)
    play.line("V1", is_up=False)
    play.line("V1")
    play.lines()
    play.refuse("14-0", "unknown", text="no such order")
    assert play.lines() == []
    play.apply(GiveUpAsking("V1", "14-0", "no answer that can be"))
    play.apply(ResolveChild("14-0", "not_received", 0, 0, "asked by telephone"))
    assert play.lines() == [
        "V1 14-0 of 14 in doubt: no answer that can be",
        "Refused: V1 has received the order: it has accepted it, or filled some of it.",
    ]
    play.apply(ResolveChild("14-0", "ended", 30 * SCALE_E8, 10_000 * TICK_E8, "30 done, says their desk"))
    assert play.lines() == [
        "A1 X Trade partial 100@10000 cum 30 leaves 70 last 30@10000 #0 ()",
        "A1 X Canceled canceled 100@10000 cum 30 leaves 0: 30 done, says their desk",
    ]


def test_the_answer_fills_in_what_was_missed_and_the_fill_itself_comes_later(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("14-0", "F", "1", 100, 40, 60, 40)
    play.line("V1", is_up=False)
    play.line("V1")
    play.lines()
    play.report("14-0", "I", "1", 100, 70, 30, exec_id="0", avg=9_999)
    assert play.lines() == [
        "A1 X Trade partial 100@10000 cum 50 leaves 50 last 10@9997 #0 ()",
        "A1 X Trade partial 100@10000 cum 70 leaves 30 last 20@9998 #1 ()",
    ]
    play.report("14-0", "F", "1", 100, 60, 40, 20)
    play.report("14-0", "F", "1", 100, 70, 30, 10)
    assert play.lines() == []
    play.report("14-0", "F", "2", 100, 100, 0, 30)
    assert play.lines() == [
        "A1 X Trade filled 100@10000 cum 100 leaves 0 last 30@10000 #0 ()",
    ]


def test_a_bust_of_what_was_filled_in_counts_if_it_is_all_of_that(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "I", "1", 100, 30, 70, exec_id="0", avg=9_999)
    play.report("12-0", "F", "1", 100, 30, 70, 30, 9_999, exec_id="F1")
    play.report("12-0", "I", "1", 100, 60, 40, exec_id="0", avg=9_999)
    play.report("12-0", "F", "1", 100, 40, 60, 10, 9_998, exec_id="F2")
    play.report("12-0", "F", "1", 100, 60, 40, 20, 9_999, exec_id="F3")
    play.lines()
    play.report("12-0", "H", "1", 100, 30, 70, exec_ref_id="F1")
    play.report("12-0", "H", "1", 100, 20, 80, exec_ref_id="F2")
    assert play.lines() == [
        "A1 X TradeCancel partial 100@10000 cum 30 leaves 70 (ref 13-1)",
        "V1 12-0 quarantined: Execution F2 is a part of a sum that was filled in",
    ]


def test_an_average_that_is_no_whole_price_is_filled_in_as_two(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.line("V1", is_up=False)
    play.line("V1")
    play.lines()
    play.report("12-0", "I", "1", 100, 30, 70, exec_id="0", avg_px_e8=9_999 * TICK_E8 + TICK_E8 // 3)
    assert play.lines() == [
        "A1 X New new 100@10000 cum 0 leaves 100",
        "A1 X Trade partial 100@10000 cum 20 leaves 80 last 20@9999 #1 ()",
        "A1 X Trade partial 100@10000 cum 30 leaves 70 last 10@10000 #2 ()",
    ]


def test_one_mass_request_where_the_venue_takes_it_and_one_each_for_what_it_leaves_out(exchange: Exchange) -> None:
    play = VenuePlay(exchange, can_mass_status=True)
    for clord_id in "XYZ":
        play.broker("new", "A1", clord_id, "buy", 100, 10_000)
    play.lines()
    play.line("V1", is_up=False)
    play.line("V1")
    assert play.lines() == [
        "V1 is down: is down (test)",
        "V1 is up: test",
        "V1 query all",
    ]
    play.report("12-0", "I", "0", 100, 0, 100, exec_id="0")
    play.report("13-0", "I", "0", 100, 0, 100, exec_id="0", is_last_report=True)
    assert play.lines() == [
        "A1 X New new 100@10000 cum 0 leaves 100",
        "A1 Y New new 100@10000 cum 0 leaves 100",
        "V1 query 14-0",
    ]
    play.report("13-0", "I", "0", 100, 0, 100, exec_id="0", is_last_report=True)
    assert play.lines() == []


def test_a_mass_request_that_finds_nothing_leaves_all_to_be_asked_for(exchange: Exchange) -> None:
    play = VenuePlay(exchange, can_mass_status=True)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.broker("new", "A1", "Y", "buy", 100, 10_000)
    play.line("V1", is_up=False)
    play.line("V1")
    play.lines()
    play.report("", "I", "8", 0, 0, 0, exec_id="0", symbol="", side="", is_last_report=True)
    assert play.lines() == [
        "V1 query 12-0",
        "V1 query 13-0",
    ]


def test_a_cancel_that_got_lost_is_refused_and_may_be_sent_again(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.broker("cancel", "A1", "Y", "X")
    play.line("V1", is_up=False)
    play.line("V1")
    play.lines()
    play.report("12-0", "I", "0", 100, 0, 100, exec_id="0")
    assert play.lines() == [
        "A1 Y<X CancelRejected to 1 order 12 new reason 99: The request did not reach V1",
    ]
    play.broker("cancel", "A1", "Z", "X")
    assert play.lines() == [
        "18-0 V1 cancel 12-0",
    ]


def test_a_replace_that_got_lost_is_refused(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.broker("replace", "A1", "Y", "X", 150, 10_000)
    play.line("V1", is_up=False)
    play.line("V1")
    play.lines()
    play.report("12-0", "I", "0", 100, 0, 100, exec_id="0")
    assert play.lines() == [
        "A1 Y<X CancelRejected to 2 order 12 new reason 99: The request did not reach V1",
    ]
    order = exchange.engine.orders.find(12)
    assert order is not None
    assert order.reserved_qty == 100


def test_a_replace_that_seemed_to_be_lost_and_was_accepted_restates_the_order(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.broker("replace", "A1", "Y", "X", 150, 10_001)
    play.apply(AskVenue("V1", "12-0"))
    play.report("12-0", "I", "0", 100, 0, 100, exec_id="0")
    play.lines()
    play.report("14-0", "5", "0", 150, 0, 150)
    play.report("14-0", "F", "2", 150, 150, 0, 150)
    assert play.lines() == [
        "A1 X Restated new 150@10001 cum 0 leaves 150: V1 has accepted a replace that seemed to be lost",
        "A1 X Trade filled 150@10001 cum 150 leaves 0 last 150@10000 #0 ()",
    ]


def test_a_replace_whose_answer_got_lost_counts_by_the_state_of_the_order(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.broker("replace", "A1", "Y", "X", 150, 10_001)
    play.line("V1", is_up=False)
    play.line("V1")
    play.lines()
    play.report("14-0", "I", "1", 150, 20, 130, exec_id="0")
    assert play.lines() == [
        "A1 Y<X Replaced new 150@10001 cum 0 leaves 150",
        "A1 Y Trade partial 150@10001 cum 20 leaves 130 last 20@10000 #1 ()",
    ]


def test_an_answer_from_before_a_request_says_nothing_about_it(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.apply(AskVenue("V1", "12-0"))
    play.broker("cancel", "A1", "Y", "X")
    play.lines()
    play.report("12-0", "I", "0", 100, 0, 100, exec_id="0")
    assert play.lines() == []
    play.report("15-0", "4", "4", 100, 0, 0)
    assert play.lines() == [
        "A1 Y<X Canceled canceled 100@10000 cum 0 leaves 0",
    ]


def test_a_cancel_that_nobody_asked_for_goes_again_when_the_line_is_back(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.line("V1", is_up=False)
    play.lines()
    play.apply(CancelOne(12, "agreed by telephone"))
    assert play.lines() == [
        "15-0 V1 cancel 12-0",
    ]
    play.refuse("15-0", "unsent", text="V1 is not logged on")
    play.line("V1")
    assert play.lines() == [
        "V1 is up: test",
        "V1 query 12-0",
    ]
    play.report("12-0", "I", "0", 100, 0, 100, exec_id="0")
    assert play.lines() == [
        "18-0 V1 cancel 12-0",
    ]
    play.report("18-0", "4", "4", 100, 0, 0)
    assert play.lines() == [
        "A1 X Canceled canceled 100@10000 cum 0 leaves 0: agreed by telephone",
    ]


def test_a_brokers_request_that_never_left_is_refused_at_once(exchange: Exchange) -> None:
    play = VenuePlay(exchange, pending_reports="at_once")
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-1", "0", "0", 100, 0, 100)
    play.broker("cancel", "A1", "Y", "X")
    play.lines()
    play.refuse("14-0", "unsent", text="V1 is not logged on")
    assert play.lines() == [
        "A1 Y<X CancelRejected to 1 order 12 new reason 99: V1 is not logged on",
    ]


def test_orders_are_canceled_when_the_line_is_back_if_that_is_the_policy(exchange: Exchange) -> None:
    play = VenuePlay(exchange, on_reconnect="cancel")
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.line("V1", is_up=False)
    play.lines()
    play.line("V1")
    assert play.lines() == [
        "V1 is up: test",
        "V1 query 12-0",
        "15-2 V1 cancel 12-0",
    ]
    play.report("15-2", "4", "4", 100, 0, 0)
    assert play.lines() == [
        "A1 X Canceled canceled 100@10000 cum 0 leaves 0: Canceled because the line to the venue was lost",
    ]


def test_fills_that_come_in_another_order_than_they_happened(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.lines()
    play.report("12-0", "F", "1", 100, 70, 30, 30, 10_000)
    assert list(exchange.engine.routing.doubts) == ["12-0"]
    play.report("12-0", "F", "1", 100, 40, 60, 40, 9_999)
    play.report("12-0", "F", "2", 100, 100, 0, 30)
    assert play.lines() == [
        "A1 X Trade partial 100@10000 cum 30 leaves 70 last 30@10000 #0 ()",
        "A1 X Trade partial 100@10000 cum 70 leaves 30 last 40@9999 #0 ()",
        "A1 X Trade filled 100@10000 cum 100 leaves 0 last 30@10000 #0 ()",
    ]
    assert list(exchange.engine.routing.doubts) == []


def test_a_fill_after_the_end_counts_and_the_order_stays_ended(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.broker("cancel", "A1", "Y", "X")
    play.report("14-0", "4", "4", 100, 0, 0)
    play.lines()
    play.report("12-0", "F", "1", 100, 20, 0, 20)
    assert play.lines() == [
        "A1 Y Trade canceled 100@10000 cum 20 leaves 0 last 20@10000 #0 ()",
    ]


def test_a_bust_after_the_end_changes_what_was_filled(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "F", "2", 100, 100, 0, 100)
    play.lines()
    play.report("12-0", "H", "4", 100, 0, 0, exec_ref_id="E1")
    assert play.lines() == [
        "A1 X TradeCancel canceled 100@10000 cum 0 leaves 0 (ref 13-1)",
    ]
    account = exchange.engine.members["A"].accounts["house"]
    assert account.holdings["ACME"].position == 0


def test_a_bust_lets_an_order_work_again_that_lives_at_the_venue(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "F", "1", 100, 60, 40, 60)
    play.report("12-0", "F", "2", 100, 100, 0, 40)
    play.lines()
    play.report("12-0", "H", "1", 100, 60, 40, exec_ref_id="E2")
    play.report("12-0", "G", "1", 100, 50, 50, 50, 9_990, exec_ref_id="E1")
    play.report("12-0", "F", "2", 100, 100, 0, 50)
    assert play.lines() == [
        "A1 X TradeCancel partial 100@10000 cum 60 leaves 40 (ref 14-0)",
        "A1 X TradeCorrect partial 100@10000 cum 50 leaves 50 last 50@9990 #-1 (ref 13-1)",
        "A1 X Trade filled 100@10000 cum 100 leaves 0 last 50@10000 #0 ()",
    ]
    assert exchange.engine.open_order_count == 0


def test_what_a_bust_brings_back_to_an_order_that_has_ended_is_canceled(exchange: Exchange) -> None:
    play = VenuePlay(exchange, Route("r", "split", TWO, weights=(3, 1)), venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("14-0", "F", "2", 75, 75, 0, 75)
    play.report("14-1", "4", "4", 25, 0, 0, venue="V2")
    play.lines()
    play.report("14-0", "H", "0", 75, 0, 75, exec_ref_id="E1")
    assert play.lines() == [
        "A1 X TradeCancel canceled 100@10000 cum 0 leaves 0 (ref 15-1)",
        "17-1 V1 cancel 14-0",
    ]
    play.refuse("17-1", "cancel", 99, "not today")
    play.apply(CancelOne(14, "agreed by telephone"))
    play.report("14-0", "F", "1", 75, 5, 70, 5)
    play.report("19-0", "4", "4", 75, 5, 0)
    play.apply(CancelOne(14, "again"))
    assert play.lines() == [
        "V1 14-0 of 14 noted as cancel_refused: V1 keeps order 14: not today (Canceled because order 14 has ended)",
        "19-0 V1 cancel 14-0",
        "A1 X Trade canceled 100@10000 cum 5 leaves 0 last 5@10000 #0 ()",
        "Refused: Order 14 is not open any more.",
    ]
    assert exchange.engine.routing.aways[14].pending == []


def test_a_venue_that_says_too_late_is_asked_what_has_become_of_the_order(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.broker("cancel", "A1", "Y", "X")
    play.refuse("14-0", "cancel", 0, "too late")
    assert list(exchange.engine.routing.doubts) == ["12-0"]
    play.report("12-0", "F", "2", 100, 100, 0, 100)
    assert list(exchange.engine.routing.doubts) == []


def test_a_correction_of_a_part_to_all_that_is_left_ends_the_order(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "F", "1", 100, 60, 40, 60)
    play.lines()
    play.report("12-0", "G", "2", 100, 100, 0, 100, exec_ref_id="E1")
    assert play.lines() == [
        "A1 X TradeCorrect filled 100@10000 cum 100 leaves 0 last 100@10000 #-1 (ref 13-1)",
    ]
    assert exchange.engine.open_order_count == 0


def test_an_operator_decides_about_what_nobody_can_say(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.apply(ResolveChild("14-0", "not_received", 0, 0, "asked"))
    play.line("V1", is_up=False)
    play.lines()
    play.apply(ResolveChild("14-0", "gone", 0, 0, "asked"))
    play.apply(ResolveChild("14-0", "ended", 101 * SCALE_E8, 1, "asked"))
    play.apply(ResolveChild("14-0", "ended", 1 * SCALE_E8, 0, "asked"))
    play.apply(ResolveChild("14-0", "not_received", 0, 0, "asked by telephone"))
    assert play.lines() == [
        "Refused: There is no outcome gone: outcomes are not_received, ended, working.",
        "Refused: CumQty must be from 0 lots, which are known, to 100, which were sent.",
        "Refused: What was filled needs its average price.",
        "20-0 V2 order 100@10000 for 14",
    ]


def test_an_order_that_an_operator_says_has_ended_was_there_and_so_was_new(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO, pending_reports="at_once")
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.line("V1", is_up=False)
    play.lines()
    play.apply(ResolveChild("14-1", "ended", 30 * SCALE_E8, 10_000 * TICK_E8, "30 done, says their desk"))
    assert play.lines() == [
        "A1 X New new 100@10000 cum 0 leaves 100",
        "A1 X Trade partial 100@10000 cum 30 leaves 70 last 30@10000 #1 ()",
        "A1 X Canceled canceled 100@10000 cum 30 leaves 0: 30 done, says their desk",
    ]


def test_a_cancel_that_shows_fills_of_an_order_that_was_never_accepted_is_told_behind_new(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.lines()
    play.report("12-0", "4", "4", 100, 40, 0)
    assert play.lines() == [
        "A1 X New new 100@10000 cum 0 leaves 100",
        "A1 X Trade partial 100@10000 cum 40 leaves 60 last 40@10000 #1 ()",
        "A1 X Canceled canceled 100@10000 cum 40 leaves 0",
    ]
