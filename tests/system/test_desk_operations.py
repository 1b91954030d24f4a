"""What an operator does to market, orders and trades of a real daemon, as brokers, Postgres and the journal see it."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from certification.broker import Broker
from tests.system.operating import ask, tradsys, until
from tests.system.trading_system import TradingSystem
from tradsys_oms.clearing.queries import trades

BUY, SELL, SHORT, EXEMPT = "1", "2", "5", "6"


def operate(system: TradingSystem, *arguments: str) -> str:
    """Do it, with a reason; gives what it prints."""
    done = tradsys(system, *arguments, "--reason", "typo", "--yes", user="night")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("done\n")
    return done.stdout


def refused(system: TradingSystem, *arguments: str) -> str:
    """Give the sentence for what can't be done."""
    done = tradsys(system, *arguments, "--reason", "typo", "--yes")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done
    return done.stderr.removeprefix("tradsys: ").strip()


def seen(system: TradingSystem, *arguments: str) -> Any:
    """Give what a verb that reads prints as JSON."""
    done = tradsys(system, *arguments, "-o", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def accepted(broker: Broker, clord_id: str, side: str, quantity: str, price: str) -> str:
    """Enter an order for ACME that rests; gives its OrderID."""
    broker.order(clord_id, "ACME", side, quantity, price)
    return broker.expect(f35="8", f150="0", f11=clord_id)["37"]


def phases(system: TradingSystem) -> dict[str, str]:
    return {row["symbol"]: row["phase"] for row in seen(system, "market", "list")}


def test_a_halt_of_the_market_and_its_way_back(system: TradingSystem) -> None:
    system.settings["groups"] = [{"id": "SHARES"}]
    system.settings["instruments"][0]["group"] = "SHARES"
    assert system.settings["instruments"][0]["symbol"] == "ACME"
    system.write_config()
    system.daemon.start()
    buyer, seller = system.broker("BROKER44"), system.broker("BROKER50")
    accepted(buyer, "B1", BUY, "10", "99")
    buyer.send("e", {324: "Q1", 263: "1", 55: "ACME"})
    buyer.expect(f35="f", f324="Q1", f326="17")
    said = operate(system, "market", "halt", "--all")
    assert "from continuous to halted: " in said
    buyer.expect(f35="f", f324="Q1", f326="2")
    assert set(phases(system).values()) == {"halted"}
    buyer.order("B2", "ACME", BUY, "1", "99")
    buyer.expect(f35="8", f150="8", f103="2", f11="B2")
    buyer.cancel("B3", "B1", "ACME", BUY, "10")
    buyer.expect(f35="8", f150="4", f11="B3")
    system.daemon.kill()
    system.daemon.start()
    assert set(phases(system).values()) == {"halted"}, "a halt holds over a kill -9"
    for broker in (buyer, seller):
        broker.wait_for(lambda b: b.online.is_set(), "to be back")
    while not buyer.received.empty():
        buyer.next()
    operate(system, "market", "resume", "--group", "SHARES", "--auction-s", "12")
    assert (phases(system)["ACME"], phases(system)["HOOLI"]) == ("volatility_auction", "halted")
    accepted(seller, "S1", SELL, "4", "100")
    buyer.order("B4", "ACME", BUY, "4", "101")
    buyer.wait_for(lambda b: any(m.get("11") == "B4" and m.get("39") == "2" for m in b.log), "the uncrossing")
    until(lambda: phases(system)["ACME"] == "continuous", "continuous trading")
    commands = seen(system, "journal", "show", "--command", "ChangePhase")
    assert {entry["reason"] for entry in commands} == {"typo (by night)"}
    assert "can't go from continuous to pre_open" in refused(system, "market", "phase", "ACME", "pre_open")


def test_a_bust_is_seen_by_both_sides_and_by_clearing(running: TradingSystem) -> None:
    buyer, seller = running.broker("BROKER44"), running.broker("BROKER42")
    order_id = accepted(buyer, "B1", BUY, "10", "100")
    seller.order("S1", "ACME", SELL, "4", "100")
    seller.expect(f35="8", f39="0", f11="S1")
    sold, bought = seller.expect(f35="8", f39="2", f11="S1"), buyer.expect(f35="8", f150="F", f11="B1")
    (row,) = seen(running, "trade", "list", "--order", order_id)
    assert (row["quantity"], row["price"], row["status"]) == ("4", "100", "traded")
    trade_id = row["trade_id"]
    before = ask(running, "status")["journal"]["last_seq"]
    assert tradsys(running, "trade", "bust", trade_id, "--preview").returncode == 0
    assert ask(running, "status")["journal"]["last_seq"] == before

    operate(running, "trade", "correct", trade_id, "--price", "99.5")
    corrected = buyer.expect(f35="8", f150="G", f39="1", f19=bought["17"], f31="99.5", f32="4", f6="99.5", f14="4")
    seller.expect(f35="8", f20="2", f19=sold["17"], f31="99.5", f14="4", f151="0")
    said = operate(running, "trade", "bust", trade_id)
    assert "4 at 99.5, is busted" in said
    buyer.expect(f35="8", f150="H", f39="0", f19=corrected["17"], f14="0", f151="10", f37=order_id)
    seller.expect(f35="8", f20="1", f11="S1", f14="0")
    seller.expect(f35="8", f39="4", f11="S1", f14="0", f151="0")

    until(lambda: ask(running, "status")["database"]["state"] == "up", "Postgres")
    url = ask(running, "status")["database"]["url"]
    until(lambda: [trade["status"] for trade in trades(url, 10)] == ["busted"], "the bust in Postgres")
    assert [trade["quantity"] for trade in trades(url, 10)] == [0]
    with psycopg.connect(url) as connection:
        query = "SELECT status, traded_quantity, quantity, reason FROM trade_amendments ORDER BY journal_seq"
        assert connection.execute(query).fetchall() == [
            ("corrected", 4, 4, "typo (by night)"),
            ("busted", 4, 0, "typo (by night)"),
        ]
    running.daemon.kill()
    running.daemon.start()
    assert "was busted: it can't be amended again" in refused(running, "trade", "bust", trade_id)
    shown = seen(running, "trade", "show", trade_id)
    assert [step["status"] for step in shown["amendments"]] == ["corrected", "busted"]
    assert [row["status"] for row in seen(running, "trade", "list")] == ["busted"]


def test_an_order_is_restated_and_canceled(running: TradingSystem) -> None:
    broker = running.broker("BROKER50")
    order_id = accepted(broker, "B1", BUY, "10", "99")
    operate(running, "order", "restate", order_id, "--qty", "6", "--restatement-reason", "partial_decline")
    broker.expect(f35="8", f150="D", f378="5", f38="6", f151="6", f39="0", f37=order_id)
    operate(running, "order", "cancel", order_id)
    broker.expect(f35="8", f150="4", f39="4", f151="0", f11="B1", f37=order_id)
    assert "is not open any more" in refused(running, "order", "cancel", order_id)
    done = accepted(broker, "B2", BUY, "10", "99")
    operate(running, "order", "done-for-day", done)
    broker.expect(f35="8", f150="3", f39="3", f11="B2", f151="0")


def test_short_sales_are_restricted_until_that_is_taken_back(running: TradingSystem) -> None:
    buyer, seller = running.broker("BROKER44"), running.broker("BROKER50")

    def sell_short(clord_id: str, price: str | None, side: str = SHORT) -> dict[str, str]:
        seller.order(clord_id, "ACME", side, "1", price, extra={114: "N"})
        report: dict[str, str] = seller.expect(f35="8", f11=clord_id, f54=side)
        return report

    def shown() -> tuple[bool, str]:
        facts = seen(running, "market", "show", "ACME")
        return facts["short_sale_restricted"], facts["short_sale_until"]

    accepted(buyer, "B1", BUY, "10", "99")
    assert shown() == (False, "")
    assert "are not restricted" in refused(running, "risk", "short-sale", "ACME", "off")
    said = operate(running, "risk", "short-sale", "ACME", "on")
    assert "Short sales of ACME must be priced above the best bid (Rule 201)." in said
    assert shown() == (True, "an operator lifts it")
    assert "are restricted already" in refused(running, "risk", "short-sale", "ACME", "on")
    running.daemon.kill()
    running.daemon.start()
    for broker in (buyer, seller):
        broker.wait_for(lambda b: b.online.is_set(), "to be back")
    assert shown() == (True, "an operator lifts it"), "after a restart"
    for clord_id, price in (("S1", "99"), ("S2", "98.99"), ("S3", None)):
        report = sell_short(clord_id, price)
        assert (report["150"], report["39"], report["103"]) == ("8", "8", "0")
        assert report["58"].startswith("SEC Rule 201: short sales of ACME are restricted, ")
    assert sell_short("S4", "99.01")["150"] == "0"
    assert sell_short("S5", "99", EXEMPT)["39"] == "0"
    seller.expect(f35="8", f11="S5", f39="2", f31="99")
    operate(running, "risk", "short-sale", "ACME", "off")
    assert shown() == (False, "")
    assert sell_short("S6", "99")["39"] == "0"
    seller.expect(f35="8", f11="S6", f39="2", f31="99")
    entries = seen(running, "journal", "show", "--command", "RestrictShortSale")
    assert [(entry["is_restricted"], entry["reason"]) for entry in entries] == [
        (True, "typo (by night)"),
        (False, "typo (by night)"),
    ]
