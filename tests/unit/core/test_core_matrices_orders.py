"""Matrices A, F, G, I and L: orders that fill, duplicates, status requests, orders over at once or for money."""

from __future__ import annotations

import pytest

from tests.unit.core.conftest import Exchange
from tests.unit.core.matrices import Play
from tradsys_oms.core.fields import SCALE_E8


@pytest.fixture
def play(exchange: Exchange) -> Play:
    return Play(exchange)


def test_a_1_a(play: Play) -> None:
    """A.1.a, filled order."""
    play.new()
    play.fill(2_000)
    play.fill(1_000)
    play.fill(7_000)
    assert play.reports == [
        "X New new 10000@10000 cum 0 leaves 10000",
        "X Trade partial 10000@10000 cum 2000 leaves 8000 last 2000@10000 #1",
        "X Trade partial 10000@10000 cum 3000 leaves 7000 last 1000@10000 #1",
        "X Trade filled 10000@10000 cum 10000 leaves 0 last 7000@10000 #1",
    ]


def test_a_1_b(play: Play) -> None:
    """A.1.b, part-filled day order, done for day. An operator ends its day; the end of the day lets it expire."""
    play.new()
    play.fill(2_000)
    play.fill(1_000)
    play.cancel_unsolicited(done_for_day=True)
    assert play.reports == [
        "X New new 10000@10000 cum 0 leaves 10000",
        "X Trade partial 10000@10000 cum 2000 leaves 8000 last 2000@10000 #1",
        "X Trade partial 10000@10000 cum 3000 leaves 7000 last 1000@10000 #1",
        "X DoneForDay done 10000@10000 cum 3000 leaves 0: agreed",
    ]


def test_f_1_a(play: Play) -> None:
    """F.1.a, order refused for a duplicate ClOrdID."""
    play.new()
    play.fill(1_000)
    play.new("X", 15_000)
    assert play.reports == [
        "X New new 10000@10000 cum 0 leaves 10000",
        "X Trade partial 10000@10000 cum 1000 leaves 9000 last 1000@10000 #1",
        "X Rejected partial 10000@10000 cum 1000 leaves 9000 reason 6: ClOrdID X was used before",
    ]


def test_f_1_b(play: Play) -> None:
    """F.1.b, PossResend and duplicate ClOrdID."""
    play.new()
    play.new("X", poss_resend=True)
    play.new("X", 20_000)
    play.new("Y", 15_000, poss_resend=True)
    assert play.reports == [
        "X New new 10000@10000 cum 0 leaves 10000",
        "X Status new 10000@10000 cum 0 leaves 10000",
        "X Rejected new 10000@10000 cum 0 leaves 10000 reason 6: ClOrdID X was used before",
        "Y New new 15000@10000 cum 0 leaves 15000",
    ]


def test_f_1_c(play: Play) -> None:
    """F.1.c, order refused because it was already given by voice: over another session, whose reports are its own."""
    play.telephone(session="A2", lost="X")
    play.fill(2_000)
    order_id = play.order_id
    play.new()
    assert play.reports == [
        f"X OrderRejected reason 7: Order {order_id} was entered in its place, by telephone",
    ]


def test_g_1_a(play: Play) -> None:
    """G.1.a, status request for an unknown order."""
    play.new()
    play.fill(1_000)
    play.query("Y")
    assert play.reports == [
        "X New new 10000@10000 cum 0 leaves 10000",
        "X Trade partial 10000@10000 cum 1000 leaves 9000 last 1000@10000 #1",
        "Y StatusUnknown: Unknown order Y",
    ]


def test_g_1_b(play: Play) -> None:
    """G.1.b, "nothing done": the quantities say so, there is no Text."""
    play.new()
    play.query("X")
    assert play.reports == [
        "X New new 10000@10000 cum 0 leaves 10000",
        "X Status new 10000@10000 cum 0 leaves 10000",
    ]


def test_g_1_c(play: Play) -> None:
    """G.1.c, status requests through the life of an order. It is never Pending New, and a filled order is final."""
    play.new()
    play.query("X")
    play.fill(2_000)
    play.query("X")
    play.fill(8_000)
    play.query("X")
    play.replace("Y", "X", 12_000)
    play.query("X")
    play.query("Y")
    order_id = play.order_id
    assert play.reports == [
        "X New new 10000@10000 cum 0 leaves 10000",
        "X Status new 10000@10000 cum 0 leaves 10000",
        "X Trade partial 10000@10000 cum 2000 leaves 8000 last 2000@10000 #1",
        "X Status partial 10000@10000 cum 2000 leaves 8000",
        "X Trade filled 10000@10000 cum 10000 leaves 0 last 8000@10000 #1",
        "X Status filled 10000@10000 cum 10000 leaves 0",
        f"Y<X CancelRejected to 2 order {order_id} filled reason 0: Order {order_id} is finished",
        "X Status filled 10000@10000 cum 10000 leaves 0",
        "X<Y Status filled 10000@10000 cum 10000 leaves 0",
    ]


def test_i_1_a(play: Play) -> None:
    """I.1.a, fill or kill order that can't be filled."""
    play.new(tif="4")
    assert play.reports == [
        "X New new 10000@10000 cum 0 leaves 10000",
        "X Canceled canceled 10000@10000 cum 0 leaves 0: Fill or kill: the whole quantity is not available",
    ]


def test_i_1_b(play: Play) -> None:
    """I.1.b, immediate or cancel order that is not fully hit."""
    play.exchange.new("B1", "S", "sell", 1_000, 10_000)
    play.new(tif="3")
    assert play.reports == [
        "X New new 10000@10000 cum 0 leaves 10000",
        "X Trade partial 10000@10000 cum 1000 leaves 9000 last 1000@10000 #1 aggressor",
        "X Canceled canceled 10000@10000 cum 1000 leaves 0: Immediate or cancel: rest canceled",
    ]


def test_l_1_b(play: Play) -> None:
    """L.1.b, CashOrderQty: a market order for 10,000, while what is bought costs 20."""
    play.exchange.set_instrument(reference=2_000)
    play.exchange.new("B1", "S1", "sell", 200, 2_010)
    play.exchange.new("B1", "S2", "sell", 300, 2_020)
    play.new(qty=0, price=None, ord_type="1", cash_order_qty_e8=10_000 * SCALE_E8)
    assert play.reports == [
        "X New new 500@market cum 0 leaves 500: CashOrderQty was converted at 20",
        "X Trade partial 500@market cum 200 leaves 300 last 200@2010 #1 aggressor",
        "X Trade filled 500@market cum 500 leaves 0 last 300@2020 #3 aggressor",
    ]
