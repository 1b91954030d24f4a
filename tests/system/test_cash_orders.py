"""Orders for an amount of money on our own book, as brokers of each version send them and see them.

The scenario L.1.b of the matrices is played with them; here is what may go wrong, and what a replace does.
"""

from __future__ import annotations

import pytest

from certification.broker import Broker
from tests.system.trading_system import VERSIONS, TradingSystem


def send(broker: Broker, clord_id: str, amount: str, price: str | None = "100", orig: str = "", **more: str) -> None:
    """Send an order for money, or a replace of `orig`; a limit order with a price, else a market order."""
    fields = {11: clord_id, 55: "ACME", 54: "1", 152: amount, 40: "1" if price is None else "2"}
    if price is not None:
        fields[44] = price
    if orig:
        fields[41] = orig
    if broker.version == "FIX.4.2":
        fields[21] = "1"
    fields |= {int(tag.removeprefix("f")): value for tag, value in more.items()}
    broker.send("G" if orig else "D", fields)


@pytest.mark.parametrize("comp_id", VERSIONS)
def test_an_amount_of_money_from_entry_to_fill(running: TradingSystem, comp_id: str) -> None:
    broker, other = running.broker(comp_id), running.broker("BROKER50" if comp_id != "BROKER50" else "BROKER44")
    send(broker, "X", "10050.75")
    new = broker.next()
    assert (new["39"], new["38"], new["152"], new["151"]) == ("0", "100", "10050.75", "100")
    assert new["58"] == "CashOrderQty was converted at 100"
    other.order("S1", "ACME", "2", "40", "100")
    fill = broker.next()
    assert (fill["39"], fill["38"], fill["152"], fill["14"]) == ("1", "100", "10050.75", "40")
    send(broker, "Y", "8000", "80", orig="X")
    replaced = broker.next()
    assert (replaced["150"], replaced["38"], replaced["152"], replaced["151"]) == ("5", "90", "8000", "50")
    broker.replace("Z", "Y", "ACME", "1", "60", "80")
    plain = broker.next()
    assert (plain["150"], plain["38"], plain.get("152", "")) == ("5", "60", "")


@pytest.mark.parametrize("comp_id", VERSIONS)
def test_what_is_refused_says_why(running: TradingSystem, comp_id: str) -> None:
    broker, is_42 = running.broker(comp_id), VERSIONS[comp_id] == "FIX.4.2"
    cases = {
        "A": (("99.99", "100", {}), "CashOrderQty 99.99 is less than the lot 1 of ACME costs at 100", "13", ""),
        "B": (("0", None, {}), "CashOrderQty 0 must be above 0", "13", ""),
        "C": (
            ("900000000", "100", {}),
            "CashOrderQty 900000000 comes to more than the maximum OrderQty 1000000 at 100",
            "3",
            "",
        ),
        "D": (
            ("500", "100", {"f38": "5"}),
            "CashOrderQty (152) together with OrderQty (38) is not supported",
            "11",
            "5",
        ),
        "E": (
            ("500", "100", {"f15": "EUR"}),
            "Currency (15) EUR is not supported: ACME trades in USD",
            "11",
            "5",
        ),
    }
    for clord_id, ((amount, price, more), text, reason, order_qty) in cases.items():
        send(broker, clord_id, amount, price, **more)
        refused = broker.next()
        assert (refused["39"], refused["58"], refused["152"]) == ("8", text, amount)
        assert refused["103"] == ("0" if is_42 and len(reason) > 1 else reason)
        assert refused.get("38", "") == order_qty
    handl_inst = {21: "1"} if is_42 else {}
    broker.send("D", {11: "F", 55: "ACME", 54: "1", 40: "1", **handl_inst})
    neither = broker.next()
    assert (neither["35"], neither["58"]) == ("j", "OrderQty (38) or CashOrderQty (152) is required")
