"""The kill switch over FIX: 200 open orders of three brokers go, it holds over kill -9, and two people release it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from certification.broker import Broker
from tests.system.operating import ask, tradsys, until
from tests.system.risk_floor import (
    BUY,
    SELL,
    back,
    complaints,
    log_on,
    opened,
    operate,
    order,
    prepare,
    refusal,
    seen,
    whole_risk,
)
from tests.system.trading_system import VERSIONS, TradingSystem

LIMITS: dict[str, Any] = {
    "defaults": {
        "member": {"gross_position_max": 10_000_000},
        "session": {"breaker_orders": 1_000_000, "breaker_orders_window_s": 60},
        "account": {"open_notional_max": 1_000_000},
    },
    "all": {"collar_percent": 10},
}
ORDERS = dict(zip(VERSIONS, (67, 67, 66), strict=True))
REASON = "runaway"


@pytest.fixture
def killable(system: TradingSystem) -> TradingSystem:
    prepare(system, LIMITS).daemon.start()
    return system


def enter_all(system: TradingSystem) -> dict[str, Broker]:
    """Let each broker trade a little, and then have its part of 200 orders open; gives the brokers."""
    brokers = {name: log_on(system, name) for name in VERSIONS}
    first, last = brokers["BROKER42"], brokers["BROKER50"]
    opened(first, "T1", 10, "100", "A1")
    order(last, "T2", "ACME", SELL, 10, "100", "A2")
    last.expect(f35="8", f39="0", f11="T2")
    last.expect(f35="8", f39="2", f11="T2")
    first.expect(f35="8", f39="2", f11="T1")
    for name, broker in brokers.items():
        for number in range(ORDERS[name]):
            order(broker, f"K{number}", "ACME", BUY, 1 + number, "99", f"A{1 + number % 3}")
        for number in range(ORDERS[name]):
            broker.expect(f35="8", f150="0", f11=f"K{number}")
    return brokers


def test_all_are_killed_stay_killed_and_are_released_by_two(killable: TradingSystem) -> None:
    brokers = enter_all(killable)
    assert ask(killable, "status")["orders"]["open"] == 200
    preview = tradsys(killable, "kill", "all", "--preview")
    assert "200 open orders will be canceled." in preview.stdout
    operate(killable, "kill", "all")
    for name, broker in brokers.items():
        for number in range(ORDERS[name]):
            report = broker.expect(f35="8", f150="4", f39="4", f11=f"K{number}", f14="0", f151="0")
            assert "41" not in report, "it was not asked for"
            assert report["58"] == REASON
        report = refusal(broker, "K-NEW")
        assert (report["103"], report["58"]) == ("0", f"The exchange takes no new orders (kill): {REASON}")
        broker.cancel("K-LATE", "K0", "ACME", BUY, "1")
        broker.expect(f35="9", f11="K-LATE", f41="K0", f39="4", f434="1", f102="0")
    before = whole_risk(killable)
    assert [(row["level"], row["kind"]) for row in before["blocks"]] == [("all", "kill")]
    assert {row["account"]: row["quantity"] for row in before["positions"] if row["quantity"] != "0"} == {
        "A1": "10",
        "A2": "-10",
    }
    back(killable, *brokers.values())
    assert whole_risk(killable) == before
    for broker in brokers.values():
        assert "(kill)" in refusal(broker, "K-NEW2")["58"]

    assert tradsys(killable, "kill", "approve", "all", "--yes", user="bob").returncode == 1
    operate(killable, "kill", "release", "all", user="eve")
    assert tradsys(killable, "kill", "approve", "all", "--yes", user="eve").returncode == 1
    assert "(kill)" in refusal(brokers["BROKER44"], "K-NEW3")["58"], "one person is not enough"
    back(killable, *brokers.values())
    assert tradsys(killable, "kill", "approve", "all", "--yes", user="bob").returncode == 0
    for broker in brokers.values():
        opened(broker, "K-AGAIN", 1, "99")
    assert seen(killable, "kill", "list") == []
    assert complaints(*brokers.values()) == []


def test_cancels_that_meet_a_kill_are_answered_once(killable: TradingSystem) -> None:
    """Who asks for a cancel at the moment of the kill gets it, or hears that it is too late; no order goes twice."""
    brokers = enter_all(killable)
    for name, broker in brokers.items():
        for number in range(0, ORDERS[name], 2):
            broker.cancel(f"C{number}", f"K{number}", "ACME", BUY, str(1 + number))
        if name == "BROKER44":
            ask(killable, "kill.act", level="all", name="", reason="runaway", user="ann")
    for name, broker in brokers.items():
        asked = {f"C{number}" for number in range(0, ORDERS[name], 2)}
        refused = answered = 0
        canceled: Counter[str] = Counter()
        while sum(canceled.values()) < ORDERS[name] or answered < len(asked):
            report = broker.next()
            answered += report["11"] in asked
            if report["35"] == "9":
                assert (report["434"], report["102"], report["39"]) == ("1", "0", "4"), report
                refused += 1
            else:
                assert (report["150"], report["39"], report["151"]) == ("4", "4", "0"), report
                assert ("41" in report) == (report["11"] in asked)
                canceled[report.get("41", report["11"])] += 1
        assert set(canceled) == {f"K{number}" for number in range(ORDERS[name])}
        assert set(canceled.values()) == {1}
        assert answered == len(asked)
        assert name != "BROKER50" or refused == len(asked), "it came after the kill, and asked for nothing that is open"
        assert broker.received.empty()
    assert ask(killable, "status")["orders"]["open"] == 0


def test_a_member_is_killed_and_the_others_trade_on(killable: TradingSystem) -> None:
    brokers = enter_all(killable)
    killed = brokers.pop("BROKER44")
    operate(killable, "kill", "account", "BROKER44/A1")
    for number in range(0, ORDERS["BROKER44"], 3):
        killed.expect(f35="8", f150="4", f11=f"K{number}", f1="A1", f58=REASON)
    assert refusal(killed, "N1")["58"] == f"Account BROKER44/A1 takes no new orders (kill): {REASON}"
    opened(killed, "N2", 1, "99", "A2")
    fields = {11: "N3", 41: "N2", 1: "A2", 55: "ACME", 54: BUY, 38: "2", 40: "2", 44: "99"}
    operate(killable, "kill", "member", "BROKER44")
    until(lambda: len(killed.received.queue) == ORDERS["BROKER44"] - 23 + 1, "the other cancels")
    while not killed.received.empty():
        assert killed.next()["150"] == "4"
    killed.send("G", fields)
    killed.expect(f35="9", f11="N3", f434="2", f39="4", f102="0")
    for broker in brokers.values():
        opened(broker, "N1", 1, "99")
        fields = {**fields, 41: "N1", 1: "A1", 11: "N2", **({21: "1"} if broker.version == "FIX.4.2" else {})}
        broker.send("G", fields)
        broker.expect(f35="8", f150="5", f11="N2")
    rows = {(row["level"], row["name"]): row["kind"] for row in seen(killable, "kill", "list")}
    assert rows == {("member", "BROKER44"): "kill", ("account", "BROKER44/A1"): "kill"}


def test_a_replace_of_an_order_that_a_block_has_left_is_refused(killable: TradingSystem) -> None:
    broker = log_on(killable, "BROKER44")
    order_id = opened(broker, "B1", 5, "99")
    operate(killable, "risk", "block", "session", "BROKER44")
    broker.send("G", {11: "B2", 41: "B1", 1: "A1", 55: "ACME", 54: BUY, 38: "1", 40: "2", 44: "99"})
    report = broker.expect(f35="9", f11="B2", f41="B1", f37=order_id, f39="0", f434="2", f102="2")
    assert report["58"] == f"Session BROKER44 takes no new orders (operator): {REASON}"
    back(killable, broker)
    broker.cancel("B3", "B1", "ACME", BUY, "5")
    broker.expect(f35="8", f150="4", f39="4", f11="B3", f41="B1")
    operate(killable, "risk", "unblock", "session", "BROKER44")
    opened(broker, "B4", 1, "99")
