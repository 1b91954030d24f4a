"""Plans: what is to be checked in messages of one shape, found out once.

The shape of a message is its type and its sequence of tags. Shapes repeat endlessly, so all that the shape alone
decides (unknown, misplaced, repeated and missing tags, the bounds of groups) is decided here, once, and what remains
for each message is a short list of values to look at, by position.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Final

from msgspec import Struct

from tradsys_oms.fix import faults
from tradsys_oms.fix.dictionary import Group, Layout, MessageType
from tradsys_oms.fix.formats import Check, make_choice
from tradsys_oms.fix.message import DATA_TAG_OF_LENGTH, ValueChecks

FRAMED_TAGS: Final = frozenset(("8", "9", "35", "10"))
"""The framer and the look-up of the plan have checked their values."""
SEQ_NUM: Final = "34"
APPL_VER_ID: Final = "1128"
CSTM_APPL_VER_ID: Final = "1129"
SECURE_DATA: Final = "91"
HEADER, BODY, TRAILER = range(3)

Place = tuple[int, str]
"""A reason for rejection and the tag to blame."""


class GroupEntry(Struct, frozen=True):
    """One entry of a group: the key of its group in `Message.groups`, and where its fields are."""

    group: str
    fields: tuple[tuple[str, int], ...]


class Plan(Struct):
    """What to do with a message of one shape; faults are in the order in which they take precedence."""

    early: Place | None
    """A tag that is unknown or out of order, or has what we can't read."""
    structure: Place | None = None
    """A tag that doesn't belong there; an empty value takes precedence over it."""
    checks: ValueChecks = ()
    has_seq_num: bool = False
    missing: Place | None = None
    """A required tag that isn't there."""
    is_supported: bool = True
    counts: tuple[tuple[int, int], ...] = ()
    """Where a group's count is, and how many entries follow it."""
    data: tuple[tuple[int, int], ...] = ()
    """Where the length of a data field is, and where the data are."""
    entries: tuple[GroupEntry, ...] = ()
    is_simple: bool = False
    """Values of `checks` are all there is to look at."""


class Rules(Struct, frozen=True):
    """What the dictionaries of a version say, as plans need it. `checks` has every known tag.

    Session messages are the transport's: over FIXT they know its tags only, whatever the application's version has.
    """

    header: Layout
    trailer: Layout
    checks: Mapping[str, Check | None]
    admin_checks: Mapping[str, Check | None]
    sections: Mapping[str, int]
    """Of each tag of header and trailer; members of their groups too."""
    application_checks: Mapping[str, Check]
    """Checks that take the place of others in application messages."""


def make_rules(
    header: Layout,
    trailer: Layout,
    checks: Mapping[str, Check | None],
    transport_tags: Iterable[str],
    appl_ver_id: str = "",
    cstm_appl_ver_id: str = "",
) -> Rules:
    """Collect what is the same for all messages of a version.

    An application message may say its version (1128) and a custom one (1129), which must be these then ("" for none): a
    message of another version means something else.
    """
    sections = dict.fromkeys(header.fields, HEADER) | dict.fromkeys(trailer.fields, TRAILER)
    for group in header.groups.values():
        sections |= dict.fromkeys(group.layout.fields, HEADER)
    admin_checks = {tag: checks[tag] for tag in transport_tags}
    named = {APPL_VER_ID: appl_ver_id, CSTM_APPL_VER_ID: cstm_appl_ver_id} if appl_ver_id else {}
    choices = {tag: make_choice(version, faults.UNSUPPORTED_APPL_VERSION) for tag, version in named.items()}
    return Rules(header, trailer, checks, admin_checks, sections, choices)


def make_plan(rules: Rules, message: MessageType, tags: tuple[str, ...]) -> Plan:
    """Decide all that the tags decide."""
    known = rules.admin_checks if message.is_admin else rules.checks
    early = _order_fault(rules, known, tags) or _unknown_tag(known, tags) or _secured(tags)
    if early is not None:
        return Plan(early)
    walk = _Walk(rules, message, tags)
    walk.run()
    plan = Plan(
        None,
        structure=walk.structure,
        checks=tuple(
            (index, check.good, check) for index in walk.checked for check in _check(rules, message, tags[index])
        ),
        has_seq_num=SEQ_NUM in tags,
        missing=walk.missing_in_message() or walk.missing,
        is_supported=message.is_supported,
        counts=tuple(walk.counts),
        data=_data_fields(tags, walk.checked),
        entries=tuple(GroupEntry(group, tuple(fields.items())) for group, fields in walk.entries),
    )
    plan.is_simple = plan.is_supported and not (plan.structure or plan.missing or plan.counts or plan.data)
    return plan


def _check(rules: Rules, message: MessageType, tag: str) -> tuple[Check, ...]:
    check = rules.checks[tag]
    if not message.is_admin:
        check = rules.application_checks.get(tag, check)
    return () if check is None or tag == SEQ_NUM or tag in FRAMED_TAGS else (check,)


def _unknown_tag(known: Container[str], tags: tuple[str, ...]) -> Place | None:
    """Find a tag that the version doesn't have; no tag at all is the rest of a value that was cut by an SOH."""
    for index, tag in enumerate(tags):
        if tag == "":
            return faults.VALUE_INCLUDES_DELIMITER, tags[index - 1]
        if tag not in known:
            return faults.INVALID_TAG_NUMBER, tag
    return None


def _order_fault(rules: Rules, known: Container[str], tags: tuple[str, ...]) -> Place | None:
    """Find a header field behind the body, or a body field behind the trailer."""
    reached = HEADER
    for tag in tags:
        if tag in known:
            section = rules.sections.get(tag, BODY)
            if section < reached:
                return faults.TAG_OUT_OF_ORDER, tag
            reached = section
    return None


def _secured(tags: tuple[str, ...]) -> Place | None:
    """Find an encrypted part.

    Sessions are not encrypted (EncryptMethod 0), so nobody can tell if it says the same as the fields in clear text: it
    is never taken for agreed (test case 14.n).
    """
    return (faults.DECRYPTION_PROBLEM, SECURE_DATA) if SECURE_DATA in tags else None


def _data_fields(tags: tuple[str, ...], checked: list[int]) -> tuple[tuple[int, int], ...]:
    """Find data fields right behind their length, where the length is known to be a number."""
    return tuple(
        (index, index + 1) for index in checked if tags[index + 1 : index + 2] == (DATA_TAG_OF_LENGTH.get(tags[index]),)
    )


class _Walk:
    """Goes once through the tags of a message, section by section and into its groups."""

    def __init__(self, rules: Rules, message: MessageType, tags: tuple[str, ...]) -> None:
        self.rules = rules
        self.message = message
        self.tags = tags
        self.structure: Place | None = None
        self.missing: Place | None = None
        self.seen: set[str] = set()
        self.checked: list[int] = []
        self.counts: list[tuple[int, int]] = []
        self.entries: list[tuple[str, dict[str, int]]] = []

    def run(self) -> None:
        """Look at each tag in its section."""
        tags, index = self.tags, 0
        while index < len(tags):
            tag = tags[index]
            layout = self._section_of(tag)
            if layout is None:
                index += 1
                continue
            if tag not in layout.fields:
                self._blame(faults.TAG_NOT_DEFINED_FOR_MESSAGE, tag)
            elif tag in self.seen:
                self._blame(faults.TAG_REPEATED, tag)
            self.seen.add(tag)
            index = self._take(index, layout, tag)

    def missing_in_message(self) -> Place | None:
        """Find a required field that isn't there; MsgSeqNum is the session's to miss."""
        body = (self.message.layout,) if self.message.is_supported else ()
        for layout in (self.rules.header, *body, self.rules.trailer):
            for tag, is_required in layout.fields.items():
                if is_required and tag not in self.seen and tag != SEQ_NUM:
                    return faults.REQUIRED_TAG_MISSING, tag
        return None

    def _section_of(self, tag: str) -> Layout | None:
        """Give the section that a tag belongs to; None for the body of a message whose fields aren't described."""
        if tag in self.rules.header.fields:
            return self.rules.header
        if tag in self.rules.trailer.fields:
            return self.rules.trailer
        return self.message.layout if self.message.is_supported else None

    def _take(self, index: int, layout: Layout, key: str) -> int:
        """Take one field, and its group if it counts one; gives the index behind."""
        self.checked.append(index)
        group = layout.groups.get(self.tags[index])
        if group is None:
            return index + 1
        return self._take_group(index, group, key)

    def _take_group(self, count_index: int, group: Group, key: str) -> int:
        tags, index, entry_count = self.tags, count_index + 1, 0
        required = [tag for tag, is_required in group.layout.fields.items() if is_required]
        fields: dict[str, int] = {}
        while index < len(tags) and tags[index] in group.layout.fields:
            tag = tags[index]
            if tag == group.delimiter:
                self._end_entry(required, fields)
                fields = {}
                self.entries.append((key, fields))
                entry_count += 1
            elif entry_count == 0:
                self._blame(faults.GROUP_FIELDS_OUT_OF_ORDER, tag)
            elif tag in fields:
                self._blame(faults.TAG_REPEATED, tag)
            fields[tag] = index
            index = self._take(index, group.layout, f"{key}/{max(entry_count - 1, 0)}/{tag}")
        self._end_entry(required, fields)
        self.counts.append((count_index, entry_count))
        return index

    def _end_entry(self, required: list[str], fields: dict[str, int]) -> None:
        if fields and self.missing is None:
            missing = next((tag for tag in required if tag not in fields), None)
            self.missing = None if missing is None else (faults.REQUIRED_TAG_MISSING, missing)

    def _blame(self, reason: int, tag: str) -> None:
        if self.structure is None:
            self.structure = reason, tag
