"""Writing and reading back: what goes in comes out, across segments, restarts and processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tradsys_oms.core.commands import NewOrder, SetMember
from tradsys_oms.core.events import Execution, Refused
from tradsys_oms.errors import InvariantError
from tradsys_oms.journal.entries import Entry, encode_entry
from tradsys_oms.journal.errors import JournalLocked, JournalUnavailable, JournalWriteFailed
from tradsys_oms.journal.reader import durable_seq, read_entries, read_journal_id, read_raw
from tradsys_oms.journal.writer import JournalWriter

ORDER = NewOrder("BROKER44", 7, "C-1", "ACC", "ACME", "1", "2", "0", 100_00000000, 100_25000000)
REPORT = Execution(
    "BROKER44", "FIRM", 3, "C-1", "", "0", "0", "ACC", "ACME", "1", "2", "0", 100, 10025, 0, 100, 0, text="é"
)


def fill(directory: Path, batches: list[int], segment_bytes_max: int = 1 << 20, start: int = 0) -> None:
    """Write batches of the given sizes with payloads that tell their sequence."""
    writer = JournalWriter.open(directory, "os", segment_bytes_max)
    for count in batches:
        for _ in range(count):
            writer.append(1000 + writer.last_seq, b"payload of %d" % (writer.last_seq + 1))
        writer.commit()
    writer.close()


@pytest.mark.parametrize("durability", ["fsync", "os"])
def test_entries_come_back_as_they_were(tmp_path: Path, durability: str) -> None:
    writer = JournalWriter.open(tmp_path / "journal", "fsync" if durability == "fsync" else "os")
    assert writer.append(1_700_000_000_000_000_001, encode_entry(ORDER, [REPORT, REPORT])) == 1
    assert writer.append(1_700_000_000_000_000_002, encode_entry(SetMember("FIRM", True), (Refused("no"),))) == 2
    writer.close()
    assert list(read_entries(tmp_path / "journal")) == [
        Entry(1, 1_700_000_000_000_000_001, ORDER, (REPORT, REPORT)),
        Entry(2, 1_700_000_000_000_000_002, SetMember("FIRM", True), (Refused("no"),)),
    ]


def test_sequences_go_on_after_a_restart(tmp_path: Path) -> None:
    fill(tmp_path, [3])
    journal_id = read_journal_id(tmp_path)
    fill(tmp_path, [2])
    assert [seq for seq, _, _ in read_raw(tmp_path)] == [1, 2, 3, 4, 5]
    assert read_journal_id(tmp_path) == journal_id


def test_nothing_is_durable_before_its_batch_is_written(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path)
    writer.append(1, b"one")
    batch = writer.take_batch()
    writer.append(2, b"two")
    assert batch is not None
    assert (batch.first_seq, batch.last_seq, durable_seq(tmp_path)) == (1, 1, 0)
    writer.write_batch(batch)
    assert durable_seq(tmp_path) == 1
    assert [payload for _, _, payload in read_raw(tmp_path)] == [b"one"]
    writer.close()
    assert durable_seq(tmp_path) == 2


def test_segments_roll_over_and_read_as_one(tmp_path: Path) -> None:
    fill(tmp_path, [5] * 40, segment_bytes_max=1000)
    names = sorted(path.name for path in tmp_path.glob("*.tsj"))
    assert len(names) > 5
    assert names[0] == "00000000000000000001.tsj"
    assert all((tmp_path / name).stat().st_size <= 1000 for name in names)
    assert list(read_raw(tmp_path)) == [(seq, 999 + seq, b"payload of %d" % seq) for seq in range(1, 201)]
    for after in (0, 1, 4, 5, 99, 100, 199, 200):
        assert [seq for seq, _, _ in read_raw(tmp_path, after)] == list(range(after + 1, 201))


def test_a_batch_larger_than_a_segment_gets_one_of_its_own(tmp_path: Path) -> None:
    fill(tmp_path, [1, 100, 1], segment_bytes_max=500)
    assert [seq for seq, _, _ in read_raw(tmp_path)] == list(range(1, 103))
    assert len(list(tmp_path.glob("*.tsj"))) == 3


def test_a_large_payload_comes_back_whole_and_one_over_the_maximum_is_refused(tmp_path: Path) -> None:
    payload = os.urandom(5 * 1024 * 1024)
    writer = JournalWriter.open(tmp_path, "os")
    writer.append(1, payload)
    with pytest.raises(InvariantError, match="is over"):
        writer.append(2, bytes(16 * 1024 * 1024 + 1))
    writer.append(2, b"small")
    writer.close()
    assert list(read_raw(tmp_path)) == [(1, 1, payload), (2, 2, b"small")]
    writer = JournalWriter.open(tmp_path, "os")
    assert writer.last_seq == 2
    writer.close()


def test_a_second_writer_is_refused_with_one_sentence(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path)
    with pytest.raises(JournalLocked, match=f"another process .pid {os.getpid()}.; stop that one"):
        JournalWriter.open(tmp_path)
    writer.close()
    JournalWriter.open(tmp_path).close()


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path)
    code = (
        "import sys; from pathlib import Path; from tradsys_oms.journal.writer import JournalWriter\n"
        "from tradsys_oms.errors import TradsysError\n"
        "try: JournalWriter.open(Path(sys.argv[1]))\n"
        "except TradsysError as error: print(type(error).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "JournalLocked\n"
    writer.close()


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalUnavailable, match=r"file/journal can't be written \(Not a directory\)"):
        JournalWriter.open(tmp_path / "file" / "journal")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_without_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(JournalUnavailable, match="Permission denied"):
        JournalWriter.open(tmp_path)
    tmp_path.chmod(0o755)


def test_a_closed_writer_takes_nothing(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path)
    writer.close()
    writer.close()
    with pytest.raises(JournalWriteFailed, match="is closed"):
        writer.append(1, b"late")


def test_reading_what_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match=r"can't be read \(No such file or directory\)"):
        list(read_entries(tmp_path / "none"))
    with pytest.raises(JournalUnavailable, match="There is no journal"):
        read_journal_id(tmp_path)
    assert list(read_entries(tmp_path)) == []
    assert durable_seq(tmp_path) == 0


def test_a_batch_is_synced_after_it_is_written_and_before_anybody_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, int]] = []
    real_sync = os.fdatasync

    def watched_sync(fd: int) -> None:
        real_sync(fd)
        seen.append((b"the batch" in (tmp_path / "00000000000000000001.tsj").read_bytes(), durable_seq(tmp_path)))

    writer = JournalWriter.open(tmp_path, "fsync")
    monkeypatch.setattr(os, "fdatasync", watched_sync)
    writer.append(1, b"the batch")
    assert writer.commit() == durable_seq(tmp_path) == 1
    assert seen == [(True, 0)]
    writer.close()


def test_a_sync_that_fails_is_never_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk error at the sync can't be had for real without a broken disk."""
    calls: list[int] = []

    def broken_sync(fd: int) -> None:
        calls.append(fd)
        raise OSError(5, "Input/output error")

    writer = JournalWriter.open(tmp_path, "fsync")
    writer.append(1, b"good")
    writer.commit()
    writer.append(2, b"bad")
    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", broken_sync)
        with pytest.raises(JournalWriteFailed, match=r"\(Input/output error\) after sequence 1;"):
            writer.commit()
    with pytest.raises(JournalWriteFailed):
        writer.append(3, b"after")
    writer.close()
    assert (len(calls), durable_seq(tmp_path)) == (1, 1)
    assert [payload for _, _, payload in read_raw(tmp_path)] == [b"good"]
