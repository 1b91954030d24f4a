"""What can't be true changes nothing, not even what nobody sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.core.conftest import TICK_E8, Exchange, line
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import Route
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.routing.rows import rows_of

HUGE = 2**62 // TICK_E8 * TICK_E8


def part_filled(exchange: Exchange) -> VenuePlay:
    """Let V1 have filled 40 of 100, and a replace to 120 be out."""
    play = VenuePlay(exchange, venues=("V1", "V2"))
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("14-0", "F", "1", 100, 40, 60, 40)
    play.broker("replace", "A1", "Y", "X", 120, 10_000)
    play.lines()
    return play


def known(exchange: Exchange) -> list[Any]:
    """Give all that is known of orders and venues, but for the numbers of frames, and what is quarantined."""
    order = exchange.engine.orders.find(14)
    rows = [row for row in rows_of(exchange.engine.routing) if row[0] not in ("venue", "quarantine")]
    assert order is not None
    return [*rows, order.order_qty, order.cum_qty, order.leaves_qty, order.cum_notional, order.ord_status, order.price]


def nonsense() -> Iterator[Any]:
    """Give what a venue says, and what is wrong with it."""
    for case, fault in (
        (("9-9", "F", "1", 100, 50, 50, 10), "Unknown order: ClOrdID 9-9"),
        (("", "0", "0", 100, 0, 100), "Unknown order: ClOrdID missing"),
        (("14-0", "F", "2", 100, 121, 0, 81), "A fill of 81 lots makes 121 of the 100 that were sent"),
        (("14-0", "F", "1", 100, 300, 0, 10), "CumQty of 300 lots is more than the 100 that were sent"),
        (("14-0", "F", "1", 100, 30, 70, 10), "CumQty 30 lots does not go with 40 known and 10 more"),
        (("14-0", "F", "1", 100, 50, 50, 0), "A fill without a quantity or a price"),
        (("14-0", "4", "4", 100, 30, 0), "CumQty of 30 lots where 40 are known"),
        (("14-0", "C", "C", 100, 130, 0), "CumQty of 130 lots is more than the 100 that were sent"),
        (("14-0", "3", "3", 100, 30, 70), "CumQty of 30 lots where 40 are known"),
        (("14-0", "I", "1", 100, 30, 70), "CumQty of 30 lots where 40 are known"),
        (("14-0", "I", "1", 100, 130, 70), "CumQty of 130 lots is more than the 100 that were sent"),
        (("16-0", "5", "1", 130, 40, 90), "OrderQty of 130 lots is more than was asked for"),
        (("16-0", "5", "1", 120, 130, 0), "CumQty of 130 lots is more than the 120 that were sent"),
        (("14-0", "D", "1", 100, 30, 70), "CumQty of 30 lots where 40 are known"),
        (("14-0", "D", "1", 30, 40, 0), "OrderQty of 30 lots is less than CumQty"),
        (("14-0", "D", "1", 2_000_000, 40, 60), "OrderQty of 2000000 lots is more than an order may have"),
        (("14-0", "Q", "1", 100, 40, 60), "ExecType Q is not known"),
    ):
        yield pytest.param(case, {}, fault, id=fault)
    for case, more, fault in (
        (("14-0", "F", "1", 100, 50, 50, 10), {"symbol": "OTHER"}, "Symbol OTHER of an order in ACME"),
        (("14-0", "F", "1", 100, 50, 50, 10), {"side": "2"}, "Side 2 of an order with Side 1"),
        (("14-0", "F", "1", 100, 50, 50, 10), {"venue": "V2"}, "ClOrdID 14-0 is an order at V1"),
        (("14-0", "F", "1", 100, 50, 50, 10), {"last_px_e8": 1}, "LastPx is no multiple of the tick"),
        (
            ("14-0", "F", "1", 100, 50, 50, 10),
            {"last_qty_e8": 1},
            "A quantity is below 0 or no multiple of the lot",
        ),
        (("14-0", "F", "1", 100, 50, 50, 10), {"last_px_e8": -TICK_E8}, "A fill without a quantity or a price"),
        (("14-0", "F", "1", 100, 50, 50, 10), {"exec_id": "E1"}, "ExecID E1 came before with other contents"),
        (("14-0", "H", "1", 100, 0, 100), {"exec_ref_id": "E9"}, "ExecRefID E9 names no execution of the order"),
        (("14-0", "H", "1", 100, 0, 100), {}, "ExecRefID missing names no execution of the order"),
        (
            ("14-0", "G", "1", 100, 40, 60, 101),
            {"exec_ref_id": "E1"},
            "A correction to 101 lots is more than the order has left",
        ),
        (("14-0", "G", "1", 100, 40, 60, 30), {"exec_ref_id": "E1", "last_px_e8": 0}, "A correction to no price"),
        (("14-0", "D", "1", 100, 0, 100), {"restatement_reason": 0}, "no split can make of it"),
        (("14-0", "D", "1", 100, 40, 60), {"price_e8": 1}, "Price is below 0 or no multiple of the tick"),
    ):
        yield pytest.param(case, more, fault, id=f"{fault} {next(iter(more), '')}")


@pytest.mark.parametrize(("said", "more", "fault"), list(nonsense()))
def test_what_can_not_be_true_changes_nothing(
    exchange: Exchange, said: tuple[Any, ...], more: dict[str, Any], fault: str
) -> None:
    play = part_filled(exchange)
    before = known(exchange)
    play.report(*said, **more)
    (told,) = play.lines()
    assert " quarantined: " in told
    assert fault in told
    assert known(exchange) == before
    assert exchange.engine.routing.quarantined == 1


def test_a_bust_of_what_was_busted_changes_nothing(exchange: Exchange) -> None:
    play = part_filled(exchange)
    play.report("14-0", "H", "0", 100, 0, 100, exec_ref_id="E1")
    play.lines()
    before = known(exchange)
    play.report("14-0", "H", "0", 100, 0, 100, exec_ref_id="E1")
    assert play.lines() == ["V1 14-0 quarantined: Execution E1 was busted before"]
    assert known(exchange) == before


def test_a_price_that_the_journal_can_not_carry(exchange: Exchange) -> None:
    exchange.set_instrument(qty_max_e8=10**10 * SCALE_E8)
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("13-0", "F", "1", 100, 10, 90, 10, exec_id="F1")
    play.lines()
    play.report("13-0", "F", "1", 100, 20, 80, 10, last_px_e8=HUGE)
    play.report("13-0", "I", "1", 100, 20, 80, avg_px_e8=HUGE)
    play.report("13-0", "G", "1", 100, 10, 90, 10, exec_ref_id="F1", last_px_e8=HUGE)
    play.report("13-0", "D", "1", 100, 10, 90, price_e8=HUGE)
    fault = f"V1 13-0 quarantined: A price of {HUGE // TICK_E8} ticks is more than can be counted"
    assert play.lines() == [fault] * 4


def test_the_same_again_is_passed_over_in_silence(exchange: Exchange) -> None:
    play = part_filled(exchange)
    before = known(exchange)
    play.report("14-0", "F", "1", 100, 40, 60, 40, exec_id="E1")
    play.report("14-0", "0", "0", 100, 0, 100)
    assert play.lines() == []
    assert known(exchange)[-6:] == before[-6:]


def test_refusals_of_what_was_never_asked_for(exchange: Exchange) -> None:
    play = part_filled(exchange)
    before = known(exchange)
    play.refuse("9-9", "cancel", 1, "what?")
    play.refuse("9-9", "unsent", text="a status request")
    play.refuse("14-0", "cancel", 1, "a fill came before")
    assert play.lines() == ["V1 9-9 quarantined: A refusal of a request that was never made: ClOrdID 9-9"]
    assert known(exchange) == before


def test_a_cancel_reject_is_no_end_of_a_new_order(exchange: Exchange) -> None:
    play = VenuePlay(exchange, Route("r", "failover", ("V1", "V2")), venues=("V1", "V2"))
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.lines()
    play.refuse("14-0", "cancel", 1, "unknown order")
    assert play.lines() == ["V1 14-0 quarantined: An OrderCancelReject that names a new order: ClOrdID 14-0"]


def test_what_was_given_back_and_has_gone_elsewhere_can_not_be_filled_twice(exchange: Exchange) -> None:
    play = VenuePlay(exchange, Route("r", "failover", ("V1", "V2")), venues=("V1", "V2"))
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("14-0", "8", "8", 100, 0, 0)
    play.lines()
    play.report("14-0", "F", "2", 100, 100, 0, 100)
    play.report("14-0", "I", "2", 100, 100, 0, exec_id="0")
    assert play.lines() == [
        "V1 14-0 quarantined: A fill of 100 lots is more than order 14 has left",
        "V1 14-0 quarantined: CumQty of 100 lots is more than order 14 has left",
    ]
    play.report("15-0", "F", "2", 100, 100, 0, 100, venue="V2")
    assert [line(event) for event in play.told] == [
        "A1 X New new 100@10000 cum 0 leaves 100",
        "A1 X Trade filled 100@10000 cum 100 leaves 0 last 100@10000 #1 ()",
    ]


def test_a_pending_report_about_a_request_that_has_been_answered_is_passed_over(exchange: Exchange) -> None:
    play = VenuePlay(exchange, Route("r", "split", ("V1", "V2"), weights=(3, 1)), venues=("V1", "V2"))
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("14-0", "0", "0", 75, 0, 75)
    play.report("14-1", "0", "0", 25, 0, 25, venue="V2")
    play.broker("cancel", "A1", "Y", "X")
    play.report("14-0", "F", "2", 75, 75, 0, 75)
    play.report("17-1", "4", "4", 25, 0, 0, venue="V2")
    play.lines()
    play.report("17-0", "6", "6", 75, 75, 0)
    play.refuse("17-0", "cancel", 0, "filled")
    assert play.lines() == []


def test_a_fill_before_the_answer_to_a_replace_shows_that_it_was_accepted(exchange: Exchange) -> None:
    play = part_filled(exchange)
    play.report("14-0", "F", "2", 120, 120, 0, 80)
    assert play.lines() == [
        "A1 Y<X Replaced partial 120@10000 cum 40 leaves 80",
        "A1 Y Trade filled 120@10000 cum 120 leaves 0 last 80@10000 #1 ()",
    ]
    play.report("16-0", "5", "2", 120, 120, 0)
    assert play.lines() == []
    order = exchange.engine.orders.find(14)
    assert order is not None
    assert (order.order_qty, order.cum_qty, order.level) == (120, 120, None)


def test_a_unit_is_a_lot(exchange: Exchange) -> None:
    play = part_filled(exchange)
    play.report("14-0", "F", "1", 100, 41, 59, 1, last_qty_e8=SCALE_E8)
    assert play.lines() == ["A1 X Trade partial 100@10000 cum 41 leaves 59 last 1@10000 #0 ()"]
