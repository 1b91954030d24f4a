"""A dictionary with which QuickFIX lets prices in: it knows the group of a snapshot, and forbids nothing.

QuickFIX takes a tag that stands in the body twice for a fault of the venue, also where it has no dictionary, unless a
dictionary says that it is one of a group. So a link that asks for prices has this one: the entries of NoMDEntries (268)
may have any field, each message any field, and nothing is required. What a message needs is checked by the adapter,
which reads it as it was on the wire.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from string import ascii_letters, ascii_uppercase, digits
from typing import Final

TAGS: Final = range(1, 10_000)
"""Of the standard, and those that venues define by themselves."""
ENTRIES, ENTRY_TYPE = 268, 269
HEADER: Final = (8, 9, 35, 49, 56, 34, 43, 97, 52, 122, 50, 57, 115, 128, 116, 129, 142, 143, 144, 145, 1128)
TRAILER: Final = (93, 89, 10)
SNAPSHOT: Final = "W"
SESSION_TYPES: Final = "0A12345"


def write_price_dictionary(folder: Path, begin_string: str) -> dict[str, Path]:
    """Write what QuickFIX needs for a version into `folder`; give the settings that name it."""
    if begin_string == "FIXT.1.1":
        transport, version = _written(folder / "transport.xml", "FIXT", "1", "1"), ("FIX", "5", "0")
        return {"TransportDataDictionary": transport, "AppDataDictionary": _written(folder / "prices.xml", *version)}
    kind, major, minor = begin_string.split(".")
    return {"DataDictionary": _written(folder / "prices.xml", kind, major, minor)}


def _written(path: Path, kind: str, major: str, minor: str) -> Path:
    path.write_text("\n".join(("", *_lines(kind, major, minor), "")).lstrip())
    return path


def _lines(kind: str, major: str, minor: str) -> Iterator[str]:
    yield f"<fix type='{kind}' major='{major}' minor='{minor}' servicepack='0'>"
    yield f"<header>{_fields(HEADER)}</header><trailer>{_fields(TRAILER)}</trailer><messages>"
    for msg_type in _msg_types():
        category = "admin" if msg_type in SESSION_TYPES else "app"
        group = _group() if msg_type == SNAPSHOT else ""
        yield f"<message name='M{msg_type}' msgtype='{msg_type}' msgcat='{category}'>{group}</message>"
    yield "</messages><components/><fields>"
    for tag in TAGS:
        yield f"<field number='{tag}' name='F{tag}' type='{'NUMINGROUP' if tag == ENTRIES else 'STRING'}'/>"
    yield "</fields></fix>"


def _group() -> str:
    tags = (ENTRY_TYPE, *(tag for tag in TAGS if tag not in (*HEADER, *TRAILER, ENTRIES, ENTRY_TYPE)))
    return f"<group name='F{ENTRIES}' required='N'>{_fields(tags)}</group>"


def _fields(tags: Iterable[int]) -> str:
    return "".join(f"<field name='F{tag}' required='N'/>" for tag in tags)


def _msg_types() -> Iterator[str]:
    yield from digits + ascii_letters
    yield from (first + second for first, second in product(ascii_uppercase, ascii_letters + digits))
