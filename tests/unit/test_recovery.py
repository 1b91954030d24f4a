"""Replay of a real journal, and the reports that a store does not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradsys_oms.core.commands import (
    ClientAction,
    Command,
    NewOrder,
    Scope,
    SessionReset,
    SetInstrument,
    SetMember,
    SetSession,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import BlockChanged, ClientActionDone, ClientLimits, Event, Execution
from tradsys_oms.journal.entries import Entry, encode_entry
from tradsys_oms.journal.reader import read_entries
from tradsys_oms.journal.writer import JournalWriter
from tradsys_oms.recovery import ReplayDiffers, replay, undelivered

ACME = SetInstrument("ACME", 1_000_000, 100_000_000, 10_000_000_000, 2000, 100_000_000_000, 0, "USD", True)


def order(session: str, number: int, side: str) -> NewOrder:
    return NewOrder(session, number, f"{session}{number}", "", "ACME", side, "2", "0", 100_000_000, 10_000_000_000)


COMMANDS: tuple[Command, ...] = (
    SetMember("M", True),
    SetSession("A", "M", True),
    SetSession("B", "M", True),
    ACME,
    order("A", 1, "1"),  # 5: New to A
    order("B", 1, "2"),  # 6: New and fill to B, fill to A
    SessionReset("A", "test"),  # 7
    order("A", 1, "1"),  # 8: A's ClOrdID again, refused
)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    engine, writer = Engine(), JournalWriter.open(tmp_path, "os")
    for seq, command in enumerate(COMMANDS, 1):
        writer.append(seq, encode_entry(command, engine.apply(seq, seq, command)))
    writer.close()
    return tmp_path


def test_replay_gives_the_same_state_and_the_last_report_of_each_session(journal: Path) -> None:
    engine, again = Engine(), Engine()
    past = replay(engine, read_entries(journal))
    assert past == ({"A": (8, 0), "B": (6, 1)}, len(COMMANDS))
    assert replay(again, read_entries(journal)) == past
    assert engine.state_hash() == again.state_hash()
    assert engine.trade_count == 1


def test_replay_refuses_a_journal_whose_events_are_others(journal: Path) -> None:
    entries = list(read_entries(journal))
    new = entries[4].events[0]
    assert isinstance(new, Execution)
    entries[4] = Entry(entries[4].seq, entries[4].time_ns, entries[4].command, ())
    with pytest.raises(ReplayDiffers, match="record 5"):
        replay(Engine(), entries)


@pytest.mark.parametrize(
    ("stored", "missing"),
    [
        ({"A": (8, 0), "B": (6, 1)}, []),
        ({"A": (7, 0), "B": (6, 1)}, [("A", 8, 0)]),
        ({"A": (8, 0), "B": (6, 0)}, [("B", 6, 1)]),
        ({"A": (5, 0), "B": (0, 0)}, [("B", 6, 0), ("B", 6, 1), ("A", 6, 2), ("A", 8, 0)]),
        ({"B": (6, 1)}, []),
    ],
)
def test_reports_that_no_store_shows_are_found_again(
    journal: Path, stored: dict[str, tuple[int, int]], missing: list[tuple[str, int, int]]
) -> None:
    last = replay(Engine(), read_entries(journal)).last_reports
    found = [
        (event.session, entry.seq, index)
        for entry, index, event in undelivered(journal, last, stored)
        if hasattr(event, "session")
    ]
    assert found == missing


def test_what_is_yet_to_be_released_is_not_missing(journal: Path) -> None:
    released = {"A": (6, 2), "B": (6, 0)}
    found = [(entry.seq, index) for entry, index, _ in undelivered(journal, released, {"A": (0, 0), "B": (0, 0)})]
    assert found == [(5, 0), (6, 0), (6, 2)]


def test_answers_to_a_clearing_firm_are_found_as_all_reports(tmp_path: Path) -> None:
    writer = JournalWriter.open(tmp_path, "os")
    block = BlockChanged(Scope("member", "M"), "clearing", True, "A suspends M")
    events: tuple[Event, ...] = (
        ClientActionDone("A", "P1", "0", "M", ""),
        block,
        ClientLimits("A", "Q", "M", "", True),
    )
    writer.append(1, encode_entry(ClientAction("A", 1, "P1", "0", "M", ""), events))
    writer.close()
    found = list(undelivered(tmp_path, {"A": (1, 2)}, {"A": (0, 0)}))
    assert [(index, event) for _, index, event in found] == [(0, events[0]), (2, events[2])]
