"""Limits of a scope from several hands: what is configured, with what operators have changed and taken away since."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import structs

from tradsys_oms.core.commands import NO_LIMITS, Limits
from tradsys_oms.core.limits.table import LIMITS, PARTNERS


def names_given(limits: Limits) -> tuple[str, ...]:
    """List the names of the limits that are given."""
    return tuple(name for name in LIMITS if getattr(limits, name) != getattr(NO_LIMITS, name))


def merged(configured: Limits, changed: Limits, lifted: tuple[str, ...]) -> Limits:
    """Give what is configured with what was changed and taken away since."""
    if changed == NO_LIMITS and not lifted:
        return configured
    values = {name: getattr(changed, name) for name in names_given(changed)}
    found = structs.replace(configured, **values, **none_of(lifted))
    return NO_LIMITS if found == NO_LIMITS else found


def none_of(names: Iterable[str]) -> dict[str, Any]:
    """Give the values that limits have where there is none."""
    return {name: getattr(NO_LIMITS, name) for name in names}


def with_partners(names: tuple[str, ...]) -> tuple[str, ...]:
    """Add the windows of rates, and the rates of windows."""
    return (*names, *(PARTNERS[name] for name in names if name in PARTNERS))
