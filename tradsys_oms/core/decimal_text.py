"""Exact decimal text of the core's integers, for the sentences in reports.

The core counts in units of 1e-8 and in ticks and lots; people read decimals. No binary fraction is ever involved.
"""

from __future__ import annotations

from tradsys_oms.core.fields import SCALE_E8


def format_e8(value_e8: int) -> str:
    """Print an integer of 1e-8 as a decimal without needless zeros: 10_025_000_000 -> "100.25"."""
    whole, fraction = divmod(abs(value_e8), SCALE_E8)
    sign = "-" if value_e8 < 0 else ""
    return f"{sign}{whole}.{fraction:08d}".rstrip("0").rstrip(".")
