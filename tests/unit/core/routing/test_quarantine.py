"""Messages of venues that can't be true are kept, the oldest forgotten."""

from __future__ import annotations

from tradsys_oms.core.events import ReportQuarantined
from tradsys_oms.core.routing.quarantine import quarantine
from tradsys_oms.core.routing.routing import QUARANTINE_MAX
from tradsys_oms.core.state import State


def test_what_can_not_be_true_is_kept_with_its_sequence_and_counted() -> None:
    state = State(10, 10)
    event = quarantine(state, 7, "V1", "5-0", "X9", "Nobody knows 5-0.")
    assert event == ReportQuarantined("V1", "5-0", "X9", "Nobody knows 5-0.")
    assert list(state.routing.quarantine) == [(7, event)]
    assert state.routing.quarantined == 1


def test_the_oldest_is_forgotten_and_all_are_counted() -> None:
    state = State(10, 10)
    for seq in range(1, QUARANTINE_MAX + 3):
        quarantine(state, seq, "V1", "", "", "It can't be read.")
    assert [seq for seq, _ in state.routing.quarantine] == list(range(3, QUARANTINE_MAX + 3))
    assert state.routing.quarantined == QUARANTINE_MAX + 2
