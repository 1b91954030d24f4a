"""Checks of pre-trade risk in the main file, across keys; as in `checks`, one function per promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tradsys_oms.config.tree import TreeReader, Values


def rates_are_unique(values: Values, tree: TreeReader) -> None:
    """Each currency has one rate, and the base currency none: it counts as one."""
    risk = values["risk"]
    first: dict[str, int] = {}
    for index, entry in enumerate(risk.get("rates", ())):
        currency, key = entry.get("currency"), f"risk.rates[{index}].currency"
        if currency is None:
            continue
        if currency in first:
            tree.fault(key, f"{currency} is there already, on line {first[currency]}")
        elif currency == risk.get("base_currency"):
            tree.fault(key, f"{currency} is the base currency, which counts as one", "remove it")
        first.setdefault(currency, tree.lines[key])


RISK_CHECKS: Final[tuple[Callable[[Values, TreeReader], None], ...]] = (rates_are_unique,)
