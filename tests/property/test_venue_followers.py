"""What follows the journal takes orders at venues as the core does: words for brokers, and positions of accounts."""

from __future__ import annotations

import pytest

from tests.system.venue_flow import VenueFlow
from tests.unit.fix.dialect_messages import assert_valid_body, print_body
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import CancelRejected, Execution, OrderRejected
from tradsys_oms.core.fields import ExecType
from tradsys_oms.desk.mark_views import mark_source
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.journal.entries import Entry, decode_entry, encode_entry
from tradsys_oms.portfolio.closes import DayCloses
from tradsys_oms.portfolio.positions import Positions

STEPS = 1_500


def played(seed: int, steps: int = STEPS, *, is_quoted: bool = False) -> tuple[VenueFlow, list[Entry]]:
    entries: list[Entry] = []
    flow = VenueFlow(seed, entries.append, is_quoted=is_quoted)
    flow.run(steps)
    return flow, entries


@pytest.mark.parametrize("seed", [11, 12])
def test_positions_are_those_of_the_core(seed: int) -> None:
    flow, entries = played(seed)
    positions = Positions(lambda seq: entries[seq - 1])
    day_closes = DayCloses(positions)
    for entry in entries:
        day_closes.closes_of(entry)
        positions.apply(entry)
    held = {account: held.get("ACME", 0) for account, held in positions.held.items()}
    known = {
        (member.name, name): holding.position * flow.engine.instruments["ACME"].lot_e8
        for member in flow.engine.members.values()
        for name, account in member.accounts.items()
        for holding in account.holdings.values()
        if holding.position
    }
    assert held == known
    assert len(known) > 0
    marks = [
        event.last_px
        for entry in entries
        for event in entry.events
        if isinstance(event, Execution) and event.exec_type == ExecType.TRADE and event.detail is None
    ]
    instrument = positions.instruments["ACME"]
    assert instrument.last_px_e8 == marks[-1] * instrument.tick_e8


@pytest.mark.parametrize("seed", [14, 15])
def test_marks_are_those_of_the_core_after_each_entry(seed: int) -> None:
    flow, entries = played(seed, is_quoted=True)
    positions = Positions(lambda seq: entries[seq - 1])
    engine, sources = Engine(), set()
    for entry in entries:
        assert engine.apply(entry.seq, entry.time_ns, entry.command) == list(entry.events)
        positions.apply(entry)
        instrument = engine.instruments["ACME"]
        assert positions.instruments["ACME"].value_e8 == instrument.mark_px * instrument.tick_e8
        sources.add(mark_source(instrument))
    assert sources == {"reference", "trade", "quote", "execution"}
    assert engine.state_hash() == flow.engine.state_hash()


@pytest.mark.parametrize("version", VERSIONS)
def test_brokers_are_told_in_valid_words(version: str) -> None:
    _, entries = played(13, 600)
    told = 0
    for entry in entries:
        assert decode_entry(encode_entry(entry.command, entry.events)) == (entry.command, entry.events)
        for event in entry.events:
            if isinstance(event, Execution | CancelRejected | OrderRejected):
                printed = print_body(event, version)
                if printed is not None:
                    assert_valid_body(*printed, version)
                    told += 1
    assert told > 300
