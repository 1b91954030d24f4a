"""The hours of the market: brings each instrument into the phase, and the trading day, in which its schedule has it.

What is to be done follows from the state of the core and the time alone, so a phase that began while the daemon was
down is entered when it is up. Phases that are past are not made up for: the way goes from the present phase to the one
that is due, as directly as the table of phases allows. What was collected in a pre-opening is uncrossed on that way,
because it leads through the opening auction; an opening auction that was missed as a whole is not held. Days that were
missed are rolled into the present one: one end, and one start.

The schedule moves an instrument when a phase begins, and otherwise lets be what operators and guards do: a halt stays
until the market closes, an auction that ends by itself ends by itself, and what an operator closed stays closed until
the next phase. Only the ends are kept to all the time: who trades on after the closing auction or the closing has begun
is brought there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, TypeAlias

import structlog

from tradsys_oms.config import Config
from tradsys_oms.config.market_model import trading_schedule_of
from tradsys_oms.core.commands import ChangePhase, EndDay, StartDay
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.phases.phases import PHASES, Phase
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.errors import InvariantError
from tradsys_oms.hours.trading_days import Stand, TradingCalendar, TradingSchedule
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)

LOOKS_MAX: Final = 500
"""Instruments that are looked at in one tick; others have their turn before the next."""
COMMANDS_MAX: Final = 20
"""So many commands, and no further instrument has its turn in this tick: each may uncross an auction."""
STEPS_MAX: Final = 8
"""Commands for one instrument in its turn; from any phase of any day to any other takes less."""
ENDS: Final = (Phase.CLOSING_AUCTION, Phase.CLOSED)
NEVER_NS: Final = 1 << 63

Step: TypeAlias = ChangePhase | EndDay | StartDay
Attempt: TypeAlias = tuple[Step, int, int, bool]
"""A step, and the state in which it was to be done: since when the phase, which day, and whether that is ended."""


def instrument_schedules(config: Config) -> dict[str, TradingSchedule]:
    """Give the schedule of each instrument that has one, by symbol."""
    schedules = {entry.schedule: trading_schedule_of(entry) for entry in config.market_schedules}
    phases = {group.group: group.phases for group in config.groups if group.phases}
    return {entry.symbol: schedules[phases[entry.group]] for entry in config.instruments if entry.group in phases}


class MarketHours:
    """Keeps instruments to their schedules; those without one are left alone."""

    def __init__(self, engine: Engine, sequencer: Sequencer) -> None:
        self._engine, self._sequencer = engine, sequencer
        self._calendars: dict[str, TradingCalendar] = {}
        """By symbol; instruments of the same schedule share one."""
        self._round: Iterator[str] = iter(())
        self._is_urgent = False
        """A phase has begun, and the round is to be completed soon."""
        self._is_waiting = False
        """For what was done to be durable."""
        self._attempts: dict[str, Attempt] = {}
        """By symbol: what was tried last, which is not tried again where nothing came of it, until a phase begins."""
        self.next_ns = 0
        """When the next phase of any schedule begins."""

    def follow(self, schedules: dict[str, TradingSchedule]) -> None:
        """Take over the schedule of each instrument that has one."""
        calendars = {schedule: TradingCalendar(schedule) for schedule in dict.fromkeys(schedules.values())}
        self._calendars = {symbol: calendars[schedule] for symbol, schedule in schedules.items()}
        self.next_ns = 0

    def tick(self, now_ns: int) -> bool:
        """Do what is due; tells if there is more to do at once.

        When a phase begins, all instruments have their turn, a few in each tick, and what a tick did is durable before
        the next does more. At other times they have their turns too, so that nobody stays where it should not be.
        """
        if now_ns >= self.next_ns:
            shared = dict.fromkeys(self._calendars.values())
            self.next_ns = min((calendar.next_ns(now_ns) for calendar in shared), default=NEVER_NS)
            self._round, self._is_urgent = iter(list(self._calendars)), True
            self._attempts.clear()
        if not self._is_waiting and self._go(now_ns):
            self._is_waiting = True
            self._sequencer.after_commit(self._is_durable)
        return self._is_urgent

    def _go(self, now_ns: int) -> int:
        """Let the next instruments have their turn; gives the number of commands."""
        count = 0
        for _ in range(LOOKS_MAX):
            symbol = next(self._round, None)
            if symbol is None:
                self._round, self._is_urgent = iter(list(self._calendars)), False
                break
            count += self._bring(symbol, now_ns)
            if count >= COMMANDS_MAX:
                break
        return count

    def _is_durable(self) -> None:
        self._is_waiting = False

    def _bring(self, symbol: str, now_ns: int) -> int:
        """Bring an instrument to where it should be, as far as that goes now; gives the number of commands."""
        calendar, instrument = self._calendars[symbol], self._engine.instruments[symbol]
        stand = calendar.stand_at(now_ns)
        count = 0
        while stand is not None and symbol not in self._engine.unfinished and count < STEPS_MAX:
            step = next_step(instrument, stand, f"schedule {calendar.schedule.schedule}")
            if step is None:
                break
            attempt = (step, instrument.phase_since_ns, instrument.trade_date, instrument.day_is_ended)
            if attempt == self._attempts.get(symbol):
                break
            self._attempts[symbol] = attempt
            fault = self._engine.fault_of(step)
            if fault is not None:
                log.error("schedule_refused", symbol=symbol, step=repr(step), reason=fault)
                break
            self._sequencer.submit(step)
            count += 1
        return count


def next_step(instrument: Instrument, stand: Stand, reason: str) -> Step | None:
    """Give the next command that brings an instrument to where its schedule has it, None if nothing is to be done."""
    if instrument.trade_date > stand.trade_date:
        return None  # an operator began the day before its time
    if stand.is_over:
        return None if instrument.day_is_ended else _end(instrument, reason)
    if instrument.trade_date < stand.trade_date:
        if not instrument.day_is_ended:
            return _end(instrument, f"{reason}, on the way to {stand.phase}")
        return StartDay(instrument.symbol, stand.trade_date)
    if instrument.day_is_ended:
        return None  # an operator ended the day before its time
    return _move(instrument, stand, reason)


def _end(instrument: Instrument, reason: str) -> Step:
    if instrument.phase != Phase.CLOSED:
        return ChangePhase(instrument.symbol, Phase.CLOSED, reason)
    return EndDay(instrument.symbol)


def _move(instrument: Instrument, stand: Stand, reason: str) -> Step | None:
    phase, target = instrument.phase, stand.phase
    under_way = f"{reason}, on the way to {target}"
    if phase == target or (phase == Phase.HALTED and target != Phase.CLOSED):
        return None
    if instrument.phase_until_ns and PHASES[phase].after == target:
        return None
    is_late = instrument.phase_since_ns < stand.since_ns or instrument.phase_reason == under_way
    if is_late or (PHASES[phase].takes_orders and target in ENDS):
        following = way(phase, target)
        return ChangePhase(instrument.symbol, following, reason if following == target else under_way)
    return None  # somebody moved it since that phase was due


@cache
def way(phase: str, target: str) -> str:
    """Give the first phase on the shortest way from one to another; over closed only where there is no other."""
    for detours in ({Phase.HALTED, Phase.CLOSED}, {Phase.HALTED}):
        reached = {phase}
        ways = [(following, following) for following in PHASES[phase].next_phases]
        for first, place in ways:
            if place == target:
                return first
            if place not in reached and place not in detours:
                reached.add(place)
                ways += [(first, following) for following in PHASES[place].next_phases]
    raise InvariantError(f"no phase leads from {phase} to {target}")
