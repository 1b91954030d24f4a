"""The outbound store: what was flushed is there again, a torn end is cut, damage is named, a failed write is final."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tradsys_oms.errors import InvariantError
from tradsys_oms.fix.errors import StoreDamaged, StoreUnavailable, StoreWriteFailed
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.fix.store_records import StoredMessage

ROOT = Path(__file__).resolve().parents[3]


def filled(folder: Path, count: int, *, epoch: int = 0) -> OutboundStore:
    """Give a store with so many messages; every third is transient."""
    store = OutboundStore.open(folder, epoch)
    for number in range(1, count + 1):
        store.append(number, message(number), origin_of(number), number % 3 == 0)
    store.flush()
    return store


def origin_of(number: int) -> tuple[int, int]:
    return (0, 0) if number % 3 == 0 else (number * 10, number % 2)


def message(number: int) -> bytes:
    return b"8=FIX.4.4\x0134=%d\x01" % number * (1 + number % 7)


def read_all(store: OutboundStore) -> list[StoredMessage]:
    return list(store.read(1, store.next_seq_num - 1)) if store.next_seq_num > 1 else []


def test_messages_and_places_are_there_again(tmp_path: Path) -> None:
    filled(tmp_path, 10).close()
    store = OutboundStore.open(tmp_path, 0)
    assert read_all(store) == [StoredMessage(n, n % 3 == 0, message(n), origin_of(n)) for n in range(1, 11)]
    assert (store.next_seq_num, store.last_origin, store.truncated_bytes) == (11, (100, 0), 0)
    store.append(11, b"new", (200, 0), False)
    assert [m.raw for m in store.read(10, 11)] == [message(10), b"new"]
    store.close()


def test_reading_in_pieces_gives_every_message_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = filled(tmp_path, 50)
    for piece in (1, 100, 1000):
        monkeypatch.setattr("tradsys_oms.fix.store_reading.READ_BYTES", piece)
        assert [m.seq_num for m in store.read(7, 43)] == list(range(7, 44))
    store.close()


def test_scanning_in_blocks_finds_every_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path, 50).close()
    for block in (40, 64, 1000):
        monkeypatch.setattr("tradsys_oms.fix.store_scan.SCAN_BYTES", block)
        store = OutboundStore.open(tmp_path, 0)
        assert store.next_seq_num == 51
        store.close()


def test_a_torn_end_is_cut_at_every_byte(tmp_path: Path) -> None:
    filled(tmp_path / "whole", 4).close()
    (file,) = (tmp_path / "whole").glob("*.msgs")
    data = file.read_bytes()
    ends = [0]
    for number in range(1, 5):
        ends.append(ends[-1] + 29 + len(message(number)))
    assert ends[-1] == len(data)
    for size in range(len(data)):
        folder = tmp_path / str(size)
        folder.mkdir()
        (folder / file.name).write_bytes(data[:size])
        store = OutboundStore.open(folder, 0)
        whole = sum(end <= size for end in ends[1:])
        assert (store.next_seq_num, store.truncated_bytes) == (whole + 1, size - ends[whole])
        store.append(whole + 1, b"again", (0, 0), False)
        store.close()
        again = OutboundStore.open(folder, 0)
        assert again.next_seq_num == whole + 2
        again.close()


def test_damage_before_the_end_is_named(tmp_path: Path) -> None:
    filled(tmp_path, 5).close()
    (file,) = tmp_path.glob("*.msgs")
    data = bytearray(file.read_bytes())
    data[40] ^= 1
    file.write_bytes(data)
    with pytest.raises(StoreDamaged, match=r"Message 1 in .*\.msgs is damaged at offset 0"):
        OutboundStore.open(tmp_path, 0)


@pytest.mark.parametrize("length", [0, 1, 1 << 20, (1 << 26) + 1, 0xFFFF_FFFF])
def test_a_wrong_length_before_the_end_is_damage_and_nothing_is_cut(tmp_path: Path, length: int) -> None:
    filled(tmp_path, 50).close()
    (file,) = tmp_path.glob("*.msgs")
    data = bytearray(file.read_bytes())
    at = sum(29 + len(message(number)) for number in range(1, 10))
    data[at : at + 4] = length.to_bytes(4, "little")
    file.write_bytes(data)
    with pytest.raises(StoreDamaged, match=rf"Message 10 in .*\.msgs is damaged at offset {at};"):
        OutboundStore.open(tmp_path, 0)
    assert file.read_bytes() == data


@pytest.mark.parametrize("keep", [11, 50])
def test_damage_is_told_from_a_torn_end_by_any_sound_message_behind_it(tmp_path: Path, keep: int) -> None:
    filled(tmp_path, 50).close()
    (file,) = tmp_path.glob("*.msgs")
    data = file.read_bytes()
    ends = [sum(29 + len(message(number)) for number in range(1, last + 1)) for last in range(51)]
    file.write_bytes(data[: ends[9]] + bytes(5_000_000) + data[ends[keep - 1] :])
    with pytest.raises(StoreDamaged, match="Message 10 in "):
        OutboundStore.open(tmp_path, 0)
    file.write_bytes(data[: ends[9]] + bytes(5_000_000) + data[ends[keep - 1] : ends[keep] - 1] + bytes(5_000_000))
    if keep < 50:
        (tmp_path / "mark").unlink()
        store = OutboundStore.open(tmp_path, 0)
        assert (store.next_seq_num, len(file.read_bytes())) == (10, ends[9])
        store.close()


def test_damage_is_found_when_a_message_is_read(tmp_path: Path) -> None:
    store = filled(tmp_path, 5)
    (file,) = tmp_path.glob("*.msgs")
    data = bytearray(file.read_bytes())
    data[40] ^= 1
    file.write_bytes(data)
    with pytest.raises(StoreDamaged, match="Message 1 "):
        list(store.read(1, 5))
    store.close()


def test_numbers_must_follow_each_other(tmp_path: Path) -> None:
    store = filled(tmp_path, 2)
    with pytest.raises(InvariantError, match="Message 5 can't follow message 2"):
        store.append(5, b"", (0, 0), False)
    store.close()


def test_a_failed_write_is_final(tmp_path: Path) -> None:
    store = filled(tmp_path, 2)
    store.append(3, b"x" * 5000, (0, 0), False)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(StoreWriteFailed, match="can't be written to"):
            store.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    with pytest.raises(StoreWriteFailed):
        store.append(4, b"", (0, 0), False)
    store.close()


def test_a_directory_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="can't be opened"):
        OutboundStore.open(tmp_path / "file" / "store", 0)


CHILD = """
import os, sys
from pathlib import Path
from tradsys_oms.fix.store import OutboundStore
store = OutboundStore.open(Path(sys.argv[1]), 0)
while True:
    for number in range(store.next_seq_num, store.next_seq_num + 20):
        store.append(number, b"%d " % number * 300, (number, 0), False)
    store.flush()
    os.write(1, b"%d\\n" % (store.next_seq_num - 1))
"""


def test_what_was_flushed_survives_kill_9(tmp_path: Path) -> None:
    known = 0
    for _ in range(5):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT)
        assert child.stdout is not None
        for _ in range(15):
            known = int(child.stdout.readline())
        child.kill()
        rest = child.stdout.read().split()
        child.wait()
        child.stdout.close()
        known = int(rest[-1]) if rest else known
        store = OutboundStore.open(tmp_path, 0)
        assert store.next_seq_num > known
        for stored in store.read(1, store.next_seq_num - 1):
            assert stored.raw == b"%d " % stored.seq_num * 300
        store.close()
        assert os.path.getsize(tmp_path / f"{0:020d}.msgs") > 0
