"""Cancel requests: what is canceled, and why a request is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.events import Execution

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def test_a_cancel_takes_the_order_off_the_book(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    assert exchange.cancel("A1", "Y", "X") == ["A1 Y<X Canceled canceled 100@10000 cum 0 leaves 0"]
    assert exchange.depth() == ([], [])
    assert exchange.engine.open_order_count == 0


def test_what_was_filled_stays(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("B1", "S", "sell", 40, 10_000)
    assert exchange.cancel("A1", "Y", "X") == ["A1 Y<X Canceled canceled 100@10000 cum 40 leaves 0"]


def test_an_order_leaves_the_middle_of_its_queue(exchange: Exchange) -> None:
    for clord_id in ("1", "2", "3"):
        exchange.new("A1", clord_id, "buy", 10, 10_000)
    exchange.cancel("A1", "4", "2")
    assert exchange.depth() == ([(10_000, 20, 2)], [])
    lines = exchange.new("B1", "S", "sell", 20, 10_000)
    assert [text.split()[1] for text in lines[2::2]] == ["1", "3"]


def test_another_session_of_the_member_may_cancel_and_both_get_a_report(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.replace("A1", "Y", "X", 90, 10_000)
    assert exchange.cancel("A2", "Z", "Y") == [
        "A2 Z<Y Canceled canceled 90@10000 cum 0 leaves 0",
        "A1 Y Canceled canceled 90@10000 cum 0 leaves 0: Canceled over session A2",
    ]


def test_nothing_is_canceled_while_an_auction_is_being_uncrossed(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = exchange.seq
    instrument = exchange.engine.instruments["ACME"]
    instrument.uncross_px = 10_000
    assert exchange.cancel("A1", "Y", "X") == [
        f"A1 Y<X CancelRejected to 1 order {order_id} new reason 99: The auction is being uncrossed: try again"
    ]
    instrument.uncross_px = 0
    assert exchange.cancel("A1", "Z", "X") == ["A1 Z<X Canceled canceled 100@10000 cum 0 leaves 0"]


def test_an_order_of_another_member_is_unknown(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = str(exchange.seq)
    unknown = "B1 {}<X CancelRejected to 1 order 0 rejected reason 1: Unknown order X"
    assert exchange.cancel("B1", "Y", "X") == [unknown.format("Y")]
    assert exchange.cancel("B1", "Z", "X", order_id=order_id) == [unknown.format("Z")]
    assert exchange.depth() == ([(10_000, 100, 1)], [])


def test_an_unknown_order_uses_up_no_clord_id(exchange: Exchange) -> None:
    exchange.cancel("A1", "Y", "X")
    assert exchange.new("A1", "X", "buy", 1, 10_000) == ["A1 X New new 1@10000 cum 0 leaves 1"]
    assert exchange.cancel("A1", "Y", "X") == ["A1 Y<X Canceled canceled 1@10000 cum 0 leaves 0"]


def test_order_id_finds_the_order_where_orig_clord_id_does_not(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = str(exchange.seq)
    assert exchange.cancel("A1", "Y", "", order_id=order_id) == ["A1 Y<X Canceled canceled 100@10000 cum 0 leaves 0"]


def test_nonsense_for_an_order_id_is_an_unknown_order(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    for clord_id, order_id in (("1", "NONE"), ("2", "-5"), ("3", "9" * 100), ("4", "\u00b2"), ("5", "999")):
        assert exchange.cancel("A1", clord_id, "", order_id=order_id) == [
            f"A1 {clord_id}< CancelRejected to 1 order 0 rejected reason 1: Unknown order {order_id}"
        ]


def test_a_finished_order_is_too_late(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = exchange.seq
    exchange.new("B1", "S", "sell", 100, 10_000)
    assert exchange.cancel("A1", "Y", "X") == [
        f"A1 Y<X CancelRejected to 1 order {order_id} filled reason 0: Order {order_id} is finished"
    ]


def test_two_cancels_in_a_row_the_second_is_too_late(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = exchange.seq
    exchange.cancel("A1", "Y", "X")
    assert exchange.cancel("A1", "Z", "X") == [
        f"A1 Z<Y CancelRejected to 1 order {order_id} canceled reason 0: Order {order_id} is finished"
    ]


def test_orig_clord_id_must_be_the_last_accepted_one(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = exchange.seq
    exchange.replace("A1", "Y", "X", 90, 10_000)
    assert exchange.cancel("A1", "Z", "X") == [
        f"A1 Z<Y CancelRejected to 1 order {order_id} new reason 1: "
        f"OrigClOrdID X is not the last accepted ClOrdID of order {order_id}"
    ]
    assert exchange.cancel("A1", "W", "Y") == ["A1 W<Y Canceled canceled 90@10000 cum 0 leaves 0"]


def test_a_request_needs_a_clord_id_of_its_own(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = exchange.seq
    assert exchange.cancel("A1", "X", "X") == [
        f"A1 X<X CancelRejected to 1 order {order_id} new reason 6: ClOrdID X was used before"
    ]
    assert exchange.depth() == ([(10_000, 100, 1)], [])


def test_a_request_that_contradicts_its_order_is_refused(exchange: Exchange) -> None:
    exchange.set_instrument("HOOLI")
    exchange.new("A1", "X", "buy", 100, 10_000)
    number = exchange.seq
    head = f"CancelRejected to 1 order {number} new reason 99:"
    assert exchange.cancel("A1", "1", "X", symbol="HOOLI") == [f"A1 1<X {head} Order {number} is on ACME, not on HOOLI"]
    assert exchange.cancel("A1", "2", "X", side="2") == [f"A1 2<X {head} Order {number} has Side 1, not 2"]
    assert exchange.cancel("A1", "3", "X", order_id="1") == [
        f"A1 3<X {head} OrderID 1 is not that of the order, {number}"
    ]


def test_the_clord_id_of_a_refused_request_is_used_up(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = exchange.seq
    exchange.cancel("A1", "Y", "X", side="2")
    assert exchange.cancel("A1", "Y", "X") == [
        f"A1 Y<X CancelRejected to 1 order {order_id} new reason 6: ClOrdID Y was used before"
    ]
    assert exchange.cancel("A1", "Z", "Y") == [
        f"A1 Z<X CancelRejected to 1 order {order_id} new reason 1: "
        f"OrigClOrdID Y is not the last accepted ClOrdID of order {order_id}"
    ]


def test_a_disabled_instrument_or_member_may_still_cancel(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.set_instrument(enabled=False)
    exchange.cancel("A1", "Y", "X")
    assert isinstance(event := exchange.events[0], Execution)
    assert event.ord_status == "4"
