"""What holdings are worth: marks, when they count, and the day of profit and loss. docs/risk.md, section 6."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.core.amending import Desk
from tests.unit.core.phasing import go_on, to
from tests.unit.core.usages import held, holding_of, load, worth
from tradsys_oms.core import work
from tradsys_oms.core.commands import BeginRiskDay, Revalue, SetMark
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

TICK_E8 = SCALE_E8 // 100


def mark(exchange: Exchange, price: int) -> None:
    """Say what ACME is worth."""
    exchange.apply(SetMark("ACME", price * TICK_E8, "file"))


def trade(exchange: Exchange, qty: int, price: int, buyer: str = "A1", seller: str = "B1") -> None:
    """Let two members trade."""
    exchange.new(seller, f"S{exchange.seq}", "sell", qty, price)
    exchange.new(buyer, f"B{exchange.seq}", "buy", qty, price, "3")


class TestBeginRiskDay:
    """Profit and loss begin at 0, at the value of now."""

    def test_profit_between_the_last_valuation_and_the_day_belongs_to_the_day_before(self, exchange: Exchange) -> None:
        trade(exchange, 10, 10_000)
        mark(exchange, 10_100)
        exchange.apply(BeginRiskDay(20250102))
        assert worth(exchange) == "net 1010, gross 1010, pnl 0"
        mark(exchange, 10_050)
        exchange.apply(Revalue())
        assert worth(exchange) == "net 1005, gross 1005, pnl -5"
        assert worth(exchange, "B") == "net -1005, gross 1005, pnl 5"


class TestRevalue:
    """Holdings have the value of now after it, whatever they were valued at before."""

    def test_a_mark_that_came_back_counts_for_who_traded_in_between(self, exchange: Exchange) -> None:
        trade(exchange, 10, 10_000, "C1")
        exchange.apply(Revalue())
        exchange.new("B1", "one", "sell", 1, 10_000)
        exchange.new("A1", "two", "sell", 1, 10_020)
        exchange.new("C1", "both", "buy", 2, 10_020, "3")
        assert worth(exchange) == "net -100.2, gross 100.2, pnl 0"
        trade(exchange, 1, 10_000, "C1")
        exchange.apply(Revalue())
        assert worth(exchange) == "net -100, gross 100, pnl 0.2"

    def test_a_mark_that_came_back_counts_for_who_was_loaded_in_between(self, exchange: Exchange) -> None:
        trade(exchange, 10, 10_000, "C1")
        exchange.apply(Revalue())
        mark(exchange, 10_500)
        load(exchange, 10, 10_000)
        assert worth(exchange) == "net 1050, gross 1050, pnl 50"
        mark(exchange, 10_000)
        exchange.apply(Revalue())
        assert worth(exchange) == "net 1000, gross 1000, pnl 0"

    def test_an_auction_that_goes_on_after_a_mark_was_set_has_the_last_word(
        self, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(work, "FILLS_MAX", 1)
        to(exchange, "volatility_auction")
        for clord_id in ("one", "two"):
            exchange.new("A1", clord_id, "buy", 1, 10_000)
            exchange.new("B1", clord_id, "sell", 1, 10_000)
        to(exchange, "continuous")
        mark(exchange, 10_500)
        go_on(exchange)
        exchange.apply(Revalue())
        assert exchange.engine.trade_count == 2
        assert worth(exchange) == "net 200, gross 200, pnl 0"

    def test_without_mark_and_trade_the_configured_price_counts_as_it_is_now(self, exchange: Exchange) -> None:
        load(exchange, 10, 9_000)
        exchange.apply(Revalue())
        assert worth(exchange) == "net 1000, gross 1000, pnl 100"
        exchange.set_instrument(reference=11_000)
        exchange.apply(Revalue())
        assert worth(exchange) == "net 1100, gross 1100, pnl 200"

    def test_a_bust_values_at_the_mark_of_now(self, exchange: Exchange) -> None:
        trade(exchange, 10, 10_000)
        trade(exchange, 10, 10_000, "C1", "A1")
        sale = Desk(exchange).trade()
        mark(exchange, 10_500)
        exchange.apply(Revalue())
        assert worth(exchange) == "net 0, gross 0, pnl 0"
        exchange.apply(sale)
        assert held(exchange) == "10 lots, cost 100000, realised 0"
        assert worth(exchange) == "net 1050, gross 1050, pnl 50"
        exchange.apply(Revalue())
        assert holding_of(exchange).mark == 10_500
