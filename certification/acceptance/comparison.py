"""Comparisons: is the message that came the one that the script expects?

Exact: the same fields in the same order with the same values. Semantic: all that the script names is there with its
value, in any order; wording and further fields are free. In both, times and the CheckSum only need the right form, and
the CheckSum of what came has to be right.

The scripts were written for an acceptor whose application sends orders back as they came. Where it answers with a
report of its own, a semantic comparison may take the report for the echo: then the header alone is compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

from certification.acceptance.message import CHECKSUM_BYTES, SOH, checksum, split_fields

Comparison: TypeAlias = Callable[[bytes, bytes], str]
"""(expected, received) -> "" or one sentence on the first difference."""

_TIME: Final = re.compile(r"\d{8}-\d{2}:\d{2}:\d{2}(\.\d{1,9})?")
FORMS: Final = {"10": re.compile(r"\d{3}"), **dict.fromkeys(("42", "52", "60", "122"), _TIME)}
"""Tags whose value is the acceptor's own affair, as long as it has this form."""
FREE: Final = frozenset(("9", "10", "58", "354", "355"))
"""What a semantic comparison leaves out: wording, and what follows from it."""
HEAD: Final = ["8", "9", "35"]
NEVER_ECHOED: Final = frozenset("012345Aj")
"""MsgTypes that a session makes itself: no report can take their place."""
ENVELOPE: Final = frozenset(
    ("8", "34", "43", "49", "50", "52", "56", "57", "97", "115", "116", "122", "128", "129", "144", "145", "1128")
)


def compare_exactly(expected: bytes, received: bytes) -> str:
    """Compare field by field; a wrong BodyLength is told last, because it mostly follows from something else."""
    wanted, got = split_fields(expected), split_fields(received)
    length = ""
    for place, ((tag, value), (got_tag, got_value)) in enumerate(zip(wanted, got, strict=False), 1):
        if got_tag != tag:
            return f"field {place} is tag {got_tag}, not {tag}"
        difference = _difference(tag, value, got_value)
        if difference and tag != "9":
            return difference
        length = length or difference
    if len(wanted) != len(got):
        return f"there are {len(got)} fields, not {len(wanted)}"
    return _wrong_checksum(received) or length


def compare_meaning(expected: bytes, received: bytes, *, echo_as: frozenset[str] = frozenset()) -> str:
    """Compare what the script names; a message of a type in `echo_as` may stand for an echoed application message."""
    wanted, got = split_fields(expected), split_fields(received)
    if [tag for tag, _ in got[: len(HEAD)]] != HEAD:
        return "the message does not start with the tags 8, 9, 35"
    values: dict[str, list[str]] = {}
    for tag, value in got:
        values.setdefault(tag, []).append(value)
    is_report = values["35"][0] in echo_as and dict(wanted).get("35", "") not in NEVER_ECHOED
    for tag, value in wanted:
        if tag in FREE or (is_report and tag not in ENVELOPE):
            continue
        if tag not in values:
            return f"tag {tag} is missing"
        if value not in values[tag] and (difference := _difference(tag, value, values[tag][0])):
            return difference
    return _wrong_checksum(received)


def choose_comparison(*, is_semantic: bool, echo_as: frozenset[str]) -> Comparison:
    """Give the comparison that a user asks for."""
    return partial(compare_meaning, echo_as=echo_as) if is_semantic else compare_exactly


def _difference(tag: str, wanted: str, got: str) -> str:
    form = FORMS.get(tag)
    if form is not None:
        return "" if form.fullmatch(got) else f"tag {tag} has the value {got!r}, which has not the right form"
    return "" if got == wanted else f"tag {tag} is {got!r}, not {wanted!r}"


def _wrong_checksum(received: bytes) -> str:
    right = checksum(received[:-CHECKSUM_BYTES])
    is_right = received[-CHECKSUM_BYTES:] == b"10=" + right + SOH
    return "" if is_right else f"the CheckSum is wrong, {right.decode()} is right"
