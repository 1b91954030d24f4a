"""What a key is: the schema of the configuration is the definition of its structs, each field annotated with a `Key`.

Type, default, limits and meaning of a key stand in one place, and the reader, the checks and the reference all walk
the same definition.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from typing import get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct

from tradsys_oms.config.kinds import Kind


class Group(Struct, frozen=True):
    """The value is a mapping with keys of its own."""

    section: type[Struct]
    is_optional: bool = False
    """Without it the value is None, which is something else than with all its defaults."""


class ListOf(Struct, frozen=True):
    """The value is a list of mappings."""

    section: type[Struct]
    count_max: int


class Layer(Struct, frozen=True):
    """The value is a mapping that lies over another one: only keys that are given have a value, None for `null`."""

    section: type[Struct]


class LayersByName(Struct, frozen=True):
    """The value is a mapping of names to layers."""

    section: type[Struct]
    name: Kind
    count_max: int


class Key(Struct, frozen=True):
    """Annotation of a field: how its value is read, what it means, and its name in the file if that is another."""

    kind: Kind | Group | ListOf | Layer | LayersByName
    doc: str
    name: str = ""


class KeySpec(Struct, frozen=True):
    """One key of a section, as the file names it."""

    name: str
    attribute: str
    kind: Kind | Group | ListOf | Layer | LayersByName
    doc: str
    default: object
    """`msgspec.NODEFAULT` where the key must be given."""

    @property
    def is_required(self) -> bool:
        """Tell whether the key must be given."""
        return self.default is NODEFAULT


@cache
def keys_of(section: type[Struct]) -> dict[str, KeySpec]:
    """List the keys of a section by their name in the file; fields without a `Key` are not read from it.

    Those that it shares with other sections, from a base, come last.
    """
    hints = get_type_hints(section, include_extras=True)
    own = inspect.get_annotations(section)
    specs = {}
    for field in sorted(msgspec.structs.fields(section), key=lambda field: field.name not in own):
        for key in getattr(hints[field.name], "__metadata__", ()):
            if isinstance(key, Key):
                name = key.name or field.name
                specs[name] = KeySpec(name, field.name, key.kind, key.doc, field.default)
    return specs


def sections(section: type[Struct], path: str = "") -> Iterator[tuple[str, type[Struct]]]:
    """Walk a section and all sections below it, each with its path: `sessions[]` for the entries of a list."""
    yield path, section
    for spec in keys_of(section).values():
        below = f"{path}.{spec.name}" if path else spec.name
        if isinstance(spec.kind, Group):
            yield from sections(spec.kind.section, below)
        elif isinstance(spec.kind, ListOf):
            yield from sections(spec.kind.section, f"{below}[]")
