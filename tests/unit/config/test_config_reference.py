"""The reference in docs/ tells what the schema says."""

from __future__ import annotations

from pathlib import Path

from msgspec import NODEFAULT

from tradsys_oms.config.kinds import Many
from tradsys_oms.config.limit_keys import LimitKeys, LimitsFile
from tradsys_oms.config.model import Config
from tradsys_oms.config.reference import reference
from tradsys_oms.config.schema import Group, Layer, LayersByName, ListOf, keys_of, sections

PAGE = Path(__file__).resolve().parents[3] / "docs" / "configuration.md"


def test_the_page_is_what_the_schema_says() -> None:
    assert PAGE.read_text() == reference(), "run: tradsys config reference > docs/configuration.md"


def test_every_key_has_a_meaning_and_defaults_keep_their_own_limits() -> None:
    for path, section in (*sections(Config), ("limits", LimitsFile), ("limits", LimitKeys)):
        for spec in keys_of(section).values():
            assert spec.doc.endswith("."), f"{path}.{spec.name}"
            if isinstance(spec.kind, Many) and isinstance(spec.default, tuple):
                item = spec.kind.kind
                assert tuple(item.parse(item.show(entry)) for entry in spec.default) == spec.default
            elif not isinstance(spec.kind, Group | ListOf | Layer | LayersByName) and spec.default not in (
                NODEFAULT,
                None,
                "",
                (),
            ):
                assert spec.kind.parse(spec.kind.show(spec.default)) == spec.default, f"{path}.{spec.name}"
