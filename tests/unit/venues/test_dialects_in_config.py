"""What configurations know of dialects is what their adapters say of themselves."""

from __future__ import annotations

from typing import Any

from tradsys_oms.config import venue_dialects
from tradsys_oms.venues.adapters import registry
from tradsys_oms.venues.adapters.adapter import Dialect

KEYS = {"secret": "api_secret"}
"""Credentials whose key in the configuration has another name."""


def test_the_two_tables_say_the_same() -> None:
    known = {name: _ours(dialect) for name, dialect in venue_dialects.DIALECTS.items()}
    assert known == {name: _theirs(dialect) for name, dialect in registry.DIALECTS.items()}


def _ours(dialect: venue_dialects.Dialect) -> dict[str, Any]:
    fields = {name: getattr(dialect, name) for name in dialect.__struct_fields__}
    return fields | {"options": sorted(dialect.options)}


def _theirs(dialect: Dialect) -> dict[str, Any]:
    fields: dict[str, Any] = {name: getattr(dialect, name) for name in venue_dialects.Dialect.__struct_fields__}
    for name in ("credentials", "credentials_optional"):
        fields[name] = tuple(KEYS.get(credential, credential) for credential in fields[name])
    return fields | {"options": sorted(dialect.options)}
