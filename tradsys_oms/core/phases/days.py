"""Trading days: what ends with a day, and what goes on into the next.

The end of a day expires what was good for it alone and reports the rest Done for Day; the start of the next one
restates that, with its quantities counted from there. Both go through all orders of the instrument, the oldest first,
over several commands if there are many. The instrument is closed all the while.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.book.special import Special
from tradsys_oms.core.commands import EndDay, StartDay
from tradsys_oms.core.events import Event, Refused
from tradsys_oms.core.fields import ExecRestatementReason, ExecType, OrdStatus, TimeInForce
from tradsys_oms.core.lifecycle import WHEN_DONE_FOR_DAY, WHEN_RENEWED_PART_FILLED, WHEN_RENEWED_UNFILLED
from tradsys_oms.core.matching import short_sales
from tradsys_oms.core.phases.phase_control import busy
from tradsys_oms.core.phases.phases import Phase
from tradsys_oms.core.phases.task import Step, Task
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work
from tradsys_oms.errors import InvariantError

GOOD_FOR_DAYS: Final = (TimeInForce.GTC, TimeInForce.GTD)
DAY_IS_OVER: Final = "Expired at the end of the trading day"
DATE_IS_PAST: Final = "Expired: ExpireDate is past"

DAYS_OF_MONTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
FEBRUARY: Final = 2
YEAR_MAX: Final = 9_999


class Days:
    """Handles EndDay and StartDay."""

    def __init__(self, state: State) -> None:
        self._state = state

    def fault_of_end(self, command: EndDay) -> str | None:
        """Say in a sentence why a day can't end, None if it can."""
        instrument = self._state.instruments.get(command.symbol)
        fault = _fault(instrument, command.symbol)
        if fault is None and instrument is not None and instrument.day_is_ended:
            return f"The trading day of {command.symbol} has ended already."
        return fault

    def fault_of_start(self, command: StartDay) -> str | None:
        """Say in a sentence why a day can't begin, None if it can."""
        instrument = self._state.instruments.get(command.symbol)
        fault = _fault(instrument, command.symbol)
        if fault is not None or instrument is None:
            return fault
        trade_date = instrument.trade_date
        if trade_date and not instrument.day_is_ended:
            return f"The trading day {trade_date} of {command.symbol} has not ended."
        if not is_date(command.trade_date):
            return f"{command.trade_date} is no date as YYYYMMDD."
        if command.trade_date <= trade_date:
            return f"Trading day {command.trade_date} of {command.symbol} is not after the last one, {trade_date}."
        return None

    def end(self, seq: int, time_ns: int, command: EndDay) -> list[Event]:
        """End the trading day of an instrument."""
        fault = self.fault_of_end(command)
        return [Refused(fault)] if fault is not None else self._begin(seq, time_ns, command.symbol, Step.END_DAY)

    def start(self, seq: int, time_ns: int, command: StartDay) -> list[Event]:
        """Begin a trading day of an instrument."""
        fault = self.fault_of_start(command)
        if fault is not None:
            return [Refused(fault)]
        instrument = self._state.instruments[command.symbol]
        instrument.trade_date = command.trade_date
        instrument.day_is_ended = False
        return self._begin(seq, time_ns, command.symbol, Step.START_DAY)

    def _begin(self, seq: int, time_ns: int, symbol: str, step: str) -> list[Event]:
        work = Work(self._state, seq, time_ns)
        instrument = self._state.instruments[symbol]
        orders = instrument.book.open_orders()
        instrument.task = Task(step, sorted((order.order_id for order in orders), reverse=True))
        go_on(work, instrument)
        return work.events


def go_on(work: Work, instrument: Instrument) -> None:
    """Go on with the end or the start of a day that is under way."""
    task = instrument.task
    if task is None:
        raise InvariantError(f"No end or start of a day of {instrument.symbol} is under way.")
    if task.each(work, instrument, _STEPS[task.step]):
        instrument.task = None
        if task.step == Step.END_DAY:
            instrument.day_is_ended = True
            instrument.day_end_seq = work.seq
            instrument.close_px = instrument.last_px
            short_sales.day_ended(work, instrument)


def _fault(instrument: Instrument | None, symbol: str) -> str | None:
    if instrument is None:
        return f"Unknown symbol {symbol}."
    if instrument.phase != Phase.CLOSED:
        return f"{symbol} is in the phase {instrument.phase}: its days end and start while it is closed."
    return busy(instrument)


def _end_day_of(work: Work, order: Order) -> None:
    """Let an order expire that is good for the day only, and rest one that is good for more."""
    if order.time_in_force not in GOOD_FOR_DAYS:
        order.take_off()
        work.expire(order, DAY_IS_OVER)
    elif order.ord_status != OrdStatus.DONE_FOR_DAY:
        order.ord_status = WHEN_DONE_FOR_DAY[order.ord_status]
        work.report(order, ExecType.DONE_FOR_DAY)


def _start_day_of(work: Work, order: Order) -> None:
    """Renew an order that is good for more than a day, or let it expire if it is past its last one."""
    if order.time_in_force not in GOOD_FOR_DAYS:
        return  # it came on no day, so this is its first
    special = order.special
    if special is None:
        special = order.special = Special()
    if special.expire_date and special.expire_date < order.instrument.trade_date:
        order.take_off()
        work.expire(order, DATE_IS_PAST)
        return
    if order.ord_status == OrdStatus.DONE_FOR_DAY:
        renewed = WHEN_RENEWED_PART_FILLED if order.cum_qty else WHEN_RENEWED_UNFILLED
        order.ord_status = renewed[order.ord_status]
    special.day_start_seq = work.seq
    special.day_start_cum_qty = order.cum_qty
    special.day_start_notional = order.cum_notional
    work.report(order, ExecType.RESTATED, restatement_reason=ExecRestatementReason.GT_RENEWAL)


_STEPS: Final[dict[str, Callable[[Work, Order], None]]] = {Step.END_DAY: _end_day_of, Step.START_DAY: _start_day_of}


def is_date(number: int) -> bool:
    """Tell whether a number is a date as YYYYMMDD, of the calendar that the clearing keeps (Gregorian)."""
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    if not (1 <= year <= YEAR_MAX and 1 <= month <= len(DAYS_OF_MONTHS)):
        return False
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= DAYS_OF_MONTHS[month - 1] - (month == FEBRUARY and not is_leap)
