"""The order state change matrices of FIX that a book without pending states can produce, played and compared.

The scenarios are facts in a file beside the repository. Our answers come at once, so what the matrices show as pending
is left out: a fill that passes a pending request on the wire is a fill before the request.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tradsys_oms.core.events import CancelRejected, Event, Execution, StatusUnknown

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

FILE = Path(__file__).resolve().parents[4] / "shared" / "fix" / "order_state_matrices.yaml"

PLAYED: dict[str, set[str]] = {
    "A.1.a": set(),
    "B.1.a": set(),
    "B.1.b": set(),
    "B.1.c": set(),
    "B.1.d": {"6", "7", "8", "9"},
    "B.1.e": set(),
    "B.1.f": set(),
    "C.1.a": set(),
    "C.1.b": set(),
    "C.2.a": set(),
    "C.3.a": set(),
    "C.3.b": set(),
    "C.3.c": set(),
    "D.1.a": set(),
    "D.1.b": set(),
    "D.1.c": set(),
    "D.2.a": set(),
    "D.2.b": set(),
    "D.2.c": set(),
    "F.1.a": set(),
    "F.1.b": set(),
    "G.1.a": set(),
    "G.1.b": set(),
    "G.1.c": {"2", "3", "13", "14", "15", "16", "17", "18", "19"},
    "I.1.a": set(),
    "I.1.b": set(),
}
"""The scenarios played, with the times left out: a cancel before New, Pending New, and a filled order that grows
again."""

NOT_OURS = {
    "C.1.c": "Filled is final on our books",
    "D.2.d": "a request never waits, so a second one is never refused for it",
    "F.1.c": "no orders by voice",
}
"""Scenarios that an exchange book never produces; those of whole features that are not there are in `LATER`."""

LATER = ("A.1.b", "E.", "H.", "J.", "K.", "L.")
"""Done for day, unsolicited changes, orders over several days, corrections, halts, guarantees."""

Step = dict[str, Any]


@cache
def scenarios() -> dict[str, list[Step]]:
    """Read the scenarios by id."""
    if not FILE.exists():
        return {}
    return {row["id"]: row["steps"] for row in yaml.safe_load(FILE.read_text())}


def test_every_scenario_is_played_or_has_a_reason() -> None:
    if not FILE.exists():
        pytest.skip("the matrices are not beside this repository")
    rest = {name for name in scenarios() if name not in PLAYED and name not in NOT_OURS}
    assert {name for name in rest if not name.startswith(LATER)} == set()


@pytest.mark.parametrize("name", PLAYED)
def test_the_reports_are_those_of_the_matrix(exchange: Exchange, name: str) -> None:
    if not FILE.exists():
        pytest.skip("the matrices are not beside this repository")
    steps = [
        step
        for step in scenarios()[name]
        if step.get("branch") != "not_continued"
        and step["t"] not in PLAYED[name]
        and not step.get("out", {}).get("ExecType", "").startswith("Pending")
    ]
    play(exchange, steps)


def play(exchange: Exchange, steps: list[Step]) -> None:
    """Send what the matrix sends and compare what comes back, fills before the requests that they pass."""
    waiting: list[Step] = []
    for position, step in enumerate(steps):
        if "in" in step:
            waiting.append(step["in"])
            continue
        out = step["out"]
        at_once = any("TimeInForce" in message for message in waiting)
        if out.get("ExecType") == "Trade" and not at_once:
            assert subset(seen(fill(exchange, out["LastQty"])), out) == expected(out)
            continue
        answered = next(message for message in waiting if answers(out, message))
        waiting.remove(answered)
        outs = [other["out"] for other in steps[position:]] if at_once else [out]
        for other in outs:
            if other.get("LastQty"):
                exchange.new("B1", "liquidity", "sell", other["LastQty"], 10_000)
        send(exchange, answered, refused=out["MsgType"] == "9" and "CxlRejReason" not in out)
        mine = [event for event in exchange.events if not isinstance(event, Execution) or event.session == "A1"]
        assert [subset(seen(event), other) for event, other in zip(mine, outs, strict=True)] == [
            expected(other) for other in outs
        ]
        if at_once:
            return  # an order that may not rest is over with its answer


def answers(out: Step, message: Step) -> bool:
    """Tell whether a report can be the answer to a message."""
    if out.get("ExecType") == "Order Status":
        return message["MsgType"] == "H" or "PossResend" in message
    return bool(message["ClOrdID"] == out["ClOrdID"] and message["MsgType"] != "H")


def send(exchange: Exchange, message: Step, *, refused: bool) -> None:
    """Send a message of the matrix; one that is to be refused gets a price far off."""
    clord_id, price = message["ClOrdID"], 90_000 if refused else 10_000
    match message["MsgType"]:
        case "D":
            resend = message.get("PossResend") == "Y"
            tif = message.get("TimeInForce", "0")
            exchange.new("A1", clord_id, "buy", message["OrderQty"], price, tif, poss_resend=resend)
        case "F":
            exchange.cancel("A1", clord_id, message["OrigClOrdID"])
        case "G":
            exchange.replace("A1", clord_id, message["OrigClOrdID"], message["OrderQty"], price)
        case "H":
            exchange.query("A1", clord_id)


def fill(exchange: Exchange, qty: int) -> Event:
    """Let somebody trade `qty` with the order; give the order's own report."""
    exchange.new("B1", f"other {exchange.seq}", "sell", qty, 10_000)
    return next(event for event in exchange.events if isinstance(event, Execution) and event.session == "A1")


def seen(event: Event) -> Step:
    """Give an event in the words of the matrices."""
    match event:
        case Execution():
            row: Step = {
                "ClOrdID": event.clord_id,
                "OrigClOrdID": event.orig_clord_id,
                "ExecType_code": event.exec_type,
                "OrdStatus_code": event.ord_status,
                "OrderQty": event.order_qty,
                "CumQty": event.cum_qty,
                "LeavesQty": event.leaves_qty,
                "LastQty": event.last_qty,
                "OrdRejReason": str(event.reason),
            }
        case CancelRejected():
            row = {
                "ClOrdID": event.clord_id,
                "OrigClOrdID": event.orig_clord_id,
                "OrdStatus_code": event.ord_status,
                "CxlRejReason": str(event.reason),
                "OrderID": str(event.order_id or "NONE"),
            }
        case StatusUnknown():
            row = {"ClOrdID": event.clord_id, "ExecType_code": "I", "OrdStatus_code": "8", "OrdRejReason": "5"}
            row |= {"OrderQty": 0, "CumQty": 0, "LeavesQty": 0}
        case _:
            raise AssertionError(event)
    return row


def subset(row: Step, out: Step) -> Step:
    """Keep what the matrix states."""
    return {name: value for name, value in row.items() if name in out}


def expected(out: Step) -> Step:
    """Give what the matrix states and an event has, with the status that a pending one hides."""
    names = seen(StatusUnknown("", "", "", "", "", "", "", "")).keys() | {
        "OrigClOrdID",
        "LastQty",
        "CxlRejReason",
        "OrderID",
    }
    row = {name: value for name, value in out.items() if name in names}
    if out["OrdStatus"].startswith("Pending"):
        row["OrdStatus_code"] = "2" if not out["LeavesQty"] else "1" if out["CumQty"] else "0"
    return row
