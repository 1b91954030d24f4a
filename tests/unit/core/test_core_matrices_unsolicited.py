"""Matrices E, H, J and K: what nobody asked for by message, orders over several days, busts, corrections and halts."""

from __future__ import annotations

import pytest

from tests.unit.core.conftest import Exchange
from tests.unit.core.matrices import DECLINE, HIGHEST, Play

NEW = "X New new 10000@10000 cum 0 leaves 10000"
PART = "X Trade partial 10000@10000 cum 2000 leaves 8000 last 2000@10000 #1"
DONE = "X DoneForDay done 10000@10000 cum 2000 leaves 8000"
RENEWED = "X Restated partial 10000@10000 cum 2000 leaves 8000 (because 1, day 0 of 8000)"


@pytest.fixture
def play(exchange: Exchange) -> Play:
    return Play(exchange)


def test_e_1_a(play: Play) -> None:
    """E.1.a, telephoned order: an operator enters it, and it has no ClOrdID."""
    play.telephone()
    play.fill(2_000)
    play.fill(1_000)
    play.fill(7_000)
    assert play.reports == [
        " New new 10000@10000 cum 0 leaves 10000: Taken by telephone",
        " Trade partial 10000@10000 cum 2000 leaves 8000 last 2000@10000 #1",
        " Trade partial 10000@10000 cum 3000 leaves 7000 last 1000@10000 #1",
        " Trade filled 10000@10000 cum 10000 leaves 0 last 7000@10000 #1",
    ]


def test_e_1_b(play: Play) -> None:
    """E.1.b, unsolicited cancel of a part-filled order."""
    play.new()
    play.fill(1_000)
    play.cancel_unsolicited()
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 1000 leaves 9000 last 1000@10000 #1",
        "X Canceled canceled 10000@10000 cum 1000 leaves 0 (because 2): agreed",
    ]


def test_e_1_d(play: Play) -> None:
    """E.1.d, unsolicited reduction of the quantity."""
    play.new()
    play.restate(9_000, DECLINE)
    play.fill(9_000)
    assert play.reports == [
        NEW,
        "X Restated new 9000@10000 cum 0 leaves 9000 (because 5): agreed",
        "X Trade filled 9000@10000 cum 9000 leaves 0 last 9000@10000 #1",
    ]


def test_e_1_f(play: Play) -> None:
    """E.1.f, order held off the book until its condition is met."""
    play.new(ord_type="4", stop=9_990)
    play.exchange.new("C1", "bid", "buy", 1, 9_990)
    play.fill(1, 9_990)  # the last trade, which is the trigger
    play.fill(2_000)
    play.fill(8_000)
    assert play.reports == [
        NEW,
        "X Triggered new 10000@10000 cum 0 leaves 10000",
        "X Trade partial 10000@10000 cum 2000 leaves 8000 last 2000@10000 #1",
        "X Trade filled 10000@10000 cum 10000 leaves 0 last 8000@10000 #1",
    ]


def test_h_1_a(play: Play) -> None:
    """H.1.a, GTC order part-filled, restated, part-filled next day."""
    play.new(tif="1")
    play.fill(2_000)
    play.next_day(20_260_106)
    play.fill(1_000)
    assert play.reports == [
        NEW,
        PART,
        DONE,
        RENEWED,
        "X Trade partial 10000@10000 cum 3000 leaves 7000 last 1000@10000 #1 (day 1000 of 8000)",
    ]


def test_h_1_c(play: Play) -> None:
    """H.1.c, GTC order part-filled, restated, canceled next day."""
    play.new(tif="1")
    play.fill(2_000)
    play.next_day(20_260_106)
    play.cancel("Y", "X")
    assert play.reports == [
        NEW,
        PART,
        DONE,
        RENEWED,
        "Y<X Canceled canceled 10000@10000 cum 2000 leaves 0 (day 0 of 8000)",
    ]


def test_h_1_d(play: Play) -> None:
    """H.1.d, GTC order part-filled, restated, replaced to a larger quantity next day, a fill before it is."""
    play.new(tif="1")
    play.fill(2_000)
    play.next_day(20_260_106)
    play.fill(1_000)
    play.replace("Y", "X", 15_000, tif="1")
    assert play.reports == [
        NEW,
        PART,
        DONE,
        RENEWED,
        "X Trade partial 10000@10000 cum 3000 leaves 7000 last 1000@10000 #1 (day 1000 of 8000)",
        "Y<X Replaced partial 15000@10000 cum 3000 leaves 12000 (day 1000 of 13000)",
    ]


def test_j_1_a(play: Play) -> None:
    """J.1.a, filled order, then corrections and a bust. A filled order can't be replaced, so it ends with the 8th step.

    B's orders are post-only ones, which can't come back while the order is there.
    """
    exchange = play.exchange
    exchange.new("B1", "S", "sell", 1_000, 10_000, exec_inst="6")
    exchange.new("B1", "T", "sell", 9_000, 11_000, exec_inst="6")
    play.new(price=HIGHEST)
    entry_seq, first, second = exchange.seq, play.trade(0), play.trade(1)
    play.amend(first, 0, 0)
    play.amend(second, 9_000, 10_000)
    corrected_seq = exchange.seq
    play.fill(1_000, HIGHEST)
    play.amend(second, 9_000, 12_000)
    assert play.reports == [
        "X New new 10000@12000 cum 0 leaves 10000",
        "X Trade partial 10000@12000 cum 1000 leaves 9000 last 1000@10000 #1 aggressor",
        "X Trade filled 10000@12000 cum 10000 leaves 0 last 9000@11000 #3 aggressor",
        f"X TradeCancel partial 10000@12000 cum 9000 leaves 1000 (ref {entry_seq}-1): agreed",
        f"X TradeCorrect partial 10000@12000 cum 9000 leaves 1000 last 9000@10000 #-1 (ref {entry_seq}-3): agreed",
        "X Trade filled 10000@12000 cum 10000 leaves 0 last 1000@12000 #1",
        f"X TradeCorrect filled 10000@12000 cum 10000 leaves 0 last 9000@12000 #-1 (ref {corrected_seq}-0): agreed",
    ]


def test_j_1_b(play: Play) -> None:
    """J.1.b, canceled order, then a busted execution. It never trades again, so it ends with the 7th step.

    The report is under the last accepted ClOrdID, Y.
    """
    play.new()
    trade = play.fill(5_000)
    trade_seq = play.exchange.seq
    play.cancel("Y", "X")
    play.amend(trade, 0, 0)
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 5000 leaves 5000 last 5000@10000 #1",
        "Y<X Canceled canceled 10000@10000 cum 5000 leaves 0",
        f"Y TradeCancel canceled 10000@10000 cum 0 leaves 0 (ref {trade_seq}-2): agreed",
    ]


def test_j_1_c(play: Play) -> None:
    """J.1.c, GTC order over two days, quantities of both executions corrected."""
    play.new(tif="1")
    yesterday = play.fill(2_000)
    yesterday_seq = play.exchange.seq
    play.next_day(20_260_106)
    today = play.fill(1_000)
    today_seq = play.exchange.seq
    play.amend(yesterday, 1_500, 10_000)
    play.amend(today, 500, 10_000)
    assert play.reports == [
        NEW,
        PART,
        DONE,
        RENEWED,
        "X Trade partial 10000@10000 cum 3000 leaves 7000 last 1000@10000 #1 (day 1000 of 8000)",
        "X TradeCorrect partial 10000@10000 cum 2500 leaves 7500 last 1500@10000 #-1 "
        f"(ref {yesterday_seq}-2, day 1000 of 8500): agreed",
        "X TradeCorrect partial 10000@10000 cum 2000 leaves 8000 last 500@10000 #-1 "
        f"(ref {today_seq}-2, day 500 of 8500): agreed",
    ]


def test_j_1_d(play: Play) -> None:
    """J.1.d, part-filled order done for day, then a correction and a bust."""
    play.new()
    trade = play.fill(5_000)
    trade_seq = play.exchange.seq
    play.cancel_unsolicited(done_for_day=True)
    play.amend(trade, 4_000, 10_000)
    corrected_seq = play.exchange.seq
    play.amend(trade, 0, 0)
    assert play.reports == [
        NEW,
        "X Trade partial 10000@10000 cum 5000 leaves 5000 last 5000@10000 #1",
        "X DoneForDay done 10000@10000 cum 5000 leaves 0: agreed",
        f"X TradeCorrect done 10000@10000 cum 4000 leaves 0 last 4000@10000 #-1 (ref {trade_seq}-2): agreed",
        f"X TradeCancel done 10000@10000 cum 0 leaves 0 (ref {corrected_seq}-1): agreed",
    ]


def test_k_1_a(play: Play) -> None:
    """K.1.a, trading halt, order reinstated: it stays where it stands."""
    play.new(exec_inst="J")
    play.phases("halted", "volatility_auction", "continuous")
    play.fill(10_000)
    assert play.reports == [NEW, "X Trade filled 10000@10000 cum 10000 leaves 0 last 10000@10000 #1"]


def test_k_1_b(play: Play) -> None:
    """K.1.b, trading halt, order canceled."""
    play.new(exec_inst="K")
    play.phases("halted")
    assert play.reports == [
        NEW,
        "X Canceled canceled 10000@10000 cum 0 leaves 0 (because 6): Canceled on trading halt",
    ]
