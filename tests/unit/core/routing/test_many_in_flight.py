"""A line that goes and comes back with more orders at work than one command deals with."""

from __future__ import annotations

import pytest

from tests.unit.core.conftest import Exchange
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import AskVenue, GoOn
from tradsys_oms.core.events import CancelRejected, Execution, VenueCancel, VenueQuery
from tradsys_oms.core.routing.children import Child
from tradsys_oms.core.work import ORDERS_MAX

MORE = 50
ORDERS = ORDERS_MAX + MORE


def make(exchange: Exchange, on_reconnect: str = "keep", *, can_mass_status: bool = True) -> VenuePlay:
    """Let more orders work at V1 than one command may ask for."""
    play = VenuePlay(exchange, can_mass_status=can_mass_status, on_reconnect=on_reconnect)
    for number in range(ORDERS):
        play.broker("new", "A1", f"X{number}", "buy", 10, 10_000)
        play.report(play.sent[-1][0], "0", "0", 10, 0, 10)
    play.sent.clear()
    return play


def children(play: VenuePlay) -> list[Child]:
    return list(play.exchange.engine.routing.living["V1"].values())


def asked(play: VenuePlay) -> int:
    return sum(bool(child.asked) for child in children(play))


def test_what_a_mass_request_asks_about_is_noted_command_by_command(exchange: Exchange) -> None:
    play = make(exchange)
    play.line(is_up=False)
    play.line()
    assert [type(request) for _, request in play.sent] == [VenueQuery]
    assert (asked(play), list(exchange.engine.unfinished)) == (ORDERS_MAX, [""])
    play.apply(GoOn())
    assert (asked(play), list(exchange.engine.unfinished)) == (ORDERS, [])
    assert len(exchange.engine.routing.doubts) == ORDERS


def test_a_request_that_was_sent_since_is_not_asked_about(exchange: Exchange) -> None:
    play = make(exchange)
    last = children(play)[-1].clord_id
    play.line(is_up=False)
    play.line()
    query = play.sent[-1][0]
    play.broker("replace", "A1", "Y", f"X{ORDERS - 1}", 8, 10_000)
    play.apply(GoOn())
    child = children(play)[-1]
    assert child.asked == {query: ()}
    play.apply(AskVenue("V1", last))
    play.told.clear()
    play.report(last, "I", "0", 10, 0, 10)  # the answer to the mass request, which does not say so
    assert (play.told, child.is_in_doubt) == ([], True)
    play.report(last, "I", "0", 10, 0, 10)
    (told,) = play.told
    assert isinstance(told, CancelRejected)


def test_an_answer_before_it_was_noted_is_no_answer_to_a_later_question(exchange: Exchange) -> None:
    play = make(exchange)
    last = children(play)[-1].clord_id
    play.broker("replace", "A1", "Y", f"X{ORDERS - 1}", 8, 10_000)
    request = play.sent[-1][0]
    play.line(is_up=False)
    play.line()
    play.report(last, "I", "0", 10, 0, 10)
    play.apply(GoOn())
    assert children(play)[-1].is_in_doubt
    play.told.clear()
    play.report(request, "5", "0", 8, 0, 8)
    (told,) = play.told
    assert isinstance(told, Execution)


@pytest.mark.parametrize("can_mass_status", [True, False])
def test_a_line_that_goes_again_leaves_nothing_of_the_questions_before(
    exchange: Exchange, can_mass_status: bool
) -> None:
    play = make(exchange, "cancel", can_mass_status=can_mass_status)
    play.line(is_up=False)
    play.line()
    play.line(is_up=False)
    play.sent.clear()
    while exchange.engine.unfinished:
        play.apply(GoOn())
    assert play.sent == []
    play.line()
    while exchange.engine.unfinished:
        play.apply(GoOn())
    assert asked(play) == ORDERS
    assert sum(isinstance(request, VenueCancel) for _, request in play.sent) == ORDERS


def test_all_that_is_out_is_in_doubt_at_once(exchange: Exchange) -> None:
    play = make(exchange)
    for number in range(ORDERS):
        play.broker("cancel", "A1", f"C{number}", f"X{number}")
    assert not any(child.is_in_doubt for child in children(play))
    assert play.line(is_up=False)[1:] == []
    assert all(child.is_in_doubt for child in children(play))
