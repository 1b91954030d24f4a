"""What holdings are worth: marks, when they count, and the day of profit and loss. docs/risk.md, section 6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.core.usages import worth
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
