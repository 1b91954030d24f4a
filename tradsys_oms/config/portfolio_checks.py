"""Checks of portfolio risk across keys, and of the file of stress scenarios, whose faults join the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tradsys_oms.config.checks import near
from tradsys_oms.config.document import compose, read_bytes
from tradsys_oms.config.errors import ConfigInvalid, ConfigUnreadable
from tradsys_oms.config.portfolio_model import ScenarioConfig, ScenarioFile, ShockConfig
from tradsys_oms.config.tree import TreeReader, Values

SHOCKED_PARTS: Final = ("groups", "instruments")


def limits_name_who_is_there(values: Values, tree: TreeReader) -> None:
    """Members of limits are listed, and no member or account is named twice."""
    members = [entry["member"] for entry in values["members"] if "member" in entry]
    first: dict[tuple[str, str | None], int] = {}
    for index, entry in enumerate(values["portfolio"]["limits"]):
        key, member = f"portfolio.limits[{index}]", entry.get("member")
        if member is not None and member not in members:
            tree.fault(f"{key}.member", f"there is no member {member}", near(member, members))
        if member is None or "account" not in entry:
            continue
        line = tree.lines[key]
        if first.setdefault((member, entry["account"]), line) != line:
            what = member if entry["account"] is None else f"{member}/{entry['account']}"
            tree.fault(key, f"{what} has limits already, on line {first[member, entry['account']]}")


def scenarios_hold(values: Values, tree: TreeReader) -> None:
    """The file of scenarios can be read and has no fault."""
    path = values["portfolio"].get("scenarios_file")
    if path is None:
        return
    symbols = [entry["symbol"] for entry in values["instruments"] if "symbol" in entry]
    groups = [entry["group"] for entry in values["groups"] if "group" in entry]
    try:
        tree.faults += _read(path, symbols, groups)[1].faults
    except ConfigUnreadable as error:
        tree.fault("portfolio.scenarios_file", str(error))
    except ConfigInvalid as error:
        tree.faults += error.faults


def load_scenarios(path: Path, symbols: list[str], groups: list[str]) -> tuple[ScenarioConfig, ...]:
    """Read a file of scenarios for these instruments and groups.

    Raises ConfigInvalid with all faults, or ConfigUnreadable.
    """
    values, tree = _read(path, symbols, groups)
    if tree.faults:
        raise ConfigInvalid(path, sorted(tree.faults, key=lambda fault: fault.line))
    return tuple(
        ScenarioConfig(**entry | {part: tuple(ShockConfig(**shock) for shock in entry[part]) for part in SHOCKED_PARTS})
        for entry in values["scenarios"]
    )


def _read(path: Path, symbols: list[str], groups: list[str]) -> tuple[Values, TreeReader]:
    tree = TreeReader(str(path), ScenarioFile)
    values = tree.section(ScenarioFile, compose(path, read_bytes(path)), "")
    first: dict[str, int] = {}
    for index, entry in enumerate(values.get("scenarios", ())):
        key = f"scenarios[{index}]"
        if "scenario" in entry:
            line = tree.lines[f"{key}.id"]
            if first.setdefault(entry["scenario"], line) != line:
                tree.fault(f"{key}.id", f"{entry['scenario']} is there already, on line {first[entry['scenario']]}")
        for part, names in zip(SHOCKED_PARTS, (groups, symbols), strict=True):
            _check_shocks(f"{key}.{part}", entry.get(part, []), names, part.removesuffix("s"), tree)
    return values, tree


def _check_shocks(key: str, shocks: list[Values], names: list[str], what: str, tree: TreeReader) -> None:
    """Say which shocks name nothing that is there, or something for a second time."""
    seen: dict[str, None] = {}
    for index, shock in enumerate(shocks):
        name = shock.get("name")
        if name in seen:
            tree.fault(f"{key}[{index}].name", f"{name} is there already")
        elif name is not None and name not in names:
            tree.fault(f"{key}[{index}].name", f"there is no {what} {name}", near(name, names))
        elif name is not None:
            seen[name] = None


PORTFOLIO_CHECKS: Final[tuple[Callable[[Values, TreeReader], None], ...]] = (
    limits_name_who_is_there,
    scenarios_hold,
)
