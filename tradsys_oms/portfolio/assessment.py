"""One run: the risk of each account and each member, from what they hold, the returns of the past, and scenarios.

The value of a holding is its quantity times mark times rate of its currency; rates don't move here. A member is the sum
of its accounts' holdings, so that what one account is long and another is short cancels out in its VaR and stress. Its
margin does not: it is the sum of the margins of its accounts.

    margin of an account = the larger of its largest stress loss and ES times the margin factor
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from tradsys_oms.config.portfolio_model import ScenarioConfig
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.portfolio.measures import Measure, Settings, measures
from tradsys_oms.portfolio.positions import Positions
from tradsys_oms.portfolio.returns import Array, Returns
from tradsys_oms.portfolio.stress import Scenario, prepared

ACCOUNT, MEMBER = "account", "member"


class Method(Struct, frozen=True):
    """How risk is measured: what all methods share, which of them counts, and what margin is made of."""

    settings: Settings
    name: str
    margin_factor: float


class StressResult(Struct, frozen=True):
    """What a scenario does to a portfolio."""

    profit: float
    """Below 0 for a loss."""
    var: float
    """VaR at the scenario's volatility."""


class Risk(Struct, frozen=True, kw_only=True):
    """The risk of an account or a member; money in the base currency."""

    level: str
    """`account` or `member`."""
    member: str
    account: str
    """"" for a member, and for orders without an account."""
    holdings: int
    gross_value: float
    net_value: float
    returns: int
    """Days of the history."""
    measures: dict[str, Measure]
    """By method."""
    method: str
    """That of `measure`."""
    stresses: dict[str, StressResult]
    """By scenario."""
    stress_scenario: str
    """The worst one; "" where none brings a loss."""
    stress_loss: float
    margin: float
    short_history: tuple[str, ...]
    """Held instruments with gaps in the history, for which it says too little."""

    @property
    def measure(self) -> Measure:
        """Give VaR and ES by the method that limits and margin are about."""
        return self.measures[self.method]

    def __str__(self) -> str:
        """Name the scope as blocks and texts do."""
        return f"{self.level} {self.member}/{self.account}" if self.account else f"{self.level} {self.member}"


def assess(
    positions: Positions,
    returns: Returns,
    scenarios: Sequence[ScenarioConfig],
    groups: Mapping[str, str],
    method: Method,
) -> list[Risk]:
    """Give the risk of each account that holds something, and of each member; `returns` has all that is held."""
    ready = prepared(scenarios, returns.columns, groups)
    members: dict[str, list[Risk]] = {}
    totals: dict[str, dict[str, float]] = {}
    for (member, account), held in sorted(positions.held.items()):
        values = {symbol: _value(positions, symbol, qty_e8) for symbol, qty_e8 in held.items()}
        total = totals.setdefault(member, {})
        for symbol, value in values.items():
            total[symbol] = total.get(symbol, 0.0) + value
        members.setdefault(member, []).append(_risk((ACCOUNT, member, account), values, returns, ready, method))
    risks = []
    for member, accounts in members.items():
        margin = sum(risk.margin for risk in accounts)
        risks += [*accounts, _risk((MEMBER, member, ""), totals[member], returns, ready, method, margin)]
    return risks


def _value(positions: Positions, symbol: str, qty_e8: int) -> float:
    """Give the value of a holding; the product is exact until it becomes a float."""
    instrument = positions.instruments.get(symbol)
    if instrument is None:
        return 0.0
    return qty_e8 * instrument.value_e8 * positions.rate_e8(instrument.currency) / SCALE_E8**3


def _risk(
    scope: tuple[str, str, str],
    values: dict[str, float],
    returns: Returns,
    scenarios: Sequence[Scenario],
    method: Method,
    margin: float | None = None,
) -> Risk:
    columns = np.array([returns.columns[symbol] for symbol in values], dtype=np.intp)
    exposures: Array = np.array(list(values.values()))
    found = measures(returns.matrix[:, columns] @ exposures, method.settings)
    measure = found[method.name]
    stresses = {
        scenario.name: StressResult(
            float(scenario.shocks[columns] @ exposures), measure.var * scenario.volatility_multiplier
        )
        for scenario in scenarios
    }
    worst = min(stresses, key=lambda name: stresses[name].profit, default="")
    stress_loss = max(-stresses[worst].profit, 0.0) if worst else 0.0
    return Risk(
        level=scope[0],
        member=scope[1],
        account=scope[2],
        holdings=len(values),
        gross_value=float(np.abs(exposures).sum()),
        net_value=float(exposures.sum()),
        returns=len(returns.matrix),
        measures=found,
        method=method.name,
        stresses=stresses,
        stress_scenario=worst if stress_loss else "",
        stress_loss=stress_loss,
        margin=max(stress_loss, measure.es * method.margin_factor) if margin is None else margin,
        short_history=tuple(symbol for symbol in values if symbol in returns.short),
    )
