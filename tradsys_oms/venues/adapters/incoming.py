"""The fields of a message that has come: texts, decimals and groups of them, each with its own way to be wrong.

What is missing or has a wrong form raises `Unreadable`, which ends as a QuarantineReport; it never leaves the adapters.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tradsys_oms.errors import TradsysError
from tradsys_oms.fix.decimals import DECIMALS, LARGEST_E8, TEXT_LENGTH_MAX, parse_e8
from tradsys_oms.fix.timestamps import parse_utc_timestamp
from tradsys_oms.venues.adapters.adapter import Field

ID_LENGTH_MAX: Final = 128
"""Of what a venue names orders, executions and symbols by: it bounds what one command can grow to."""
WORDS_LENGTH_MAX: Final = 512
"""Of Text (58); the rest is cut off."""
SHOWN_LENGTH_MAX: Final = 4096
"""Of a message that is kept in its own words."""
TIME_NS_MAX: Final = 2**63 - 1
ENTRIES_MAX: Final = 10_000
SECRET_TAGS: Final = frozenset((96, 554, 925, 1402, 1404))


class Unreadable(TradsysError):
    """A message of a venue lacks something or has a wrong value; the sentence is the fault of a QuarantineReport."""


class Incoming:
    """One message: the first value of each tag, and all fields in the order of the wire."""

    __slots__ = ("fields", "msg_type", "values")

    def __init__(self, msg_type: str, fields: Sequence[Field]) -> None:
        self.msg_type = msg_type
        self.fields = fields
        self.values: dict[int, str] = dict(reversed(fields))

    def text(self, tag: int) -> str:
        """Give an identifier, "" where it is missing; raise Unreadable where it is too long."""
        value = self.values.get(tag, "")
        if len(value) > ID_LENGTH_MAX:
            raise Unreadable(f"Tag {tag} has {len(value)} characters; at most {ID_LENGTH_MAX} are taken.")
        return value if value.isascii() else _clean(value)

    def required(self, tag: int) -> str:
        """Give an identifier that has to be there."""
        value = self.text(tag)
        if not value:
            raise Unreadable(f"Tag {tag} is missing or empty.")
        return value

    def require(self, tags: tuple[int, ...]) -> None:
        """Raise Unreadable for the first of these tags that is missing or empty."""
        get = self.values.get
        for tag in tags:
            if not get(tag):
                raise Unreadable(f"Tag {tag} is missing or empty.")

    def words(self, tag: int = 58) -> str:
        """Give a text for people, cut to what a command may carry."""
        value = self.values.get(tag, "")[:WORDS_LENGTH_MAX]
        return value if value.isascii() else _clean(value)

    def decimal(self, tag: int) -> int | None:
        """Give a decimal in units of 1e-8, None where it is missing."""
        value = self.values.get(tag)
        if value is None:
            return None
        try:
            return parse_e8(value)
        except ValueError as error:
            raise Unreadable(f"Tag {tag}: {_clean(str(error))}") from None

    def qty(self, tag: int) -> int:
        """Give a quantity, 0 where it is missing; it can't be below 0."""
        value = self.decimal(tag)
        if value is None:
            return 0
        if value < 0:
            raise Unreadable(f"Tag {tag} is a quantity and below 0.")
        return value

    def average(self, tag: int) -> int | None:
        """Give a decimal with any number of decimals, rounded half to even to 1e-8; None where it is missing."""
        value = self.values.get(tag)
        if value is None:
            return None
        try:
            return parse_rounded_e8(value)
        except ValueError as error:
            raise Unreadable(f"Tag {tag}: {_clean(str(error))}") from None

    def code(self, tag: int, unreadable: int = -1) -> int:
        """Give a code that is a small number, -1 where it is missing and `unreadable` where it is none."""
        value = self.values.get(tag, "")
        if not value:
            return -1
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else unreadable

    def time_ns(self, tag: int = 60) -> int:
        """Give a time as ns since 1970, 0 where it is missing or can't be read: no decision hangs on it."""
        try:
            time_ns = parse_utc_timestamp(self.values.get(tag, ""))
        except ValueError:
            return 0
        return time_ns if 0 < time_ns <= TIME_NS_MAX else 0

    def entries(self, count_tag: int, first_tag: int) -> list[Incoming]:
        """Give the entries of a group, each as a message of its own; each begins with `first_tag`.

        The last entry has also what comes after the group.
        """
        tags = [tag for tag, _ in self.fields]
        if count_tag not in tags:
            return []
        start = tags.index(count_tag) + 1
        begins = [at for at in range(start, len(tags)) if tags[at] == first_tag]
        if len(begins) != self.code(count_tag) or len(begins) > ENTRIES_MAX or (begins and begins[0] != start):
            raise Unreadable(
                f"Tag {count_tag} does not count the entries of its group that begin with tag {first_tag}."
            )
        begins.append(len(tags))
        return [Incoming(self.msg_type, self.fields[at:end]) for at, end in pairwise(begins)]

    def shown(self) -> str:
        """Give the message as people read it, without secrets."""
        shown = "|".join(f"{tag}={'***' if tag in SECRET_TAGS else value}" for tag, value in self.fields)
        return _clean(f"35={self.msg_type}|{shown}"[:SHOWN_LENGTH_MAX])


def parse_rounded_e8(text: str) -> int:
    """Read a decimal with any number of decimals, rounded half to even to 1e-8; raise ValueError with a sentence."""
    whole, _, fraction = text.partition(".")
    if len(fraction) <= DECIMALS:
        return parse_e8(text)
    rest = fraction[DECIMALS:]
    if len(text) > TEXT_LENGTH_MAX or not (rest.isascii() and rest.isdecimal()):
        raise ValueError(f"{text[:TEXT_LENGTH_MAX]!r} is not a decimal.")
    value = parse_e8(f"{whole}.{fraction[:DECIMALS]}")
    half = "5".ljust(len(rest), "0")
    if rest > half or (rest == half and value % 2):
        value += -1 if text.startswith("-") else 1
    if abs(value) > LARGEST_E8:
        raise ValueError(f"{text!r} is too large.")
    return value


def _clean(text: str) -> str:
    """Make a text that can be stored: bytes that were no UTF-8 are written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()
