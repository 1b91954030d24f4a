"""The proof finds what is wrong: faults planted between the two exchanges are found, made small and printed."""

from __future__ import annotations

from typing import TypeGuard

import pytest
from msgspec.structs import replace

from tests.property.proof.bulk import shape_of
from tests.property.proof.invariants import Broken, Invariants
from tests.property.proof.markets import PLAIN_FEATURES, Shape
from tests.property.proof.pairing import Difference, Pair, Step, run
from tests.property.proof.shrinking import as_code, shrink
from tradsys_oms.core import commands
from tradsys_oms.core.commands import Command
from tradsys_oms.core.events import Event, Execution
from tradsys_oms.core.fields import ExecType

SHAPE = Shape(5, PLAIN_FEATURES)


class FaultyPair(Pair):
    """The real core reports fills of 3 lots with a wrong price."""

    def _real_events(self, time_ns: int, command: Command) -> list[Event]:
        events = super()._real_events(time_ns, command)
        return [
            replace(event, last_px=event.last_px + 1) if isinstance(event, Execution) and event.last_qty == 3 else event
            for event in events
        ]


def found() -> list[Step]:
    with pytest.raises(Difference) as caught:
        run(SHAPE, 2_000, FaultyPair())
    return caught.value.steps


def test_a_fault_is_found_and_made_small() -> None:
    steps, fault = shrink(found(), FaultyPair)
    assert fault.startswith("Difference: ")
    orders = [command for _, command in steps if isinstance(command, commands.NewOrder)]
    assert len(orders) == 2  # what a trade needs, and nothing else
    assert len(steps) <= 9


def test_a_small_stream_is_printed_as_code_that_makes_it_again() -> None:
    steps, _ = shrink(found(), FaultyPair)
    names: dict[str, object] = {**vars(commands), "Step": Step, "list": list}
    exec(as_code(steps), names)  # noqa: S102 - what it printed itself
    assert names["steps"] == steps


def test_a_stream_without_a_fault_stays_silent() -> None:
    pair = Pair()
    steps = run(shape_of(3, PLAIN_FEATURES), 300, pair)
    assert len(steps) == pair.seq == 300
    assert pair.invariants.trades > 10


class TestInvariants:
    """Each is broken by one altered report."""

    def events(self) -> list[list[Event]]:
        pair = Pair(is_alone=True)
        return [pair.step(*step) for step in run(SHAPE, 200, Pair(is_alone=True))]

    @pytest.mark.parametrize(
        "change",
        [
            {"leaves_qty": 1_000_000},
            {"cum_qty": 1_000_000, "order_qty": 2_000_000, "leaves_qty": 1_000_000},
            {"cum_notional": 1},
            {"ord_status": "0"},
            {"last_px": 1},
            {"side": "5"},
            {"exec_type": "0"},
            {"trade_index": 77},
        ],
        ids=str,
    )
    def test_a_wrong_fill_breaks_one(self, change: dict[str, object]) -> None:
        events = [[altered(event, change) for event in events] for events in self.events()]
        with pytest.raises(Broken):
            watch(events)

    def test_a_report_after_the_end_breaks_one(self) -> None:
        events = self.events()
        last = [event for several in events for event in several if is_last_fill(event)][-1]
        with pytest.raises(Broken, match="it was over"):
            watch([*events, [replace(last, exec_type=ExecType.RESTATED)]])


def watch(lists: list[list[Event]]) -> None:
    watched = Invariants()
    for events in lists:
        watched.watch(events)


def is_last_fill(event: Event) -> TypeGuard[Execution]:
    return isinstance(event, Execution) and event.exec_type == ExecType.TRADE and event.leaves_qty == 0


def altered(event: Event, change: dict[str, object]) -> Event:
    is_fill = isinstance(event, Execution) and event.exec_type == ExecType.TRADE
    return replace(event, **change) if is_fill else event
