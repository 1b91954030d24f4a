"""Limits on what all orders of a scope come to: each on all its levels, at the limit and beyond. docs/risk.md,
section 4, kind u, and section 5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.unit.core.limiting import (
    E8,
    SCOPES,
    TICK_E8,
    accepted,
    limit,
    never_warn,
    rejected,
    replace_rejected,
    usage_rows,
    warn,
)
from tests.unit.core.usages import load
from tradsys_oms.core.commands import BeginRiskDay, Revalue, Scope, SetInstrument, SetLimits, SetMark
from tradsys_oms.core.commands import Limits as Values
from tradsys_oms.core.limits.table import LIMITS

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def nothing(exchange: Exchange) -> None:
    """Nothing went before."""


def one_open(exchange: Exchange) -> None:
    """10 to buy at 90 are open: 900."""
    exchange.new("A1", "open", "buy", 10, 9_000)


def both_open(exchange: Exchange) -> None:
    """10 to buy at 90 and 10 to sell at 110 are open: 900 and 1100."""
    one_open(exchange)
    exchange.new("A1", "offer", "sell", 10, 11_000)


def long_and_open(exchange: Exchange) -> None:
    """10 are held, worth 1000, beside the open ones."""
    load(exchange, 10, 10_000)
    both_open(exchange)


def short_and_open(exchange: Exchange) -> None:
    """10 are short, worth -1000, beside the open ones."""
    load(exchange, -10, 10_000)
    both_open(exchange)


def bought_and_open(exchange: Exchange) -> None:
    """10 were bought at 100, 4 of them sold at 100, beside the open ones."""
    exchange.new("B1", "s", "sell", 10, 10_000)
    exchange.new("A1", "b", "buy", 10, 10_000)
    exchange.new("B1", "b", "buy", 4, 10_000)
    exchange.new("A1", "s", "sell", 4, 10_000)
    both_open(exchange)


class Case(NamedTuple):
    """A limit, what went before, the largest order at a price that it allows, and the usage with one lot more."""

    name: str
    value: int
    before: Callable[[Exchange], None]
    side: str
    qty: int
    price: int
    value_shown: str
    usage_shown: str


CASES = [
    Case("open_notional_max_e8", 1_000 * E8, nothing, "buy", 10, 10_000, "1000", "1100"),
    Case("open_notional_max_e8", 3_000 * E8, both_open, "sell", 10, 10_000, "3000", "3100"),
    Case("gross_position_max_e8", 4_000 * E8, long_and_open, "sell", 10, 10_000, "4000", "4100"),
    Case("gross_position_max_e8", 4_000 * E8, short_and_open, "buy", 10, 10_000, "4000", "4100"),
    Case("net_position_max_e8", 2_900 * E8, long_and_open, "buy", 10, 10_000, "2900", "3000"),
    Case("net_position_max_e8", 1_100 * E8, long_and_open, "sell", 10, 10_000, "1100", "1200"),
    Case("net_position_max_e8", 900 * E8, short_and_open, "buy", 10, 10_000, "900", "1000"),
    Case("net_position_max_e8", 3_100 * E8, short_and_open, "sell", 10, 10_000, "3100", "3200"),
    Case("long_qty_max_e8", 30 * E8, long_and_open, "buy", 10, 10_000, "30", "31"),
    Case("long_qty_max_e8", 10 * E8, short_and_open, "buy", 10, 10_000, "10", "11"),
    Case("short_qty_max_e8", 10 * E8, long_and_open, "sell", 10, 10_000, "10", "11"),
    Case("short_qty_max_e8", 30 * E8, short_and_open, "sell", 10, 10_000, "30", "31"),
    Case("credit_max_e8", 2_500 * E8, bought_and_open, "buy", 10, 10_000, "2500", "2600"),
    Case("traded_notional_max_e8", 4_400 * E8, bought_and_open, "sell", 10, 10_000, "4400", "4500"),
]
ON_ALL_LEVELS = [
    pytest.param(level, case, id=f"{case.name}-{number}-{level}")
    for number, case in enumerate(CASES)
    for level in LIMITS[case.name].levels
]


def shown(case: Case, level: str, usage: str = "") -> str:
    """Write the text of a case as it is on a level."""
    name = case.name.removesuffix("_e8")
    return f"{name} of {SCOPES[level]} is {case.value_shown}: this order would make it {usage or case.usage_shown}"


@pytest.mark.parametrize(("level", "case"), ON_ALL_LEVELS)
def test_a_new_order_at_the_limit_and_one_above(exchange: Exchange, level: str, case: Case) -> None:
    case.before(exchange)
    never_warn(exchange)
    limit(exchange, level, **{case.name: case.value})
    assert exchange.new("A1", "no", case.side, case.qty + 1, case.price) == rejected("no", 3, shown(case, level))
    assert accepted(exchange.new("A1", "yes", case.side, case.qty, case.price))
    assert not accepted(exchange.new("A1", "more", case.side, 1, case.price))


@pytest.mark.parametrize(("level", "case"), ON_ALL_LEVELS)
def test_a_replace_adds_the_difference(exchange: Exchange, level: str, case: Case) -> None:
    case.before(exchange)
    side = {"buy": "1", "sell": "2"}[case.side]
    assert accepted(exchange.new("A1", "old", case.side, case.qty - 1, case.price))
    never_warn(exchange)
    limit(exchange, level, **{case.name: case.value})
    order_id = exchange.engine.members["A"].clord_ids["old"]
    assert order_id is not None
    before = usage_rows(exchange)
    assert exchange.replace("A1", "no", "old", case.qty + 1, case.price, side=side) == replace_rejected(
        "no", "old", order_id.order_id, shown(case, level)
    )
    assert usage_rows(exchange) == before
    assert accepted(exchange.replace("A1", "yes", "old", case.qty, case.price, side=side))


@pytest.mark.parametrize(("level", "case"), ON_ALL_LEVELS)
def test_a_replace_that_adds_nothing_is_never_refused(exchange: Exchange, level: str, case: Case) -> None:
    case.before(exchange)
    side = {"buy": "1", "sell": "2"}[case.side]
    assert accepted(exchange.new("A1", "old", case.side, case.qty, case.price))
    limit(exchange, level, **{case.name: 0})
    assert not accepted(exchange.new("A1", "new", case.side, 1, case.price))
    assert accepted(exchange.replace("A1", "same", "old", case.qty, case.price, side=side))
    assert accepted(exchange.replace("A1", "less", "same", case.qty - 1, case.price, side=side))
    assert not accepted(exchange.replace("A1", "more", "less", case.qty, case.price, side=side))


class TestOpenOrders:
    """How many orders are open."""

    @pytest.mark.parametrize("level", LIMITS["open_orders_max"].levels)
    def test_open_orders(self, exchange: Exchange, level: str) -> None:
        limit(exchange, level, open_orders_max=2)
        never_warn(exchange)
        exchange.new("A1", "1", "buy", 1, 9_000)
        exchange.new("A1", "2", "buy", 1, 9_000)
        text = f"open_orders_max of {SCOPES[level]} is 2: this order would make it 3"
        assert exchange.new("A1", "3", "buy", 1, 9_000) == rejected("3", 3, text)
        assert accepted(exchange.replace("A1", "4", "1", 10, 9_500))
        exchange.cancel("A1", "5", "2")
        assert accepted(exchange.new("A1", "6", "buy", 1, 9_000))

    def test_none_at_all(self, exchange: Exchange) -> None:
        limit(exchange, "session", open_orders_max=0)
        assert not accepted(exchange.new("A1", "1", "buy", 1, 9_000, "3"))
        assert accepted(exchange.new("A2", "2", "buy", 1, 9_000))


class TestDailyLoss:
    """The loss of the day."""

    def lose(self, exchange: Exchange, ticks: int) -> None:
        """Let the 10 that are held lose so many ticks each."""
        load(exchange, 10, 10_000)
        exchange.apply(SetMark("ACME", (10_000 - ticks) * TICK_E8, "file"))
        exchange.apply(Revalue())

    @pytest.mark.parametrize("level", LIMITS["daily_loss_max_e8"].levels)
    def test_at_the_limit_and_above(self, exchange: Exchange, level: str) -> None:
        never_warn(exchange)
        limit(exchange, level, daily_loss_max_e8=10 * E8)
        exchange.new("A1", "old", "buy", 2, 9_000)
        order_id = exchange.seq
        self.lose(exchange, 100)
        assert accepted(exchange.new("A1", "yes", "buy", 1, 9_000))
        self.lose(exchange, 101)
        text = (
            f"daily_loss_max of {SCOPES[level]} is 10: "
            "the loss of the day is 10.1, and this order does not close a position"
        )
        assert exchange.new("A1", "no", "buy", 1, 9_000) == rejected("no", 3, text)
        assert exchange.new("A1", "flip", "sell", 11, 11_000) == rejected("flip", 3, text)
        assert exchange.replace("A1", "r1", "old", 3, 9_000) == replace_rejected("r1", "old", order_id, text)
        assert accepted(exchange.replace("A1", "r2", "old", 1, 9_000))
        assert accepted(exchange.new("A1", "close", "sell", 10, 11_000))
        assert exchange.new("A1", "over", "sell", 1, 11_000) == rejected("over", 3, text)

    def test_a_new_day_begins_with_no_loss(self, exchange: Exchange) -> None:
        limit(exchange, "account", daily_loss_max_e8=10 * E8)
        self.lose(exchange, 101)
        assert not accepted(exchange.new("A1", "no", "buy", 1, 9_000))
        exchange.apply(BeginRiskDay(20250102))
        assert accepted(exchange.new("A1", "yes", "buy", 1, 9_000))


class TestOrdersPerTrade:
    """New orders of the day for each trade."""

    @pytest.mark.parametrize("level", LIMITS["orders_per_trade_max"].levels)
    def test_from_the_100th_order_on(self, exchange: Exchange, level: str) -> None:
        never_warn(exchange)
        limit(exchange, level, orders_per_trade_max=60)
        order_id = exchange.seq + 1
        for number in range(99):
            assert accepted(exchange.new("A1", f"X{number}", "buy", 1, 9_000))
        text = f"orders_per_trade_max of {SCOPES[level]} is 60: this order would make it 100 orders to 0 trades"
        assert exchange.new("A1", "no", "buy", 1, 9_000) == rejected("no", 3, text)
        exchange.new("B1", "s1", "sell", 1, 9_000)
        assert not accepted(exchange.new("A1", "1 trade", "buy", 1, 9_000))
        exchange.new("B1", "s2", "sell", 1, 9_000)
        for number in range(21):
            assert accepted(exchange.new("A1", f"Y{number}", "buy", 1, 9_000))
        assert "would make it 121 orders to 2 trades" in exchange.new("A1", "121st", "buy", 1, 9_000)[0]
        assert accepted(exchange.replace("A1", "r", "X5", 5, 9_000, order_id=str(order_id + 5)))
        exchange.apply(BeginRiskDay(20250102))
        assert accepted(exchange.new("A1", "next day", "buy", 1, 9_000))


class TestWhoseUsage:
    """Each scope has its own, and the tightest limit wins."""

    def test_other_sessions_accounts_and_members(self, exchange: Exchange) -> None:
        for level in ("session", "account", "holding"):
            limit(exchange, level, open_notional_max_e8=100 * E8)
        limit(exchange, "member", open_notional_max_e8=300 * E8)
        assert accepted(exchange.new("A1", "full", "buy", 1, 10_000))
        assert " of session A1 is 100" in exchange.new("A1", "no", "buy", 1, 9_000)[0]
        assert " of account A/house is 100" in exchange.new("A2", "desk", "buy", 1, 9_000)[0]
        limit(exchange, "account")
        assert " of holding A/house/ACME is 100" in exchange.new("A2", "hold", "buy", 1, 9_000)[0]
        exchange.set_instrument("OTHER")
        assert accepted(exchange.new("A2", "other", "buy", 2, 10_000, symbol="OTHER"))
        assert " of member A is 300" in exchange.new("A2", "firm", "buy", 1, 9_000, symbol="OTHER")[0]
        assert accepted(exchange.new("B1", "free", "buy", 10, 9_000))

    @pytest.mark.parametrize(("wide", "narrow", "named"), [(2, 1, "holding A/house/ACME is 100"), (1, 2, "instrument")])
    def test_an_instrument_and_a_holding_of_it(self, exchange: Exchange, wide: int, narrow: int, named: str) -> None:
        limit(exchange, "instrument", open_notional_max_e8=wide * 100 * E8, long_qty_max_e8=wide * E8)
        limit(exchange, "holding", open_notional_max_e8=narrow * 100 * E8, long_qty_max_e8=narrow * E8)
        assert f"open_notional_max of {named}" in exchange.new("A1", "no", "buy", 2, 10_000)[0]
        assert accepted(exchange.new("A1", "yes", "buy", 1, 10_000))
        assert accepted(exchange.new("B1", "other", "buy", wide, 10_000))
        assert not accepted(exchange.new("B1", "full", "buy", 1, 10_000))

    def test_the_quantity_limit_of_an_instrument_and_a_holding(self, exchange: Exchange) -> None:
        limit(exchange, "instrument", long_qty_max_e8=10 * E8, short_qty_max_e8=4 * E8)
        limit(exchange, "holding", long_qty_max_e8=5 * E8, short_qty_max_e8=8 * E8)
        assert "long_qty_max of instrument ACME is 10" in exchange.new("A1", "1", "buy", 11, 9_000)[0]
        assert "long_qty_max of holding A/house/ACME is 5" in exchange.new("A1", "2", "buy", 6, 9_000)[0]
        assert "short_qty_max of instrument ACME is 4" in exchange.new("A1", "3", "sell", 5, 11_000)[0]
        assert accepted(exchange.new("A1", "4", "buy", 5, 9_000))
        assert accepted(exchange.new("A1", "5", "sell", 4, 11_000))

    def test_two_currencies(self, exchange: Exchange) -> None:
        exchange.apply(SetInstrument("EURO", TICK_E8, E8, 100 * E8, 2_000, 10**6 * E8, 0, "EUR", True))
        warn(exchange, 0, (("EUR", 110_000_000),))
        for level in ("member", "session", "account"):
            limit(exchange, level, open_notional_max_e8=2_100 * E8)
            assert accepted(exchange.new("A1", f"usd {level}", "buy", 10, 10_000))
            line = exchange.new("A1", f"no {level}", "buy", 11, 10_000, symbol="EURO")[0]
            assert line.endswith(f"open_notional_max of {SCOPES[level]} is 2100: this order would make it 2210")
            assert accepted(exchange.new("A1", f"yes {level}", "buy", 10, 10_000, symbol="EURO"))
            exchange.cancel("A1", f"c1 {level}", f"usd {level}")
            exchange.cancel("A1", f"c2 {level}", f"yes {level}", symbol="EURO")
            limit(exchange, level)

    def test_a_new_rate_counts_for_what_is_open(self, exchange: Exchange) -> None:
        exchange.apply(SetInstrument("EURO", TICK_E8, E8, 100 * E8, 2_000, 10**6 * E8, 0, "EUR", True))
        limit(exchange, "account", open_notional_max_e8=2_000 * E8)
        exchange.new("A1", "X", "buy", 10, 10_000, symbol="EURO")
        warn(exchange, 0, (("EUR", 2 * E8),))
        text = "open_notional_max of account A/house is 2000: this order would make it 2100"
        assert exchange.new("A1", "no", "buy", 1, 10_000) == rejected("no", 3, text)


class TestAnotherSession:
    """A session of the same member replaces an order: it answers for the request, the order counts where it was."""

    def test_both_sessions_must_allow_it(self, exchange: Exchange) -> None:
        never_warn(exchange)
        exchange.new("A1", "old", "buy", 5, 10_000)
        limit(exchange, "session", open_notional_max_e8=600 * E8)
        text = "open_notional_max of session A1 is 600: this order would make it 700"
        assert exchange.replace("A2", "no", "old", 7, 10_000)[0].endswith(f"reason 2: {text}")
        exchange.apply(SetLimits(Scope("session", "A2"), Values(order_qty_max_e8=5 * E8)))
        text = "order_qty_max of session A2 is 5: this order would make it 6"
        assert exchange.replace("A2", "large", "old", 6, 10_000)[0].endswith(f"reason 2: {text}")
        exchange.apply(SetLimits(Scope("session", "A2"), Values(order_qty_max_e8=6 * E8)))
        assert accepted(exchange.replace("A2", "yes", "old", 6, 10_000))
        sessions = exchange.engine.sessions
        assert (sessions["A1"].usage.open_buy, sessions["A2"].usage.open_buy) == (600 * E8, 0)

    def test_the_limits_of_the_one_that_entered_it_hold_where_there_are_no_others(self, exchange: Exchange) -> None:
        exchange.new("A1", "old", "buy", 5, 10_000)
        limit(exchange, "session", order_qty_max_e8=5 * E8)
        assert "order_qty_max of session A1" in exchange.replace("A2", "no", "old", 6, 10_000)[0]
        assert accepted(exchange.replace("A2", "yes", "old", 4, 10_000))

    def test_a_warning_of_the_one_that_entered_it(self, exchange: Exchange) -> None:
        exchange.new("A1", "old", "buy", 5, 10_000)
        limit(exchange, "session", open_notional_max_e8=1_000 * E8)
        assert exchange.replace("A2", "new", "old", 9, 10_000)[-1] == (
            "open_notional_max of session A1 is 1000: near with 900"
        )
