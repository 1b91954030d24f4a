"""What a broker asks about many orders and by several sessions, and what an operator does to its orders and trades, by
real QuickFIX of each version.
"""

from __future__ import annotations

from typing import Any

from certification.broker import Fields
from tests.system.floor import ALONE, BUY, SECOND, SELL, Floor, Trader


def named(trader: Trader) -> str:
    """Give the name under which the desk knows the broker."""
    return trader.broker.comp_id


def trade_of(floor: Floor, order_id: str) -> dict[str, Any]:
    (row,) = floor.read("trade", "list", "--order", order_id)
    return dict(row)


def trade(trader: Trader, s: str, quantity: int) -> list[Fields]:
    """Let a part of an order for 10 trade at 100; gives all reports: S new, B new, B fill, S fill."""
    trader.order(f"S{s}", s, SELL, 10, "100")
    trader.order(f"B{s}", s, BUY, quantity, "100")
    left = 10 - quantity
    return trader.sees(
        *(f"S{s} 0 0 0 10", f"B{s} 0 0 0 {quantity}", f"B{s} F 2 {quantity} 0"),
        f"S{s} F {1 if left else 2} {quantity} {left}",
    )


def test_a_mass_cancel_takes_what_it_names(floor: Floor, trader: Trader, symbol: str) -> None:
    s, other = symbol, floor.symbol()
    for clord_id, where, side in ((f"A{s}", s, BUY), (f"B{s}", s, SELL), (f"C{s}", other, BUY)):
        trader.order(clord_id, where, side, 5, "99" if side == BUY else "101")
    trader.sees(f"A{s} 0 0 0 5", f"B{s} 0 0 0 5", f"C{s} 0 0 0 5")
    trader.send("q", t11=f"M{s}", t530="1", t55=s, t54=BUY)
    done = trader.broker.expect(f35="r", f11=f"M{s}", f530="1", f531="1", f533="1")
    assert done["37"]
    trader.sees(f"A{s} 4 4 0 0")
    trader.send("q", t11=f"N{s}", t530="2", t311=f"U{s[1:]}")
    trader.broker.expect(f35="r", f11=f"N{s}", f531="2", f533="1")
    trader.sees(f"B{s} 4 4 0 0")
    trader.send("q", t11=f"O{s}", t530="1", t55="NOSUCH")
    refused = trader.broker.expect(f35="r", f11=f"O{s}", f531="0", f532="1")
    assert "NOSUCH" in refused["58"]
    if not trader.is_42:
        trader.send("q", t11=f"P{s}", t530="1", t55=other, t336="1")
        assert "TradingSessionID" in trader.broker.expect(f35="r", f11=f"P{s}", f531="0", f532="0")["58"]
    trader.broker.cancel(f"Q{s}", f"C{s}", other, BUY, "5")
    trader.sees(f"Q{s} 4 4 0 0")


def test_a_mass_cancel_of_all_takes_all_of_the_member(floor: Floor, trader: Trader, symbol: str) -> None:
    alone, other = floor.trader(ALONE + named(trader)), floor.symbol()
    trader.order(f"X{symbol}", symbol, BUY, 1, "99")
    trader.sees(f"X{symbol} 0 0 0 1")
    for clord_id, where in ((f"A{symbol}", symbol), (f"B{symbol}", other)):
        alone.order(clord_id, where, BUY, 5, "99")
    alone.sees(f"A{symbol} 0 0 0 5", f"B{symbol} 0 0 0 5")
    alone.send("q", t11=f"M{symbol}", t530="7")
    alone.broker.expect(f35="r", f531="7", f533="2")
    alone.sees(f"A{symbol} 4 4 0 0", f"B{symbol} 4 4 0 0")
    alone.send("q", t11=f"N{symbol}", t530="7")
    alone.broker.expect(f35="r", f531="7", f533="0")


def test_a_mass_status_lists_open_orders(trader: Trader, symbol: str) -> None:
    s = symbol
    trader.order(f"A{s}", s, BUY, 5, "99")
    trader.order(f"B{s}", s, SELL, 5, "101")
    trader.sees(f"A{s} 0 0 0 5", f"B{s} 0 0 0 5")
    trader.send("AF", t584=f"Q{s}", t585="1", t55=s)
    reports = trader.sees(f"A{s} I 0 0 5", f"B{s} I 0 0 5")
    assert [(r["584"], r["911"], r["912"]) for r in reports] == [(f"Q{s}", "2", "N"), (f"Q{s}", "2", "Y")]
    assert {r["17"] for r in reports} == {"0"}
    trader.send("AF", t584=f"R{s}", t585="1", t55="NOSUCH")
    nothing = trader.broker.expect(f35="8", f584=f"R{s}", f39="8", f911="0", f912="Y", f37="NONE", f55="NOSUCH")
    assert nothing["58"]
    trader.send("AF", t584=f"S{s}", t585="7", t54="9")
    trader.broker.expect(f35="8", f584=f"S{s}", f39="8", f911="0", f912="Y", f55="[N/A]")


def test_a_second_session_of_the_member_replaces_and_cancels(floor: Floor, trader: Trader, symbol: str) -> None:
    s, second = symbol, floor.trader(SECOND + named(trader))
    trader.order(f"A{s}", s, BUY, 10, "99")
    (new,) = trader.sees(f"A{s} 0 0 0 10")
    second.replace(f"R{s}", f"A{s}", s, BUY, 8, "99.5")
    (asked,) = second.sees(f"R{s} 5 0 0 8")
    (told,) = trader.sees(f"R{s} 5 0 0 8")
    assert (asked["41"], asked["37"]) == (f"A{s}", new["37"]) == (told["41"], told["37"])
    trader.replace(f"T{s}", f"A{s}", s, BUY, 8, "98")
    trader.broker.expect(f35="9", f11=f"T{s}", f434="2", f102="1")
    second.broker.cancel(f"C{s}", f"R{s}", s, BUY, "8")
    second.sees(f"C{s} 4 4 0 0")
    (unsolicited,) = trader.sees(f"R{s} 4 4 0 0")
    assert "41" not in unsolicited
    trader.broker.cancel(f"D{s}", f"C{s}", s, BUY, "8")
    trader.broker.expect(f35="9", f434="1", f102="0", f39="4")


def test_a_bust_and_a_correction_are_seen_by_both_sides(floor: Floor, trader: Trader, symbol: str) -> None:
    s = symbol
    new, _, bought, sold = trade(trader, s, 4)
    trade_id = trade_of(floor, new["37"])["trade_id"]
    floor.operate("trade", "correct", trade_id, "--qty", "3", "--price", "99.9")
    first, second, _ = trader.sees(f"B{s} G 1 3 1", f"S{s} G 1 3 7", f"B{s} 4 4 3 0")
    assert (first["19"], first["31"], first["32"], first["6"]) == (bought["17"], "99.9", "3", "99.9")
    assert (second["19"], second["31"], second["32"], second["6"]) == (sold["17"], "99.9", "3", "99.9")
    assert [r.get("20") for r in (first, second)] == ["2" if trader.is_42 else None] * 2
    floor.operate("trade", "bust", trade_id)
    busts = trader.sees(f"B{s} H 4 0 0", f"S{s} H 0 0 10")
    assert [r["19"] for r in busts] == [first["17"], second["17"]]
    assert [r.get("20") for r in busts] == ["1" if trader.is_42 else None] * 2
    assert {r["58"] for r in busts} == {"agreed by phone (by night)"}
    if not trader.is_42:
        tag = "880" if trader.is_50 else "527"
        assert [r[tag] for r in (bought, sold, first, second, *busts)] == [trade_id] * 6


def test_a_filled_order_is_reinstated_by_a_bust(floor: Floor, trader: Trader, symbol: str) -> None:
    s = symbol
    new, *_ = trade(trader, s, 10)
    floor.operate("trade", "bust", trade_of(floor, new["37"])["trade_id"], "--reinstate")
    trader.sees(f"B{s} H 0 0 10", f"S{s} H 0 0 10", f"S{s} F 2 10 0", f"B{s} F 2 10 0")


def test_operators_restate_cancel_and_end_the_day_of_orders(floor: Floor, trader: Trader, symbol: str) -> None:
    s = symbol
    for letter in "ABC":
        trader.order(letter + s, s, BUY, 10, "99")
    a, b, c = trader.sees(*(f"{letter}{s} 0 0 0 10" for letter in "ABC"))
    floor.operate("order", "restate", a["37"], "--qty", "6", "--price", "98.5")
    (restated,) = trader.sees(f"A{s} D 0 0 6")
    assert (restated["378"], restated["44"], restated["38"]) == ("2", "98.5", "6")
    assert restated["58"].startswith("agreed by phone")
    floor.operate("order", "cancel", b["37"])
    trader.sees(f"B{s} 4 4 0 0")
    floor.operate("order", "done-for-day", c["37"])
    trader.sees(f"C{s} 3 3 0 0")
