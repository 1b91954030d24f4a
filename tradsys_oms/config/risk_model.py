"""The configuration of pre-trade risk in the main file: where the limits are, and how money is counted."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated

from msgspec import Struct

from tradsys_oms.config.kinds import CURRENCY, FilePath, Scaled
from tradsys_oms.config.schema import Key, ListOf
from tradsys_oms.config.time_kinds import TimeOfDay, TimeZone
from tradsys_oms.core.commands import Limits, Scope


class RateConfig(Struct, frozen=True, kw_only=True):
    """What a currency is worth."""

    currency: Annotated[str, Key(CURRENCY, "The currency; unique.")]
    rate_e8: Annotated[
        int,
        Key(Scaled(8, "0.00000001", "1000000"), "What one unit of it is worth in the base currency.", name="rate"),
    ]


class RiskConfig(Struct, frozen=True, kw_only=True):
    """Pre-trade risk."""

    limits_file: Annotated[
        Path | None, Key(FilePath(), "The file with the limits, relative to this file; without it, there are none.")
    ] = None
    warn_bps: Annotated[
        int,
        Key(
            Scaled(2, "0", "100"),
            "A warning is given when the usage of a limit passes this part of it; 0 for never.",
            name="warn_percent",
        ),
    ] = 8000
    base_currency: Annotated[str, Key(CURRENCY, "The currency of all limits in money.")] = "USD"
    rates: Annotated[
        tuple[RateConfig, ...],
        Key(
            ListOf(RateConfig, 200),
            "What other currencies of instruments are worth; needed for limits in money where there are several.",
        ),
    ] = ()
    day_start: Annotated[
        time, Key(TimeOfDay(), "When a day of usage begins: profit and loss, traded notional, credit, counts.")
    ] = time()
    time_zone: Annotated[str, Key(TimeZone(), "The time zone of day_start, and of the date of the day.")] = "UTC"


class DeclaredRisk(Struct, frozen=True):
    """What the main file, the files with accounts and the file with the limits say together."""

    accounts: dict[str, dict[str, bool]]
    """By member that declares any: its accounts, and whether each is enabled."""
    limits: dict[Scope, Limits]
    """Scopes that have any; those with the same limits share one object."""
