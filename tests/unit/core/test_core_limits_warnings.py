"""Warnings of limits that are nearly used up: when they are given, and when again. docs/risk.md, section 10."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.conftest import Bound
from tests.unit.core.limiting import E8, SCOPES, TICK_E8, accepted, change, limit, warn
from tests.unit.core.test_core_limits_usage import CASES, Case
from tests.unit.core.usages import load
from tradsys_oms.core.commands import BeginRiskDay, Limits, Revalue, Scope, SetLimits, SetMark
from tradsys_oms.core.events import LimitNear
from tradsys_oms.core.limits import risk
from tradsys_oms.core.limits.table import LIMITS

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def nears(exchange: Exchange) -> list[str]:
    """Give the warnings of the last command."""
    events = [event for event in exchange.events if isinstance(event, LimitNear)]
    assert not events or exchange.events[-len(events) :] == events  # they come last
    return [f"{event.limit} of {event.scope} is {event.value}, {event.usage}" for event in events]


def buy(exchange: Exchange, qty: int, session: str = "A1") -> list[str]:
    """Enter an order to buy at 100; give the warnings."""
    assert accepted(exchange.new(session, f"X{exchange.seq}", "buy", qty, 10_000))
    return nears(exchange)


@pytest.mark.parametrize(
    ("level", "case"),
    [
        pytest.param(level, case, id=f"{case.name}-{number}-{level}")
        for number, case in enumerate(CASES)
        for level in LIMITS[case.name].levels
    ],
)
def test_each_limit_on_usage_is_warned_of_once(exchange: Exchange, level: str, case: Case) -> None:
    case.before(exchange)
    is_qty = LIMITS[case.name].unit == "qty"
    part = case.value - (E8 if is_qty else 100 * E8)  # the usage with one lot less than what is allowed
    warn(exchange, part * 10_000 // case.value)
    limit(exchange, level, **{case.name: case.value})
    exactly = part * 10_000 % case.value == 0
    exchange.new("A1", "below", case.side, case.qty - (1 if exactly else 2), case.price)
    assert nears(exchange) == []
    exchange.new("A1", "near", case.side, 1 if exactly else 2, case.price)
    scope = SCOPES["holding" if level == "instrument" else level]
    name = case.name.removesuffix("_e8")
    assert nears(exchange) == [f"{name} of {scope} is {case.value_shown}, {case.value_shown}"]
    exchange.cancel("A1", "c", "near", side={"buy": "1", "sell": "2"}[case.side])
    assert accepted(exchange.new("A1", "again", case.side, 1, case.price))
    assert nears(exchange) == []


class TestOnce:
    """When the usage passes the part, and not again."""

    def test_at_the_part_there_is_none(self, exchange: Exchange) -> None:
        limit(exchange, "account", open_notional_max_e8=1_000 * E8)
        assert buy(exchange, 8) == []
        assert buy(exchange, 1) == ["open_notional_max of account A/house is 1000, 900"]
        assert buy(exchange, 1) == []

    def test_every_scope_that_is_near_is_named(self, exchange: Exchange) -> None:
        for level in ("holding", "session", "member"):
            limit(exchange, level, open_notional_max_e8=1_000 * E8, open_orders_max=1)
        assert buy(exchange, 9) == [
            "open_orders_max of member A is 1, 1",
            "open_notional_max of member A is 1000, 900",
            "open_orders_max of session A1 is 1, 1",
            "open_notional_max of session A1 is 1000, 900",
            "open_orders_max of holding A/house/ACME is 1, 1",
            "open_notional_max of holding A/house/ACME is 1000, 900",
        ]

    def test_by_a_replace(self, exchange: Exchange) -> None:
        limit(exchange, "account", open_notional_max_e8=1_000 * E8)
        exchange.new("A1", "X", "buy", 8, 10_000)
        assert accepted(exchange.replace("A1", "Y", "X", 9, 10_000))
        assert nears(exchange) == ["open_notional_max of account A/house is 1000, 900"]

    def test_each_account_in_an_instrument_has_its_own(self, exchange: Exchange) -> None:
        limit(exchange, "instrument", open_notional_max_e8=1_000 * E8)
        assert buy(exchange, 9) == ["open_notional_max of holding A/house/ACME is 1000, 900"]
        assert buy(exchange, 9, "B1") == ["open_notional_max of holding B/house/ACME is 1000, 900"]
        assert buy(exchange, 1) == []

    def test_an_order_that_is_refused_is_not_warned_of(self, exchange: Exchange) -> None:
        limit(exchange, "account", open_notional_max_e8=1_000 * E8)
        limit(exchange, "holding", order_qty_max_e8=8 * E8)
        assert not accepted(exchange.new("A1", "no", "buy", 9, 10_000))
        assert nears(exchange) == []
        exchange.new("B1", "ask", "sell", 1, 10_000)
        limit(exchange, "holding")
        assert not accepted(exchange.new("A1", "post only", "buy", 9, 10_000, exec_inst="6"))
        assert nears(exchange) == []
        assert exchange.engine.members["A"].accounts["house"].warned == {}
        assert buy(exchange, 9) == ["open_notional_max of account A/house is 1000, 900"]

    def test_none_where_none_are_wanted(self, exchange: Exchange) -> None:
        warn(exchange, 0)
        limit(exchange, "account", open_notional_max_e8=1_000 * E8)
        assert buy(exchange, 10) == []
        assert not accepted(exchange.new("A1", "no", "buy", 1, 10_000))

    def test_at_the_whole_limit_there_is_nothing_between(self, exchange: Exchange) -> None:
        warn(exchange, 10_000)
        limit(exchange, "account", open_notional_max_e8=1_000 * E8)
        assert buy(exchange, 10) == []

    def test_the_loss_of_the_day(self, exchange: Exchange) -> None:
        limit(exchange, "account", daily_loss_max_e8=10 * E8)
        load(exchange, 10, 10_000)
        for price, expected in (
            (9_920, []),
            (9_910, ["daily_loss_max of account A/house is 10, 9"]),
            (9_905, []),
        ):
            exchange.apply(SetMark("ACME", price * TICK_E8, "file"))
            exchange.apply(Revalue())
            assert buy(exchange, 1) == expected

    def test_an_order_that_closes_is_warned_of_a_loss_that_is_too_large(self, exchange: Exchange) -> None:
        limit(exchange, "account", daily_loss_max_e8=10 * E8)
        load(exchange, 10, 10_000)
        exchange.apply(SetMark("ACME", 9_800 * TICK_E8, "file"))
        exchange.apply(Revalue())
        for expected in (["daily_loss_max of account A/house is 10, 20"], []):
            assert accepted(exchange.new("A1", f"X{exchange.seq}", "sell", 1, 10_000))
            assert nears(exchange) == expected
        assert not accepted(exchange.new("A1", "opens", "buy", 1, 10_000))

    def test_orders_for_each_trade(self, exchange: Exchange) -> None:
        limit(exchange, "session", orders_per_trade_max=3)
        exchange.new("B1", "ask", "sell", 100, 10_000)
        for _ in range(50):
            assert buy(exchange, 1) == []
        warned = {}
        for number in range(51, 151):
            assert accepted(exchange.new("A1", f"Y{number}", "buy", 1, 9_000))
            if nears(exchange):
                warned[number] = nears(exchange)
        assert warned == {121: ["orders_per_trade_max of session A1 is 3, 121 orders to 50 trades"]}
        assert not accepted(exchange.new("A1", "151st", "buy", 1, 9_000))
        exchange.apply(Revalue())
        exchange.new("B1", "hit", "sell", 5, 9_000)
        assert accepted(exchange.new("A1", "not below", "buy", 1, 9_000))
        assert nears(exchange) == []
        exchange.new("B1", "more", "sell", 15, 9_000)
        exchange.apply(Revalue())
        for number in range(18):
            assert accepted(exchange.new("A1", f"Z{number}", "buy", 1, 9_000))
            assert bool(nears(exchange)) == (number == 17), number


class TestAgain:
    """A warning is due again."""

    @pytest.fixture
    def warned(self, exchange: Exchange) -> Exchange:
        """Give an exchange where account and instrument are near 1000, with 900 in one order."""
        for level in ("account", "instrument"):
            limit(exchange, level, open_notional_max_e8=1_000 * E8)
        exchange.new("A1", "X", "buy", 9, 10_000)
        assert nears(exchange) == AGAIN
        return exchange

    def test_when_the_limit_changes(self, warned: Exchange) -> None:
        assert change(warned, "account", open_notional_max_e8=1_100 * E8) == []
        assert buy(warned, 1) == ["open_notional_max of account A/house is 1100, 1000"]
        limit(warned, "instrument", open_notional_max_e8=1_200 * E8)
        assert buy(warned, 1) == ["open_notional_max of holding A/house/ACME is 1200, 1100"]

    def test_not_when_another_limit_changes(self, warned: Exchange) -> None:
        change(warned, "account", order_qty_max_e8=100 * E8)
        limit(warned, "account", open_notional_max_e8=1_000 * E8)
        limit(warned, "instrument", open_notional_max_e8=1_000 * E8, open_orders_max=100)
        limit(warned, "holding", open_orders_max=100)
        assert buy(warned, 1) == []

    def test_when_the_limit_comes_back(self, warned: Exchange) -> None:
        change(warned, "account", lifted=("open_notional_max_e8",))
        change(warned, "account", reset=("*",))
        assert buy(warned, 1) == ["open_notional_max of account A/house is 1000, 1000"]

    def test_when_a_day_begins(self, warned: Exchange) -> None:
        warned.apply(BeginRiskDay(20250102))
        assert buy(warned, 1) == [line.replace("900", "1000") for line in AGAIN]

    def test_when_at_a_valuation_the_usage_is_below(self, warned: Exchange) -> None:
        warned.replace("A1", "Y", "X", 8, 10_000)
        assert buy(warned, 1) == []
        warned.replace("A1", "Z", "Y", 7, 10_000)
        warned.apply(Revalue())
        assert buy(warned, 1) == AGAIN

    def test_not_when_at_a_valuation_the_usage_is_still_near(self, warned: Exchange) -> None:
        warned.apply(Revalue())
        assert buy(warned, 1) == []

    def test_a_valuation_looks_at_as_many_as_it_has_room_for(self, warned: Exchange, bound: Bound) -> None:
        bound(risk, "WARNED_MAX", 1)
        warned.replace("A1", "Y", "X", 8, 10_000)
        warned.apply(Revalue())
        assert buy(warned, 1) == AGAIN[:1]
        warned.cancel("A1", "c", f"X{warned.seq - 1}")
        warned.apply(Revalue())
        assert buy(warned, 1) == AGAIN[1:]


AGAIN = [
    "open_notional_max of account A/house is 1000, 900",
    "open_notional_max of holding A/house/ACME is 1000, 900",
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_usage_is_found_to_be_below_again(exchange: Exchange, case: Case) -> None:
    case.before(exchange)
    level = LIMITS[case.name].levels[-1]
    limit(exchange, level, **{case.name: case.value})
    assert accepted(exchange.new("A1", "X", case.side, case.qty, case.price))
    name, scope = case.name.removesuffix("_e8"), SCOPES["holding" if level == "instrument" else level]
    near = [f"{name} of {scope} is {case.value_shown}, {case.value_shown}"]
    assert nears(exchange) == near
    exchange.apply(Revalue())
    usage = exchange.engine.risk.find(scope)
    assert usage is not None
    assert len(usage.warned) == 1
    side = {"buy": "1", "sell": "2"}[case.side]
    exchange.replace("A1", "Y", "X", 1, case.price, side=side)
    exchange.apply(Revalue())
    assert bool(usage.warned) == _is_still_near(case)


def _is_still_near(case: Case) -> bool:
    """Tell that without all but one lot of the order the usage is above 80 percent."""
    if case.name == "net_position_max_e8" and case.value < 2_000 * E8:
        return True  # in the other direction
    lot = E8 if LIMITS[case.name].unit == "qty" else case.price * TICK_E8
    return (case.value - (case.qty - 1) * lot) * 10 > case.value * 8


def test_a_scope_of_its_own_for_each_member(exchange: Exchange) -> None:
    for member in ("A", "B"):
        exchange.apply(SetLimits(Scope("member", member), Limits(open_orders_max=1)))
    assert buy(exchange, 1) == ["open_orders_max of member A is 1, 1"]
    assert buy(exchange, 1, "B1") == ["open_orders_max of member B is 1, 1"]


def test_who_was_warned_goes_the_short_way_again(exchange: Exchange) -> None:
    limit(exchange, "member", open_orders_max=10)
    exchange.set_instrument("OTHER")
    for number in range(9):
        exchange.new("A1", f"X{number}", "buy", 1, 9_000, symbol=("ACME", "OTHER")[number % 2])
    lanes = exchange.engine.sessions["A1"].lanes["house"]
    exchange.new("A1", "last", "buy", 1, 9_000)
    exchange.cancel("A1", "c", "last")
    exchange.new("A1", "other", "buy", 1, 9_000, symbol="OTHER")
    exchange.cancel("A1", "c2", "other", symbol="OTHER")
    assert [lane.bounds.usages[0].open_orders for lane in lanes.values() if lane.bounds] == [10, 10]
