"""What a bust or a correction makes of usage: old amounts off, new ones on. docs/risk.md, section 6.

A buys 10 at 100.00 of B, and what is amended is that trade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.amending import Desk
from tests.unit.core.limiting import accepted, limit, never_warn
from tests.unit.core.usages import held, reserved, traded, worth
from tradsys_oms.core.commands import BeginRiskDay, Block, Scope

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

NOTHING = "0 open, buy 0, sell 0, lots 0 and 0"
TEN = "1 trades, 1000, out 1000"


@pytest.fixture
def desk(exchange: Exchange) -> Desk:
    """Give the desk of an exchange."""
    return Desk(exchange)


def buy(exchange: Exchange, qty: int = 10) -> None:
    """Let A have an order for `qty`, and B sell it 10 by an order that can't come back."""
    exchange.new("A1", "X", "buy", qty, 10_000)
    exchange.new("B1", "S", "sell", 10, 10_000, "3")


class TestFilled:
    """Both orders were filled by it."""

    def test_a_bust_that_leaves_it_canceled(self, exchange: Exchange, desk: Desk) -> None:
        buy(exchange)
        assert (held(exchange), traded(exchange)) == ("10 lots, cost 100000, realised 0", TEN)
        desk.bust(desk.trade())
        assert reserved(exchange) == NOTHING
        assert (held(exchange), traded(exchange)) == ("0 lots, cost 0, realised 0", "1 trades, 0, out 0")
        assert (held(exchange, "B"), traded(exchange, "B1")) == ("0 lots, cost 0, realised 0", "1 trades, 0, out 0")

    def test_a_bust_that_brings_it_back(self, exchange: Exchange, desk: Desk) -> None:
        buy(exchange)
        desk.bust(desk.trade(), reinstate=True)
        assert reserved(exchange) == "1 open, buy 1000, sell 0, lots 10 and 0"
        assert reserved(exchange, "B1") == NOTHING
        exchange.cancel("A1", "C", "X")
        assert reserved(exchange) == NOTHING

    def test_one_that_came_back_is_open_for_the_limits(self, exchange: Exchange, desk: Desk) -> None:
        never_warn(exchange)
        limit(exchange, "member", open_orders_max=2)
        buy(exchange)
        trade = desk.trade()
        exchange.new("A1", "second", "buy", 1, 9_000)
        desk.bust(trade, reinstate=True)
        assert "open_orders_max of member A is 2" in exchange.new("A1", "third", "buy", 1, 9_000)[0]
        exchange.cancel("A1", "C", "X")
        assert accepted(exchange.new("A1", "fourth", "buy", 1, 9_000))

    def test_a_kill_switch_lets_nothing_come_back(self, exchange: Exchange, desk: Desk) -> None:
        buy(exchange)
        trade = desk.trade()
        exchange.apply(Block(Scope("account", "A", "house"), "kill", True, "ann", "runaway"))
        lines = desk.bust(trade, reinstate=True)
        assert any("A1 X Canceled" in line and "Not reinstated" in line for line in lines)
        assert reserved(exchange) == NOTHING

    def test_one_that_comes_back_and_trades_at_once(self, exchange: Exchange, desk: Desk) -> None:
        buy(exchange)
        trade = desk.trade()
        exchange.new("C1", "T", "sell", 4, 9_900)
        desk.bust(trade, reinstate=True)
        assert reserved(exchange) == "1 open, buy 600, sell 0, lots 6 and 0"
        assert traded(exchange) == "2 trades, 396, out 396"
        assert held(exchange) == "4 lots, cost 39600, realised 0"

    def test_a_correction_to_less_that_brings_the_rest_back(self, exchange: Exchange, desk: Desk) -> None:
        buy(exchange)
        desk.correct(desk.trade(), 7, 10_100, reinstate=True)
        assert reserved(exchange) == "1 open, buy 300, sell 0, lots 3 and 0"
        assert traded(exchange) == "1 trades, 707, out 707"
        assert held(exchange) == "7 lots, cost 70700, realised 0"
        assert (held(exchange, "B"), traded(exchange, "B1")) == (
            "-7 lots, cost -70700, realised 0",
            "1 trades, 707, out -707",
        )

    def test_the_rest_of_a_market_to_limit_order_comes_back_at_its_limit(self, exchange: Exchange, desk: Desk) -> None:
        exchange.new("B1", "S", "sell", 4, 10_000)
        exchange.new("A1", "X", "buy", 10, None, ord_type="K")
        assert reserved(exchange) == "1 open, buy 720, sell 0, lots 6 and 0"
        exchange.new("B1", "T", "sell", 6, 10_000, "3")
        desk.bust(desk.trade(), reinstate=True)
        assert reserved(exchange) == "1 open, buy 600, sell 0, lots 6 and 0"


class TestOpen:
    """The order of A has something left."""

    def test_a_bust_gives_it_back_what_it_had_to_do(self, exchange: Exchange, desk: Desk) -> None:
        buy(exchange, 15)
        assert reserved(exchange) == "1 open, buy 500, sell 0, lots 5 and 0"
        desk.bust(desk.trade())
        assert reserved(exchange) == "1 open, buy 1500, sell 0, lots 15 and 0"

    def test_corrections_down_in_price_and_in_quantity(self, exchange: Exchange, desk: Desk) -> None:
        buy(exchange, 15)
        trade = desk.trade()
        desk.correct(trade, 10, 9_900)
        assert reserved(exchange) == "1 open, buy 500, sell 0, lots 5 and 0"
        assert (held(exchange), traded(exchange)) == ("10 lots, cost 99000, realised 0", "1 trades, 990, out 990")
        assert worth(exchange) == "net 1000, gross 1000, pnl 10"
        desk.correct(trade, 8, 9_900)
        assert reserved(exchange) == "1 open, buy 700, sell 0, lots 7 and 0"
        assert (held(exchange), traded(exchange)) == ("8 lots, cost 79200, realised 0", "1 trades, 792, out 792")

    def test_corrections_up_until_one_has_nothing_left(self, exchange: Exchange, desk: Desk) -> None:
        exchange.new("A1", "X", "buy", 15, 10_000)
        exchange.new("B1", "S", "sell", 10, 10_000)
        trade = desk.trade()
        exchange.replace("A1", "Y", "X", 15, 9_900)
        desk.correct(trade, 7, 10_000, reinstate=True)
        assert reserved(exchange) == "1 open, buy 792, sell 0, lots 8 and 0"
        assert reserved(exchange, "B1") == "1 open, buy 0, sell 300, lots 0 and 3"
        desk.correct(trade, 9, 10_000)
        assert reserved(exchange) == "1 open, buy 594, sell 0, lots 6 and 0"
        assert reserved(exchange, "B1") == "1 open, buy 0, sell 100, lots 0 and 1"
        desk.correct(trade, 10, 10_000)
        assert reserved(exchange) == "1 open, buy 495, sell 0, lots 5 and 0"
        assert reserved(exchange, "B1") == NOTHING
        assert (held(exchange), traded(exchange)) == ("10 lots, cost 100000, realised 0", TEN)

    def test_two_that_both_get_something_back_may_meet_again(self, exchange: Exchange, desk: Desk) -> None:
        exchange.new("B1", "S", "sell", 12, 9_950)
        exchange.new("A1", "X", "buy", 10, 9_950)
        desk.correct(desk.trade(), 8, 9_950, reinstate=True)
        assert reserved(exchange) == NOTHING
        assert reserved(exchange, "B1") == "1 open, buy 0, sell 199, lots 0 and 2"
        assert traded(exchange) == "2 trades, 995, out 995"


class TestOver:
    """An order that was canceled meanwhile stays so, and has nothing open again."""

    def test_a_bust_of_a_part_of_a_canceled_order(self, exchange: Exchange, desk: Desk) -> None:
        buy(exchange, 15)
        trade = desk.trade()
        exchange.cancel("A1", "C", "X")
        desk.bust(trade, reinstate=True)
        assert reserved(exchange) == NOTHING
        assert (held(exchange), traded(exchange)) == ("0 lots, cost 0, realised 0", "1 trades, 0, out 0")


class TestOtherDays:
    """A trade of a day before was traded then."""

    def test_a_bust_of_yesterdays_trade_frees_nothing_of_today(self, exchange: Exchange, desk: Desk) -> None:
        buy(exchange)
        trade = desk.trade()
        exchange.apply(BeginRiskDay(20250103))
        exchange.new("C1", "T", "sell", 1, 10_000)
        exchange.new("A1", "Y", "buy", 1, 10_000)
        desk.bust(trade)
        assert traded(exchange) == "1 trades, 100, out 100"
        assert traded(exchange, "B1") == "0 trades, 0, out 0"
        assert held(exchange) == "1 lots, cost 10000, realised 0"

    def test_its_profit_and_loss_is_that_of_today(self, exchange: Exchange, desk: Desk) -> None:
        buy(exchange)
        trade = desk.trade()
        exchange.new("C1", "T", "buy", 1, 10_500)
        exchange.new("B1", "U", "sell", 1, 10_500)
        exchange.apply(BeginRiskDay(20250103))
        assert worth(exchange) == "net 1050, gross 1050, pnl 0"
        desk.correct(trade, 10, 10_100)
        assert worth(exchange) == "net 1050, gross 1050, pnl -10"
        assert traded(exchange) == "0 trades, 0, out 0"
