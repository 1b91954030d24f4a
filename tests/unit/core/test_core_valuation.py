"""What holdings are worth: marks, when they count, and the day of profit and loss. docs/risk.md, section 6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.core.amending import Desk
from tests.unit.core.conftest import Bound
from tests.unit.core.limiting import limit, never_warn, usage_rows
from tests.unit.core.phasing import go_on, to
from tests.unit.core.usages import held, holding_of, load, worth
from tradsys_oms.core import work
from tradsys_oms.core.commands import BeginRiskDay, Revalue, SetMark
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.limits import holding

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

TICK_E8 = SCALE_E8 // 100


def mark(exchange: Exchange, price: int) -> None:
    """Say what ACME is worth."""
    exchange.apply(SetMark("ACME", price * TICK_E8, "file"))


def trade(
    exchange: Exchange, qty: int, price: int, buyer: str = "A1", seller: str = "B1", symbol: str = "ACME"
) -> None:
    """Let two members trade."""
    exchange.new(seller, f"S{exchange.seq}", "sell", qty, price, symbol=symbol)
    exchange.new(buyer, f"B{exchange.seq}", "buy", qty, price, "3", symbol=symbol)


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
        self, exchange: Exchange, bound: Bound
    ) -> None:
        bound(work, "FILLS_MAX", 1)
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


class TestHoldingsThatWait:
    """A holding that has traded is valued where somebody asks, and the answer is the same as if it had been at once."""

    def test_the_day_and_the_state_are_the_same_whether_somebody_asks_in_between_or_not(
        self, make_exchange: type[Exchange]
    ) -> None:
        rows = []
        for is_asked in (True, False):
            exchange = make_exchange()
            for step in range(4):
                trade(exchange, 10 - step, 10_000 + step)
                trade(exchange, 5, 10_010 - step, "B1", "A1")
                assert not is_asked or worth(exchange)
            trade(exchange, 14, 10_000, "B1", "A1")
            exchange.apply(BeginRiskDay(20250102))
            trade(exchange, 3, 10_020)
            rows.append((usage_rows(exchange), exchange.engine.state_hash(), worth(exchange)))
        assert rows[0] == rows[1]
        assert rows[0][2] == "net 300.6, gross 300.6, pnl 0"

    def test_a_limit_counts_what_was_filled_in_another_instrument(self, exchange: Exchange) -> None:
        never_warn(exchange)
        limit(exchange, "member", gross_position_max_e8=1_000 * SCALE_E8)
        exchange.set_instrument("OTHER")
        exchange.new("A1", "before", "buy", 1, 10_000)
        trade(exchange, 5, 10_000, symbol="OTHER")
        assert (
            "gross_position_max of member A is 1000: this order would make it 1100"
            in (exchange.new("A1", "no", "buy", 5, 10_000)[0])
        )
        assert " New " in exchange.new("A1", "yes", "buy", 4, 10_000)[0]

    def test_only_so_many_wait(self, exchange: Exchange, bound: Bound) -> None:
        bound(holding, "UNVALUED_MAX", 2)
        unvalued = exchange.engine.members["A"].usage.unvalued
        waiting = []
        for number in range(5):
            exchange.set_instrument(f"I{number}")
            trade(exchange, 1, 10_000, symbol=f"I{number}")
            waiting.append(len(unvalued))
        assert waiting == [1, 2, 0, 1, 2]
        assert worth(exchange) == "net 500, gross 500, pnl 0"
        assert not unvalued
