"""Limits, blocks, warnings and rates are part of the state: in its hash, and the same after a replay."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.unit.core.limiting import E8, SCOPES, SECOND_NS, accepted, change, enter_at, limit
from tests.unit.core.usages import load
from tradsys_oms.core.commands import BeginRiskDay, Revalue, SetAccount, SetRiskRules

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def set_limit(exchange: Exchange, other: bool) -> None:
    """One limit, or another value of it."""
    limit(exchange, "holding", open_orders_max=5 + other)


def set_limit_of_nobody_yet(exchange: Exchange, other: bool) -> None:
    """The same for an account that had no order."""
    exchange.apply(SetAccount("B", "client", True))
    limit(exchange, "all", order_qty_max_e8=10 * E8)
    limit(exchange, "instrument", collar_ticks=1_000 + other)


def change_limit(exchange: Exchange, other: bool) -> None:
    """The same value, by the configuration or by an operator."""
    if other:
        limit(exchange, "member", open_orders_max=5)
        exchange.apply(Revalue())
    else:
        limit(exchange, "member")
        change(exchange, "member", open_orders_max=5)


def lift_limit(exchange: Exchange, other: bool) -> None:
    """A limit that was lifted, or another one that is not there either."""
    change(exchange, "member", lifted=("collar_bps" if other else "collar_ticks",))


def block(exchange: Exchange, other: bool) -> None:
    """One kind of block or another."""
    exchange.engine.risk.all.blocks["kill" if other else "operator"] = "reason"


def disable(exchange: Exchange, other: bool) -> None:
    """An account, enabled or not."""
    exchange.apply(SetAccount("A", "house", other))


def rules(exchange: Exchange, other: bool) -> None:
    """A rule."""
    exchange.apply(SetRiskRules(8_000 + other, "USD", ()))


def day(exchange: Exchange, other: bool) -> None:
    """The day."""
    exchange.apply(BeginRiskDay(20250102 + other))


def warned(exchange: Exchange, other: bool) -> None:
    """The same order; before it, or after it, was there something to warn of."""
    if other:
        limit(exchange, "member", open_orders_max=2)
        exchange.new("A1", "Y", "buy", 1, 9_000)
    else:
        exchange.new("A1", "Y", "buy", 1, 9_000)
        limit(exchange, "member", open_orders_max=2)
    member = exchange.engine.members["A"].usage
    assert bool(member.warned) == other


def rated(exchange: Exchange, other: bool) -> None:
    """The window of a rate: the same messages, before or after it was limited."""
    if other:
        limit(exchange, "session", messages_max=5, messages_window_ns=SECOND_NS)
        exchange.new("A1", "Y", "buy", 1, 9_000)
    else:
        exchange.new("A1", "Y", "buy", 1, 9_000)
        limit(exchange, "session", messages_max=5, messages_window_ns=SECOND_NS)


def remembered(exchange: Exchange, other: bool) -> None:
    """The orders among which duplicates are looked for."""
    if other:
        limit(exchange, "all", duplicate_window_ns=SECOND_NS)
        exchange.new("A1", "Y", "buy", 1, 9_000)
    else:
        exchange.new("A1", "Y", "buy", 1, 9_000)
        limit(exchange, "all", duplicate_window_ns=SECOND_NS)


@pytest.mark.parametrize(
    "differ",
    [
        set_limit,
        set_limit_of_nobody_yet,
        change_limit,
        lift_limit,
        block,
        disable,
        rules,
        day,
        warned,
        rated,
        remembered,
    ],
)
def test_the_hash_tells_the_difference(make_exchange: type[Exchange], differ: Callable[[Exchange, bool], None]) -> None:
    hashes = []
    for other in (False, True, False):
        exchange = make_exchange()
        exchange.new("A1", "X", "buy", 1, 9_000)
        differ(exchange, other)
        hashes.append(exchange.engine.state_hash())
    assert hashes[0] != hashes[1]
    assert hashes[0] == hashes[2]


def test_a_replay_comes_to_the_same_state(exchange: Exchange) -> None:
    for level in SCOPES:
        limit(exchange, level, order_qty_max_e8=100 * E8, duplicate_window_ns=2_000)
    limit(exchange, "member", messages_max=5, messages_window_ns=20_000, orders_max=4, orders_window_ns=20_000)
    limit(exchange, "account", open_notional_max_e8=3_000 * E8, credit_max_e8=3_000 * E8)
    limit(exchange, "holding", long_qty_max_e8=40 * E8, daily_loss_max_e8=5 * E8)
    load(exchange, 10, 10_000)
    exchange.new("B1", "ask", "sell", 50, 10_000)
    taken = 0
    for number in range(60):
        taken += accepted(exchange.new("A1", f"X{number}", "buy", 1 + number % 7, 9_900 + number % 3 * 50))
        if number % 4 == 3:
            exchange.cancel("A1", f"C{number}", f"X{number - 1}")
        if number % 10 == 9:
            exchange.apply(Revalue())
        if number == 30:
            exchange.apply(BeginRiskDay(20250102))
            change(exchange, "account", open_notional_max_e8=2_000 * E8)
    assert 5 < taken < 50
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


def test_times_are_those_of_the_journal(exchange: Exchange) -> None:
    limit(exchange, "account", orders_max=1, orders_window_ns=SECOND_NS)
    enter_at(exchange, 5 * SECOND_NS, "X")
    assert exchange.engine.members["A"].accounts["house"].rates["orders_max"].empty_ns == 6 * SECOND_NS
