"""What an answer to a status request says of requests that were in doubt: those that wait at the venue did arrive."""

from __future__ import annotations

import pytest

from tests.unit.core.conftest import Exchange
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import AskVenue
from tradsys_oms.core.events import CancelRejected, Execution, VenueQuery
from tradsys_oms.core.routing.sending import ASKED_MAX


@pytest.fixture
def play(exchange: Exchange) -> VenuePlay:
    """Give an exchange with an order of 100 lots at V1, which is not answered."""
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    return play


def cut(play: VenuePlay) -> str:
    """Let the line go and come back; gives the ClOrdID of the last request."""
    clord_id = play.sent[-1][0]
    play.line(is_up=False)
    play.line()
    play.told.clear()
    return clord_id


def told(play: VenuePlay) -> list[tuple[str, str, str]]:
    """Take what brokers were told: ClOrdID, ExecType or "9", OrdStatus."""
    found = []
    for event in play.told:
        assert isinstance(event, Execution | CancelRejected)
        found.append((event.clord_id, event.exec_type if isinstance(event, Execution) else "9", event.ord_status))
    play.told.clear()
    return found


def in_doubt(play: VenuePlay) -> bool:
    return any(child.is_in_doubt for child in play.exchange.engine.routing.children.values())


def test_a_cancel_that_waits_does_not_say_that_the_order_was_accepted(play: VenuePlay) -> None:
    order = play.sent[-1][0]
    play.broker("cancel", "A1", "Y", "X")
    request = cut(play)
    assert in_doubt(play)
    play.report(order, "I", "6", 100, 0, 100)
    assert (told(play), in_doubt(play)) == ([], False)
    play.report(request, "4", "4", 100, 0, 0)
    assert told(play) == [("Y", "4", "4")]


def test_a_cancel_that_waits_for_an_order_that_is_filled_is_answered_by_the_venue(play: VenuePlay) -> None:
    order = play.sent[-1][0]
    play.report(order, "0", "0", 100, 0, 100)
    play.broker("cancel", "A1", "Y", "X")
    request = cut(play)
    play.report(order, "I", "6", 100, 100, 0)
    assert told(play) == [("X", "F", "2")]
    play.refuse(request, "cancel", 0)
    assert told(play) == [("Y", "9", "2")]


def test_a_cancel_of_which_nothing_is_seen_did_not_arrive(play: VenuePlay) -> None:
    order = play.sent[-1][0]
    play.report(order, "0", "0", 100, 0, 100)
    play.broker("cancel", "A1", "Y", "X")
    cut(play)
    play.report(order, "I", "0", 100, 0, 100)
    assert (told(play), in_doubt(play)) == ([("Y", "9", "0")], False)


@pytest.mark.parametrize("filled", [0, 100])
def test_a_cancel_that_waits_no_more_came_to_nothing(play: VenuePlay, filled: int) -> None:
    order = play.sent[-1][0]
    play.report(order, "0", "0", 100, 0, 100)
    play.broker("cancel", "A1", "Y", "X")
    cut(play)
    cut(play)  # the answer to the first question comes after the line was lost again, and is older than the second one
    play.report(order, "I", "6", 100, filled, 100 - filled)
    told(play)
    assert [request.is_waiting for request in play.exchange.engine.routing.children[order].requests.values()] == [True]
    play.report(order, "I", "2" if filled else "0", 100, filled, 100 - filled)
    assert (told(play), in_doubt(play)) == ([("Y", "9", "2" if filled else "0")], False)


def test_a_cancel_that_waits_on_is_waited_for(play: VenuePlay) -> None:
    order = play.sent[-1][0]
    play.report(order, "0", "0", 100, 0, 100)
    play.broker("cancel", "A1", "Y", "X")
    cut(play)
    request = next(iter(play.exchange.engine.routing.children[order].requests))
    cut(play)
    for filled in (0, 0, 100, 100):
        play.apply(AskVenue("V1", order))
        play.report(order, "I", "6", 100, filled, 100 - filled)
    assert told(play) == [("X", "F", "2")]
    play.refuse(request, "cancel", 0)
    assert told(play) == [("Y", "9", "2")]


def test_an_order_that_waits_can_be_refused(play: VenuePlay) -> None:
    order = cut(play)
    play.report(order, "I", "A", 100, 0, 100)
    assert (told(play), in_doubt(play)) == ([], False)
    play.refuse(order, "reject", 5)
    assert told(play) == [("X", "8", "8")]


def test_a_fill_that_was_missed_is_told_behind_new(play: VenuePlay) -> None:
    order = play.sent[-1][0]
    play.broker("cancel", "A1", "Y", "X")
    cut(play)
    play.report(order, "I", "6", 100, 40, 60)
    assert [exec_type for _, exec_type, _ in told(play)] == ["0", "F"]


def test_questions_that_were_lost_keep_no_request_in_doubt_for_ever(play: VenuePlay) -> None:
    order = play.sent[-1][0]
    play.report(order, "0", "0", 100, 0, 100)
    play.line(is_up=False)
    play.line()  # the question that is asked now is never answered
    play.broker("cancel", "A1", "Y", "X")
    cut(play)
    play.sent.clear()
    play.report(order, "I", "0", 100, 0, 100)  # does not say which question it answers
    assert (told(play), in_doubt(play)) == ([], True)
    assert [type(request) for _, request in play.sent] == [VenueQuery], "it is asked again at once"
    play.report(order, "I", "0", 100, 0, 100)
    assert (told(play), in_doubt(play)) == ([("Y", "9", "0")], False)
    assert order not in play.exchange.engine.routing.doubts


def test_a_slow_answer_tells_nothing_of_a_request_that_was_made_since_the_question(play: VenuePlay) -> None:
    order = play.sent[-1][0]
    play.report(order, "0", "0", 100, 0, 100)
    play.apply(AskVenue("V1", order))
    play.broker("replace", "A1", "Y", "X", 80, 10_000)
    request = play.sent[-1][0]
    play.apply(AskVenue("V1", order))
    play.told.clear()
    play.report(order, "I", "0", 100, 0, 100)  # the answer to the first question, which has taken its time
    assert (told(play), in_doubt(play)) == ([], True)
    play.report(request, "5", "0", 80, 0, 80)
    assert told(play) == [("Y", "5", "0")]


def test_more_questions_than_are_remembered_are_counted_all_the_same(play: VenuePlay) -> None:
    order = play.sent[-1][0]
    play.report(order, "0", "0", 100, 0, 100)
    for _ in range(ASKED_MAX):
        play.apply(AskVenue("V1", order))
    play.broker("cancel", "A1", "Y", "X")
    play.apply(AskVenue("V1", order))
    play.told.clear()
    for _ in range(ASKED_MAX):
        play.report(order, "I", "0", 100, 0, 100)
        assert (told(play), in_doubt(play)) == ([], True)
    play.report(order, "I", "0", 100, 0, 100)
    assert (told(play), in_doubt(play)) == ([("Y", "9", "0")], False)


def test_what_waits_at_a_venue_is_not_asked_for_again_with_each_answer(play: VenuePlay) -> None:
    order = play.sent[-1][0]
    play.report(order, "0", "0", 100, 0, 100)
    play.broker("replace", "A1", "Y", "X", 80, 10_000)
    play.broker("cancel", "A1", "Z", "Y")
    cut(play)
    play.sent.clear()
    play.report(order, "I", "6", 100, 0, 100)
    assert (play.sent, in_doubt(play)) == ([], True)


def test_a_replace_that_waits_did_arrive(play: VenuePlay) -> None:
    order = play.sent[-1][0]
    play.report(order, "0", "0", 100, 0, 100)
    play.report(order, "F", "1", 100, 10, 90, 10)
    play.broker("replace", "A1", "Y", "X", 80, 10_000)
    request = cut(play)
    play.report(order, "I", "E", 100, 10, 90)
    assert (told(play), in_doubt(play)) == ([], False)
    play.report(request, "5", "1", 80, 10, 70)
    assert told(play) == [("Y", "5", "1")]


def test_a_replace_of_a_filled_order_is_in_doubt_like_others(play: VenuePlay) -> None:
    order = play.sent[-1][0]
    play.report(order, "F", "2", 100, 100, 0, 100)
    play.broker("replace", "A1", "Y", "X", 120, 10_000)
    cut(play)
    assert in_doubt(play)
    assert isinstance(play.sent[-1][1], VenueQuery)
    play.report(order, "I", "2", 100, 100, 0)
    assert (told(play), in_doubt(play)) == ([("Y", "9", "2")], False)
