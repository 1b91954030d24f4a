"""A venue that calls a request pending and says no more: an operator gets the last word."""

from __future__ import annotations

import pytest

from tests.unit.core.conftest import TICK_E8, Exchange
from tests.unit.core.limiting import SCOPES
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import Block, GiveUpAsking, ResolveChild
from tradsys_oms.core.fields import SCALE_E8


@pytest.fixture
def play(exchange: Exchange) -> VenuePlay:
    """Give an exchange with an order to buy 100 lots that works at V1 as 12-0."""
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "0", "0", 100, 0, 100)
    return play


def resolve(play: VenuePlay, outcome: str, cum: int = 0, px: int = 0) -> list[str]:
    play.lines()
    play.apply(ResolveChild("12-0", outcome, cum * SCALE_E8, px * TICK_E8, "asked by telephone"))
    return play.lines()


def give_up(play: VenuePlay) -> None:
    play.apply(GiveUpAsking("V1", "12-0", "pending for 300 s"))


def test_a_cancel_that_is_pending_for_ever_is_refused_where_the_order_works_on(play: VenuePlay) -> None:
    play.broker("cancel", "A1", "Y", "X")
    play.report("14-0", "6", "6", 100, 0, 100)
    assert resolve(play, "working") == [
        "Refused: Order 12-0 at V1 is not in doubt: cancel it instead.",
    ]
    give_up(play)
    assert resolve(play, "working", 30, 10_000) == [
        "A1 X Trade pending cancel 100@10000 cum 30 leaves 70 last 30@10000 #0 ()",
        "A1 Y<X CancelRejected to 1 order 12 partial reason 99: The request did not reach V1",
    ]
    child = play.exchange.engine.routing.children["12-0"]
    assert (child.is_given_up, child.requests, child.leaves_qty) == (False, {}, 70)
    play.broker("cancel", "A1", "Z", "X")
    assert [line.split(" ", 1)[1] for line in play.lines()] == ["V1 cancel 12-0"], "it may be asked for again"


def test_a_cancel_that_is_pending_for_ever_is_done_where_the_order_has_ended(play: VenuePlay) -> None:
    play.broker("cancel", "A1", "Y", "X")
    play.report("14-0", "6", "6", 100, 0, 100)
    give_up(play)
    assert resolve(play, "ended") == ["A1 Y<X Canceled canceled 100@10000 cum 0 leaves 0"]


def test_a_replace_that_an_operator_has_called_lost_may_be_accepted_after_all(play: VenuePlay) -> None:
    play.broker("replace", "A1", "Y", "X", 80, 10_000)
    play.report("14-0", "E", "E", 100, 0, 100)
    give_up(play)
    assert resolve(play, "working") == [
        "A1 Y<X CancelRejected to 2 order 12 new reason 99: The request did not reach V1",
    ]
    play.report("14-0", "5", "0", 80, 0, 80)
    assert play.lines() == [
        "A1 X Restated new 80@10000 cum 0 leaves 80: V1 has accepted a replace that seemed to be lost",
    ]


@pytest.mark.parametrize("outcome", ["ended", "working"])
def test_a_replace_of_a_filled_order_that_is_pending_for_ever_is_refused(play: VenuePlay, outcome: str) -> None:
    play.report("12-0", "F", "2", 100, 100, 0, 100)
    play.broker("replace", "A1", "Y", "X", 120, 10_000)
    play.report("15-0", "E", "E", 100, 100, 0)
    give_up(play)
    assert resolve(play, outcome, 100) == [
        "A1 Y<X CancelRejected to 2 order 12 filled reason 99: The request did not reach V1",
    ]
    routing = play.exchange.engine.routing
    assert (routing.living["V1"], play.exchange.engine.members["A"].usage.open_buy) == ({}, 0)


def test_an_order_that_is_pending_for_ever_works_if_an_operator_says_so(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "A", "A", 100, 0, 100)
    give_up(play)
    assert resolve(play, "working") == ["A1 X New new 100@10000 cum 0 leaves 100"]
    assert not exchange.engine.routing.children["12-0"].is_given_up


def test_a_cancel_of_the_kill_switch_goes_out_again_where_an_operator_says_that_the_order_works(
    play: VenuePlay,
) -> None:
    play.apply(Block(SCOPES["member"], "kill", True, "ops", "stop"))
    play.report("14-1", "6", "6", 100, 0, 100)
    give_up(play)
    assert resolve(play, "working") == ["17-0 V1 cancel 12-0"]


def test_an_answer_that_comes_after_all_leaves_an_operator_nothing_to_decide(play: VenuePlay) -> None:
    play.broker("replace", "A1", "Y", "X", 80, 10_000)
    play.report("14-0", "E", "E", 100, 0, 100)
    give_up(play)
    play.report("14-0", "5", "0", 80, 0, 80)
    assert resolve(play, "ended") == ["Refused: Order 12-0 at V1 is not in doubt: cancel it instead."]


def test_a_refusal_that_comes_after_all_leaves_an_operator_nothing_to_decide(play: VenuePlay) -> None:
    play.broker("replace", "A1", "Y", "X", 80, 10_000)
    give_up(play)
    play.refuse("14-0", "cancel", 99, "no")
    assert resolve(play, "ended") == ["Refused: Order 12-0 at V1 is not in doubt: cancel it instead."]
