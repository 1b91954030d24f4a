"""What venues tell late of orders whose session belongs to another member by now."""

from __future__ import annotations

import pytest

from tests.unit.core.conftest import Exchange
from tests.unit.core.routing.venue_play import VenuePlay
from tests.unit.core.usages import scopes
from tradsys_oms.core.commands import SetSession
from tradsys_oms.core.events import Execution

TO_B = SetSession("A1", "B", True)


@pytest.fixture
def play(exchange: Exchange) -> VenuePlay:
    """Fill 40 of an order for 100 at V1, cancel the rest, and give the session of its member A to B."""
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "F", "1", 100, 40, 60, 40, exec_id="F1")
    play.report("12-0", "4", "4", 100, 40, 0)
    assert play.apply(TO_B) == []
    play.told.clear()
    play.lines()
    return play


def position(play: VenuePlay, member: str) -> int:
    accounts = play.exchange.engine.members[member].accounts
    return accounts["house"].holdings["ACME"].position if "house" in accounts else 0


def test_a_late_fill_counts_for_the_member_of_that_time_and_is_told_to_nobody(play: VenuePlay) -> None:
    play.report("12-0", "F", "4", 100, 50, 0, 10)
    (told,) = play.told
    assert isinstance(told, Execution)
    assert (told.session, told.member, told.exec_type, told.cum_qty) == ("", "A", "F", 50)
    assert (position(play, "A"), position(play, "B")) == (50, 0)
    members = play.exchange.engine.members
    assert (members["A"].usage.trades, members["B"].usage.trades) == (2, 0)


def test_what_the_session_has_used_is_not_touched_by_it(play: VenuePlay) -> None:
    usage = play.exchange.engine.sessions["A1"].usage
    before = usage.row()
    play.report("12-0", "F", "4", 100, 50, 0, 10)
    play.report("12-0", "H", "4", 100, 10, 0, exec_ref_id="F1")
    assert usage.row() == before
    assert position(play, "A") == 10


def test_orders_of_the_new_member_count_for_it(play: VenuePlay) -> None:
    play.broker("new", "A1", "Z", "buy", 10, 10_000)
    clord_id = play.sent[-1][0]
    play.report(clord_id, "F", "2", 10, 10, 0, 10)
    assert (position(play, "A"), position(play, "B")) == (40, 10)
    assert all(usage.trades for usage in scopes(play.exchange, "A1"))


def test_a_bust_that_brings_an_order_back_has_it_canceled(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "F", "2", 100, 100, 0, 100, exec_id="F1")
    play.apply(TO_B)
    play.lines()
    play.report("12-0", "H", "0", 100, 0, 100, exec_ref_id="F1")
    assert play.lines() == [
        " X TradeCancel new 100@10000 cum 0 leaves 100 (ref 13-1)",
        "15-1 V1 cancel 12-0",
    ]
    play.report("15-1", "4", "4", 100, 0, 0)
    assert exchange.engine.open_order_count == 0
    assert (position(play, "A"), exchange.engine.members["A"].usage.open_buy) == (0, 0)


def test_a_session_with_a_replace_that_may_open_an_order_again_keeps_its_member(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    play.report("12-0", "F", "2", 100, 100, 0, 100)
    play.broker("replace", "A1", "Y", "X", 120, 10_000)
    play.lines()
    play.apply(TO_B)
    assert play.lines() == ["Refused: Session A1 has open orders of member A."]
    play.refuse("14-0", "cancel", 99, "no")
    assert play.apply(TO_B) == []
