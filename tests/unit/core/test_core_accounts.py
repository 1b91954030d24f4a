"""Accounts of members: who declares them, how many there may be, and the limits of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.conftest import Bound
from tests.unit.core.limiting import SECOND_NS, accepted, change, enter_at, rejected
from tradsys_oms.core.commands import Block, Limits, NewOrder, Scope, SetAccount, SetLimits, SetPosition
from tradsys_oms.core.events import BlockChanged, Execution
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.limits import risk
from tradsys_oms.core.limits.risk import EACH_ACCOUNT

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

UNKNOWN = "Member A has no account house"
FULL = "Member A has 2 accounts that are not declared, the most that are kept: use one of them, or declare accounts"


def enter(exchange: Exchange, clord_id: str, account: str, qty: int = 1) -> list[str]:
    """Enter an order of A1 to buy at 100."""
    order = NewOrder("A1", 0, clord_id, account, "ACME", "1", "2", "0", qty * SCALE_E8, 100 * SCALE_E8)
    return exchange.apply(order)


def each(exchange: Exchange, limits: Limits | None) -> None:
    """Say what limits each account has."""
    assert exchange.apply(SetLimits(EACH_ACCOUNT, limits)) == []


def above(account: str, most: int) -> str:
    """Say that 5 is too much for an account."""
    return f"order_qty_max of account A/{account} is {most}: this order would make it 5"


def most(qty: int) -> Limits:
    """Give a largest order."""
    return Limits(order_qty_max_e8=qty * SCALE_E8)


def assert_replays(exchange: Exchange) -> None:
    """Assert that a replay comes to the same state."""
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


class TestLimitsOfEach:
    """`Scope("account")` stands for each account without limits of its own."""

    def test_an_account_made_by_its_order_has_them(self, exchange: Exchange) -> None:
        each(exchange, most(4))
        for name in ("one", "two"):
            assert enter(exchange, f"too much for {name}", name, 5) == rejected(
                f"too much for {name}", 3, above(name, 4)
            )
        assert enter(exchange, "nameless", "", 5)[0].startswith("A1 nameless OrderRejected reason 3: order_qty_max")
        assert accepted(enter(exchange, "fits", "one", 4))
        assert_replays(exchange)

    def test_an_account_that_was_there_has_them_too_until_they_go(self, exchange: Exchange) -> None:
        assert accepted(enter(exchange, "before", "one", 5))
        each(exchange, most(4))
        assert enter(exchange, "with", "one", 5) == rejected("with", 3, above("one", 4))
        before = exchange.engine.state_hash()
        each(exchange, None)
        assert accepted(enter(exchange, "after", "one", 5))
        assert exchange.engine.state_hash() != before
        assert_replays(exchange)

    def test_its_own_come_first_and_may_be_none(self, exchange: Exchange) -> None:
        each(exchange, most(4))
        exchange.apply(SetLimits(Scope("account", "A", "own"), most(3)))
        exchange.apply(SetLimits(Scope("account", "A", "free"), Limits()))
        assert enter(exchange, "X", "own", 5) == rejected("X", 3, above("own", 3))
        assert accepted(enter(exchange, "Y", "free", 5))
        exchange.apply(SetLimits(Scope("account", "A", "free"), None))
        assert enter(exchange, "Z", "free", 5) == rejected("Z", 3, above("free", 4))
        assert_replays(exchange)

    def test_what_an_operator_changes_lies_over_them(self, exchange: Exchange) -> None:
        each(exchange, Limits(order_qty_max_e8=4 * SCALE_E8, open_orders_max=1))
        change(exchange, "account", order_qty_max_e8=5 * SCALE_E8)
        assert accepted(enter(exchange, "X", "house", 5))
        assert enter(exchange, "Y", "house")[0].endswith(
            "open_orders_max of account A/house is 1: this order would make it 2"
        )
        change(exchange, "account", reset=("*",))
        assert enter(exchange, "Z", "house", 5) == rejected("Z", 3, above("house", 4))
        assert_replays(exchange)

    def test_a_breaker_of_each_pauses_an_account_that_nobody_named(self, exchange: Exchange) -> None:
        each(exchange, Limits(breaker_orders=1, breaker_orders_window_ns=SECOND_NS))
        enter_at(exchange, 1, "X", account="one")
        *_, change = enter_at(exchange, 2, "Y", account="one")
        assert isinstance(change, BlockChanged)
        assert change.scope == Scope("account", "A", "one")
        assert isinstance(enter_at(exchange, 3, "Z", account="two")[0], Execution)

    def test_they_are_no_scope_of_an_order(self, exchange: Exchange) -> None:
        assert exchange.apply(Block(EACH_ACCOUNT, "operator", False, "ann", "why")) == ["Refused: Unknown member ."]
        assert exchange.apply(SetLimits(EACH_ACCOUNT, Limits(long_qty_max_e8=1)))[0].startswith(
            "Refused: Limit long_qty_max"
        )


class TestDeclarations:
    """A member with declared accounts has no others."""

    def test_the_last_one_that_goes_lets_any_name_be_used(self, exchange: Exchange) -> None:
        exchange.apply(SetAccount("A", "own", True))
        assert enter(exchange, "X", "house") == rejected("X", 15, UNKNOWN)
        exchange.apply(SetAccount("A", "own", False, is_declared=False))
        assert accepted(enter(exchange, "Y", "house"))
        assert accepted(enter(exchange, "Z", "own"))
        assert_replays(exchange)

    def test_one_that_goes_while_others_stay_is_unknown(self, exchange: Exchange) -> None:
        exchange.apply(SetAccount("A", "house", True))
        exchange.apply(SetAccount("A", "own", True))
        exchange.apply(SetAccount("A", "own", True))
        assert accepted(enter(exchange, "X", "house"))
        exchange.apply(SetAccount("A", "house", False, is_declared=False))
        assert enter(exchange, "Y", "house") == rejected("Y", 15, UNKNOWN)
        load = SetPosition("A", "house", "ACME", SCALE_E8, 0, False, "")
        assert exchange.apply(load) == ["Refused: Unknown account A/house."]
        assert_replays(exchange)


class TestRoom:
    """What a peer names is kept for ever, so it is bounded."""

    @pytest.fixture
    def full(self, exchange: Exchange, bound: Bound) -> Exchange:
        """Give an exchange on which A has as many accounts as it may."""
        bound(risk, "UNDECLARED_MAX", 2)
        enter(exchange, "X", "one")
        enter(exchange, "Y", "two")
        return exchange

    def test_one_more_is_refused_and_not_made(self, full: Exchange) -> None:
        assert enter(full, "Z", "three") == rejected("Z", 3, FULL)
        assert full.apply(SetPosition("A", "three", "ACME", SCALE_E8, 0, False, "")) == [f"Refused: {FULL}."]
        block = Block(Scope("account", "A", "three"), "operator", False, "ann", "why")
        assert full.apply(block) == [f"Refused: {FULL}."]
        assert list(full.engine.members["A"].accounts) == ["one", "two"]
        assert accepted(enter(full, "known", "two"))

    def test_other_members_and_declared_accounts_have_room(self, full: Exchange) -> None:
        assert accepted(full.new("B1", "X", "buy", 1, 9_000))
        full.apply(SetAccount("A", "three", True))
        assert accepted(enter(full, "Z", "three"))
        assert_replays(full)
