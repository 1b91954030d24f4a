"""What a change of phase or day does to the orders that are open: sentences for an operator, before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from tradsys_oms.core.engine import Engine
from tradsys_oms.core.fields import TimeInForce
from tradsys_oms.core.instruments import Instrument
from tradsys_oms.core.orders import Order
from tradsys_oms.core.phases import PHASES, Phase
from tradsys_oms.fix.decimals import format_ticks

NAMED_MAX: Final = 10
UNTIL_TOMORROW: Final = frozenset({TimeInForce.GTC, TimeInForce.GTD})


def named(instruments: Sequence[Instrument]) -> str:
    """Name the first few instruments, and count the others."""
    symbols = ", ".join(instrument.symbol for instrument in instruments[:NAMED_MAX])
    more = len(instruments) - NAMED_MAX
    return f"{symbols} and {more} more" if more > 0 else symbols


def on_phase(engine: Engine, instruments: Sequence[Instrument], phase: str) -> list[str]:
    """Say what happens when the instruments go to a phase."""
    from_phases: dict[str, list[Instrument]] = {}
    for instrument in instruments:
        from_phases.setdefault(instrument.phase, []).append(instrument)
    sentences = [
        f"{_count(len(moving), 'instrument')} {_way(before, phase)}: {named(moving)}."
        for before, moving in from_phases.items()
    ]
    orders = list(_open_orders(instruments))
    if phase == Phase.HALTED:
        canceled = sum(1 for order in orders if order.special is not None and order.special.cancels_on_halt)
        kept = len(orders) - canceled
        sentences.append(f"{_count(kept, 'open order')} kept, {canceled} canceled as they ask for on a halt.")
    else:
        sentences += _uncrossings(engine, instruments)
        sentences.append(f"{_count(len(orders), 'open order')} there now.")
    takes = PHASES[phase].takes_orders
    sentences.append("New orders are taken." if takes else "Nothing but cancels and questions is taken.")
    return sentences


def on_day_end(instruments: Sequence[Instrument]) -> list[str]:
    """Say what the end of the day does to the orders of closed instruments."""
    orders = Counter(order.time_in_force in UNTIL_TOMORROW for order in _open_orders(instruments))
    return [
        f"The day of {_count(len(instruments), 'instrument')} ends: {named(instruments)}.",
        f"{_count(orders[False], 'order')} for the day expire, {orders[True]} GTC and GTD are done for the day.",
    ]


def on_day_start(instruments: Sequence[Instrument], trade_date: int) -> list[str]:
    """Say what the start of a day does to the orders of closed instruments."""
    orders = Counter(
        order.special is not None and 0 < order.special.expire_date < trade_date for order in _open_orders(instruments)
    )
    return [
        f"The day {trade_date} of {_count(len(instruments), 'instrument')} begins: {named(instruments)}.",
        f"{_count(orders[True], 'GTD order')} past their last day expire, {orders[False]} are restated.",
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


def _open_orders(instruments: Iterable[Instrument]) -> Iterable[Order]:
    return (order for instrument in instruments for order in instrument.book.open_orders())


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
