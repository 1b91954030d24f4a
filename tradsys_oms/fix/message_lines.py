r"""The lines of the message log: how a message becomes a line, and how a line is read again.

    20260131-09:30:00.000123 IN  8=FIX.4.4<SOH>9=...<SOH>10=000<SOH>
    20260131-09:30:00.000456 OUT 8=FIX.4.4<SOH>9=...<SOH>10=000<SOH>
    20260131-09:30:00.000789 --- disconnected: the peer closed the connection

The time is UTC with microseconds: when we took the message, or handed it to the socket. SOH stays as it is; a newline
is written as \n and a backslash as \\, so that one line is one message and no byte is lost.

The reader takes the lines of others too: messages on a line of their own, or behind anything else, like the
"20260131-09:30:00.000 : " of QuickFIX; with "|" or "^A" in place of SOH. It takes the secrets out of them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from tradsys_oms.redaction import are_clean, redact, redact_text

IN: Final = b" IN  "
OUT: Final = b" OUT "
REMARK: Final = b" --- "
DIRECTIONS: Final = {IN: "IN", OUT: "OUT", REMARK: ""}
SLICE_MESSAGES: Final = 64
"""So many are looked at in one go: each go keeps the interpreter from the event loop."""
NS_PER_S: Final = 1_000_000_000

_LINE: Final = re.compile(rb"(\d{8}-\d\d:\d\d:\d\d\.\d{6})( IN  | OUT | --- )")
_OTHERS_TIME: Final = re.compile(rb"\d{8}-\d\d:\d\d:\d\d(?:\.\d+)?")
_HEAD: Final = re.compile(rb"8=FIX[^\x01]{1,10}\x019=([0-9]{1,9})\x01")
_TRAILER: Final = re.compile(rb"10=[0-9]{3}\x01")
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)
_START: Final = b"8=FIX"


class Record(Struct, frozen=True):
    """What one line says."""

    time: str
    """UTC, YYYYMMDD-HH:MM:SS with the fraction that the line has; "" where it has no time."""
    direction: str
    """IN or OUT; "" where the line doesn't say it, and for remarks."""
    raw: bytes
    """The message, with SOH between its fields; empty for a remark."""
    remark: str = ""


class Stamps:
    """Writes times; those of one second share all but the fraction."""

    def __init__(self) -> None:
        self._second = -1
        self._text = b""

    def write(self, time_ns: int) -> bytes:
        """Write UTC with microseconds, rounded down."""
        second, fraction = divmod(time_ns, NS_PER_S)
        if second != self._second:
            self._text = time.strftime("%Y%m%d-%H:%M:%S.", time.gmtime(second)).encode()
            self._second = second
        return b"%b%06d" % (self._text, fraction // 1000)


def remark_line(stamp: bytes, text: str) -> bytes:
    """Make the line of a remark."""
    return stamp + REMARK + escape(redact_text(text.encode("utf-8", "replace"))) + b"\n"


def message_lines(head: bytes, messages: Sequence[bytes]) -> bytes:
    """Make the lines of messages that framing has found right; `head` is time and direction."""
    slices = range(0, len(messages), SLICE_MESSAGES)
    return b"".join([_slice_lines(head, messages[at : at + SLICE_MESSAGES]) for at in slices])


def blob_lines(head: bytes, blob: bytes) -> bytes:
    """Make the lines of a run of messages; what is garbled, and all behind it, is one line."""
    messages, rest = split(blob)
    lines = message_lines(head, messages)
    return lines + _careful_line(head, rest) if rest else lines


def _slice_lines(head: bytes, messages: Sequence[bytes]) -> bytes:
    joined = b"".join(messages)
    if b"\n" in joined or b"\\" in joined or not are_clean(messages):
        return b"".join([_careful_line(head, message) for message in messages])
    return head + (b"\n" + head).join(messages) + b"\n"


def _careful_line(head: bytes, message: bytes) -> bytes:
    return head + escape(redact(message)) + b"\n"


def split(blob: bytes) -> tuple[list[bytes], bytes]:
    """Cut a run of messages by their BodyLength; gives them, and what is left from the first garbled one on."""
    messages: list[bytes] = []
    position = 0
    while (head := _HEAD.match(blob, position)) is not None:
        trailer = _TRAILER.match(blob, head.end() + int(head.group(1)))
        if trailer is None:
            break
        messages.append(blob[position : trailer.end()])
        position = trailer.end()
    return messages, blob[position:]


def escape(raw: bytes) -> bytes:
    """Write newlines and backslashes so that a line stays one."""
    return raw.replace(b"\\", b"\\\\").replace(b"\n", b"\\n")


def unescape(text: bytes) -> bytes:
    """Undo `escape`."""
    return _ESCAPED.sub(lambda found: b"\n" if found.group(1) == b"n" else found.group(1), text)


def read_line(line: bytes) -> Iterator[Record]:
    """Give what a line says, without its newline: a message, a remark, several messages, or nothing."""
    ours = _LINE.match(line)
    if ours is None:
        yield from _read_others(line.rstrip(b"\r\n"))
        return
    stamp, text = ours.group(1).decode(), unescape(line[ours.end() :].removesuffix(b"\n"))
    if ours.group(2) == REMARK:
        yield Record(stamp, "", b"", text.decode("utf-8", "replace"))
    else:
        yield Record(stamp, DIRECTIONS[ours.group(2)], text)


def _read_others(line: bytes) -> Iterator[Record]:
    start = line.find(_START)
    if start < 0:
        return
    stamp = _OTHERS_TIME.search(line, 0, start)
    messages, rest = split(_with_soh(line[start:]))
    for raw in [*messages, rest] if rest else messages:
        yield Record(stamp.group().decode() if stamp else "", "", redact(raw))


def _with_soh(message: bytes) -> bytes:
    """Put SOH between the fields of a message that was made printable."""
    for separator in (b"\x01", b"^A", b"|"):
        if separator in message:
            return message.replace(separator, b"\x01")
    return message
