"""What a venue does that counts and was not to be expected: fills beyond the limit, orders that it keeps."""

from __future__ import annotations

import pytest

from tests.unit.core.conftest import Exchange
from tests.unit.core.limiting import SCOPES
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import Block, CancelOne
from tradsys_oms.core.routing.routing import NOTES_MAX


@pytest.fixture
def play(exchange: Exchange) -> VenuePlay:
    """Give an exchange with an order to buy 100 lots at 10,000 that works at V1."""
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    play.lines()
    return play


def noted(play: VenuePlay) -> list[str]:
    """Take the notes out of what has happened."""
    return [line for line in play.lines() if " noted as " in line]


def test_a_fill_worse_than_the_limit_counts_and_is_noted(play: VenuePlay) -> None:
    play.report("12-0", "F", "1", 100, 40, 60, 40, 10_001)
    assert play.lines() == [
        "V1 12-0 of 12 noted as worse_price: A fill at 10001 ticks is worse than the limit of 10000: "
        "it counts all the same",
        "A1 X Trade partial 100@10000 cum 40 leaves 60 last 40@10001 #1 ()",
    ]
    holding = play.exchange.engine.members["A"].accounts["house"].holdings["ACME"]
    assert (holding.position, holding.cost) == (40, 40 * 10_001)
    play.report("12-0", "F", "2", 100, 100, 0, 60, 9_999)
    assert noted(play) == []
    assert [event.kind for _, event in play.exchange.engine.routing.notes] == ["worse_price"]


def test_a_sale_below_its_limit_is_noted(play: VenuePlay) -> None:
    play.broker("new", "A1", "S", "sell", 10, 10_000)
    clord_id = play.sent[-1][0]
    play.report(clord_id, "F", "1", 10, 5, 5, 5, 10_001, side="2")
    assert noted(play) == []
    play.report(clord_id, "F", "2", 10, 10, 0, 5, 9_999, side="2")
    assert len(noted(play)) == 1


def test_what_a_correction_or_a_sum_shows_is_noted_too(play: VenuePlay) -> None:
    play.report("12-0", "F", "1", 100, 40, 60, 40, exec_id="F1")
    play.report("12-0", "G", "1", 100, 40, 60, 40, 10_002, exec_ref_id="F1", exec_id="G1")
    assert len(noted(play)) == 1
    play.report("12-0", "G", "1", 100, 40, 60, 40, 10_001, exec_ref_id="G1")
    assert noted(play) == [], "it is better than before"
    play.report("12-0", "I", "1", 100, 80, 20, avg=10_003)
    assert len(noted(play)) == 1


def test_a_market_order_has_no_limit(play: VenuePlay) -> None:
    play.broker("new", "A1", "M", "buy", 10, None, ord_type="1")
    play.report(play.sent[-1][0], "F", "2", 10, 10, 0, 10, 10_900)
    assert noted(play) == []


def test_a_replace_that_waits_or_was_lost_may_be_what_it_trades_at(play: VenuePlay) -> None:
    play.broker("replace", "A1", "Y", "X", 100, 10_002)
    play.report("12-0", "F", "1", 100, 40, 60, 40, 10_002)
    assert noted(play) == []
    play.report("12-0", "F", "1", 100, 50, 50, 10, 10_003)
    assert len(noted(play)) == 1


def test_a_cancel_by_the_kill_switch_that_the_venue_refuses_is_noted(play: VenuePlay) -> None:
    play.apply(Block(SCOPES["member"], "kill", True, "ops", "stop everything"))
    child = play.exchange.engine.routing.children["12-0"]
    cancel = play.sent[-1][0]
    play.lines()
    play.refuse(cancel, "cancel", 99, "not today")
    assert play.lines() == [
        "V1 12-0 of 12 noted as cancel_refused: V1 keeps order 12: not today (stop everything)",
    ]
    assert child.refused_cancel == "not today"
    play.apply(CancelOne(12, "once more"))
    assert child.refused_cancel == ""
    play.lines()
    play.report(play.sent[-1][0], "4", "4", 100, 0, 0)
    assert play.lines() == ["A1 X Canceled canceled 100@10000 cum 0 leaves 0: once more"]


def test_a_cancel_that_comes_too_late_for_the_kill_switch_is_nothing_to_note(play: VenuePlay) -> None:
    play.apply(Block(SCOPES["member"], "kill", True, "ops", "stop everything"))
    play.report("12-0", "F", "2", 100, 100, 0, 100)
    play.refuse(play.sent[-1][0], "cancel", 0, "filled")
    assert noted(play) == []


def test_a_cancel_that_was_asked_for_is_answered_and_one_that_never_left_waits(play: VenuePlay) -> None:
    play.broker("cancel", "A1", "Y", "X")
    play.refuse(play.sent[-1][0], "cancel", 99, "not today")
    play.apply(CancelOne(12, "agreed"))
    play.refuse(play.sent[-1][0], "unsent", text="V1 is not logged on")
    assert noted(play) == []


def test_notes_are_bounded(play: VenuePlay) -> None:
    play.broker("new", "A1", "B", "buy", NOTES_MAX + 10, 10_000)
    clord_id = play.sent[-1][0]
    for cum in range(1, NOTES_MAX + 3):
        play.report(clord_id, "F", "1", NOTES_MAX + 10, cum, NOTES_MAX + 10 - cum, 1, 10_001)
    assert len(play.exchange.engine.routing.notes) == NOTES_MAX
