#!/usr/bin/env python3
"""Build fix_specs/*.xml: our dictionaries, in QuickFIX's DataDictionary format.

    scripts/build_fix_specs.py [FOLDER OF QUICKFIX DICTIONARIES] [--output FOLDER]

The facts (tags, names, types, values, groups) come from dictionaries of QuickFIX; which messages this gateway supports,
and its own tags, from fix_specs/supported.yaml. A message that is neither supported nor described keeps its name and
type only, and only the components and values that the others need are kept, so that the daemon loads the files in a
fraction of a second. Every field of the standard stays known. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import re
import sys
from copy import deepcopy
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import yaml

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT.parent / "shared" / "fix" / "dictionaries"
SUPPORTED = ROOT / "fix_specs" / "supported.yaml"
KINDS = ("both", "in", "out", "described")

HEAD = """<?xml version='1.0' encoding='UTF-8'?>
<!--
 Made by scripts/build_fix_specs.py from fix_specs/supported.yaml and the facts in QuickFIX's dictionary {name}.xml;
 change those and run the script again. The attribute "gateway" says which way a message goes through this gateway.

 This product includes software developed by quickfixengine.org (http://www.quickfixengine.org/).
-->
"""


class Spec:
    """One dictionary: facts from outside, joined with what is supported."""

    def __init__(self, name: str, facts: Element, supported: dict[str, Any], own_fields: list[dict[str, Any]]) -> None:
        self.name = name
        self.facts = facts
        self.kind_of = {message: kind for kind in KINDS for message in supported[kind]}
        self.required: dict[str, list[str]] = supported.get("required", {})
        self.own_fields = [field for field in own_fields if name in field["dictionaries"]]
        self.components = {component.attrib["name"]: component for component in section(facts, "components")}
        self.used_components: set[str] = set()
        self.used_fields: set[str] = set()
        missing = self.kind_of.keys() - {message.attrib["name"] for message in section(facts, "messages")}
        if missing:
            raise SystemExit(f"{name}: supported.yaml names messages that the standard has not: {sorted(missing)}")

    def text(self) -> str:
        """Give the whole file."""
        parts = [self.part(name) for name in ("header", "trailer")]
        messages = [self.message(message) for message in section(self.facts, "messages")]
        components = [
            block(component, 2, self.body(component, 3))
            for name, component in self.components.items()
            if name in self.used_components
        ]
        fields = [self.field(field) for field in section(self.facts, "fields")]
        known = {field.attrib["name"] for field in section(self.facts, "fields")}
        fields += [own_field(field) for field in self.own_fields if field["name"] not in known]
        return "".join(
            (
                HEAD.format(name=self.name),
                f"<fix{attributes(self.facts)}>\n",
                parts[0],
                enclose("messages", messages),
                parts[1],
                enclose("components", components),
                enclose("fields", fields),
                "</fix>\n",
            )
        )

    def part(self, name: str) -> str:
        """Write the header or the trailer."""
        found = self.facts.find(name)
        return block(Element(name) if found is None else found, 1, "" if found is None else self.body(found, 2))

    def message(self, message: Element) -> str:
        """Write a message: whole when it is supported or described, else without fields."""
        name = message.attrib["name"]
        kind = self.kind_of.get(name)
        if kind is None:
            return block(message, 2, "")
        self.use(message)
        extra = [(field["name"], "N") for field in self.own_fields if name in field["messages"]]
        extra += [(field, "Y") for field in self.required.get(name, ())]
        self.used_fields.update(field for field, _ in extra)
        if kind != "described":
            message.attrib["gateway"] = kind
        return block(message, 2, self.body(message, 3) + "".join(map(extra_field, extra)))

    def body(self, parent: Element, depth: int) -> str:
        """Write the fields, groups and components of a message, group, component, header or trailer."""
        self.use(parent)
        return "".join(block(child, depth, self.body(child, depth + 1)) for child in parent)

    def use(self, parent: Element) -> None:
        """Remember which fields and components are needed below `parent`."""
        for child in parent.iter():
            name = child.attrib.get("name", "")
            if child.tag in ("field", "group"):
                self.used_fields.add(name)
            elif child.tag == "component" and name not in self.used_components:
                self.used_components.add(name)
                self.use(self.components[name])

    def field(self, field: Element) -> str:
        """Write the definition of a field; its values only if a message that has it is there."""
        if field.attrib["name"] not in self.used_fields:
            return block(field, 2, "")
        values = {value.attrib["enum"]: value for value in field if value.tag == "value"}
        return block(field, 2, "".join(block(value, 3, "") for value in values.values()))


def section(facts: Element, name: str) -> list[Element]:
    """Give the children of one of the sections of a dictionary."""
    found = facts.find(name)
    return [] if found is None else list(found)


def quoted(text: str) -> str:
    """Quote an attribute."""
    return f"'{escape(text)}'"


def attributes(element: Element) -> str:
    """Write the attributes of an element, each after a space."""
    return "".join(f" {name}={quoted(value)}" for name, value in element.attrib.items())


def block(element: Element, depth: int, body: str) -> str:
    """Write an element around its finished body."""
    indent = " " * depth
    if not body:
        return f"{indent}<{element.tag}{attributes(element)}/>\n"
    return f"{indent}<{element.tag}{attributes(element)}>\n{body}{indent}</{element.tag}>\n"


def enclose(name: str, blocks: list[str]) -> str:
    """Write a section."""
    return block(Element(name), 1, "".join(blocks))


def extra_field(field: tuple[str, str]) -> str:
    """Write a field that a message has beyond the standard, or more strictly: its name, and whether it is required."""
    name, required = field
    return block(Element("field", {"name": name, "required": required}), 3, "")


def own_field(field: dict[str, Any]) -> str:
    """Write the definition of one of our own tags, with its documentation."""
    number, name, kind = str(field["number"]), field["name"], field["type"]
    values = [value_of(enum, words) for enum, words in field.get("values", {}).items()]
    return f"  <!-- {name}: {field['doc']} -->\n" + block(
        Element("field", {"number": number, "name": name, "type": kind}), 2, "".join(block(v, 3, "") for v in values)
    )


def value_of(enum: str, description: str) -> Element:
    """Make a value that a field may have."""
    return Element("value", {"enum": enum, "description": description})


def complete(facts: dict[str, Element], name: str, component: str, wanted: dict[str, Any]) -> None:
    """Put a group into a component that the facts leave empty, and define its fields as another dictionary does."""
    target = next(there for there in section(facts[name], "components") if there.attrib["name"] == component)
    if len(target):
        raise SystemExit(f"{name}: {component} is not empty; take it out of supported.yaml.")
    group = SubElement(target, "group", {"name": wanted["group"], "required": "N"})
    for field in wanted["fields"]:
        SubElement(group, "field", {"name": field, "required": "N"})
    define(facts, name, {wanted["group"], *wanted["fields"]}, wanted["defined_in"])


def define(facts: dict[str, Element], name: str, wanted: set[str], defined_in: str) -> None:
    """Define those of the `wanted` fields that a dictionary lacks as another one does."""
    needed = wanted - {field.attrib["name"] for field in section(facts[name], "fields")}
    fields = facts[name].find("fields")
    if fields is not None:
        later = section(facts[defined_in], "fields")
        fields.extend(deepcopy(there) for there in later if there.attrib["name"] in needed)
        fields[:] = sorted(fields, key=lambda there: int(there.attrib["number"]))


def add_message(facts: dict[str, Element], name: str, message: str, wanted: dict[str, Any]) -> None:
    """Give a dictionary a message that the standard has only later, with these fields of it, as that version has it."""
    later = wanted["defined_in"]
    model = next(there for there in section(facts[later], "messages") if there.attrib["name"] == message)
    messages = facts[name].find("messages")
    if messages is None or message in {there.attrib["name"] for there in messages}:
        raise SystemExit(f"{name}: {message} is there; take it out of supported.yaml.")
    added = SubElement(messages, "message", dict(model.attrib))
    names = add_members(added, wanted["required"], "Y") | add_members(added, wanted["optional"], "N")
    define(facts, name, names, later)
    add_values(facts[name], "MsgType", {model.attrib["msgtype"]: words_of(message)})


def add_members(parent: Element, members: list[Any], required: str) -> set[str]:
    """Give a message or group fields, and groups, each written as its name with its own members; gives all names."""
    names: set[str] = set()
    for member in members:
        if isinstance(member, str):
            SubElement(parent, "field", {"name": member, "required": required})
            names.add(member)
            continue
        for group, inner in member.items():
            element = SubElement(parent, "group", {"name": group, "required": required})
            names |= {group} | add_members(element, inner, "N")
    return names


def words_of(name: str) -> str:
    """Write a name like OrderMassCancelRequest as a value's description."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).upper()


def add_values(facts: Element, field: str, values: dict[str, str]) -> None:
    """Give a field values that the standard has only later."""
    target = next(there for there in section(facts, "fields") if there.attrib["name"] == field)
    target.extend(value_of(enum, description) for enum, description in values.items())


def build(folder: Path, supported: Path) -> dict[str, str]:
    """Give the text of each dictionary by the name of its file."""
    plan = yaml.safe_load(supported.read_text())
    facts = {
        name: ElementTree.parse(folder / f"{name}.xml").getroot()  # noqa: S314 - files that the caller trusts
        for name in plan["dictionaries"]
    }
    for name, messages in plan["dictionaries"].items():
        for component, wanted in messages.get("completed", {}).items():
            complete(facts, name, component, wanted)
        for message, wanted in messages.get("added", {}).items():
            add_message(facts, name, message, wanted)
        for field, values in messages.get("values", {}).items():
            add_values(facts[name], field, values)
    return {
        f"{name}.xml": Spec(name, facts[name], messages, plan["own_fields"]).text()
        for name, messages in plan["dictionaries"].items()
    }


def main() -> int:
    """Write the files and say which changed."""
    parser = argparse.ArgumentParser(description="Build fix_specs/*.xml.")
    parser.add_argument("facts", nargs="?", type=Path, default=FACTS, help="folder of QuickFIX dictionaries")
    parser.add_argument("--output", type=Path, default=SUPPORTED.parent, help="where to write")
    options = parser.parse_args()
    if not options.facts.is_dir():
        print(f"{options.facts} is no folder; name the one that has QuickFIX's dictionaries.", file=sys.stderr)
        return 1
    for name, text in build(options.facts, SUPPORTED).items():
        path = options.output / name
        changed = not path.exists() or path.read_text() != text
        path.write_text(text)
        print(f"{path}: {len(text)} characters, {'written' if changed else 'as before'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
