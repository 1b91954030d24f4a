"""Orders by telephone: without ClOrdID, through all checks, and how a member gets at them by message."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import msgpack

from tests.unit.core.conftest import TICK_E8, Exchange, asked, line
from tests.unit.core.limiting import limit
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import (
    Block,
    CancelOne,
    CancelOrders,
    Command,
    EnterOrder,
    MassCancelOrders,
    NewOrder,
    Scope,
    SetSession,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Execution
from tradsys_oms.core.fields import SCALE_E8

NEW = "A1  New new 10@10000 cum 0 leaves 10: Taken by telephone"


def taken(
    session: str = "A1", qty: int = 10, price: int | None = 10_000, symbol: str = "ACME", **given: Any
) -> EnterOrder:
    """Give an order by telephone, a buy in lots and ticks."""
    price_e8, ord_type = (None, "1") if price is None else (price * TICK_E8, "2")
    order = NewOrder(
        *(session, 0, "", "house", symbol, "1", ord_type, "0", qty * SCALE_E8, price_e8), instructions=asked(**given)
    )
    return EnterOrder(order, "called (by desk)")


def enter(exchange: Exchange, **given: Any) -> str:
    """Enter an order by telephone that is accepted; gives its OrderID."""
    assert exchange.apply(taken(**given))[0].startswith("A1  New new")
    return str(exchange.seq)


def test_members_order_by_telephone_as_often_as_they_like(exchange: Exchange) -> None:
    assert exchange.apply(taken()) == [NEW]
    first = exchange.seq
    assert exchange.apply(taken()) == [NEW]
    assert exchange.new("B1", "S", "sell", 12, 10_000) == [
        "B1 S New new 12@10000 cum 0 leaves 12",
        "B1 S Trade partial 12@10000 cum 10 leaves 2 last 10@10000 #1 aggressor",
        "A1  Trade filled 10@10000 cum 10 leaves 0 last 10@10000 #1",
        "B1 S Trade filled 12@10000 cum 12 leaves 0 last 2@10000 #3 aggressor",
        "A1  Trade partial 10@10000 cum 2 leaves 8 last 2@10000 #3",
    ]
    order = exchange.engine.orders.find(first)
    assert order is not None
    assert (order.clord_id, order.session, order.account) == ("", "A1", "house")
    assert "" not in exchange.engine.members["A"].clord_ids


def test_no_message_is_counted_as_received(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 1, 10_000)
    enter(exchange)
    assert exchange.engine.sessions["A1"].last_msg_seq_num == 1
    exchange.apply(EnterOrder(NewOrder("A1", 9, "Z", "house", "ACME", "1", "2", "0", SCALE_E8, 10_000 * TICK_E8), "t"))
    assert exchange.engine.sessions["A1"].last_msg_seq_num == 1
    assert "Z" not in exchange.engine.members["A"].clord_ids, "what is said by telephone has no ClOrdID"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"session": "Q9"}, "There is no session Q9."),
        ({"symbol": "NONE"}, "There is no instrument NONE."),
        ({"qty": 0}, "OrderQty 0 must be above 0."),
        ({"price": 1}, "Price 0.01 is outside the band 80 to 120 of ACME."),
        ({"stop": 10_000}, "StopPx (99) does not go with OrdType 2, or is missing."),
        ({"qty": 0, "cash_order_qty_e8": 5}, "CashOrderQty 0.00000005 is less than the lot 1 of ACME costs at 100."),
    ],
)
def test_the_operator_is_told_what_is_wrong(exchange: Exchange, given: dict[str, Any], fault: str) -> None:
    assert exchange.engine.fault_of(taken(**given)) == fault
    assert exchange.apply(taken(**given)) == [f"Refused: {fault}"]
    assert exchange.engine.entry_refusal == fault
    assert exchange.engine.fault_of(taken()) is None
    assert exchange.apply(taken()) == [NEW]
    assert exchange.engine.entry_refusal == ""


def test_a_disabled_session_orders_nothing(exchange: Exchange) -> None:
    exchange.apply(SetSession("A1", "A", False))
    assert exchange.apply(taken()) == ["Refused: Session A1 is disabled."]


def test_limits_and_blocks_hold_for_it(exchange: Exchange) -> None:
    limit(exchange, "account", order_qty_max_e8=9 * SCALE_E8)
    assert exchange.engine.fault_of(taken()) is None, "limits are asked when it comes"
    refusal = "order_qty_max of account A/house is 9: this order would make it 10."
    assert exchange.apply(taken()) == [f"Refused: {refusal}"]
    assert exchange.engine.entry_refusal == refusal
    assert exchange.apply(taken(qty=9))[0].startswith("A1  New")
    exchange.apply(Block(Scope("member", "A"), "kill", True, "ops", "runaway"))
    assert "runaway" in exchange.apply(taken(qty=9))[0]
    assert "" not in exchange.engine.members["A"].clord_ids


def test_an_amount_of_money_by_telephone(exchange: Exchange) -> None:
    assert exchange.apply(taken(qty=0, price=None, cash_order_qty_e8=1_050 * SCALE_E8))[0] == (
        "A1  New new 10@market cum 0 leaves 10: Taken by telephone; CashOrderQty was converted at 100"
    )


def test_a_member_asks_for_it_by_order_id(exchange: Exchange) -> None:
    order_id = enter(exchange)
    assert exchange.query("A1", "NONE", order_id) == ["A1  Status new 10@10000 cum 0 leaves 10"]
    assert exchange.query("A2", "", order_id) == ["A2  Status new 10@10000 cum 0 leaves 10"]
    assert exchange.query("B1", "", order_id) == [f"B1  StatusUnknown: Unknown order {order_id}"]


def test_a_member_cancels_it_by_order_id(exchange: Exchange) -> None:
    order_id = enter(exchange)
    assert exchange.cancel("A1", "Y", "") == ["A1 Y< CancelRejected to 1 order 0 rejected reason 1: Unknown order "]
    assert exchange.cancel("A1", "Y", "NONE", order_id=order_id) == ["A1 Y Canceled canceled 10@10000 cum 0 leaves 0"]
    order_id = enter(exchange)
    assert exchange.cancel("A2", "Z", "", order_id=order_id) == [
        "A2 Z Canceled canceled 10@10000 cum 0 leaves 0",
        "A1  Canceled canceled 10@10000 cum 0 leaves 0: Canceled over session A2",
    ]


def test_a_request_gives_it_a_name(exchange: Exchange) -> None:
    order_id = enter(exchange)
    assert exchange.replace("A1", "Y", "", 20, 10_000, order_id=order_id) == [
        "A1 Y Replaced new 20@10000 cum 0 leaves 20"
    ]
    assert exchange.replace("A1", "Z", "Y", 15, 9_990) == ["A1 Z<Y Replaced new 15@9990 cum 0 leaves 15"]
    report = exchange.events[0]
    assert isinstance(report, Execution)
    assert report.instructions is not None
    assert report.instructions.is_manual, "it came by telephone, whatever a message has made of it"
    assert exchange.cancel("A1", "Q", "Z") == ["A1 Q<Z Canceled canceled 15@9990 cum 0 leaves 0"]


def test_a_refused_request_leaves_it_without_a_name(exchange: Exchange) -> None:
    order_id = enter(exchange)
    assert exchange.replace("A1", "Y", "", 20, 1, order_id=order_id) == [
        f"A1 Y< CancelRejected to 2 order {order_id} new reason 99: Price 0.01 is outside the band 80 to 120 of ACME"
    ]
    assert exchange.query("A1", "", order_id) == ["A1  Status new 10@10000 cum 0 leaves 10"]


def test_whatever_cancels_orders_finds_it(exchange: Exchange) -> None:
    first = enter(exchange)
    assert exchange.apply(CancelOne(int(first), "typo"))[0].startswith("A1  Canceled canceled 10@10000")
    enter(exchange)
    assert exchange.apply(CancelOrders("A1", False, "gone"))[0].startswith("A1  Canceled canceled 10@10000")
    enter(exchange)
    assert exchange.apply(MassCancelOrders("A1", 1, "M", "7", "", "", ""))[1].startswith("A1  Canceled")


def test_orders_without_a_name_are_forgotten_as_others(make_exchange: type[Exchange]) -> None:
    exchange = make_exchange(finished_orders_max=2)
    ids = [enter(exchange) for _ in range(4)]
    exchange.replace("A1", "Y", "", 5, 10_000, order_id=ids[0])
    for order_id in ids[1:]:
        exchange.apply(CancelOne(int(order_id), "typo"))
    assert exchange.engine.orders.find(int(ids[1])) is None
    assert exchange.engine.orders.find(int(ids[3])) is not None
    exchange.cancel("A1", "Z", "Y")
    exchange.new("A1", "X", "buy", 0, 10_000)
    assert exchange.engine.orders.find(int(ids[3])) is None


def test_it_goes_to_a_venue_by_its_route(exchange: Exchange) -> None:
    play = VenuePlay(exchange, pending_reports="at_once")
    play.apply(taken())
    order_id = exchange.seq
    name = f"{order_id}-1"
    assert play.lines() == [
        "A1  PendingNew pending new 10@10000 cum 0 leaves 10",
        f"{name} V1 order 10@10000 for {order_id}",
    ]
    assert play.sent[0][1].instructions is None
    play.report(name, "0", "0", 10, 0, 10)
    play.broker("replace", "A1", "Y", "NONE", 20, 10_000, order_id=str(order_id))
    second = play.sent[-1][0]
    play.report(second, "5", "0", 20, 0, 20, orig_clord_id=name)
    play.broker("cancel", "A1", "Z", "Y")
    play.report(play.sent[-1][0], "4", "4", 20, 0, 0, orig_clord_id=second)
    assert [line(event) for event in play.told if isinstance(event, Execution)] == [
        "A1  PendingNew pending new 10@10000 cum 0 leaves 10",
        "A1  New new 10@10000 cum 0 leaves 10: Taken by telephone",
        "A1 Y PendingReplace pending replace 10@10000 cum 0 leaves 10",
        "A1 Y Replaced new 20@10000 cum 0 leaves 20",
        "A1 Z<Y PendingCancel pending cancel 20@10000 cum 0 leaves 20",
        "A1 Z<Y Canceled canceled 20@10000 cum 0 leaves 0",
    ]
    assert all(
        event.instructions is not None and event.instructions.is_manual
        for event in play.told
        if isinstance(event, Execution)
    )


def test_a_route_that_takes_it_nowhere_refuses_it(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.line(is_up=False)
    play.lines()
    play.apply(taken())
    assert play.lines() == ["Refused: No venue of route r is up: V1 is down (test)."]
    assert exchange.engine.open_order_count == 0


def test_a_replay_comes_to_the_same(exchange: Exchange) -> None:
    order_id = enter(exchange)
    enter(exchange)
    exchange.new("B1", "S", "sell", 12, 10_000)
    exchange.apply(taken(qty=0))
    exchange.replace("A1", "Y", "", 20, 9_990, order_id=order_id)
    again = Engine()
    for seq, command in enumerate(exchange.log, 1):
        again.apply(seq, seq * 1_000, msgpack.decode(msgpack.encode(command), type=Command))
    assert again.state_hash() == exchange.engine.state_hash()


def test_a_message_that_was_lost_is_refused_when_it_comes(exchange: Exchange) -> None:
    assert exchange.apply(taken(lost_clord_id="X")) == [NEW]
    order_id = exchange.seq
    assert exchange.replace("A1", "Y", "", 20, 10_000, order_id=str(order_id))[0].startswith("A1 Y Replaced")
    refusal = f"A1 X OrderRejected reason 7: Order {order_id} was entered in its place, by telephone"
    assert exchange.new("A1", "X", "buy", 10, 10_000) == [refusal]
    assert exchange.new("A1", "X", "buy", 10, 10_000, poss_resend=True) == [refusal]
    fault = "ClOrdID X of A has come: `tradsys order list` shows what became of it."
    assert exchange.engine.fault_of(taken(lost_clord_id="X")) == fault
    exchange.new("A1", "Z", "buy", 10, 10_000)
    assert exchange.apply(taken(lost_clord_id="Z"))[0].startswith("Refused: ClOrdID Z of A has come")
    assert exchange.replayed(exchange.log).state_hash() == exchange.engine.state_hash()


def test_a_refused_order_leaves_the_lost_message_free(exchange: Exchange) -> None:
    assert exchange.apply(taken(price=1, lost_clord_id="X"))[0].startswith("Refused")
    assert exchange.new("A1", "X", "buy", 10, 10_000)[0].startswith("A1 X New")
