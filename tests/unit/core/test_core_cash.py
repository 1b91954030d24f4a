"""Orders for an amount of money: what quantity it comes to, at which price, and what can't be converted."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import msgpack

from tests.unit.core.conftest import Exchange
from tests.unit.core.limiting import limit
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import (
    BarVenue,
    Command,
    Instructions,
    MarketRules,
    RestateOne,
    Route,
    SetMark,
    wanted_of_market,
)
from tradsys_oms.core.events import OrderRejected, VenueOrder
from tradsys_oms.core.fields import SCALE_E8

LIMIT, MARKET, STOP, STOP_LIMIT, PEGGED = "2", "1", "3", "4", "P"


def money(amount: str) -> dict[str, Any]:
    """Give the instruction that stands in place of a quantity."""
    whole, _, cents = amount.partition(".")
    return {"cash_order_qty_e8": int(whole) * SCALE_E8 + int((cents or "0").ljust(8, "0"))}


@pytest.mark.parametrize(
    ("ord_type", "price", "more", "qty", "at"),
    [
        (LIMIT, 9_000, {}, 111, "90"),
        (LIMIT, 10_000, {}, 100, "100"),
        (LIMIT, 10_001, {}, 99, "100.01"),
        (MARKET, None, {}, 100, "100"),
        (MARKET, 9_000, {}, 100, "100"),  # Price does not apply
        (STOP, None, {"stop": 11_000}, 90, "110"),
        (STOP_LIMIT, 12_000, {"stop": 11_000}, 83, "120"),
        (PEGGED, 9_900, {"peg_price_type": "5"}, 101, "99"),
        (PEGGED, None, {"peg_price_type": "5"}, 100, "100"),
    ],
)
def test_an_amount_is_converted_at_the_price_of_the_order_or_the_market(
    exchange: Exchange, ord_type: str, price: int | None, more: dict[str, Any], qty: int, at: str
) -> None:
    exchange.new("A1", "X", "buy", 0, price, ord_type=ord_type, **more, **money("10000"))
    order = exchange.engine.orders.find(exchange.seq)
    assert order is not None
    assert order.order_qty == qty
    first = exchange.events[0]
    assert getattr(first, "text", "") == f"CashOrderQty was converted at {at}"
    assert order.special is not None
    assert getattr(first, "instructions", None) == order.special.instructions


def test_the_market_is_the_last_trade_then_the_middle_of_the_book_then_the_mark(exchange: Exchange) -> None:
    def converted() -> str:
        lines = exchange.new("A1", f"X{exchange.seq}", "buy", 0, None, "3", ord_type=MARKET, **money("10000"))
        return lines[0].split(": ")[1]

    assert converted() == "CashOrderQty was converted at 100"
    exchange.apply(SetMark("ACME", 9_500 * SCALE_E8 // 100, "close"))
    assert converted() == "CashOrderQty was converted at 95"
    exchange.new("B1", "bid", "buy", 1, 9_000)
    exchange.new("C1", "offer", "sell", 1, 9_100)
    assert converted() == "CashOrderQty was converted at 90.5"  # and takes the offer
    assert converted() == "CashOrderQty was converted at 91"


@pytest.mark.parametrize(
    ("amount", "reason", "text"),
    [
        ("99.99", 13, "CashOrderQty 99.99 is less than the lot 1 of ACME costs at 100"),
        ("0", 13, "CashOrderQty 0 must be above 0"),
        ("-5", 13, "CashOrderQty -5 must be above 0"),
        ("100000100", 3, "CashOrderQty 100000100 comes to more than the maximum OrderQty 1000000 at 100"),
        ("92233720368", 3, "CashOrderQty 92233720368 comes to more than the maximum OrderQty 1000000 at 100"),
    ],
)
def test_an_amount_that_comes_to_no_order_is_refused(exchange: Exchange, amount: str, reason: int, text: str) -> None:
    assert exchange.new("A1", "X", "buy", 0, 10_000, **money(amount)) == [f"A1 X OrderRejected reason {reason}: {text}"]
    assert isinstance(exchange.events[0], OrderRejected)
    assert exchange.events[0].order_qty_e8 == 0
    assert exchange.engine.reject_count == 1
    exchange.new("A1", "Y", "buy", 10, 10_000)
    reason = {13: 99, 3: 99}[reason]
    assert exchange.replace("A1", "Z", "Y", 0, 10_000, **money(amount)) == [
        f"A1 Z<Y CancelRejected to 2 order {exchange.seq - 1} new reason {reason}: {text}"
    ]


def test_an_amount_needs_a_price(exchange: Exchange) -> None:
    exchange.set_instrument("NEW", reference=0, band_bps=0)
    assert exchange.new("A1", "X", "buy", 0, None, ord_type=MARKET, symbol="NEW", **money("100")) == [
        "A1 X OrderRejected reason 99: CashOrderQty needs a price, and NEW has none now: give OrderQty (38)"
    ]
    assert exchange.new("A1", "Y", "buy", 0, 1_000, symbol="NEW", **money("100")) == [
        "A1 Y New new 10@1000 cum 0 leaves 10: CashOrderQty was converted at 10"
    ]


def test_what_is_refused_is_refused_in_the_words_of_all_orders(exchange: Exchange) -> None:
    exchange.set_instrument(notional_max_e8=5_000 * SCALE_E8)
    cash = money("10000")
    assert exchange.new("A1", "1", "buy", 0, 5_000, **cash)[0].endswith(
        "Price 50 is outside the band 80 to 120 of ACME"
    )
    assert exchange.new("A1", "2", "buy", 0, 10_000, **cash)[0].endswith("Notional 100 x 100 is above the maximum 5000")
    assert exchange.new("A1", "6", "buy", 0, -1, **cash)[0].endswith("Price -0.01 must be above 0")
    assert exchange.new("A1", "7", "buy", 0, None, **cash)[0].endswith("A limit order needs a Price")
    assert exchange.new("A1", "3", "buy", 0, 10_000, symbol="NONE", **cash)[0].endswith("Unknown symbol NONE")
    assert exchange.new("A1", "4", "buy", 0, 10_000, unsupported="No.", **cash)[0].endswith("No.")
    assert exchange.new("A1", "5", "buy", 5, 10_000, unsupported="Both.", **cash)[0].endswith("Both.")
    assert exchange.new("A1", "1", "buy", 0, 10_000, **cash)[0].endswith(
        "was used before by an order that was rejected"
    )


def test_limits_count_the_quantity(exchange: Exchange) -> None:
    limit(exchange, "account", open_notional_max_e8=15_000 * SCALE_E8)
    exchange.new("A1", "X", "buy", 0, 10_000, **money("10000"))
    assert "open_notional_max" in exchange.new("A1", "Y", "buy", 0, 10_000, **money("6000"))[0]
    assert " New " in exchange.new("A1", "Z", "buy", 0, 10_000, **money("5000.99"))[0]


def test_a_replace_gives_a_new_amount_for_the_whole_order(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 0, 10_000, **money("10000"))
    exchange.new("B1", "S", "sell", 40, 10_000)
    assert exchange.replace("A1", "Y", "X", 0, 8_000, **money("10000")) == [
        "A1 Y<X Replaced partial 115@8000 cum 40 leaves 75: CashOrderQty was converted at 80"
    ]
    assert exchange.replace("A1", "Z", "Y", 50, 8_000) == ["A1 Z<Y Replaced partial 50@8000 cum 40 leaves 10"]
    assert exchange.replace("A1", "Q", "Z", 0, 8_000, **money("4000")) == [
        "A1 Q<Z Replaced filled 40@8000 cum 40 leaves 0: CashOrderQty was converted at 80"
    ]


def test_less_money_keeps_the_place_and_more_loses_it(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 0, 10_000, **money("10000"))
    exchange.new("C1", "second", "buy", 10, 10_000)
    exchange.replace("A1", "Y", "X", 0, 10_000, **money("5000"))
    assert exchange.new("B1", "S1", "sell", 1, 10_000)[2].startswith("A1 Y Trade")
    exchange.replace("A1", "Z", "Y", 0, 10_000, **money("6000"))
    assert exchange.new("B1", "S2", "sell", 1, 10_000)[2].startswith("C1 second Trade")


def test_an_operator_may_restate_the_quantity(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 0, 10_000, **money("10000"))
    assert exchange.apply(RestateOne(exchange.seq, 60 * SCALE_E8, None, 5, "agreed")) == [
        "A1 X Restated new 60@10000 cum 0 leaves 60 (because 5): agreed"
    ]
    asked = getattr(exchange.events[0], "instructions", None)
    assert asked == Instructions(cash_order_qty_e8=10_000 * SCALE_E8, cash_px_e8=100 * SCALE_E8)


def test_several_venues_get_parts_of_the_quantity(exchange: Exchange) -> None:
    play = VenuePlay(exchange, Route("r", "split", ("V1", "V2"), weights=(1, 2)), venues=("V1", "V2"))
    play.broker("new", "A1", "X", "buy", 0, 10_000, **money("9000"))
    orders = [event for _, event in play.sent if isinstance(event, VenueOrder)]
    assert [(event.venue, event.order_qty_e8 // SCALE_E8, event.instructions) for event in orders] == [
        ("V1", 30, None),
        ("V2", 60, None),
    ]


def test_a_replace_at_a_venue_is_one_of_the_quantity(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 0, 10_000, **money("10000"))
    ((first, _),) = play.sent
    play.report(first, "0", "0", 100, 0, 100)
    play.report(first, "F", "1", 100, 50, 50, 50)
    play.told.clear()
    play.broker("replace", "A1", "Y", "X", 0, 10_000, **money("8000"))
    second, request = play.sent[-1]
    assert (request.order_qty_e8 // SCALE_E8, request.instructions) == (80, None)
    play.report(second, "5", "1", 80, 50, 30, orig_clord_id=first)
    assert play.lines()[-1] == "A1 Y<X Replaced partial 80@10000 cum 50 leaves 30: CashOrderQty was converted at 100"


def test_our_book_takes_the_rest_where_no_venue_is_up(exchange: Exchange) -> None:
    play = VenuePlay(exchange, Route("r", "failover", ("V1",), on_none_up="book", members=("A",)))
    play.broker("new", "A1", "X", "buy", 0, 10_000, **money("10000"))
    ((first, _),) = play.sent
    play.apply(BarVenue("V1", "operator", True, "closed"))
    play.refuse(first, "order", 99, "no")
    play.lines()
    assert exchange.new("B1", "S", "sell", 1, 10_000)[-1].startswith("A1 X Trade partial 100@10000")


def test_what_a_market_is_asked_for() -> None:
    whole = Instructions(min_qty_e8=1, cash_order_qty_e8=5, cash_px_e8=5, is_manual=True)
    assert wanted_of_market(whole) == Instructions(min_qty_e8=1)
    assert wanted_of_market(Instructions(cash_order_qty_e8=5)) is None
    assert wanted_of_market(Instructions(min_qty_e8=2)) == Instructions(min_qty_e8=2)


def test_instructions_of_older_journals_can_be_read() -> None:
    known = Instructions(stop_px_e8=7, max_floor=True)
    older = msgpack.decode(msgpack.encode(known))[:13]
    assert msgpack.decode(msgpack.encode(older), type=Instructions) == known


def test_a_replay_comes_to_the_same(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 0, 10_000, **money("10000"))
    exchange.new("B1", "S", "sell", 40, 10_000)
    exchange.replace("A1", "Y", "X", 0, 8_000, **money("10000"))
    exchange.new("A1", "Z", "buy", 0, None, ord_type=MARKET, **money("1"))
    commands = [msgpack.decode(msgpack.encode(command), type=Command) for command in exchange.log]
    assert exchange.replayed(commands).state_hash() == exchange.engine.state_hash()


def test_an_amount_with_an_instruction_is_judged_by_the_quantity(exchange: Exchange) -> None:
    assert exchange.new("A1", "X", "buy", 0, 10_000, min_qty=101, **money("10000"))[0].endswith(
        "MinQty 101 must be a multiple of the lot 1, and at most OrderQty"
    )
    exchange.set_instrument(rules=MarketRules(matching="pro_rata"))
    assert " New " in exchange.new("A1", "Y", "buy", 0, 10_000, **money("10000"))[0]
