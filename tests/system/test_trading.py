"""The main job with real clients: QuickFIX of each version trades with the daemon."""

from __future__ import annotations

import pytest

from tests.system.trading_system import VERSIONS, TradingSystem

BUY, SELL = "1", "2"


@pytest.mark.parametrize("comp_id", VERSIONS)
def test_an_order_rests_trades_and_is_reported_in_the_words_of_its_version(
    running: TradingSystem, comp_id: str
) -> None:
    broker = running.broker(comp_id)
    broker.order("S1", "ACME", SELL, "100", "100.00")
    new = broker.expect(f35="8", f150="0", f39="0", f11="S1", f38="100", f14="0", f151="100", f6="0")
    broker.order("B1", "ACME", BUY, "30", "100.50")
    broker.expect(f35="8", f150="0", f11="B1")
    taker = broker.expect(f35="8", f11="B1", f39="2", f31="100", f32="30", f14="30", f151="0", f6="100")
    maker = broker.expect(f35="8", f11="S1", f39="1", f31="100", f32="30", f14="30", f151="70", f37=new["37"])
    exec_types = {"FIX.4.2": ("2", "1")}.get(broker.version, ("F", "F"))
    assert (taker["150"], maker["150"]) == exec_types
    assert len({new["17"], taker["17"], maker["17"]}) == 3
    assert ("20" in new) is (broker.version == "FIX.4.2")


def test_average_price_is_exact_over_several_fills(running: TradingSystem) -> None:
    broker = running.broker("BROKER44")
    for number, (quantity, price) in enumerate((("100", "100.00"), ("200", "100.01"), ("300", "100.05"))):
        broker.order(f"S{number}", "ACME", SELL, quantity, price)
        broker.expect(f150="0")
    broker.order("B1", "ACME", BUY, "500", "101")
    reports = [broker.next() for _ in range(7)]
    mine = [report for report in reports if report["11"] == "B1" and report["150"] == "F"]
    # (100*100 + 200*100.01 + 200*100.05) / 500 = 100.024
    assert [report["6"] for report in mine] == ["100", "100.0066666667", "100.024"]


def test_replace_and_cancel_chain_their_ids(running: TradingSystem) -> None:
    broker = running.broker("BROKER50")
    broker.order("C1", "HOOLI", BUY, "10", "99")
    order_id = broker.expect(f150="0")["37"]
    broker.replace("C2", "C1", "HOOLI", BUY, "20", "98")
    broker.expect(f150="5", f39="0", f11="C2", f41="C1", f37=order_id, f38="20", f44="98", f151="20")
    broker.cancel("C3", "C1", "HOOLI", BUY, "20")
    broker.expect(f35="9", f434="1", f11="C3")
    broker.cancel("C4", "C2", "HOOLI", BUY, "20")
    broker.expect(f150="4", f39="4", f11="C4", f41="C2", f37=order_id, f151="0")
    broker.cancel("C5", "C4", "HOOLI", BUY, "20")
    broker.expect(f35="9", f39="4", f102="0")
    broker.cancel("C6", "NEVER", "HOOLI", BUY, "20")
    broker.expect(f35="9", f39="8", f102="1", f37="NONE", f41="NEVER")


def test_immediate_or_cancel_fill_or_kill_and_market(running: TradingSystem) -> None:
    broker = running.broker("BROKER44")
    broker.order("S1", "ACME", SELL, "50", "100")
    broker.expect(f150="0")
    broker.order("F1", "ACME", BUY, "60", "100", time_in_force="4")
    broker.expect(f150="0", f11="F1")
    broker.expect(f150="4", f11="F1", f14="0", f151="0")
    broker.order("I1", "ACME", BUY, "60", "100", time_in_force="3")
    broker.expect(f150="0", f11="I1")
    broker.expect(f150="F", f11="I1", f32="50", f39="1")
    broker.expect(f150="F", f11="S1", f39="2")
    broker.expect(f150="4", f11="I1", f14="50", f151="0")
    broker.order("M1", "ACME", BUY, "60")
    broker.expect(f150="0", f11="M1")
    broker.expect(f150="4", f11="M1", f14="0")


def test_status_request_is_answered_with_exec_id_0(running: TradingSystem) -> None:
    for comp_id, wanted in {"BROKER42": {"f20": "3"}, "BROKER44": {"f150": "I"}}.items():
        broker = running.broker(comp_id)
        broker.order("Q1", "ACME", BUY, "10", "90")
        broker.expect(f39="0")
        broker.status("Q1", "ACME", BUY)
        broker.expect(f35="8", f17="0", f39="0", f11="Q1", f151="10", **wanted)
        broker.status("NONE-SUCH", "ACME", BUY)
        broker.expect(f35="8", f17="0", f39="8", f11="NONE-SUCH", **wanted)


@pytest.mark.parametrize(
    ("fields", "reason", "words"),
    [
        ({55: "NOSUCH"}, "1", "NOSUCH"),
        ({38: "2000000"}, None, "1000000"),
        ({38: "0.5"}, "13", "lot"),
        ({44: "100.001"}, None, "tick"),
        ({44: "130"}, None, "band"),
        ({99: "101"}, "11", "StopPx"),
        ({210: "5"}, "11", "MaxShow"),
    ],
)
def test_risk_refuses_with_a_sentence(
    running: TradingSystem, fields: dict[int, str], reason: str | None, words: str
) -> None:
    broker = running.broker("BROKER44")
    broker.order("R1", "ACME", BUY, "10", "100", extra=fields)
    reject = broker.expect(f35="8", f150="8", f39="8", f11="R1", f151="0", f14="0")
    assert words in reject["58"]
    assert reason in (None, reject["103"])


def test_duplicate_clord_id_is_refused_and_a_possible_resend_answered(running: TradingSystem) -> None:
    broker = running.broker("BROKER44")
    broker.order("D1", "ACME", BUY, "10", "99")
    first = broker.expect(f150="0")
    broker.order("D1", "ACME", BUY, "10", "99")
    broker.expect(f150="8", f103="6", f37=first["37"], f151="10", f39="0")


def test_a_disconnect_misses_nothing(running: TradingSystem) -> None:
    seller = running.broker("BROKER44")
    seller.order("S1", "ACME", SELL, "100", "100")
    seller.expect(f150="0")
    seller.drop()
    buyer = running.broker("BROKER42")
    for number in range(5):
        buyer.order(f"B{number}", "ACME", BUY, "10", "100")
        buyer.expect(f150="0")
        buyer.expect(f150="2")
    again = running.broker("BROKER44")
    fills = [again.expect(f150="F", f11="S1", f43="Y", f14=str(10 * number)) for number in range(1, 6)]
    assert len({fill["17"] for fill in fills}) == 5
    again.order("S2", "ACME", SELL, "1", "110")
    again.expect(f150="0", f11="S2")
