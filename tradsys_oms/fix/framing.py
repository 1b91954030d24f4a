"""Framing: a stream of bytes in, complete messages out, garbled ones dropped and counted.

A frame is right when BeginString (8) is its first field, BodyLength (9) its second and right, MsgType (35) its third,
and CheckSum (10), three digits, its last and right; anything else is garbled and to be ignored (FIX 4.4 Volume 2,
"Garbled messages"; test cases 2.m, 2.t, 3.b, 3.c). The peer repeats what we ignored when the gap in MsgSeqNum shows.

Where the stream goes on after a garbled message: a BodyLength that can be read says where the message ends, so a
message with a wrong length or CheckSum takes the bytes that it announced with it, which for a length that reaches into
the next message means that one too (test case 2.m wants just that). Text inside of a garbled message is thus never
taken for a message. Where no length can be read, the next "8=FIX" starts the next message.
"""

from __future__ import annotations

from typing import Final
from zlib import adler32

from tradsys_oms.fix.encoding import ADLER_OF_TRAILER, ANY_BYTES_MAX, ASCII_BYTES_MAX, checksum
from tradsys_oms.fix.errors import MessageTooLarge
from tradsys_oms.fix.patterns import Patterns

START: Final = b"8=FIX"
TRAILER_BYTES: Final = 7
BEGIN_STRING_BYTES_MAX: Final = 12
"""Bytes of "8=FIXT.1.1" with its SOH, and one to spare."""
LENGTH_DIGITS_MAX: Final = 9
INCOMPLETE: Final = -1
NO_START: Final = "it does not start with 8=FIX"


class Framer:
    """Cuts what a peer sends into messages; one per connection.

    With `patterns`, sound messages that are like those before are cut by them, and wait there to be parsed.
    """

    __slots__ = (
        "_body_max",
        "_garbage_bytes",
        "_length_max",
        "_patterns",
        "_pending",
        "_prefix",
        "garbled_count",
        "garbled_reason",
    )

    def __init__(self, message_size_max: int, patterns: Patterns | None = None) -> None:
        self._patterns = patterns
        self.limit(message_size_max)
        self._pending = b""
        self._prefix = b"8=FIX.4.4\x019="
        self._garbage_bytes = 0
        self.garbled_count = 0
        self.garbled_reason = ""

    def limit(self, message_size_max: int) -> None:
        """Set the limit for what is fed from now on; it may only become lower."""
        self._patterns = self._patterns if message_size_max >= ANY_BYTES_MAX else None
        self._length_max = message_size_max
        self._body_max = message_size_max + TRAILER_BYTES

    @property
    def pending_bytes(self) -> int:
        """Bytes of a message that is not complete yet."""
        return len(self._pending)

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes from the peer and give the messages that they complete.

        Raises MessageTooLarge for a message that announces more than `message_size_max` bytes of body, and for as
        many bytes in a row that are no message. Messages before it in the same bytes are lost with the connection.
        """
        buffer = self._pending + data if self._pending else data
        frames: list[bytes] = []
        position, size = 0, len(buffer)
        patterns = self._patterns
        text = buffer.decode("latin-1") if patterns is not None and patterns.are_known else ""
        while position < size:
            if text and patterns is not None:
                start, position = position, patterns.cut(buffer, text, position, frames)
                self._garbage_bytes = self._garbage_bytes if start == position else 0
                if position == size:
                    break
            prefix = self._prefix
            length_at = position + len(prefix)
            body_at = buffer.find(b"\x01", length_at, length_at + LENGTH_DIGITS_MAX + 1) + 1
            if body_at and buffer.startswith(prefix, position) and buffer.startswith(b"35=", body_at):
                digits = buffer[length_at : body_at - 1]
                end = body_at + int(digits) + TRAILER_BYTES if digits.isdigit() else size + 1
                if end <= size and end - body_at <= self._body_max:
                    frame = buffer[position:end]
                    if _is_sound(frame):
                        frames.append(frame)
                        position = end
                        self._garbage_bytes = 0
                        continue
            after = self._step_carefully(buffer, position)
            if after == INCOMPLETE:
                break
            position = after
        self._pending = buffer[position:] if position < size else b""
        return frames

    def _step_carefully(self, buffer: bytes, position: int) -> int:
        """Learn a new BeginString, or step over what is garbled; give where to go on, or INCOMPLETE."""
        if not buffer.startswith(START, position):
            if START.startswith(buffer[position : position + len(START)]):
                return INCOMPLETE
            return self._skip_to_start(buffer, position, NO_START)
        begin_end = buffer.find(b"\x01", position, position + BEGIN_STRING_BYTES_MAX)
        if begin_end < 0:
            if len(buffer) - position < BEGIN_STRING_BYTES_MAX:
                return INCOMPLETE
            return self._skip_to_start(buffer, position, "BeginString has no end")
        return self._check_length(buffer, position, begin_end + 1)

    def _check_length(self, buffer: bytes, position: int, length_at: int) -> int:
        """Judge a message whose first field is right."""
        rest = buffer[length_at : length_at + len("9=") + LENGTH_DIGITS_MAX + 1]
        name, _, rest = rest.partition(b"=")
        if name != b"9":
            if not rest and b"9".startswith(name):
                return INCOMPLETE
            return self._skip_to_start(buffer, position, "BodyLength is not the second field")
        digits, terminator, _ = rest.partition(b"\x01")
        if not digits.isdigit() or len(digits) > LENGTH_DIGITS_MAX:
            if not digits and not terminator:
                return INCOMPLETE
            return self._skip_to_start(buffer, position, "BodyLength is not a number")
        if not terminator:
            return INCOMPLETE
        if int(digits) > self._length_max:
            raise MessageTooLarge(f"A message announces {int(digits)} bytes; {self._length_max} is the most.")
        return self._check_body(buffer, position, length_at + len("9=") + len(digits) + 1, int(digits))

    def _check_body(self, buffer: bytes, position: int, body_at: int, length: int) -> int:
        """Judge a message whose first two fields are right."""
        start = buffer[body_at : body_at + 3]
        if not b"35=".startswith(start):
            return self._skip_to_start(buffer, position, "MsgType is not the third field")
        end = body_at + length
        if not b"10=".startswith(buffer[end : end + 3]) or (end <= len(buffer) and buffer[end - 1] != 1):
            return self._drop(position, end, "BodyLength is wrong")
        if end + TRAILER_BYTES > len(buffer):
            return INCOMPLETE
        prefix_end = buffer.index(b"\x01", position) + 3
        if not _is_sound(buffer[position : end + TRAILER_BYTES]):
            return self._drop(position, end, "CheckSum is wrong")
        self._prefix = buffer[position:prefix_end]
        return position

    def _drop(self, position: int, end: int, reason: str) -> int:
        self._count_garbage(end - position, reason)
        return end

    def _skip_to_start(self, buffer: bytes, position: int, reason: str) -> int:
        """Step to the next "8=FIX" behind `position`; keep what may be the first bytes of one."""
        start = buffer.find(START, position + 1)
        if start < 0:
            kept = (size for size in range(len(START) - 1, 0, -1) if buffer.endswith(START[:size], position + 1))
            start = len(buffer) - next(kept, 0)
        self._count_garbage(start - position, reason)
        return start

    def _count_garbage(self, count: int, reason: str) -> None:
        if self._garbage_bytes == 0 or reason != NO_START:  # else it is the rest of what was counted before
            self.garbled_count += 1
            self.garbled_reason = f"A message of {count} bytes was ignored: {reason}."
        self._garbage_bytes += count
        if self._garbage_bytes > self._length_max:
            raise MessageTooLarge(f"{self._garbage_bytes} bytes came without a FIX message among them.")


def _is_sound(frame: bytes) -> bool:
    """Tell if a frame ends with the right CheckSum, behind a whole field."""
    trailer = frame[-TRAILER_BYTES:]
    if len(frame) <= ANY_BYTES_MAX or (len(frame) <= ASCII_BYTES_MAX and frame.isascii()):
        return ADLER_OF_TRAILER.get(trailer) == adler32(frame) & 0xFF and frame[-TRAILER_BYTES - 1] == 1
    return trailer == b"10=%03d\x01" % checksum(frame[:-TRAILER_BYTES]) and frame[-TRAILER_BYTES - 1] == 1
