"""All order state change matrices of FIX, at a venue: the broker is told what the venue says, in the same order.

Each scenario is played as it is written: what comes in, the broker sends; what goes out, the venue reports, under the
ClOrdIDs that it has got from us; and the broker must be told just that. Where we answer by ourselves (status requests,
duplicates, unknown orders), the answer must be the one that is written. Each path that a scenario does not go on with
is played too.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.core.conftest import Exchange
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import EnterOrder, NewOrder
from tradsys_oms.core.events import CancelRejected, Execution, OrderRejected, StatusUnknown, VenueOrder
from tradsys_oms.core.fields import SCALE_E8

FACTS = Path(__file__).resolve().parents[5] / "shared" / "fix" / "order_state_matrices.yaml"
RESTATEMENTS = {
    "GT corporate action": 0,
    "GT renewal/restatement": 1,
    "Verbal change": 2,
    "Partial decline of OrderQty": 5,
    "Canceled due to trading halt": 6,
    "Canceled, not best": 9,
}
Step = dict[str, Any]
TELEPHONED: Step = {"t": "0", "in": {"MsgType": "D", "ClOrdID": "", "OrderQty": 10000}}
"""What the broker of E.1.a says by telephone, and an operator enters: a message without ClOrdID stands for it."""
CASH_PX, CASH_QTY = 20, 500
"""Of L.1.b: the price of the market, and the quantity that the amount comes to."""


def scenarios() -> Iterator[Any]:
    """Give the paths of all scenarios, each with a name."""
    if not FACTS.exists():
        yield pytest.param([], marks=pytest.mark.skip(reason="the order state matrices are not there"), id="none")
        return
    for scenario in yaml.safe_load(FACTS.read_text()):
        done: list[Step] = []
        for number, step in enumerate(ordered(as_played(scenario))):
            if scenario["id"] == "J.1.b" and step["t"] in ("7", "8"):
                step["out"]["ClOrdID"] = "Y"  # reports are under the last accepted ClOrdID, as on our own book
            if step.get("branch"):
                yield pytest.param([*done, step], id=f"{scenario['id']}-{number}")
            else:
                done.append(step)
        yield pytest.param(done, id=scenario["id"])


def as_played(scenario: Step) -> list[Step]:
    """Give the steps of a scenario with what it says elsewhere: how an order came, what an amount of money comes to."""
    steps: list[Step] = scenario["steps"]
    if scenario["id"] == "E.1.a":
        return [TELEPHONED, *({**step, "out": {**step["out"], "ClOrdID": ""}} for step in steps)]
    if scenario["id"] == "L.1.b":
        return [
            {**step, kind: {"OrderQty": CASH_QTY, **step[kind]}}
            for step in steps
            for kind in ("in", "out")
            if kind in step
        ]
    return steps


def ordered(steps: list[Step]) -> list[Step]:
    """Let a report that crosses a request on the wire come before it."""
    found = list(steps)
    for first, (one, other) in enumerate(pairwise(steps)):
        if one.get("crosses") and "in" in one and other.get("crosses") and "out" in other:
            found[first], found[first + 1] = other, one
    return found


class Player:
    """One scenario on one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self.play = VenuePlay(exchange)
        self.clord_ids: dict[str, str] = {}
        """Ours at the venue, by the broker's."""
        self.exec_ids: dict[str, str] = {}

    def come(self, asked: Step) -> None:
        """Let the broker send a message."""
        play, clord_id, orig = self.play, asked["ClOrdID"], asked.get("OrigClOrdID", "")
        before = len(play.sent)
        match asked["MsgType"]:
            case "D" if not clord_id:
                order = NewOrder(
                    "A1", 0, "", "house", "ACME", "1", "2", "0", asked["OrderQty"] * SCALE_E8, 100 * SCALE_E8
                )
                play.apply(EnterOrder(order, "by telephone (by desk)"))
            case "D" if "CashOrderQty" in asked:
                play.exchange.set_instrument(reference=CASH_PX * 100)
                cash = asked["CashOrderQty"] * SCALE_E8
                play.broker("new", "A1", clord_id, "buy", 0, None, ord_type="1", cash_order_qty_e8=cash)
            case "D":
                tif, resend = str(asked.get("TimeInForce", "0")), asked.get("PossResend") == "Y"
                play.broker("new", "A1", clord_id, "buy", asked["OrderQty"], 10_000, tif, poss_resend=resend)
            case "F":
                play.broker("cancel", "A1", clord_id, orig)
            case "G":
                play.broker("replace", "A1", clord_id, orig, asked["OrderQty"], 10_000)
            case "H":
                play.broker("query", "A1", clord_id)
        for ours, _ in play.sent[before:]:
            self.clord_ids[clord_id] = ours

    def goes(self, told: Step) -> None:
        """Let the venue report, unless the broker was answered already; compare what the broker is told."""
        play = self.play
        if not play.told:
            self.report(told)
        assert len(play.told) >= 1, f"the broker is not told {told}"
        compare(play.told.pop(0), told)

    def report(self, told: Step) -> None:
        """Let the venue say what is written."""
        ours = self.clord_ids[told["ClOrdID"]]
        if told["MsgType"] == "9":
            self.play.refuse(ours, "cancel", int(told.get("CxlRejReason", -1)), "no")
            return
        last, exec_type = told.get("LastQty", 0), told["ExecType_code"]
        more: dict[str, Any] = {"reason": int(told.get("OrdRejReason", -1))}
        if "ExecRestatementReason" in told:
            more["restatement_reason"] = RESTATEMENTS[told["ExecRestatementReason"]]
        if "ExecRefID" in told:
            more["exec_ref_id"] = self.exec_ids[told["ExecRefID"]]
        amounts = (told["OrderQty"], told["CumQty"], told["LeavesQty"])
        exec_id = f"V-{told['ExecID']}" if "ExecID" in told else ""
        if exec_id:
            self.exec_ids[told["ExecID"]] = exec_id
        px = round(float(told.get("LastPx") or 100) * 100)
        self.play.report(ours, exec_type, told["OrdStatus_code"], *amounts, last, px, exec_id=exec_id, **more)


def compare(event: Any, told: Step) -> None:
    """Hold what the broker is told against what is written."""
    match event:
        case CancelRejected():
            assert told["MsgType"] == "9"
            found: Step = {"OrigClOrdID": event.orig_clord_id, "OrdStatus_code": event.ord_status}
            if "CxlRejReason" in told:
                found["CxlRejReason"] = str(event.reason)
        case OrderRejected():
            found = {"ExecType_code": "8", "OrdStatus_code": "8"}
        case StatusUnknown():
            found = {"ExecType_code": "I", "OrdStatus_code": "8"}
        case Execution():
            found = executed(event, told)
        case _:
            raise AssertionError(f"There are no words for {event}.")
    found["ClOrdID"] = event.clord_id
    assert found == {name: told.get(name, "") for name in found}


def executed(event: Execution, told: Step) -> Step:
    """Give of a report what is written of it."""
    found: Step = {
        "ExecType_code": event.exec_type,
        "OrdStatus_code": event.ord_status,
        "OrderQty": event.order_qty,
        "CumQty": event.cum_qty,
        "LeavesQty": event.leaves_qty,
    }
    if "CashOrderQty" in told:
        assert event.instructions is not None
        assert event.instructions.cash_order_qty_e8 is not None
        found["CashOrderQty"] = event.instructions.cash_order_qty_e8 // SCALE_E8
    if event.exec_type not in "I8":
        found["OrigClOrdID"] = event.orig_clord_id
    if "LastQty" in told and event.exec_type != "H":
        found["LastQty"] = event.last_qty
    detail = event.detail
    if "DayOrderQty" in told:
        assert detail is not None
        found |= {"DayOrderQty": detail.day_order_qty, "DayCumQty": detail.day_cum_qty}
    if "AvgPx" in told and event.cum_qty:
        found["AvgPx"] = event.cum_notional / event.cum_qty / 100
    return found


@pytest.mark.parametrize("steps", list(scenarios()))
def test_the_broker_is_told_what_the_venue_says(steps: list[Step], exchange: Exchange) -> None:
    player = Player(exchange)
    for step in steps:
        if "in" in step:
            player.come(step["in"])
        elif "out" in step:
            player.goes(step["out"])
    assert player.play.told == []
    assert exchange.engine.routing.quarantined == 0
    orders = [event for _, event in player.play.sent if isinstance(event, VenueOrder)]
    assert len(orders) <= 2
    assert {event.instructions for event in orders} <= {None}, "venues are asked for a quantity, by us"
