"""The script of a venue: what it does with which request, its quotes and its sessions, read from a YAML file.

Every key is checked, and every fault is told with its line, as in the configuration of the daemon.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

from msgspec import Struct

from tradsys_oms.config.document import compose, read_bytes
from tradsys_oms.config.errors import ConfigInvalid
from tradsys_oms.config.kinds import COMP_ID, Choice, Integer
from tradsys_oms.config.schema import Key, ListOf
from tradsys_oms.config.tree import TreeReader, Values
from tradsys_oms.venues.simulator.kinds import (
    DECIMAL,
    DECIMAL_RANGE,
    PROGRAM,
    TIME,
    TURNS,
    WORDS,
    Range,
    Turns,
)
from tradsys_oms.venues.simulator.steps import Program, Step, parse_fields, parse_program, split_tokens

RULES_MAX: Final = 1000
QUOTES_MAX: Final = 10_000
SESSIONS_MAX: Final = 64
SCENARIO_STEPS_MAX: Final = 10_000

REFERENCE: Final = re.compile(r"\{([A-Za-z0-9_]+)\.([0-9]+)\}")
"""A field of a message that a scenario has named."""
LAST: Final = "last"
"""Names the last message that was expected, beside the name that it was given."""

REQUESTS: Final = {
    "order": "D",
    "cancel": "F",
    "replace": "G",
    "status": "H",
    "mass_status": "AF",
    "market_data": "V",
    "logon": "A",
}
"""Word for a request -> its MsgType."""
SIDES: Final = {"buy": "1", "sell": "2", "sell_short": "5", "sell_short_exempt": "6"}
WITHOUT_ORDER: Final = {
    "mass_status": {"accept", "reject", "silent", "wait", "drop", "logout"},
    "market_data": {"accept", "reject", "silent", "wait", "drop", "logout"},
    "logon": {"accept", "reject", "silent", "wait", "drop"},
}
"""Steps that make sense where no order is asked about."""


class RandomChoice(Struct, frozen=True):
    """One of the things that may happen."""

    weight: Annotated[int, Key(Integer(1, 1_000_000), "how often, against the sum of all weights")]
    do: Annotated[Program, Key(PROGRAM, "what the venue does")]


class Rule(Struct, frozen=True):
    """Conditions, which must all hold, and what the venue does then. The first rule that fits counts."""

    on: Annotated[str, Key(Choice(tuple(REQUESTS)), "which request")] = "order"
    symbol: Annotated[str, Key(WORDS, "Symbol (55), with * for anything")] = "*"
    side: Annotated[str, Key(Choice(("any", *SIDES)), "Side (54)")] = "any"
    qty: Annotated[Range | None, Key(DECIMAL_RANGE, "OrderQty (38) of the order or replace")] = None
    price: Annotated[Range | None, Key(DECIMAL_RANGE, "Price (44) of the order or replace")] = None
    clord_id: Annotated[str, Key(WORDS, "ClOrdID (11), with * for anything")] = "*"
    account: Annotated[str, Key(WORDS, "Account (1), with * for anything")] = "*"
    session: Annotated[str, Key(WORDS, "the peer's CompID, with * for anything")] = "*"
    nth: Annotated[Turns, Key(TURNS, "which of the requests that fit all that stands above")] = Turns()
    do: Annotated[Program, Key(PROGRAM, "what the venue does")] = ()
    random: Annotated[tuple[RandomChoice, ...], Key(ListOf(RandomChoice, 100), "in place of do: one of these")] = ()


class Quote(Struct, frozen=True):
    """Best bid and offer of a symbol, 0 for none."""

    symbol: Annotated[str, Key(WORDS, "Symbol (55)")]
    bid: Annotated[int, Key(DECIMAL, "price of the best bid")] = 0
    bid_qty: Annotated[int, Key(DECIMAL, "its quantity")] = 0
    offer: Annotated[int, Key(DECIMAL, "price of the best offer")] = 0
    offer_qty: Annotated[int, Key(DECIMAL, "its quantity")] = 0
    after: Annotated[Step, Key(TIME, "holds from that time after the start on")] = Step("wait")


class Peer(Struct, frozen=True):
    """A session beside the first one."""

    target: Annotated[str, Key(COMP_ID, "CompID of the peer")]
    drop_copy: Annotated[str, Key(Choice(("no", "8", "AE")), "which copies of all other sessions' fills it gets")] = (
        "no"
    )


class ScenarioStep(Struct, frozen=True):
    """One step of a scenario: exactly one of its keys but `as` is given."""

    expect: Annotated[str, Key(WORDS, "MsgType and fields of the next message, as in: D 55=ACME 54=1")] = ""
    name: Annotated[str, Key(WORDS, "name for what was expected: {NAME.TAG} stands for a field of it", name="as")] = ""
    send: Annotated[str, Key(WORDS, "MsgType and fields of a message, as in: 8 11={X.11} 150=0 39=0 ...")] = ""
    act: Annotated[str, Key(WORDS, "NAME: STEPS, done to the order of that message")] = ""
    wait: Annotated[Step | None, Key(TIME, "goes on after that time")] = None
    disconnect: Annotated[str, Key(COMP_ID, "cuts the connection of this peer")] = ""


class Script(Struct, frozen=True):
    """All that a file says."""

    latency: Annotated[Step, Key(TIME, "every answer to an application message is so late")] = Step("wait")
    rules: Annotated[tuple[Rule, ...], Key(ListOf(Rule, RULES_MAX), "what the venue does with what")] = ()
    quotes: Annotated[tuple[Quote, ...], Key(ListOf(Quote, QUOTES_MAX), "its market data")] = ()
    sessions: Annotated[tuple[Peer, ...], Key(ListOf(Peer, SESSIONS_MAX), "further sessions")] = ()
    scenario: Annotated[
        tuple[ScenarioStep, ...],
        Key(ListOf(ScenarioStep, SCENARIO_STEPS_MAX), "steps that are played once; no rule works beside them"),
    ] = ()


def load_script(path: Path) -> Script:
    """Read a file; raises ConfigInvalid with all its faults, or ConfigUnreadable."""
    return read_script(path, read_bytes(path))


def read_script(path: Path, raw: bytes) -> Script:
    """Read a script from the bytes of its file; raises ConfigInvalid with all its faults."""
    tree = TreeReader(str(path), Script)
    values = tree.section(Script, compose(path, raw), "")
    for index, rule in enumerate(values.get("rules", ())):
        _check_rule(rule, f"rules[{index}]", tree)
    _check_scenario(values.get("scenario", []), tree)
    if tree.faults:
        raise ConfigInvalid(path, sorted(tree.faults, key=lambda fault: fault.line))
    rules = [
        Rule(**rule | {"random": tuple(RandomChoice(**choice) for choice in rule["random"])})
        for rule in values["rules"]
    ]
    return Script(
        values["latency"],
        tuple(rules),
        tuple(Quote(**quote) for quote in values["quotes"]),
        tuple(Peer(**peer) for peer in values["sessions"]),
        tuple(ScenarioStep(**step) for step in values["scenario"]),
    )


def _check_rule(rule: Values, key: str, tree: TreeReader) -> None:
    programs = {f"{key}.do": rule.get("do", ())}
    programs |= {f"{key}.random[{place}].do": choice.get("do", ()) for place, choice in enumerate(rule["random"])}
    is_sound = not any(fault.key.startswith(f"{key}.") or fault.key == key for fault in tree.faults)
    if is_sound and bool(rule["do"]) == bool(rule["random"]):
        tree.fault(key, "a rule has either do or random")
    allowed = WITHOUT_ORDER.get(rule.get("on", ""))
    for place, program in programs.items():
        for step in program:
            if allowed is not None and step.verb not in allowed:
                tree.fault(place, f"`{step.verb}` needs an order, and {rule['on']} has none", f"{sorted(allowed)}")


def _check_scenario(steps: list[Values], tree: TreeReader) -> None:
    names: set[str] = set()
    for index, step in enumerate(steps):
        key = f"scenario[{index}]"
        _check_keys(step, key, tree)
        if step.get("expect"):
            names |= {LAST, step.get("name", "")}
        for name in ("expect", "send", "act"):
            try:
                _check_words(name, step.get(name, ""), names)
            except ValueError as error:
                tree.fault(f"{key}.{name}", str(error))


def _check_words(key: str, text: str, names: set[str]) -> None:
    """Raise ValueError for what can't be played."""
    referred = [name for name, _ in REFERENCE.findall(text)]
    if key == "act" and text:
        name, _, steps = text.partition(":")
        referred.append(name.strip())
        parse_program(steps)
    else:
        parse_fields(split_tokens(text)[1:])
    for name in referred:
        if name not in names:
            raise ValueError(f"no message before it is called {name}")


def _check_keys(step: Values, key: str, tree: TreeReader) -> None:
    given = [name for name in ("expect", "send", "act", "wait", "disconnect") if step.get(name)]
    if len(given) != 1:
        tree.fault(key, "a step has exactly one of expect, send, act, wait and disconnect")
    elif step.get("name") and given != ["expect"]:
        tree.fault(f"{key}.as", "only what is expected has a name")
