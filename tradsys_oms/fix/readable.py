"""Messages for people: each field with its name, and the standard's word for its value, however broken the message is.

The dictionary is chosen by BeginString (8). A FIXT.1.1 message has its header in one dictionary and its body in
another: the one that ApplVerID (1128) says, else DefaultApplVerID (1137) of the session's Logon if that was read
before, else FIX.5.0SP2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from tradsys_oms.fix.dictionary import APPLICATION_FILES, TRANSPORT_FILES, Dictionary, Group, specs_dir
from tradsys_oms.fix.encoding import checksum
from tradsys_oms.fix.message import DATA_TAG_OF_LENGTH, SOH
from tradsys_oms.redaction import REDACTED

FIXT: Final = "FIXT.1.1"
NEWEST: Final = "FIX.5.0SP2"
OTHERS_VERSION: Final = "FIX.4.4"
"""Judges messages with a BeginString that we have no dictionary for."""
APPL_VERSIONS: Final = {"4": "FIX.4.2", "6": "FIX.4.4", "7": "FIX.5.0", "8": "FIX.5.0SP1", "9": NEWEST}
"""ApplVerID (1128) by FIX 5.0 SP2 Volume 6."""
ENVELOPE: Final = ("8", "9", "35", "34", "49", "56", "52", "10")
"""What a summary leaves out, or says in another way."""
SUMMARY_TAGS: Final = (
    *("43", "97", "36", "123", "7", "16", "45", "371", "372", "373", "380", "379", "98", "108", "141", "789", "553"),
    *(
        "112",
        "11",
        "41",
        "37",
        "17",
        "150",
        "39",
        "55",
        "54",
        "38",
        "40",
        "44",
        "99",
        "59",
        "32",
        "31",
        "14",
        "151",
        "6",
    ),
    *("103", "102", "434", "58"),
)
"""Key fields, in the order in which a summary has them."""
SUMMARY_FIELDS_MAX: Final = 8
"""Of a message with none of these so many fields are shown, as they come."""
LENGTH_DIGITS_MAX: Final = 9
INDENT: Final = 4
SESSIONS_MAX: Final = 1024
"""Of so many sessions the version that their Logon named is remembered."""

_HEAD: Final = re.compile(rb"8=[^\x01]*\x019=([0-9]{1,9})\x01")
_TRAILER: Final = re.compile(rb"10=([0-9]{3})\x01?\Z")


class ReadableField(Struct, frozen=True):
    """One field. `name` is empty for an unknown tag, `meaning` where the dictionary has no word for the value."""

    tag: str
    """Empty for a piece of a message that is not tag=value."""
    name: str
    value: str
    meaning: str = ""
    depth: int = 0
    """How many repeating groups it is in."""
    entry: int = 0
    """Number of the group's entry that begins with this field; 0 for other fields."""


class ReadableMessage(Struct, frozen=True):
    """One message, as far as it can be read."""

    msg_type: str
    name: str
    seq_num: str
    version: str
    """Of the dictionary that named the fields."""
    fields: list[ReadableField]
    faults: list[str]
    """What is wrong with its frame, in sentences."""


class MessageReader:
    """Makes messages readable; loads a dictionary when the first message needs it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder if folder is not None else specs_dir()
        self._loaded: dict[str, Dictionary] = {}
        self._default_versions: dict[frozenset[str], str] = {}
        """DefaultApplVerID by the two CompIDs."""

    def read(self, raw: bytes) -> ReadableMessage:
        """Read a message with SOH between its fields; never raises for what is in it."""
        fields = list(split_fields(raw))
        first: dict[str, str] = dict(reversed(fields))
        version, dictionaries = self._dictionaries(first)
        msg_type = first.get("35", "")
        found = next((there.messages[msg_type] for there in dictionaries if msg_type in there.messages), None)
        groups: dict[str, Group] = {}
        for there in dictionaries:
            groups |= there.header.groups
        if found is not None:
            groups |= found.layout.groups
        name = found.name if found is not None else ""
        named = _named(fields, dictionaries, groups, name)
        return ReadableMessage(msg_type, name, first.get("34", ""), version, list(named), faults_of(raw, first))

    def msg_types_named(self, name: str) -> set[str]:
        """Give the MsgTypes of messages with this name, in any version; upper and lower case are the same."""
        files = {*APPLICATION_FILES.values(), *TRANSPORT_FILES.values()}
        messages = (message for file in files for message in self._load(file).messages.values())
        return {message.msg_type for message in messages if message.name.lower() == name.lower()}

    def _dictionaries(self, first: Mapping[str, str]) -> tuple[str, list[Dictionary]]:
        """Give the version of the body, and the dictionaries to ask, one after the other."""
        begin_string = first.get("8", "")
        if begin_string != FIXT:
            version = begin_string if begin_string in APPLICATION_FILES else OTHERS_VERSION
            return version, [self._load(APPLICATION_FILES[version])]
        parties = frozenset((first.get("49", ""), first.get("56", "")))
        if "1137" in first:
            if len(self._default_versions) >= SESSIONS_MAX:
                self._default_versions.clear()
            self._default_versions[parties] = first["1137"]
        appl_ver_id = first.get("1128") or self._default_versions.get(parties, "")
        version = APPL_VERSIONS.get(appl_ver_id, NEWEST)
        if version not in APPLICATION_FILES:
            version = NEWEST
        return version, [self._load(TRANSPORT_FILES[NEWEST]), self._load(APPLICATION_FILES[version])]

    def _load(self, file: str) -> Dictionary:
        if file not in self._loaded:
            self._loaded[file] = Dictionary.load(self._folder / file)
        return self._loaded[file]


def split_fields(raw: bytes) -> Iterator[tuple[str, str]]:
    """Give tag and value of each field, the tag "" for a piece without "="; text is latin-1, as everywhere.

    A data field ends where the length field before it says, if there is an SOH.
    """
    text = raw.decode("latin-1")
    position, data_tag, length = 0, "", ""
    while position < len(text):
        end = text.find(SOH, position)
        end = len(text) if end < 0 else end
        equals = text.find("=", position, end)
        tag = text[position : max(equals, position)]
        if tag and tag == data_tag and length.isdecimal() and len(length) <= LENGTH_DIGITS_MAX:
            announced = equals + 1 + int(length)
            end = announced if text.startswith(SOH, announced) else end
        value = text[equals + 1 if equals >= 0 else position : end]
        yield tag, value
        data_tag, length = DATA_TAG_OF_LENGTH.get(tag, ""), value
        position = end + 1


def _named(
    fields: list[tuple[str, str]], dictionaries: list[Dictionary], groups: dict[str, Group], message_name: str
) -> Iterator[ReadableField]:
    """Name each field, and find out which repeating groups it is in."""
    stack: list[tuple[Group, int]] = []
    for tag, value in fields:
        while stack and tag not in stack[-1][0].layout.fields:
            stack.pop()
        entry = 0
        if stack and tag == stack[-1][0].delimiter:
            group, before = stack.pop()
            entry = before + 1
            stack.append((group, entry))
        field = next((there.fields_by_tag[tag] for there in dictionaries if tag in there.fields_by_tag), None)
        if field is None:
            yield ReadableField(tag, "", value, "", len(stack), entry)
        else:
            meaning = message_name if tag == "35" else _meaning(field.enums, value)
            yield ReadableField(tag, field.name, value, meaning, len(stack), entry)
        inner = (stack[-1][0].layout.groups if stack else groups).get(tag)
        if inner is not None:
            stack.append((inner, 0))


def _meaning(enums: Mapping[str, str], value: str) -> str:
    """Give the word for a value, or the words for a value that is a list with spaces between."""
    if value in enums or not enums:
        return enums.get(value, "")
    words = [enums.get(part, "") for part in value.split(" ")]
    return ", ".join(words) if all(words) else ""


def faults_of(raw: bytes, first: Mapping[str, str]) -> list[str]:
    """Say what is wrong with BodyLength and CheckSum; nothing of a message with secrets taken out."""
    if REDACTED.decode() in first.values():
        return []
    head, trailer = _HEAD.match(raw), _TRAILER.search(raw)
    if head is None:
        return ["It does not begin with BeginString (8) and BodyLength (9)."]
    if trailer is None or raw[trailer.start() - 1] != 1:
        return ["It does not end with CheckSum (10): something is missing."]
    faults = []
    length, total = trailer.start() - head.end(), checksum(raw[: trailer.start()])
    if int(head.group(1)) != length:
        faults.append(f"BodyLength (9) is {int(head.group(1))} and should be {length}.")
    if int(trailer.group(1)) != total:
        faults.append(f"CheckSum (10) is {trailer.group(1).decode()} and should be {total:03d}.")
    return faults


def printable(text: str) -> str:
    r"""Write what would steer a terminal as \xNN."""
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)


def field_lines(message: ReadableMessage) -> Iterator[str]:
    """Give one line per field, group entries indented and numbered, and what is wrong at the end."""
    for field in message.fields:
        width = INDENT * field.depth
        lead = f"{field.entry:>{width - 2}}. " if field.entry else " " * width
        name = field.name or ("(unknown tag)" if field.tag else "(no field)")
        meaning = f"  ({field.meaning})" if field.meaning else ""
        yield printable(f"{lead}{field.tag:>5} {name} = {field.value}{meaning}")
    for fault in message.faults:
        yield f"      ! {fault}"


def summary(message: ReadableMessage) -> str:
    """Give one line: name, MsgSeqNum, and the key fields with the words for their values."""
    by_tag: dict[str, ReadableField] = {}
    for field in message.fields:
        by_tag.setdefault(field.tag, field)
    chosen = [by_tag[tag] for tag in SUMMARY_TAGS if tag in by_tag]
    if not chosen:
        chosen = [field for tag, field in by_tag.items() if tag not in ENVELOPE][:SUMMARY_FIELDS_MAX]
    parts = [f"{message.name or message.msg_type or '(no MsgType)'} #{message.seq_num or '?'}"]
    parts += [f"{field.name or field.tag}={field.meaning or field.value}" for field in chosen]
    parts += ["!"] if message.faults else []
    return printable(" ".join(parts))
