"""Where to begin to read for an entry in the middle of a segment, without a walk over all that is before it.

Seals can be found from any offset, because their mark never occurs in text and their CRC proves them, and each has the
sequence of the entry before it. So a place shortly before an entry is found by halving.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tradsys_oms.journal.scan import find_seal
from tradsys_oms.journal.segments import open_segment

_NEAR_BYTES: Final = 4 * 1024 * 1024
"""A walk over this is as quick as one more step of halving."""


def offset_before(path: Path, first_seq: int, seq: int, near_bytes: int = _NEAR_BYTES) -> int:
    """Give an offset at which a record begins, at most about `near_bytes` before the entry `seq` of a segment.

    The segment begins with `first_seq`; the offset is 0, or behind a seal whose entries are all before `seq`.
    """
    if seq <= first_seq:
        return 0
    fd = open_segment(path)
    try:
        size = os.fstat(fd).st_size
        low, high = 0, size
        while high - low > near_bytes:
            middle = (low + high) // 2
            place = find_seal(fd, middle, size)
            if place is not None and place.seq < seq:
                low = place.offset
            else:
                high = middle
        return low
    finally:
        os.close(fd)
