"""Matrices B, C and D: cancels and replaces of orders that trade meanwhile, and chains of them."""

from __future__ import annotations

import pytest

from tests.unit.core.conftest import Exchange
from tests.unit.core.matrices import TOO_HIGH, Play

OUTSIDE = "Price 900 is outside the band 80 to 120 of ACME"
NEW = "X New new 10000@10000 cum 0 leaves 10000"


@pytest.fixture
def play(exchange: Exchange) -> Play:
    return Play(exchange)


def test_b_1_a(play: Play) -> None:
    """B.1.a, cancel request for an order without fills."""
    play.new()
    play.cancel("Y", "X")
    assert play.reports == [NEW, "Y<X Canceled canceled 10000@10000 cum 0 leaves 0"]


def test_b_1_b(play: Play) -> None:
    """B.1.b, cancel request for a part-filled order; fills go on until the request is there."""
    play.new()
    play.fill(2_000)
    play.fill(3_000)
    play.fill(1_000)
    play.cancel("Y", "X")
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 2000 leaves 8000 last 2000@10000 #1",
        "X Trade partial 10000@10000 cum 5000 leaves 5000 last 3000@10000 #1",
        "X Trade partial 10000@10000 cum 6000 leaves 4000 last 1000@10000 #1",
        "Y<X Canceled canceled 10000@10000 cum 6000 leaves 0",
    ]


def test_b_1_c(play: Play) -> None:
    """B.1.c, cancel request for an order that fills before."""
    play.new()
    play.fill(2_000)
    play.fill(3_000)
    play.fill(5_000)
    play.cancel("Y", "X")
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 2000 leaves 8000 last 2000@10000 #1",
        "X Trade partial 10000@10000 cum 5000 leaves 5000 last 3000@10000 #1",
        "X Trade filled 10000@10000 cum 10000 leaves 0 last 5000@10000 #1",
        f"Y<X CancelRejected to 1 order {play.order_id} filled reason 0: Order {play.order_id} is finished",
    ]


def test_b_1_d(play: Play) -> None:
    """B.1.d, cancel request for an order that was not acknowledged. New is always first, of a second order too."""
    play.new()
    play.cancel("Y", "X")
    play.new("A", 5_000)
    play.cancel("B", "A")
    assert play.reports == [
        NEW,
        "Y<X Canceled canceled 10000@10000 cum 0 leaves 0",
        "A New new 5000@10000 cum 0 leaves 5000",
        "B<A Canceled canceled 5000@10000 cum 0 leaves 0",
    ]


def test_b_1_e(play: Play) -> None:
    """B.1.e, acknowledgement and cancel request cross."""
    play.new()
    play.cancel("Y", "X")
    assert play.reports == [NEW, "Y<X Canceled canceled 10000@10000 cum 0 leaves 0"]


def test_b_1_f(play: Play) -> None:
    """B.1.f, cancel request for an unknown order; the ClOrdIDs that it named are free."""
    play.cancel("Y", "X")
    assert play.reports == ["Y<X CancelRejected to 1 order 0 rejected reason 1: Unknown order X"]
    play.new()
    assert play.reports[1:] == [NEW]


def test_c_1_a(play: Play) -> None:
    """C.1.a, order without fills, replaced to a larger quantity."""
    play.new()
    play.replace("Y", "X", 11_000)
    play.fill(1_000)
    play.fill(2_000)
    assert play.reports == [
        NEW,
        "Y<X Replaced new 11000@10000 cum 0 leaves 11000",
        "Y Trade partial 11000@10000 cum 1000 leaves 10000 last 1000@10000 #1",
        "Y Trade partial 11000@10000 cum 3000 leaves 8000 last 2000@10000 #1",
    ]


def test_c_1_b(play: Play) -> None:
    """C.1.b, part-filled order, replaced to a larger quantity, a fill before it is."""
    play.new()
    play.fill(1_000)
    play.fill(100)
    play.replace("Y", "X", 12_000)
    play.fill(10_900)
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 1000 leaves 9000 last 1000@10000 #1",
        "X Trade partial 10000@10000 cum 1100 leaves 8900 last 100@10000 #1",
        "Y<X Replaced partial 12000@10000 cum 1100 leaves 10900",
        "Y Trade filled 12000@10000 cum 12000 leaves 0 last 10900@10000 #1",
    ]


def test_c_1_c(play: Play) -> None:
    """C.1.c, filled order, replaced to a larger quantity: refused, because Filled is final (Volume 7, exchanges)."""
    play.new()
    play.fill(10_000)
    play.replace("Y", "X", 12_000)
    assert play.reports == [
        NEW,
        "X Trade filled 10000@10000 cum 10000 leaves 0 last 10000@10000 #1",
        f"Y<X CancelRejected to 2 order {play.order_id} filled reason 0: Order {play.order_id} is finished",
    ]


def test_c_2_a(play: Play) -> None:
    """C.2.a, replace of the price refused because the order filled."""
    play.new()
    play.fill(1_000)
    play.fill(9_000)
    play.replace("Y", "X", 10_000, 10_010)
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 1000 leaves 9000 last 1000@10000 #1",
        "X Trade filled 10000@10000 cum 10000 leaves 0 last 9000@10000 #1",
        f"Y<X CancelRejected to 2 order {play.order_id} filled reason 0: Order {play.order_id} is finished",
    ]


def test_c_3_a(play: Play) -> None:
    """C.3.a, replace to a smaller quantity above CumQty, then filled."""
    play.new()
    for qty in (1_000, 500, 100):
        play.fill(qty)
    play.replace("Y", "X", 8_000)
    play.fill(6_400)
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 1000 leaves 9000 last 1000@10000 #1",
        "X Trade partial 10000@10000 cum 1500 leaves 8500 last 500@10000 #1",
        "X Trade partial 10000@10000 cum 1600 leaves 8400 last 100@10000 #1",
        "Y<X Replaced partial 8000@10000 cum 1600 leaves 6400",
        "Y Trade filled 8000@10000 cum 8000 leaves 0 last 6400@10000 #1",
    ]


def test_c_3_b(play: Play) -> None:
    """C.3.b, replace to CumQty: the order ends filled."""
    play.new()
    play.fill(7_000)
    play.replace("Y", "X", 7_000)
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 7000 leaves 3000 last 7000@10000 #1",
        "Y<X Replaced filled 7000@10000 cum 7000 leaves 0",
    ]


def test_c_3_c(play: Play) -> None:
    """C.3.c, replace to below CumQty: the quantity becomes CumQty."""
    play.new()
    play.fill(8_000)
    play.replace("Y", "X", 7_000)
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 8000 leaves 2000 last 8000@10000 #1",
        "Y<X Replaced filled 8000@10000 cum 8000 leaves 0",
    ]


def test_d_1_a(play: Play) -> None:
    """D.1.a, one replace is accepted, then another one."""
    play.new()
    play.fill(1_000)
    play.fill(500)
    play.replace("Y", "X", 8_000)
    play.fill(2_000)
    play.fill(500)
    play.replace("Z", "Y", 6_000)
    play.fill(2_000)
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 1000 leaves 9000 last 1000@10000 #1",
        "X Trade partial 10000@10000 cum 1500 leaves 8500 last 500@10000 #1",
        "Y<X Replaced partial 8000@10000 cum 1500 leaves 6500",
        "Y Trade partial 8000@10000 cum 3500 leaves 4500 last 2000@10000 #1",
        "Y Trade partial 8000@10000 cum 4000 leaves 4000 last 500@10000 #1",
        "Z<Y Replaced partial 6000@10000 cum 4000 leaves 2000",
        "Z Trade filled 6000@10000 cum 6000 leaves 0 last 2000@10000 #1",
    ]


def test_d_1_b(play: Play) -> None:
    """D.1.b, one replace is refused, then another one is accepted, chained to the last one that was not refused."""
    play.new()
    play.fill(1_000)
    play.replace("Y", "X", 8_000, TOO_HIGH)
    play.fill(500)
    play.fill(2_000)
    play.replace("Z", "X", 6_000)
    play.fill(1_500)
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 1000 leaves 9000 last 1000@10000 #1",
        f"Y<X CancelRejected to 2 order {play.order_id} partial reason 99: {OUTSIDE}",
        "X Trade partial 10000@10000 cum 1500 leaves 8500 last 500@10000 #1",
        "X Trade partial 10000@10000 cum 3500 leaves 6500 last 2000@10000 #1",
        "Z<X Replaced partial 6000@10000 cum 3500 leaves 2500",
        "Z Trade partial 6000@10000 cum 5000 leaves 1000 last 1500@10000 #1",
    ]


def test_d_1_c(play: Play) -> None:
    """D.1.c, one replace is refused after a fill, then another one is accepted."""
    play.new()
    play.fill(1_000)
    play.fill(500)
    play.replace("Y", "X", 8_000, TOO_HIGH)
    play.fill(2_000)
    play.replace("Z", "X", 6_000)
    play.fill(1_500)
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 1000 leaves 9000 last 1000@10000 #1",
        "X Trade partial 10000@10000 cum 1500 leaves 8500 last 500@10000 #1",
        f"Y<X CancelRejected to 2 order {play.order_id} partial reason 99: {OUTSIDE}",
        "X Trade partial 10000@10000 cum 3500 leaves 6500 last 2000@10000 #1",
        "Z<X Replaced partial 6000@10000 cum 3500 leaves 2500",
        "Z Trade partial 6000@10000 cum 5000 leaves 1000 last 1500@10000 #1",
    ]


def test_d_2_a(play: Play) -> None:
    """D.2.a, two replaces in a row, worked one after the other. D.2.b without pending reports is the same."""
    play.new()
    play.fill(1_000)
    play.replace("Y", "X", 8_000)
    play.replace("Z", "Y", 7_000)
    play.fill(6_000)
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 1000 leaves 9000 last 1000@10000 #1",
        "Y<X Replaced partial 8000@10000 cum 1000 leaves 7000",
        "Z<Y Replaced partial 7000@10000 cum 1000 leaves 6000",
        "Z Trade filled 7000@10000 cum 7000 leaves 0 last 6000@10000 #1",
    ]


def test_d_2_c(play: Play) -> None:
    """D.2.c, two replaces in a row, both refused: the second one was chained to one that was not accepted."""
    play.new()
    play.fill(1_000)
    play.replace("Y", "X", 8_000, TOO_HIGH)
    play.replace("Z", "Y", 7_000)
    play.fill(6_000)
    order_id = play.order_id
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 1000 leaves 9000 last 1000@10000 #1",
        f"Y<X CancelRejected to 2 order {order_id} partial reason 99: {OUTSIDE}",
        f"Z<X CancelRejected to 2 order {order_id} partial reason 1: "
        f"OrigClOrdID Y is not the last accepted ClOrdID of order {order_id}",
        "X Trade partial 10000@10000 cum 7000 leaves 3000 last 6000@10000 #1",
    ]
