"""The spool: what is in it survives every kind of end; what the core has leaves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.venues.frames import frames_of, quote
from tradsys_oms.core.commands import VenueRefusal
from tradsys_oms.venues import spool as module
from tradsys_oms.venues.errors import LinkStateDamaged, SpoolFull
from tradsys_oms.venues.spool import HEAD_BYTES, Spool


def spool_in(folder: Path, bytes_max: int = 1 << 20) -> Spool:
    return Spool(folder / "spool", bytes_max)


def read_all(spool: Spool, after: int = 0) -> list[int]:
    """Read in small steps; the price of each quote is what was put in."""
    prices: list[int] = []
    while data := spool.read(after, 100)[1]:
        found = frames_of(data)
        assert [number for number, _ in found] == list(range(after + 1, after + 1 + len(found)))
        after = found[-1][0]
        prices += [command.bid_px_e8 for _, command in found if hasattr(command, "bid_px_e8")]
    return prices


def test_frames_are_numbered_and_read_in_their_order(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    assert [spool.append(quote(price)) for price in (7, 8, 9)] == [1, 2, 3]
    assert read_all(spool) == [7, 8, 9]
    assert read_all(spool, 2) == [9]


def test_numbers_go_on_after_all_was_acknowledged_and_the_file_cut(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    spool.append(quote(1))
    spool.append(quote(2))
    spool.ack(2)
    assert (tmp_path / "spool").stat().st_size == HEAD_BYTES
    again = spool_in(tmp_path)
    assert (again.acked, again.last) == (2, 2)
    assert again.append(quote(3)) == 3
    assert read_all(again, 2) == [3]


def test_a_file_torn_anywhere_gives_all_whole_frames(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    ends = [HEAD_BYTES]
    for price in range(3):
        spool.append(quote(price))
        ends.append((tmp_path / "spool").stat().st_size)
    spool.close()
    data = (tmp_path / "spool").read_bytes()
    for size in range(HEAD_BYTES, len(data) + 1):
        (tmp_path / "spool").write_bytes(data[:size])
        again = spool_in(tmp_path)
        whole = sum(end <= size for end in ends) - 1
        assert read_all(again) == list(range(whole)), size
        assert again.append(quote(50)) == whole + 1
        again.close()
        assert read_all(spool_in(tmp_path)) == [*range(whole), 50], size


def test_a_wrong_byte_ends_what_is_believed(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    for price in range(3):
        spool.append(quote(price))
    data = bytearray((tmp_path / "spool").read_bytes())
    size = (len(data) - HEAD_BYTES) // 3
    data[HEAD_BYTES + size + 12] ^= 1
    (tmp_path / "spool").write_bytes(data)
    assert read_all(spool_in(tmp_path)) == [0]


@pytest.mark.parametrize("slot", [16, 32])
def test_a_torn_head_slot_leaves_the_other(tmp_path: Path, slot: int) -> None:
    spool = spool_in(tmp_path)
    for price in range(4):
        spool.append(quote(price))
    spool.ack(2)
    spool.ack(3)
    data = bytearray((tmp_path / "spool").read_bytes())
    data[slot : slot + 4] = b"torn"
    (tmp_path / "spool").write_bytes(data)
    again = spool_in(tmp_path)
    assert again.acked in (2, 3)
    assert again.last == 4


def test_what_is_no_spool_is_refused(tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(b"x" * 200)
    with pytest.raises(LinkStateDamaged, match="no spool"):
        spool_in(tmp_path)


def test_a_large_acknowledged_part_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REWRITE_BYTES", 1000)
    spool = spool_in(tmp_path)
    for price in range(100):
        spool.append(quote(price))
    before = (tmp_path / "spool").stat().st_size
    spool.ack(90)
    assert (tmp_path / "spool").stat().st_size < before // 5
    assert spool.append(quote(100)) == 101
    assert read_all(spool, 90) == list(range(90, 101))
    again = spool_in(tmp_path)
    assert (again.acked, again.last) == (90, 101)
    assert read_all(again, 95) == list(range(95, 101))


def test_a_full_spool_takes_nothing_until_something_is_acknowledged(tmp_path: Path) -> None:
    spool = spool_in(tmp_path, 400)
    count = 0
    while not spool.is_full:
        count = spool.append(quote(count))
    with pytest.raises(SpoolFull):
        spool.append(VenueRefusal("NYX", 0, "1-1", "", "reject", "", 0, "x" * 200))
    assert spool.last == count
    assert read_all(spool) == list(range(count))
    spool.ack(count)
    assert not spool.is_full
    assert spool.append(quote(7)) == count + 1


def test_numbers_follow_those_of_the_core_when_the_spool_was_lost(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    spool.skip_to(17)
    assert spool.append(quote(1)) == 18
    again = spool_in(tmp_path)
    assert (again.acked, again.last) == (17, 18)


def test_frames_get_new_numbers_when_the_core_has_forgotten_some(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    for price in range(5):
        spool.append(quote(price))
    spool.ack(3)
    spool.renumber(1)
    assert (spool.acked, spool.last) == (1, 3)
    assert read_all(spool, 1) == [3, 4]
    assert read_all(spool_in(tmp_path), 1) == [3, 4]
