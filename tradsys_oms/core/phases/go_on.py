"""What one command could not finish goes on in the next: instruments and mass requests, each in its turn."""

from __future__ import annotations

from tradsys_oms.core.commands import GoOn
from tradsys_oms.core.events import Event
from tradsys_oms.core.matching.settling import settle
from tradsys_oms.core.phases import days, phase_change
from tradsys_oms.core.phases.task import DAY_STEPS
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.requests import mass_requests
from tradsys_oms.core.requests.mass_requests import MASS_REQUESTS, settle_all
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work


class Continuation:
    """Handles GoOn."""

    def __init__(self, state: State) -> None:
        self._state = state

    def apply(self, seq: int, time_ns: int, command: GoOn) -> list[Event]:
        """Do what this command has room for, and leave the rest to the next; who was the first is the last then."""
        work, unfinished = Work(self._state, seq, time_ns), self._state.unfinished
        symbols = list(unfinished)
        unfinished.clear()
        for symbol in symbols:
            if symbol == MASS_REQUESTS:
                settle_all(work, mass_requests.go_on(work))
                continue
            instrument = self._state.instruments[symbol]
            _go_on(work, instrument)
            settle(work, instrument)
        if symbols and symbols[0] in unfinished:
            del unfinished[symbols[0]]  # so that nobody with much to do keeps the others waiting
            unfinished[symbols[0]] = None
        return work.events


def _go_on(work: Work, instrument: Instrument) -> None:
    task = instrument.task
    if task is None:
        return
    if task.step in DAY_STEPS:
        days.go_on(work, instrument)
    else:
        phase_change.go_on(work, instrument)
