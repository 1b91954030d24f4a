"""Numbers that are skipped, and a new epoch that takes the place of the one before it, whenever a kill comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradsys_oms.errors import InvariantError
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.resend import resend
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.fix.store_records import SEQ_NUM_MAX, StoredMessage

COMP_IDS = "49=TRADSYS\x0156=BROKER\x0134="


def add(store: OutboundStore, count: int, origin_seq: int = 0) -> None:
    """Append so many messages, with origins from a sequence on."""
    for more in range(count):
        number = store.next_seq_num
        head = f"35=8\x01{COMP_IDS}{number}\x0152=20260101-00:00:00.000\x01"
        origin = (origin_seq + more, 0) if origin_seq else (0, 0)
        store.append(number, encode("FIX.4.4", head, f"17={number}\x01"), origin, False)
    store.flush()


def numbers(store: OutboundStore, begin: int, end: int) -> list[tuple[int, bool]]:
    """Give what is read: the number, and if there are bytes."""
    return [(message.seq_num, bool(message.raw)) for message in store.read(begin, end)]


def store_with_gaps(folder: Path) -> OutboundStore:
    """Give a store with the messages 5, 6, 10, 1000000 and 1000001."""
    store = OutboundStore.open(folder, 0)
    store.skip(5)
    add(store, 2)
    store.skip(10)
    add(store, 1)
    store.skip(10**6)
    add(store, 2)
    return store


def test_numbers_that_were_skipped_are_read_as_one_empty_message(tmp_path: Path) -> None:
    store = store_with_gaps(tmp_path)
    for again in range(2):
        assert store.next_seq_num == 1_000_002
        assert numbers(store, 1, 1_000_001) == [
            *[(4, False), (5, True), (6, True), (9, False), (10, True), (999_999, False)],
            *[(1_000_000, True), (1_000_001, True)],
        ]
        assert numbers(store, 2, 3) == [(3, False)]
        assert numbers(store, 6, 8) == [(6, True), (8, False)]
        assert numbers(store, 11, 999_999) == [(999_999, False)]
        assert all(message.is_transient != bool(message.raw) for message in store.read(1, 1_000_001))
        store.close()
        if not again:
            store = OutboundStore.open(tmp_path, 0)


def test_skipped_numbers_are_answered_by_gap_fills(tmp_path: Path) -> None:
    store = store_with_gaps(tmp_path)
    chunks = resend(store.read(1, 1_000_001), 1, 1_000_001, "FIX.4.4", COMP_IDS, lambda: 0)
    sent = b"".join(chunks).decode().split("8=FIX.4.4")[1:]
    brief = [
        (fields["35"], fields["34"], fields.get("36"))
        for fields in (dict(field.split("=", 1) for field in text.split("\x01") if "=" in field) for text in sent)
    ]
    assert brief == [
        *[("4", "1", "5"), ("8", "5", None), ("8", "6", None), ("4", "7", "10"), ("8", "10", None)],
        *[("4", "11", "1000000"), ("8", "1000000", None), ("8", "1000001", None)],
    ]
    store.close()


def test_a_skip_may_be_of_no_number_and_never_goes_back(tmp_path: Path) -> None:
    store = OutboundStore.open(tmp_path, 0)
    store.skip(1)
    add(store, 1)
    store.skip(2)
    add(store, 1)
    assert numbers(store, 1, 2) == [(1, True), (2, True)]
    for wrong in (2, SEQ_NUM_MAX + 1):
        with pytest.raises(InvariantError, match="can go on with 3 to"):
            store.skip(wrong)
    store.close()


def test_a_new_epoch_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    old = OutboundStore.open(tmp_path, 0)
    add(old, 5, origin_seq=30)
    new = old.begin(77, 3)
    assert (new.next_seq_num, new.last_origin, new.epoch) == (3, (34, 0), 77)
    new.append(3, b"first", (34, 0), False)
    new.replace(old, is_synced=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{77:020d}.msgs", "mark"]
    new.close()
    again = OutboundStore.open(tmp_path, 77)
    assert list(again.read(1, 3)) == [StoredMessage(2, True, b""), StoredMessage(3, False, b"first", (34, 0))]
    assert (again.last_origin, again.is_lost) == ((34, 0), False)
    again.close()


def test_an_epoch_that_did_not_come_into_force_leaves_the_one_before(tmp_path: Path) -> None:
    old = OutboundStore.open(tmp_path, 0)
    add(old, 5, origin_seq=30)
    old.begin(77).flush()
    found = OutboundStore.open(tmp_path, 77)
    assert (found.epoch, found.next_seq_num, found.is_lost) == (0, 6, False)
    new = found.begin(77)
    new.replace(found, is_synced=False)
    add(new, 1)
    later = OutboundStore.open(tmp_path, 77)
    assert (later.epoch, later.next_seq_num, later.last_origin, later.is_lost) == (77, 2, (34, 0), False)
    later.close()


def test_an_epoch_with_no_file_at_all_counts_what_was_before_it_as_done(tmp_path: Path) -> None:
    store = OutboundStore.open(tmp_path, 99)
    assert (store.next_seq_num, store.last_origin, store.is_lost) == (1, (99, 0), False)
    store.close()
