"""The life-cycle table: what it promises as a whole."""

from __future__ import annotations

import pytest

from tradsys_oms.core import lifecycle
from tradsys_oms.core.fields import OrdStatus
from tradsys_oms.core.lifecycle import FINAL, TRANSITIONS, UNBORN, WHEN_CANCELED, WHEN_FILLED, Happening
from tradsys_oms.errors import InvariantError


def test_filled_canceled_expired_and_rejected_are_final() -> None:
    assert sorted(FINAL) == [OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.REJECTED, OrdStatus.EXPIRED]


def test_only_a_bust_or_a_correction_leads_out_of_a_final_state() -> None:
    out = {happening for (before, happening), after in TRANSITIONS.items() if before in FINAL and after != before}
    assert out == {Happening.AMENDED_TO_NOTHING, Happening.AMENDED_TO_PART}


def test_every_state_can_be_reached_and_left_or_is_final() -> None:
    reached = {UNBORN}
    while True:
        further = reached | {after for (before, _), after in TRANSITIONS.items() if before in reached}
        if further == reached:
            break
        reached = further
    assert reached == {UNBORN} | set(TRANSITIONS.values())


def test_each_happening_has_its_column() -> None:
    columns = [value for value in vars(lifecycle).values() if isinstance(value, lifecycle.Column)]
    rebuilt = {(before, column.happening): after for column in columns for before, after in column.items()}
    assert rebuilt == TRANSITIONS


def test_what_is_not_in_the_table_stops_the_process() -> None:
    with pytest.raises(InvariantError, match="An order with OrdStatus '2' can't be canceled"):
        WHEN_CANCELED[OrdStatus.FILLED]
    with pytest.raises(InvariantError, match="An order with OrdStatus '4' can't be filled"):
        WHEN_FILLED[OrdStatus.CANCELED]
