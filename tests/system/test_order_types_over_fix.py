"""Each order type and instruction once in each version that has it, by real QuickFIX: whole lists of reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.system.floor import BUY, SELL, Floor, Trader

LATER = ["BROKER44", "BROKER50"]


def peg(trader: Trader, *, is_fixed: bool = False) -> dict[str, str]:
    """Say "pegged", primary or to the market and fixed, in the fields of the version."""
    if trader.is_50:
        return {"t40": "P", "t1094": "4" if is_fixed else "5"} | ({"t835": "1"} if is_fixed else {})
    if trader.is_42:
        return {"t40": "P", "t18": "T" if is_fixed else "R"}
    return {"t40": "P", "t18": "P" if is_fixed else "R"} | ({"t835": "1"} if is_fixed else {})


def display(trader: Trader, quantity: str) -> dict[str, str]:
    return {"t1138" if trader.is_50 else "t111": quantity}


def trade(trader: Trader, symbol: str, price: str) -> None:
    """Make a last price."""
    trader.order(f"TS-{symbol}", symbol, SELL, 1, price)
    trader.order(f"TB-{symbol}", symbol, BUY, 1, price)
    s, b = f"TS-{symbol}", f"TB-{symbol}"
    trader.sees(f"{s} 0 0 0 1", f"{b} 0 0 0 1", f"{b} F 2 1 0", f"{s} F 2 1 0")


def test_a_stop_is_triggered_by_the_last_trade(trader: Trader, symbol: str) -> None:
    s = symbol
    trader.order(f"A{s}", s, SELL, 5, "101")
    trader.order(f"B{s}", s, BUY, 5, t40="3", t99="100.5")
    _, new = trader.sees(f"A{s} 0 0 0 5", f"B{s} 0 0 0 5")
    assert (new["40"], new["99"]) == ("3", "100.5")
    trader.order(f"C{s}", s, BUY, 2, "101")
    reports = trader.sees(
        *(f"C{s} 0 0 0 2", f"C{s} F 2 2 0", f"A{s} F 1 2 3"),
        *(f"B{s} L 0 0 5", f"B{s} F 1 3 2", f"A{s} F 2 5 0", f"B{s} 4 4 3 0"),
    )
    assert len(reports) == (6 if trader.is_42 else 7)


def test_a_stop_limit_rests_at_its_limit(trader: Trader, symbol: str) -> None:
    s = symbol
    trader.order(f"A{s}", s, SELL, 5, "99.5", t40="4", t99="100")
    trader.sees(f"A{s} 0 0 0 5")
    trade(trader, s, "100.5")
    trader.order(f"B{s}", s, SELL, 1, "100")
    trader.order(f"C{s}", s, BUY, 1, "100")
    trader.sees(f"B{s} 0 0 0 1", f"C{s} 0 0 0 1", f"C{s} F 2 1 0", f"B{s} F 2 1 0", f"A{s} L 0 0 5")
    trader.order(f"D{s}", s, BUY, 5, "99.5")
    *_, maker = trader.sees(f"D{s} 0 0 0 5", f"D{s} F 2 5 0", f"A{s} F 2 5 0")
    assert (maker["31"], maker["40"], maker["99"]) == ("99.5", "4", "100")


@pytest.mark.parametrize(("trigger", "side", "stop_px"), [("1", BUY, "101"), ("3", SELL, "99")])
def test_a_stop_is_triggered_by_the_best_price(
    floor: Floor, symbol: str, trigger: str, side: str, stop_px: str
) -> None:
    trader, s, other = floor.trader("BROKER50"), symbol, SELL if side == BUY else BUY
    trader.order(f"A{s}", s, side, 2, t40="3", t99=stop_px, t1107=trigger)
    (new,) = trader.sees(f"A{s} 0 0 0 2")
    assert new["1107"] == trigger
    trader.order(f"B{s}", s, other, 2, stop_px)
    trader.sees(f"B{s} 0 0 0 2", f"A{s} L 0 0 2", f"A{s} F 2 2 0", f"B{s} F 2 2 0")


def test_an_iceberg_shows_a_part_and_goes_to_the_end(trader: Trader, symbol: str) -> None:
    s = symbol
    trader.order(f"I{s}", s, SELL, 30, "100", **display(trader, "10"))
    trader.order(f"L{s}", s, SELL, 10, "100")
    new, _ = trader.sees(f"I{s} 0 0 0 30", f"L{s} 0 0 0 10")
    assert new["1138" if trader.is_50 else "111"] == "10"
    trader.order(f"B{s}", s, BUY, 25, "100")
    trader.sees(
        *(f"B{s} 0 0 0 25", f"B{s} F 1 10 15", f"I{s} F 1 10 20", f"B{s} F 1 20 5", f"L{s} F 2 10 0"),
        *(f"B{s} F 2 25 0", f"I{s} F 1 15 15"),
    )


def test_a_hidden_order_trades_after_what_is_shown(floor: Floor, trader: Trader, symbol: str) -> None:
    s = symbol
    trader.order(f"H{s}", s, SELL, 5, "100", **display(trader, "0"))
    trader.order(f"L{s}", s, SELL, 5, "100")
    trader.sees(f"H{s} 0 0 0 5", f"L{s} 0 0 0 5")
    trader.order(f"B{s}", s, BUY, 7, "100")
    trader.sees(f"B{s} 0 0 0 7", f"B{s} F 1 5 2", f"L{s} F 2 5 0", f"B{s} F 2 7 0", f"H{s} F 1 2 3")


def test_a_minimum_quantity_waits_for_its_fill(trader: Trader, symbol: str) -> None:
    s = symbol
    trader.order(f"S{s}", s, SELL, 4, "100")
    trader.order(f"M{s}", s, BUY, 10, "100", t110="6")
    _, new = trader.sees(f"S{s} 0 0 0 4", f"M{s} 0 0 0 10")
    assert new["110"] == "6"
    trader.order(f"T{s}", s, SELL, 3, "100")
    trader.sees(f"T{s} 0 0 0 3", f"M{s} F 1 4 6", f"S{s} F 2 4 0", f"M{s} F 1 7 3", f"T{s} F 2 3 0")


def test_all_or_none_trades_at_once_or_not(trader: Trader, symbol: str) -> None:
    s = symbol
    trader.order(f"A{s}", s, SELL, 10, "100", t18="G")
    trader.order(f"B{s}", s, BUY, 9, "100")
    new, _ = trader.sees(f"A{s} 0 0 0 10", f"B{s} 0 0 0 9")
    assert new["18"] == "G"
    trader.order(f"C{s}", s, BUY, 1, "100")
    trader.sees(f"C{s} 0 0 0 1", f"A{s} F 1 9 1", f"B{s} F 2 9 0", f"A{s} F 2 10 0", f"C{s} F 2 1 0")


def test_participate_dont_initiate_is_rejected_where_it_would_trade(trader: Trader, symbol: str) -> None:
    s = symbol
    trader.order(f"S{s}", s, SELL, 1, "100")
    trader.order(f"P{s}", s, BUY, 1, "100", t18="6")
    _, rejected = trader.sees(f"S{s} 0 0 0 1", f"P{s} 8 8 0 0")
    assert rejected["103"] == ("0" if trader.is_42 else "99")
    assert rejected["58"]
    trader.order(f"Q{s}", s, BUY, 1, "99.99", t18="6")
    trader.sees(f"Q{s} 0 0 0 1")


@pytest.mark.parametrize("comp_id", LATER)
def test_what_market_with_left_over_has_left_is_a_limit(floor: Floor, symbol: str, comp_id: str) -> None:
    trader, s = floor.trader(comp_id), symbol
    trader.order(f"S{s}", s, SELL, 4, "100.01")
    trader.order(f"K{s}", s, BUY, 10, t40="K")
    *_, restated = trader.sees(f"S{s} 0 0 0 4", f"K{s} 0 0 0 10", f"K{s} F 1 4 6", f"S{s} F 2 4 0", f"K{s} D 1 4 6")
    assert (restated["378"], restated["44"], restated["40"]) == ("3", "100.01", "K")
    trader.order(f"T{s}", s, SELL, 6, "100")
    *_, maker = trader.sees(f"T{s} 0 0 0 6", f"T{s} F 2 6 0", f"K{s} F 2 10 0")
    assert maker["31"] == "100.01"


def test_a_peg_follows_the_best_price_of_its_side(trader: Trader, symbol: str) -> None:
    s = symbol
    trader.order(f"A{s}", s, BUY, 1, "99")
    trader.order(f"P{s}", s, BUY, 3, **peg(trader), t211="-0.5")
    _, new = trader.sees(f"A{s} 0 0 0 1", f"P{s} 0 0 0 3")
    assert new["211"] == "-0.5"
    assert (new.get("18"), new.get("1094")) == ((None, "5") if trader.is_50 else ("R", None))
    trader.order(f"B{s}", s, BUY, 1, "100")
    trader.sees(f"B{s} 0 0 0 1")
    trader.order(f"S{s}", s, SELL, 3, "99.5")
    *_, last = trader.sees(
        *(f"S{s} 0 0 0 3", f"S{s} F 1 1 2", f"B{s} F 2 1 0", f"S{s} F 2 3 0", f"P{s} F 1 2 1"),
    )
    assert (last["31"], last.get("839")) == ("99.5", None if trader.is_42 else "99.5")
    trader.broker.status(f"P{s}", s, BUY)
    (stands,) = trader.sees(f"P{s} I 1 2 1")
    assert stands.get("839") == (None if trader.is_42 else "98.5"), "only the bid at 99 is left to follow"


def test_an_order_at_best_is_fixed_when_it_comes(trader: Trader, symbol: str) -> None:
    s = symbol
    trader.order(f"P{s}", s, BUY, 3, **peg(trader, is_fixed=True))
    (rejected,) = trader.sees(f"P{s} 8 8 0 0")
    assert rejected["58"]
    trader.order(f"S{s}", s, SELL, 1, "100.2")
    trader.order(f"R{s}", s, BUY, 3, **peg(trader, is_fixed=True))
    trader.sees(f"S{s} 0 0 0 1", f"R{s} 0 0 0 3", f"R{s} F 1 1 2", f"S{s} F 2 1 0")
    trader.order(f"T{s}", s, SELL, 2, "100.2")
    trader.sees(f"T{s} 0 0 0 2", f"T{s} F 2 2 0", f"R{s} F 2 3 0")


def test_an_order_expires_at_its_time(trader: Trader, symbol: str) -> None:
    expires = f"{datetime.now(UTC) + timedelta(seconds=1):%Y%m%d-%H:%M:%S}.500"
    trader.order(f"G{symbol}", symbol, BUY, 3, "99", t59="6", t126=expires)
    new, expired = trader.sees(f"G{symbol} 0 0 0 3", f"G{symbol} C C 0 0")
    assert new["126"] == expires
    assert expired["52"] >= expires
    trader.order(f"H{symbol}", symbol, BUY, 3, "99", t59="6", t126="20200101-00:00:00")
    (past,) = trader.sees(f"H{symbol} 8 8 0 0")
    assert past["103"] == ("0" if trader.is_42 else "99")
    assert "ExpireTime" in past["58"]


def test_fill_or_kill_and_immediate_or_cancel(trader: Trader, symbol: str) -> None:
    s = symbol
    trader.order(f"S{s}", s, SELL, 5, "100")
    trader.order(f"F{s}", s, BUY, 6, "100", t59="4")
    trader.order(f"I{s}", s, BUY, 6, "100", t59="3")
    trader.sees(
        *(f"S{s} 0 0 0 5", f"F{s} 0 0 0 6", f"F{s} 4 4 0 0"),
        *(f"I{s} 0 0 0 6", f"I{s} F 1 5 1", f"S{s} F 2 5 0", f"I{s} 4 4 5 0"),
    )
    trader.order(f"T{s}", s, SELL, 6, "100")
    trader.order(f"G{s}", s, BUY, 6, "100", t59="4")
    trader.order(f"M{s}", s, BUY, 1)
    trader.sees(f"T{s} 0 0 0 6", f"G{s} 0 0 0 6", f"G{s} F 2 6 0", f"T{s} F 2 6 0", f"M{s} 0 0 0 1", f"M{s} 4 4 0 0")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"t110": "5", "t18": "G"}, "ExecInst (18) G"),
        ({"t18": "G 6"}, "ExecInst (18) 6 does not go with"),
        ({"t99": "101"}, "StopPx"),
        ({"t59": "3", "t18": "6"}, "ExecInst (18) 6"),
        ({"t111": "5", "t110": "5"}, "MinQty"),
        ({"t432": "20991231"}, "Expire"),
        ({"t59": "2"}, "TimeInForce"),
        ({"t211": "0.5"}, "Peg"),
        ({"t48": "US0000000001", "t22": "4"}, "SecurityID"),
    ],
)
def test_what_does_not_go_together_is_rejected_in_words(
    trader: Trader, symbol: str, fields: dict[str, str], words: str
) -> None:
    trader.order(f"R{symbol}", symbol, BUY, 10, "100", **fields)
    (rejected,) = trader.sees(f"R{symbol} 8 8 0 0")
    assert rejected["103"] == ("0" if trader.is_42 else "11"), rejected
    assert words in rejected["58"], rejected


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"t59": "6"}, "ExpireDate (432) or ExpireTime (126) is required"),
        ({"t40": "P"}, "PegPriceType (1094)"),
        ({"t40": "4"}, "StopPx"),
    ],
)
def test_what_an_order_lacks_is_named(trader: Trader, symbol: str, fields: dict[str, str], words: str) -> None:
    trader.order(f"R{symbol}", symbol, BUY, 10, "100", **fields)
    refused = trader.broker.expect(f35="j", f372="D", f379=f"R{symbol}", f380="5")
    assert words in refused["58"]


def test_a_type_that_the_version_lacks_is_wrong_there(floor: Floor, symbol: str) -> None:
    trader = floor.trader("BROKER42")
    trader.order(f"K{symbol}", symbol, BUY, 10, t40="K")
    trader.broker.wait_for(lambda b: any(m["35"] == "3" for m in b.admin), "a Reject")
    (reject,) = trader.complaints()
    assert (reject["371"], reject["373"]) == ("40", "5")
    trader.broker.admin.clear()
