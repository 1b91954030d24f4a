"""Limits as operators write them: by the names and in the units of the file of limits (`config.limit_keys`)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from tradsys_oms.config.kinds import Kind, Many
from tradsys_oms.config.limit_keys import NAMES, SPECS
from tradsys_oms.core.commands import Limits
from tradsys_oms.core.limits.merging import names_given
from tradsys_oms.desk.operators import OperationRefused


def field_of(name: str) -> str:
    """Give the field of a limit by the name that people use, or raise `OperationRefused`."""
    spec = SPECS.get(name)
    if spec is None:
        near = difflib.get_close_matches(name, SPECS, 1)
        proposal = f"; did you mean {near[0]}?" if near else f"; limits are {', '.join(SPECS)}"
        raise OperationRefused(f"there is no limit {name!r}{proposal}")
    return spec.attribute


def parse_limits(texts: Mapping[str, object]) -> Limits:
    """Read limits by their names; values of a list have commas between them. Raises `OperationRefused`."""
    values: dict[str, Any] = {}
    for name, text in texts.items():
        field = field_of(name)
        kind = SPECS[name].kind
        try:
            values[field] = _parse(kind, str(text))
        except ValueError as wrong:
            raise OperationRefused(f"{name}: {wrong} ({_describe(kind)})") from wrong
    return Limits(**values)


def show_limits(limits: Limits) -> dict[str, str]:
    """Write the limits that are given, in the order of the table."""
    return {NAMES[field]: show_limit(field, getattr(limits, field)) for field in names_given(limits)}


def show_limit(field: str, value: object) -> str:
    """Write the value of a limit as it can be read again."""
    kind = SPECS[NAMES[field]].kind
    if isinstance(kind, Many):
        values: Sequence[object] = value if isinstance(value, tuple) else ()
        return ",".join(kind.kind.show(one) for one in values)
    return str(kind.show(value))  # type: ignore[union-attr]  # the kinds of limits are values, none is a section


def _describe(kind: object) -> str:
    """Say what values there are."""
    single: Kind = kind.kind if isinstance(kind, Many) else kind  # type: ignore[assignment]  # as above
    return single.describe().replace("`", "")


def _parse(kind: object, text: str) -> object:
    if isinstance(kind, Many):
        values = tuple(kind.kind.parse(one.strip()) for one in text.split(",") if one.strip())
        if not values:
            raise ValueError("name at least one, with commas between them")
        return tuple(dict.fromkeys(values))
    single: Kind = kind  # type: ignore[assignment]  # as above
    return single.parse(text)
