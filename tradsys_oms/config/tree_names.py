"""Names of ours with names elsewhere, as a mapping or as a list of YAML: each faulty one is a fault of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from tradsys_oms.config.document import NULL_TAG
from tradsys_oms.config.venue_kinds import Renamed

if TYPE_CHECKING:
    from tradsys_oms.config.kinds import Kind
    from tradsys_oms.config.tree import TreeReader

Names = tuple[tuple[str, str], ...]


def read_names(tree: TreeReader, kind: Renamed, node: yaml.Node, path: str) -> Names | None:
    """Read pairs of names, ours first; None if there is a fault, which `tree` has then.

    No name of ours is there twice, and no two have the same name elsewhere: what comes back could not be told apart.
    """
    pairs = _pairs(node)
    if len(pairs) > kind.count_max:
        tree.fault(path, f"{len(pairs)} entries are more than {kind.count_max}")
        return None
    before = len(tree.faults)
    ours_at: dict[str, int] = {}
    theirs_at: dict[str, int] = {}
    for index, (our_node, their_node) in enumerate(pairs):
        key = f"{path}[{index}]" if isinstance(node, yaml.SequenceNode) else f"{path}.{_text(our_node)}"
        line = int(our_node.start_mark.line) + 1
        ours = _parse(tree, kind.ours, our_node, key)
        if ours is None and our_node is their_node:
            continue
        theirs = _parse(tree, kind.theirs, their_node, key)
        if ours is None or theirs is None:
            continue
        if ours in ours_at:
            tree.fault(key, f"{ours} is there already, on line {ours_at[ours]}", "", line)
        elif theirs in theirs_at and not kind.is_shared:
            text = f"{theirs} is the name there of another one already, on line {theirs_at[theirs]}"
            tree.fault(key, text, "", line)
        ours_at.setdefault(ours, line)
        theirs_at.setdefault(theirs, line)
        tree.lines[key] = line
    if len(tree.faults) > before:
        return None
    return tuple((_text(ours), _text(theirs)) for ours, theirs in pairs)


def _pairs(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        return list(node.value)
    return [(item, item) for item in node.value]


def _parse(tree: TreeReader, kind: Kind, node: yaml.Node, key: str) -> str | None:
    """Give a name, None if it is faulty."""
    try:
        if not isinstance(node, yaml.ScalarNode) or node.tag == NULL_TAG:
            raise ValueError("it must be a single name")
        return str(kind.parse(node.value))
    except ValueError as error:
        tree.fault(key, str(error), kind.describe(), int(node.start_mark.line) + 1)
        return None


def _text(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else "?"
