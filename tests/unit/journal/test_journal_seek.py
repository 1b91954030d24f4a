"""An entry in the middle of a segment is found without reading all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.journal.test_journal_tail import add, member
from tradsys_oms.core.commands import SetMember
from tradsys_oms.journal.entries import encode_entry
from tradsys_oms.journal.reader import Tail
from tradsys_oms.journal.records import ENTRY, HEADER, SEGMENT
from tradsys_oms.journal.seek import offset_before
from tradsys_oms.journal.segments import list_segments
from tradsys_oms.journal.writer import JournalWriter


@pytest.mark.parametrize("near_bytes", [1, 100, 10_000])
def test_reading_may_begin_shortly_before_any_entry(tmp_path: Path, near_bytes: int) -> None:
    writer = JournalWriter.open(tmp_path, "os", segment_bytes_max=4_000)
    for count in (1, 7, 30, 1, 1, 200, 3):
        add(writer, count)
    writer.close()
    segments = list_segments(tmp_path)
    assert len(segments) > 2
    for seq in range(1, writer.last_seq + 1):
        first_seq, path = [item for item in segments if item[0] <= seq][-1]
        offset = offset_before(path, first_seq, seq, near_bytes)
        _, found, _, kind = HEADER.unpack_from(path.read_bytes(), offset)
        assert (kind, found <= seq) in ((ENTRY, True), (SEGMENT, True))


def test_a_tail_begins_in_the_middle_of_a_large_segment(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path, "os")
    for _ in range(500):
        for _ in range(500):
            writer.append(writer.last_seq, encode_entry(SetMember(f"M{writer.last_seq + 1}", True), ()))
        writer.commit()
    ((_, path),) = list_segments(tmp_path)
    assert path.stat().st_size > 8_000_000
    for seq in (1, 2, 777, 125_000, 125_001, 249_999, 250_000):
        tail = Tail(tmp_path, after_seq=seq - 1)
        assert tail.poll(1) == [member(seq)]
        tail.close()
    assert offset_before(path, 1, 250_000) > path.stat().st_size - 5_000_000
    writer.close()
