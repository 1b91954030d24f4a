"""The clock of risk: begins the day of usage, and lets the core value holdings whose mark has changed.

The core values a holding when it trades, and else when it is told to. So once a second all instruments are looked at, a
part of them in each tick, and if a mark has moved since it was valued the core is told. One command values so many
holdings and no more; the rest is told of in the next ticks, each when the one before is durable.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Final

import structlog
from msgspec import Struct

from tradsys_oms.core.commands import BeginRiskDay, Revalue
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.hours.wall_clock import date_at, first_ns, zone_of
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)

NS_PER_S: Final = 1_000_000_000
TICKS_PER_ROUND: Final = 4
MIDNIGHT: Final = time()
DAY: Final = timedelta(days=1)


class RiskDay(Struct, frozen=True):
    """When the day of usage begins: `start` on the clocks of a time zone. It has the date on which it begins."""

    start: time = MIDNIGHT
    time_zone: str = "UTC"

    def at(self, now_ns: int) -> date:
        """Give the day to which a time belongs."""
        zone = zone_of(self.time_zone)
        today = date_at(now_ns, zone)
        return today if now_ns >= first_ns(today, self.start, zone) else today - DAY

    def end_ns(self, day: date) -> int:
        """Give the time at which the day after begins."""
        return first_ns(day + DAY, self.start, zone_of(self.time_zone))


class RiskClock:
    """Looks at marks and at the time, and submits what has come due."""

    def __init__(self, engine: Engine, sequencer: Sequencer) -> None:
        self._engine, self._sequencer = engine, sequencer
        self._day = RiskDay()
        self._day_end_ns = 0
        """When to look at the calendar next."""
        self._is_waiting = False
        """For the last Revalue to be durable."""
        self._round: list[Instrument] = []
        self._place = 0
        """Where in the round the next look goes."""
        self._round_ns = 0
        """When it began."""
        self._has_moved = False
        """A mark of the round has."""

    def follow(self, day: RiskDay) -> None:
        """Take over when days begin."""
        self._day, self._day_end_ns = day, 0

    def tick(self, now_ns: int) -> None:
        """Submit what has come due."""
        if now_ns >= self._day_end_ns:
            self._begin_day(now_ns)
        self._look(now_ns)

    def _begin_day(self, now_ns: int) -> None:
        """Begin the present day, unless it has begun; one that is later than today was begun by clocks that differ."""
        today = self._day.at(now_ns)
        self._day_end_ns = self._day.end_ns(today)
        begins = BeginRiskDay(today.year * 10_000 + today.month * 100 + today.day)
        if begins.trade_date > self._engine.risk.trade_date:
            self._sequencer.submit(begins)
            log.info("risk_day_begun", trade_date=begins.trade_date)

    def _look(self, now_ns: int) -> None:
        """Go on with the round over all instruments; at its end, or with holdings left, let the core value them."""
        if self._place >= len(self._round) and now_ns - self._round_ns >= NS_PER_S:
            self._round, self._place, self._round_ns = list(self._engine.instruments.values()), 0, now_ns
        end = min(self._place + len(self._round) // TICKS_PER_ROUND + 1, len(self._round))
        if self._place < end and not self._has_moved:
            looked_at = self._round[self._place : end]
            self._has_moved = any(instrument.mark_px != instrument.valued_mark for instrument in looked_at)
        self._place = end
        is_due = self._engine.risk.to_value or (self._has_moved and self._place == len(self._round))
        if is_due and not self._is_waiting:
            self._is_waiting, self._has_moved = True, False
            self._sequencer.submit(Revalue())
            self._sequencer.after_commit(self._valued)

    def _valued(self) -> None:
        self._is_waiting = False
