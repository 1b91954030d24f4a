"""Recovery and audit: a crash's traces are cut off and told, damage is refused and named."""

from __future__ import annotations

import hashlib
import shutil
import struct
import zlib
from pathlib import Path

import pytest

from tradsys_oms.journal.errors import JournalDamaged, JournalUnavailable
from tradsys_oms.journal.mark import NAME as MARK_NAME
from tradsys_oms.journal.reader import read_raw
from tradsys_oms.journal.records import ENTRY, pack_record, pack_seal
from tradsys_oms.journal.verify import VerifyReport, verify
from tradsys_oms.journal.writer import Durability, JournalWriter

FIRST = "00000000000000000001.tsj"


def write(directory: Path, batches: list[int], segment_bytes_max: int = 1 << 20, durability: Durability = "os") -> None:
    writer = JournalWriter.open(directory, durability, segment_bytes_max)
    for count in batches:
        for _ in range(count):
            writer.append(5, b"entry %d" % (writer.last_seq + 1))
        writer.commit()
    writer.close()


def sequences(directory: Path) -> list[int]:
    return [seq for seq, _, _ in read_raw(directory)]


def segments(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.tsj"))


def crash_in_last_batch(directory: Path) -> tuple[int, int]:
    """Leave the files as they are when power fails while the last of three batches is written; give its bounds."""
    write(directory, [3, 4], durability="fsync")
    start, mark = (directory / FIRST).stat().st_size, (directory / MARK_NAME).read_bytes()
    write(directory, [5], durability="fsync")
    (directory / MARK_NAME).write_bytes(mark)
    return start, (directory / FIRST).stat().st_size


def test_a_tail_cut_at_any_byte_costs_its_batch_only(tmp_path: Path) -> None:
    start, end = crash_in_last_batch(tmp_path / "crashed")
    for size in range(start, end):
        directory = tmp_path / str(size)
        shutil.copytree(tmp_path / "crashed", directory)
        with (directory / FIRST).open("r+b") as file:
            file.truncate(size)
        assert verify(directory).status == "clean"
        writer = JournalWriter.open(directory)
        assert (writer.last_seq, writer.recovery.truncated_bytes) == (7, size - start)
        assert writer.recovery.truncated_offset == (start if size > start else 0)
        assert writer.append(1, b"next") == 8
        writer.close()
        assert sequences(directory) == list(range(1, 9))
        assert verify(directory).status == "clean"
        shutil.rmtree(directory)


def test_a_whole_last_batch_is_kept_though_it_was_not_announced(tmp_path: Path) -> None:
    crash_in_last_batch(tmp_path)
    writer = JournalWriter.open(tmp_path)
    assert (writer.last_seq, writer.recovery.sentence) == (12, "")
    writer.close()
    assert sequences(tmp_path) == list(range(1, 13))


def test_a_last_batch_whose_middle_never_reached_the_disk_is_cut(tmp_path: Path) -> None:
    start, end = crash_in_last_batch(tmp_path)
    with (tmp_path / FIRST).open("r+b") as file:
        file.seek(start + 10)
        file.write(bytes(60))
    writer = JournalWriter.open(tmp_path)
    assert (writer.last_seq, writer.recovery.truncated_bytes) == (7, end - start)
    writer.close()


@pytest.mark.parametrize("durability", ["os", None])
def test_without_a_synced_mark_a_sealed_last_batch_counts_as_finished(
    tmp_path: Path, durability: Durability | None
) -> None:
    """Nothing says that it never was durable, so nobody may cut it off."""
    start, _ = crash_in_last_batch(tmp_path)
    if durability is None:
        (tmp_path / MARK_NAME).unlink()
    else:
        good = (tmp_path / FIRST).read_bytes()
        with (tmp_path / FIRST).open("r+b") as file:
            file.truncate(start)
        JournalWriter.open(tmp_path, durability).close()
        (tmp_path / FIRST).write_bytes(good)
    with (tmp_path / FIRST).open("r+b") as file:
        file.seek(start + 10)
        file.write(bytes(60))
    with pytest.raises(JournalDamaged):
        JournalWriter.open(tmp_path)


@pytest.mark.parametrize("garbage", [b"\0" * 4096, b"\xff" * 100, b"{" * 30, b"\0"])
def test_bytes_that_mean_nothing_behind_the_end_are_cut(tmp_path: Path, garbage: bytes) -> None:
    write(tmp_path, [3, 4])
    with (tmp_path / FIRST).open("ab") as file:
        file.write(garbage)
    report = verify(tmp_path)
    assert (report.status, len(report.notes)) == ("clean", 1)
    writer = JournalWriter.open(tmp_path)
    assert (writer.last_seq, writer.recovery.truncated_bytes) == (7, len(garbage))
    writer.close()


def test_a_clean_journal_cut_short_starts_and_says_what_is_lost(tmp_path: Path) -> None:
    write(tmp_path, [3, 4], durability="fsync")
    with (tmp_path / FIRST).open("r+b") as file:
        file.truncate((tmp_path / FIRST).stat().st_size - 5)
    report = verify(tmp_path)
    assert report.status == "damaged"
    assert "was durable up to sequence 7" in report.faults[-1]
    writer = JournalWriter.open(tmp_path)
    assert (writer.last_seq, writer.recovery.lost_entries) == (3, 4)
    assert "4 entries that had been durable are gone" in writer.recovery.sentence
    writer.close()
    assert verify(tmp_path).status == "clean"


@pytest.mark.parametrize("size", [0, 10, 83, 100, 147])
def test_a_segment_that_was_never_finished_goes(tmp_path: Path, size: int) -> None:
    write(tmp_path, [5, 5])
    path = tmp_path / f"{11:020d}.tsj"
    path.write_bytes((tmp_path / FIRST).read_bytes()[:size])
    assert verify(tmp_path).status == "clean"
    assert sequences(tmp_path) == list(range(1, 11))
    writer = JournalWriter.open(tmp_path)
    assert (writer.last_seq, path.exists(), writer.recovery.truncated_bytes) == (10, False, size)
    writer.close()


def test_a_journal_that_never_began_begins(tmp_path: Path) -> None:
    (tmp_path / FIRST).write_bytes(b"")
    write(tmp_path, [1])
    assert sequences(tmp_path) == [1]


@pytest.mark.parametrize("durability", ["os", "fsync"])
def test_every_flipped_bit_of_a_finished_journal_is_found(tmp_path: Path, durability: Durability) -> None:
    """Also in the last batch, whose own seal may be what is hit: the durable mark knows that it was finished."""
    write(tmp_path, [1, 2, 1], durability=durability)
    good = (tmp_path / FIRST).read_bytes()
    last_seal = len(good) - 65 if durability == "os" else len(good)
    for offset in range(len(good)):
        (tmp_path / FIRST).write_bytes(good[:offset] + bytes([good[offset] ^ (1 << offset % 8)]) + good[offset + 1 :])
        report = verify(tmp_path)
        assert report.status == ("unavailable" if "format version" in str(report.faults) else "damaged")
        assert report.faults[0].startswith(f"{FIRST} offset ") or report.status == "unavailable"
        if offset < last_seal:
            with pytest.raises((JournalDamaged, JournalUnavailable)):
                JournalWriter.open(tmp_path, durability)
            assert (tmp_path / FIRST).stat().st_size == len(good)


def test_damage_is_named_by_file_offset_and_sequence(tmp_path: Path) -> None:
    write(tmp_path, [3, 4, 5])
    path = tmp_path / FIRST
    data = path.read_bytes()
    place = data.index(b"entry 5")
    path.write_bytes(data.replace(b"entry 5", b"entry 6", 1))
    with pytest.raises(JournalDamaged) as caught:
        JournalWriter.open(tmp_path)
    assert (caught.value.file, caught.value.offset, caught.value.sequence) == (FIRST, place - 21, 5)
    assert str(caught.value).startswith(
        f"The journal is damaged in {FIRST} at offset {place - 21}, sequence 5: the CRC"
    )


def test_an_audit_names_every_damaged_place_and_goes_on(tmp_path: Path) -> None:
    write(tmp_path, [10] * 30, segment_bytes_max=3000)
    assert len(segments(tmp_path)) > 3
    for number in (115, 177, 290):
        for path in segments(tmp_path):
            path.write_bytes(path.read_bytes().replace(b"entry %d" % number, b"Entry %d" % number))
    report = verify(tmp_path)
    assert report.status == "damaged"
    assert [fault.split("sequence ")[1] for fault in report.faults] == [
        "115: the CRC of a record is wrong.",
        "177: the CRC of a record is wrong.",
        "290: the CRC of a record is wrong.",
    ]
    assert (report.last_seq, report.records) == (300, 270)


def test_a_record_cut_out_or_moved_breaks_the_chain(tmp_path: Path) -> None:
    write(tmp_path, [1, 1, 1])
    data = (tmp_path / FIRST).read_bytes()
    head, size = 148, 25 + 7 + 65
    (tmp_path / FIRST).write_bytes(data[: head + size] + data[head + 2 * size :])
    with pytest.raises(JournalDamaged, match="sequence 3 stands where 2 is due"):
        JournalWriter.open(tmp_path)
    swapped = data[:head] + data[head + size : head + 2 * size] + data[head : head + size] + data[head + 2 * size :]
    (tmp_path / FIRST).write_bytes(swapped)
    assert verify(tmp_path).status == "damaged"


def test_a_batch_of_another_journal_breaks_the_chain(tmp_path: Path) -> None:
    """Right CRCs and sequences, wrong history: only the digests can tell."""
    write(tmp_path / "a", [1, 1, 1])
    write(tmp_path / "b", [1, 1, 1])
    one, other = (tmp_path / "a" / FIRST).read_bytes(), (tmp_path / "b" / FIRST).read_bytes()
    size = 25 + 7 + 65
    (tmp_path / "a" / FIRST).write_bytes(one[: 148 + size] + other[148 + size : 148 + 2 * size] + one[148 + 2 * size :])
    with pytest.raises(JournalDamaged, match="doesn't continue the chain"):
        JournalWriter.open(tmp_path / "a")


def test_an_audit_also_checks_the_crc_under_a_digest_that_fits(tmp_path: Path) -> None:
    """Followers go by the CRCs: a journal that they can't read isn't clean."""
    write(tmp_path, [1])
    data = (tmp_path / FIRST).read_bytes()
    record = bytearray(pack_record(ENTRY, 2, 5, b"entry 2"))
    record[-1] ^= 1
    seal = pack_seal(2, 5, hashlib.sha256(data[-36:-4] + record).digest())
    (tmp_path / FIRST).write_bytes(data + record + seal)
    assert "sequence 2: the CRC of a record is wrong" in verify(tmp_path).faults[0]


@pytest.mark.parametrize("missing", [0, 1, -1])
def test_a_missing_segment_is_named(tmp_path: Path, missing: int) -> None:
    write(tmp_path, [5] * 20, segment_bytes_max=500, durability="fsync")
    segments(tmp_path)[missing].unlink()
    with pytest.raises(JournalDamaged, match="missing"):
        JournalWriter.open(tmp_path)
    assert verify(tmp_path).status == "damaged"


def test_a_segment_of_another_journal_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a", [5] * 20, segment_bytes_max=500)
    write(tmp_path / "b", [5] * 20, segment_bytes_max=500)
    shutil.copy(segments(tmp_path / "b")[1], segments(tmp_path / "a")[1])
    with pytest.raises(JournalDamaged, match="belongs to another journal"):
        JournalWriter.open(tmp_path / "a")
    assert "belongs to another journal" in verify(tmp_path / "a").faults[0]


def test_another_format_version_is_no_damage(tmp_path: Path) -> None:
    write(tmp_path, [1])
    data = bytearray((tmp_path / FIRST).read_bytes())
    struct.pack_into("<H", data, 21 + 8, 9)
    struct.pack_into("<I", data, 79, zlib.crc32(data[:79]))
    (tmp_path / FIRST).write_bytes(data)
    with pytest.raises(JournalUnavailable, match="format version 9"):
        JournalWriter.open(tmp_path)
    assert verify(tmp_path).status == "unavailable"


def test_an_audit_of_nothing_is_unavailable(tmp_path: Path) -> None:
    assert verify(tmp_path).status == "unavailable"
    assert verify(tmp_path / "none").status == "unavailable"


def test_an_audit_beside_a_running_writer_is_clean(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path, "os", segment_bytes_max=1000)
    for count in range(1, 50):
        writer.append(1, b"x" * count)
        writer.commit()
        report = verify(tmp_path)
        assert (report.status, report.records, report.last_seq) == ("clean", count, count)
    writer.close()
    assert verify(tmp_path) == VerifyReport(
        "clean", 49, report.batches, report.segments, 1, 49, writer.journal_id.hex(), [], []
    )
