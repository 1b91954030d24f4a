"""The journal against a naive model: a list of what was committed, whatever happens to the files or the process."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tradsys_oms.journal.errors import JournalDamaged, JournalUnavailable
from tradsys_oms.journal.mark import NAME as MARK_NAME
from tradsys_oms.journal.reader import RawEntry, Tail, read_raw
from tradsys_oms.journal.verify import verify
from tradsys_oms.journal.writer import JournalWriter

PAYLOADS = st.binary(max_size=300)
BATCHES = st.lists(st.lists(PAYLOADS, min_size=1, max_size=5), min_size=2, max_size=12)
SEGMENT_BYTES = st.integers(min_value=200, max_value=3000)


def write(directory: Path, batches: list[list[bytes]], segment_bytes_max: int) -> None:
    writer = JournalWriter.open(directory, "os", segment_bytes_max)
    for batch in batches:
        for payload in batch:
            writer.append(writer.last_seq, payload)
        writer.commit()
    writer.close()


@settings(max_examples=60, deadline=None)
@given(
    runs=st.lists(st.tuples(BATCHES, SEGMENT_BYTES), min_size=1, max_size=3),
    after_seq=st.integers(0, 40),
    poll_size=st.integers(1, 9),
)
def test_what_is_written_is_read(runs: list[tuple[list[list[bytes]], int]], after_seq: int, poll_size: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory, model = Path(name), list[RawEntry]()
        tail, followed = Tail(directory), list[RawEntry]()
        for batches, segment_bytes_max in runs:
            write(directory, batches, segment_bytes_max)
            for payload in (payload for batch in batches for payload in batch):
                model.append((len(model) + 1, len(model), payload))
            while polled := tail.poll_raw(poll_size):
                followed += polled
            assert followed == model
        tail.close()
        after_seq = min(after_seq, len(model))
        assert list(read_raw(directory, after_seq)) == model[after_seq:]
        report = verify(directory)
        assert (report.status, report.records, report.faults) == ("clean", len(model), [])


@settings(max_examples=150, deadline=None)
@given(batches=BATCHES, segment_bytes_max=SEGMENT_BYTES, place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_found_and_changes_nothing(
    batches: list[list[bytes]], segment_bytes_max: int, place: float, bit: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write(directory, batches, segment_bytes_max)
        files = sorted(directory.glob("*.tsj"))
        offset = int(place * (sum(path.stat().st_size for path in files) - 65))
        for path in files:
            if offset < path.stat().st_size:
                break
            offset -= path.stat().st_size
        data = bytearray(path.read_bytes())
        data[offset] ^= 1 << bit
        path.write_bytes(data)
        assert verify(directory).status != "clean"
        before = {path: path.read_bytes() for path in files}
        with pytest.raises((JournalDamaged, JournalUnavailable)):
            JournalWriter.open(directory)
        assert {path: path.read_bytes() for path in files} == before


@settings(max_examples=100, deadline=None)
@given(batches=BATCHES, segment_bytes_max=SEGMENT_BYTES, place=st.floats(0, 1), garbage=st.binary(max_size=200))
def test_a_crash_costs_only_what_was_not_announced(
    batches: list[list[bytes]], segment_bytes_max: int, place: float, garbage: bytes
) -> None:
    """The last batch is written up to any byte, then anything may follow; the batches before it are the model."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write(directory, batches[:-1], segment_bytes_max)
        files, mark = set(directory.glob("*.tsj")), (directory / MARK_NAME).read_bytes()
        start = max(files).stat().st_size
        write(directory, batches[-1:], segment_bytes_max)
        (directory / MARK_NAME).write_bytes(mark)
        last = max(directory.glob("*.tsj"))
        start = start if last in files else 0
        data = last.read_bytes()
        torn = data[: start + int(place * (len(data) - 1 - start))] + garbage
        assume(not torn.startswith(data))
        last.write_bytes(torn)
        writer = JournalWriter.open(directory)
        writer.append(99, b"next")
        writer.close()
        model = [payload for batch in batches[:-1] for payload in batch] + [b"next"]
        assert [payload for _, _, payload in read_raw(directory)] == model
        assert verify(directory).status == "clean"
