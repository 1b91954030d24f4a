"""A dictionary with which QuickFIX lets a venue say what it wants: it knows repeating groups, and forbids nothing.

QuickFIX takes a tag that stands in the body twice for a fault of the venue, also where it has no dictionary, unless a
dictionary says that it is one of a group. Here any of the standard's groups that reports and prices have may begin, and
then takes all that follows: nothing in it is looked at. Each message may have any field, and nothing is required. What
a message needs is checked by the adapter, which reads it as it was on the wire.

An entry of a group, but for those of prices, may have tags of the standard only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from string import ascii_letters, ascii_uppercase, digits
from typing import Final

TAGS: Final = range(1, 10_000)
"""Of the standard, and those that venues define by themselves."""
STANDARD_TAGS: Final = range(1, 2_000)
MD_ENTRIES, MD_ENTRY_TYPE = 268, 269
GROUPS: Final = {
    78: 79,
    136: 137,
    232: 233,
    382: 375,
    453: 448,
    454: 455,
    518: 519,
    552: 54,
    555: 600,
    711: 311,
    753: 707,
    768: 769,
    864: 865,
    870: 871,
    957: 958,
    1018: 1019,
    1116: 1117,
    1362: 1363,
    1445: 1446,
}
"""Of messages that adapters read, in all versions, but for groups inside others: the tag that counts the entries, and
the one that begins each."""
WITH_GROUPS: Final = {"8": (*GROUPS,), "AE": (*GROUPS,), "9": (453,), "W": (MD_ENTRIES, 454, 555, 711, 864)}
HEADER: Final = (8, 9, 35, 49, 56, 34, 43, 97, 52, 122, 50, 57, 115, 128, 116, 129, 142, 143, 144, 145, 1128)
TRAILER: Final = (93, 89, 10)
OUTSIDE: Final = frozenset((*HEADER, *TRAILER))
SESSION_TYPES: Final = "0A12345"


def write_loose_dictionary(folder: Path, begin_string: str) -> dict[str, Path]:
    """Write what QuickFIX needs for a version into `folder`; give the settings that name it."""
    if begin_string == "FIXT.1.1":
        transport, version = _written(folder / "transport.xml", "FIXT", "1", "1"), ("FIX", "5", "0")
        return {"TransportDataDictionary": transport, "AppDataDictionary": _written(folder / "venue.xml", *version)}
    kind, major, minor = begin_string.split(".")
    return {"DataDictionary": _written(folder / "venue.xml", kind, major, minor)}


def _written(path: Path, kind: str, major: str, minor: str) -> Path:
    path.write_text(_text(kind, major, minor))
    return path


@cache
def _text(kind: str, major: str, minor: str) -> str:
    return "\n".join((*_lines(kind, major, minor), ""))


def _lines(kind: str, major: str, minor: str) -> Iterator[str]:
    yield f"<fix type='{kind}' major='{major}' minor='{minor}' servicepack='0'>"
    yield f"<header>{_fields(HEADER)}</header><trailer>{_fields(TRAILER)}</trailer><messages>"
    for msg_type in _msg_types():
        category = "admin" if msg_type in SESSION_TYPES else "app"
        groups = "".join(_groups(msg_type))
        yield f"<message name='M{msg_type}' msgtype='{msg_type}' msgcat='{category}'>{groups}</message>"
    yield "</messages><components/><fields>"
    for tag in TAGS:
        kind = "NUMINGROUP" if tag == MD_ENTRIES or tag in GROUPS else "STRING"
        yield f"<field number='{tag}' name='F{tag}' type='{kind}'/>"
    yield "</fields></fix>"


def _groups(msg_type: str) -> Iterator[str]:
    for count in WITH_GROUPS.get(msg_type, ()):
        if count == MD_ENTRIES:
            yield _group(count, MD_ENTRY_TYPE, TAGS)
        else:
            yield _group(count, GROUPS[count], STANDARD_TAGS)


def _group(count: int, first: int, tags: Iterable[int]) -> str:
    members = (first, *(tag for tag in tags if tag not in OUTSIDE and tag not in (count, first)))
    return f"<group name='F{count}' required='N'>{_fields(members)}</group>"


def _fields(tags: Iterable[int]) -> str:
    return "".join(f"<field name='F{tag}' required='N'/>" for tag in tags)


def _msg_types() -> Iterator[str]:
    yield from digits + ascii_letters
    yield from (first + second for first, second in product(ascii_uppercase, ascii_letters + digits))
