"""The order state change matrices of FIX as routes: what comes and goes, in the words of FIX 5.0 SP2.

All of them are read from the file of facts, which lies beside the project. Ten are written here as well, so that the
main ways of an order are walked where that file is not. A path is a scenario as it goes on, or as it could end at one
step that it does not go on with.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import yaml

from tests.unit.core.routing.test_venue_matrices import FACTS, as_played, ordered

BY_HAND: Final = """
A.1.a:
  - D X 10000
  - 8 X 0 0 10000 0 10000
  - 8 X F 1 10000 2000 8000 2000
  - 8 X F 1 10000 3000 7000 1000
  - 8 X F 2 10000 10000 0 7000
B.1.b:
  - D X 10000
  - 8 X 0 0 10000 0 10000
  - 8 X F 1 10000 2000 8000 2000
  - 8 X F 1 10000 5000 5000 3000
  - F Y<X 10000
  - 8 Y<X 6 6 10000 5000 5000
  - 8 X F 6 10000 6000 4000 1000
  - 8 Y<X 4 4 10000 6000 0
B.1.c:
  - D X 10000
  - 8 X 0 0 10000 0 10000
  - 8 X F 1 10000 2000 8000 2000
  - F Y<X 10000
  - 8 Y<X 6 6 10000 2000 8000
  - 8 X F 6 10000 10000 0 8000
  - 9 Y<X 2 CxlRejReason=0
C.1.b:
  - D X 10000
  - 8 X 0 0 10000 0 10000
  - 8 X F 1 10000 1000 9000 1000
  - G Y<X 12000
  - 8 Y<X E E 10000 1000 9000
  - 8 X F E 10000 1100 8900 100
  - 8 Y<X 5 1 12000 1100 10900
  - 8 Y F 2 12000 12000 0 10900
D.2.b:
  - D X 10000
  - 8 X 0 0 10000 0 10000
  - 8 X F 1 10000 1000 9000 1000
  - G Y<X 8000
  - G Z<Y 7000
  - 8 Y<X E E 10000 1000 9000
  - 8 Z<X E E 8000 1000 7000
  - 8 Y<X 5 E 8000 1000 7000
  - 8 Z<Y 5 1 7000 1000 6000
  - 8 Z F 2 7000 7000 0 6000
E.1.b:
  - D X 10000
  - 8 X 0 0 10000 0 10000
  - 8 X F 1 10000 1000 9000 1000
  - 8 X 4 4 10000 1000 0 ExecRestatementReason=2
J.1.a:
  - D X 10000
  - 8 X 0 0 10000 0 10000
  - 8 X F 1 10000 1000 9000 1000 LastPx=100 ExecID=C
  - 8 X F 2 10000 10000 0 9000 LastPx=110 ExecID=D
  - 8 X H 1 10000 9000 1000 ExecID=E ExecRefID=C
  - 8 X G 1 10000 9000 1000 9000 LastPx=100 ExecID=F ExecRefID=D
  - 8 X F 2 10000 10000 0 1000 LastPx=120 ExecID=G
  - 8 X G 2 10000 10000 0 9000 LastPx=120 ExecID=H ExecRefID=F
  - G Y<X 12000
  - 8 Y<X E E 10000 10000 0
  - 8 Y<X 5 1 12000 10000 2000
  - 8 Y G 1 12000 10500 1500 9500 LastPx=120 ExecID=K ExecRefID=H
E.1.a:
  - D - 10000
  - 8 - 0 0 10000 0 10000
  - 8 - F 1 10000 2000 8000 2000
  - 8 - F 1 10000 3000 7000 1000
  - 8 - F 2 10000 10000 0 7000
L.1.a:
  - D X 10000
  - 8 X 0 0 10000 0 10000
  - 8 X 7 7 10000 0 10000 1000 LastPx=50.10
  - 8 X F 7 10000 1000 9000 1000 LastPx=50
L.1.b:
  - D X 500 CashOrderQty=10000
  - 8 X 0 0 500 0 500 CashOrderQty=10000
  - 8 X F 1 500 200 300 200 LastPx=20.1 CashOrderQty=10000
  - 8 X F 2 500 500 0 300 LastPx=20.2 CashOrderQty=10000
"""
"""A message to us: MsgType ClOrdID<OrigClOrdID OrderQty; ClOrdID - for what is said by telephone. A message from the
venue: 8 ClOrdID<OrigClOrdID ExecType OrdStatus OrderQty CumQty LeavesQty LastQty, or 9 ClOrdID<OrigClOrdID OrdStatus.
"""
Step = dict[str, Any]


class Route(NamedTuple):
    """One way through a scenario."""

    name: str
    """Of the scenario, with the number of its last step where that is one that it does not go on with."""
    steps: list[Step]
    is_main: bool


def routes() -> Iterator[Route]:
    """Give all routes of the file of facts; none if it is not there."""
    for scenario in yaml.safe_load(FACTS.read_text()) if FACTS.exists() else ():
        name, steps, done = scenario["id"], [adapted(scenario, step) for step in as_played(scenario)], list[Step]()
        if any(step.get("crosses") for step in steps):
            yield Route(f"{name}-crossing", [step for step in steps if not step.get("branch")], False)
        for number, step in enumerate(ordered(steps)):
            if step.get("branch"):
                yield Route(f"{name}-{number}", [*done, step], False)
            else:
                done.append(step)
        yield Route(name, done, True)


def adapted(scenario: Step, step: Step) -> Step:
    """Give a step as it is here, where the file leaves it open or a rule of ours decides otherwise."""
    if scenario["id"] == "J.1.b" and step["t"] in ("7", "8"):
        # Reports are under the last accepted ClOrdID, as on our own book.
        return step | {"out": step["out"] | {"ClOrdID": "Y"}}
    asked = step.get("in", {})
    if asked.get("MsgType") in ("D", "G") and "GTC" in scenario["title"]:
        return step | {"in": asked | {"TimeInForce": "1"}}
    return step


def by_hand() -> Iterator[Route]:
    """Give the routes that are written here."""
    for name, lines in yaml.safe_load(BY_HAND).items():
        yield Route(name, [_read(line) for line in lines], True)


def _read(line: str) -> Step:
    words = line.split()
    more = dict(word.split("=") for word in words if "=" in word)
    msg_type, names, *rest = (word for word in words if "=" not in word)
    clord_id, _, orig = names.partition("<")
    step: Step = {"MsgType": msg_type, "ClOrdID": clord_id.removeprefix("-")} | ({"OrigClOrdID": orig} if orig else {})
    if msg_type in "DFG":
        return {"in": step | {"OrderQty": int(rest[0])} | more}
    if msg_type == "9":
        return {"out": step | {"OrdStatus_code": rest[0]} | more}
    keys = ("ExecType_code", "OrdStatus_code")
    amounts = ("OrderQty", "CumQty", "LeavesQty", "LastQty")
    numbers = zip(amounts, [*map(int, rest[2:]), 0], strict=False)
    return {"out": step | dict(zip(keys, rest[:2], strict=True)) | dict(numbers) | more}
