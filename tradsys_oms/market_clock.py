"""The clock of the market: tells the core that time has passed, and subscribers what an auction would bring.

The core knows no time but that of its commands. When an order with an ExpireTime is due, or a phase that ends by
itself, a command says so; how much one command does is bounded, and it is said again when that is durable. While an
auction collects orders, who asked for its state is told once a second where price, volume or imbalance have changed.
"""

from __future__ import annotations

import time
from typing import Final, TypeAlias

from tradsys_oms.core.commands import PublishIndication, TimePassed
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.phases.phases import PHASES
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.requests.mass_requests import MASS_REQUESTS
from tradsys_oms.sequencer import Sequencer

NS_PER_S: Final = 1_000_000_000
TICKS_PER_ROUND: Final = 4
INDICATIONS_MAX: Final = 200
"""Auctions that are worked out in one tick; others have their turn in the next."""

Indication: TypeAlias = tuple[int, int, int]
"""Price in ticks, and volume and imbalance in lots."""
NOTHING: Final[Indication] = (0, 0, 0)
"""What subscribers know of an auction that has just begun."""


class MarketClock:
    """Looks at the core and at the time, and submits what has come due."""

    def __init__(self, engine: Engine, sequencer: Sequencer) -> None:
        self._engine, self._sequencer = engine, sequencer
        self._is_waiting = False
        """For the last TimePassed to be durable."""
        self._round: list[Instrument] = []
        """The instruments that are looked at one after the other, for their auctions."""
        self._place = 0
        """Where in the round the next look goes."""
        self._round_ns = 0
        """When it began."""
        self._published: dict[str, Indication] = {}

    @property
    def next_ns(self) -> int:
        """Tell when time has to be told of next, in ns since the epoch; 0 for never."""
        return self._engine.next_due_ns() or 0

    def tick(self, now_ns: int) -> None:
        """Submit what has come due."""
        self._pass_time(now_ns)
        self._publish(now_ns)

    def _pass_time(self, now_ns: int) -> None:
        due_ns = self._engine.next_due_ns()
        if due_ns is None or due_ns > now_ns or self._is_waiting:
            return
        if any(symbol != MASS_REQUESTS for symbol in self._engine.unfinished):
            return  # what waits for an instrument to be done with would find nothing to do
        self._is_waiting = True
        self._sequencer.submit(TimePassed())
        self._sequencer.after_commit(self._passed)

    def _passed(self) -> None:
        self._is_waiting = False
        self._pass_time(time.time_ns())

    def _publish(self, now_ns: int) -> None:
        """Go on with the round over all instruments: it takes some ticks, the next begins a second after this one."""
        if self._place >= len(self._round) and now_ns - self._round_ns >= NS_PER_S:
            self._round, self._place, self._round_ns = list(self._engine.instruments.values()), 0, now_ns
        end = min(self._place + len(self._round) // TICKS_PER_ROUND + 1, len(self._round))
        count = 0
        while self._place < end and count < INDICATIONS_MAX:
            instrument = self._round[self._place]
            self._place += 1
            if instrument.subscribers:
                count += self._publish_one(instrument)

    def _publish_one(self, instrument: Instrument) -> bool:
        """Publish what an auction would bring if that has changed for a subscriber; tells if it was worked out."""
        symbol = instrument.symbol
        if not PHASES[instrument.phase].is_auction:
            self._published.pop(symbol, None)
            return False
        if symbol in self._engine.unfinished:
            return False
        indication = self._engine.indication(symbol)
        if indication != self._published.get(symbol, NOTHING):
            self._published[symbol] = indication
            self._sequencer.submit(PublishIndication(symbol))
        return True
