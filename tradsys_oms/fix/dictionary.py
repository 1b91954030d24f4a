"""Dictionaries: what a FIX version knows of fields, groups and messages, read from fix_specs/*.xml.

The files are in QuickFIX's DataDictionary format, so that QuickFIX and this gateway judge by the same facts. Components
are dissolved while reading: what is left of a message is its fields in the order of the standard, and its groups.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from msgspec import Struct

from tradsys_oms.fix.errors import DictionaryError

APPLICATION_FILES: Final = {
    "FIX.4.2": "FIX42.xml",
    "FIX.4.4": "FIX44.xml",
    "FIX.5.0": "FIX50.xml",
    "FIX.5.0SP2": "FIX50SP2.xml",
}
TRANSPORT_FILES: Final = {
    "FIX.4.2": "FIX42.xml",
    "FIX.4.4": "FIX44.xml",
    "FIX.5.0": "FIXT11.xml",
    "FIX.5.0SP2": "FIXT11.xml",
}
APPL_VER_IDS: Final = {"FIX.5.0": "7", "FIX.5.0SP2": "9"}
"""ApplVerID (1128) of the versions that have a transport of their own, FIXT.1.1."""
RECEIVED: Final = frozenset(("in", "both"))


class Field(Struct, frozen=True):
    """A tag of the standard, or one of ours. `enums` has a word for each value, and is empty where all are allowed."""

    tag: str
    name: str
    type: str
    enums: dict[str, str]


class Layout(Struct, frozen=True):
    """Fields by tag, in the standard's order, and whether each is required; groups by the tag that counts them."""

    fields: dict[str, bool]
    groups: dict[str, Group]


class Group(Struct, frozen=True):
    """A repeating group: each entry starts with the tag `delimiter`."""

    delimiter: str
    layout: Layout


class MessageType(Struct, frozen=True):
    """A message of the standard. `layout` is empty where `is_supported` is false."""

    msg_type: str
    name: str
    is_admin: bool
    is_supported: bool
    """The gateway takes it from a peer."""
    layout: Layout


class Dictionary(Struct, frozen=True):
    """All that one file says."""

    version: str
    """Like "FIX.4.4", "FIX.5.0SP2", "FIXT.1.1"."""
    fields_by_tag: dict[str, Field]
    tags_by_name: dict[str, str]
    header: Layout
    trailer: Layout
    messages: dict[str, MessageType]

    @classmethod
    def load(cls, path: Path) -> Dictionary:
        """Read a file; raises DictionaryError with a sentence."""
        try:
            root = ElementTree.parse(path).getroot()  # noqa: S314 - our own files, read at start
            return _Reader(root).dictionary()
        except (OSError, ElementTree.ParseError) as error:
            raise DictionaryError(f"The FIX dictionary {path} can't be read: {error}.") from error
        except KeyError as error:
            raise DictionaryError(f"The FIX dictionary {path} does not define {error}, which it uses.") from error


def specs_dir() -> Path:
    """Find the folder with the dictionaries: inside an installed package, else beside it in the repository."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "fix_specs"
    return installed if installed.is_dir() else package.parent / "fix_specs"


class _Reader:
    """Turns one parsed file into a Dictionary."""

    def __init__(self, root: Element) -> None:
        self.root = root
        fields = [_field(element) for element in self._section("fields")]
        self.fields_by_tag = {field.tag: field for field in fields}
        self.tags_by_name = {field.name: field.tag for field in fields}
        self.components = {element.attrib["name"]: element for element in self._section("components")}
        self.layouts: dict[str, Layout] = {}

    def dictionary(self) -> Dictionary:
        header, trailer = (self._layout(self._section(name)) for name in ("header", "trailer"))
        messages = {element.attrib["msgtype"]: self._message(element) for element in self._section("messages")}
        return Dictionary(_version(self.root.attrib), self.fields_by_tag, self.tags_by_name, header, trailer, messages)

    def _section(self, name: str) -> Iterable[Element]:
        found = self.root.find(name)
        return () if found is None else found

    def _message(self, element: Element) -> MessageType:
        attributes = element.attrib
        return MessageType(
            attributes["msgtype"],
            attributes["name"],
            attributes["msgcat"] == "admin",
            attributes.get("gateway") in RECEIVED,
            self._layout(element),
        )

    def _layout(self, elements: Iterable[Element]) -> Layout:
        layout = Layout({}, {})
        for element in elements:
            is_required = element.attrib["required"] == "Y"
            name = element.attrib["name"]
            if element.tag == "component":
                part = self._component(name)
                layout.groups.update(part.groups)
                for tag, is_required_there in part.fields.items():
                    layout.fields[tag] = is_required and is_required_there
                continue
            tag = self.tags_by_name[name]
            layout.fields.pop(tag, None)  # named again by this gateway, which needs it: behind what the standard needs
            layout.fields[tag] = is_required
            if element.tag == "group":
                inner = self._layout(element)
                layout.groups[tag] = Group(next(iter(inner.fields)), inner)
        return layout

    def _component(self, name: str) -> Layout:
        """Dissolve a component, once for all messages that have it."""
        layout = self.layouts.get(name)
        if layout is None:
            layout = self.layouts[name] = self._layout(self.components[name])
        return layout


def _version(attributes: dict[str, str]) -> str:
    pack = attributes["servicepack"]
    version = f"{attributes['type']}.{attributes['major']}.{attributes['minor']}"
    return version if pack == "0" else f"{version}SP{pack}"


def _field(element: Element) -> Field:
    attributes = element.attrib
    enums = {value.attrib["enum"]: value.attrib["description"] for value in element}
    return Field(attributes["number"], attributes["name"], attributes["type"], enums)
