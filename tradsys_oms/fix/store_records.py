"""The records of an outbound store's file: a header, a body, and a CRC-32 over both.

A body is a message, or, with the flag `IS_SKIP`, the answer to "which number is next": all numbers from that of the
record up to before the next one name no message, and never will. A skip record also tells what the store has to know
about the time before it: the origin of the last report, and up to which journal sequence nobody can say what was
delivered.
"""

from __future__ import annotations

import re
from mmap import mmap
from struct import Struct as Layout
from typing import Final, NamedTuple
from zlib import crc32

Origin = tuple[int, int]
"""Place in the journal of the event that a message reports: sequence, index of the event; (0, 0) for none."""

HEADER: Final = Layout("<IBQQI")
"""Length of the body, flags, MsgSeqNum, and the origin."""
CRC: Final = Layout("<I")
SKIP: Final = Layout("<QQ")
"""Next MsgSeqNum; journal sequence up to which the delivery of reports that are not in the store is unknown."""
OVERHEAD_BYTES: Final = HEADER.size + CRC.size
NO_ORIGIN: Final = (0, 0)
IS_TRANSIENT: Final = 1
"""Flag of a message that is not to be sent again."""
IS_SKIP: Final = 2
MESSAGE_BYTES_MAX: Final = 1 << 26
SEQ_NUM_MAX: Final = 999_999_999
"""Largest number that a store is told to go on with: many engines keep numbers in 32 bits."""
PLAUSIBLE_HEADER: Final = re.compile(rb"(?=.{3}[\x00-\x04][\x00-\x02](?!\x00{5}).{5}\x00{3})", re.DOTALL)
"""Where a record may begin: length of at most MESSAGE_BYTES_MAX, known flags, MsgSeqNum from 1 to 2**40."""


class StoredMessage(NamedTuple):
    """A message as it was sent; with no bytes: the last one of a run of numbers that name no message."""

    seq_num: int
    is_transient: bool
    raw: bytes
    origin: Origin = NO_ORIGIN


def pack_skip(seq_num: int, next_seq_num: int, last_origin: Origin, unknown_seq: int) -> bytes:
    """Make the record that skips the numbers from `seq_num` to before `next_seq_num`."""
    record = HEADER.pack(SKIP.size, IS_SKIP, seq_num, *last_origin) + SKIP.pack(next_seq_num, unknown_seq)
    return record + CRC.pack(crc32(record))


def parse(piece: bytes, at: int, seq_num: int) -> tuple[StoredMessage, int] | None:
    """Give the message at `at` and where the next one begins; None where there is no sound one with this number."""
    length, flags, number, origin_seq, origin_index = HEADER.unpack_from(piece, at)
    start = at + HEADER.size
    end = start + length
    is_sound = number == seq_num and end + CRC.size <= len(piece)
    if not is_sound or CRC.unpack_from(piece, end)[0] != crc32(memoryview(piece)[at:end]):
        return None
    message = StoredMessage(number, bool(flags & IS_TRANSIENT), piece[start:end], (origin_seq, origin_index))
    return message, end + CRC.size


def is_whole(block: bytes | mmap, at: int, length: int, seq_num: int) -> bool:
    """Tell if there is a sound record with this number."""
    end = at + length - CRC.size
    if end + CRC.size > len(block) or HEADER.unpack_from(block, at)[2] != seq_num:
        return False
    good: bool = CRC.unpack_from(block, end)[0] == crc32(block[at:end])
    return good


def has_sound_record(data: mmap, start: int) -> bool:
    """Tell if there is a sound record, whatever its number, anywhere from `start` on."""
    for candidate in PLAUSIBLE_HEADER.finditer(data, start):
        at = candidate.start()
        if at + OVERHEAD_BYTES > len(data):
            return False
        length, _, seq_num = HEADER.unpack_from(data, at)[:3]
        if is_whole(data, at, length + OVERHEAD_BYTES, seq_num):
            return True
    return False
