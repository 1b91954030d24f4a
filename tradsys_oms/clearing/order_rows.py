"""Rows of orders: each order that a batch says something about, once, as the batch leaves it.

An order is entered by the record whose sequence is its OrderID; later records change it. What matters of a batch is its
last word on each order, so that any cut into batches gives the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from msgspec import structs

from tradsys_oms.clearing.copy_text import Scale, average, clean
from tradsys_oms.core.commands import NewOrder
from tradsys_oms.core.events import CancelRejected, Execution, VenueOrder
from tradsys_oms.core.fields import ExecType, OrdStatus

_PENDING: Final = frozenset({ExecType.PENDING_CANCEL, ExecType.PENDING_REPLACE})


class Report(NamedTuple):
    """A report about an order, with the place and the time of its record."""

    execution: Execution
    seq: int
    moment: str


class StatusChange(NamedTuple):
    """What OrdStatus an order has after a request about it was refused."""

    order_id: int
    trade_date: str
    ord_status: str
    journal_seq: int
    updated_at: str


class OrderRow(NamedTuple):
    """The row of an order; `is_entered` where the batch has its entry."""

    day: str
    is_entered: bool
    line: str


class OrderStates:
    """What a batch says about orders."""

    def __init__(self) -> None:
        self._entered: dict[int, Report] = {}
        self._latest: dict[int, Report] = {}
        self._refused: dict[int, tuple[str, int, str]] = {}
        """OrdStatus, sequence and time, of orders that have no report before it in the batch."""

    def note(self, event: Execution, seq: int, moment: str) -> None:
        """Take a report that says how its order is now."""
        report = Report(event, seq, moment)
        order_id = event.order_id
        if order_id == seq and seq not in self._entered:
            self._entered[seq] = report
        self._latest[order_id] = report

    def note_sent(self, event: VenueOrder, command: NewOrder, scale: Scale, seq: int, moment: str) -> None:
        """Take an order that goes to a venue in the record of its entry: it is Pending New, reported or not."""
        if seq not in self._latest:
            self.note(_sent(event, command, scale), seq, moment)

    def note_refused(self, event: CancelRejected, seq: int, moment: str) -> None:
        """Take the refusal of a cancel or replace: the order isn't pending any more."""
        order_id, ord_status = event.order_id, event.ord_status
        latest = self._latest.get(order_id)
        if latest is not None:
            if latest.execution.ord_status != ord_status:
                execution = structs.replace(latest.execution, ord_status=ord_status)
                self._latest[order_id] = Report(execution, seq, moment)
        elif order_id:
            noted = self._refused.get(order_id)
            if noted is None or noted[0] != ord_status:
                self._refused[order_id] = (ord_status, seq, moment)

    def rows(self, scale_of: Callable[[str], Scale], day_of: Callable[[int], str]) -> Iterator[OrderRow]:
        """Give the row of each order that has a report."""
        for order_id, report in self._latest.items():
            entry, day = self._entered.get(order_id), day_of(order_id)
            line = _line(report, entry or report, day, scale_of(report.execution.symbol))
            yield OrderRow(day, entry is not None, line)

    def statuses(self, day_of: Callable[[int], str]) -> list[StatusChange]:
        """Give what OrdStatus orders have that have no report in the batch."""
        return [
            StatusChange(order_id, day_of(order_id), *noted)
            for order_id, noted in self._refused.items()
            if order_id not in self._latest
        ]


def _line(report: Report, entry: Report, day: str, scale: Scale) -> str:
    """Give the row; of an order that was entered in an earlier batch, `session` and `entered_at` stay as they are."""
    event, seq, moment = report
    lot, lot_exponent = scale.lot, scale.lot_exponent
    # A report that a request is pending has the ClOrdID of the request, which is not accepted yet.
    clord_id = (event.exec_type in _PENDING and event.orig_clord_id) or event.clord_id
    return (
        f"{event.order_id}\t{day}\t{entry.execution.session}\t{event.member}\t{clean(clord_id)}\t"
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
