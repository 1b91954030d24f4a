"""A new rate of a currency: what is open and what is held count at it, as much of it at once as one command may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.limiting import E8, TICK_E8, accepted, limit, warn
from tests.unit.core.phasing import go_on
from tests.unit.core.usages import worth
from tradsys_oms.core.commands import SetInstrument, SetPosition
from tradsys_oms.core.limits.rating import COUNTED_MAX
from tradsys_oms.core.limits.usage import Usage

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

SYMBOLS = ("BUND", "SCHATZ")


def price(exchange: Exchange, *rates_e8: tuple[str, int]) -> None:
    """Say what currencies are worth."""
    warn(exchange, 0, rates_e8)


def reserved(exchange: Exchange) -> dict[str, int]:
    """Give what the open orders of A count for, by symbol, in whole units."""
    accounts = exchange.engine.members["A"].accounts
    return {symbol: holding.open_buy // E8 for symbol, holding in accounts["house"].holdings.items()}


def owners(exchange: Exchange) -> tuple[Usage, ...]:
    """Give all but the holdings who use something by the orders of A1."""
    member = exchange.engine.members["A"]
    return member.usage, exchange.engine.sessions["A1"].usage, member.accounts["house"]


@pytest.fixture
def crowded(exchange: Exchange) -> Exchange:
    """Two instruments in EUR with an order for 1000 each, and in the first one nearly as much as a command counts."""
    for symbol in SYMBOLS:
        exchange.apply(SetInstrument(symbol, TICK_E8, E8, 100 * E8, 2_000, 10**6 * E8, 0, "EUR", True))
        assert accepted(exchange.new("A1", symbol, "buy", 10, 10_000, symbol=symbol))
    for number in range(COUNTED_MAX - 3):
        exchange.apply(SetPosition("B", f"b{number}", "BUND", E8, 100 * E8, False, ""))
    return exchange


def test_an_instrument_that_has_no_room_follows_in_the_next_command(crowded: Exchange) -> None:
    price(crowded, ("EUR", 2 * E8))
    assert reserved(crowded) == {"BUND": 2_000, "SCHATZ": 2_000}
    crowded.apply(SetPosition("B", "last", "BUND", E8, 100 * E8, False, ""))
    price(crowded, ("EUR", 3 * E8))
    assert reserved(crowded) == {"BUND": 3_000, "SCHATZ": 2_000}
    assert crowded.engine.members["A"].usage.open_buy == 5_000 * E8
    assert list(crowded.engine.unfinished) == [""]
    go_on(crowded)
    assert reserved(crowded) == {"BUND": 3_000, "SCHATZ": 3_000}
    assert {usage.open_buy for usage in owners(crowded)} == {6_000 * E8}
    assert crowded.engine.unfinished == {}


def test_the_rate_of_now_counts_where_it_has_changed_again(crowded: Exchange) -> None:
    crowded.apply(SetPosition("B", "last", "BUND", E8, 100 * E8, False, ""))
    price(crowded, ("EUR", 3 * E8))
    price(crowded, ("EUR", 4 * E8))
    go_on(crowded)
    assert reserved(crowded) == {"BUND": 4_000, "SCHATZ": 4_000}
    price(crowded, ("EUR", 5 * E8))
    price(crowded, ("EUR", 4 * E8))
    go_on(crowded)
    assert reserved(crowded) == {"BUND": 4_000, "SCHATZ": 4_000}
    assert crowded.engine.unfinished == {}


def test_what_comes_in_between_counts_as_its_instrument_does(crowded: Exchange) -> None:
    crowded.apply(SetPosition("B", "last", "BUND", E8, 100 * E8, False, ""))
    limit(crowded, "account", open_notional_max_e8=8_000 * E8)
    price(crowded, ("EUR", 3 * E8))
    assert accepted(crowded.new("A1", "more", "buy", 10, 10_000, symbol="SCHATZ"))
    assert crowded.engine.members["A"].usage.open_buy == (3_000 + 2_000) * E8
    crowded.cancel("A1", "less", "SCHATZ", symbol="SCHATZ")
    go_on(crowded)
    assert reserved(crowded) == {"BUND": 3_000, "SCHATZ": 3_000}
    assert accepted(crowded.new("A1", "fits", "buy", 6, 10_000, symbol="SCHATZ"))
    assert not accepted(crowded.new("A1", "no", "buy", 1, 10_000, symbol="SCHATZ"))


def test_holdings_are_worth_as_much_as_the_new_rate_says(exchange: Exchange) -> None:
    exchange.apply(SetInstrument("BUND", TICK_E8, E8, 100 * E8, 2_000, 10**6 * E8, 0, "EUR", True))
    exchange.apply(SetPosition("A", "house", "BUND", -2 * E8, 90 * E8, False, ""))
    assert worth(exchange) == "net -200, gross 200, pnl -20"
    price(exchange, ("EUR", 2 * E8))
    assert worth(exchange) == "net -400, gross 400, pnl -40"
    price(exchange, ("EUR", 2 * E8), ("USD", E8))
    assert exchange.engine.unfinished == {}
    price(exchange)
    assert worth(exchange) == "net -200, gross 200, pnl -20"


def test_what_is_left_is_part_of_the_state(crowded: Exchange) -> None:
    crowded.apply(SetPosition("B", "last", "BUND", E8, 100 * E8, False, ""))
    price(crowded, ("EUR", 3 * E8))
    before = crowded.engine.state_hash()
    go_on(crowded)
    assert crowded.engine.state_hash() != before
