"""The answer to a ResendRequest, as a stream of bounded chunks from the store (test case 8).

Application messages go out again with their number, PossDupFlag (43) Y, a new SendingTime (52) and the old one as
OrigSendingTime (122), and Rejects as well; a run of other administrative messages, which are transient, becomes one
SequenceReset with GapFillFlag (123) Y.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.message import SOH
from tradsys_oms.fix.store_records import StoredMessage
from tradsys_oms.fix.timestamps import utc_timestamp

CHUNK_BYTES: Final = 1 << 16
CHUNK_MESSAGES: Final = 1000
"""So many are looked at for one chunk at most: of transient messages there may be many, and none is sent."""
INFINITY_OF_42: Final = 999_999
"""EndSeqNo (16) for "all" before FIX 4.3; later it is 0 (FIX 4.2, "Resend Request"). Both are taken."""
MSG_TYPE: Final = "\x0135="
SENDING_TIME: Final = "\x0152="
SENDING_TIME_LENGTH: Final = 21
TRAILER_LENGTH: Final = 7


def last_wanted(end: int, next_out: int) -> int:
    """Give the last number to send again: EndSeqNo may mean all, or more than there is."""
    return next_out - 1 if end in (0, INFINITY_OF_42) or end >= next_out else end


def resend(
    messages: Iterable[StoredMessage], begin: int, end: int, begin_string: str, comp_ids: str, clock: Callable[[], int]
) -> Iterator[bytes]:
    """Give the messages from `begin` to `end` as chunks to write, some of them empty.

    `comp_ids` is the head of our messages from 49 up to "34=".
    """
    chunk: list[bytes] = []
    size = 0
    gap_begin = begin
    for count, message in enumerate(messages, 1):
        if not message.is_transient:
            if gap_begin < message.seq_num:
                chunk.append(gap_fill(gap_begin, message.seq_num, begin_string, comp_ids, clock()))
            gap_begin = message.seq_num + 1
            chunk.append(again(message.raw, begin_string, clock()))
            size += len(chunk[-1])
        if size >= CHUNK_BYTES or count % CHUNK_MESSAGES == 0:
            yield b"".join(chunk)
            chunk, size = [], 0
    if gap_begin <= end:
        chunk.append(gap_fill(gap_begin, end + 1, begin_string, comp_ids, clock()))
    if chunk:
        yield b"".join(chunk)


def unsent(messages: Iterable[StoredMessage]) -> Iterator[bytes]:
    """Give messages that were stored while a resend was under way, as they are, as chunks to write."""
    chunk: list[bytes] = []
    size = 0
    for message in messages:
        chunk.append(message.raw)
        size += len(message.raw)
        if size >= CHUNK_BYTES:
            yield b"".join(chunk)
            chunk, size = [], 0
    if chunk:
        yield b"".join(chunk)


def gap_fill(seq_num: int, new_seq_no: int, begin_string: str, comp_ids: str, now_ns: int) -> bytes:
    """Make a SequenceReset that takes the place of the messages from `seq_num` to before `new_seq_no`."""
    now = utc_timestamp(now_ns)
    head = f"35=4\x01{comp_ids}{seq_num}\x0143=Y\x0152={now}\x01122={now}\x01"
    return encode(begin_string, head, f"123=Y\x0136={new_seq_no}\x01")


def content(raw: bytes) -> tuple[str, str]:
    """Give the MsgType (35) of a message that `Session.send` made, and the body that it was made of."""
    text = raw.decode("latin-1")
    type_at = text.index(MSG_TYPE) + len(MSG_TYPE)
    body_at = text.index(SENDING_TIME, type_at) + len(SENDING_TIME) + SENDING_TIME_LENGTH + 1
    return text[type_at : text.index(SOH, type_at)], text[body_at:-TRAILER_LENGTH]


def again(raw: bytes, begin_string: str, now_ns: int) -> bytes:
    """Make a possible duplicate of a message that `Session.send` made."""
    text = raw.decode("latin-1")
    start = text.index(SOH, text.index(SOH) + 1) + 1
    time_at = text.index(SENDING_TIME, start) + len(SENDING_TIME)
    time_end = time_at + SENDING_TIME_LENGTH
    before = text[start : time_at - len(SENDING_TIME)]
    head = f"{before}\x0143=Y\x0152={utc_timestamp(now_ns)}\x01122={text[time_at:time_end]}\x01"
    return encode(begin_string, head, text[time_end + 1 : -TRAILER_LENGTH])
