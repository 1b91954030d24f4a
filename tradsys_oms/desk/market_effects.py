"""What a change of phase or day does to the orders that are open: sentences for an operator, before it is done.

Orders are counted one by one, and there may be a million: in between the loop has its turn, so a preview is no more
exact than the market is quiet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.fields import TimeInForce
from tradsys_oms.core.phases.phases import PHASES, Phase
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.fix.decimals import format_ticks

NAMED_MAX: Final = 10
COUNTED_AT_ONCE: Final = 2_000
UNTIL_TOMORROW: Final = frozenset({TimeInForce.GTC, TimeInForce.GTD})


def named(instruments: Sequence[Instrument]) -> str:
    """Name the first few instruments, and count the others."""
    symbols = ", ".join(instrument.symbol for instrument in instruments[:NAMED_MAX])
    more = len(instruments) - NAMED_MAX
    return f"{symbols} and {more} more" if more > 0 else symbols


async def on_phase(engine: Engine, instruments: Sequence[Instrument], phase: str) -> list[str]:
    """Say what happens when the instruments go to a phase."""
    from_phases: dict[str, list[Instrument]] = {}
    for instrument in instruments:
        from_phases.setdefault(instrument.phase, []).append(instrument)
    sentences = [
        f"{_count(len(moving), 'instrument')} {_way(before, phase)}: {named(moving)}."
        for before, moving in from_phases.items()
    ]
    canceled, kept = await _count_orders(instruments, _cancels_on_halt)
    if phase == Phase.HALTED:
        sentences.append(f"{_count(kept, 'open order')} kept, {canceled} canceled as they ask for on a halt.")
    else:
        sentences += _uncrossings(engine, instruments)
        sentences.append(f"{_count(canceled + kept, 'open order')} there now.")
    takes = PHASES[phase].takes_orders
    sentences.append("New orders are taken." if takes else "Nothing but cancels and questions is taken.")
    return sentences


async def on_day_end(instruments: Sequence[Instrument]) -> list[str]:
    """Say what the end of the day does to the orders of closed instruments."""
    kept, expiring = await _count_orders(instruments, lambda order: order.time_in_force in UNTIL_TOMORROW)
    return [
        f"The day of {_count(len(instruments), 'instrument')} ends: {named(instruments)}.",
        f"{_count(expiring, 'order')} for the day expire, {kept} GTC and GTD are done for the day.",
    ]


async def on_day_start(instruments: Sequence[Instrument], trade_date: int) -> list[str]:
    """Say what the start of a day does to the orders of closed instruments."""

    def is_past(order: Order) -> bool:
        return order.special is not None and 0 < order.special.expire_date < trade_date

    expiring, kept = await _count_orders(instruments, is_past)
    return [
        f"The day {trade_date} of {_count(len(instruments), 'instrument')} begins: {named(instruments)}.",
        f"{_count(expiring, 'GTD order')} past their last day expire, {kept} are restated.",
    ]


def _way(before: str, phase: str) -> str:
    return f"from {before} to {phase}" if before != phase else f"in {phase} with another end"


def _uncrossings(engine: Engine, instruments: Sequence[Instrument]) -> list[str]:
    """Say at what price and quantity auctions would end now."""
    ending = [instrument for instrument in instruments if PHASES[instrument.phase].is_auction]
    sentences = []
    for instrument in ending[:NAMED_MAX]:
        price, qty, _ = engine.indication(instrument.symbol)
        at = f"{format_ticks(qty, instrument.lot_e8)} at {format_ticks(price, instrument.tick_e8)}"
        sentences.append(f"The auction of {instrument.symbol} trades {at if price else 'nothing'}.")
    more = len(ending) - NAMED_MAX
    return [*sentences, f"{_count(more, 'more auction')} end."] if more > 0 else sentences


async def _count_orders(instruments: Sequence[Instrument], is_one: Callable[[Order], bool]) -> tuple[int, int]:
    """Count the open orders of which something holds, and the others."""
    counts = [0, 0]
    next_pause = COUNTED_AT_ONCE
    for instrument in instruments:
        for order in instrument.book.open_orders():
            counts[not is_one(order)] += 1
        if sum(counts) > next_pause:
            next_pause = sum(counts) + COUNTED_AT_ONCE
            await asyncio.sleep(0)
    return counts[0], counts[1]


def _cancels_on_halt(order: Order) -> bool:
    return order.special is not None and order.special.cancels_on_halt


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
