"""What the file store of a real QuickFIX tells: the last request in it, and whether it can be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import quickfix

from tests.unit.venues.stores import SESSION, make_store
from tradsys_oms.venues import store_scan
from tradsys_oms.venues.places import NOWHERE
from tradsys_oms.venues.store_scan import fault_of, last_sent, move_aside, sent_message, store_file


def place_of(clord_id: str) -> str:
    return clord_id.removeprefix("T") if clord_id.startswith("T") else ""


def body(folder: Path) -> Path:
    return store_file(folder, SESSION, "body")


def test_the_last_request_is_found_behind_other_messages(tmp_path: Path) -> None:
    requests = ["D 11=T7-0", "F 11=T9-0", "G 11=T9-1", "H 11=T7-0", "0 112=x", "8 11=T99-0"]
    make_store(tmp_path, requests)
    assert last_sent(body(tmp_path), place_of) == (9, 1)


def test_clord_ids_of_others_do_not_count(tmp_path: Path) -> None:
    make_store(tmp_path, ["D 11=T7-0", "D 11=12-0"])
    assert last_sent(body(tmp_path), place_of) == (7, 0)


def test_no_store_and_no_request(tmp_path: Path) -> None:
    assert last_sent(body(tmp_path), place_of) == NOWHERE
    make_store(tmp_path, ["0 112=x"])
    assert last_sent(body(tmp_path), place_of) == NOWHERE


@pytest.mark.parametrize("chunk_bytes", [300, 301, 302, 317, 350, 1000])
def test_a_request_is_found_wherever_the_file_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk_bytes: int
) -> None:
    monkeypatch.setattr(store_scan, "CHUNK_BYTES", chunk_bytes)
    make_store(tmp_path, ["D 11=T7-0", "D 11=T8-0", *["0 112=heartbeat"] * 20])
    assert last_sent(body(tmp_path), place_of) == (8, 0)


def test_a_message_is_found_by_its_number(tmp_path: Path) -> None:
    make_store(tmp_path, ["D 11=T7-0", "0 112=x", "D 11=T8-0"])
    assert "\x0111=T8-0\x01" in sent_message(tmp_path, SESSION, 3)
    assert sent_message(tmp_path, SESSION, 4) == ""
    assert sent_message(tmp_path / "nowhere", SESSION, 1) == ""


def test_a_store_that_is_right_has_no_fault(tmp_path: Path) -> None:
    assert fault_of(tmp_path, SESSION) == ""
    make_store(tmp_path, [])
    assert fault_of(tmp_path, SESSION) == ""
    make_store(tmp_path, ["D 11=T7-0"] * 200)
    assert fault_of(tmp_path, SESSION) == ""


def cut(suffix: str, size: int) -> Callable[[Path], object]:
    def change(folder: Path) -> object:
        path = store_file(folder, SESSION, suffix)
        return path.write_bytes(path.read_bytes()[:size])

    return change


def overwrite(suffix: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: store_file(folder, SESSION, suffix).write_bytes(content)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (cut("body", 100), "names message"),
        (overwrite("body", b"x" * 10_000), "something else"),
        (cut("header", 0), "is empty"),
        (overwrite("header", b"1,x"), "can't be read"),
        (overwrite("seqnums", b""), "can't be read"),
        (overwrite("seqnums", b"00000000000000000001 : 00000000000000000001"), "next number"),
        (lambda folder: store_file(folder, SESSION, "seqnums").unlink(), "has no seqnums"),
        (lambda folder: store_file(folder, SESSION, "session").unlink(), "has no session"),
    ],
)
def test_damage_is_seen_and_moved_aside(tmp_path: Path, change: Callable[[Path], object], fault: str) -> None:
    make_store(tmp_path, ["D 11=T7-0", "D 11=T8-0", "D 11=T9-0"])
    change(tmp_path)
    assert fault in fault_of(tmp_path, SESSION)
    aside = move_aside(tmp_path, SESSION, 1)
    assert list(aside.iterdir()) != []
    assert fault_of(tmp_path, SESSION) == ""
    assert isinstance(make_store(tmp_path, ["D 11=T10-0"]), quickfix.FileStoreFactory)
