"""The file with the limits is read again under way: all of it or nothing, and what an operator changed stays."""

from __future__ import annotations

from typing import Any

import pytest

from certification.broker import Broker
from tests.system.operating import ask, records, reload
from tests.system.risk_floor import (
    BUY,
    back,
    complaints,
    log_on,
    opened,
    operate,
    order,
    prepare,
    refusal,
    write_limits,
)
from tests.system.trading_system import VERSIONS, TradingSystem

ACCOUNT = ("account", "BROKER44/A1")


def limits(**account: Any) -> dict[str, Any]:
    """Give a file with limits of the account A1 of BROKER44."""
    return {"defaults": {"account": {"order_notional_max": 90_000}}, "accounts": {"BROKER44/A1": account}}


@pytest.fixture
def limited(system: TradingSystem) -> TradingSystem:
    prepare(system, limits(order_qty_max=100)).daemon.start()
    return system


def too_many(broker: Broker, clord_id: str, qty: int, most: int) -> None:
    """Enter an order that is too large."""
    text = f"order_qty_max of account BROKER44/A1 is {most}: this order would make it {qty}"
    assert refusal(broker, clord_id, qty)["58"] == text


def values(system: TradingSystem) -> dict[str, tuple[str, str, str]]:
    rows = ask(system, "risk.show", level=ACCOUNT[0], name=ACCOUNT[1])["limits"]
    return {row["limit"]: (row["value"], row["configured"], row["changed"]) for row in rows}


def test_faults_are_all_named_and_nothing_is_taken_over(limited: TradingSystem) -> None:
    broker = log_on(limited, "BROKER44")
    too_many(broker, "N1", 101, 100)
    faulty = limits(order_qty_max=1_000, open_order_max=1, orders_max=5)
    faulty |= {"members": {"NOSUCH": {"order_qty_max": 1}, "BROKER44": {"order_qty_max": -1}}}
    faulty |= {"instruments": {"ACME": {"order_qty_max": 1.5}}, "all": {"credit_max": 1}}
    faulty["accounts"]["BROKER44/A9"] = {"ord_types": ["limits"]}
    write_limits(limited, faulty)
    limited.settings["members"][1]["accounts"] = ["A1", "A2"]
    said = reload(limited, "reload_refused")["reason"]
    for wanted in (
        *("open_order_max", "orders_window_s", "NOSUCH", "members.BROKER44.order_qty_max", "instruments.ACME"),
        *("credit_max", "BROKER44/A9", "ord_types"),
    ):
        assert wanted in said, (wanted, said)
    assert all("limits.yaml:" in line for line in said.splitlines() if "order_qty_max" in line), said
    too_many(broker, "N2", 101, 100)
    opened(broker, "N3", 100, "99")
    opened(broker, "N4", 1, "99", account="A4")
    assert not records(limited, "reloaded")

    write_limits(limited, limits(order_qty_max=99, open_orders_max=2))
    limited.settings["members"][1]["accounts"] = ["A1", "A2", "A3"]
    reload(limited)
    too_many(broker, "N5", 100, 99)
    opened(broker, "N6", 99, "98")
    report = refusal(broker, "N7")
    assert report["58"] == "open_orders_max of account BROKER44/A1 is 2: this order would make it 3"
    assert refusal(broker, "N8", account="A4")["58"] == "Member BROKER44 has no account A4"
    broker.cancel("N9", "N4", "ACME", BUY, "1")
    broker.expect(f35="8", f150="4", f11="N9")
    order(broker, "N10", "ACME", BUY, 910, "99", "A2")
    text = "order_notional_max of account BROKER44/A2 is 90000: this order would make it 90090"
    broker.expect(f35="8", f150="8", f103="3", f11="N10", f58=text)
    write_limits(limited, {})
    reload(limited)
    opened(broker, "N11", 1_000, "99")
    assert values(limited) == {}
    assert complaints(broker) == []


def test_what_an_operator_set_stays_over_restart_and_reload(limited: TradingSystem) -> None:
    broker = log_on(limited, "BROKER44")
    operate(limited, "risk", "set", *ACCOUNT, "order_qty_max=50", "open_notional_max=100000")
    operate(limited, "risk", "lift", *ACCOUNT, "order_notional_max")
    too_many(broker, "N1", 51, 50)
    back(limited, broker)
    too_many(broker, "N2", 51, 50)
    opened(broker, "N3", 50, "99")
    write_limits(limited, limits(order_qty_max=70, open_orders_max=9))
    reload(limited)
    too_many(broker, "N4", 51, 50)
    wanted = {
        "order_qty_max": ("50", "70", "50"),
        "order_notional_max": ("", "90000", "lifted"),
        "open_orders_max": ("9", "9", ""),
        "open_notional_max": ("100000", "", "100000"),
    }
    assert values(limited) == wanted
    back(limited, broker)
    assert values(limited) == wanted
    operate(limited, "risk", "reset", *ACCOUNT)
    too_many(broker, "N5", 71, 70)
    opened(broker, "N6", 70, "99")
    assert {name: row[2] for name, row in values(limited).items() if row[2]} == {}
    back(limited, broker)
    too_many(broker, "N7", 71, 70)


def test_a_limit_that_is_made_tighter_leaves_what_is_open(limited: TradingSystem) -> None:
    """Nothing is canceled by a lower limit; what adds nothing is taken, also a replace that makes an order smaller."""
    brokers = [log_on(limited, name) for name in VERSIONS]
    for broker in brokers:
        opened(broker, "N1", 100, "99")
    write_limits(limited, {"defaults": {"account": {"open_notional_max": 1_000}}})
    reload(limited)
    for broker in brokers:
        hand = {21: "1"} if broker.version == "FIX.4.2" else {}
        fields = {1: "A1", 55: "ACME", 54: BUY, 40: "2", 44: "99"} | hand
        assert refusal(broker, "N2")["58"].endswith("is 1000: this order would make it 9999")
        broker.send("G", fields | {11: "N3", 41: "N1", 38: "90"})
        broker.expect(f35="8", f150="5", f11="N3", f151="90")
        broker.send("G", fields | {11: "N4", 41: "N3", 38: "91"})
        broker.expect(f35="9", f434="2", f102="2", f39="0", f11="N4")
        broker.cancel("N5", "N3", "ACME", BUY, "90")
        broker.expect(f35="8", f150="4", f11="N5")
        opened(broker, "N6", 10, "99")
