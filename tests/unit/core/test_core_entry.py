"""New orders: what is confirmed, what trades at once, what may not rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.events import Execution, OrderRejected

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def test_an_order_is_confirmed_and_rests(exchange: Exchange) -> None:
    assert exchange.new("A1", "X", "buy", 100, 10_000) == ["A1 X New new 100@10000 cum 0 leaves 100"]
    assert exchange.depth() == ([(10_000, 100, 1)], [])
    assert exchange.events == [
        Execution(
            session="A1",
            member="A",
            order_id=exchange.seq,
            clord_id="X",
            orig_clord_id="",
            exec_type="0",
            ord_status="0",
            account="house",
            symbol="ACME",
            side="1",
            ord_type="2",
            time_in_force="0",
            order_qty=100,
            price=10_000,
            cum_qty=0,
            leaves_qty=100,
            cum_notional=0,
        )
    ]


def test_a_good_till_cancel_order_rests(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 5, 10_000, "1")
    assert exchange.depth() == ([], [(10_000, 5, 1)])


def test_a_market_order_takes_what_is_there_and_the_rest_is_canceled(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 30, 10_100)
    assert exchange.market("B1", "M", "buy", 50) == [
        "B1 M New new 50@market cum 0 leaves 50",
        "B1 M Trade partial 50@market cum 30 leaves 20 last 30@10100 #1 aggressor",
        "A1 X Trade filled 30@10100 cum 30 leaves 0 last 30@10100 #1",
        "B1 M Canceled canceled 50@market cum 30 leaves 0: No liquidity: rest of the market order canceled",
    ]
    assert exchange.depth() == ([], [])


def test_a_market_order_against_an_empty_book_is_canceled(exchange: Exchange) -> None:
    assert exchange.market("B1", "M", "sell", 50) == [
        "B1 M New new 50@market cum 0 leaves 50",
        "B1 M Canceled canceled 50@market cum 0 leaves 0: No liquidity: rest of the market order canceled",
    ]


def test_a_price_on_a_market_order_does_not_apply(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 30, 10_100)
    assert exchange.new("B1", "M", "buy", 30, 9_000, ord_type="1")[1:] == [
        "B1 M Trade filled 30@market cum 30 leaves 0 last 30@10100 #1 aggressor",
        "A1 X Trade filled 30@10100 cum 30 leaves 0 last 30@10100 #1",
    ]


def test_immediate_or_cancel_never_rests(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 30, 10_100)
    exchange.new("A1", "Y", "sell", 30, 10_200)
    assert exchange.new("B1", "I", "buy", 50, 10_100, "3")[-1] == (
        "B1 I Canceled canceled 50@10100 cum 30 leaves 0: Immediate or cancel: rest canceled"
    )
    assert exchange.depth() == ([], [(10_200, 30, 1)])


def test_fill_or_kill_fills_over_several_levels(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 30, 10_100)
    exchange.new("A1", "Y", "sell", 30, 10_200)
    assert exchange.new("B1", "F", "buy", 60, 10_200, "4") == [
        "B1 F New new 60@10200 cum 0 leaves 60",
        "B1 F Trade partial 60@10200 cum 30 leaves 30 last 30@10100 #1 aggressor",
        "A1 X Trade filled 30@10100 cum 30 leaves 0 last 30@10100 #1",
        "B1 F Trade filled 60@10200 cum 60 leaves 0 last 30@10200 #3 aggressor",
        "A1 Y Trade filled 30@10200 cum 30 leaves 0 last 30@10200 #3",
    ]


def test_fill_or_kill_trades_nothing_if_not_everything(exchange: Exchange) -> None:
    exchange.new("A1", "X", "sell", 30, 10_100)
    exchange.new("A1", "Y", "sell", 30, 10_200)
    assert exchange.new("B1", "F", "buy", 60, 10_199, "4") == [
        "B1 F New new 60@10199 cum 0 leaves 60",
        "B1 F Canceled canceled 60@10199 cum 0 leaves 0: Fill or kill: the whole quantity is not available",
    ]
    assert exchange.depth() == ([], [(10_100, 30, 1), (10_200, 30, 1)])


def test_a_market_fill_or_kill_counts_the_whole_side(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 30, 9_000)
    exchange.new("A1", "Y", "buy", 30, 9_900)
    assert len(exchange.market("B1", "F", "sell", 61, "4")) == 2
    assert len(exchange.market("B1", "G", "sell", 60, "4")) == 5


def test_a_duplicate_is_refused_with_the_state_of_the_first_order(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    order_id = exchange.seq
    exchange.new("B1", "S", "sell", 40, 10_000)
    assert exchange.new("A2", "X", "sell", 7, 9_900) == [
        "A2 X Rejected partial 100@10000 cum 40 leaves 60 reason 6: ClOrdID X was used before"
    ]
    assert isinstance(event := exchange.events[0], Execution)
    assert (event.order_id, event.side) == (order_id, "1")


def test_a_duplicate_of_a_finished_order_is_refused(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    exchange.cancel("A1", "Y", "X")
    for clord_id in ("X", "Y"):
        assert exchange.new("A1", clord_id, "buy", 1, 10_000) == [
            f"A1 {clord_id} Rejected canceled 100@10000 cum 0 leaves 0 reason 6: ClOrdID {clord_id} was used before"
        ]


def test_another_member_may_use_the_same_clord_id(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    assert exchange.new("B1", "X", "buy", 1, 10_000) == ["B1 X New new 1@10000 cum 0 leaves 1"]


def test_a_possible_resend_of_a_known_order_gets_its_state(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000)
    assert exchange.new("A1", "X", "buy", 100, 10_000, poss_resend=True) == [
        "A1 X Status new 100@10000 cum 0 leaves 100"
    ]
    assert exchange.new("A1", "Y", "buy", 5, 10_000, poss_resend=True) == ["A1 Y New new 5@10000 cum 0 leaves 5"]


def test_the_clord_id_of_a_rejected_order_is_used_up(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 20_000)
    rejected = "A1 X OrderRejected reason 6: ClOrdID X was used before by an order that was rejected"
    assert exchange.new("A1", "X", "buy", 100, 10_000) == [rejected]
    assert exchange.new("A1", "X", "buy", 100, 10_000, poss_resend=True) == [rejected]


def test_a_rejection_carries_what_was_sent(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 100, 10_000, symbol="NOPE")
    assert exchange.events == [
        OrderRejected(
            session="A1",
            member="A",
            clord_id="X",
            account="house",
            symbol="NOPE",
            side="1",
            ord_type="2",
            time_in_force="0",
            order_qty_e8=10_000_000_000,
            price_e8=10_000_000_000,
            reason=1,
            text="Unknown symbol NOPE",
        )
    ]
