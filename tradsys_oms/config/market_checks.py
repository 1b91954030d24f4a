"""Checks of the market across keys: schedules that the phases allow, and rules that are whole and name who is there.

As in `checks`, one function per promise, and one that needs a value which is faulty passes over it in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from tradsys_oms.config.checks import near
from tradsys_oms.config.market_model import RULE_DEFAULTS, PhaseConfig, TradingRules, merged_rules
from tradsys_oms.config.schema import keys_of
from tradsys_oms.config.tree import TreeReader, Values
from tradsys_oms.core.phases.phases import PHASES, Phase
from tradsys_oms.hours.trading_days import TimedPhase, misplaced

NAMES: Final = {spec.attribute: spec.name for spec in keys_of(TradingRules).values()}
LEAD: Final = ("lead_member", "lead_share_bps")
NEEDS: Final = {
    "static_band_bps": ("volatility_auction_s",),
    "dynamic_band_bps": ("volatility_auction_s",),
    "breaker_bps": ("breaker_window_s", "halt_s", "volatility_auction_s"),
}
"""What a guard needs beside it: how long it lasts must be said, also where the answer is: until an operator ends it."""


def market_names_are_known(values: Values, tree: TreeReader) -> None:
    """Schedules, groups, lead market makers and clearing members that are named are listed."""
    for section, attribute, target, name in (
        ("groups", "phases", "market_schedules", "schedule"),
        ("instruments", "group", "groups", "group"),
        ("groups", "lead_member", "members", "member"),
        ("instruments", "lead_member", "members", "member"),
        ("members", "clearing_member", "members", "member"),
    ):
        listed = [entry[name] for entry in values[target] if name in entry]
        what = {"schedule": "market schedule"}.get(name, name)
        for index, entry in enumerate(values[section]):
            value = entry.get(attribute)
            if value and value not in listed:
                tree.fault(f"{section}[{index}].{attribute}", f"there is no {what} {value}", near(value, listed))


def trading_days_hold(values: Values, tree: TreeReader) -> None:
    """The phases of a day go up in time, each may follow the one before it, and the last one closes."""
    for index, entry in enumerate(values["market_schedules"]):
        key = f"market_schedules[{index}]"
        if entry.get("days") == ():
            tree.fault(f"{key}.days", "there are no days on which it trades")
        if any(len(phase) < len(keys_of(PhaseConfig)) for phase in entry.get("phases", ())):
            continue
        phases = tuple(TimedPhase(phase["at"], phase["phase"]) for phase in entry.get("phases", ()))
        _check_phases(f"{key}.phases", phases, tree)


def _check_phases(key: str, phases: tuple[TimedPhase, ...], tree: TreeReader) -> None:
    before = Phase.CLOSED
    for index, (_, phase) in enumerate(phases):
        allowed = PHASES[before].next_phases
        if phase not in allowed:
            place = f"{before} goes on to" if index else "a day begins with"
            names = [name for name in allowed if name != Phase.HALTED]
            tree.fault(f"{key}[{index}].phase", f"{place} {' or '.join(names)}, not {phase}")
        before = phase
    if not phases or before != Phase.CLOSED:
        tree.fault(f"{key}[{len(phases) - 1}].phase" if phases else key, "the last phase of a day is closed")
    late = misplaced(phases)
    if late is not None:
        text = f"it begins more than a day after {phases[0].phase}, at {phases[0].at:%H:%M}"
        tree.fault(f"{key}[{late}].at", text, "times go up from phase to phase, over midnight once")


def rules_are_whole(values: Values, tree: TreeReader) -> None:
    """A rule that needs another comes with it, here or in the group."""
    groups = {entry.get("group", ""): entry for entry in values["groups"]}
    for index, entry in enumerate(values["groups"]):
        _check_rules(f"groups[{index}]", entry, {}, tree)
    for index, entry in enumerate(values["instruments"]):
        if any(entry.get(name) is not None for name in RULE_DEFAULTS):
            _check_rules(f"instruments[{index}]", entry, groups.get(entry.get("group") or "", {}), tree)


def _check_rules(key: str, entry: Values, group: Values, tree: TreeReader) -> None:
    if any(name not in entry for name in RULE_DEFAULTS):
        return  # one is faulty
    rules = merged_rules(entry, group)
    is_given = {name: any(layer.get(name) is not None for layer in (entry, group)) for name in RULE_DEFAULTS}
    for name, text in _rule_faults(entry, rules, is_given):
        tree.fault(f"{key}.{name}", text)


def _rule_faults(entry: Values, rules: dict[str, Any], is_given: dict[str, bool]) -> Iterator[tuple[str, str]]:
    is_led = rules["matching"] == "lead_market_maker"
    for name in LEAD:
        if is_led and not rules[name]:
            yield "matching", f"lead_market_maker needs {NAMES[name]}"
        if not is_led and entry[name]:
            yield NAMES[name], "it is for matching: lead_market_maker only"
    for name, needs in NEEDS.items():
        missing = [needed for needed in needs if rules[name] and not is_given[needed]]
        if missing:
            yield NAMES[name], f"it needs {' and '.join(missing)}"


def firms_are_named(values: Values, tree: TreeReader) -> None:
    """Who counts the orders of a firm as its own says which firm."""
    for index, entry in enumerate(values["members"]):
        if entry.get("self_trade_scope") == "firm" and entry.get("firm") == "":
            tree.fault(f"members[{index}].self_trade_scope", "it needs firm, the name of the firm")


MARKET_CHECKS: Final[tuple[Callable[[Values, TreeReader], None], ...]] = (
    market_names_are_known,
    trading_days_hold,
    rules_are_whole,
    firms_are_named,
)
