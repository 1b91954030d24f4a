"""Short sales by real QuickFIX in each version: their sides, and the price test after a fall."""

from __future__ import annotations

import pytest

from tests.system.floor import BUY, SELL, Floor, Trader

SHORT, EXEMPT = "5", "6"


@pytest.mark.parametrize("side", [SHORT, EXEMPT])
def test_a_short_sale_stays_one_in_all_reports(trader: Trader, symbol: str, side: str) -> None:
    s = symbol
    trader.order(f"A{s}", s, side, 5, "101", t114="N")
    trader.replace(f"B{s}", f"A{s}", s, side, 6, "100", t114="N")
    trader.replace(f"X{s}", f"B{s}", s, SELL, 6, "100")
    reports = trader.sees(f"A{s} 0 0 0 5", f"B{s} 5 0 0 6")
    refused = trader.broker.expect(f35="9", f11=f"X{s}", f102="2" if trader.is_42 else "99")
    assert f"has Side {side}, not 2" in refused["58"]
    trader.order(f"C{s}", s, BUY, 2, "100")
    *_, fill = trader.sees(f"C{s} 0 0 0 2", f"C{s} F 2 2 0", f"B{s} F 1 2 4")
    trader.broker.status(f"B{s}", s, side)
    (status,) = trader.sees(f"B{s} I 1 2 4")
    trader.send("q", t11=f"M{s}", t530="1", t55=s, t54=SELL)
    trader.broker.expect(f35="r", f11=f"M{s}", f533="0")
    trader.send("q", t11=f"N{s}", t530="1", t55=s, t54=side)
    assert trader.broker.expect(f35="r", f11=f"N{s}", f533="1")["54"] == side
    (canceled,) = trader.sees(f"B{s} 4 4 2 0")
    assert {report["54"] for report in (*reports, fill, status, canceled)} == {side}


def test_after_a_fall_a_short_sale_keeps_above_the_bid(floor: Floor, trader: Trader) -> None:
    s = floor.falling_symbol()
    trader.order(f"A{s}", s, BUY, 5, "90")
    trader.order(f"B{s}", s, SHORT, 2, "90", t114="Y")
    trader.sees(f"A{s} 0 0 0 5", f"B{s} 0 0 0 2", f"B{s} F 2 2 0", f"A{s} F 1 2 3")
    trader.order(f"C{s}", s, SHORT, 1, "90")
    trader.order(f"D{s}", s, SHORT, 1)
    trader.order(f"E{s}", s, SHORT, 1, "90.01")
    low, market, _ = trader.sees(f"C{s} 8 8 0 0", f"D{s} 8 8 0 0", f"E{s} 0 0 0 1")
    assert (low["103"], low["54"], market["103"]) == ("0", SHORT, "0")
    assert low["58"] == f"SEC Rule 201: short sales of {s} are restricted, Price 90 is not above the best bid 90"
    trader.replace(f"F{s}", f"E{s}", s, SHORT, 1, "89.99")
    refused = trader.broker.expect(f35="9", f11=f"F{s}", f102="2")
    assert "Rule 201" in refused["58"]
    trader.order(f"G{s}", s, EXEMPT, 3)
    trader.sees(f"G{s} 0 0 0 3", f"G{s} F 2 3 0", f"A{s} F 2 5 0")
    shown = floor.read("market", "show", s)
    assert (shown["short_sale_restricted"], shown["short_sale_until"]) == (True, "the end of the next trading day")
