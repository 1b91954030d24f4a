"""FIX 5.0 beside FIX 5.0 SP2, with QuickFIX on the other side and our dictionaries in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from certification.broker import Broker
from tests.system.exchange_process import ExchangeProcess
from tests.system.trading_system import TradingSystem
from tradsys_oms.fix.dictionary import specs_dir

BUY, SELL = "1", "2"
COMP_ID = "BROKER500"


@pytest.fixture
def with_fix50(system: TradingSystem) -> TradingSystem:
    """Give a daemon that has a session of FIX 5.0 beside those of the quick start."""
    system.settings["members"].append({"id": COMP_ID})
    system.settings["sessions"].append({"comp_id": COMP_ID, "version": "FIX.5.0"})
    system.write_config()
    system.daemon.start()
    return system


def make_broker(system: TradingSystem, version: str) -> Broker:
    """Make the broker's side of the session, not started yet."""
    broker = Broker(COMP_ID, version, system.fix_port, system.folder / COMP_ID, specs=specs_dir())
    system.brokers[COMP_ID] = broker
    return broker


def test_a_broker_of_fix50_trades_with_one_of_its_second_service_pack(with_fix50: TradingSystem) -> None:
    seller, buyer = make_broker(with_fix50, "FIX.5.0").start(), with_fix50.broker("BROKER50")
    logon = next(message for message in seller.admin if message["35"] == "A")
    assert (logon["8"], logon["1137"]) == ("FIXT.1.1", "7")
    seller.order("S1", "ACME", SELL, "100", "100.00", extra={1: "HOUSE"})
    new = seller.expect(f35="8", f150="0", f39="0", f11="S1", f38="100", f14="0", f151="100", f6="0", f1="HOUSE")
    buyer.order("B1", "ACME", BUY, "30", "100.50")
    buyer.expect(f150="0", f11="B1")
    taker = buyer.expect(f150="F", f11="B1", f39="2", f31="100", f32="30")
    maker = seller.expect(f35="8", f150="F", f11="S1", f39="1", f31="100", f32="30", f14="30", f151="70", f851="1")
    assert maker["527"] == taker["880"]
    assert "1128" not in maker
    seller.replace("S2", "S1", "ACME", SELL, "120", "100.10")
    seller.expect(f150="5", f39="1", f11="S2", f41="S1", f37=new["37"], f38="120", f151="90")
    seller.status("S2", "ACME", SELL)
    seller.expect(f150="I", f17="0", f39="1", f11="S2")
    seller.cancel("S3", "S2", "ACME", SELL, "120")
    seller.expect(f150="4", f39="4", f11="S3", f41="S2", f151="0", f14="30")
    seller.cancel("S4", "S3", "ACME", SELL, "120")
    seller.expect(f35="9", f434="1", f102="0")
    seller.order("S5", "ACME", SELL, "100", "150.00")
    seller.expect(f150="8", f39="8", f11="S5", f103="99")
    rejects = [message for message in (*seller.admin, *seller.sent_admin) if message["35"] == "3"]
    assert rejects == [], "one side does not take what the other sends"


def test_what_was_missed_comes_again(with_fix50: TradingSystem) -> None:
    first = make_broker(with_fix50, "FIX.5.0").start()
    first.order("S1", "ACME", SELL, "10", "100")
    first.expect(f150="0")
    first.drop()
    buyer = with_fix50.broker("BROKER50")
    buyer.order("B1", "ACME", BUY, "10", "100")
    buyer.expect(f150="0")
    buyer.expect(f150="F")
    again = make_broker(with_fix50, "FIX.5.0").start()
    again.expect(f150="F", f11="S1", f39="2", f43="Y")


def test_another_version_than_the_configured_one_is_refused_in_words(with_fix50: TradingSystem) -> None:
    broker = make_broker(with_fix50, "FIX.5.0SP2")
    broker._initiator.start()
    broker.wait_for(lambda b: any(message["35"] == "5" for message in b.admin), "a Logout")
    logout = next(message for message in broker.admin if message["35"] == "5")
    assert logout["58"] == "DefaultApplVerID (1137) must be 7"


def test_a_session_of_both_versions_speaks_that_of_the_logon(tmp_path: Path) -> None:
    exchange = ExchangeProcess(tmp_path / "exchange", "--session", f"{COMP_ID}:FIX.5.0SP2+FIX.5.0").start()
    try:
        for number, (version, appl_ver_id) in enumerate({"FIX.5.0": "7", "FIX.5.0SP2": "9"}.items()):
            broker = Broker(COMP_ID, version, exchange.port, tmp_path / COMP_ID, specs=specs_dir()).start()
            broker.order(f"A{number}", "ACME", BUY, "100", "10")
            broker.expect(f35="8", f11=f"A{number}", f1128=appl_ver_id)
            broker.stop()
    finally:
        exchange.kill()
