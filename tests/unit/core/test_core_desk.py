"""What operators do with single orders: every report that follows, and every refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tradsys_oms.core.commands import CancelOne, ChangePhase, EndDay, RestateOne
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.phases.phases import Phase

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

TICK_E8 = SCALE_E8 // 100
VERBAL, REPRICING, DECLINE = 2, 3, 5


def restate(order_id: int, qty: int, price: int | None = None, reason: int = VERBAL) -> RestateOne:
    """Make a restatement, in lots and ticks."""
    return RestateOne(order_id, qty * SCALE_E8, None if price is None else price * TICK_E8, reason, "by phone")


@pytest.fixture
def order_id(exchange: Exchange) -> int:
    """Enter an order of A, 40 of 100 filled, before another one; give its OrderID."""
    exchange.new("A1", "X", "buy", 100, 10_000)
    number = exchange.seq
    exchange.new("A2", "next", "buy", 100, 10_000)
    exchange.new("B1", "S", "sell", 40, 10_000)
    return number


def refused(exchange: Exchange, command: CancelOne | RestateOne) -> str:
    """Give the sentence of a refusal, which is that of the preview and changes nothing."""
    before = exchange.depth(), exchange.engine.open_order_count
    fault = exchange.engine.fault_of(command)
    assert exchange.apply(command) == [f"Refused: {fault}"]
    assert (exchange.depth(), exchange.engine.open_order_count) == before
    return fault or ""


def test_a_cancel_is_unsolicited_and_says_why(exchange: Exchange, order_id: int) -> None:
    assert exchange.engine.fault_of(CancelOne(order_id, "by phone")) is None
    assert exchange.apply(CancelOne(order_id, "by phone")) == [
        "A1 X Canceled canceled 100@10000 cum 40 leaves 0 (because 2): by phone"
    ]
    assert exchange.depth() == ([(10_000, 100, 1)], [])


def test_the_end_of_an_orders_day_is_final(exchange: Exchange, order_id: int) -> None:
    assert exchange.apply(CancelOne(order_id, "by phone", done_for_day=True)) == [
        "A1 X DoneForDay done 100@10000 cum 40 leaves 0: by phone"
    ]
    assert exchange.depth() == ([(10_000, 100, 1)], [])
    assert exchange.cancel("A1", "Y", "X") == [
        f"A1 Y<X CancelRejected to 1 order {order_id} done reason 0: Order {order_id} is finished"
    ]
    assert exchange.replace("A1", "Z", "X", 200, 10_000)[0].startswith(
        f"A1 Z<X CancelRejected to 2 order {order_id} done"
    )
    assert exchange.query("A1", "X") == ["A1 X Status done 100@10000 cum 40 leaves 0"]
    assert [order.clord_id for order in exchange.engine.list_orders(open_only=True)] == ["next"]
    assert refused(exchange, CancelOne(order_id, "again")) == f"Order {order_id} is not open any more."


@pytest.mark.parametrize("time_in_force", ["1", "6"])
def test_an_order_for_many_days_is_not_done_by_itself(exchange: Exchange, time_in_force: str) -> None:
    dates: dict[str, Any] = {"expire_date": 20990101} if time_in_force == "6" else {}
    exchange.new("A1", "X", "buy", 100, 10_000, time_in_force, **dates)
    command = CancelOne(exchange.seq, "by phone", done_for_day=True)
    assert refused(exchange, command) == (
        f"Order {command.order_id} is good for more than a day: cancel it, or let its day end with all others."
    )


def test_what_a_cancel_sets_off(exchange: Exchange) -> None:
    exchange.new("B1", "low", "buy", 10, 9_900)
    exchange.new("A1", "best", "buy", 10, 10_000)
    best = exchange.seq
    exchange.new("B1", "peg", "buy", 10, None, ord_type="P", peg_price_type="5")
    exchange.apply(CancelOne(best, ""))
    assert exchange.query("B1", "peg")[0].endswith("(pegged 9900)")


@pytest.mark.parametrize("command", [CancelOne(99, ""), restate(99, 1), CancelOne(0, ""), CancelOne(1, "")])
def test_an_unknown_order(exchange: Exchange, command: CancelOne | RestateOne) -> None:
    sentence = f"Order {command.order_id} is unknown, or finished so long ago that it is forgotten."
    assert refused(exchange, command) == sentence


def test_an_order_that_is_over(exchange: Exchange, order_id: int) -> None:
    exchange.cancel("A1", "Y", "X")
    assert refused(exchange, CancelOne(order_id, "")) == f"Order {order_id} is not open any more."
    assert refused(exchange, restate(order_id, 50)) == f"Order {order_id} is not open any more."


def test_an_instrument_in_the_middle_of_something(exchange: Exchange, order_id: int) -> None:
    instrument = exchange.engine.instruments["ACME"]
    instrument.uncross_px = 10_000
    assert refused(exchange, CancelOne(order_id, "")) == "The auction of ACME is being uncrossed: try again."
    assert refused(exchange, restate(order_id, 50)) == "The auction of ACME is being uncrossed: try again."


def test_a_smaller_quantity_keeps_the_place_and_the_clord_id(exchange: Exchange, order_id: int) -> None:
    assert exchange.engine.fault_of(restate(order_id, 60)) is None
    assert exchange.apply(restate(order_id, 60, reason=DECLINE)) == [
        "A1 X Restated partial 60@10000 cum 40 leaves 20 (because 5): by phone"
    ]
    assert exchange.depth() == ([(10_000, 120, 2)], [])
    assert (
        exchange.new("B1", "T", "sell", 20, 10_000)[2] == "A1 X Trade filled 60@10000 cum 60 leaves 0 last 20@10000 #1"
    )


def test_another_price_loses_the_place(exchange: Exchange, order_id: int) -> None:
    exchange.new("B1", "low", "buy", 5, 9_990)
    assert exchange.apply(restate(order_id, 100, 9_990, REPRICING)) == [
        "A1 X Restated partial 100@9990 cum 40 leaves 60 (because 3): by phone"
    ]
    assert exchange.depth() == ([(10_000, 100, 1), (9_990, 65, 2)], [])
    assert [order.clord_id for order in exchange.engine.books["ACME"]] == ["next", "low", "X"]


def test_another_price_may_trade(exchange: Exchange, order_id: int) -> None:
    exchange.new("B1", "T", "sell", 10, 10_010)
    assert exchange.apply(restate(order_id, 90, 10_010)) == [
        "A1 X Restated partial 90@10010 cum 40 leaves 50 (because 2): by phone",
        "A1 X Trade partial 90@10010 cum 50 leaves 40 last 10@10010 #1 aggressor",
        "B1 T Trade filled 10@10010 cum 10 leaves 0 last 10@10010 #1",
    ]
    assert exchange.depth() == ([(10_010, 40, 1), (10_000, 100, 1)], [])


def test_a_restatement_may_set_off_a_stop(exchange: Exchange, order_id: int) -> None:
    exchange.new("B1", "T", "sell", 10, 10_010)
    exchange.new("C1", "stop", "buy", 5, 10_020, ord_type="4", stop=10_010)
    assert exchange.apply(restate(order_id, 100, 10_010))[3] == "C1 stop Triggered new 5@10020 cum 0 leaves 5"


def test_an_iceberg_shows_no_more_than_it_has_left(exchange: Exchange) -> None:
    exchange.new("A1", "ice", "buy", 100, 10_000, display=30)
    number = exchange.seq
    exchange.apply(restate(number, 20))
    assert exchange.depth() == ([(10_000, 20, 1)], [])
    exchange.new("B1", "S", "sell", 20, 10_000)
    assert exchange.engine.open_order_count == 0


def test_a_stop_limit_order_waits_with_its_new_price(exchange: Exchange) -> None:
    exchange.new("A1", "stop", "buy", 100, 10_020, ord_type="4", stop=10_010)
    assert exchange.apply(restate(exchange.seq, 50, 10_030)) == [
        "A1 stop Restated new 50@10030 cum 0 leaves 50 (because 2): by phone"
    ]
    exchange.new("B1", "S", "sell", 10, 10_010)
    lines = exchange.new("C1", "B", "buy", 10, 10_010)
    assert lines[3] == "A1 stop Triggered new 50@10030 cum 0 leaves 50"


def test_a_smaller_conditional_order_may_trade(exchange: Exchange) -> None:
    exchange.new("A1", "whole", "buy", 100, 10_000, exec_inst="G")
    number = exchange.seq
    exchange.new("B1", "S", "sell", 60, 10_000)
    assert exchange.apply(restate(number, 60)) == [
        "A1 whole Restated new 60@10000 cum 0 leaves 60 (because 2): by phone",
        "A1 whole Trade filled 60@10000 cum 60 leaves 0 last 60@10000 #1 aggressor",
        "B1 S Trade filled 60@10000 cum 60 leaves 0 last 60@10000 #1",
    ]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ((101, None), "OrderQty 101 is above 100: only the member can ask for more."),
        ((40, None), "OrderQty 40 is not above what is filled, 40: cancel the order."),
        ((-1, None), "OrderQty -1 is not above what is filled, 40: cancel the order."),
        ((100, 13_000), "Price 130 is outside of what ACME takes now, 80 to 120."),
        ((100, 0), "Price 0 is outside of what ACME takes now, 80 to 120."),
    ],
)
def test_what_a_restatement_can_not_do(
    exchange: Exchange, order_id: int, command: tuple[int, int | None], sentence: str
) -> None:
    assert refused(exchange, restate(order_id, *command)) == sentence


def test_steps_and_reasons(exchange: Exchange, order_id: int) -> None:
    half = RestateOne(order_id, 50 * SCALE_E8 + 1, None, VERBAL, "")
    assert refused(exchange, half) == "OrderQty 50.00000001 is not a multiple of the lot 1."
    half = RestateOne(order_id, 50 * SCALE_E8, 10_000 * TICK_E8 + 1, VERBAL, "")
    assert refused(exchange, half) == "Price 100.00000001 is not a multiple of the tick 0.01."
    renewal = "ExecRestatementReason 1 is not one of an operator: 2, 3 or 5."
    assert refused(exchange, restate(order_id, 50, reason=1)) == renewal


def test_the_notional_limit_holds_for_a_new_price(exchange: Exchange, order_id: int) -> None:
    exchange.set_instrument(notional_max_e8=10_000 * SCALE_E8)
    assert (
        refused(exchange, restate(order_id, 100, 10_001))
        == "Price 100.01 makes the order larger than the maximum 10000."
    )
    assert exchange.engine.fault_of(restate(order_id, 99, 10_001)) is None


def test_orders_without_a_price_of_their_own(exchange: Exchange) -> None:
    exchange.new("B1", "bid", "buy", 1, 9_900)
    exchange.new("A1", "stop", "buy", 100, None, ord_type="3", stop=10_100)
    stop = exchange.seq
    exchange.new("A1", "peg", "buy", 100, 9_950, ord_type="P", peg_price_type="5")
    peg = exchange.seq
    for number in (stop, peg):
        sentence = f"Order {number} has no price of its own that could change."
        assert refused(exchange, restate(number, 100, 9_800)) == sentence
    assert exchange.apply(restate(peg, 50)) == [
        "A1 peg Restated new 50@9950 cum 0 leaves 50 (because 2, pegged 9900): by phone"
    ]


def test_an_order_that_never_takes_does_not_by_a_restatement(exchange: Exchange) -> None:
    exchange.new("B1", "S", "sell", 10, 10_010)
    exchange.new("A1", "passive", "buy", 100, 10_000, exec_inst="6")
    number = exchange.seq
    assert refused(exchange, restate(number, 100, 10_010)) == (
        "At 100.1 the order would trade at once, and it is one that doesn't (ParticipateDontInitiate)."
    )
    assert exchange.apply(restate(number, 100, 10_005)) == [
        "A1 passive Restated new 100@10005 cum 0 leaves 100 (because 2): by phone"
    ]


def test_an_order_between_two_days(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000, "1")
    number = exchange.seq
    exchange.apply(ChangePhase("ACME", Phase.CLOSED, ""))
    exchange.apply(EndDay("ACME"))
    sentence = f"Order {number} is done for the day: restate it when its next day has begun."
    assert refused(exchange, restate(number, 50)) == sentence
    assert exchange.apply(CancelOne(number, "by phone")) == [
        "A1 X Canceled canceled 100@10000 cum 0 leaves 0 (because 2): by phone"
    ]


def test_a_replay_gives_the_same_state(exchange: Exchange, order_id: int) -> None:
    exchange.apply(restate(order_id, 60, 9_990))
    exchange.apply(CancelOne(order_id, "", done_for_day=True))
    assert exchange.engine.state_hash() == exchange.replayed(exchange.log).state_hash()
