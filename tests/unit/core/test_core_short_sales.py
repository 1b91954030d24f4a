"""Short sales: sides 5 and 6 sell, and SEC Rule 201 keeps Side 5 above the best bid while it is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.core.phasing import end_day, start_day, to
from tradsys_oms.core.commands import (
    AmendTrade,
    MarketRules,
    MassCancelOrders,
    NewOrder,
    QueryOrders,
    RestateOne,
    RestrictShortSale,
)
from tradsys_oms.core.events import Execution
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

SHORT, EXEMPT = "5", "6"
RULE = "SEC Rule 201: short sales of ACME are restricted,"
BARRED = "SEC Rule 201: a short sale at or below the best bid"
TEN_PERCENT = MarketRules(short_sale_trigger_bps=1_000)
FALL = "SEC Rule 201: a trade at 90 is 10 % or more below the last close 100"


def restrict(exchange: Exchange, *, is_restricted: bool = True, symbol: str = "ACME") -> list[str]:
    return exchange.apply(RestrictShortSale(symbol, is_restricted, "desk"))


def trade(exchange: Exchange, price: int) -> list[str]:
    """Make a trade of one lot; give what happened after its fills."""
    exchange.new("B1", f"S{exchange.seq}", "sell", 1, price)
    return exchange.new("C1", f"B{exchange.seq}", "buy", 1, price)[3:]


def asked_to_keep_above(price: str, bid: str) -> str:
    return f"{RULE} Price {price} is not above the best bid {bid}"


class TestSides:
    """Both are sells in all that the book does, and stay what they were in all that it says."""

    @pytest.mark.parametrize("side", [SHORT, EXEMPT])
    def test_it_sells(self, exchange: Exchange, side: str) -> None:
        exchange.new("A1", "X", side, 5, 10_000)
        assert exchange.depth() == ([], [(10_000, 5, 1)])
        lines = exchange.new("B1", "Y", "buy", 5, 10_001)
        assert lines[2] == "A1 X Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #1"
        assert [event.side for event in exchange.events if isinstance(event, Execution)] == ["1", "1", side]

    @pytest.mark.parametrize("side", [SHORT, EXEMPT])
    def test_it_takes_bids(self, exchange: Exchange, side: str) -> None:
        exchange.new("B1", "Y", "buy", 5, 10_000)
        assert (
            exchange.market("A1", "X", side, 3)[1]
            == "A1 X Trade filled 3@market cum 3 leaves 0 last 3@10000 #1 aggressor"
        )

    def test_a_replace_keeps_the_side(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 5, 10_000)
        assert exchange.replace("A1", "Y", "X", 4, 10_001, side=SHORT) == ["A1 Y<X Replaced new 4@10001 cum 0 leaves 4"]
        for side in ("2", EXEMPT):
            (line,) = exchange.replace("A1", f"Z{side}", "Y", 4, 10_001, side=side)
            assert line.endswith(f"reason 99: Order {exchange.engine.list_orders()[0].order_id} has Side 5, not {side}")
        assert exchange.cancel("A1", "W", "Y", side=SHORT) == ["A1 W<Y Canceled canceled 4@10001 cum 0 leaves 0"]

    @pytest.mark.parametrize(("side", "gone"), [("2", "S"), (SHORT, "H"), (EXEMPT, "E"), ("1", "B")])
    def test_mass_requests_mean_the_side_that_they_name(self, exchange: Exchange, side: str, gone: str) -> None:
        for clord_id, one, price in (
            ("B", "1", 9_999),
            ("S", "2", 10_001),
            ("H", SHORT, 10_002),
            ("E", EXEMPT, 10_003),
        ):
            exchange.new("A1", clord_id, one, 1, price)
        (status,) = exchange.apply(QueryOrders("A1", 5, "Q", "7", "", "", side))
        assert status.startswith(f"A1 {gone} Status")
        report, canceled = exchange.apply(MassCancelOrders("A1", 6, "M", "7", "", "", side))
        assert report == "A1 M MassCancel 7 of 1"
        assert canceled.startswith(f"A1 {gone} Canceled")

    def test_a_stop_waits_for_a_fall(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 1, None, ord_type="3", stop=9_990)
        assert trade(exchange, 9_991) == []
        assert trade(exchange, 9_990)[0] == "A1 X Triggered new 1@market cum 0 leaves 1"

    def test_a_peg_follows_the_offers(self, exchange: Exchange) -> None:
        exchange.new("B1", "O", "sell", 1, 10_010)
        exchange.new("A1", "X", SHORT, 1, None, ord_type="P", peg_price_type="5")
        assert exchange.depth() == ([], [(10_010, 2, 2)])

    def test_a_trade_is_amended_on_both_sides(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 5, 10_000)
        exchange.new("B1", "Y", "buy", 5, 10_000)
        first, second = exchange.seq, exchange.seq - 1
        lines = exchange.apply(AmendTrade(exchange.seq, 1, first, second, 5, 10_000, 0, 0, False, "error"))
        assert [line.split()[2] for line in lines] == ["TradeCancel", "TradeCancel", "Canceled", "Canceled"]

    def test_where_shares_come_from_changes_nothing_by_itself(self, exchange: Exchange) -> None:
        for number, locate_reqd in enumerate(("", "Y", "N"), 1):
            terms = ("", "ACME", SHORT, "2", "0", SCALE_E8, 100 * SCALE_E8)
            exchange.apply(NewOrder("A1", number, f"X{number}", *terms, locate_reqd=locate_reqd))
        assert exchange.depth() == ([], [(10_000, 3, 3)])


class TestWhileRestricted:
    """The test that an operator has put in force."""

    @pytest.fixture(autouse=True)
    def restricted(self, exchange: Exchange) -> None:
        exchange.new("B1", "BID", "buy", 10, 10_000)
        assert restrict(exchange) == ["ACME short sales restricted to 0: desk"]

    @pytest.mark.parametrize(("price", "shown"), [(10_000, "100"), (9_950, "99.5")])
    @pytest.mark.parametrize("time_in_force", ["0", "3", "4"])
    def test_a_short_sale_keeps_above_the_best_bid(
        self, exchange: Exchange, price: int, shown: str, time_in_force: str
    ) -> None:
        refused = asked_to_keep_above(shown, "100")
        assert exchange.new("A1", "X", SHORT, 5, price, time_in_force) == [f"A1 X OrderRejected reason 0: {refused}"]
        assert exchange.new("A1", "Y", SHORT, 5, 10_001)[0].startswith("A1 Y New")
        assert exchange.depth() == ([(10_000, 10, 1)], [(10_001, 5, 1)])

    @pytest.mark.parametrize(
        ("ord_type", "instructions"),
        [
            ("1", {}),
            ("3", {"stop": 9_990}),
            ("4", {"stop": 9_990}),
            ("K", {}),
            ("P", {"peg_price_type": "5"}),
        ],
    )
    def test_only_limit_orders_come(self, exchange: Exchange, ord_type: str, instructions: dict[str, Any]) -> None:
        price = 10_010 if ord_type == "4" else None
        (line,) = exchange.new("A1", "X", SHORT, 5, price, ord_type=ord_type, **instructions)
        assert line == f"A1 X OrderRejected reason 0: {RULE} only Limit orders are taken, not OrdType {ord_type}"

    @pytest.mark.parametrize("side", ["sell", EXEMPT])
    def test_who_is_exempt_trades(self, exchange: Exchange, side: str) -> None:
        assert len(exchange.market("A1", "X", side, 5)) == 3

    def test_a_replace_is_judged_as_a_new_order(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 5, 10_001)
        order_id, refused = exchange.seq, asked_to_keep_above("100", "100")
        assert exchange.replace("A1", "Y", "X", 5, 10_000, side=SHORT) == [
            f"A1 Y<X CancelRejected to 2 order {order_id} new reason 2: {refused}"
        ]
        assert exchange.replace("A1", "Z", "X", 6, 10_002, side=SHORT)[0].startswith("A1 Z<X Replaced")

    def test_without_a_bid_any_price_does(self, exchange: Exchange) -> None:
        exchange.cancel("B1", "GONE", "BID")
        assert exchange.new("A1", "X", SHORT, 5, 8_000)[0].startswith("A1 X New")

    @pytest.mark.parametrize("instructions", [{"display": 0}, {"min_qty": 5}, {"exec_inst": "G"}])
    def test_a_bid_that_nobody_sees_is_none(self, exchange: Exchange, instructions: dict[str, Any]) -> None:
        exchange.new("B1", "DARK", "buy", 5, 10_005, **instructions)
        lines = exchange.new("A1", "X", SHORT, 5, 10_001)
        assert lines[1] == "A1 X Trade filled 5@10001 cum 5 leaves 0 last 5@10005 #1 aggressor"

    def test_a_pegged_bid_is_shown(self, exchange: Exchange) -> None:
        exchange.new("B1", "PEG", "buy", 5, None, ord_type="P", peg_price_type="5", peg_offset=5)
        refused = asked_to_keep_above("100.05", "100.05")
        assert exchange.new("A1", "X", SHORT, 5, 10_005) == [f"A1 X OrderRejected reason 0: {refused}"]

    def test_what_is_shown_already_trades_when_a_buyer_comes(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 5, 10_001)
        lines = exchange.new("B1", "Y", "buy", 9, 10_003)
        assert lines[2] == "A1 X Trade filled 5@10001 cum 5 leaves 0 last 5@10001 #1"

    def test_an_operator_does_not_restate_across_the_bid(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 5, 10_001)
        assert exchange.apply(RestateOne(exchange.seq, 5 * SCALE_E8, 100 * SCALE_E8, 2, "phone")) == [
            "Refused: At 100 the order would be a short sale at or below the best bid (SEC Rule 201)."
        ]

    def test_an_auction_takes_none_at_the_bid_either(self, exchange: Exchange) -> None:
        to(exchange, "volatility_auction")
        refused = asked_to_keep_above("100", "100")
        assert exchange.new("A1", "X", SHORT, 5, 10_000) == [f"A1 X OrderRejected reason 0: {refused}"]
        assert exchange.new("A1", "Y", SHORT, 5, 10_001)[0].startswith("A1 Y New")

    def test_what_an_auction_sells_is_not_judged_again(self, exchange: Exchange) -> None:
        to(exchange, "volatility_auction")
        exchange.new("A1", "Y", SHORT, 5, 10_001)
        exchange.new("B1", "Z", "buy", 5, 10_005)
        assert to(exchange, "continuous")[0] == "ACME uncrossed 5@10001 imbalance 0"

    def test_it_ends_when_an_operator_says_so(self, exchange: Exchange) -> None:
        assert restrict(exchange, is_restricted=False) == ["ACME short sales free: desk"]
        assert len(exchange.new("A1", "X", SHORT, 5, 10_000)) == 3
        assert exchange.engine.instruments["ACME"].care == 0


class TestWhatWasThereBefore:
    """Orders that the chain has taken before the restriction, and that come to the market during it."""

    def test_a_stop_that_is_triggered_is_canceled(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 5, None, ord_type="3", stop=9_990)
        exchange.new("A1", "Y", SHORT, 5, 9_980, ord_type="4", stop=9_990)
        exchange.new("A1", "Z", SHORT, 5, 9_995, ord_type="4", stop=9_990)
        restrict(exchange)
        exchange.new("B1", "BID", "buy", 10, 9_989)
        assert trade(exchange, 9_990) == [
            "A1 X Triggered new 5@market cum 0 leaves 5",
            f"A1 X Canceled canceled 5@market cum 0 leaves 0: {BARRED}",
            "A1 Y Triggered new 5@9980 cum 0 leaves 5",
            f"A1 Y Canceled canceled 5@9980 cum 0 leaves 0: {BARRED}",
            "A1 Z Triggered new 5@9995 cum 0 leaves 5",
        ]
        assert exchange.depth() == ([(9_989, 10, 1)], [(9_995, 5, 1)])

    def test_a_peg_waits_while_its_price_would_be_a_bid(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 5, None, ord_type="P", peg_price_type="5", peg_offset=-15)
        exchange.new("B1", "BID", "buy", 10, 9_990)
        restrict(exchange)
        exchange.new("B1", "PEGGED", "buy", 5, None, ord_type="P", peg_price_type="5", peg_offset=10)
        assert exchange.new("B1", "OFFER", "sell", 10, 10_010) == ["B1 OFFER New new 10@10010 cum 0 leaves 10"]
        assert exchange.depth() == ([(10_000, 5, 1), (9_990, 10, 1)], [(10_010, 10, 1)])
        lines = restrict(exchange, is_restricted=False)
        assert [line.split()[1] for line in lines] == ["short", "X", "PEGGED"]

    def test_a_choosy_one_waits_until_the_bid_has_fallen(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 10, 10_000, exec_inst="G")
        exchange.new("B1", "B", "buy", 5, 10_000)
        restrict(exchange)
        assert exchange.new("B1", "C", "buy", 5, 10_000) == ["B1 C New new 5@10000 cum 0 leaves 5"]
        assert exchange.new("B1", "D", "buy", 20, 10_001) == ["B1 D New new 20@10001 cum 0 leaves 20"]
        for clord_id in ("B", "C", "D"):
            exchange.cancel("B1", f"{clord_id}-", clord_id)
        lines = exchange.new("B1", "E", "buy", 20, 10_000)
        assert lines[2] == "A1 X Trade filled 10@10000 cum 10 leaves 0 last 10@10000 #1"

    def test_a_choosy_one_trades_when_the_restriction_is_lifted(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 10, 10_000, exec_inst="G")
        exchange.new("B1", "B", "buy", 5, 10_000)
        restrict(exchange)
        exchange.new("B1", "C", "buy", 5, 10_000)
        lines = restrict(exchange, is_restricted=False)
        assert [line.split()[1] for line in lines[1:]] == ["X", "B", "X", "C"]

    def test_a_choosy_one_that_is_reinstated_waits_too(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 5, 10_000, exec_inst="G")
        exchange.new("B1", "B", "buy", 5, 10_000)
        place = exchange.seq
        exchange.new("C1", "C", "buy", 5, 10_000)
        restrict(exchange)
        busted = AmendTrade(place, 1, place, place - 1, 5, 10_000, 0, 0, True, "error")
        assert [line.split()[:3:2] for line in exchange.apply(busted)] == [["B1", "TradeCancel"], ["A1", "TradeCancel"]]
        assert exchange.engine.open_order_count == 3

    def test_a_filled_one_is_not_reinstated_across_the_bid(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 5, 10_000)
        exchange.new("B1", "B", "buy", 5, 10_000)
        place = exchange.seq
        exchange.new("C1", "C", "buy", 5, 10_000)
        restrict(exchange)
        lines = exchange.apply(AmendTrade(place, 1, place, place - 1, 5, 10_000, 0, 0, True, "error"))
        assert lines[-1] == f"A1 X Canceled canceled 5@10000 cum 0 leaves 0: {BARRED}"


class TestTheFall:
    """A trade ten percent below the last close restricts short sales to the end of the next trading day."""

    @pytest.fixture(autouse=True)
    def rules(self, exchange: Exchange) -> None:
        exchange.set_instrument(rules=TEN_PERCENT)

    def test_a_trade_that_far_below_the_reference_price(self, exchange: Exchange) -> None:
        assert trade(exchange, 9_001) == []
        assert trade(exchange, 9_000) == [f"ACME short sales restricted to 2: {FALL}"]
        assert trade(exchange, 8_999) == []
        assert exchange.engine.instruments["ACME"].short_sale_restricted

    def test_the_order_that_falls_through_trades_to_its_end(self, exchange: Exchange) -> None:
        for clord_id, price in (("B", 9_100), ("C", 9_000), ("D", 8_900)):
            exchange.new("B1", clord_id, "buy", 1, price)
        lines = exchange.new("A1", "X", SHORT, 3, 8_900)
        assert [line.split()[1] for line in lines] == ["X", "X", "B", "X", "C", "X", "D", "short"]
        assert lines[-1].endswith("a trade at 89 is 10 % or more below the last close 100")

    def test_a_stop_that_the_fall_triggers_is_judged(self, exchange: Exchange) -> None:
        exchange.new("A1", "X", SHORT, 5, None, ord_type="3", stop=9_000)
        exchange.new("B1", "BID", "buy", 10, 8_990)
        assert trade(exchange, 9_000) == [
            f"ACME short sales restricted to 2: {FALL}",
            "A1 X Triggered new 5@market cum 0 leaves 5",
            f"A1 X Canceled canceled 5@market cum 0 leaves 0: {BARRED}",
        ]

    def test_an_auction_may_fall_too(self, exchange: Exchange) -> None:
        to(exchange, "volatility_auction")
        exchange.new("B1", "S", "sell", 5, 9_000)
        exchange.new("C1", "B", "buy", 5, 9_000)
        assert to(exchange, "continuous")[:2] == [
            "ACME uncrossed 5@9000 imbalance 0",
            f"ACME short sales restricted to 2: {FALL}",
        ]

    def test_it_ends_with_the_next_day(self, exchange: Exchange) -> None:
        trade(exchange, 9_000)
        self.next_day(exchange, 20_260_102)
        assert exchange.engine.instruments["ACME"].short_sale_restricted
        to(exchange, "closed")
        assert end_day(exchange)[-1] == "ACME short sales free: SEC Rule 201: the trading day after the fall has ended"
        assert not exchange.engine.instruments["ACME"].short_sale_restricted

    def test_a_fall_on_the_next_day_is_measured_from_the_close(self, exchange: Exchange) -> None:
        trade(exchange, 9_000)
        self.next_day(exchange, 20_260_102)
        exchange.set_instrument(rules=TEN_PERCENT, band_bps=0)
        assert trade(exchange, 8_101) == []
        (line,) = trade(exchange, 8_100)
        assert line.endswith("restricted to 2: SEC Rule 201: a trade at 81 is 10 % or more below the last close 90")
        self.next_day(exchange, 20_260_103)
        assert exchange.engine.instruments["ACME"].short_sale_restricted

    def test_what_an_operator_set_does_not_end_by_itself(self, exchange: Exchange) -> None:
        trade(exchange, 9_000)
        assert restrict(exchange) == ["ACME short sales restricted to 0: desk"]
        assert trade(exchange, 9_000) == []
        self.next_day(exchange, 20_260_102)
        self.next_day(exchange, 20_260_103)
        assert exchange.engine.instruments["ACME"].short_sale_restricted

    def test_without_a_price_to_measure_from_nothing_falls(self, exchange: Exchange) -> None:
        exchange.set_instrument("NEW", reference=0, band_bps=0, rules=TEN_PERCENT)
        exchange.new("B1", "S", "sell", 1, 1, symbol="NEW")
        exchange.new("C1", "B", "buy", 1, 1, symbol="NEW")
        assert not exchange.engine.instruments["NEW"].short_sale_restricted

    def next_day(self, exchange: Exchange, trade_date: int) -> None:
        to(exchange, "closed")
        end_day(exchange)
        start_day(exchange, trade_date)
        to(exchange, "continuous")


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (RestrictShortSale("NOPE", True, ""), "Unknown symbol NOPE."),
        (RestrictShortSale("ACME", False, ""), "Short sales of ACME are not restricted."),
    ],
)
def test_a_restriction_that_changes_nothing_is_refused(
    exchange: Exchange, command: RestrictShortSale, fault: str
) -> None:
    assert exchange.engine.fault_of(command) == fault
    assert exchange.apply(command) == [f"Refused: {fault}"]
    restrict(exchange)
    assert restrict(exchange) == ["Refused: Short sales of ACME are restricted already."]


def test_the_restriction_is_part_of_the_state(exchange: Exchange) -> None:
    before = exchange.replayed(exchange.log).state_hash()
    restrict(exchange)
    after = exchange.engine.state_hash()
    assert exchange.replayed(exchange.log).state_hash() == after != before
