"""NextExpectedMsgSeqNum (789) between the real daemon and real QuickFIX: what was missed comes unasked."""

from __future__ import annotations

import pytest

from tests.system.trading_system import TradingSystem

NEXT_EXPECTED = ("SendNextExpectedMsgSeqNum=Y",)


@pytest.mark.parametrize("broker", ["BROKER44", "BROKER50"])
def test_fills_of_a_broker_that_was_away_follow_its_logon(system: TradingSystem, broker: str) -> None:
    for session in system.settings["sessions"]:
        session["next_expected_msg_seq_num"] = session["comp_id"] == broker
    system.write_config()
    system.daemon.start()
    away = system.broker(broker, settings=NEXT_EXPECTED)
    away.order("A1", "ACME", "2", "10", "100")
    away.expect(f35="8", f150="0")
    away.stop()
    other = system.broker("BROKER42")
    for number in range(3):
        other.order(f"B{number}", "ACME", "1", "2", "100")
        other.expect(f35="8", f39="0")
        other.expect(f35="8", f39="2")
    back = system.broker(broker, settings=NEXT_EXPECTED)
    assert [back.expect(f35="8", f150="F", f43="Y")["14"] for _ in range(3)] == ["2", "4", "6"]
    back.order("A2", "ACME", "2", "1", "105")
    back.expect(f35="8", f150="0", f11="A2")
    assert not [message for message in back.sent_admin if message["35"] == "2"]
    shown = system.daemon.tradsys("session", "show", broker)
    assert (shown["resends"], shown["rejects"]) == (1, 0)
    assert back.sent_admin[0]["789"] == "4"  # the Logon, the report and the Logout of the first day
