"""What is due: orders with an ExpireTime, and phases that end by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.core.conftest import Bound
from tests.unit.core.phasing import go_on, pass_time, soon, to
from tradsys_oms.core.commands import AmendTrade, ChangePhase, MarketRules
from tradsys_oms.core.phases import clock
from tradsys_oms.core.state import State
from tradsys_oms.core.work import FILLS_MAX, ORDERS_MAX

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def test_an_order_expires_at_its_time(exchange: Exchange) -> None:
    assert exchange.engine.next_due_ns() is None
    expire_ns = soon(exchange, 4)
    exchange.new("A1", "timed", "buy", 5, 9_990, "6", expire_time_ns=expire_ns)
    exchange.new("A1", "stop", "buy", 5, None, "6", ord_type="3", stop=10_500, expire_time_ns=expire_ns)
    assert exchange.engine.next_due_ns() == expire_ns
    assert pass_time(exchange) == []
    assert pass_time(exchange) == [
        "A1 timed Expired expired 5@9990 cum 0 leaves 0: Expired: ExpireTime is past",
        "A1 stop Expired expired 5@market cum 0 leaves 0: Expired: ExpireTime is past",
    ]
    assert exchange.engine.next_due_ns() is None
    assert exchange.depth() == ([], [])


def test_those_whose_time_came_first_expire_first(exchange: Exchange) -> None:
    first_ns = soon(exchange, 3)
    exchange.new("A1", "later", "buy", 5, 9_990, "6", expire_time_ns=first_ns + 1)
    exchange.new("A1", "sooner", "buy", 5, 9_990, "6", expire_time_ns=first_ns)
    exchange.new("A1", "gone", "buy", 5, 9_990, "6", expire_time_ns=soon(exchange, 3))
    exchange.cancel("A1", "c", "gone")
    assert [text.split()[1] for text in pass_time(exchange)] == ["sooner", "later"]
    assert exchange.engine.next_due_ns() is None


def test_what_follows_the_best_price_follows_an_expiry_too(exchange: Exchange) -> None:
    exchange.new("A1", "low", "buy", 5, 9_980)
    exchange.new("A1", "timed", "buy", 5, 9_990, "6", expire_time_ns=soon(exchange, 3))
    exchange.new("B1", "peg", "buy", 5, None, ord_type="P", peg_price_type="5")
    assert exchange.depth() == ([(9_990, 10, 2), (9_980, 5, 1)], [])
    assert len(pass_time(exchange)) == 1
    assert exchange.depth() == ([(9_980, 10, 2)], [])


def test_a_command_expires_no_more_than_it_may(exchange: Exchange) -> None:
    expire_ns = soon(exchange, ORDERS_MAX + 4)
    for number in range(ORDERS_MAX + 2):
        exchange.new("A1", f"o{number}", "buy", 1, 9_990, "6", expire_time_ns=expire_ns)
    exchange.apply(ChangePhase("ACME", "volatility_auction", "", expire_ns))
    assert len(pass_time(exchange)) == ORDERS_MAX
    assert exchange.engine.next_due_ns() == expire_ns
    assert pass_time(exchange)[-1] == "ACME is continuous: volatility_auction is over"
    assert exchange.engine.next_due_ns() is None


def test_phases_go_on_by_themselves(exchange: Exchange) -> None:
    exchange.set_instrument(rules=MarketRules(auction_ns=2_500))
    exchange.new("A1", "b", "buy", 5, 10_000)
    exchange.apply(ChangePhase("ACME", "halted", "news", soon(exchange, 2)))
    until_ns = soon(exchange, 1) + 2_500
    assert exchange.engine.next_due_ns() == soon(exchange, 1)
    assert pass_time(exchange) == [f"ACME is volatility_auction until {until_ns}: halted is over"]
    exchange.new("B1", "s", "sell", 5, 10_000)
    assert pass_time(exchange) == []
    assert pass_time(exchange) == [
        "ACME uncrossed 5@10000 imbalance 0",
        "A1 b Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #1",
        "B1 s Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #1",
        "ACME is continuous: volatility_auction is over",
    ]
    assert exchange.engine.next_due_ns() is None


def test_a_halt_goes_on_to_an_auction_without_an_end_where_none_is_given(exchange: Exchange) -> None:
    exchange.apply(ChangePhase("ACME", "halted", "news", soon(exchange, 1)))
    assert pass_time(exchange) == ["ACME is volatility_auction: halted is over"]
    assert exchange.engine.next_due_ns() is None


def test_a_phase_that_was_left_does_not_end_again(exchange: Exchange) -> None:
    exchange.apply(ChangePhase("ACME", "volatility_auction", "", soon(exchange, 3)))
    to(exchange, "continuous")
    assert exchange.engine.next_due_ns() is None
    assert pass_time(exchange) == pass_time(exchange) == []


def test_instruments_go_on_in_the_order_in_which_they_were_added(exchange: Exchange) -> None:
    exchange.set_instrument("AAA")
    until_ns = soon(exchange, 3)
    exchange.apply(ChangePhase("AAA", "volatility_auction", "", until_ns - 500))
    exchange.apply(ChangePhase("ACME", "volatility_auction", "", until_ns))
    assert [text.split()[0] for text in pass_time(exchange)] == ["ACME", "AAA"]


def test_orders_in_an_auction_that_is_being_uncrossed_expire_after_it(exchange: Exchange) -> None:
    exchange.new("A1", "warm", "buy", 1, 9_000)
    to(exchange, "volatility_auction")
    for number in range(FILLS_MAX + 1):
        exchange.new("A1", f"o{number}", "sell", 1, 10_000)
    expire_ns = soon(exchange, 3)
    exchange.new("B1", "timed", "buy", FILLS_MAX + 2, 10_000, "6", expire_time_ns=expire_ns)
    to(exchange, "continuous")
    assert pass_time(exchange) == []
    assert exchange.engine.next_due_ns() == expire_ns
    assert len(go_on(exchange)) == 3
    assert pass_time(exchange) == [
        f"B1 timed Expired expired {FILLS_MAX + 2}@10000 cum {FILLS_MAX + 1} leaves 0: Expired: ExpireTime is past"
    ]


def test_a_trade_in_one_instrument_leaves_no_room_for_the_auction_of_another(exchange: Exchange) -> None:
    exchange.set_instrument("HOOLI")
    until_ns = soon(exchange, 2 + FILLS_MAX + 4)
    for symbol in ("ACME", "HOOLI"):
        exchange.apply(ChangePhase(symbol, "volatility_auction", "", until_ns))
    for number in range(FILLS_MAX):
        exchange.new("A1", f"o{number}", "sell", 1, 10_000)
    exchange.new("B1", "all", "buy", FILLS_MAX, 10_000)
    exchange.new("A1", "h", "sell", 1, 10_000, symbol="HOOLI")
    exchange.new("B1", "i", "buy", 1, 10_000, symbol="HOOLI")
    lines = pass_time(exchange)
    assert len(lines) == 2 + 2 * FILLS_MAX
    assert lines[-1] == "ACME is continuous: volatility_auction is over"
    assert exchange.engine.next_due_ns() == until_ns
    assert pass_time(exchange)[0] == "HOOLI uncrossed 1@10000 imbalance 0"


def test_what_is_noted_of_orders_that_ended_stays_within_a_bound() -> None:
    state = State(10, 10)
    for number in range(10 * clock.ENTRIES_SPARE):
        clock.note_expiry(state, number, 1_000 + number)
        clock.note_expiry(state, number, 1_000 + number)
        assert len(state.expiries) <= clock.ENTRIES_SPARE + 1


def test_the_same_expiry_is_noted_once_and_an_order_keeps_it_over_replaces(exchange: Exchange) -> None:
    expire_ns = soon(exchange, 4)
    exchange.new("A1", "0", "buy", 5, 9_990, "6", expire_time_ns=expire_ns)
    exchange.replace("A1", "1", "0", 4, 9_990, time_in_force="6", expire_time_ns=expire_ns)
    exchange.replace("A1", "2", "1", 4, 9_980, time_in_force="6", expire_time_ns=expire_ns + 1_000)
    assert pass_time(exchange) == []
    assert exchange.engine.next_due_ns() == expire_ns + 1_000
    assert [text.split()[1] for text in pass_time(exchange)] == ["2"]
    assert exchange.engine.next_due_ns() is None


def test_an_order_that_comes_back_after_a_bust_still_expires(exchange: Exchange, bound: Bound) -> None:
    bound(clock, "ENTRIES_SPARE", 0)
    expire_ns = soon(exchange, 6)
    exchange.new("A1", "timed", "buy", 5, 9_990, "6", expire_time_ns=expire_ns)
    timed = exchange.seq
    exchange.new("B1", "s", "sell", 5, 9_990)
    exchange.new("A1", "other", "buy", 5, 9_990, "6", expire_time_ns=expire_ns + 9_000)
    assert exchange.engine.next_due_ns() == expire_ns + 9_000  # what ended is no longer noted
    exchange.apply(AmendTrade(timed + 1, 1, timed + 1, timed, 5, 9_990, 0, 0, True, "wrong"))
    assert exchange.engine.next_due_ns() == expire_ns
    pass_time(exchange)
    assert [text.split()[1:3] for text in pass_time(exchange)] == [["timed", "Expired"]]
