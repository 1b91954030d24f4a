"""Messages for people: tags and values with the names that the dictionaries have for them."""

from __future__ import annotations

from collections.abc import Sequence

from tradsys_oms.fix.dictionary import Dictionary
from tradsys_oms.fix.message import Message, parse

ENVELOPE = frozenset(("8", "9", "10"))


def readable(raw: bytes, dictionaries: Sequence[Dictionary]) -> str:
    """Give one line per field: "54 Side = 1 (BUY)". The first dictionary that knows a tag names it."""
    return "\n".join(
        f"{tag} {name} = {value}" + (f" ({word})" if word else "")
        for tag, name, value, word in _named(parse(raw), dictionaries)
    )


def readable_line(raw: bytes, dictionaries: Sequence[Dictionary]) -> str:
    """Give one line for the whole message: "MsgType=D(ORDER_SINGLE) ... Side=1(BUY)"; without 8, 9 and 10."""
    return " ".join(
        f"{name or tag}={value}" + (f"({word})" if word else "")
        for tag, name, value, word in _named(parse(raw), dictionaries)
        if tag not in ENVELOPE
    )


def _named(message: Message, dictionaries: Sequence[Dictionary]) -> list[tuple[str, str, str, str]]:
    """Give tag, name, value and the word for the value of each field, "" for what has none."""
    named = []
    for tag, value in zip(message.tags, message.values, strict=True):
        field = next((there.fields_by_tag[tag] for there in dictionaries if tag in there.fields_by_tag), None)
        if tag == "35":
            types = (there.messages[value].name for there in dictionaries if value in there.messages)
            named.append((tag, "MsgType", value, next(types, "")))
        elif field is None:
            named.append((tag, "", value, ""))
        else:
            named.append((tag, field.name, value, field.enums.get(value, "")))
    return named
