"""Patterns: the short way into the messages of a peer that always sends the same fields.

A broker's engine makes all orders alike: the same tags in the same order. After some such messages one regular
expression takes all values out of the next one in one call, at a third of the cost of taking it apart. It has to match
the whole message, tag by tag, or the message is parsed as any other: both ways give the same.

The same match tells where the message ends, so that a stream of such messages needs no other framing than a look at
BodyLength and CheckSum (`cut`, called by the framer). What was taken out then waits for `parse`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple
from zlib import adler32

from tradsys_oms.fix.encoding import ADLER_OF_TRAILER, ANY_BYTES_MAX
from tradsys_oms.fix.message import SEQ_NUM_DIGITS_MAX, SOH, Message, parse

MSG_TYPE: Final = "\x0135="
MSG_TYPE_LENGTH: Final = len(MSG_TYPE)
TYPE_WITHIN_BYTES: Final = 40
"""MsgType is in the first bytes of a message, and short."""
SEQ_NUM, POSS_DUP_FLAG, CHECK_SUM = "34", "43", "10"
ALIKE_MIN: Final = 16
"""So many messages of one type in a row with the same tags make a pattern: a peer that never repeats itself pays for
none, and nor do we."""
MSG_TYPES_MAX: Final = 32
FIELDS_MAX: Final = 64


NO_GROUPS: Final[dict[str, list[dict[str, str]]]] = {}
"""Shared by all messages that have none: a validator that finds some gives them another dict."""
ADLER_OF_CHECKSUM: Final = {trailer[3:6].decode(): low for trailer, low in ADLER_OF_TRAILER.items()}
"""The lowest byte of adler32 over a whole message, by its CheckSum (10)."""
AROUND_BODY_BYTES: Final = len("\x01") + len("10=000\x01")
"""The delimiter before the body, and the trailer."""


class Pattern(NamedTuple):
    """What the messages of one type look like."""

    tags: tuple[str, ...]
    match: Callable[[str, int], re.Match[str] | None]
    seq_num_index: int
    """Where MsgSeqNum (34) is, whose form the pattern has checked."""
    around_bytes: int
    """Length of all that BodyLength's digits and the body leave: "8=...|9=", a delimiter, and the trailer."""


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
            tags, match_at, seq_num_index, around_bytes = pattern
            while (match := match_at(text, position)) is not None:
                values, end = match.groups(), match.end()
                size, length = end - position, values[1]
                frame = buffer[position:end]
                if (
                    size > ANY_BYTES_MAX
                    or int(length) != size - around_bytes - len(length)
                    or ADLER_OF_CHECKSUM.get(values[-1]) != adler32(frame) & 0xFF
                ):
                    return position
                fields = dict(zip(tags, values))  # noqa: B905 - one group for each tag; the keyword costs a tenth
                number = int(values[seq_num_index])
                frames.append(frame)
                self._cut.append(
                    Message(frame, values[0], values[2], number, tags, values, fields, False, NO_GROUPS, True)
                )
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
            if msg_type and _can_be_a_pattern(tags):
                match = re.compile(_expression(message)).match
                around_bytes = len(f"8={message.begin_string}{SOH}9=") + AROUND_BODY_BYTES
                self._patterns[msg_type] = Pattern(tags, match, tags.index(SEQ_NUM), around_bytes)
            count = 0
        if msg_type in self._alike or len(self._alike) < MSG_TYPES_MAX:
            self._alike[msg_type] = tags, count + 1


def _can_be_a_pattern(tags: tuple[str, ...]) -> bool:
    """Tell if messages with these tags may go the short way: each once, with a MsgSeqNum, and no possible duplicate."""
    is_plain = len(tags) <= FIELDS_MAX and len(set(tags)) == len(tags) and tags[-1] == CHECK_SUM
    return is_plain and SEQ_NUM in tags and POSS_DUP_FLAG not in tags


def _expression(message: Message) -> str:
    """Make the regular expression for messages like this one; what framing looks at must be right in form."""
    forms = {
        "8": re.escape(message.begin_string),
        "9": "[0-9]{1,9}",
        "35": re.escape(message.msg_type),
        SEQ_NUM: f"[0-9]{{1,{SEQ_NUM_DIGITS_MAX}}}",
        CHECK_SUM: "[0-9]{3}",
    }
    return "".join(f"{re.escape(tag)}=({forms.get(tag, f'[^{SOH}]+')}){SOH}" for tag in message.tags)
