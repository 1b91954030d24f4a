"""Stress scenarios: what a portfolio would lose if prices changed by so much at once.

The shock of an instrument is its own where a scenario names it, else that of its group, else that of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from tradsys_oms.config.portfolio_model import ScenarioConfig
from tradsys_oms.portfolio.returns import Array

BPS = 10_000


class Scenario(Struct, frozen=True):
    """A scenario for the instruments of a run."""

    name: str
    shocks: Array
    """Change of price by column, as a part of it."""
    volatility_multiplier: float


def prepared(
    scenarios: Sequence[ScenarioConfig], columns: Mapping[str, int], groups: Mapping[str, str]
) -> list[Scenario]:
    """Give the scenarios for instruments in `columns`; `groups` has the group of each instrument that has one."""
    return [
        Scenario(scenario.scenario, _shocks(scenario, columns, groups), scenario.volatility_e2 / 100)
        for scenario in scenarios
    ]


def _shocks(scenario: ScenarioConfig, columns: Mapping[str, int], groups: Mapping[str, str]) -> Array:
    of_groups = {shock.name: shock.shock_bps for shock in scenario.groups}
    of_instruments = {shock.name: shock.shock_bps for shock in scenario.instruments}
    shocks = np.zeros(len(columns))
    for symbol, column in columns.items():
        of_group = of_groups.get(groups.get(symbol, ""), scenario.all_bps)
        shocks[column] = of_instruments.get(symbol, of_group) / BPS
    return shocks
