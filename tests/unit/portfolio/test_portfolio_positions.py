"""Positions, marks and rates out of what the real core does."""

from __future__ import annotations

import pytest

from tests.unit.portfolio.journal_entries import DAY_NS, E8, NOON_NS, Follow
from tradsys_oms.core.commands import (
    AmendTrade,
    Block,
    ChangePhase,
    EndDay,
    Scope,
    SetMark,
    SetPosition,
    SetRiskRules,
    StartDay,
    Unblock,
    VenueQuote,
)
from tradsys_oms.core.events import BlockChanged, Execution, MarkChanged, PhaseChanged, Refused
from tradsys_oms.errors import InvariantError
from tradsys_oms.portfolio.closes import Close

A1, BETA = ("ALPHA", "A1"), ("BETA", "")


@pytest.fixture
def follow() -> Follow:
    return Follow()


def test_fills_move_both_accounts_and_the_mark(follow: Follow) -> None:
    follow.trade(50, "100.25")
    assert follow.positions.held == {A1: {"ACME": 50 * E8}, BETA: {"ACME": -50 * E8}}
    assert follow.positions.instruments["ACME"].value_e8 == 10_025_000_000
    follow.order("ALPHA", "A1", "2", 50, "90")
    follow.order("BETA", "", "1", 50, "90")
    assert follow.positions.held == {}


def test_before_a_trade_the_reference_price_is_the_mark(follow: Follow) -> None:
    assert follow.positions.instruments["ACME"].value_e8 == 100 * E8
    follow.instrument("ACME", reference="120")
    assert follow.positions.instruments["ACME"].value_e8 == 120 * E8
    follow.record(SetMark("ACME", 90 * E8, "file"))
    follow.record(SetMark("NOPE", 90 * E8, "file"), Refused("Unknown symbol NOPE."))
    assert follow.positions.instruments["ACME"].value_e8 == 90 * E8
    follow.trade(10, "101")
    assert follow.positions.instruments["ACME"].value_e8 == 101 * E8
    follow.instrument("ACME", reference="130")
    assert follow.positions.instruments["ACME"].value_e8 == 101 * E8
    follow.record(VenueQuote("V1", 1, "ACME", 89 * E8, E8, 91 * E8, E8), MarkChanged("ACME", 9_000, "quote", "V1"))
    follow.record(VenueQuote("V1", 2, "ACME", 79 * E8, E8, 81 * E8, E8))
    assert follow.positions.instruments["ACME"].value_e8 == 90 * E8
    assert follow.positions.instruments["ACME"].last_px_e8 == 101 * E8


def amend(follow: Follow, trade_seq: int, orders: tuple[int, int], quantity: int, price: int) -> Execution | Refused:
    """Amend the trade of 50 at 100.25, in lots of 10 and ticks of 0.01."""
    index = next(
        index
        for index, event in enumerate(follow.entries[trade_seq - 1].events)
        if isinstance(event, Execution) and event.trade_index == index
    )
    buy_first = follow.entries[trade_seq - 1].events[index]
    assert isinstance(buy_first, Execution)
    first, second = orders if buy_first.order_id == orders[0] else orders[::-1]
    follow.apply(AmendTrade(trade_seq, index, first, second, 5, 10_025, quantity, price, False, "typo"))
    event = follow.entries[-1].events[0]
    assert isinstance(event, Execution | Refused)
    return event


def test_a_bust_takes_the_trade_back(follow: Follow) -> None:
    orders = follow.trade(50, "100.25")
    amend(follow, orders[1], orders, 0, 0)
    assert follow.positions.held == {}
    assert follow.read == []


def test_corrections_of_corrections_count_from_the_last_one(follow: Follow) -> None:
    orders = follow.trade(50, "100.25")
    follow.trade(70, "100")
    amend(follow, orders[1], orders, 3, 10_000)
    assert follow.positions.held[A1] == {"ACME": 100 * E8}
    amend(follow, orders[1], orders, 2, 10_000)
    assert follow.positions.held[A1] == {"ACME": 90 * E8}
    assert isinstance(amend(follow, orders[1], orders, 2, 10_000), Refused)
    amend(follow, orders[1], orders, 0, 0)
    assert follow.positions.held == {A1: {"ACME": 70 * E8}, BETA: {"ACME": -70 * E8}}
    assert len(follow.read) == 4, "both sides of the second and the third amendment look at the one before"


def test_positions_that_are_set_take_the_place_of_what_was(follow: Follow) -> None:
    follow.trade(50, "100")
    follow.record(SetPosition("ALPHA", "A1", "ACME", -7 * E8, 100 * E8, True, "give-up"))
    follow.record(SetPosition("ALPHA", "A9", "ACME", 3 * E8, 100 * E8, False, "load"))
    follow.record(SetPosition("ALPHA", "A8", "ACME", 3 * E8, 100 * E8, False, "load"), Refused("No such account."))
    follow.record(SetPosition("BETA", "", "ACME", 0, 0, False, "load"))
    assert follow.positions.held == {A1: {"ACME": -7 * E8}, ("ALPHA", "A9"): {"ACME": 3 * E8}}


def test_rates_turn_currencies_into_the_base_currency(follow: Follow) -> None:
    assert follow.positions.rate_e8("EUR") == E8
    follow.record(SetRiskRules(8_000, "USD", (("EUR", 110_000_000),)))
    assert (follow.positions.base_currency, follow.positions.rate_e8("EUR")) == ("USD", 110_000_000)
    assert follow.positions.rate_e8("USD") == E8


def test_blocks_of_the_portfolio_kind_are_known(follow: Follow) -> None:
    account = Scope("account", "ALPHA", "A1")
    follow.record(
        Block(account, "portfolio", False, "portfolio-risk", "VaR"), BlockChanged(account, "portfolio", True, "VaR")
    )
    follow.record(Block(account, "operator", False, "eve", ""), BlockChanged(account, "operator", True, ""))
    assert list(follow.positions.blocked) == [("account", "ALPHA", "A1")]
    follow.record(Unblock(account, "operator", "eve", ""), BlockChanged(account, "operator", False, ""))
    assert follow.positions.blocked
    follow.record(Unblock(account, "portfolio", "eve", ""), BlockChanged(account, "portfolio", False, ""))
    assert not follow.positions.blocked


def test_a_report_about_an_unknown_instrument_breaks_a_promise(follow: Follow) -> None:
    follow.trade(10, "100")
    report = next(event for event in follow.entries[-1].events if isinstance(event, Execution))
    del follow.positions.instruments["ACME"]
    with pytest.raises(InvariantError, match="before it has set"):
        follow.positions._add(report, 1)


def test_an_instrument_that_always_trades_closes_at_midnight_when_it_traded(follow: Follow) -> None:
    follow.trade(10, "100")
    follow.trade(10, "101")
    follow.now_ns = NOON_NS + DAY_NS
    follow.order("ALPHA", "A1", "1", 10, "99")
    assert follow.closes == [Close("ACME", "2023-11-15", 101 * E8)]
    follow.now_ns += DAY_NS
    follow.trade(10, "98")
    follow.now_ns -= DAY_NS  # A clock that is set back.
    follow.order("BETA", "", "2", 10, "120")
    follow.now_ns += 3 * DAY_NS
    follow.order("BETA", "", "2", 10, "120")
    # The seller at 98 met the buyer who waited at 99.
    assert follow.closes[1:] == [Close("ACME", "2023-11-17", 99 * E8)]


def test_an_instrument_with_phases_closes_at_the_end_of_its_day(follow: Follow) -> None:
    follow.instrument("XET", has_phases=True)
    follow.apply(StartDay("XET", 20231115))
    follow.apply(ChangePhase("XET", "continuous", "open"))
    follow.trade(10, "102", "XET")
    follow.apply(ChangePhase("XET", "closed", "close"))
    assert follow.closes == []
    follow.apply(EndDay("XET"))
    follow.apply(EndDay("XET"))
    assert isinstance(follow.entries[-1].events[0], Refused)
    follow.now_ns += DAY_NS
    follow.apply(StartDay("XET", 20231116))
    follow.apply(EndDay("XET"))
    assert follow.closes == [Close("XET", "2023-11-15", 102 * E8), Close("XET", "2023-11-16", 102 * E8)]


def test_the_trading_day_comes_from_a_change_of_phase_too(follow: Follow) -> None:
    follow.instrument("NEW", has_phases=True)
    follow.apply(EndDay("NEW"))
    assert follow.closes == [], "without a trade there is no price"
    follow.instrument("XET", has_phases=True)
    follow.apply(ChangePhase("XET", "continuous", "open"))
    follow.trade(10, "102", "XET")
    follow.record(ChangePhase("XET", "closed", "close"), PhaseChanged("XET", "closed", "close", 0, 20231114))
    follow.record(EndDay("XET"))
    assert follow.closes == [Close("XET", "2023-11-14", 102 * E8)]
