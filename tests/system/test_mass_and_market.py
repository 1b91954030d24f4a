"""Orders that ask for more, mass requests and security status, over QuickFIX of each version against the daemon."""

from __future__ import annotations

import pytest

from tests.system.trading_system import VERSIONS, TradingSystem

BUY = "1"
TIME = "20261121-09:30:00.000"


@pytest.mark.parametrize("comp_id", VERSIONS)
def test_an_iceberg_and_a_stop_are_asked_for_and_canceled_together(running: TradingSystem, comp_id: str) -> None:
    broker = running.broker(comp_id)
    status = {"20": "3"} if broker.version == "FIX.4.2" else {"150": "I"}
    broker.order("I1", "ACME", BUY, "100", "99", extra={111: "10"})
    broker.expect(f150="0", f11="I1", f111="10")
    broker.order("T1", "ACME", BUY, "5", "102", extra={40: "4", 99: "101"})
    broker.expect(f150="0", f11="T1", f40="4", f99="101")

    broker.send("AF", {584: "S1", 585: "7"})
    reports = [broker.expect(f35="8", f17="0", f584="S1", f911="2") for _ in range(2)]
    assert [report["11"] for report in reports] == ["I1", "T1"]
    assert [report["912"] for report in reports] == ["N", "Y"]
    assert all(status.items() <= report.items() for report in reports)

    broker.send("q", {11: "M1", 530: "1", 55: "ACME", 60: TIME})
    broker.expect(f35="r", f11="M1", f530="1", f531="1", f533="2")
    for clord_id in ("I1", "T1"):
        broker.expect(f35="8", f150="4", f39="4", f11=clord_id, f151="0")

    broker.send("AF", {584: "S2", 585: "7"})
    broker.expect(f35="8", f17="0", f37="NONE", f39="8", f584="S2", f911="0", f912="Y")
    broker.send("q", {11: "M2", 530: "3", 60: TIME})
    broker.expect(f35="r", f11="M2", f531="0", f532="0", f58="MassCancelRequestType (530) 3 is not supported")


@pytest.mark.parametrize("comp_id", VERSIONS)
def test_security_status(running: TradingSystem, comp_id: str) -> None:
    broker = running.broker(comp_id)
    broker.send("e", {324: "Q1", 55: "ACME", 263: "0"})
    broker.expect(f35="f", f324="Q1", f55="ACME", f326="17", f325="N")
    broker.send("e", {324: "Q2", 55: "NOSUCH", 263: "0"})
    broker.expect(f35="f", f324="Q2", f55="NOSUCH", f326="20")
