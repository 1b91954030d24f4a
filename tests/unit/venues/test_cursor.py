"""The cursor: after each kind of end it is known which requests were given to QuickFIX."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradsys_oms.venues.cursor import BOOT_AT, GIVEN_AT, INTENT_AT, Cursor
from tradsys_oms.venues.errors import LinkStateDamaged
from tradsys_oms.venues.places import NOWHERE, place_text, read_place
from tradsys_oms.venues.resume import LAST_INDEX, Resumption, resume


def cursor_at(folder: Path, given: tuple[int, int], intent: tuple[int, int] | None = None) -> Cursor:
    """Give what is found after a life that ended there."""
    cursor = Cursor(folder / "cursor")
    cursor.begin(given)
    if intent is not None:
        cursor.intend(intent)
    return Cursor(folder / "cursor")


def damage(folder: Path, *places: int) -> Cursor:
    """Change a byte at each place, and open the file."""
    data = bytearray((folder / "cursor").read_bytes())
    for at in places:
        data[at] ^= 1
    (folder / "cursor").write_bytes(data)
    return Cursor(folder / "cursor")


def test_a_place_survives_an_end_without_close(tmp_path: Path) -> None:
    assert Cursor(tmp_path / "cursor").is_new
    again = cursor_at(tmp_path, (7, 2), (9, 0))
    assert not again.is_new
    assert again.is_of_this_boot
    assert (again.given, again.intent) == ((7, 2), (9, 0))


def test_a_torn_intent_was_never_acted_on(tmp_path: Path) -> None:
    cursor_at(tmp_path, (7, 0), (9, 0))
    again = damage(tmp_path, INTENT_AT + 3)
    assert (again.given, again.intent) == ((7, 0), (7, 0))


def test_a_torn_given_follows_an_intent_that_was(tmp_path: Path) -> None:
    cursor_at(tmp_path, (7, 0), (9, 0))
    again = damage(tmp_path, GIVEN_AT + 3)
    assert (again.given, again.intent) == ((9, 0), (9, 0))


def test_what_tells_nothing_is_refused(tmp_path: Path) -> None:
    cursor_at(tmp_path, (7, 0))
    with pytest.raises(LinkStateDamaged, match="move it away"):
        damage(tmp_path, INTENT_AT, GIVEN_AT)


@pytest.mark.parametrize("content", [b"x", b"x" * 127, b"x" * 128])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cursor").write_bytes(content)
    with pytest.raises(LinkStateDamaged):
        Cursor(tmp_path / "cursor")


def goes_on(cursor: Cursor, found: tuple[int, int] = NOWHERE, last_frame: int = 5) -> Resumption:
    return resume(cursor, found, since_seq=3, last_frame=last_frame, durable_seq=100, booted_ns=77)


def test_a_first_life_begins_where_the_venue_does(tmp_path: Path) -> None:
    assert goes_on(Cursor(tmp_path / "cursor"), last_frame=0).after == (2, LAST_INDEX)


@pytest.mark.parametrize(("found", "last_frame"), [((50, 0), 0), (NOWHERE, 4)])
def test_a_lost_cursor_leaves_all_in_doubt(tmp_path: Path, found: tuple[int, int], last_frame: int) -> None:
    gone = goes_on(Cursor(tmp_path / "cursor"), found, last_frame)
    assert gone.after == (100, LAST_INDEX)
    assert "doubt" in gone.why


def test_the_store_tells_of_the_last_intent(tmp_path: Path) -> None:
    cursor = cursor_at(tmp_path, (7, 0), (9, 0))
    assert goes_on(cursor, (9, 0)) == Resumption((9, 0))
    assert goes_on(cursor, (7, 0)) == Resumption((7, 0))


def test_an_intent_of_which_the_store_can_not_tell_is_in_doubt(tmp_path: Path) -> None:
    found = goes_on(cursor_at(tmp_path, (7, 0), (9, 0)), (5, 0))
    assert found.after == (9, 0)
    assert "doubt" in found.why


def test_a_store_that_is_ahead_is_believed(tmp_path: Path) -> None:
    assert goes_on(cursor_at(tmp_path, (7, 0)), (8, 1)).after == (8, 1)


def test_after_a_boot_nothing_before_it_is_certain(tmp_path: Path) -> None:
    cursor_at(tmp_path, (7, 0), (9, 0))
    after_boot = goes_on(damage(tmp_path, BOOT_AT), (7, 0))
    assert (after_boot.after, after_boot.doubtful_before_ns) == ((9, 0), 77)


@pytest.mark.parametrize("text", ["", "7", "-", "7-", "-7", "7-x", "x-7", "²-1", "7-1-1"])
def test_what_is_no_place(text: str) -> None:
    assert read_place(text) == NOWHERE


def test_places_are_read_as_they_are_written() -> None:
    assert read_place(place_text((12, 3))) == (12, 3)
