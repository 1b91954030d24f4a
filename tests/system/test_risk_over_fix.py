"""Limits of the file over FIX, with real QuickFIX in each version: what is refused, in which words, and what stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from certification.broker import Broker
from tests.system.risk_floor import BUY, complaints, log_on, opened, order, prepare, refusal
from tests.system.trading_system import VERSIONS, TradingSystem

LIMITS = {
    "defaults": {"account": {"order_qty_max": 800}},
    "all": {"order_notional_max": 85_000},
    "members": {name: {"short_sale": "forbidden"} for name in VERSIONS},
    "accounts": {
        f"{name}/{account}": limits
        for name in VERSIONS
        for account, limits in {
            "A1": {"open_notional_max": 100_000},
            "A2": {"ord_types": ["limit"], "collar_percent": 5, "duplicate_window_s": 600},
            "A3": {"restriction": "close_only", "order_qty_max": None},
        }.items()
    },
    "instruments": {"HOOLI": {"long_qty_max": 100}},
    "holdings": {f"{name}/A2/GLOBEX": {"restriction": "block"} for name in VERSIONS},
}


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TradingSystem]:
    system = prepare(TradingSystem(tmp_path_factory.mktemp("limited")), LIMITS)
    try:
        system.daemon.start()
        yield system
    finally:
        system.close()


@pytest.fixture(scope="module", params=VERSIONS)
def broker(limited: TradingSystem, request: pytest.FixtureRequest) -> Iterator[Broker]:
    made = log_on(limited, request.param)
    yield made
    assert complaints(made) == []
    assert made.received.empty()


BOUND = "this order would make it"
ORDERS = {
    "order_qty": ("ACME", BUY, 801, "100", "A1", "3", f"order_qty_max of account {{}}/A1 is 800: {BOUND} 801"),
    "notional": ("ACME", BUY, 710, "119.72", "A4", "3", f"order_notional_max of all is 85000: {BOUND} 85001.2"),
    "market": ("ACME", BUY, 1, None, "A2", "11", "ord_types of account {}/A2 is 2: OrdType 1 is not among them"),
    "collar": (
        *("ACME", BUY, 1, "94.99", "A2", "16"),
        "collar_percent of account {}/A2 is 5: Price 94.99 is further than that from 100",
    ),
    "short": ("ACME", "5", 1, "101", "A1", "0", "short_sale of member {} is forbidden: Side 5 is not taken"),
    "close_only": (
        *("ACME", BUY, 1, "99", "A3", "0"),
        "restriction of account {}/A3 is close_only: this order does not close a position",
    ),
    "block": ("GLOBEX", BUY, 1, "99", "A2", "0", "restriction of holding {}/A2/GLOBEX is block: no orders are taken"),
    "long_qty": ("HOOLI", BUY, 101, "99", "A1", "3", f"long_qty_max of instrument HOOLI is 100: {BOUND} 101"),
    "unknown account": ("ACME", BUY, 1, "99", "A9", "15", "Member {} has no account A9"),
    "no account": ("ACME", BUY, 1, "99", "", "15", "Member {} needs an Account (1)"),
}
OLDER = {"FIX.4.2": {"11": "0", "15": "0", "16": "0"}, "FIX.4.4": {"16": "99"}}
"""OrdRejReason (103) of versions that don't know a value."""


@pytest.mark.parametrize("case", ORDERS)
def test_an_order_is_refused_by_its_limit(broker: Broker, case: str) -> None:
    symbol, side, qty, price, account, reason, text = ORDERS[case]
    order(broker, f"N-{case}", symbol, side, qty, price, account)
    reason = OLDER.get(broker.version, {}).get(reason, reason)
    report = broker.expect(f35="8", f150="8", f39="8", f11=f"N-{case}", f14="0", f151="0", f103=reason)
    assert (report["58"], report["54"], report["38"]) == (text.format(broker.comp_id), side, str(qty))


def test_what_is_open_counts_and_a_refused_replace_leaves_the_order(broker: Broker) -> None:
    scope = f"account {broker.comp_id}/A1"
    order_id = opened(broker, "R1", 400, "100")
    opened(broker, "R2", 500, "100")
    report = refusal(broker, "R3", 101, "100")
    assert (report["103"], report["58"]) == (
        *("3", f"open_notional_max of {scope} is 100000: this order would make it 100100"),
    )
    for clord_id, qty, price, text in (
        ("R4", "501", "100", f"open_notional_max of {scope} is 100000: this order would make it 100100"),
        ("R5", "801", "90", f"order_qty_max of {scope} is 800: this order would make it 801"),
    ):
        broker.send("G", _replace(broker, clord_id, "R1", qty, price))
        refused = broker.expect(f35="9", f11=clord_id, f41="R1", f37=order_id, f39="0", f434="2", f102="2")
        assert refused["58"] == text
    broker.status("R1", "ACME", BUY)
    broker.expect(f35="8", f11="R1", f39="0", f38="400", f44="100", f151="400")
    broker.send("G", _replace(broker, "R6", "R1", "500", "100"))
    broker.expect(f35="8", f150="5", f11="R6", f41="R1", f151="500", f37=order_id)
    for clord_id, orig in (("R7", "R6"), ("R8", "R2")):
        broker.cancel(clord_id, orig, "ACME", BUY, "500")
        broker.expect(f35="8", f150="4", f39="4", f11=clord_id, f41=orig)
    opened(broker, "R9", 800, "100")
    broker.cancel("R10", "R9", "ACME", BUY, "800")
    broker.expect(f35="8", f150="4", f11="R10")


def test_an_order_of_the_same_side_price_and_quantity_is_a_duplicate(broker: Broker) -> None:
    opened(broker, "D1", 3, "98.5", "A2")
    report = refusal(broker, "D2", 3, "98.5", "A2")
    assert report["103"] == "6"
    assert report["58"].startswith(f"duplicate_window_s of account {broker.comp_id}/A2 is 600: an order with this side")
    broker.cancel("D3", "D1", "ACME", BUY, "3")
    broker.expect(f35="8", f150="4", f11="D3")


def _replace(broker: Broker, clord_id: str, orig: str, qty: str, price: str) -> dict[int, str]:
    hand = {21: "1"} if broker.version == "FIX.4.2" else {}
    return {11: clord_id, 41: orig, 1: "A1", 55: "ACME", 54: BUY, 38: qty, 40: "2", 44: price} | hand
