"""Rows of orders: each order that a batch says something about, once, as the batch leaves it.

An order is entered by the record whose sequence is its OrderID; later records change it. What matters of a batch is its
last word on each order, so that any cut into batches gives the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from msgspec import structs

from tradsys_oms.clearing.copy_text import Scale, average, clean
from tradsys_oms.core.commands import EnterOrder, NewOrder
from tradsys_oms.core.events import CancelRejected, Execution, VenueOrder
from tradsys_oms.core.fields import ExecType, OrdStatus
from tradsys_oms.journal.entries import Entry

_CHANGED: Final = {ExecType.NEW: OrdStatus.PENDING_NEW, ExecType.PENDING_CANCEL: "", ExecType.PENDING_REPLACE: ""}
"""Reports after the entry that change OrdStatus alone, and only of an order that is this; "" for any. New is also said
of an order that is Pending Cancel by now, or Suspended; one that is pending has the ClOrdID, and it may have the
quantity, of what is not accepted yet.
"""


class Report(NamedTuple):
    """A report about an order, with the place and the time of its record."""

    execution: Execution
    seq: int
    moment: str


class StatusChange(NamedTuple):
    """Another OrdStatus for an order, by something that says nothing else of it."""

    order_id: int
    trade_date: str
    before: str
    """Only if it has this OrdStatus; "" for any."""
    ord_status: str
    journal_seq: int
    updated_at: str


class OrderRow(NamedTuple):
    """The row of an order; `is_entered` where the batch has its entry."""

    day: str
    is_entered: bool
    line: str


class OrderStates:
    """What a batch says about orders. `day_of` gives the trade date of an order."""

    def __init__(self, day_of: Callable[[int], str]) -> None:
        self.statuses: list[StatusChange] = []
        """Of orders that have no report before it in the batch."""
        self._day_of = day_of
        self._entered: dict[int, Report] = {}
        self._latest: dict[int, Report] = {}

    def note(self, event: Execution, seq: int, moment: str) -> None:
        """Take a report that says how its order is now."""
        report = Report(event, seq, moment)
        order_id = event.order_id
        if order_id == seq:
            if seq not in self._entered:
                self._entered[seq] = report
        elif event.exec_type in _CHANGED:
            self._change(order_id, _CHANGED[event.exec_type], event.ord_status, seq, moment)
            return
        self._latest[order_id] = report

    def note_sent(self, event: VenueOrder, command: NewOrder, scale: Scale, seq: int, moment: str) -> None:
        """Take an order that goes to a venue in the record of its entry: it is Pending New, reported or not."""
        if seq not in self._latest:
            self.note(_sent(event, command, scale), seq, moment)

    def note_refused(self, event: CancelRejected, seq: int, moment: str) -> None:
        """Take the refusal of a cancel or replace: the order isn't pending any more."""
        if event.order_id:
            self._change(event.order_id, "", event.ord_status, seq, moment)

    def _change(self, order_id: int, before: str, ord_status: str, seq: int, moment: str) -> None:
        latest = self._latest.get(order_id)
        if latest is None:
            change = StatusChange(order_id, self._day_of(order_id), before, ord_status, seq, moment)
            self.statuses.append(change)
        elif latest.execution.ord_status != ord_status and before in ("", latest.execution.ord_status):
            self._latest[order_id] = Report(structs.replace(latest.execution, ord_status=ord_status), seq, moment)

    def rows(self, scale_of: Callable[[str], Scale]) -> Iterator[OrderRow]:
        """Give the row of each order that has a report."""
        for order_id, report in self._latest.items():
            entry, day = self._entered.get(order_id), self._day_of(order_id)
            line = _line(report, entry or report, day, scale_of(report.execution.symbol))
            yield OrderRow(day, entry is not None, line)


def entered_order(entry: Entry) -> NewOrder | None:
    """Give the order that a record enters, by message or by telephone; None for other records.

    One for an amount of money gets the quantity that has gone to venues.
    """
    command = entry.command.order if isinstance(entry.command, EnterOrder) else entry.command
    if not isinstance(command, NewOrder):
        return None
    if command.order_qty_e8:
        return command
    sent_e8 = sum(event.order_qty_e8 for event in entry.events if isinstance(event, VenueOrder))
    return structs.replace(command, order_qty_e8=sent_e8)


def _line(report: Report, entry: Report, day: str, scale: Scale) -> str:
    """Give the row; of an order that was entered in an earlier batch, `session` and `entered_at` stay as they are."""
    event, seq, moment = report
    lot, lot_exponent = scale.lot, scale.lot_exponent
    return (
        f"{event.order_id}\t{day}\t{entry.execution.session}\t{event.member}\t{clean(event.clord_id)}\t"
        f"{clean(event.account)}\t{event.symbol}\t{event.side}\t{event.ord_type}\t{event.time_in_force}\t"
        f"{event.order_qty * lot}{lot_exponent}\t"
        f"{'' if event.price is None else f'{event.price * scale.tick}{scale.tick_exponent}'}\t"
        f"{event.ord_status}\t{event.cum_qty * lot}{lot_exponent}\t{event.leaves_qty * lot}{lot_exponent}\t"
        f"{average(event.cum_notional, event.cum_qty, scale)}\t{seq}\t{entry.moment}\t{moment}"
    )


def _sent(event: VenueOrder, command: NewOrder, scale: Scale) -> Execution:
    order_qty = command.order_qty_e8 // scale.lot_e8
    return Execution(
        session=command.session,
        member=event.member,
        order_id=event.order_id,
        clord_id=command.clord_id,
        orig_clord_id="",
        exec_type=ExecType.PENDING_NEW,
        ord_status=OrdStatus.PENDING_NEW,
        account=command.account,
        symbol=command.symbol,
        side=command.side,
        ord_type=command.ord_type,
        time_in_force=command.time_in_force,
        order_qty=order_qty,
        price=None if command.price_e8 is None else command.price_e8 // scale.tick_e8,
        cum_qty=0,
        leaves_qty=order_qty,
        cum_notional=0,
    )
