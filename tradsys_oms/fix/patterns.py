"""Patterns: the short way into the messages of a peer that always sends the same fields.

A broker's engine makes all orders alike: the same tags in the same order. After some such messages one regular
expression takes all values out of the next one in one call, at a third of the cost of taking it apart. It has to match
the whole message, tag by tag, with the BeginString, MsgType and CompIDs of those before it, or the message is parsed as
any other: both ways give the same.

The same match tells where the message ends, so that a stream of such messages needs no other framing than a look at
BodyLength and CheckSum (`cut`, called by the framer). What was taken out then waits for `parse`. It is one of a series:
who has judged one of them (`Session`) has only values to look at in the next.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any, Final, NamedTuple
from zlib import adler32

from tradsys_oms.fix.encoding import ADLER_OF_TRAILER, ANY_BYTES_MAX
from tradsys_oms.fix.message import SEQ_NUM_DIGITS_MAX, SOH, Message, Series, parse

MSG_TYPE: Final = "\x0135="
MSG_TYPE_LENGTH: Final = len(MSG_TYPE)
TYPE_WITHIN_BYTES: Final = 40
"""MsgType is in the first bytes of a message, and short."""
SEQ_NUM, POSS_DUP_FLAG, CHECK_SUM = "34", "43", "10"
ALIKE_MIN: Final = 16
"""So many messages of one type in a row with the same tags make a pattern: a peer that never repeats itself pays for
none, and nor do we."""
CONSTANT_TAGS: Final = ("8", "35", "49", "56")
"""What is always the same in a session that goes on: a message with another value is no part of the series."""
MSG_TYPES_MAX: Final = 32
MAKERS_KEPT_MAX: Final = 256
"""So many sequences of tags are compiled once for all peers that send them."""
FIELDS_MAX: Final = 64


NO_GROUPS: Final[dict[str, list[dict[str, str]]]] = {}
"""Shared by all messages that have none: a validator that finds some gives them another dict."""
ADLER_OF_CHECKSUM: Final = {trailer[3:6].decode(): low for trailer, low in ADLER_OF_TRAILER.items()}
"""The lowest byte of adler32 over a whole message, by its CheckSum (10)."""
AROUND_BODY_BYTES: Final = len("\x01") + len("10=000\x01")
"""The delimiter before the body, and the trailer."""


class Pattern(NamedTuple):
    """What the messages of one type look like."""

    match: Callable[[str, int], re.Match[str] | None]
    lengths: tuple[str, ...]
    """The right BodyLength (9) by the length of the whole message, "" where there is none."""
    make: Callable[[bytes, tuple[str, ...]], Message]
    """Make the message of a frame, from its values."""


class Patterns:
    """What one peer's messages look like, by MsgType."""

    def __init__(self) -> None:
        self._patterns: dict[str, Pattern] = {}
        self._alike: dict[str, tuple[tuple[str, ...], int]] = {}
        """Tags of the last message of a type, and how many in a row had them."""

        self._cut: deque[Message] = deque()
        """Messages that `cut` took out, whose turn to be parsed comes."""

    @property
    def are_known(self) -> bool:
        """There is a pattern to cut by."""
        return bool(self._patterns)

    def parse(self, frame: bytes) -> Message:
        """Take the fields out of a frame; as `message.parse`, raises MalformedMessage."""
        if self._cut and self._cut[0].raw is frame:
            return self._cut.popleft()
        message = parse(frame)
        self._learn(message)
        return message

    @property
    def cut_count(self) -> int:
        """Count the messages that were cut and not parsed yet."""
        return len(self._cut)

    def forget_cut(self) -> None:
        """Drop what was cut and will never be parsed; the turn of what comes behind it would not come otherwise."""
        self._cut.clear()

    def cut(self, buffer: bytes, text: str, position: int, frames: list[bytes]) -> int:
        """Take messages that are sound and like those before from `position` on; gives where it stopped.

        `text` is `buffer` as latin-1. A message of more than 256 bytes is left to the framer.
        """
        pattern = self._pattern(text, position)
        while pattern is not None:
            match_at, lengths, make = pattern
            while (match := match_at(text, position)) is not None:
                values, end = match.groups(), match.end()
                size = end - position
                frame = buffer[position:end]
                if (
                    size > ANY_BYTES_MAX
                    or values[1] != lengths[size]
                    or ADLER_OF_CHECKSUM.get(values[-1]) != adler32(frame) & 0xFF
                ):
                    return position
                frames.append(frame)
                self._cut.append(make(frame, values))
                position = end
            pattern, last = self._pattern(text, position), pattern
            if pattern is last:
                break
        return position

    def _pattern(self, text: str, position: int) -> Pattern | None:
        """Find the pattern for the type of the message that begins at `position`."""
        start = text.find(MSG_TYPE, position, position + TYPE_WITHIN_BYTES) + MSG_TYPE_LENGTH
        return self._patterns.get(text[start : text.find(SOH, start, start + TYPE_WITHIN_BYTES)])

    def _learn(self, message: Message) -> None:
        msg_type, tags = message.msg_type, message.tags
        known, count = self._alike.get(msg_type, (tags, 0))
        if known is not tags:  # equal ones are the same object, but for those that have to be read carefully
            count = 0
        elif count == ALIKE_MIN:
            if msg_type and _can_be_a_pattern(message):
                self._patterns[msg_type] = _make_pattern(message)
            count = 0
        if msg_type in self._alike or len(self._alike) < MSG_TYPES_MAX:
            self._alike[msg_type] = tags, count + 1


def _can_be_a_pattern(message: Message) -> bool:
    """Tell if messages like this one may go the short way.

    They have each tag once, a MsgSeqNum, no empty value, and are no possible duplicates.
    """
    tags = message.tags
    is_plain = len(tags) <= FIELDS_MAX and len(set(tags)) == len(tags) and tags[-1] == CHECK_SUM
    are_numbers = all(tag.isascii() and tag.isdecimal() for tag in tags)
    return is_plain and are_numbers and SEQ_NUM in tags and POSS_DUP_FLAG not in tags and "" not in message.values


def _make_pattern(message: Message) -> Pattern:
    scope: dict[str, Any] = {"Message": Message, "tags": message.tags, "NO_GROUPS": NO_GROUPS, "series": Series()}
    exec(_code(message.tags), scope)  # noqa: S102 - no text of the peer's is in it but numbers
    lengths = _lengths(len(f"8={message.begin_string}{SOH}9=") + AROUND_BODY_BYTES)
    return Pattern(re.compile(_expression(message)).match, lengths, scope["make"])


@lru_cache(maxsize=MAKERS_KEPT_MAX)
def _code(tags: tuple[str, ...]) -> CodeType:
    """Compile the function that makes messages with these tags.

    A dict display takes half the time of any call that fills a dict; for that, the tags have to be known.
    """
    values = ", ".join(f"value_{tag}" for tag in tags)
    fields = ", ".join(f'"{tag}": value_{tag}' for tag in tags)
    source = f"""
def make(raw, values):
    {values} = values
    return Message(raw, value_8, value_35, int(value_34), tags, values, {{{fields}}}, False, NO_GROUPS, series)
"""
    return compile(source, "<pattern>", "exec")


@lru_cache(maxsize=MAKERS_KEPT_MAX)
def _lengths(around_bytes: int) -> tuple[str, ...]:
    """Give the right BodyLength by the length of a message that has so many bytes beside it and the body."""
    lengths = [""] * (ANY_BYTES_MAX + 1)
    for length in range(ANY_BYTES_MAX):
        size = around_bytes + len(str(length)) + length
        if size <= ANY_BYTES_MAX:
            lengths[size] = str(length)
    return tuple(lengths)


def _expression(message: Message) -> str:
    """Make the regular expression for messages like this one; what framing looks at must be right in form."""
    forms = {
        "9": "[0-9]{1,9}+",
        SEQ_NUM: f"[0-9]{{1,{SEQ_NUM_DIGITS_MAX}}}+",
        CHECK_SUM: "[0-9]{3}",
    } | {tag: re.escape(message.fields[tag]) for tag in CONSTANT_TAGS if tag in message.fields}
    return "".join(f"{tag}=({forms.get(tag, f'[^{SOH}]++')}){SOH}" for tag in message.tags)
