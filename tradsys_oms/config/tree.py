"""From YAML nodes to checked values, collecting every fault on the way.

The nodes of YAML's composer keep their line marks, which its plain loader throws away. A value that is faulty is left
out of the result, so that the checks across sections see only what is sound, and a fault is reported once.
"""

from __future__ import annotations

import difflib
from typing import Any, TypeAlias

import yaml
from msgspec import NODEFAULT, Struct

from tradsys_oms.config.document import MERGE_TAG, NULL_TAG
from tradsys_oms.config.errors import Fault
from tradsys_oms.config.kinds import REFERENCED, DatabaseUrl, Kind, Many
from tradsys_oms.config.schema import Group, KeySpec, Layer, LayersByName, ListOf, keys_of, sections
from tradsys_oms.config.secrets import holds_password, reference_to, resolve
from tradsys_oms.config.tree_names import read_names
from tradsys_oms.config.venue_kinds import Renamed, Secret

Values: TypeAlias = dict[str, Any]
"""Attribute name -> value; a section is such a dict again, a list of sections a list of them."""

Pairs: TypeAlias = list[tuple[Any, Any]]
"""Keys and values of a mapping, as nodes."""

APART = "x-"
"""Keys of the top level that begin like this are not read: they hold what others refer to by `*name`."""


class TreeReader:
    """Reads one document; `faults` grows, `lines` tells where each key stands."""

    def __init__(self, file: str, root: type[Struct]) -> None:
        """Begin with no faults; `root` is the section of the whole document."""
        self.file = file
        self.root = root
        self.faults: list[Fault] = []
        self.lines: dict[str, int] = {}

    def fault(self, key: str, text: str, hint: str = "", line: int | None = None) -> None:
        """Record a fault at a key; its line is that of the key, or of the nearest section above that is known."""
        while line is None:
            above = key if key in self.lines else _above(key)
            while above and above not in self.lines:
                above = _above(above)
            line = self.lines.get(above, 1)
        self.faults.append(Fault(self.file, line, key, text, hint))

    def section(self, section: type[Struct], node: yaml.Node | None, path: str) -> Values:
        """Read a mapping by the keys of `section`; keys that are not given get their defaults."""
        values: Values = {}
        given = self._given(section, node, path)
        for name, spec in keys_of(section).items() if given is not None else ():
            below = f"{path}.{name}" if path else name
            if given and name in given:
                self._value(spec, given[name], below, values)
            elif isinstance(spec.kind, Group):
                is_left_out = spec.kind.is_optional
                values[spec.attribute] = None if is_left_out else self.section(spec.kind.section, None, below)
            elif isinstance(spec.kind, Layer | LayersByName):
                values[spec.attribute] = {}
            elif isinstance(spec.kind, ListOf):
                values[spec.attribute] = []
            elif spec.default is NODEFAULT:
                self.fault(below, "the key is missing", spec.doc)
            else:
                values[spec.attribute] = spec.default
        return values

    def layer(self, section: type[Struct], node: yaml.Node, path: str) -> Values:
        """Read those keys of `section` that a mapping gives."""
        values: Values = {}
        for name, value in (self._given(section, node, path) or {}).items():
            self._value(keys_of(section)[name], value, f"{path}.{name}", values)
        return values

    def _given(self, section: type[Struct], node: yaml.Node | None, path: str) -> dict[str, yaml.Node] | None:
        """Give the keys of a mapping, None if it is none."""
        if node is None or node.tag == NULL_TAG:
            return {}
        if isinstance(node, yaml.MappingNode):
            return self._entries(node, section, path)
        self.fault(path, "it must be a mapping of keys to values", _known(section), _line(node))
        return None

    def _entries(self, node: yaml.MappingNode, section: type[Struct], path: str) -> dict[str, yaml.Node]:
        entries: dict[str, yaml.Node] = {}
        own, merged = self._unmerged(node, path)
        for key, value in own:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            below = f"{path}.{name}" if path else name
            if not path and name.startswith(APART):
                continue
            if name in entries:
                self.fault(below, f"the key is given twice, first on line {self.lines[below]}", "", _line(key))
            elif name not in keys_of(section):
                self.fault(below, "there is no such key", self._proposal(name, section), _line(key))
            else:
                entries[name] = value
                self.lines[below] = _line(key)
        for key, value in merged:
            below = f"{path}.{key.value}" if path else key.value
            if key.value not in keys_of(section):
                self.fault(below, "there is no such key", self._proposal(key.value, section), _line(key))
            elif key.value not in entries:
                entries[key.value] = value
                self.lines[below] = _line(key)
        return entries

    def _unmerged(self, node: yaml.MappingNode, path: str) -> tuple[Pairs, Pairs]:
        """Give the keys that stand in a mapping, and those that its merge key `<<` brings, the first of each name."""
        own: Pairs = []
        merged: Pairs = []
        for key, value in node.value:
            if key.tag != MERGE_TAG:
                own.append((key, value))
                continue
            for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if isinstance(source, yaml.MappingNode) and all(below.tag != MERGE_TAG for below, _ in source.value):
                    merged += source.value
                else:
                    text = "<< must name a mapping that has no << itself, as in <<: *defaults"
                    self.fault(path, text, "", _line(key))
        return own, merged

    def _proposal(self, name: str, section: type[Struct]) -> str:
        near = difflib.get_close_matches(name, keys_of(section), 1)
        if near:
            return f"did you mean {near[0]}?"
        homes = [f"{path}.{name}".lstrip(".") for path, other in sections(self.root) if name in keys_of(other)]
        return f"did you mean {homes[0]}?" if homes else _known(section)

    def _value(self, spec: KeySpec, node: yaml.Node, path: str, values: Values) -> None:
        if isinstance(spec.kind, Group):
            values[spec.attribute] = self.section(spec.kind.section, node, path)
        elif isinstance(spec.kind, ListOf):
            values[spec.attribute] = self._list(spec.kind, node, path)
        elif isinstance(spec.kind, Layer):
            values[spec.attribute] = self.layer(spec.kind.section, node, path)
        elif isinstance(spec.kind, LayersByName):
            values[spec.attribute] = self._layers(spec.kind, node, path)
        else:
            self._plain(spec, spec.kind, node, path, values)

    def _plain(self, spec: KeySpec, kind: Kind, node: yaml.Node, path: str, values: Values) -> None:
        if node.tag == NULL_TAG and spec.default is None:
            values[spec.attribute] = None
        elif isinstance(kind, Many):
            self._many(spec, kind, node, path, values)
        elif isinstance(kind, Renamed) and not isinstance(node, yaml.ScalarNode):
            names = read_names(self, kind, node, path)
            if names is not None:
                values[spec.attribute] = names
        elif isinstance(kind, Secret) and isinstance(node, yaml.MappingNode):
            self._reference(spec, kind, node, path, values)
        else:
            self._scalar(spec, kind, node, path, values)

    def _many(self, spec: KeySpec, kind: Many, node: yaml.Node, path: str, values: Values) -> None:
        """Read a list of plain values; one that is faulty is a fault of its own, and the list is left out."""
        if not isinstance(node, yaml.SequenceNode):
            text = str(node.value) if isinstance(node, yaml.ScalarNode) else "..."
            self.fault(path, f"it must be a list, as in [{text}]", _hint(spec, kind))
            return
        if len(node.value) > kind.count_max:
            self.fault(path, f"{len(node.value)} entries are more than {kind.count_max}")
            return
        entries: list[object] = []
        lines: dict[object, int] = {}
        for index, item in enumerate(node.value):
            try:
                entry = kind.kind.parse(self._text(kind.kind, item))
            except ValueError as error:
                self.fault(f"{path}[{index}]", str(error), kind.kind.describe(), _line(item))
                continue
            if kind.is_unique and entry in lines:
                text = f"{item.value} is there already, on line {lines[entry]}"
                self.fault(f"{path}[{index}]", text, "", _line(item))
            lines[entry] = _line(item)
            entries.append(entry)
        if len(entries) == len(node.value):
            values[spec.attribute] = tuple(entries)

    def _layers(self, kind: LayersByName, node: yaml.Node, path: str) -> dict[Any, Values]:
        """Read a mapping of names to layers; a name that is there twice is a fault."""
        if node.tag == NULL_TAG:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.fault(path, "it must be a mapping of names to keys", kind.name.describe(), _line(node))
            return {}
        if len(node.value) > kind.count_max:
            self.fault(path, f"{len(node.value)} entries are more than {kind.count_max}")
            return {}
        layers: dict[Any, Values] = {}
        for key, value in node.value:
            text = key.value if isinstance(key, yaml.ScalarNode) else "?"
            below = f"{path}.{text}"
            try:
                name = kind.name.parse(text)
            except ValueError as error:
                self.fault(below, str(error), kind.name.describe(), _line(key))
                continue
            if name in layers:
                self.fault(below, f"{text} is there already, on line {self.lines[below]}", "", _line(key))
                continue
            self.lines[below] = _line(key)
            layers[name] = self.layer(kind.section, value, below)
        return layers

    def _list(self, kind: ListOf, node: yaml.Node, path: str) -> list[Values]:
        if node.tag == NULL_TAG:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.fault(path, "it must be a list", f"one entry per line: - {next(iter(keys_of(kind.section)))}: ...")
            return []
        if len(node.value) > kind.count_max:
            self.fault(path, f"{len(node.value)} entries are more than {kind.count_max}")
            return []
        entries = []
        for index, item in enumerate(node.value):
            below = f"{path}[{index}]"
            self.lines[below] = _line(item)
            entries.append(self.section(kind.section, item, below))
        return entries

    def _scalar(self, spec: KeySpec, kind: Kind, node: yaml.Node, path: str, values: Values) -> None:
        try:
            values[spec.attribute] = kind.parse(self._text(kind, node))
        except ValueError as error:
            self.fault(path, str(error), _hint(spec, kind))

    def _reference(self, spec: KeySpec, kind: Kind, node: yaml.MappingNode, path: str, values: Values) -> None:
        try:
            values[spec.attribute] = reference_to({str(key.value): str(value.value) for key, value in node.value})
        except ValueError as error:
            self.fault(path, str(error), _hint(spec, kind))

    def _text(self, kind: Kind, node: yaml.Node) -> str:
        if isinstance(kind, REFERENCED) and isinstance(node, yaml.MappingNode):
            return resolve({str(key.value): str(value.value) for key, value in node.value})
        if not isinstance(node, yaml.ScalarNode):
            raise ValueError("it must be a single value")
        if node.tag == NULL_TAG:
            raise ValueError("the value is missing")
        text = str(node.value)
        if isinstance(kind, DatabaseUrl) and holds_password(text):
            raise ValueError("a password must not stand in this file; give the URL by reference")
        return text


def _above(key: str) -> str:
    """Give the path of the section that a key stands in."""
    if key.endswith("]"):
        return key[: key.rindex("[")]
    return key.rpartition(".")[0]


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _known(section: type[Struct]) -> str:
    return f"keys here are {', '.join(keys_of(section))}"


def _hint(spec: KeySpec, kind: Kind) -> str:
    if spec.default is NODEFAULT or spec.default is None:
        return kind.describe()
    return f"{kind.describe()}; the default is {kind.show(spec.default)}"
