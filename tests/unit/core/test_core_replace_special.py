"""Replaces of orders that are more than plain: what may change, what keeps its place, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

ALL: dict[str, Any] = {"exec_inst": "G"}
ICE: dict[str, Any] = {"display": 10}
HIDDEN: dict[str, Any] = {"display": 0}
SOME: dict[str, Any] = {"min_qty": 5}
POST: dict[str, Any] = {"exec_inst": "6"}
PEG: dict[str, Any] = {"ord_type": "P", "peg_price_type": "5"}
STOP: dict[str, Any] = {"ord_type": "4", "stop": 10_100}


def queue(exchange: Exchange) -> list[str]:
    """Give the ClOrdIDs in the book in the order of their priority."""
    return [order.clord_id for order in exchange.engine.books["ACME"]]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ICE, {"display": 10}),
        (ICE, {"display": 5}),
        (HIDDEN, HIDDEN),
        (SOME, SOME),
        (ALL, ALL),
        (POST, POST),
        ({"exec_inst": "K"}, {}),
        ({}, {"exec_inst": "K"}),
        ({}, {"self_match_id": "desk"}),
    ],
)
def test_these_keep_the_place(exchange: Exchange, before: dict[str, Any], after: dict[str, Any]) -> None:
    exchange.new("A1", "X", "buy", 50, 10_000, **before)
    exchange.new("A1", "next", "buy", 50, 10_000, **before)
    assert exchange.replace("A1", "Y", "X", 40, 10_000, **after) == ["A1 Y<X Replaced new 40@10000 cum 0 leaves 40"]
    assert queue(exchange) == ["Y", "next"]


@pytest.mark.parametrize(
    ("before", "after", "qty", "price"),
    [
        (ICE, {"display": 11}, 50, 10_000),
        (ICE, ICE, 51, 10_000),
        (HIDDEN, HIDDEN, 51, 10_000),
        (SOME, {"min_qty": 4}, 50, 10_000),
        (SOME, {"min_qty": 6}, 50, 10_000),
        (ALL, ALL, 51, 10_000),
    ],
)
def test_these_lose_the_place(
    exchange: Exchange, before: dict[str, Any], after: dict[str, Any], qty: int, price: int
) -> None:
    exchange.new("A1", "X", "buy", 50, 10_000, **before)
    exchange.new("A1", "next", "buy", 50, 10_000, **before)
    assert exchange.replace("A1", "Y", "X", qty, price, **after) == [
        f"A1 Y<X Replaced new {qty}@{price} cum 0 leaves {qty}"
    ]
    assert queue(exchange) == ["next", "Y"]


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ({}, ICE, "DisplayQty (1138) above 0"),
        (ICE, {}, "DisplayQty (1138) above 0"),
        (ICE, HIDDEN, "DisplayQty (1138) above 0"),
        ({}, HIDDEN, "DisplayQty (1138) 0"),
        (HIDDEN, {}, "DisplayQty (1138) 0"),
        ({}, ALL, "ExecInst (18) G"),
        (ALL, {}, "ExecInst (18) G"),
        ({}, SOME, "MinQty (110)"),
        (SOME, {}, "MinQty (110)"),
        ({}, POST, "ExecInst (18) 6"),
        (POST, {}, "ExecInst (18) 6"),
        (PEG, PEG | {"peg_price_type": "2"}, "PegPriceType (1094)"),
    ],
)
def test_the_kind_stays_and_what_is_left_out_is_no_longer_asked_for(
    exchange: Exchange, before: dict[str, Any], after: dict[str, Any], field: str
) -> None:
    price = None if before == PEG else 10_000
    exchange.new("A1", "X", "buy", 50, price, **before)
    order_id = exchange.seq
    assert exchange.replace("A1", "Y", "X", 50, price, **after) == [
        f"A1 Y<X CancelRejected to 2 order {order_id} new reason 99: "
        f"Order {order_id} can't become another kind of order: {field} must stay"
    ]
    shown = "market" if price is None else price
    assert exchange.query("A1", "X") == [f"A1 X Status new 50@{shown} cum 0 leaves 50"]


def test_what_an_iceberg_shows_goes_down_with_display_qty_and_with_what_is_left(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 50, 10_000, **ICE)
    exchange.replace("A1", "Y", "X", 50, 10_000, display=4)
    assert exchange.depth() == ([(10_000, 4, 1)], [])
    exchange.replace("A1", "Z", "Y", 3, 10_000, display=3)
    assert exchange.depth() == ([(10_000, 3, 1)], [])
    exchange.new("B1", "T", "sell", 1, 10_000)
    exchange.replace("A1", "W", "Z", 2, 10_000, display=2)
    assert exchange.depth() == ([(10_000, 1, 1)], [])


def test_a_smaller_display_qty_does_not_refresh_what_is_shown(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 50, 10_000, **ICE)
    exchange.new("B1", "T", "sell", 8, 10_000)
    exchange.replace("A1", "Y", "X", 50, 10_000, display=5)
    assert exchange.depth() == ([(10_000, 2, 1)], [])
    exchange.new("B1", "U", "sell", 2, 10_000)
    assert exchange.depth() == ([(10_000, 5, 1)], [])


def test_another_price_of_a_hidden_order_may_trade(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 5, 10_010)
    exchange.new("A1", "X", "buy", 10, 10_000, **HIDDEN)
    assert exchange.replace("A1", "Y", "X", 10, 10_010, **HIDDEN) == [
        "A1 Y<X Replaced new 10@10010 cum 0 leaves 10",
        "A1 Y Trade partial 10@10010 cum 5 leaves 5 last 5@10010 #1 aggressor",
        "B1 S Trade filled 5@10010 cum 5 leaves 0 last 5@10010 #1",
    ]
    assert exchange.depth() == ([], [])


def test_a_smaller_min_qty_may_trade_at_once(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 5, 10_000)
    exchange.new("A1", "X", "buy", 10, 10_000, min_qty=6)
    lines = exchange.replace("A1", "Y", "X", 10, 10_000, min_qty=5)
    assert lines[1] == "A1 Y Trade partial 10@10000 cum 5 leaves 5 last 5@10000 #1 aggressor"


def test_a_smaller_all_or_none_order_trades_at_the_end_of_the_command(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 5, 10_000)
    exchange.new("A1", "X", "buy", 10, 10_000, **ALL)
    assert exchange.replace("A1", "Y", "X", 5, 10_000, **ALL) == [
        "A1 Y<X Replaced new 5@10000 cum 0 leaves 5",
        "A1 Y Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #1 aggressor",
        "B1 S Trade filled 5@10000 cum 5 leaves 0 last 5@10000 #1",
    ]


@pytest.mark.parametrize("before", [ICE, HIDDEN, SOME])
def test_a_quantity_at_or_below_cum_qty_ends_the_order(exchange: Exchange, before: dict[str, Any]) -> None:
    exchange.new("A1", "X", "buy", 50, 10_000, **before)
    exchange.new("B1", "S", "sell", 20, 10_000)
    assert exchange.replace("A1", "Y", "X", 15, 10_000, **before) == ["A1 Y<X Replaced filled 20@10000 cum 20 leaves 0"]
    assert exchange.engine.open_order_count == 0
    assert exchange.engine.instruments["ACME"].care == 0


@pytest.mark.parametrize(("before", "after"), [("0", "1"), ("1", "0"), ("0", "6"), ("6", "1"), ("1", "6"), ("6", "0")])
def test_a_change_of_time_in_force_alone_keeps_the_place(exchange: Exchange, before: str, after: str) -> None:
    dates: dict[str, dict[str, Any]] = {"6": {"expire_date": 20_300_101}}
    exchange.new("A1", "X", "buy", 10, 10_000, before, **dates.get(before, {}))
    exchange.new("A1", "next", "buy", 10, 10_000)
    assert exchange.replace("A1", "Y", "X", 10, 10_000, time_in_force=after, **dates.get(after, {})) == [
        "A1 Y<X Replaced new 10@10000 cum 0 leaves 10"
    ]
    assert queue(exchange) == ["Y", "next"]
    assert exchange.engine.list_orders()[1].time_in_force == after


@pytest.mark.parametrize("before", ["5", "7"])
@pytest.mark.parametrize("after", ["0", "1"])
def test_an_order_for_an_auction_stays_one(exchange: Exchange, before: str, after: str) -> None:
    exchange.new("A1", "X", "buy", 10, 10_000, before)
    order_id = exchange.seq
    assert exchange.replace("A1", "Y", "X", 10, 10_000, time_in_force=after) == [
        f"A1 Y<X CancelRejected to 2 order {order_id} new reason 99: "
        f"TimeInForce of order {order_id} can't change from {before} to {after}"
    ]
    assert exchange.replace("A1", "Z", "X", 12, 10_001, time_in_force=before) == [
        "A1 Z<X Replaced new 12@10001 cum 0 leaves 12"
    ]


@pytest.mark.parametrize("after", ["5", "7"])
def test_no_order_becomes_one_for_an_auction(exchange: Exchange, after: str) -> None:
    exchange.new("A1", "X", "buy", 10, 10_000)
    assert exchange.replace("A1", "Y", "X", 10, 10_000, time_in_force=after)[0].endswith(
        f"can't change from 0 to {after}"
    )


def test_a_time_that_is_past_is_refused(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 10, 10_000)
    order_id = exchange.seq
    assert exchange.replace("A1", "Y", "X", 10, 10_000, time_in_force="6", expire_time_ns=exchange.seq * 1_000) == [
        f"A1 Y<X CancelRejected to 2 order {order_id} new reason 99: ExpireTime (126) or ExpireDate (432) is past"
    ]
    assert exchange.replace(
        "A1", "Z", "X", 10, 10_000, time_in_force="6", expire_time_ns=(exchange.seq + 9) * 1_000
    ) == ["A1 Z<X Replaced new 10@10000 cum 0 leaves 10"]


def test_a_replace_over_another_session_is_told_to_both(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 50, 10_000, **ICE)
    assert exchange.replace("A2", "Y", "X", 60, 10_000, **ICE) == [
        "A2 Y<X Replaced new 60@10000 cum 0 leaves 60",
        "A1 Y<X Replaced new 60@10000 cum 0 leaves 60",
    ]
    assert exchange.new("B1", "S", "sell", 1, 10_000)[2].startswith("A1 Y Trade")


def test_a_cancel_over_another_session_is_told_to_both(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 10, 10_200, **STOP)
    assert exchange.cancel("A2", "Y", "X") == [
        "A2 Y<X Canceled canceled 10@10200 cum 0 leaves 0",
        "A1 X Canceled canceled 10@10200 cum 0 leaves 0: Canceled over session A2",
    ]


def test_a_cancel_lets_others_move(exchange: Exchange) -> None:
    exchange.new("B1", "bid", "buy", 1, 9_990)
    exchange.new("B1", "worse", "buy", 1, 9_980)
    exchange.new("A1", "X", "buy", 10, None, **PEG)
    exchange.new("C1", "S", "sell", 5, 9_985, ord_type="4", stop=9_985, trigger_price_type="3")
    assert exchange.cancel("B1", "off", "bid") == [
        "B1 off<bid Canceled canceled 1@9990 cum 0 leaves 0",
        "C1 S Triggered new 5@9985 cum 0 leaves 5",
    ]
    assert exchange.query("A1", "X") == ["A1 X Status new 10@market cum 0 leaves 10 (pegged 9980)"]
