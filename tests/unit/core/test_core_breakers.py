"""Circuit breakers of the flow: what counts, for whom, and what happens when it was too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.core.phasing import go_on, to
from tradsys_oms.core.commands import Block, ChangeLimits, Limits, Scope, SetLimits, SetSession, Unblock
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

MEMBER = Scope("member", "A")
SESSION = Scope("session", "A1")
ACCOUNT = Scope("account", "A", "house")
SECOND_NS = 1_000_000_000
"""Far longer than a test: its commands are 1,000 ns apart."""


def limit(exchange: Exchange, scope: Scope, window_ns: int = SECOND_NS, **limits: int) -> None:
    """Give a scope breakers with one window."""
    windows = {f"{name.removesuffix('_e8')}_window_ns": window_ns for name in limits}
    given: dict[str, Any] = {**limits, **windows}
    assert exchange.apply(SetLimits(scope, Limits(**given))) == []


def is_blocked(exchange: Exchange, scope: Scope) -> bool:
    """Tell that the breaker of a scope has blocked it."""
    found = exchange.engine.risk.find(scope)
    return found is not None and "breaker" in found.blocks


@pytest.mark.parametrize("scope", [MEMBER, SESSION, ACCOUNT])
def test_the_order_that_is_one_too_many_is_still_entered(exchange: Exchange, scope: Scope) -> None:
    limit(exchange, scope, breaker_orders=2)
    exchange.new("A1", "1", "buy", 10, 10_000)
    version = exchange.engine.risk.version
    assert exchange.replace("A1", "2", "1", 5, 10_000) == [
        "A1 2<1 Replaced new 5@10000 cum 0 leaves 5",
    ]
    assert exchange.engine.risk.version == version
    assert exchange.new("A1", "3", "buy", 10, 10_000) == [
        "A1 3 New new 10@10000 cum 0 leaves 10",
        f"{scope} blocked by breaker: breaker_orders of {scope} is 2 in 1 s: there were more",
    ]
    assert exchange.engine.risk.version == version + 1
    assert exchange.engine.open_order_count == 2
    assert exchange.new("A1", "4", "buy", 10, 10_000)[0].endswith("there were more"), "refused, with the reason"
    assert exchange.cancel("A1", "5", "3") == ["A1 5<3 Canceled canceled 10@10000 cum 0 leaves 0"]
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


def test_the_window_empties_as_time_passes(exchange: Exchange) -> None:
    limit(exchange, SESSION, window_ns=3_000, breaker_orders=1)  # a command each 1,000 ns
    exchange.new("A1", "1", "buy", 10, 10_000)
    exchange.new("B1", "b", "buy", 10, 9_900)
    exchange.new("B1", "c", "buy", 10, 9_900)
    exchange.new("A1", "2", "buy", 10, 10_000)
    assert not is_blocked(exchange, SESSION)
    exchange.new("A1", "3", "buy", 10, 10_000)
    assert is_blocked(exchange, SESSION)


def test_flow_of_others_does_not_count(exchange: Exchange) -> None:
    limit(exchange, SESSION, breaker_orders=1)
    limit(exchange, ACCOUNT, breaker_orders=2)
    for number in range(3):
        exchange.new("B1", f"B{number}", "buy", 10, 10_000)
    exchange.new("A2", "1", "buy", 10, 10_000)
    exchange.new("A2", "2", "buy", 10, 10_000)
    assert not is_blocked(exchange, ACCOUNT)
    assert exchange.new("A1", "3", "buy", 10, 10_000) == [
        "A1 3 New new 10@10000 cum 0 leaves 10",
        "account A/house blocked by breaker: breaker_orders of account A/house is 2 in 1 s: there were more",
    ]
    assert not is_blocked(exchange, SESSION)


def test_refused_orders_and_replaces_count_whatever_the_reason(exchange: Exchange) -> None:
    limit(exchange, MEMBER, breaker_rejects=5)
    exchange.new("A1", "1", "buy", 10, 10_000)
    exchange.new("A1", "1", "buy", 10, 10_000)  # duplicate
    exchange.new("A2", "2", "buy", 10, 10_000, symbol="NONE")
    exchange.new("A1", "3", "buy", 10, 99_999)
    exchange.replace("A2", "4", "unknown", 10, 10_000)
    exchange.replace("A1", "5", "1", 10, 99_999)
    exchange.cancel("A1", "6", "unknown")
    exchange.new("A1", "1", "buy", 10, 10_000, poss_resend=True)
    assert not is_blocked(exchange, MEMBER)
    assert exchange.new("A1", "3", "buy", 10, 10_000)[1:] == [
        "member A blocked by breaker: breaker_rejects of member A is 5 in 1 s: there were more"
    ]
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


def test_a_refusal_counts_for_the_account_that_it_names(exchange: Exchange) -> None:
    limit(exchange, ACCOUNT, breaker_rejects=1)
    exchange.replace("A1", "0", "unknown", 10, 10_000)
    exchange.new("A1", "1", "buy", 10, 10_000)
    exchange.replace("A1", "2", "1", 10, 99_999)
    assert not is_blocked(exchange, ACCOUNT)
    exchange.new("A1", "3", "buy", 10, 99_999)
    assert is_blocked(exchange, ACCOUNT)


def test_notional_counts_at_the_reserve_price(exchange: Exchange) -> None:
    limit(exchange, SESSION, breaker_notional_e8=22_000 * SCALE_E8)
    exchange.new("A1", "1", "buy", 100, 10_000)  # 10,000
    assert exchange.market("A1", "2", "buy", 100)[-1].endswith("No liquidity: rest of the market order canceled")
    assert not is_blocked(exchange, SESSION), "a market order counts at the upper limit of the band, 120.00"
    assert exchange.new("A1", "3", "buy", 1, 10_000)[1:] == [
        "session A1 blocked by breaker: breaker_notional of session A1 is 22000 in 1 s: there were more"
    ]


def test_one_order_may_be_too_much_by_itself(exchange: Exchange) -> None:
    limit(exchange, SESSION, breaker_notional_e8=1_000 * SCALE_E8)
    assert exchange.new("A1", "1", "buy", 11, 10_000)[1:] == [
        "session A1 blocked by breaker: breaker_notional of session A1 is 1000 in 1 s: there were more"
    ]


def test_a_market_order_without_a_band_counts_at_the_price_before_its_own_trades(exchange: Exchange) -> None:
    exchange.set_instrument("FREE", band_bps=0)
    exchange.new("B1", "offer", "sell", 10, 20_000, symbol="FREE")
    limit(exchange, SESSION, breaker_notional_e8=1_000 * SCALE_E8)
    lines = exchange.new("A1", "1", "buy", 10, None, ord_type="1", symbol="FREE")
    assert lines[-1] == "B1 offer Trade filled 10@20000 cum 10 leaves 0 last 10@20000 #1"
    assert not is_blocked(exchange, SESSION), "10 at the reference price, 100.00"


def test_fills_of_both_sides_count(exchange: Exchange) -> None:
    limit(exchange, MEMBER, breaker_fills=2)
    exchange.new("A1", "1", "buy", 30, 10_000)
    for number in range(2):
        exchange.new("B1", f"B{number}", "sell", 10, 10_000)
    assert not is_blocked(exchange, MEMBER)
    assert exchange.new("C1", "C", "sell", 10, 10_000)[-1] == (
        "member A blocked by breaker: breaker_fills of member A is 2 in 1 s: there were more"
    )


def test_one_command_may_make_too_many_fills(exchange: Exchange) -> None:
    limit(exchange, SESSION, breaker_fills=2)
    for number in range(4):
        exchange.new("B1", f"B{number}", "sell", 10, 10_000)
    lines = exchange.new("A1", "1", "buy", 40, 10_000)
    assert len(lines) == 1 + 2 * 4 + 1, "all is filled, and the block is told of once"
    assert lines[-1] == "session A1 blocked by breaker: breaker_fills of session A1 is 2 in 1 s: there were more"


def test_fills_of_an_auction_and_of_what_goes_on_count(exchange: Exchange) -> None:
    exchange.set_instrument("OPEN", has_phases=True)
    to(exchange, "pre_open", "opening_auction", symbol="OPEN")
    exchange.new("B1", "all", "buy", 5_002, 10_000, symbol="OPEN")
    for number in range(5_002):
        exchange.new("A1", f"{number}", "sell", 1, 10_000, symbol="OPEN")
    limit(exchange, SESSION, breaker_fills=5_001)
    to(exchange, "continuous", symbol="OPEN")
    assert not is_blocked(exchange, SESSION)
    lines = go_on(exchange)
    assert lines[-1] == "session A1 blocked by breaker: breaker_fills of session A1 is 5001 in 1 s: there were more"
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


def test_all_scopes_that_are_over_are_blocked_the_widest_first(exchange: Exchange) -> None:
    for scope in (ACCOUNT, SESSION, MEMBER):
        limit(exchange, scope, breaker_orders=1)
    exchange.new("A1", "1", "buy", 10, 10_000)
    lines = exchange.new("A1", "2", "buy", 10, 10_000)
    assert [line.split(" blocked")[0] for line in lines[1:]] == ["member A", "session A1", "account A/house"]


def test_the_breaker_begins_at_nothing_when_the_block_is_taken_away(exchange: Exchange) -> None:
    limit(exchange, SESSION, breaker_orders=1, breaker_rejects=1)
    exchange.new("A1", "1", "buy", 10, 10_000)
    exchange.new("A1", "2", "buy", 10, 99_999)
    assert exchange.new("A1", "3", "buy", 10, 10_000)[1:] == [
        "session A1 blocked by breaker: breaker_orders of session A1 is 1 in 1 s: there were more"
    ]
    assert exchange.apply(Unblock(SESSION, "breaker", "ann", "repaired")) == ["session A1 free by breaker: repaired"]
    exchange.new("A1", "4", "buy", 10, 99_999)
    assert not is_blocked(exchange, SESSION)
    exchange.new("A1", "5", "buy", 10, 10_000)
    assert not is_blocked(exchange, SESSION)
    exchange.new("A1", "6", "buy", 10, 10_000)
    assert is_blocked(exchange, SESSION)
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


def test_taking_away_another_block_keeps_what_was_counted(exchange: Exchange) -> None:
    limit(exchange, SESSION, breaker_orders=1)
    exchange.new("A1", "1", "buy", 10, 10_000)
    exchange.apply(Block(SESSION, "operator", False, "ann", "wait"))
    exchange.apply(Unblock(SESSION, "operator", "ann", "go"))
    exchange.new("A1", "2", "buy", 10, 10_000)
    assert is_blocked(exchange, SESSION)


def test_limits_may_come_and_go(exchange: Exchange) -> None:
    breakers = exchange.engine.risk.breakers
    limit(exchange, SESSION, breaker_orders=1)
    assert list(breakers) == [SESSION]
    lifted = ("breaker_orders", "breaker_orders_window_ns")
    exchange.apply(ChangeLimits(SESSION, Limits(), lifted, (), "quiet"))
    assert not breakers
    for number in range(3):
        exchange.new("A1", f"{number}", "buy", 10, 10_000)
    assert not is_blocked(exchange, SESSION)
    exchange.apply(ChangeLimits(SESSION, Limits(), (), ("*",), "again"))
    assert list(breakers) == [SESSION]
    exchange.apply(SetLimits(SESSION, Limits(order_qty_max_e8=SCALE_E8)))
    assert not breakers


def test_an_account_that_is_not_known_is_not_made_by_a_refusal(exchange: Exchange) -> None:
    limit(exchange, SESSION, breaker_rejects=1)
    exchange.apply(SetSession("A3", "A", True))
    exchange.new("A3", "1", "buy", 10, 10_000, symbol="NONE")
    assert exchange.engine.members["A"].accounts == {}


def test_a_session_counts_for_the_member_that_it_is_bound_to_now(exchange: Exchange) -> None:
    for member in ("A", "B"):
        limit(exchange, Scope("member", member), breaker_rejects=1)
    exchange.new("A1", "1", "buy", 10, 99_999)
    exchange.apply(SetSession("A1", "B", True))
    exchange.new("A1", "2", "buy", 10, 99_999)
    assert not is_blocked(exchange, MEMBER)
    exchange.new("A1", "3", "buy", 10, 99_999)
    assert is_blocked(exchange, Scope("member", "B"))
    assert not is_blocked(exchange, MEMBER)


def test_a_new_account_counts_from_its_first_order_on(exchange: Exchange) -> None:
    limit(exchange, ACCOUNT, breaker_rejects=1)
    exchange.new("A1", "1", "buy", 10, 99_999, symbol="NONE")
    exchange.new("A1", "2", "buy", 10, 10_000)
    exchange.new("A1", "3", "buy", 10, 99_999)
    assert not is_blocked(exchange, ACCOUNT)
    exchange.new("A1", "4", "buy", 10, 99_999)
    assert is_blocked(exchange, ACCOUNT)
