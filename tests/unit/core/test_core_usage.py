"""What orders have open, from entry to end: docs/risk.md, sections 2, 3 and 6. The band ends at 12000."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.core.phasing import end_day, pass_time, soon, start_day, to
from tests.unit.core.usages import reserved, scopes, traded
from tradsys_oms.core.commands import (
    CancelOne,
    CancelOrders,
    MassCancelOrders,
    RestateOne,
    SetMark,
    SetMember,
    SetRiskRules,
)
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

TICK_E8 = SCALE_E8 // 100
NOTHING = "0 open, buy 0, sell 0, lots 0 and 0"


def restate(exchange: Exchange, order_id: int, qty: int, price: int | None) -> None:
    """Let an operator change an order."""
    exchange.apply(RestateOne(order_id, qty * SCALE_E8, None if price is None else price * TICK_E8, 3, ""))


@pytest.mark.parametrize(
    ("price", "asks", "money"),
    [
        (9_900, {}, "990"),
        (9_900, {"display": 2}, "990"),
        (9_900, {"display": 0}, "990"),
        (9_900, {"min_qty": 5}, "990"),
        (9_900, {"exec_inst": "G"}, "990"),
        (9_900, {"exec_inst": "6"}, "990"),
        (9_900, {"ord_type": "4", "stop": 10_500}, "990"),
        (None, {"ord_type": "3", "stop": 10_500}, "1200"),
        (None, {"ord_type": "P", "peg_price_type": "5"}, "1200"),
        (None, {"ord_type": "P", "peg_price_type": "5", "peg_is_fixed": True}, "999"),
        (9_900, {"ord_type": "P", "peg_price_type": "5"}, "990"),
    ],
    ids=str,
)
def test_each_type_of_order_counts_at_its_limit_or_at_that_of_the_band(
    exchange: Exchange, price: int | None, asks: dict[str, Any], money: str
) -> None:
    exchange.new("B1", "bid", "buy", 1, 9_990)
    exchange.new("A1", "X", "buy", 10, price, **asks)
    assert reserved(exchange) == f"1 open, buy {money}, sell 0, lots 10 and 0"
    exchange.cancel("A1", "C", "X")
    assert reserved(exchange) == NOTHING


class TestWithoutLimitAndBand:
    """The reference price counts: last trade, mid, mark, configured price, as of the moment when the order came."""

    @pytest.fixture
    def unbanded(self, exchange: Exchange) -> Exchange:
        """Give an exchange without a price band."""
        exchange.set_instrument(band_bps=0)
        return exchange

    def test_each_is_there_before_the_next(self, unbanded: Exchange) -> None:
        asks: dict[str, Any] = {"ord_type": "3", "stop": 20_000}
        unbanded.new("A1", "by price", "buy", 1, None, **asks)
        assert reserved(unbanded) == "1 open, buy 100, sell 0, lots 1 and 0"
        unbanded.apply(SetMark("ACME", 11_000 * TICK_E8, "file"))
        unbanded.new("A1", "by mark", "buy", 1, None, **asks)
        assert reserved(unbanded) == "2 open, buy 210, sell 0, lots 2 and 0"
        unbanded.new("B1", "bid", "buy", 1, 12_000)
        unbanded.new("A1", "by mark too", "buy", 1, None, **asks)
        assert reserved(unbanded) == "3 open, buy 320, sell 0, lots 3 and 0"
        unbanded.new("B1", "offer", "sell", 1, 12_005)
        unbanded.new("A1", "by mid", "buy", 1, None, **asks)
        assert reserved(unbanded) == "4 open, buy 440.02, sell 0, lots 4 and 0"
        unbanded.new("C1", "hit", "sell", 1, 12_000)
        unbanded.new("A1", "by last", "buy", 1, None, **asks)
        assert reserved(unbanded) == "5 open, buy 560.02, sell 0, lots 5 and 0"

    def test_it_stays_until_a_replace(self, unbanded: Exchange) -> None:
        unbanded.new("A1", "X", "sell", 10, None, ord_type="3", stop=5_000)
        unbanded.apply(SetMark("ACME", 11_000 * TICK_E8, "file"))
        assert reserved(unbanded) == "1 open, buy 0, sell 1000, lots 0 and 10"
        unbanded.replace("A1", "Y", "X", 9, None, side="2", ord_type="3", stop=5_000)
        assert reserved(unbanded) == "1 open, buy 0, sell 990, lots 0 and 9"

    def test_an_operator_who_takes_quantity_off_lets_it_stay(self, unbanded: Exchange) -> None:
        unbanded.new("A1", "X", "sell", 10, None, ord_type="3", stop=5_000)
        number = unbanded.seq
        unbanded.apply(SetMark("ACME", 11_000 * TICK_E8, "file"))
        restate(unbanded, number, 10, None)
        assert reserved(unbanded) == "1 open, buy 0, sell 1000, lots 0 and 10"
        restate(unbanded, number, 4, None)
        assert reserved(unbanded) == "1 open, buy 0, sell 400, lots 0 and 4"


class TestChanges:
    """What an order has open follows what it is."""

    def test_a_replace_up_and_down_in_quantity_and_price(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", "sell", 10, 10_000)
        exchange.replace("A1", "up", "X", 20, 10_000, side="2")
        assert reserved(exchange) == "1 open, buy 0, sell 2000, lots 0 and 20"
        exchange.replace("A1", "down", "up", 5, 10_000, side="2")
        assert reserved(exchange) == "1 open, buy 0, sell 500, lots 0 and 5"
        exchange.replace("A1", "price", "down", 5, 10_100, side="2")
        assert reserved(exchange) == "1 open, buy 0, sell 505, lots 0 and 5"
        exchange.replace("A1", "wrong", "price", 5, 50_000, side="2")
        assert reserved(exchange) == "1 open, buy 0, sell 505, lots 0 and 5"

    def test_another_session_changes_what_counts_for_the_one_that_entered_the_order(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", "buy", 10, 10_000)
        exchange.replace("A2", "Y", "X", 20, 10_000)
        assert reserved(exchange) == "1 open, buy 2000, sell 0, lots 20 and 0"
        other = exchange.engine.sessions["A2"].usage
        assert (other.open_orders, other.open_buy) == (0, 0)
        exchange.cancel("A2", "Z", "Y")
        assert reserved(exchange) == NOTHING

    def test_a_replace_that_trades(self, exchange: Exchange) -> None:
        exchange.new("B1", "S", "sell", 4, 10_100)
        exchange.new("A1", "X", "buy", 10, 10_000)
        exchange.replace("A1", "Y", "X", 10, 10_200)
        assert reserved(exchange) == "1 open, buy 612, sell 0, lots 6 and 0"
        assert traded(exchange) == "1 trades, 404, out 404"

    def test_fills_give_back_what_they_take(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", "buy", 10, 10_000)
        exchange.new("B1", "S", "sell", 3, 9_900)
        assert reserved(exchange) == "1 open, buy 700, sell 0, lots 7 and 0"
        assert traded(exchange) == "1 trades, 300, out 300"
        exchange.new("B1", "T", "sell", 7, 9_900)
        assert reserved(exchange) == NOTHING
        assert reserved(exchange, "B1") == NOTHING
        assert traded(exchange, "B1") == "2 trades, 1000, out -1000"

    def test_an_iceberg_counts_whole_while_it_trades_in_parts(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", "buy", 10, 10_000, display=2)
        exchange.new("B1", "S", "sell", 5, 10_000)
        assert reserved(exchange) == "1 open, buy 500, sell 0, lots 5 and 0"

    def test_the_rest_of_a_market_to_limit_order_stays_at_the_limit_of_the_band(self, exchange: Exchange) -> None:
        exchange.new("B1", "S", "sell", 4, 10_000)
        exchange.new("A1", "X", "buy", 10, None, ord_type="K")
        assert reserved(exchange) == "1 open, buy 720, sell 0, lots 6 and 0"
        exchange.replace("A1", "Y", "X", 10, 10_000, ord_type="K")
        assert reserved(exchange) == "1 open, buy 600, sell 0, lots 6 and 0"

    def test_a_stop_that_triggers_counts_on_as_before(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", "buy", 10, 10_200, ord_type="4", stop=10_100)
        exchange.new("B1", "S", "sell", 3, 10_100)
        exchange.new("C1", "H", "buy", 3, 10_100)
        assert reserved(exchange) == "1 open, buy 1020, sell 0, lots 10 and 0"
        exchange.new("B1", "T", "sell", 4, 10_150)
        assert reserved(exchange) == "1 open, buy 612, sell 0, lots 6 and 0"

    def test_a_peg_that_moves_counts_on_as_before(self, exchange: Exchange) -> None:
        exchange.new("B1", "bid", "buy", 1, 9_990)
        exchange.new("A1", "X", "buy", 10, 10_100, ord_type="P", peg_price_type="5")
        exchange.new("B1", "better", "buy", 1, 9_995)
        assert reserved(exchange) == "1 open, buy 1010, sell 0, lots 10 and 0"
        exchange.replace("A1", "Y", "X", 10, 10_050, ord_type="P", peg_price_type="5")
        assert reserved(exchange) == "1 open, buy 1005, sell 0, lots 10 and 0"

    def test_an_auction(self, exchange: Exchange) -> None:
        to(exchange, "volatility_auction")
        exchange.new("A1", "market", "buy", 10, None, ord_type="1")
        exchange.new("A1", "limit", "buy", 10, 10_000)
        exchange.new("B1", "S", "sell", 13, 9_900)
        assert reserved(exchange) == "2 open, buy 2200, sell 0, lots 20 and 0"
        to(exchange, "continuous")
        assert reserved(exchange) == "1 open, buy 700, sell 0, lots 7 and 0"
        assert traded(exchange) == "2 trades, 1300, out 1300"

    def test_an_operator_changes_quantity_and_price(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", "buy", 10, 10_000)
        number = exchange.seq
        restate(exchange, number, 8, None)
        assert reserved(exchange) == "1 open, buy 800, sell 0, lots 8 and 0"
        restate(exchange, number, 8, 9_000)
        assert reserved(exchange) == "1 open, buy 720, sell 0, lots 8 and 0"

    def test_a_decrement_takes_off_both(self, exchange: Exchange) -> None:
        exchange.apply(SetMember("A", True, "", "decrement", "member"))
        exchange.new("A1", "X", "buy", 10, 10_000)
        exchange.new("A1", "Y", "sell", 4, 10_000)
        assert reserved(exchange) == "1 open, buy 600, sell 0, lots 6 and 0"
        exchange.new("A1", "Z", "sell", 9, 10_000)
        assert reserved(exchange) == "1 open, buy 0, sell 300, lots 0 and 3"
        assert traded(exchange) == "0 trades, 0, out 0"


class TestEnds:
    """An order that has ended has nothing open, whichever way it ended."""

    def test_at_once(self, exchange: Exchange) -> None:
        exchange.new("B1", "S", "sell", 4, 10_000)
        exchange.new("A1", "kill", "buy", 10, 10_000, "4")
        exchange.new("A1", "cancel", "buy", 6, 10_000, "3", min_qty=5)
        exchange.new("A1", "rest", "buy", 6, 10_000, "3")
        exchange.market("A1", "market", "buy", 6)
        exchange.new("A1", "left over", "buy", 6, None, ord_type="K")
        assert reserved(exchange) == NOTHING
        assert traded(exchange) == "1 trades, 400, out 400"

    def test_by_a_replace_to_what_is_filled(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", "buy", 10, 10_000)
        exchange.new("B1", "S", "sell", 4, 10_000)
        exchange.replace("A1", "Y", "X", 4, 10_000)
        assert reserved(exchange) == NOTHING

    @pytest.mark.parametrize("policy", ["cancel_newest", "cancel_oldest", "cancel_both", "decrement"])
    def test_by_the_prevention_of_self_trades(self, exchange: Exchange, policy: str) -> None:
        exchange.apply(SetMember("A", True, "", policy, "member"))
        exchange.new("A1", "X", "buy", 10, 10_000)
        exchange.new("A1", "Y", "sell", 10, 10_000)
        left = {"cancel_newest": "1 open, buy 1000, sell 0, lots 10 and 0"}
        left["cancel_oldest"] = "1 open, buy 0, sell 1000, lots 0 and 10"
        assert reserved(exchange) == left.get(policy, NOTHING)

    def test_by_mass_cancels_and_operators(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", "buy", 10, 9_000)
        exchange.apply(CancelOne(exchange.seq, "by hand", False))
        assert reserved(exchange) == NOTHING
        exchange.new("A1", "Y", "buy", 10, 9_000)
        exchange.apply(CancelOne(exchange.seq, "by hand", True))
        assert reserved(exchange) == NOTHING
        exchange.new("A1", "Z", "buy", 10, 9_000)
        exchange.apply(CancelOrders("A1", False, "gone"))
        assert reserved(exchange) == NOTHING
        exchange.new("A1", "stop", "buy", 10, None, ord_type="3", stop=11_000)
        exchange.apply(MassCancelOrders("A1", 1_000, "M", "7", "", "", "", ""))
        assert reserved(exchange) == NOTHING

    def test_by_time(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", "buy", 10, 9_000, "6", expire_time_ns=soon(exchange, 2))
        assert reserved(exchange) == "1 open, buy 900, sell 0, lots 10 and 0"
        pass_time(exchange)
        pass_time(exchange)
        assert reserved(exchange) == NOTHING

    def test_by_the_day_unless_it_is_good_for_more(self, exchange: Exchange) -> None:
        exchange.new("A1", "day", "buy", 10, 9_000)
        exchange.new("A1", "gtc", "buy", 10, 8_500, "1")
        exchange.new("A1", "stop", "buy", 10, None, ord_type="3", stop=11_000)
        assert reserved(exchange) == "3 open, buy 2950, sell 0, lots 30 and 0"
        to(exchange, "closed")
        end_day(exchange)
        assert reserved(exchange) == "1 open, buy 850, sell 0, lots 10 and 0"
        start_day(exchange, 20250103)
        assert reserved(exchange) == "1 open, buy 850, sell 0, lots 10 and 0"


class TestRates:
    """Money is in the base currency, at the rates of now."""

    def test_a_new_rate_counts_for_what_is_open_and_not_for_what_was_traded(self, exchange: Exchange) -> None:
        exchange.new("B1", "S", "sell", 10, 10_000)
        exchange.new("A1", "X", "buy", 13, 10_000)
        exchange.apply(SetRiskRules(8_000, "EUR", (("USD", SCALE_E8 // 2), ("JPY", 7))))
        assert reserved(exchange) == "1 open, buy 150, sell 0, lots 3 and 0"
        assert traded(exchange) == "1 trades, 1000, out 1000"
        assert scopes(exchange, "A1")[0].net == 500 * SCALE_E8
        exchange.cancel("A1", "C", "X")
        assert reserved(exchange) == NOTHING

    def test_each_order_is_rounded_down_and_gives_back_what_it_was(self, exchange: Exchange) -> None:
        exchange.apply(SetRiskRules(8_000, "EUR", (("USD", 33_333_333),)))
        exchange.new("A1", "X", "buy", 1, 9_999)
        exchange.new("A1", "Y", "buy", 1, 9_999)
        assert reserved(exchange) == "2 open, buy 66.65999932, sell 0, lots 2 and 0"
        exchange.cancel("A1", "C", "X")
        assert reserved(exchange) == "1 open, buy 33.32999966, sell 0, lots 1 and 0"
