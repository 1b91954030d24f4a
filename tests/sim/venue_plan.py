"""What happens in one run, drawn from its seed alone: venues and how they behave, routes, and what is done when.

The plan prints as text, so that a run that failed can be read and played again. What a run makes of it differs, because
processes race; a fault that a plan finds is found again by playing it a few times.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

DIALECTS = {
    "fix42": "FIX.4.2",
    "fix44": "FIX.4.4",
    "fix50sp2": "FIX.5.0SP2",
    "tradsys42": "FIX.4.2",
    "tradsys44": "FIX.4.4",
    "tradsys50sp2": "FIX.5.0SP2",
}
"""Dialect -> version that the simulator speaks to it."""
BROKERS = ("BROKER42", "BROKER44", "BROKER50")
SYMBOLS = ("ACME", "GLOBEX", "INITECH")

ON_ORDER = (
    (25, "accept then wait 1-60ms then fill rest"),
    (25, "accept then fill 20 then wait 5-80ms then fill rest"),
    (25, "accept"),
    (20, "wait 1-80ms then accept then wait 1-80ms then fill 40"),
    (6, "pending then wait 1-30ms then accept then fill 40"),
    (4, "reject 0 not today"),
    (3, "silent"),
    (2, "accept then wait 1-50ms then cancel 0 unasked"),
    (2, "accept then fill 7 then wait 1-50ms then expire"),
    (3, "accept then twice fill 40"),
    (2, "accept then lost fill 13 then fill 10"),
    (2, "accept then garbled fill 13"),
    (3, "accept then held fill 20 then fill 20"),
    (2, "held accept then fill 40"),
    (2, "quiet accept then drop"),
    (2, "lose then drop"),
    (2, "drop then accept then fill rest"),
    (2, "accept then drop then fill 13@99"),
    (2, "accept then fill 30 then wait 1-40ms then bust"),
    (2, "accept then fill 30@99.5 then wait 1-40ms then correct 1@99"),
    (1, "accept then restate @99.75"),
    (1, "accept then wait 1-30ms then suspend"),
    (1, "accept then stop then wait 1-60ms then fill rest"),
    (1, "accept then logout enough"),
)
"""Weight, and what a venue does with an order."""
ON_REQUEST = (
    (20, "accept"),
    (12, "pending then wait 1-40ms then accept"),
    (4, "wait 1-150ms then accept"),
    (4, "fill 7 then accept"),
    (3, "fill rest then accept"),
    (3, "reject 0 too late"),
    (2, "silent"),
    (1, "pending then drop"),
    (1, "drop then accept"),
    (1, "lost accept"),
)
"""The same for a cancel or replace."""
ON_STATUS = ("silent", "wait 1-200ms then accept", "drop", "lost accept")
"""What happens to some status requests; which ones is counted, so that one that is asked again has another fate."""
FAULTS = ("kill link", "kill venue", "kill daemon", "cut", "cut and refuse", "hold", "freeze venue", "freeze link")


@dataclass
class VenuePlan:
    """One venue: its settings, and the script of its simulator."""

    name: str
    settings: dict[str, Any]
    script: dict[str, Any]

    @property
    def version(self) -> str:
        """What the simulator speaks."""
        return DIALECTS[self.settings["dialect"]]


@dataclass
class Act:
    """One thing that is done after a pause."""

    pause_s: float
    verb: str
    who: str = ""
    """Broker or venue."""
    terms: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Print it on one line."""
        terms = " ".join(f"{name}={value}" for name, value in self.terms.items())
        return f"+{self.pause_s * 1000:4.0f}ms {self.verb} {self.who} {terms}".rstrip()


@dataclass
class Plan:
    """All of a run."""

    seed: int
    venues: list[VenuePlan]
    routes: list[dict[str, Any]]
    brokers: list[str]
    acts: list[Act]

    def __str__(self) -> str:
        """Print it for a reader."""
        lines = [f"seed {self.seed}: brokers {', '.join(self.brokers)}"]
        for venue in self.venues:
            lines.append(f"venue {venue.name} {venue.settings}")
            lines += [f"  {rule}" for rule in venue.script["rules"]]
        lines += [f"route {route}" for route in self.routes]
        return "\n".join(lines + [str(act) for act in self.acts])


def make_plan(seed: int, orders: int = 80, faults: int = 6) -> Plan:
    """Draw the plan of a seed."""
    chance = random.Random(seed)  # noqa: S311
    names = [f"V{number + 1}" for number in range(chance.choice((2, 2, 3)))]
    brokers = chance.sample(BROKERS, chance.choice((1, 2, 2)))
    return Plan(
        seed,
        [_venue(chance, name) for name in names],
        _routes(chance, names),
        brokers,
        _acts(chance, brokers, names, orders, faults),
    )


def _venue(chance: random.Random, name: str) -> VenuePlan:
    settings = {
        "dialect": chance.choice(list(DIALECTS)),
        "pending_reports": chance.choice(("at_once", "of_venue")),
        "answer_timeout_ms": chance.choice((300, 800, 1500)),
        "heart_bt_int_s": chance.choice((1, 5)),
        "back_off_first_ms": 50,
        "back_off_max_s": 1,
        "logon_timeout_s": 2,
        "rejects_max": chance.choice((0, 0, 5)),
        "on_reconnect": chance.choice(("keep", "keep", "keep", "cancel")),
    }
    if chance.random() < 0.2:
        settings["can_replace"] = False
    rules = [_rule(chance, "order", ON_ORDER)]
    rules += [_rule(chance, kind, ON_REQUEST) for kind in ("cancel", "replace")]
    for kind in ("status", "mass_status"):
        does = [do for do in ON_STATUS if kind == "status" or do in ("silent", "drop")]
        rules += [{"on": kind, "nth": f"every {chance.randint(4, 9)}", "do": chance.choice(does)}]
    return VenuePlan(name, settings, {"rules": rules})


def _rule(chance: random.Random, on: str, table: tuple[tuple[int, str], ...]) -> dict[str, Any]:
    """Leave some of the table out, so that venues differ."""
    kept = [row for row in table[1:] if chance.random() < 0.7]
    return {"on": on, "random": [{"weight": weight, "do": do} for weight, do in (table[0], *kept)]}


def _routes(chance: random.Random, names: list[str]) -> list[dict[str, Any]]:
    weights = [chance.randint(1, 5) for _ in names]
    routes: list[dict[str, Any]] = [
        {"id": "both", "strategy": "split", "venues": names, "weights": weights, "symbols": ["GLOBEX"]},
        {"id": "one", "strategy": "venue", "venues": [chance.choice(names)], "symbols": ["INITECH"]},
        {"id": "rest", "strategy": "failover", "venues": chance.sample(names, len(names))},
    ]
    for route in routes:
        route["on_refused"] = chance.choice(("next", "return"))
        route["on_unfilled"] = chance.choice(("next", "return", "return"))
    return routes


def _acts(chance: random.Random, brokers: list[str], names: list[str], orders: int, faults: int) -> list[Act]:
    acts: list[Act] = []
    for _ in range(orders):
        acts.append(Act(_pause(chance), "order", chance.choice(brokers), _order(chance)))
        while chance.random() < 0.45:
            verb = chance.choice(("cancel", "replace", "replace"))
            acts.append(Act(_pause(chance), verb, chance.choice(brokers), _request(chance)))
    for _ in range(faults):
        verb, who = chance.choice(FAULTS), chance.choice(names)
        terms = {"for_ms": chance.choice((0, 30, 200, 700, 1800))}
        acts.insert(chance.randrange(len(acts)), Act(_pause(chance), verb, who, terms))
    for _ in range(faults):
        acts.insert(chance.randrange(len(acts)), Act(0, "wait for lines"))
    return acts


def _pause(chance: random.Random) -> float:
    return chance.choice((0, 0, 0.002, 0.01, 0.03, 0.1))


def _order(chance: random.Random) -> dict[str, Any]:
    return {
        "symbol": chance.choice(SYMBOLS),
        "side": chance.choice("12"),
        "qty": chance.randint(1, 500),
        "price": f"{chance.randint(9_950, 10_050) / 100:.2f}",
        "time_in_force": chance.choice("00001"),
    }


def _request(chance: random.Random) -> dict[str, Any]:
    """Draw which of the open orders is meant, and how a replace changes it."""
    return {
        "which": chance.random(),
        "times": chance.choice((0.3, 0.7, 1.0, 1.5, 2.0)),
        "price": f"{chance.randint(9_950, 10_050) / 100:.2f}",
        "is_chained": chance.random() < 0.4,
    }
