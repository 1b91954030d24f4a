"""All scenarios of the matrices: which are played, and why the others can't happen on an order book; and what the wire
shows of those that are played, in each version.

The facts are in a file beside the repository. In FIX 4.2 a fill is 150=1 or 2, an answer repeats OrdStatus in 150, a
bust or correction is told by ExecTransType (20), and a replaced order without fills is Replaced (39=5).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.unit.core import test_core_matrices_orders as orders
from tests.unit.core import test_core_matrices_requests as requests
from tests.unit.core import test_core_matrices_unsolicited as unsolicited
from tests.unit.core.conftest import Exchange
from tests.unit.core.matrices import Play
from tradsys_oms.core.events import CancelRejected, Event, Execution, OrderRejected, StatusUnknown
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.outbound import Printer
from tradsys_oms.fix.dialects.units import Units

FILE = Path(__file__).resolve().parents[4] / "shared" / "fix" / "order_state_matrices.yaml"
Step = dict[str, Any]


class Scenario(NamedTuple):
    """How a scenario is played, and in what the exchange rules differ from it."""

    play: Callable[[Play], None]
    left_out: frozenset[str] = frozenset()
    """Times of the matrix that never come here."""
    branches: frozenset[str] = frozenset()
    """Times at which we go the way that the matrix does not go on with."""
    more: int = 0
    """Reports behind the last one of the matrix."""
    clord_id: str = ""
    """Time of a report whose ClOrdID is another one."""


def times(text: str) -> frozenset[str]:
    """Give a set of times."""
    return frozenset(text.split())


PLAYED: dict[str, Scenario] = {
    "A.1.a": Scenario(orders.test_a_1_a),
    "A.1.b": Scenario(orders.test_a_1_b),
    "B.1.a": Scenario(requests.test_b_1_a),
    "B.1.b": Scenario(requests.test_b_1_b),
    "B.1.c": Scenario(requests.test_b_1_c),
    "B.1.d": Scenario(requests.test_b_1_d, left_out=times("9"), more=2),
    "B.1.e": Scenario(requests.test_b_1_e),
    "B.1.f": Scenario(requests.test_b_1_f, more=1),
    "C.1.a": Scenario(requests.test_c_1_a),
    "C.1.b": Scenario(requests.test_c_1_b),
    "C.1.c": Scenario(requests.test_c_1_c, left_out=times("6 7"), branches=times("5")),
    "C.2.a": Scenario(requests.test_c_2_a),
    "C.3.a": Scenario(requests.test_c_3_a),
    "C.3.b": Scenario(requests.test_c_3_b),
    "C.3.c": Scenario(requests.test_c_3_c),
    "D.1.a": Scenario(requests.test_d_1_a),
    "D.1.b": Scenario(requests.test_d_1_b),
    "D.1.c": Scenario(requests.test_d_1_c),
    "D.2.a": Scenario(requests.test_d_2_a),
    "D.2.b": Scenario(requests.test_d_2_a),
    "D.2.c": Scenario(requests.test_d_2_c),
    "E.1.a": Scenario(unsolicited.test_e_1_a),
    "E.1.b": Scenario(unsolicited.test_e_1_b),
    "E.1.d": Scenario(unsolicited.test_e_1_d),
    "E.1.f": Scenario(unsolicited.test_e_1_f),
    "F.1.a": Scenario(orders.test_f_1_a),
    "F.1.b": Scenario(orders.test_f_1_b),
    "F.1.c": Scenario(orders.test_f_1_c),
    "G.1.a": Scenario(orders.test_g_1_a),
    "G.1.b": Scenario(orders.test_g_1_b),
    "G.1.c": Scenario(orders.test_g_1_c, left_out=times("3 15 17 19"), more=3),
    "H.1.a": Scenario(unsolicited.test_h_1_a),
    "H.1.c": Scenario(unsolicited.test_h_1_c),
    "H.1.d": Scenario(unsolicited.test_h_1_d),
    "I.1.a": Scenario(orders.test_i_1_a),
    "I.1.b": Scenario(orders.test_i_1_b),
    "J.1.a": Scenario(unsolicited.test_j_1_a, left_out=times("11 12")),
    "J.1.b": Scenario(unsolicited.test_j_1_b, left_out=times("8"), clord_id="7"),
    "J.1.c": Scenario(unsolicited.test_j_1_c),
    "J.1.d": Scenario(unsolicited.test_j_1_d),
    "K.1.a": Scenario(unsolicited.test_k_1_a),
    "K.1.b": Scenario(unsolicited.test_k_1_b),
    "L.1.b": Scenario(orders.test_l_1_b),
}

NOT_ON_A_BOOK = {
    "D.2.d": "a request never waits, so a second one is never refused for it; orders routed to a venue may",
    "E.1.c": "no operator gives an order more quantity than its owner asked for; that needs a desk that trades for it",
    "E.1.e": "cancel if not best is no instruction of ours",
    "H.1.b": "a split changes the lots of an instrument, which are for ever",
    "L.1.a": "a guarantee needs a dealer who gives it",
}


@cache
def scenarios() -> dict[str, list[Step]]:
    """Read the scenarios by id."""
    if not FILE.exists():
        pytest.skip(f"the matrices, {FILE.name}, are not beside this repository")
    return {row["id"]: row["steps"] for row in yaml.safe_load(FILE.read_text())}


def test_every_scenario_is_played_or_has_a_reason() -> None:
    assert set(PLAYED).isdisjoint(NOT_ON_A_BOOK)
    assert scenarios().keys() == PLAYED.keys() | NOT_ON_A_BOOK.keys()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", PLAYED)
def test_the_wire_shows_what_the_matrix_says(exchange: Exchange, name: str, version: str) -> None:
    scenario, steps = PLAYED[name], scenarios()[name]
    play = Play(exchange)
    scenario.play(play)
    is_42 = version == "FIX.4.2"
    messages = [printed(event, version, seq, index) for seq, index, event in play.told]
    wanted = [expected(step, is_42, scenario) for step in steps if is_ours(step, scenario)]
    if is_42:
        wanted = [step for step in wanted if step["150"] != "L"]
    shown = [message for message in messages if message]
    assert len(shown) == len(wanted) + scenario.more
    for message, want in zip(shown, wanted, strict=False):
        assert {tag: message.get(tag, "") for tag in want} == want


def is_ours(step: Step, scenario: Scenario) -> bool:
    """Tell whether a step is a report that we make."""
    if "out" not in step or step["t"] in scenario.left_out:
        return False
    is_branch = step.get("branch") == "not_continued"
    if step["t"] in scenario.branches:
        return is_branch
    return not is_branch and not step["out"].get("ExecType", "").startswith("Pending")


def expected(step: Step, is_42: bool, scenario: Scenario) -> dict[str, str]:
    """Give the fields of a report that the matrix states, in the words of a version; "" for a field that is not there.

    A status that a pending request hides is the one behind it.
    """
    out = step["out"]
    names = {"ClOrdID": "11", "OrigClOrdID": "41", "OrderQty": "38", "CumQty": "14", "LeavesQty": "151"}
    names |= {"OrdRejReason": "103", "CxlRejReason": "102", "DayOrderQty": "424", "DayCumQty": "425", "AvgPx": "6"}
    names["CashOrderQty"] = "152"
    want = {"11": ""} | {tag: str(out[name]) for name, tag in names.items() if name in out}
    if step["t"] == scenario.clord_id:
        del want["11"]
    want["35"] = out["MsgType"]
    status = out["OrdStatus_code"]
    if status in "6E":
        status = "1" if out["LeavesQty"] else "2"
    want["39"], want["150"], want["20"] = status, "", ""
    exec_type = out.get("ExecType_code", "")
    if exec_type:
        want |= causes(exec_type, status, out, is_42)
    if exec_type == "F" or out.get("LastQty"):
        want["32"] = str(out["LastQty"])
    if out.get("OrderID") == "NONE":
        want["37"] = "NONE"
    if out.get("OrderQty") == 0:
        want["38"] = ""  # an order that nobody knows has no quantity
    if "ExecRestatementReason" in out:
        want["378"] = REASONS[out["ExecRestatementReason"]][0 if not is_42 else 1]
    return want


REASONS = {
    "Verbal change": ("2", "2"),
    "Partial decline of OrderQty": ("5", "5"),
    "GT renewal/restatement": ("1", "1"),
    "Canceled due to trading halt": ("6", "4"),
}
"""ExecRestatementReason (378) in later versions, and in FIX 4.2."""


def causes(exec_type: str, status: str, out: Step, is_42: bool) -> dict[str, str]:
    """Give ExecTransType (20), ExecType (150) and OrdStatus (39)."""
    if not is_42:
        return {"150": exec_type, "39": status}
    fill = "2" if status == "2" else "1"
    if exec_type == "I":
        return {"20": "3", "150": status, "39": status}
    if exec_type in "FGH":
        return {"20": {"F": "0", "G": "2", "H": "1"}[exec_type], "150": fill, "39": status}
    if exec_type == "5" and status == "0":
        return {"20": "0", "150": "5", "39": "5"}
    return {"20": "0", "150": exec_type, "39": status}


def printed(event: Event, version: str, seq: int, index: int) -> dict[str, str]:
    """Print an event in a version; give its fields with MsgType, nothing where the version has no word for it."""
    printer = Printer(VERSIONS[version], {"ACME": Units(SCALE_E8 // 100, SCALE_E8)})
    match event:
        case Execution():
            message = printer.execution(event, seq, index, 0)
        case OrderRejected():
            message = printer.order_rejected(event, seq, index, 0)
        case CancelRejected():
            message = printer.cancel_rejected(event, seq, index, 0)
        case StatusUnknown():
            message = printer.status_unknown(event, seq, index, 0)
        case _:
            raise AssertionError(event)
    if message is None:
        return {}
    msg_type, body = message
    fields = dict(field.split("=", 1) for field in body.removesuffix("\x01").split("\x01"))
    return {"35": msg_type, **fields}
