"""Blocks and the kill switch: whose orders go, who may release, and what one command has no room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.amending import Desk
from tests.unit.core.phasing import go_on, to
from tradsys_oms.core.commands import (
    NO_LIMITS,
    ApproveRelease,
    Block,
    ChangeLimits,
    Command,
    GoOn,
    MassCancelOrders,
    NewOrder,
    QueryOrders,
    RequestRelease,
    Scope,
    SetAccount,
    SetLimits,
    Unblock,
)
from tradsys_oms.core.events import Refused
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.work import ORDERS_MAX

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.core.conftest import Exchange

ALL = Scope("all")
MEMBER = Scope("member", "A")
SESSION = Scope("session", "A1")
ACCOUNT = Scope("account", "A", "house")
INSTRUMENT = Scope("instrument", symbol="ACME")
SCOPES = (ALL, MEMBER, SESSION, ACCOUNT, INSTRUMENT)


def block(scope: Scope, kind: str = "operator", *, cancels: bool = False, reason: str = "too much") -> Block:
    """Make a block."""
    return Block(scope, kind, cancels, "ann", reason)


def kill(scope: Scope, reason: str = "runaway") -> Block:
    """Make a kill switch."""
    return block(scope, "kill", cancels=True, reason=reason)


def enter(exchange: Exchange, session: str, clord_id: str, account: str, symbol: str = "ACME", side: str = "1") -> None:
    """Enter an order for an account."""
    exchange.apply(
        NewOrder(session, 0, clord_id, account, symbol, side, "2", "0", 10 * SCALE_E8, 10_000 * SCALE_E8 // 100)
    )


def assert_replays(exchange: Exchange) -> None:
    """Assert that a replay comes to the same state, and that the hash knows of all that matters."""
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


@pytest.fixture
def traded(exchange: Exchange) -> Exchange:
    """Give an exchange with an order of each scope."""
    exchange.set_instrument("CALL")
    enter(exchange, "A1", "1", "house")
    enter(exchange, "A2", "2", "other")
    enter(exchange, "A1", "3", "other", "CALL")
    enter(exchange, "B1", "4", "house")
    return exchange


@pytest.mark.parametrize(
    ("scope", "canceled"),
    [(ALL, "1234"), (MEMBER, "123"), (SESSION, "13"), (ACCOUNT, "1"), (INSTRUMENT, "124")],
)
def test_a_block_that_cancels_takes_the_open_orders_of_its_scope(traded: Exchange, scope: Scope, canceled: str) -> None:
    of = {"1": "A1", "2": "A2", "3": "A1", "4": "B1"}
    assert traded.apply(block(scope, cancels=True)) == [
        f"{scope} blocked by operator: too much",
        *(f"{of[name]} {name} Canceled canceled 10@10000 cum 0 leaves 0: too much" for name in canceled),
    ]
    assert traded.engine.open_order_count == 4 - len(canceled)
    assert not traded.engine.unfinished
    assert_replays(traded)


@pytest.mark.parametrize("scope", SCOPES)
def test_new_orders_and_replaces_are_refused_from_then_on_and_cancels_are_not(traded: Exchange, scope: Scope) -> None:
    traded.apply(block(scope))
    (refused,) = traded.new("A1", "new", "buy", 10, 10_000)
    assert refused.startswith("A1 new OrderRejected reason 0: ")
    assert refused.endswith(" (operator): too much")
    (refused,) = traded.replace("A1", "replace", "1", 5, 10_000)
    assert refused.startswith("A1 replace<1 CancelRejected to 2 order 10 new reason 2: ")
    assert traded.cancel("A1", "cancel", "1") == ["A1 cancel<1 Canceled canceled 10@10000 cum 0 leaves 0"]
    traded.apply(Unblock(scope, "operator", "ann", "over"))
    assert traded.new("A1", "again", "buy", 10, 10_000) == ["A1 again New new 10@10000 cum 0 leaves 10"]


def test_others_trade_on(traded: Exchange) -> None:
    traded.apply(kill(ACCOUNT))
    enter(traded, "A1", "5", "other")
    enter(traded, "B1", "6", "house")
    enter(traded, "A1", "7", "house")
    assert [order.clord_id for order in traded.engine.list_orders(open_only=True)] == ["6", "5", "4", "3", "2"]


def test_orders_left_open_by_a_block_go_on_to_trade(traded: Exchange) -> None:
    traded.apply(block(MEMBER))
    lines = traded.new("C1", "hit", "sell", 10, 10_000)
    assert lines[-1].startswith("A1 1 Trade filled")


@pytest.mark.parametrize("scope", SCOPES)
def test_a_block_that_does_not_cancel_leaves_them(traded: Exchange, scope: Scope) -> None:
    version = traded.engine.risk.version
    assert traded.apply(block(scope)) == [f"{scope} blocked by operator: too much"]
    assert traded.engine.open_order_count == 4
    assert traded.engine.risk.version == version + 1
    found = traded.engine.risk.find(scope)
    assert found is not None
    assert found.blocks == {"operator": "too much"}
    assert traded.apply(Unblock(scope, "operator", "ann", "over")) == [f"{scope} free by operator: over"]
    assert not found.blocks
    assert traded.engine.risk.version == version + 2
    assert_replays(traded)


def test_one_of_each_kind_and_each_goes_by_itself(traded: Exchange) -> None:
    for kind in ("operator", "portfolio", "clearing"):
        traded.apply(block(MEMBER, kind, reason=kind))
    traded.apply(kill(MEMBER))
    usage = traded.engine.members["A"].usage
    assert usage.blocks == {"operator": "operator", "portfolio": "portfolio", "clearing": "clearing", "kill": "runaway"}
    traded.apply(Unblock(MEMBER, "portfolio", "ann", ""))
    assert list(usage.blocks) == ["operator", "clearing", "kill"]
    assert_replays(traded)


def test_a_block_that_comes_again_takes_the_new_reason_and_cancels(traded: Exchange) -> None:
    traded.apply(block(ACCOUNT))
    assert traded.apply(block(ACCOUNT, cancels=True, reason="more")) == [
        "account A/house blocked by operator: more",
        "A1 1 Canceled canceled 10@10000 cum 0 leaves 0: more",
    ]
    assert traded.engine.members["A"].accounts["house"].blocks == {"operator": "more"}


def test_an_account_without_an_order_is_made(exchange: Exchange) -> None:
    scope = Scope("account", "A", "new")
    before = exchange.engine.state_hash()
    assert exchange.apply(kill(scope)) == ["account A/new blocked by kill: runaway"]
    assert exchange.engine.members["A"].accounts["new"].blocks == {"kill": "runaway"}
    assert exchange.engine.state_hash() != before
    assert_replays(exchange)


def test_a_block_of_an_account_can_be_taken_away_when_it_was_not_declared(exchange: Exchange) -> None:
    scope = Scope("account", "A", "old")
    exchange.apply(block(scope))
    exchange.apply(SetAccount("A", "new", True))
    assert exchange.apply(block(scope)) == ["Refused: Unknown account A/old."]
    assert exchange.apply(Unblock(scope, "operator", "ann", "")) == ["account A/old free by operator: "]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (
            block(ALL, "breaker"),
            "There is no block of the kind breaker: kinds are operator, kill, portfolio, clearing.",
        ),
        (block(ALL, reason=""), "A block needs a reason: it is what the owners of the orders are told."),
        (
            block(ALL, "kill"),
            "The kill switch cancels open orders: a block that leaves them is one of the kind operator.",
        ),
        (block(Scope("member", "X")), "Unknown member X."),
        (block(Scope("account", "X", "house")), "Unknown member X."),
        (block(Scope("session", "X")), "Unknown session X."),
        (block(Scope("instrument", symbol="X")), "Unknown symbol X."),
        (block(Scope("member", "A", "house")), "A scope of the level member has no account."),
        (
            block(Scope("holding", "A", "house", "ACME")),
            "There are no blocks on the level holding: levels are all, member, session, account, instrument.",
        ),
        (Unblock(ALL, "operator", "ann", ""), "No block of the kind operator is on all."),
        (
            Unblock(Scope("account", "A", "none"), "operator", "ann", ""),
            "No block of the kind operator is on account A/none.",
        ),
        (
            Unblock(Scope("desk", "A"), "operator", "ann", ""),
            "There are no blocks on the level desk: levels are all, member, session, account, instrument.",
        ),
        (
            Unblock(SESSION, "kill", "ann", ""),
            "The kill switch is released by two people: one requests the release, another one approves it.",
        ),
        (RequestRelease(ALL, "ann", ""), "No block of the kind kill is on all."),
        (RequestRelease(SESSION, "", ""), "Who requests a release must be named: another one has to approve it."),
        (ApproveRelease(ALL, "bob"), "No block of the kind kill is on all."),
        (ApproveRelease(SESSION, ""), "Who approves a release must be named."),
        (
            ApproveRelease(SESSION, "bob"),
            "Nobody has requested the release of session A1: one person requests it, another one approves.",
        ),
    ],
)
def test_what_is_refused(traded: Exchange, command: Command, text: str) -> None:
    traded.apply(kill(SESSION))
    version = traded.engine.risk.version
    assert traded.engine.fault_of(command) == text
    traded.apply(command)
    assert traded.events == [Refused(text)]
    assert traded.engine.risk.version == version
    assert_replays(traded)


def test_a_release_takes_two_people(traded: Exchange) -> None:
    traded.apply(kill(SESSION))
    before = traded.engine.state_hash()
    assert traded.apply(RequestRelease(SESSION, "ann", "repaired")) == []
    assert traded.engine.risk.releases == {SESSION: ("ann", "repaired")}
    assert traded.engine.state_hash() != before
    assert traded.apply(RequestRelease(SESSION, "bob", "me too")) == [
        "Refused: The release of session A1 was requested by ann already: another one may approve it."
    ]
    assert traded.apply(ApproveRelease(SESSION, "ann")) == [
        "Refused: ann requested the release of session A1: it takes another one to approve it."
    ]
    assert traded.engine.sessions["A1"].usage.blocks == {"kill": "runaway"}
    assert_replays(traded)
    assert traded.apply(ApproveRelease(SESSION, "bob")) == [
        "session A1 free by kill: repaired (requested by ann, approved by bob)"
    ]
    assert not traded.engine.sessions["A1"].usage.blocks
    assert not traded.engine.risk.releases
    assert traded.engine.fault_of(ApproveRelease(SESSION, "bob")) == "No block of the kind kill is on session A1."
    assert traded.new("A1", "again", "buy", 10, 10_000) == ["A1 again New new 10@10000 cum 0 leaves 10"]
    assert_replays(traded)


def test_a_kill_that_comes_again_is_not_released_by_what_was_requested_before(traded: Exchange) -> None:
    traded.apply(kill(ALL))
    traded.apply(RequestRelease(ALL, "ann", "repaired"))
    traded.apply(kill(ALL, "again"))
    assert traded.engine.fault_of(ApproveRelease(ALL, "bob")) == (
        "Nobody has requested the release of all: one person requests it, another one approves."
    )


def test_a_release_leaves_the_other_kinds(traded: Exchange) -> None:
    traded.apply(block(ALL))
    traded.apply(kill(ALL))
    traded.apply(RequestRelease(ALL, "ann", "repaired"))
    traded.apply(ApproveRelease(ALL, "bob"))
    assert traded.engine.risk.all.blocks == {"operator": "too much"}


def many(exchange: Exchange, count: int, session: str = "A1") -> None:
    """Enter orders, the first to be canceled first."""
    for number in range(count):
        exchange.new(session, f"{session} {number}", "buy", 1, 9_000 + number % 100)


def test_what_a_command_has_no_room_for_goes_on_with_the_oldest_first(exchange: Exchange) -> None:
    many(exchange, ORDERS_MAX + 2)
    lines = exchange.apply(kill(MEMBER))
    assert [line.split()[2] for line in lines[1:]] == [str(number) for number in range(ORDERS_MAX)]
    assert list(exchange.engine.unfinished) == [""]
    assert "OrderRejected reason 0" in exchange.new("A2", "new", "buy", 1, 9_000)[0]
    assert_replays(exchange)
    middle = len(exchange.log)
    assert [line.split()[2] for line in go_on(exchange)] == [str(ORDERS_MAX), str(ORDERS_MAX + 1)]
    assert not exchange.engine.unfinished
    restarted = exchange.replayed(exchange.log[:middle])
    assert list(restarted.unfinished) == [""]
    assert restarted.risk.find(MEMBER) is not None
    assert restarted.apply(middle + 1, (middle + 1) * 1_000, GoOn()) == exchange.events
    assert restarted.state_hash() == exchange.engine.state_hash()


def test_orders_of_others_and_later_ones_stay(exchange: Exchange) -> None:
    many(exchange, ORDERS_MAX + 2)
    exchange.new("B1", "B", "buy", 1, 9_000)
    exchange.apply(block(SESSION, "clearing", cancels=True))
    exchange.apply(Unblock(SESSION, "clearing", "ann", "over"))
    exchange.new("A1", "later", "buy", 1, 9_000)
    assert len(go_on(exchange)) == 2
    assert [order.clord_id for order in exchange.engine.list_orders(open_only=True)] == ["later", "B"]


def test_an_order_that_was_filled_meanwhile_is_passed_over(exchange: Exchange) -> None:
    many(exchange, ORDERS_MAX + 2)
    exchange.apply(kill(MEMBER))
    left = exchange.engine.list_orders(open_only=True)
    assert len(left) == 2
    exchange.new("B1", "hit", "sell", 1, left[0].price if left[0].price > left[1].price else left[1].price)
    assert len(go_on(exchange)) == 1
    assert exchange.engine.open_order_count == 0


def test_a_kill_goes_before_what_members_have_asked(exchange: Exchange) -> None:
    many(exchange, ORDERS_MAX + 1)
    many(exchange, 2 * ORDERS_MAX, "B1")
    exchange.apply(QueryOrders("A1", 0, "S", "7", "", "", ""))
    exchange.apply(MassCancelOrders("A1", 0, "M", "7", "", "", ""))
    exchange.apply(kill(ALL))
    lines = go_on(exchange)
    assert len(lines) == ORDERS_MAX
    assert {line.split()[3] for line in lines} == {"Canceled"}
    assert_replays(exchange)


def test_a_kill_that_comes_again_lists_the_orders_once(exchange: Exchange) -> None:
    many(exchange, 3 * ORDERS_MAX)
    exchange.apply(kill(MEMBER))
    exchange.apply(kill(MEMBER, "again"))
    assert len(exchange.engine._state.mass_requests) == 1
    lines = go_on(exchange)
    assert len(lines) == ORDERS_MAX
    assert all(line.endswith(": again") for line in lines)
    assert not exchange.engine.open_order_count
    assert not exchange.engine.unfinished


def test_orders_leave_wherever_they_stand(exchange: Exchange) -> None:
    exchange.new("A1", "stop", "buy", 10, None, ord_type="3", stop=10_200)
    exchange.new("A1", "ice", "buy", 100, 10_000, display=10)
    exchange.new("A1", "dark", "buy", 100, 10_000, display=0)
    exchange.new("A1", "peg", "buy", 10, None, ord_type="P", peg_price_type="5")
    exchange.new("A1", "close", "buy", 10, 9_900, "7")
    lines = exchange.apply(kill(INSTRUMENT))
    assert [line.split()[1] for line in lines[1:]] == ["stop", "ice", "dark", "peg", "close"]
    assert exchange.engine.open_order_count == 0
    assert exchange.engine.instruments["ACME"].care == 0
    assert exchange.depth() == ([], [])
    assert_replays(exchange)


def test_stops_and_pegs_of_others_follow_what_a_kill_leaves(exchange: Exchange) -> None:
    exchange.new("B1", "low", "buy", 10, 9_900)
    exchange.new("A1", "best", "buy", 10, 10_000)
    exchange.new("B1", "peg", "buy", 10, None, ord_type="P", peg_price_type="5")
    exchange.new("A1", "mine", "sell", 5, None, ord_type="3", stop=9_950, trigger_price_type="3")
    exchange.new("C1", "stop", "sell", 5, None, ord_type="3", stop=9_950, trigger_price_type="3")
    assert exchange.apply(kill(MEMBER)) == [
        "member A blocked by kill: runaway",
        "A1 best Canceled canceled 10@10000 cum 0 leaves 0: runaway",
        "A1 mine Canceled canceled 5@market cum 0 leaves 0: runaway",
        "C1 stop Triggered new 5@market cum 0 leaves 5",
        "C1 stop Trade filled 5@market cum 5 leaves 0 last 5@9900 #4 aggressor",
        "B1 low Trade partial 10@9900 cum 5 leaves 5 last 5@9900 #4",
    ]


def test_an_auction_that_is_being_uncrossed_goes_first(exchange: Exchange) -> None:
    exchange.set_instrument("AUCTION", has_phases=True)
    to(exchange, "pre_open", "opening_auction", symbol="AUCTION")
    exchange.new("B1", "all", "buy", 5_001, 10_000, symbol="AUCTION")
    for number in range(5_002):
        exchange.new("A1", f"{number}", "sell", 1, 10_000, symbol="AUCTION")
    to(exchange, "continuous", symbol="AUCTION")
    assert exchange.engine.instruments["AUCTION"].uncross_px
    assert exchange.apply(kill(ALL)) == ["all blocked by kill: runaway"]
    assert_replays(exchange)
    lines = [*go_on(exchange), *go_on(exchange), *go_on(exchange)]
    assert not exchange.engine.unfinished
    assert exchange.engine.open_order_count == 0
    assert sum("Trade" in line for line in lines) == 2
    assert [line for line in lines if "Canceled" in line] == [
        "A1 5001 Canceled canceled 1@10000 cum 0 leaves 0: runaway"
    ]


def test_an_auction_finds_no_orders_of_a_scope_that_was_canceled(exchange: Exchange) -> None:
    exchange.set_instrument("OPEN", has_phases=True)
    to(exchange, "pre_open", "opening_auction", symbol="OPEN")
    exchange.new("A1", "A", "buy", 5, 10_100, symbol="OPEN")
    exchange.new("B1", "B", "buy", 5, 10_000, symbol="OPEN")
    exchange.new("C1", "C", "sell", 10, 10_000, symbol="OPEN")
    exchange.apply(kill(MEMBER))
    lines = to(exchange, "continuous", symbol="OPEN")
    assert not [line for line in lines if line.startswith("A1")]
    assert "OPEN uncrossed 5@10000 imbalance -5" in lines


def test_what_a_kill_has_not_come_to_yet_trades_no_more_by_itself(exchange: Exchange) -> None:
    exchange.new("B1", "offer", "sell", 20, 10_200)
    exchange.new("B1", "bid", "buy", 5, 9_900)
    many(exchange, ORDERS_MAX)
    exchange.new("A1", "stop", "buy", 10, None, ord_type="3", stop=10_200)
    exchange.new("A1", "rests", "sell", 2, 10_300)
    exchange.apply(kill(MEMBER))
    assert exchange.engine.open_order_count == 4
    lines = exchange.new("C1", "lifts", "buy", 1, 10_200)
    assert "A1 stop Canceled canceled 10@market cum 0 leaves 0: runaway" in lines
    assert not any("A1 stop Trade" in line for line in lines)
    lines = exchange.new("C1", "hits", "buy", 21, 10_300)
    assert "A1 rests Trade filled" in "\n".join(lines), "where it rests it may still be hit"
    go_on(exchange)
    assert exchange.engine.members["A"].usage.open_orders == 0
    assert_replays(exchange)


def test_a_peg_that_a_kill_has_not_come_to_yet_moves_no_more(exchange: Exchange) -> None:
    exchange.new("B1", "bid", "buy", 5, 9_900)
    exchange.new("B1", "offer", "sell", 5, 10_200)
    many(exchange, ORDERS_MAX)
    exchange.new("A1", "peg", "buy", 1, None, ord_type="P", peg_price_type="5")
    exchange.new("A2", "conditional", "buy", 10, 10_100, min_qty=10)
    exchange.apply(kill(MEMBER))
    assert exchange.engine.members["A"].usage.open_orders == 2
    lines = exchange.new("B1", "better", "buy", 5, 9_950)
    assert lines[-1] == "A1 peg Canceled canceled 1@market cum 0 leaves 0 (pegged 9950): runaway"
    exchange.new("B1", "too little", "sell", 4, 10_100)
    assert exchange.engine.members["A"].usage.open_orders == 1
    lines = exchange.new("C1", "enough", "sell", 6, 10_100)
    assert lines[-1].startswith("A2 conditional Canceled canceled 10@10100 cum 0 leaves 0"), lines
    assert exchange.engine.members["A"].usage.open_orders == 0
    assert go_on(exchange) == []
    assert_replays(exchange)


@pytest.mark.parametrize(
    ("scope", "text"),
    [
        (Scope("all", "A"), "A scope of the level all has no name."),
        (Scope("session", "A1", symbol="ACME"), "A scope of the level session has no symbol."),
        (Scope("instrument", "A", symbol="ACME"), "A scope of the level instrument has no name."),
    ],
)
def test_a_scope_has_no_spare_parts(exchange: Exchange, scope: Scope, text: str) -> None:
    for command in (block(scope), SetLimits(scope, NO_LIMITS), ChangeLimits(scope, NO_LIMITS, (), ("*",), "")):
        assert exchange.apply(command) == [f"Refused: {text}"]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("blocks", [kill, block])
def test_a_bust_brings_no_filled_order_back_into_a_blocked_scope(
    exchange: Exchange, scope: Scope, blocks: Callable[[Scope], Block]
) -> None:
    desk = Desk(exchange)
    enter(exchange, "A1", "X", "house")
    enter(exchange, "B1", "S", "house", side="2")
    trade = desk.trade()
    exchange.apply(blocks(scope))
    lines = desk.bust(trade, reinstate=True)
    fate = f"Not reinstated after trade {trade.trade_seq}-1 was busted"
    assert f"A1 X Canceled canceled 10@10000 cum 0 leaves 0: {fate}" in lines
    assert exchange.depth() == ([], [] if scope in (ALL, INSTRUMENT) else [(10_000, 10, 1)])
    assert_replays(exchange)
