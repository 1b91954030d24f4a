"""The clock of risk, on a real core: days begin when they should, and marks that have moved are valued."""

from __future__ import annotations

from datetime import time

import pytest

from tests.unit.hours.schedules import utc
from tests.unit.hours.test_trading_days import XETRA, schedule
from tests.unit.test_market_hours import Market
from tradsys_oms import risk_clock
from tradsys_oms.core.commands import BeginRiskDay, Command, Revalue, SetMark, SetPosition
from tradsys_oms.core.limits import valuation
from tradsys_oms.core.limits.holding import Holding
from tradsys_oms.risk_clock import RiskClock, RiskDay

S = 1_000_000_000
E8 = 100_000_000
START_NS = utc("2026-11-20 12:00")


class Marks(Market):
    """Instruments whose holdings are valued by a clock that is looked at by hand."""

    def __init__(self, symbols: tuple[str, ...] = ("ACME",), day: RiskDay | None = None) -> None:
        super().__init__(schedule(XETRA), symbols)
        self.now_ns = START_NS
        self.clock = RiskClock(self.engine, self)  # type: ignore[arg-type]  # it is all that is needed of one
        if day is not None:
            self.clock.follow(day)
        self.waiting: list[object] = []

    def tick(self, seconds: float = 0) -> list[Command]:
        """Let time pass, and the clock look; gives what it did."""
        self.now_ns += int(seconds * S)
        self.commands.clear()
        self.clock.tick(self.now_ns)
        return list(self.commands)

    def second(self) -> list[Command]:
        """Let four ticks pass."""
        return [command for _ in range(4) for command in self.tick(0.25)]

    def hold(self, account: str, qty: int, symbol: str = "ACME") -> Holding:
        self.submit(SetPosition("M", account, symbol, qty * E8, 100 * E8, False, "start of day"))
        return self.engine.members["M"].accounts[account].holdings[symbol]

    def mark(self, price: int, symbol: str = "ACME") -> None:
        self.submit(SetMark(symbol, price * E8, "by hand"))


def begun(commands: list[Command]) -> list[int]:
    return [command.trade_date for command in commands if isinstance(command, BeginRiskDay)]


def test_the_present_day_begins_at_the_start_and_never_twice() -> None:
    market = Marks()
    assert begun(market.tick()) == [20261120]
    assert begun(market.tick(3600)) == []
    market.clock = RiskClock(market.engine, market)  # type: ignore[arg-type]  # as above
    assert begun(market.tick()) == [], "a restart on the same day begins none"
    assert begun(market.tick(12 * 3600)) == [20261121]
    assert market.engine.risk.trade_date == 20261121


@pytest.mark.parametrize(
    ("day", "at", "before", "after"),
    [
        (RiskDay(), "2026-11-21 00:00", 20261120, 20261121),
        (RiskDay(time(17), "America/New_York"), "2026-11-20 22:00", 20261119, 20261120),
        (RiskDay(time(0), "Europe/Berlin"), "2026-11-20 23:00", 20261120, 20261121),
        (RiskDay(time(2, 30), "Europe/Berlin"), "2027-03-28 01:00", 20270327, 20270328),
    ],
    ids=("utc", "evening", "berlin", "a time that clocks skip"),
)
def test_a_day_begins_on_the_clocks_of_its_zone(day: RiskDay, at: str, before: int, after: int) -> None:
    market = Marks(day=day)
    market.now_ns = utc(at) - S
    assert begun(market.tick()) == [before]
    assert begun(market.tick(0.5)) == []
    market.now_ns = utc(at)
    assert begun(market.tick()) == [after]


def test_another_start_of_the_day_counts_at_once() -> None:
    market = Marks()
    market.tick()
    market.clock.follow(RiskDay(time(12), "Asia/Tokyo"))
    assert begun(market.tick()) == [], "it is still the 20th there"
    market.clock.follow(RiskDay(time(12), "Pacific/Kiritimati"))
    market.now_ns = utc("2026-11-20 22:00")
    assert begun(market.tick()) == [20261121]


def test_a_mark_that_has_moved_is_valued_within_a_second() -> None:
    market = Marks()
    market.tick()
    holding = market.hold("A1", 10)
    assert market.second() == []
    market.mark(90)
    assert holding.pnl == 0
    assert market.second() == [Revalue()]
    assert (holding.pnl, holding.net) == (-100 * E8, 900 * E8)
    assert market.second() == [], "it is told once"
    market.mark(91)
    market.mark(90)
    assert market.second() == [], "it is where it was"


def test_any_of_many_instruments_is_looked_at() -> None:
    symbols = tuple(f"X{number}" for number in range(23))
    market = Marks(symbols)
    market.tick()
    holdings = [market.hold("A1", 1, symbol) for symbol in symbols]
    for symbol, holding in zip(symbols, holdings, strict=True):
        market.mark(110, symbol)
        assert [*market.second(), *market.second()] == [Revalue()], symbol
        assert holding.pnl == 10 * E8


def test_what_one_command_has_no_room_for_is_valued_in_the_next_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valuation, "HOLDINGS_MAX", 2)
    market = Marks()
    market.tick()
    holdings = [market.hold(f"A{number}", 1) for number in range(5)]
    market.mark(101)
    assert market.second() == [Revalue()]
    assert [market.tick(0.25) for _ in range(3)] == [[Revalue()], [Revalue()], []]
    assert [holding.pnl for holding in holdings] == [E8] * 5


def test_nothing_is_told_while_the_last_is_not_durable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valuation, "HOLDINGS_MAX", 1)
    market = Marks()
    market.tick()
    for number in range(2):
        market.hold(f"A{number}", 1)
    monkeypatch.setattr(market, "after_commit", market.deferred.append)
    market.mark(101)
    assert market.second() == [Revalue()]
    assert market.second() == []
    market.deferred.pop()()
    assert market.tick(0.25) == [Revalue()]


def test_a_tick_looks_at_a_part_of_the_instruments() -> None:
    market = Marks(tuple(f"X{number}" for number in range(40)))
    market.tick()
    market.hold("A1", 1, "X0")
    market.mark(101, "X0")
    ticks = [market.tick(1 / risk_clock.TICKS_PER_ROUND) for _ in range(8)]
    assert sum(len(commands) for commands in ticks) == 1
