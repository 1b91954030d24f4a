"""The clock of the market, on a real core: what has come due is told, and auctions are published as they change."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.unit.hours.test_trading_days import XETRA, schedule
from tests.unit.test_market_hours import Market
from tradsys_oms import market_clock
from tradsys_oms.core.commands import (
    ChangePhase,
    NewOrder,
    PublishIndication,
    QueryMarket,
    QueryOrders,
    StartDay,
    TimePassed,
)
from tradsys_oms.core.commands.instructions import Instructions
from tradsys_oms.core.events import Execution, MarketStatus
from tradsys_oms.core.work import ORDERS_MAX
from tradsys_oms.market_clock import MarketClock

S = 1_000_000_000
DAY = schedule(XETRA)
E8 = 100_000_000


class Auction(Market):
    """A market in an opening auction, whose clock is looked at by hand."""

    def __init__(self, symbols: tuple[str, ...] = ("ACME",)) -> None:
        super().__init__(DAY, symbols)
        self.numbers = 0
        self.now_ns = time.time_ns()
        for symbol in symbols:
            self.submit(StartDay(symbol, 20261120))
            self.submit(ChangePhase(symbol, "opening_auction", "by hand"))
        self.clock = MarketClock(self.engine, self)  # type: ignore[arg-type]  # it is all that is needed of one
        self.commands.clear()

    def order(self, side: str, price: int, instructions: Instructions | None = None, symbol: str = "ACME") -> None:
        self.numbers += 1
        number, tif, price_e8 = self.numbers, "6" if instructions else "0", price * E8
        clord_id = f"C{number}"
        self.submit(
            NewOrder("A", number, clord_id, "", symbol, side, "2", tif, E8, price_e8, instructions=instructions)
        )
        self.commands.pop()

    def subscribe(self, symbol: str = "ACME") -> None:
        self.numbers += 1
        self.submit(QueryMarket("A", self.numbers, f"R{symbol}", symbol, "1"))
        self.commands.pop()

    def tick(self, seconds: float) -> list[str]:
        """Let time pass, and the clock look; gives the symbols that were published."""
        self.now_ns += int(seconds * S)
        self.commands.clear()
        self.clock.tick(self.now_ns)
        return [command.symbol for command in self.commands if isinstance(command, PublishIndication)]


def test_a_phase_that_ends_by_itself_is_ended_when_it_is_due() -> None:
    market = Auction()
    until_ns = market.now_ns + 3600 * S
    market.submit(ChangePhase("ACME", "continuous", "by hand"))
    market.submit(ChangePhase("ACME", "volatility_auction", "by hand", until_ns))
    assert market.clock.next_ns == until_ns
    market.commands.clear()
    market.clock.tick(until_ns - 1)
    assert market.commands == []
    market.now_ns = until_ns
    market.clock.tick(until_ns)
    assert market.commands == [TimePassed()]
    assert market.acme.phase == "continuous"
    assert market.clock.next_ns == 0


def test_time_is_told_again_when_it_is_durable_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    market = Auction()
    deferred: list[Callable[[], None]] = []
    monkeypatch.setattr(market, "after_commit", deferred.append)
    due = iter([1, 1, 1, 1, None])
    monkeypatch.setattr(market.engine, "next_due_ns", lambda: next(due))
    for _ in range(3):
        market.clock.tick(market.now_ns)
    assert market.commands == [TimePassed()]
    deferred.pop()()
    assert market.commands == [TimePassed()] * 2
    deferred.pop()()
    assert len(market.commands) == 2


def test_an_order_expires_at_its_time() -> None:
    market = Auction()
    expire_ns = market.now_ns + 60 * S
    market.order("1", 100, Instructions(expire_time_ns=expire_ns))
    assert market.clock.next_ns == expire_ns
    market.now_ns = expire_ns
    market.clock.tick(expire_ns)
    (expired,) = (event for event in market.events if isinstance(event, Execution) and event.exec_type == "C")
    assert expired.clord_id == "C1"
    assert market.clock.next_ns == 0


def test_questions_that_take_long_to_answer_do_not_hold_up_the_clock() -> None:
    market = Auction()
    expire_ns = market.now_ns + 60 * S
    market.order("1", 100, Instructions(expire_time_ns=expire_ns))
    for _ in range(ORDERS_MAX):
        market.order("1", 100)
    market.submit(QueryOrders("A", market.numbers + 1, "Q", "7", "", "", ""))
    assert list(market.engine.unfinished) == [""]
    market.now_ns = expire_ns
    market.clock.tick(expire_ns)
    assert market.clock.next_ns == 0


def test_an_auction_is_published_once_a_second_where_it_has_changed() -> None:
    market = Auction()
    market.subscribe()
    market.order("1", 101)
    assert market.tick(1) == []
    market.order("2", 100)
    assert market.tick(0.5) == []
    assert market.tick(0.5) == ["ACME"]
    assert market.tick(1) == []
    last = [event for event in market.events if isinstance(event, MarketStatus)][-1]
    assert (last.session, last.unsolicited, last.indicative_qty, last.imbalance_qty) == ("A", True, 1, 0)
    market.submit(ChangePhase("ACME", "continuous", "by hand"))
    assert market.tick(1) == []


def test_nothing_is_published_that_nobody_wants_to_know() -> None:
    market = Auction(("ACME", "GLOBEX"))
    market.subscribe("GLOBEX")
    for symbol in ("ACME", "GLOBEX"):
        market.order("1", 100, symbol=symbol)
        market.order("2", 100, symbol=symbol)
    assert sorted(market.tick(1) + market.tick(0.25)) == ["GLOBEX"]


def test_many_auctions_have_their_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(market_clock, "INDICATIONS_MAX", 2)
    symbols = tuple(f"S{number}" for number in range(9))
    market = Auction(symbols)
    for symbol in symbols:
        market.subscribe(symbol)
        market.order("1", 100, symbol=symbol)
        market.order("2", 100, symbol=symbol)
    ticks = [market.tick(0.1) for _ in range(9)]
    assert max(map(len, ticks)) == 2
    assert [symbol for published in ticks for symbol in published] == list(symbols)
