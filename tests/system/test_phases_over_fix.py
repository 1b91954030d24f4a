"""Phases, auctions, halts and days as brokers of each version see them, moved by an operator, by real QuickFIX."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from certification.broker import Fields
from tests.system.floor import BUY, SELL, Floor, Trader

AT_CLOSE = {"FIX.4.2": {"t40": "B"}, "FIX.4.4": {"t59": "7"}, "FIX.5.0SP2": {"t59": "7"}}
"""Limit on close, in the fields of each version."""


def day(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y%m%d}"


def open_day(floor: Floor, symbol: str, *phases: str) -> None:
    """Begin a trading day, and bring the instrument through phases from closed on."""
    floor.phase(symbol, "closed")
    floor.market("start-day", symbol, trade_date=day(0))
    floor.phase(symbol, *phases)


def status(trader: Trader, request_id: str, state: str, session_sub_id: str) -> Fields:
    """Expect a SecurityStatus; 4.2 has no TradingSessionSubID."""
    want = {} if trader.is_42 else {"f625": session_sub_id}
    return trader.broker.expect(f35="f", f324=request_id, f326=state, **want)


def test_orders_for_the_opening_and_for_the_close(floor: Floor, trader: Trader, symbol: str) -> None:
    s, at_close = symbol, AT_CLOSE[trader.broker.version]
    trader.order(f"O{s}", s, BUY, 5, "100", t59="2")
    (too_late,) = trader.sees(f"O{s} 8 8 0 0")
    assert "continuous" in too_late["58"]
    assert too_late["103"] == ("0" if trader.is_42 else "11")
    open_day(floor, s, "pre_open")
    trader.order(f"P{s}", s, BUY, 5, "100", t59="2")
    trader.order(f"C{s}", s, BUY, 2, "100", **at_close)
    _, new = trader.sees(f"P{s} 0 0 0 5", f"C{s} 0 0 0 2")
    assert (new["40"], new["59"]) == (("B", "0") if trader.is_42 else ("2", "7"))
    floor.phase(s, "opening_auction")
    trader.order(f"S{s}", s, SELL, 3)
    trader.sees(f"S{s} 0 0 0 3")
    floor.phase(s, "continuous")
    trader.sees(f"P{s} F 1 3 2", f"S{s} F 2 3 0", f"P{s} C C 3 0")
    floor.phase(s, "closing_auction")
    trader.order(f"T{s}", s, SELL, 1, "99")
    trader.sees(f"T{s} 0 0 0 1")
    floor.phase(s, "closed")
    trader.sees(f"C{s} F 1 1 1", f"T{s} F 2 1 0", f"C{s} C C 1 0")


def test_a_phase_refuses_what_it_does_not_take(floor: Floor, trader: Trader, symbol: str) -> None:
    s = symbol
    floor.phase(s, "closed")
    trader.order(f"A{s}", s, BUY, 5, "100")
    (closed,) = trader.sees(f"A{s} 8 8 0 0")
    assert closed["103"] == "2"
    floor.phase(s, "opening_auction")
    trader.order(f"B{s}", s, BUY, 5, "100", t59="3")
    trader.order(f"C{s}", s, BUY, 5, "100", t18="G")
    for refused in trader.sees(f"B{s} 8 8 0 0", f"C{s} 8 8 0 0"):
        assert refused["103"] == ("0" if trader.is_42 else "11")
        assert "auction" in refused["58"]


def test_who_subscribed_hears_of_a_halt_and_of_the_way_back(floor: Floor, trader: Trader, symbol: str) -> None:
    s, q = symbol, f"Q{symbol}"
    trader.send("e", t324=f"ONCE{s}", t55=s, t263="0")
    status(trader, f"ONCE{s}", "17", "3")
    trader.send("e", t324=q, t55=s, t263="1")
    status(trader, q, "17", "3")
    trader.order(f"A{s}", s, BUY, 5, "101")
    keeps = {"t18": "K"} if not trader.is_42 else {}
    trader.order(f"K{s}", s, BUY, 5, "90", **keeps)
    trader.sees(f"A{s} 0 0 0 5", f"K{s} 0 0 0 5")
    floor.operate("market", "halt", s)
    halted = trader.broker.expect(f35="f", f324=q, f326="2", f325="Y", f55=s)
    assert trader.is_42 or "agreed by phone" in halted["58"]
    if not trader.is_42:
        (canceled,) = trader.sees(f"K{s} 4 4 0 0")
        assert canceled["378"] == "6"
    trader.order(f"N{s}", s, SELL, 5, "100")
    trader.sees(f"N{s} 8 8 0 0")
    floor.operate("market", "resume", s, "--auction-s", "0")
    status(trader, q, "4", "9")
    trader.order(f"S{s}", s, SELL, 2, "99")
    trader.sees(f"S{s} 0 0 0 2")
    indicated = status(trader, q, "5", "9")
    assert indicated["332"] == indicated["333"]
    assert (indicated["330"], indicated["331"]) == ("5", "2")
    floor.phase(s, "continuous")
    fills = trader.sees(f"A{s} F 1 2 3", f"S{s} F 2 2 0")
    assert {fill["31"] for fill in fills} == {indicated["332"]}
    status(trader, q, "17", "3")
    trader.send("e", t324=q, t55=s, t263="2")
    status(trader, q, "17", "3")
    floor.phase(s, "volatility_auction")


def test_orders_good_till_cancel_are_renewed_in_the_morning(floor: Floor, trader: Trader, symbol: str) -> None:
    s = symbol
    open_day(floor, s, "continuous")
    trader.order(f"G{s}", s, BUY, 10, "100", t59="1")
    trader.order(f"T{s}", s, BUY, 5, "99", t59="6", t432=day(0))
    trader.order(f"D{s}", s, BUY, 5, "98")
    trader.order(f"S{s}", s, SELL, 4, "100")
    trader.sees(
        *(f"G{s} 0 0 0 10", f"T{s} 0 0 0 5", f"D{s} 0 0 0 5"),
        *(f"S{s} 0 0 0 4", f"S{s} F 2 4 0", f"G{s} F 1 4 6"),
    )
    floor.phase(s, "closed")
    floor.operate("market", "end-day", s)
    trader.sees(f"G{s} 3 3 4 6", f"T{s} 3 3 0 5", f"D{s} C C 0 0")
    floor.operate("market", "start-day", s, "--date", day(1))
    renewed, _ = trader.sees(f"G{s} D 1 4 6", f"T{s} C C 0 0")
    assert renewed["378"] == "1"
    assert (renewed["424"], renewed["425"]) == ("6", "0")
    floor.phase(s, "continuous")
    trader.order(f"U{s}", s, SELL, 6, "100")
    *_, last = trader.sees(f"U{s} 0 0 0 6", f"U{s} F 2 6 0", f"G{s} F 2 10 0")
    assert (last["424"], last["425"], last["426"]) == ("6", "6", "100")
