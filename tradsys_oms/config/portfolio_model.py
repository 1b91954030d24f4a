"""The configuration of portfolio risk, and the file of its stress scenarios.

Scenarios stand in a file of their own, because those who think them up are not those who run the daemon. It is read by
the same means as the configuration: all of it or nothing, with every fault and its line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Struct

from tradsys_oms.config.kinds import COMP_ID, Boolean, Choice, FilePath, Integer, Scaled, Text
from tradsys_oms.config.schema import Key, ListOf

METHODS: Final = ("historical", "historical_scaled", "parametric", "parametric_ewma")
SCENARIOS_MAX: Final = 1_000
SHOCKED: Final = Text(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}", "the name of an instrument or a group")
ACCOUNT: Final = Text(r"[^\x00-\x1f]{0,64}", "Account (1) as orders have it, up to 64 characters")
MONEY: Final = Scaled(8, "0", "90000000000")


LARGEST: Final = "1000000000"


class Signed(Scaled, frozen=True):
    """A decimal number that may be below 0, within limits that are whole numbers; an integer of its last place."""

    def show(self, value: object) -> str:
        """Print as a decimal without trailing zeros."""
        number = int(str(value))
        return f"-{super().show(-number)}" if number < 0 else super().show(number)

    def parse(self, text: str) -> int:
        """Read the decimal exactly."""
        is_below = text.startswith("-")
        size = Scaled(self.places, "0", LARGEST).parse(text.removeprefix("-" if is_below else "+"))
        value, one = -size if is_below else size, 10**self.places
        if not int(self.minimum) * one <= value <= int(self.maximum) * one:
            raise ValueError(f"{text} is not between {self.minimum} and {self.maximum}")
        return value


SHOCK: Final = Signed(2, "-100", "10000")


class ShockConfig(Struct, frozen=True, kw_only=True):
    """What a scenario does to the price of an instrument, or to those of a group."""

    name: Annotated[str, Key(SHOCKED, "Which one.")]
    shock_bps: Annotated[int, Key(SHOCK, "By how many percent the price changes.", name="percent")]


class ScenarioConfig(Struct, frozen=True, kw_only=True):
    """One thing that may happen to all prices at once."""

    scenario: Annotated[str, Key(COMP_ID, "Its name; unique.", name="id")]
    all_bps: Annotated[
        int, Key(SHOCK, "By how many percent prices change that nothing else here names.", name="all_percent")
    ] = 0
    groups: Annotated[
        tuple[ShockConfig, ...],
        Key(ListOf(ShockConfig, 10_000), "Groups of instruments; they go before `all_percent`."),
    ] = ()
    instruments: Annotated[
        tuple[ShockConfig, ...], Key(ListOf(ShockConfig, 100_000), "Instruments; they go before their group.")
    ] = ()
    volatility_e2: Annotated[
        int, Key(Scaled(2, "0", "100"), "VaR and ES are so many times as large.", name="volatility_multiplier")
    ] = 100


class ScenarioFile(Struct, frozen=True, kw_only=True):
    """The file of stress scenarios."""

    scenarios: Annotated[
        tuple[ScenarioConfig, ...], Key(ListOf(ScenarioConfig, SCENARIOS_MAX), "What may happen.")
    ] = ()


class PortfolioLimitConfig(Struct, frozen=True, kw_only=True):
    """Limits of what a member or one of its accounts may lose; above one, it is blocked."""

    member: Annotated[str, Key(COMP_ID, "One of `members`.")]
    account: Annotated[
        str | None,
        Key(ACCOUNT, 'The account; "" for orders without one. Without this key, the limits are those of the member.'),
    ] = None
    var_max_e8: Annotated[int | None, Key(MONEY, "Largest VaR, in the base currency.", name="var_max")] = None
    es_max_e8: Annotated[int | None, Key(MONEY, "Largest expected shortfall.", name="es_max")] = None
    stress_loss_max_e8: Annotated[
        int | None, Key(MONEY, "Largest loss in a stress scenario.", name="stress_loss_max")
    ] = None


class PortfolioConfig(Struct, frozen=True, kw_only=True):
    """Portfolio risk: VaR, expected shortfall, stress and margin, by a process beside the daemon."""

    enabled: Annotated[bool, Key(Boolean(), "Run the process.")] = False
    interval_s: Annotated[int, Key(Integer(1, 86_400), "So long after one calculation begins the next.")] = 60
    method: Annotated[
        Literal["historical", "historical_scaled", "parametric", "parametric_ewma"],
        Key(
            Choice(METHODS),
            "Which VaR and ES limits and margin are about; the others are calculated too (docs/portfolio-risk.md).",
        ),
    ] = "historical"
    confidence_bps: Annotated[
        int, Key(Scaled(2, "50", "99.99"), "A loss is not above VaR with this probability.", name="confidence_percent")
    ] = 9900
    horizon_days: Annotated[int, Key(Integer(1, 250), "Trading days that a loss may take.")] = 1
    history_days: Annotated[int, Key(Integer(2, 5_000), "At most so many daily returns are looked at.")] = 500
    ewma_lambda_e4: Annotated[
        int,
        Key(Scaled(4, "0.5", "0.9999"), "What a day counts less than the day after it.", name="ewma_lambda"),
    ] = 9400
    margin_factor_e2: Annotated[
        int, Key(Scaled(2, "0", "100"), "Margin is at least ES times this.", name="margin_factor")
    ] = 100
    scenarios_file: Annotated[
        Path | None, Key(FilePath(), "YAML file of stress scenarios; without it there are none.")
    ] = None
    results_keep_days: Annotated[
        int, Key(Integer(1, 3_650), "Results that are older are removed from the database.")
    ] = 7
    limits: Annotated[
        tuple[PortfolioLimitConfig, ...],
        Key(ListOf(PortfolioLimitConfig, 100_000), "Limits of members and accounts."),
    ] = ()
