"""A change of phase, with all that belongs to it: what the old phase has left to do, and what the new one begins with.

An auction that ends uncrosses, unless it is halted. Continuous trading never begins with a book in which something
could trade: what was collected in a pre-opening without an auction, or in an auction that was halted and then closed,
is uncrossed when trading begins. What a change has to do may be more than one command may: then the phase stays the old
one, `Instrument.uncross_px` is set and nothing is taken for the instrument until `GoOn` has done the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.book.places import special_of
from tradsys_oms.core.events import PhaseChanged
from tradsys_oms.core.fields import ExecRestatementReason, TimeInForce
from tradsys_oms.core.phases import auction, market_status
from tradsys_oms.core.phases.phases import PHASES, Phase
from tradsys_oms.core.phases.task import Step, Task
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work
from tradsys_oms.errors import InvariantError

NO_PRICE: Final = 1
"""Stands for the price of an auction without trades while it is being ended."""
LEFT_OVER: Final = "Expired after the auction"
CANCELED_ON_HALT: Final = "Canceled on trading halt"

ENDED_WITH: Final[dict[str, frozenset[str]]] = {
    # TimeInForce of the orders that expire when a phase has been uncrossed, beside all market orders.
    Phase.CLOSED: frozenset((TimeInForce.OPG, TimeInForce.GTX)),
    Phase.OPENING_AUCTION: frozenset((TimeInForce.OPG, TimeInForce.GTX)),
    Phase.VOLATILITY_AUCTION: frozenset((TimeInForce.OPG, TimeInForce.GTX)),
    Phase.CLOSING_AUCTION: frozenset((TimeInForce.ATC, TimeInForce.GTX)),
}


def change_phase(work: Work, instrument: Instrument, phase: str, reason: str, until_ns: int) -> None:
    """Bring an instrument into another phase, which it may go to; `until_ns` 0 stands for no end by itself."""
    set_end(work.state, instrument, 0)
    task = instrument.task = Task(Step.UNCROSS, [], phase, reason, until_ns)
    if not (phase == Phase.CONTINUOUS or (PHASES[instrument.phase].is_auction and phase != Phase.HALTED)):
        _enter(work, instrument, task)
    else:
        price = auction.begin(work, instrument)
        instrument.uncross_px = price or NO_PRICE
        if not price:
            _begin_expiry(instrument, task)
    go_on(work, instrument)


def go_on(work: Work, instrument: Instrument) -> None:
    """Go on with a change that is under way."""
    task = instrument.task
    if task is None:
        raise InvariantError(f"No change of phase of {instrument.symbol} is under way.")
    if task.step == Step.UNCROSS:
        if not auction.uncross(work, instrument):
            return
        _begin_expiry(instrument, task)
    if task.step == Step.EXPIRE:
        if not task.each(work, instrument, _expire):
            return
        instrument.uncross_px = 0
        _enter(work, instrument, task)
    if task.each(work, instrument, _cancel):
        instrument.task = None


def set_end(state: State, instrument: Instrument, until_ns: int) -> None:
    """Let the present phase end by itself at a time, 0 for not by itself."""
    if instrument.phase_until_ns:
        state.phase_ends.remove((instrument.phase_until_ns, instrument.symbol))
    instrument.phase_until_ns = until_ns
    if until_ns:
        state.phase_ends.add((until_ns, instrument.symbol))


def announce(work: Work, instrument: Instrument) -> None:
    """Tell followers of the phase that an instrument is in."""
    reason, until_ns = instrument.phase_reason, instrument.phase_until_ns
    work.events.append(PhaseChanged(instrument.symbol, instrument.phase, reason, until_ns, instrument.trade_date))


def _begin_expiry(instrument: Instrument, task: Task) -> None:
    """List what the phase that ends has left over."""
    times = ENDED_WITH[instrument.phase]
    task.step = Step.EXPIRE
    task.order_ids = _ids(order for order in instrument.book if not order.price or order.time_in_force in times)


def _enter(work: Work, instrument: Instrument, task: Task) -> None:
    """Begin the new phase."""
    before = instrument.phase
    instrument.set_phase(task.phase)
    instrument.phase_since_ns = work.time_ns
    instrument.phase_reason = task.reason
    instrument.breaker_prices.clear()
    set_end(work.state, instrument, task.until_ns)
    if before == Phase.CONTINUOUS:
        _park_pegs(instrument)
    elif before == Phase.CLOSING_AUCTION and task.phase == Phase.HALTED:
        _park(instrument, [order for order in instrument.book if order.time_in_force == TimeInForce.ATC])
    if task.phase == Phase.CLOSING_AUCTION:
        _join_closing(instrument)
    announce(work, instrument)
    market_status.publish(work, instrument)
    task.step, task.order_ids = Step.HALT, []
    if task.phase == Phase.HALTED:
        task.order_ids = _ids(order for order in instrument.book.open_orders() if _cancels_on_halt(order))


def _park_pegs(instrument: Instrument) -> None:
    """Let the pegged orders wait beside the book until continuous trading gives them a price again."""
    book = instrument.book
    book.peg_reference = None
    pegs = [order for order in book.pegs.values() if order.level is not book.waiting]
    _park(instrument, sorted(pegs, key=lambda order: (special_of(order).arrival, order.order_id)))
    for order in pegs:
        order.price = 0


def _park(instrument: Instrument, orders: Iterable[Order]) -> None:
    for order in orders:
        order.take_off()
        instrument.book.waiting.add(order)


def _join_closing(instrument: Instrument) -> None:
    """Let the at-the-close orders take their places in the book, those that wait longest first."""
    book = instrument.book
    for order in [order for order in book.waiting if order.time_in_force == TimeInForce.ATC]:
        order.take_off()
        book.side(order.side).rest(order)


def _cancels_on_halt(order: Order) -> bool:
    return order.special is not None and order.special.cancels_on_halt


def _expire(work: Work, order: Order) -> None:
    order.take_off()
    work.expire(order, LEFT_OVER)


def _cancel(work: Work, order: Order) -> None:
    order.take_off()
    work.cancel(order, CANCELED_ON_HALT, ExecRestatementReason.CANCEL_ON_HALT)


def _ids(orders: Iterable[Order]) -> list[int]:
    return sorted((order.order_id for order in orders), reverse=True)
