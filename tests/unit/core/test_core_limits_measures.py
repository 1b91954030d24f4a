"""Limits that compare an order with prices and with the orders before it: collars, fat fingers, duplicates.

docs/risk.md, sections 2 to 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.core.limiting import (
    E8,
    SCOPES,
    SECOND_NS,
    TICK_E8,
    accepted,
    enter_at,
    limit,
    rejected,
    replace_rejected,
)
from tradsys_oms.core.commands import SetMark
from tradsys_oms.core.events import Execution, OrderRejected
from tradsys_oms.core.limits.table import LIMITS

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

STOP: dict[str, Any] = {"ord_type": "3", "stop": 10_500}


class TestCollar:
    """Which price the collar is measured from: last, mid, mark, configured."""

    def middle(self, exchange: Exchange) -> int:
        """Find the highest price that a collar of 10 ticks allows, and so what it is measured from."""
        limit(exchange, "all", collar_ticks=10)
        allowed = []
        for price in range(9_000, 11_000):
            clord_id = f"P{exchange.seq}"
            if accepted(exchange.new("A2", clord_id, "buy", 1, price, "3")):
                allowed.append(price)
        assert allowed == list(range(allowed[0], allowed[0] + 21))
        return allowed[10]

    def test_the_configured_price(self, exchange: Exchange) -> None:
        assert self.middle(exchange) == 10_000

    def test_one_side_of_the_book_says_nothing(self, exchange: Exchange) -> None:
        exchange.new("B1", "bid", "buy", 1, 9_000)
        assert self.middle(exchange) == 10_000

    def test_the_mark(self, exchange: Exchange) -> None:
        exchange.apply(SetMark("ACME", 10_300 * TICK_E8, "file"))
        assert self.middle(exchange) == 10_300

    def test_the_mid_of_the_book_rounded_down(self, exchange: Exchange) -> None:
        exchange.apply(SetMark("ACME", 10_300 * TICK_E8, "file"))
        exchange.new("B1", "bid", "buy", 1, 9_801)
        exchange.new("B1", "offer", "sell", 1, 10_000)
        limit(exchange, "all", collar_ticks=10)
        text = "collar_ticks of all is 10: Price 98.89 is further than that from 99"
        assert exchange.new("A1", "no", "buy", 1, 9_889) == rejected("no", 16, text)
        assert accepted(exchange.new("A1", "yes", "buy", 1, 9_890))

    def test_the_last_trade(self, exchange: Exchange) -> None:
        exchange.new("B1", "ask", "sell", 1, 10_200)
        exchange.new("C1", "take", "buy", 1, 10_200)
        exchange.apply(SetMark("ACME", 10_300 * TICK_E8, "file"))
        exchange.new("B1", "bid", "buy", 1, 9_000)
        exchange.new("B1", "offer", "sell", 1, 11_000)
        assert self.middle(exchange) == 10_200

    @pytest.mark.parametrize("limits", [{"collar_ticks": 20_000}, {"collar_bps": 20_000}])
    def test_without_any_price_no_limit_price_is_near(self, exchange: Exchange, limits: dict[str, int]) -> None:
        exchange.set_instrument(reference=0, band_bps=0)
        limit(exchange, "all", **limits)
        (line,) = exchange.new("A1", "no", "buy", 1, 10_000)
        assert line.endswith(": there is no price to hold Price 100 against")
        assert accepted(exchange.new("A1", "stop", "buy", 1, None, **STOP))

    def test_the_narrower_counts(self, exchange: Exchange) -> None:
        limit(exchange, "member", collar_ticks=10, collar_bps=1_000)
        limit(exchange, "account", collar_ticks=1_000, collar_bps=5)
        assert accepted(exchange.new("A1", "yes", "buy", 1, 10_005))
        assert "collar_percent of account A/house is 0.05" in exchange.new("A1", "no", "buy", 1, 10_006)[0]
        assert "collar_ticks of member A is 10" in exchange.new("A1", "far", "buy", 1, 10_011)[0]

    def test_a_market_order_has_no_collar(self, exchange: Exchange) -> None:
        exchange.new("B1", "ask", "sell", 1, 11_000)
        limit(exchange, "all", collar_ticks=0)
        assert accepted(exchange.market("A1", "X", "buy", 1))


class TestUnpriced:
    """Orders without a limit price: at which price they count, and which limits they have."""

    @pytest.mark.parametrize(
        "kind",
        [
            {"ord_type": "1", "time_in_force": "3"},
            {"ord_type": "3", "stop": 10_500},
            {"ord_type": "K"},
            {"ord_type": "P", "peg_price_type": "5"},
        ],
        ids=["market", "stop", "market to limit", "pegged"],
    )
    @pytest.mark.parametrize(("band_bps", "most"), [(2_000, 10), (0, 12)])
    def test_they_count_at_the_band_or_the_reference(
        self, exchange: Exchange, kind: dict[str, Any], band_bps: int, most: int
    ) -> None:
        exchange.new("B1", "bid", "buy", 50, 10_000)
        exchange.new("B1", "offer", "sell", 50, 10_000 + 2)
        exchange.set_instrument(band_bps=band_bps, reference=10_000)
        exchange.apply(SetMark("ACME", 5_000 * TICK_E8, "file"))  # the mid counts before the mark
        limit(exchange, "account", order_notional_max_e8=1_200 * E8 + 12 * TICK_E8)
        assert "order_notional_max" in exchange.new("A1", "no", "buy", most + 1, None, **kind)[0]
        assert accepted(exchange.new("A1", "yes", "buy", most, None, **kind))

    @pytest.mark.parametrize("kind", [{"ord_type": "1"}, {"ord_type": "K"}, STOP], ids=["market", "MTL", "stop"])
    def test_a_price_that_does_not_apply_is_no_limit_price(self, exchange: Exchange, kind: dict[str, Any]) -> None:
        limit(exchange, "session", market_order_qty_max_e8=5 * E8, collar_ticks=1)
        assert "market_order_qty_max" in exchange.new("A1", "no", "buy", 6, 11_000, **kind)[0]
        assert accepted(exchange.new("A1", "yes", "buy", 5, 11_000, **kind))

    def test_the_limit_of_a_peg_is_a_limit_price(self, exchange: Exchange) -> None:
        exchange.new("B1", "bid", "buy", 50, 10_000)
        peg: dict[str, Any] = {"ord_type": "P", "peg_price_type": "5"}
        limit(exchange, "all", market_order_qty_max_e8=5 * E8, collar_ticks=100, order_notional_max_e8=1_010 * E8)
        assert accepted(exchange.new("A1", "limit", "buy", 10, 10_100, **peg))
        assert "collar_ticks" in exchange.new("A1", "far", "buy", 1, 10_101, **peg)[0]
        assert "market_order_qty_max" in exchange.new("A1", "free", "buy", 6, None, **peg)[0]

    def test_an_iceberg_counts_with_all_that_it_hides(self, exchange: Exchange) -> None:
        limit(exchange, "all", order_qty_max_e8=100 * E8)
        assert not accepted(exchange.new("A1", "no", "buy", 101, 10_000, display=1))
        assert accepted(exchange.new("A1", "yes", "buy", 100, 10_000, display=1))


class TestFatFinger:
    """Orders far above what the account is used to."""

    @pytest.mark.parametrize("level", LIMITS["fat_finger_multiple"].levels)
    def test_it_counts_after_20_orders(self, exchange: Exchange, level: str) -> None:
        limit(exchange, level, fat_finger_multiple=10)
        order_id = exchange.seq + 1
        for number in range(19):
            exchange.new("A1", f"X{number}", "buy", 10, 9_000)
        assert accepted(exchange.new("A1", "20th", "buy", 10, 9_000))
        text = f"fat_finger_multiple of {SCOPES[level]} is 10: OrderQty 101 is more than so many times the average, 10"
        assert exchange.new("A1", "no", "buy", 101, 9_000) == rejected("no", 3, text)
        assert exchange.replace("A1", "r", "X0", 101, 9_000) == replace_rejected("r", "X0", order_id, text)
        assert accepted(exchange.replace("A1", "r2", "X0", 100, 9_000))
        assert accepted(exchange.new("A1", "yes", "buy", 100, 9_000))

    def test_the_20th_order_is_not_compared(self, exchange: Exchange) -> None:
        limit(exchange, "all", fat_finger_multiple=2)
        for number in range(19):
            exchange.new("A1", f"X{number}", "buy", 1, 9_000)
        assert accepted(exchange.new("A1", "20th", "buy", 1_000, 9_000))

    def test_the_average_moves_by_a_sixteenth(self, exchange: Exchange) -> None:
        for number in range(20):
            exchange.new("A1", f"X{number}", "buy", 16, 9_000)
        exchange.new("A1", "large", "buy", 32, 9_000)  # the average is 17 then
        limit(exchange, "all", fat_finger_multiple=3)
        assert not accepted(exchange.new("A1", "no", "buy", 52, 9_000))
        assert accepted(exchange.new("A1", "yes", "buy", 51, 9_000))

    def test_other_accounts_and_instruments_have_their_own(self, exchange: Exchange) -> None:
        limit(exchange, "member", fat_finger_multiple=2)
        exchange.set_instrument("OTHER")
        for number in range(20):
            exchange.new("A1", f"X{number}", "buy", 1, 9_000)
        assert not accepted(exchange.new("A2", "same", "buy", 3, 9_000))
        assert accepted(exchange.new("A1", "other", "buy", 3, 9_000, symbol="OTHER"))

    def test_refused_orders_are_not_counted(self, exchange: Exchange) -> None:
        limit(exchange, "all", fat_finger_multiple=2, order_qty_max_e8=1 * E8)
        for number in range(30):
            exchange.new("A1", f"X{number}", "buy", 2, 9_000)
        limit(exchange, "all", fat_finger_multiple=2)
        exchange.new("A1", "first", "buy", 1, 9_000)
        assert accepted(exchange.new("A1", "yes", "buy", 100, 9_000))


class TestDuplicates:
    """The same order once more."""

    @pytest.mark.parametrize("level", LIMITS["duplicate_window_ns"].levels)
    def test_within_the_window(self, exchange: Exchange, level: str) -> None:
        limit(exchange, level, duplicate_window_ns=3 * SECOND_NS // 2)
        start_ns = 10 * SECOND_NS
        assert type(enter_at(exchange, start_ns, "first")[0]) is Execution
        (event,) = enter_at(exchange, start_ns + 3 * SECOND_NS // 2, "again")
        assert isinstance(event, OrderRejected)
        text = "an order with this side, price and quantity came 1.5 s ago"
        assert (event.reason, event.text) == (6, f"duplicate_window_s of {SCOPES[level]} is 1.5: {text}")
        assert type(enter_at(exchange, start_ns + 3 * SECOND_NS // 2 + 1, "later")[0]) is Execution
        assert type(enter_at(exchange, 2 * start_ns, "other", qty=2)[0]) is Execution

    def test_what_makes_it_another_order(self, exchange: Exchange) -> None:
        exchange.set_instrument("OTHER")
        limit(exchange, "member", duplicate_window_ns=SECOND_NS)
        exchange.new("A1", "first", "buy", 1, 9_000)
        assert not accepted(exchange.new("A2", "session", "buy", 1, 9_000))  # the account is the same
        assert accepted(exchange.new("A1", "side", "sell", 1, 11_000))
        assert accepted(exchange.new("A1", "price", "buy", 1, 9_001))
        assert accepted(exchange.new("A1", "symbol", "buy", 1, 9_000, symbol="OTHER"))
        assert type(enter_at(exchange, exchange.seq * 1_000, "account", account="other")[0]) is Execution
        assert not accepted(exchange.new("A1", "ord_type", "buy", 1, 9_000, "3"))
        assert accepted(exchange.replace("A1", "r", "price", 1, 9_000))  # a replace is no new order

    def test_a_refused_order_is_not_remembered(self, exchange: Exchange) -> None:
        limit(exchange, "all", duplicate_window_ns=SECOND_NS, order_qty_max_e8=1 * E8)
        exchange.new("A1", "X", "buy", 2, 9_000)
        limit(exchange, "all", duplicate_window_ns=SECOND_NS)
        assert accepted(exchange.new("A1", "Y", "buy", 2, 9_000))

    def test_the_last_64_are_remembered(self, exchange: Exchange) -> None:
        limit(exchange, "all", duplicate_window_ns=SECOND_NS)
        for number in range(65):
            assert accepted(exchange.new("A1", f"X{number}", "buy", 1, 9_000 + number))
        assert not accepted(exchange.new("A1", "second", "buy", 1, 9_001))
        assert accepted(exchange.new("A1", "first", "buy", 1, 9_000))

    def test_market_orders_have_no_price(self, exchange: Exchange) -> None:
        limit(exchange, "all", duplicate_window_ns=SECOND_NS)
        assert accepted(exchange.market("A1", "X", "buy", 1))
        (line,) = exchange.new("A1", "Y", "buy", 1, 10_000, ord_type="1")
        assert line.startswith("A1 Y OrderRejected reason 6: duplicate_window_s")
