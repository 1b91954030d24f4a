"""Limits, blocks and the kill switch, for orders at venues."""

from __future__ import annotations

import pytest

from tests.unit.core.conftest import Exchange
from tests.unit.core.limiting import E8, SCOPES, TICK_E8, limit
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import AmendTrade, Block, NewOrder, Route, Scope, SetRiskRules
from tradsys_oms.core.routing.away import Away

TWO = ("V1", "V2")
FAILOVER = Route("r", "failover", TWO, on_unfilled="next")
SPLIT = Route("r", "split", TWO, weights=(3, 1))


def kill(level: str) -> Block:
    """Pull the kill switch on a level."""
    return Block(SCOPES[level], "kill", True, "ops", "stop everything")


@pytest.mark.parametrize("level", ["all", "member", "session", "account", "instrument"])
def test_the_kill_switch_cancels_orders_at_venues(exchange: Exchange, level: str) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("14-0", "0", "0", 100, 0, 100)
    play.lines()
    play.apply(kill(level))
    assert play.lines()[1:] == ["16-1 V1 cancel 14-0"]
    play.report("16-1", "4", "4", 100, 0, 0)
    assert play.lines() == ["A1 X Canceled canceled 100@10000 cum 0 leaves 0: stop everything"]


def test_the_kill_switch_finds_other_instruments_and_members_untouched(exchange: Exchange) -> None:
    exchange.set_instrument("OTHER")
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000, symbol="OTHER")
    play.broker("new", "B1", "Y", "buy", 100, 10_000)
    play.lines()
    play.apply(Block(Scope("instrument", symbol="ACME"), "kill", True, "ops", "stop"))
    assert play.lines()[1:] == ["15-1 V1 cancel 14-0"]


def test_nothing_is_routed_on_after_the_kill_switch(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.apply(kill("member"))
    play.lines()
    play.report("14-0", "8", "8", 100, 0, 0, text="closed")
    assert play.lines() == ["A1 X Canceled canceled 100@10000 cum 0 leaves 0: stop everything"]


def test_an_order_in_doubt_that_was_killed_goes_nowhere_when_it_never_arrived(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.line("V1", is_up=False)
    play.apply(kill("member"))
    play.refuse("16-1", "unsent", text="V1 is not logged on")
    play.line("V1")
    play.lines()
    play.refuse("14-0", "unknown", text="no such order")
    assert play.lines() == ["A1 X Canceled canceled 100@10000 cum 0 leaves 0: stop everything"]


def test_an_order_in_doubt_that_was_killed_is_canceled_when_it_turns_up(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.line("V1", is_up=False)
    play.apply(kill("member"))
    play.refuse("16-1", "unsent", text="V1 is not logged on")
    play.line("V1")
    play.lines()
    play.report("14-0", "I", "1", 100, 10, 90, exec_id="0")
    assert play.lines() == [
        "A1 X New new 100@10000 cum 0 leaves 100",
        "A1 X Trade partial 100@10000 cum 10 leaves 90 last 10@10000 #1 ()",
        "19-2 V1 cancel 14-0",
    ]
    play.report("19-2", "4", "4", 100, 10, 0)
    assert play.lines() == [
        "A1 X Canceled canceled 100@10000 cum 10 leaves 0: stop everything",
    ]


def test_a_killed_order_is_not_routed_anew(exchange: Exchange) -> None:
    play = VenuePlay(exchange, SPLIT, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.broker("replace", "A1", "Y", "X", 200, 10_000)
    play.apply(kill("member"))
    play.lines()
    play.report("15-0", "F", "1", 75, 20, 55, 20)
    play.report("15-0", "4", "4", 75, 20, 0)
    play.report("15-1", "4", "4", 25, 0, 0, venue="V2")
    assert play.lines() == [
        "A1 X New new 100@10000 cum 0 leaves 100",
        "A1 X Trade partial 100@10000 cum 20 leaves 80 last 20@10000 #1 ()",
        "A1 X Canceled canceled 100@10000 cum 20 leaves 0: stop everything",
        "A1 Y<X CancelRejected to 2 order 14 canceled reason 0: Order 14 has ended",
    ]
    assert exchange.engine.open_order_count == 0


def test_a_block_that_cancels_nothing_lets_a_replace_go_on(exchange: Exchange) -> None:
    play = VenuePlay(exchange, SPLIT, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.broker("replace", "A1", "Y", "X", 200, 10_000)
    play.apply(Block(SCOPES["member"], "operator", False, "ops", "look at this"))
    play.lines()
    play.report("15-0", "4", "4", 75, 0, 0)
    play.report("15-1", "4", "4", 25, 0, 0, venue="V2")
    assert play.lines() == [
        "A1 Y<X Replaced new 200@10000 cum 0 leaves 200",
        "18-1 V1 order 150@10000 for 14",
        "18-2 V2 order 50@10000 for 14",
    ]


def test_a_routed_order_is_reserved_until_it_has_ended(exchange: Exchange) -> None:
    play = VenuePlay(exchange, FAILOVER, venues=TWO)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    usage = exchange.engine.members["A"].usage
    assert usage.open_buy == 100 * 100 * E8
    play.report("14-0", "F", "1", 100, 40, 60, 40, 9_000)
    assert (usage.open_buy, usage.bought, usage.trades) == (60 * 100 * E8, 40 * 90 * E8, 1)
    play.report("14-0", "4", "4", 100, 40, 0)
    play.report("16-0", "8", "8", 60, 0, 0, venue="V2")
    assert usage.open_buy == 0
    play.report("14-0", "H", "4", 100, 0, 0, exec_ref_id="E1")
    assert usage.bought == 0
    holding = exchange.engine.members["A"].accounts["house"].holdings["ACME"]
    assert (holding.position, holding.open_buy, holding.buy_qty) == (0, 0, 0)


def test_limits_count_what_a_pending_replace_may_come_to(exchange: Exchange) -> None:
    limit(exchange, "member", open_notional_max_e8=30_000 * E8)
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("13-0", "0", "0", 100, 0, 100)
    play.broker("replace", "A1", "Y", "X", 250, 10_000)
    play.lines()
    play.broker("new", "A1", "W", "buy", 100, 10_000)
    assert play.lines() == [
        "A1 W OrderRejected reason 3: open_notional_max of member A is 30000: this order would make it 35000",
    ]
    play.refuse("15-0", "cancel", 99, "no")
    play.broker("new", "A1", "V", "buy", 100, 10_000)
    assert play.lines() == [
        "A1 Y<X CancelRejected to 2 order 13 new reason 99: no",
        "18-0 V1 order 100@10000 for 18",
    ]


def test_a_new_rate_of_the_currency_counts_for_orders_at_venues(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    usage = exchange.engine.members["A"].usage
    currency = exchange.engine.instruments["ACME"].currency
    play.apply(SetRiskRules(0, "XXX", ((currency, 2 * E8),)))
    assert usage.open_buy == 100 * 100 * 2 * E8
    play.report("12-0", "8", "8", 100, 0, 0)
    assert usage.open_buy == 0


def filled_and_growing(exchange: Exchange) -> VenuePlay:
    """Fill an order of 100 at V1, and ask for 250 at 10,001 in all."""
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report(play.sent[0][0], "F", "2", 100, 100, 0, 100)
    play.broker("replace", "A1", "Y", "X", 250, 10_001)
    play.lines()
    return play


def test_limits_count_what_a_filled_order_may_come_to_by_a_replace(exchange: Exchange) -> None:
    limit(exchange, "member", open_notional_max_e8=30_000 * E8)
    play = filled_and_growing(exchange)
    usage = exchange.engine.members["A"].usage
    assert usage.open_buy == 15_001_50 * TICK_E8
    play.broker("new", "A1", "W", "buy", 150, 10_000)
    (refused,) = play.lines()
    assert refused.startswith("A1 W OrderRejected reason 3: open_notional_max of member A is 30000")
    play.report("15-0", "5", "1", 250, 100, 150)
    assert usage.open_buy == 15_001_50 * TICK_E8
    play.report("15-0", "4", "4", 250, 100, 0)
    assert usage.open_buy == 0


def test_a_replace_of_a_filled_order_that_is_refused_reserves_nothing(exchange: Exchange) -> None:
    play = filled_and_growing(exchange)
    usage = exchange.engine.members["A"].usage
    assert usage.open_buy == 15_001_50 * TICK_E8
    play.refuse("14-0", "cancel", 99, "no")
    assert usage.open_buy == 0
    assert exchange.engine.instruments["ACME"].growing == {}


def test_an_order_that_is_filled_while_a_replace_to_more_waits_keeps_that_reserved(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.broker("replace", "A1", "Y", "X", 250, 10_000)
    usage = exchange.engine.members["A"].usage
    play.report("12-0", "F", "2", 100, 100, 0, 100)
    assert usage.open_buy == 150 * 100 * E8
    play.report("13-0", "5", "1", 250, 100, 150)
    assert usage.open_buy == 150 * 100 * E8


def test_a_new_rate_counts_for_what_a_filled_order_may_come_to(exchange: Exchange) -> None:
    play = filled_and_growing(exchange)
    usage = exchange.engine.members["A"].usage
    play.apply(SetRiskRules(0, "XXX", ((exchange.engine.instruments["ACME"].currency, 2 * E8),)))
    assert usage.open_buy == 15_001_50 * 2 * TICK_E8
    play.refuse("14-0", "cancel", 99, "no")
    assert usage.open_buy == 0


def test_an_order_that_was_filled_when_it_was_killed_is_canceled_when_a_replace_gives_it_more(
    exchange: Exchange,
) -> None:
    play = filled_and_growing(exchange)
    play.apply(kill("member"))
    play.lines()
    play.report("14-0", "5", "1", 250, 100, 150)
    assert play.lines() == [
        "A1 Y<X Replaced partial 250@10001 cum 100 leaves 150",
        "16-1 V1 cancel 14-0",
    ]


@pytest.mark.parametrize("is_filled", [False, True])
def test_a_maximum_quantity_is_held_against_orders_at_venues_and_replaces_of_them(
    exchange: Exchange, is_filled: bool
) -> None:
    exchange.set_instrument(band_bps=0)
    highest = (2**63 - 1) // 1_000_000
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 1, 10_000)
    if is_filled:
        play.report("13-0", "F", "2", 1, 1, 0, 1)
    play.broker("replace", "A1", "Y", "X", 1_000, highest)
    assert [name for name, _ in play.sent][1:] == [f"{exchange.seq}-0"]
    assert exchange.set_instrument(band_bps=0, qty_max_e8=2_000_000 * E8) == [
        "Refused: The maximum quantity of ACME is too large for the prices of its open orders."
    ]
    play.refuse(play.sent[-1][0], "cancel", 99, "no")
    assert exchange.set_instrument(band_bps=0, qty_max_e8=2_000_000 * E8) == []


def test_a_smaller_maximum_leaves_room_for_what_works_at_a_venue(exchange: Exchange) -> None:
    exchange.set_instrument(band_bps=0)
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 1_000, 10_000)
    assert exchange.set_instrument(band_bps=0, qty_max_e8=10 * E8) == []
    assert exchange.engine.instruments["ACME"].price_max == (2**63 - 1) // 1_000


def test_fills_at_venues_trip_the_breaker(exchange: Exchange) -> None:
    limit(exchange, "session", breaker_fills=2, breaker_fills_window_ns=10**12)
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("13-0", "0", "0", 100, 0, 100)
    play.lines()
    for cum in (10, 20, 30):
        play.report("13-0", "F", "1", 100, cum, 100 - cum, 10)
    assert play.lines() == [
        "A1 X Trade partial 100@10000 cum 10 leaves 90 last 10@10000 #0 ()",
        "A1 X Trade partial 100@10000 cum 20 leaves 80 last 10@10000 #0 ()",
        "A1 X Trade partial 100@10000 cum 30 leaves 70 last 10@10000 #0 ()",
        "session A1 blocked by breaker: breaker_fills of session A1 is 2 in 1000 s: there were more",
    ]
    play.broker("new", "A1", "Y", "buy", 100, 10_000)
    (refused,) = play.lines()
    assert refused.startswith("A1 Y OrderRejected reason 0: Session A1 takes no new orders (breaker)")


def test_a_trade_of_our_book_can_not_fill_up_what_works_at_a_venue(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 100, 10_000)
    play = VenuePlay(exchange, Route("r", "book_then_venue", TWO), venues=TWO)
    order = NewOrder("A1", 0, "X", "house", "ACME", "1", "2", "0", 150 * E8, 10_000 * TICK_E8)
    play.apply(order)
    play.broker("cancel", "A1", "Y", "X")
    play.lines()
    play.apply(AmendTrade(15, 1, 15, 9, 100, 10_000, 120, 10_000, False, "ops"))
    assert play.lines() == [
        "Refused: Order 15 is at work at a venue: a trade can be made larger when that has ended.",
    ]


def test_orders_are_forgotten_with_all_that_waits_for_them(make_exchange: type[Exchange]) -> None:
    exchange = make_exchange(finished_orders_max=2)
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "F", "2", 100, 100, 0, 100)
    play.broker("replace", "A1", "Y", "X", 150, 10_000)
    for number in range(3):
        play.broker("new", "B1", f"B{number}", "buy", 1, 10_000)
        play.report(play.sent[-1][0], "8", "8", 1, 0, 0)
    routing = exchange.engine.routing
    assert exchange.engine.orders.find(12) is None
    assert not {"12-0", "14-0"} & routing.children.keys()
    assert not routing.living["V1"]
    assert not {"X", "Y"} & exchange.engine.members["A"].clord_ids.keys()
    play.lines()
    play.report("14-0", "5", "1", 150, 100, 50)
    assert play.lines() == ["V1 14-0 quarantined: Unknown order: ClOrdID 14-0"]


def test_a_routed_order_stands_with_its_instrument_while_it_is_open(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    (order,) = exchange.engine.instruments["ACME"].routed.values()
    assert isinstance(order.level, Away)
    play.report("12-0", "F", "2", 100, 100, 0, 100)
    assert not exchange.engine.instruments["ACME"].routed
