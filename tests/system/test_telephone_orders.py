"""An order that a broker gives by telephone: the operator enters it, and the broker goes on with it by message.

Beside the scenario E.1.a of the matrices, which is played with them: what comes after it.
"""

from __future__ import annotations

import psycopg
import pytest

from certification.broker import Broker, Fields
from tests.system.operating import ask, tradsys, until
from tests.system.trading_system import VERSIONS, TradingSystem

TERMS = ("buy", "ACME", "--qty", "100", "--price", "100", "--reason", "their line is down", "--yes")


def enter(system: TradingSystem, comp_id: str, *more: str) -> str:
    """Enter an order as an operator does; gives its OrderID."""
    done = tradsys(system, "order", "enter", comp_id, *TERMS, *more)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].removeprefix("order ")


def request(broker: Broker, clord_id: str, order_id: str, **more: str) -> dict[int, str]:
    """Give the fields of a request that names its order by OrderID; OrigClOrdID is there where the version needs it."""
    fields = {11: clord_id, 37: order_id, 55: "ACME", 54: "1", 38: "100"}
    if broker.version != "FIX.5.0SP2":
        fields[41] = "NONE"
    return fields | {int(tag.removeprefix("f")): value for tag, value in more.items()}


def told(message: Fields) -> tuple[str, ...]:
    return tuple(message.get(tag, "") for tag in ("35", "150", "39", "11", "41", "38", "14"))


@pytest.mark.parametrize("comp_id", VERSIONS)
def test_a_broker_replaces_and_cancels_it_by_message(running: TradingSystem, comp_id: str) -> None:
    broker, is_42 = running.broker(comp_id), VERSIONS[comp_id] == "FIX.4.2"
    order_id = enter(running, comp_id)
    new = broker.next()
    assert (new["37"], new["58"], new.get("1028", "")) == (
        order_id,
        "Taken by telephone",
        "Y" if comp_id[-2:] == "50" else "",
    )
    assert told(new) == ("8", "0", "0", "", "", "100", "0")
    broker.send("H", {11: "NONE", 37: order_id, 55: "ACME", 54: "1"})
    status = broker.next()
    assert (status["37"], status.get("11", ""), status["39"]) == (order_id, "", "0")
    broker.send("F", request(broker, "C1", "999999"))
    refused = broker.next()
    assert (refused["35"], refused["11"], refused["39"], refused["102"]) == ("9", "C1", "8", "1")
    handl_inst = {"f21": "1"} if is_42 else {}
    broker.send("G", request(broker, "R1", order_id, f38="80", f40="2", f44="99", **handl_inst))
    assert told(broker.next()) == ("8", "5", "5" if is_42 else "0", "R1", "", "80", "0")
    broker.cancel("C2", "R1", "ACME", "1", "80")
    assert told(broker.next()) == ("8", "4", "4", "C2", "R1", "80", "0")


def test_a_broker_whose_line_is_down_hears_of_it_later(running: TradingSystem) -> None:
    first = running.broker("BROKER44")
    first.stop()
    order_id = enter(running, "BROKER44")
    running.daemon.kill()
    running.daemon.start()
    other = running.broker("BROKER50")
    other.order("S1", "ACME", "2", "100", "100")
    assert [other.next()["39"], other.next()["39"]] == ["0", "2"]
    broker = running.broker("BROKER44")
    reports = [broker.next(), broker.next()]
    assert [told(report) for report in reports] == [
        ("8", "0", "0", "", "", "100", "0"),
        ("8", "F", "2", "", "", "100", "100"),
    ]
    assert {report["37"] for report in reports} == {order_id}


@pytest.mark.parametrize("comp_id", VERSIONS)
def test_a_message_that_was_lost_comes_late(running: TradingSystem, comp_id: str) -> None:
    broker = running.broker(comp_id)
    order_id = enter(running, comp_id, "--lost", "X1")
    assert broker.next()["39"] == "0"
    broker.order("X1", "ACME", "1", "100", "100")
    late = broker.next()
    assert told(late) == ("8", "8", "8", "X1", "", "100", "0")
    assert late["103"] == "7"
    done = tradsys(running, "order", "enter", comp_id, *TERMS, "--lost", "X1")
    assert (done.returncode, "has come" in done.stderr) == (1, True)
    until(lambda: ask(running, "status")["database"]["url"], "the database")
    url = ask(running, "status")["database"]["url"]
    with psycopg.connect(url, autocommit=True) as connection:
        there = "SELECT to_regclass('orders') IS NOT NULL"
        until(lambda: connection.execute(there).fetchone() == (True,), "the tables")
        query = "SELECT order_id, clord_id, ord_status, cum_qty FROM orders"
        until(lambda: connection.execute(query).fetchall() == [(int(order_id), None, "0", 0)], "the order in Postgres")


def test_an_operator_is_told_what_limits_say(running: TradingSystem) -> None:
    done = tradsys(running, "risk", "set", "member", "BROKER44", "order_qty_max=50", "--reason", "small", "--yes")
    assert done.returncode == 0, done.stderr
    done = tradsys(running, "order", "enter", "BROKER44", *TERMS)
    assert done.returncode == 1
    assert done.stderr == "tradsys: order_qty_max of member BROKER44 is 50: this order would make it 100.\n"
