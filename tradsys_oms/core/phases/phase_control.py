"""Phases by schedule and by operators: which changes are possible, and the command that makes them."""

from __future__ import annotations

from tradsys_oms.core.commands import ChangePhase
from tradsys_oms.core.events import Event, Refused
from tradsys_oms.core.matching.settling import settle
from tradsys_oms.core.phases.phase_change import announce, change_phase, set_end
from tradsys_oms.core.phases.phases import PHASES
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work


class PhaseControl:
    """Handles ChangePhase."""

    def __init__(self, state: State) -> None:
        self._state = state

    def fault_of(self, command: ChangePhase) -> str | None:
        """Say in a sentence why a change would be refused, None if it would not."""
        instrument = self._state.instruments.get(command.symbol)
        if instrument is None:
            return f"Unknown symbol {command.symbol}."
        return busy(instrument) or _fault(command, instrument)

    def apply(self, seq: int, time_ns: int, command: ChangePhase) -> list[Event]:
        """Change the phase of an instrument, or only when it ends if it is in that phase already."""
        fault = self.fault_of(command)
        if fault is not None:
            return [Refused(fault)]
        instrument = self._state.instruments[command.symbol]
        work = Work(self._state, seq, time_ns)
        if command.phase == instrument.phase:
            set_end(self._state, instrument, command.until_ns)
            announce(work, instrument)
            return work.events
        change_phase(work, instrument, command.phase, command.reason, command.until_ns)
        settle(work, instrument)
        return work.events


def busy(instrument: Instrument) -> str | None:
    """Say that something is under way on an instrument that must be done first, None if nothing is."""
    return f"{instrument.symbol} has not done with the last change yet: try again." if instrument.task else None


def _fault(command: ChangePhase, instrument: Instrument) -> str | None:
    symbol, phase = instrument.symbol, command.phase
    if phase not in PHASES:
        return f"There is no phase {phase}; there are {', '.join(PHASES)}."
    if command.until_ns < 0 or (command.until_ns and not PHASES[phase].after):
        return f"The phase {phase} does not end by itself: its end can't be given."
    if phase == instrument.phase:
        is_same = command.until_ns == instrument.phase_until_ns
        return f"{symbol} is in the phase {phase} already." if is_same else None
    if instrument.day_is_ended:
        return f"The trading day of {symbol} has ended: start the next one first."
    next_phases = PHASES[instrument.phase].next_phases
    if phase not in next_phases:
        return f"{symbol} can't go from {instrument.phase} to {phase}, only to {', '.join(next_phases)}."
    return None
