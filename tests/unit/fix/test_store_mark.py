"""The mark beside a store: which end is lost and which is not, and what was written to a socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fix.test_store_epochs import add, numbers
from tradsys_oms.errors import InvariantError
from tradsys_oms.fix import store_mark
from tradsys_oms.fix.errors import StoreDamaged, StoreUnavailable
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.fix.store_mark import MarkState, StoreMark

RESERVED = 1000


@pytest.fixture
def boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the file that identifies the boot."""
    path = tmp_path / "boot_id"
    path.write_text("11111111-2222-3333-4444-555555555555\n")
    monkeypatch.setattr(store_mark, "BOOT_ID", path)
    return path


@pytest.fixture
def folder(tmp_path: Path, boot: Path) -> Path:
    """Give a directory with a store of ten messages, about events 101 to 110, left behind by a kill -9."""
    store = OutboundStore.open(tmp_path / "store", 0)
    add(store, 10, origin_seq=101)
    return tmp_path / "store"


def file_of(folder: Path) -> Path:
    (path,) = folder.glob("*.msgs")
    return path


def cut(folder: Path, count: int) -> None:
    """Cut the file five bytes behind so many messages; the last one is two bytes longer than the others."""
    path = file_of(folder)
    size = path.stat().st_size - 2
    with path.open("r+b") as file:
        file.truncate(size * count // 10 + 5)


def reboot(boot: Path) -> None:
    boot.write_text("99999999-2222-3333-4444-555555555555\n")


def test_a_kill_loses_nothing(folder: Path) -> None:
    store = OutboundStore.open(folder, 0, RESERVED, 110)
    assert (store.is_lost, store.next_seq_num, store.unknown_seq) == (False, 11, 0)
    store.close()


def test_a_reboot_after_an_orderly_close_loses_nothing(folder: Path, boot: Path) -> None:
    OutboundStore.open(folder, 0, RESERVED, 110).close()
    reboot(boot)
    store = OutboundStore.open(folder, 0, RESERVED, 110)
    assert (store.is_lost, store.next_seq_num) == (False, 11)
    store.close()


@pytest.mark.parametrize("kept", [10, 6, 0])
def test_after_a_crash_of_the_machine_numbers_go_on_at_the_ceiling(folder: Path, boot: Path, kept: int) -> None:
    if kept < 10:
        cut(folder, kept)
    reboot(boot)
    store = OutboundStore.open(folder, 0, RESERVED, 110)
    assert (store.is_lost, store.next_seq_num, store.skipped) == (True, RESERVED, RESERVED - 1 - kept)
    assert store.unknown_seq == 110
    assert store.last_origin == ((100 + kept, 0) if kept else (0, 0))
    assert store.truncated_bytes == (5 if kept < 10 else 0)
    assert numbers(store, 1, RESERVED - 1)[-1] == (RESERVED - 1, False)
    again = OutboundStore.open(folder, 0, RESERVED, 150)
    assert (again.is_lost, again.next_seq_num) == (False, RESERVED)
    assert again.unknown_seq == 110, "what nobody knows is not forgotten by the next start"
    again.close()


def test_an_end_that_is_missing_is_lost_on_the_same_boot_too(folder: Path) -> None:
    cut(folder, 7)
    store = OutboundStore.open(folder, 0, RESERVED, 110)
    assert (store.is_lost, store.next_seq_num) == (True, RESERVED)
    store.close()


def test_an_end_that_is_missing_is_lost_after_an_orderly_close_too(folder: Path) -> None:
    OutboundStore.open(folder, 0, RESERVED, 110).close()
    cut(folder, 7)
    store = OutboundStore.open(folder, 0, RESERVED, 110)
    assert (store.is_lost, store.next_seq_num) == (True, RESERVED)
    store.close()


def test_a_file_that_is_gone_is_lost(folder: Path) -> None:
    file_of(folder).unlink()
    store = OutboundStore.open(folder, 0, RESERVED, 110)
    assert (store.is_lost, store.next_seq_num, store.last_origin) == (True, RESERVED, (0, 0))
    store.close()


@pytest.mark.parametrize(("reserved", "is_lost"), [(RESERVED, True), (0, False)])
def test_without_a_mark_the_journal_decides(folder: Path, reserved: int, is_lost: bool) -> None:
    (folder / "mark").unlink()
    store = OutboundStore.open(folder, 0, reserved, 110)
    assert (store.is_lost, store.next_seq_num) == (is_lost, reserved or 11)
    assert store.unsent == 11
    store.close()


def test_a_ceiling_below_the_store_does_not_lower_the_number(folder: Path, boot: Path) -> None:
    reboot(boot)
    store = OutboundStore.open(folder, 0, 5, 110)
    assert (store.is_lost, store.next_seq_num, store.unknown_seq) == (True, 11, 110)
    store.close()


def test_holes_are_cut_off_after_a_crash_of_the_machine_only(folder: Path, boot: Path) -> None:
    path = file_of(folder)
    data = bytearray(path.read_bytes())
    size = len(data) // 10
    data[size * 6 : size * 7] = bytes(size)
    path.write_bytes(data)
    with pytest.raises(StoreDamaged, match="Message 7 in "):
        OutboundStore.open(folder, 0, RESERVED, 110)
    assert path.read_bytes() == data
    reboot(boot)
    store = OutboundStore.open(folder, 0, RESERVED, 110)
    assert (store.is_lost, store.last_origin, store.next_seq_num) == (True, (106, 0), RESERVED)
    store.close()


def test_damage_in_what_was_synced_is_damage_after_a_crash_of_the_machine_too(folder: Path, boot: Path) -> None:
    store = OutboundStore.open(folder, 0, RESERVED, 110)  # which syncs it
    add(store, 2, origin_seq=111)
    path = file_of(folder)
    data = bytearray(path.read_bytes())
    data[50] ^= 1
    path.write_bytes(data)
    reboot(boot)
    with pytest.raises(StoreDamaged, match="Message 1 in "):
        OutboundStore.open(folder, 0, RESERVED, 112)


def test_what_was_written_to_a_socket_is_known_after_a_kill(folder: Path, boot: Path) -> None:
    store = OutboundStore.open(folder, 0, RESERVED, 110)
    assert (store.unsent, store.offered) == (1, 1)
    store.offering(4)
    store.sent(1, 4)
    store.sent(6, 8)  # not in order: what is before is still to be sent
    store.offering(8)
    store.offering(7)
    store = OutboundStore.open(folder, 0, RESERVED, 110)
    assert (store.unsent, store.offered) == (4, 8)
    reboot(boot)
    store = OutboundStore.open(folder, 0, RESERVED, 110)
    assert (store.unsent, store.offered) == (4, 11), "after a crash of the machine any of them may have been sent"
    store.close()


def test_a_new_epoch_has_nothing_sent(folder: Path) -> None:
    old = OutboundStore.open(folder, 0, RESERVED, 110)
    old.offering(11)
    old.sent(1, 11)
    new = old.begin(200, 5)
    new.replace(old, is_synced=True)
    add(new, 3)
    assert (new.unsent, new.offered) == (5, 5)
    found = OutboundStore.open(folder, 200)
    assert (found.unsent, found.offered, found.next_seq_num, found.is_lost) == (5, 5, 8, False)
    found.close()


def test_a_kill_between_the_new_file_and_its_mark_is_no_loss(folder: Path) -> None:
    old = OutboundStore.open(folder, 0, RESERVED, 110)
    before = (folder / "mark").read_bytes()
    new = old.begin(200)
    new.replace(old, is_synced=False)
    (folder / "mark").write_bytes(before)
    found = OutboundStore.open(folder, 200, RESERVED, 200)
    assert (found.epoch, found.next_seq_num, found.unsent, found.is_lost) == (200, 1, 1, False)
    found.close()


def test_a_new_epoch_whose_file_is_gone_is_lost(folder: Path) -> None:
    old = OutboundStore.open(folder, 0, RESERVED, 110)
    data, path = file_of(folder).read_bytes(), file_of(folder)
    new = old.begin(200)
    new.replace(old, is_synced=False)
    add(new, 3)
    new.close()
    file_of(folder).unlink()
    path.write_bytes(data)
    found = OutboundStore.open(folder, 200, RESERVED, 210)
    assert (found.epoch, found.is_lost, found.unsent) == (0, True, found.next_seq_num)
    found.close()


def state(epoch: int, next_seq_num: int) -> MarkState:
    return MarkState(epoch, bytes(16), False, next_seq_num, 1, 1, 0)


def test_a_mark_holds_its_last_sound_slot(tmp_path: Path) -> None:
    mark = StoreMark(tmp_path)
    assert mark.past is None
    for epoch in (1, 2, 3):
        mark.begin(state(epoch, 10 * epoch))
    mark.numbers[store_mark.NEXT] = 35
    mark.close()
    path = tmp_path / "mark"
    data = path.read_bytes()
    for at in range(45):
        wrong = bytearray(data)
        wrong[128 + at] ^= 1  # the slot of the third state
        path.write_bytes(wrong)
        mark = StoreMark(tmp_path)
        assert mark.past == state(2, 20)
        mark.close()
    path.write_bytes(data)
    mark = StoreMark(tmp_path)
    assert mark.past == state(3, 35)
    mark.close()


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"x" * 256, b"x" * 1000])
def test_a_file_that_is_no_mark_counts_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mark").write_bytes(content)
    mark = StoreMark(tmp_path)
    assert mark.past is None
    mark.begin(state(5, 6))
    mark.close()
    mark = StoreMark(tmp_path)
    assert mark.past == state(5, 6)
    mark.close()


def test_a_mark_that_can_not_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "mark").mkdir()
    with pytest.raises(StoreUnavailable, match="can't be opened"):
        OutboundStore.open(tmp_path, 0)


def test_without_an_identity_of_the_boot_a_kill_is_still_no_loss(tmp_path: Path, boot: Path) -> None:
    boot.unlink()
    add(OutboundStore.open(tmp_path / "store", 0), 3)
    store = OutboundStore.open(tmp_path / "store", 0, RESERVED, 3)
    assert (store.is_lost, store.next_seq_num) == (False, 4)
    store.close()


def test_a_store_whose_write_failed_is_not_closed_in_order(folder: Path, boot: Path) -> None:
    store = OutboundStore.open(folder, 0, RESERVED, 110)
    store.append(11, b"x", (0, 0), False)
    file = store._file
    with Path("/dev/full").open("wb") as full:
        store._file = full.fileno()
        with pytest.raises(Exception, match="can't be written"):
            store.flush()
        store._file = file
    store.close()
    reboot(boot)
    again = OutboundStore.open(folder, 0, RESERVED, 110)
    assert again.is_lost
    with pytest.raises(InvariantError):
        again.append(5, b"", (0, 0), False)
    again.close()
