"""Status requests: the present state, however the order is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.events import Execution, StatusUnknown

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def test_the_state_comes_back_with_the_id_of_the_question(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.new("B1", "S", "sell", 40, 10_000)
    assert exchange.query("A2", "X", req_id="Q7") == ["A2 X Status partial 100@10000 cum 40 leaves 60"]
    assert isinstance(event := exchange.events[0], Execution)
    assert (event.ord_status_req_id, event.cum_notional) == ("Q7", 400_000)


def test_an_older_clord_id_is_answered_under_the_last_one(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.replace("A1", "Y", "X", 120, 10_000)
    assert exchange.query("A1", "X") == ["A1 Y<X Status new 120@10000 cum 0 leaves 120"]
    assert exchange.query("A1", "Y") == ["A1 Y Status new 120@10000 cum 0 leaves 120"]


def test_order_id_alone_will_do(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = str(exchange.seq)
    assert exchange.query("A1", "unheard of", order_id=order_id) == ["A1 X Status new 100@10000 cum 0 leaves 100"]


def test_an_unknown_order(exchange: Exchange) -> None:
    exchange.query("A1", "X", order_id="77", req_id="Q")
    assert exchange.events == [StatusUnknown("A1", "A", "X", "77", "ACME", "1", "Q", "Unknown order X")]


def test_a_rejected_order_has_no_state(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 30_000)
    assert exchange.query("A1", "X") == ["A1 X StatusUnknown: ClOrdID X is not that of an accepted order"]


def test_a_question_that_contradicts_the_order(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    number = exchange.seq
    assert exchange.query("A1", "X", side="2") == [f"A1 X StatusUnknown: Order {number} has Side 1, not 2"]


def test_another_member_learns_nothing(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    assert exchange.query("B1", "X", order_id=str(exchange.seq)) == ["B1 X StatusUnknown: Unknown order X"]
