"""What the configuration says about portfolio risk, in the form in which a run needs it."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from tradsys_oms.config import Config, load_config
from tradsys_oms.config.portfolio_checks import load_scenarios
from tradsys_oms.config.portfolio_model import PortfolioLimitConfig, ScenarioConfig
from tradsys_oms.portfolio.assessment import Method
from tradsys_oms.portfolio.limits import Scope, limits_by_scope
from tradsys_oms.portfolio.measures import Settings


class Setup(Struct, frozen=True):
    """All that a configuration says, taken over as a whole."""

    config: Config
    method: Method
    scenarios: tuple[ScenarioConfig, ...]
    groups: dict[str, str]
    """The group of each instrument that has one."""
    limits: dict[Scope, PortfolioLimitConfig]


def load_setup(path: Path) -> Setup:
    """Read a configuration and its scenarios; raise a TradsysError with all that is wrong."""
    config = load_config(path, with_risk=False)
    portfolio = config.portfolio
    symbols = [instrument.symbol for instrument in config.instruments]
    scenarios: tuple[ScenarioConfig, ...] = ()
    if portfolio.scenarios_file is not None:
        scenarios = load_scenarios(portfolio.scenarios_file, symbols, [group.group for group in config.groups])
    settings = Settings(portfolio.confidence_bps, portfolio.horizon_days, portfolio.ewma_lambda_e4 / 10_000)
    return Setup(
        config=config,
        method=Method(settings, portfolio.method, portfolio.margin_factor_e2 / 100),
        scenarios=scenarios,
        groups={instrument.symbol: instrument.group for instrument in config.instruments if instrument.group},
        limits=limits_by_scope(portfolio.limits),
    )
