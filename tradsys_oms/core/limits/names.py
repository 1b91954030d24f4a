"""Names of limits as people write them: without the unit inside, percent for basis points, seconds for nanoseconds."""

from __future__ import annotations

_UNITS = (("_e8", ""), ("_bps", "_percent"), ("_ns", "_s"))


def shown_name(limit: str) -> str:
    """Give the name of a limit as the configuration and Text (58) have it."""
    for inside, outside in _UNITS:
        if limit.endswith(inside):
            return limit.removesuffix(inside) + outside
    return limit
