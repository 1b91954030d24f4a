"""The outbox: requests of a real journal, each once, and only for the line for which the core made them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tradsys_oms.core.commands import Command, SetVenue, VenueLink, VenueRefusal
from tradsys_oms.core.events import VenueCancel, VenueOrder, VenueQuery, VenueReplace, VenueRequest
from tradsys_oms.journal.entries import encode_entry
from tradsys_oms.journal.writer import JournalWriter
from tradsys_oms.venues.adapters.adapter import Outgoing
from tradsys_oms.venues.adapters.registry import make_adapter
from tradsys_oms.venues.counters import Counters
from tradsys_oms.venues.cursor import Cursor
from tradsys_oms.venues.outbox import ENTRIES_MAX, Outbox
from tradsys_oms.venues.resume import Resumption
from tradsys_oms.venues.settings import VenueAddress, VenueSettings

FRAME = 4


def order(venue: str = "NYX", ord_type: str = "2") -> VenueOrder:
    return VenueOrder(venue, 1, "ALPHA", "", "ACME", "1", ord_type, "0", 100, 10)


def cancel() -> VenueCancel:
    return VenueCancel("NYX", 1, "1-0", "1-0", "", "", "ACME", "1", 100)


class Desk:
    """An outbox with a journal, and a session that takes what it is given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = JournalWriter.open(folder / "journal", "os")
        self.line = FRAME
        self.takes = True
        self.sent: list[str] = []
        self.reported: list[VenueRefusal] = []
        self.counters = Counters()
        self.settings = VenueSettings(
            venue="NYX",
            dialect="fix44",
            addresses=(VenueAddress("127.0.0.1", 1),),
            sender_comp_id="US",
            target_comp_id="THEM",
            state_dir=folder,
            journal_dir=folder / "journal",
            socket_path=folder / "socket",
            specs_dir=folder,
        )
        self.begin(Resumption((0, 0)))

    def begin(self, resumption: Resumption | None = None) -> None:
        """Begin, or begin again from the cursor."""
        self.cursor = Cursor(self.folder / "cursor")
        adapter = make_adapter(self.settings)
        self.outbox = Outbox(
            "NYX", self.folder / "journal", self.cursor, adapter, self, self.reported.append, self.counters
        )
        self.outbox.begin(resumption or Resumption(self.cursor.given))

    def is_of_this_line(self, frame: int) -> bool:
        return frame == self.line

    def send(self, outgoing: Outgoing) -> bool:
        if self.takes:
            self.sent += [value for tag, value in outgoing.fields if tag == 11]
        return self.takes

    def journal_all(self, *items: Command | VenueRequest) -> None:
        """Append commands and requests, each a record."""
        for item in items:
            if isinstance(item, VenueOrder | VenueCancel | VenueReplace | VenueQuery):
                self.journal.append(1000, encode_entry(SetVenue("NYX", True), (item,)))
            else:
                self.journal.append(1000, encode_entry(item, ()))
        self.journal.commit()

    def pump(self) -> list[tuple[str, str]]:
        """Handle all; gives what was not sent, with its reason."""
        while self.outbox.pump():
            pass
        told, self.reported[:] = [(refusal.clord_id, refusal.text) for refusal in self.reported], []
        return told


UP = VenueLink("NYX", FRAME, True, "logged on")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give an outbox with a journal."""
    made = Desk(tmp_path)
    yield made
    made.outbox.close()
    made.journal.close()


def test_requests_behind_the_logon_are_sent_in_their_order(desk: Desk) -> None:
    desk.journal_all(UP, order(), order("OTHER"), SetVenue("NYX", True), cancel(), order())
    assert desk.pump() == []
    assert desk.sent == ["2-0", "5-0", "6-0"]
    assert desk.cursor.given == (6, 0)
    assert desk.counters.sent == 3


def test_requests_before_the_logon_are_unsent(desk: Desk) -> None:
    desk.journal_all(order(), UP, order())
    assert desk.pump() == [("1-0", "the FIX session with the venue was not logged on")]
    assert desk.sent == ["3-0"]


@pytest.mark.parametrize(
    "down",
    [
        VenueLink("NYX", 0, False, "the link is gone"),
        VenueLink("NYX", FRAME + 1, False, "logged out"),
        VenueLink("NYX", FRAME - 1, True, "a logon of an earlier life"),
    ],
)
def test_requests_for_another_line_are_unsent(desk: Desk, down: VenueLink) -> None:
    desk.journal_all(UP, down, order(), UP, order())
    assert [place for place, _ in desk.pump()] == ["3-0"]
    assert desk.sent == ["5-0"]


def test_the_line_of_another_venue_does_not_count(desk: Desk) -> None:
    desk.journal_all(UP, VenueLink("NYXT", 9, False, "gone"), order())
    assert desk.pump() == []
    assert desk.sent == ["3-0"]


def test_a_request_that_was_not_taken_at_the_last_moment_is_unsent(desk: Desk) -> None:
    desk.takes = False
    desk.journal_all(UP, order())
    assert [place for place, _ in desk.pump()] == ["2-0"]


def test_what_the_venue_has_no_words_for_is_unsent(desk: Desk) -> None:
    desk.journal_all(UP, order(ord_type="?"), order())
    assert [place for place, text in desk.pump() if "OrdType (40)" in text] == ["2-0"]
    assert desk.sent == ["3-0"]


def test_another_life_goes_on_behind_the_cursor(desk: Desk) -> None:
    desk.journal_all(UP, order(), order())
    desk.pump()
    desk.outbox.close()
    desk.journal_all(order())
    desk.begin()
    assert [place for place, _ in desk.pump()] == ["4-0"], "the line is another one"
    assert desk.sent == ["2-0", "3-0"]


def test_requests_of_one_record_are_handled_one_by_one(desk: Desk) -> None:
    desk.journal_all(UP)
    desk.journal.append(1000, encode_entry(SetVenue("NYX", True), (order(), order(), order())))
    desk.journal.commit()
    desk.pump()
    assert desk.sent == ["2-0", "2-1", "2-2"]
    desk.outbox.close()
    desk.begin(Resumption((2, 0)))
    desk.pump()
    assert desk.counters.unsent == 2


def test_what_may_have_been_sent_before_a_boot_is_neither_sent_nor_unsent(desk: Desk) -> None:
    desk.journal_all(order(), order())
    desk.outbox.close()
    desk.begin(Resumption((1, 0), doubtful_before_ns=2000))
    assert desk.pump() == []
    assert desk.counters.doubtful == 1
    assert desk.cursor.given == (2, 0)


def test_a_question_that_was_not_sent_is_told_by_its_place(desk: Desk) -> None:
    desk.journal_all(VenueQuery("NYX", "1-0", "1-0", "", "", "ACME", "1"))
    assert [place for place, _ in desk.pump()] == ["1-0"]


def test_a_question_is_sent_and_does_not_count_as_a_request_that_waits(desk: Desk) -> None:
    desk.journal_all(VenueLink("NYX", FRAME, True, "logged on"), VenueQuery("NYX", "1-0", "1-0", "", "", "ACME", "1"))
    desk.pump()
    assert desk.sent == ["1-0"]
    assert (desk.counters.sent, desk.counters.facts()["unanswered"]) == (1, 0)


def test_one_step_is_bounded(desk: Desk) -> None:
    desk.journal_all(UP, *[order() for _ in range(ENTRIES_MAX)])
    assert desk.outbox.pump()
    assert len(desk.sent) == ENTRIES_MAX - 1
    assert not desk.outbox.pump()
