"""Followers: a tail sees what is durable, all of it, once, in order, in any process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tradsys_oms.core.commands import SetMember
from tradsys_oms.journal.entries import Entry, encode_entry
from tradsys_oms.journal.errors import JournalDamaged
from tradsys_oms.journal.mark import NAME as MARK_NAME
from tradsys_oms.journal.reader import Tail, durable_seq, read_raw
from tradsys_oms.journal.writer import JournalWriter


def add(writer: JournalWriter, count: int) -> None:
    for _ in range(count):
        writer.append(writer.last_seq, encode_entry(SetMember(f"M{writer.last_seq + 1}", True), ()))
    writer.commit()


def member(seq: int) -> Entry:
    return Entry(seq, seq - 1, SetMember(f"M{seq}", True), ())


def test_a_tail_follows_from_segment_to_segment(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path, "os", segment_bytes_max=400)
    tail = Tail(tmp_path)
    seen: list[Entry] = []
    for count in (1, 7, 0, 30, 1, 1, 200, 3):
        add(writer, count)
        polled = tail.poll(1000)
        assert len(polled) == count
        assert tail.poll(1000) == []
        seen += polled
    assert len(list(tmp_path.glob("*.tsj"))) > 3
    assert seen == [member(seq) for seq in range(1, 244)]
    tail.close()
    writer.close()


def test_a_tail_gives_no_more_than_asked_for(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path, "os", segment_bytes_max=400)
    for _ in range(10):
        add(writer, 5)
    tail = Tail(tmp_path, after_seq=3)
    assert [entry.seq for _ in range(20) for entry in tail.poll(3)] == list(range(4, 51))
    tail.close()
    writer.close()


def test_a_tail_may_start_before_the_journal(tmp_path: Path) -> None:
    tail = Tail(tmp_path)
    assert tail.poll(10) == []
    writer = JournalWriter.open(tmp_path)
    assert tail.poll(10) == []
    add(writer, 1)
    assert tail.poll(10) == [member(1)]
    tail.close()
    writer.close()


def test_a_reader_stops_at_the_durable_mark_though_the_file_goes_on(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path)
    add(writer, 3)
    mark = (tmp_path / MARK_NAME).read_bytes()
    tail = Tail(tmp_path)
    add(writer, 4)
    writer.close()
    (tmp_path / MARK_NAME).write_bytes(mark)
    assert durable_seq(tmp_path) == 3
    assert [seq for seq, _, _ in read_raw(tmp_path)] == [1, 2, 3]
    tail.close()


def test_without_a_mark_a_reader_goes_to_the_last_seal(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path, "os", segment_bytes_max=400)
    add(writer, 3)
    add(writer, 20)
    writer.close()
    (tmp_path / MARK_NAME).unlink()
    last = max(tmp_path.glob("*.tsj"))
    last.write_bytes(last.read_bytes()[:-1])
    assert durable_seq(tmp_path) == 3
    assert [seq for seq, _, _ in read_raw(tmp_path)] == [1, 2, 3]


@pytest.mark.parametrize("slot", [0, 1])
def test_a_mark_that_is_half_written_is_not_believed(tmp_path: Path, slot: int) -> None:
    writer = JournalWriter.open(tmp_path)
    for _ in range(2):
        add(writer, 1)
    writer.close()
    mark = bytearray((tmp_path / MARK_NAME).read_bytes())
    mark[slot * 64 + 40] ^= 0xFF
    (tmp_path / MARK_NAME).write_bytes(mark)
    assert durable_seq(tmp_path) in (1, 2)
    mark[(1 - slot) * 64 + 40] ^= 0xFF
    (tmp_path / MARK_NAME).write_bytes(mark)
    assert durable_seq(tmp_path) == 2


def test_a_reader_that_knows_more_than_the_journal_is_told(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path)
    add(writer, 3)
    with pytest.raises(JournalDamaged, match="sequence 9 was read from it before"):
        Tail(tmp_path, after_seq=9).poll(1)
    assert Tail(tmp_path, after_seq=3).poll(1) == []
    writer.close()


def test_a_bad_record_stops_a_reader_where_it_is(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path)
    add(writer, 5)
    writer.close()
    path = tmp_path / "00000000000000000001.tsj"
    data = path.read_bytes().replace(b"M3", b"M4")
    path.write_bytes(data)
    tail = Tail(tmp_path)
    with pytest.raises(JournalDamaged, match=r"00000000000000000001\.tsj at offset \d+, sequence 3: the CRC"):
        tail.poll(10)
    tail.close()


def test_an_entry_of_another_format_is_named(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path)
    writer.append(1, b"\x92\x91\x7f\x90")
    writer.close()
    with pytest.raises(JournalDamaged, match="sequence 1: this program doesn't know the entry's format"):
        Tail(tmp_path).poll(1)


def test_a_tail_in_another_process_sees_each_entry_once(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from tradsys_oms.journal.reader import Tail\n"
        "tail = Tail(Path(sys.argv[1])); deadline = time.monotonic() + 20; count = 0\n"
        "print('ready', flush=True)\n"
        "while count < 3000 and time.monotonic() < deadline:\n"
        "    for entry in tail.poll(100):\n"
        "        count += 1\n"
        "        assert entry.seq == count and entry.command.member == f'M{count}'\n"
        "print(count)"
    )
    writer = JournalWriter.open(tmp_path, "os", segment_bytes_max=5000)
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        for _ in range(300):
            add(writer, 10)
        assert reader.stdout.read() == "3000\n"
    writer.close()
