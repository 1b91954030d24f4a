"""Reading messages of an outbound store again, piece by piece."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tradsys_oms.fix.errors import StoreDamaged
from tradsys_oms.fix.store_records import StoredMessage, parse

READ_BYTES: Final = 1 << 18


def read_run(file: int, path: Path, fences: array[int], at: int, seq_num: int, last: int) -> Iterator[StoredMessage]:
    """Give the messages from `seq_num` to `last`, of which none was skipped.

    `fences` has where each one begins and ends, that of `seq_num` at index `at`. Raises StoreDamaged.
    """
    while seq_num <= last:
        first = fences[at]
        count = 1
        while seq_num + count <= last and fences[at + count + 1] - first <= READ_BYTES:
            count += 1
        piece = os.pread(file, fences[at + count] - first, first)
        at += count
        position = 0
        for _ in range(count):
            parsed = parse(piece, position, seq_num)
            if parsed is None:
                raise StoreDamaged(f"Message {seq_num} in {path} is damaged; restore the file, or reset the session.")
            message, position = parsed
            yield message
            seq_num += 1
