"""Plays programs: does each step to the venue's truth, and says what is to be said of it.

A step that can't be done any more, like a fill of an order that has ended, is passed over: what was asked for meanwhile
has overtaken it. `late` does it all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from tradsys_oms.venues.simulator import orders
from tradsys_oms.venues.simulator.orders import Fill, Order
from tradsys_oms.venues.simulator.reports import (
    BUST,
    CANCEL_REJECT,
    CORRECTION,
    REPLACED,
    RESTATED,
    SOH,
    STATUS,
    TRADE,
    cancel_reject,
)
from tradsys_oms.venues.simulator.steps import Program, Step
from tradsys_oms.venues.simulator.teller import Teller
from tradsys_oms.venues.simulator.work import Work

if TYPE_CHECKING:
    from tradsys_oms.venues.simulator.venue import Venue

PRICE_OF_NONE_E8: Final = 100_000_000
"""A Market order without a quote trades at 1."""
TOO_LATE, UNKNOWN_ORDER = 0, 1
RENEWAL, REPRICING, PARTIAL_DECLINE = 1, 3, 5
"""ExecRestatementReason (378)."""


class Player:
    """Does the steps of programs for one venue."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._teller = Teller(venue)
        self._do: dict[str, Callable[[Work, Step], None]] = {
            "accept": self._accept,
            "reject": self._reject,
            "pending": self._pending,
            "fill": self._fill,
            "cancel": self._cancel,
            "restate": self._restate,
            "done_for_day": self._end,
            "expire": self._end,
            "stop": self._end,
            "suspend": self._end,
            "bust": self._change_fill,
            "correct": self._change_fill,
            "status": self._status,
            "silent": self._nothing,
            "lose": self._lose,
            "drop": self._drop,
            "logout": self._log_out,
        }

    def run(self, work: Work, program: Program, at: int = 0) -> None:
        """Do the steps from `at` on."""
        for index in range(at, len(program)):
            step = program[index]
            if step.verb == "wait":
                delay_s = self._venue.rules.draw_time(step.wait_s, f"{index} {work.msg_type} {work.clord_id}")
                self._venue.later(delay_s, lambda index=index: self.run(work, program, index + 1))  # type: ignore[misc]
                return
            self._do[step.verb](work, step)

    # What is asked for.

    def _accept(self, work: Work, step: Step) -> None:
        if work.msg_type == "D":
            self._accept_order(work, step)
        elif work.msg_type in "FG":
            self._accept_request(work, step)
        else:
            self._venue.enquiries.accept(work, step)

    def _accept_order(self, work: Work, step: Step) -> None:
        order = _subject(work, step)
        if order is not None and (order.is_open or step.modifiers & {"false", "late"}):
            order.status = orders.NEW if order.status == orders.RECEIVED else order.status
            self._changed(order, step)
            self._teller.tell(work, step, order, "0", status="" if order.cum_qty_e8 else orders.NEW)

    def _accept_request(self, work: Work, step: Step) -> None:
        order = _subject(work, step)
        is_larger = work.msg_type == "G" and order is not None and order.cum_qty_e8 < work.qty_e8
        if order is None:
            self._refuse(work, step, UNKNOWN_ORDER, "Unknown order")
        elif not (order.is_open or (order.status == orders.FILLED and is_larger) or "late" in step.modifiers):
            self._refuse(work, step, TOO_LATE, "Too late")
        else:
            order.pending.pop(work.clord_id, None)
            if work.msg_type == "F":
                order.status = orders.CANCELED
                self._changed(order, step)
                self._teller.tell(work, step, order, "4", names=(work.clord_id, order.clord_id))
            else:
                self._replace(work, step, order)

    def _replace(self, work: Work, step: Step, order: Order) -> None:
        orig_clord_id, order.clord_id = order.clord_id, work.clord_id
        order.qty_e8 = max(work.qty_e8, order.cum_qty_e8)
        order.price_e8 = work.price_e8 if work.price_e8 >= 0 else order.price_e8
        order.constant_text = ""
        if order.status not in (orders.STOPPED, orders.SUSPENDED) or order.qty_e8 == order.cum_qty_e8:
            order.settle()
        self._changed(order, step)
        self._teller.tell(work, step, order, REPLACED, names=(work.clord_id, orig_clord_id))

    def _reject(self, work: Work, step: Step) -> None:
        if work.msg_type in "FG":
            unknown = work.order is None and step.reason < 0
            self._refuse(work, step, UNKNOWN_ORDER if unknown else max(step.reason, TOO_LATE), step.text)
        elif work.msg_type != "D":
            self._venue.enquiries.reject(work, step)
        else:
            order = _subject(work, step)
            if order is not None:
                order.status = orders.REJECTED
                self._changed(order, step)
                self._teller.tell(work, step, order, "8", more=_reason_fields("103", max(step.reason, 0), step.text))

    def _refuse(self, work: Work, step: Step, reason: int, text: str) -> None:
        order = work.order
        orig_clord_id = work.orig_clord_id
        if order is not None:
            order.pending.pop(work.clord_id, None)
            orig_clord_id = order.clord_id
        body = cancel_reject(work.clord_id, orig_clord_id, order, work.msg_type, reason, text)
        self._teller.post(work.session, step, CANCEL_REJECT, body)

    def _pending(self, work: Work, step: Step) -> None:
        order = _subject(work, step)
        if order is None:
            return
        if work.msg_type == "D":
            self._teller.tell(work, step, order, orders.RECEIVED)
            return
        order.pending[work.clord_id] = work.msg_type
        exec_type = orders.PENDING_CANCEL if work.msg_type == "F" else orders.PENDING_REPLACE
        self._teller.tell(work, step, order, exec_type, names=(work.clord_id, work.orig_clord_id))

    # What the venue does by itself.

    def _fill(self, work: Work, step: Step) -> None:
        order = _subject(work, step)
        if order is None or not (order.is_open or step.modifiers & {"false", "late"}):
            return
        rest = order.qty_e8 - order.cum_qty_e8
        wanted = order.qty_e8 * step.percent // 100 if step.percent else step.qty_e8 if step.qty_e8 >= 0 else rest
        quantity = wanted if "false" in step.modifiers else min(wanted, rest)
        if quantity <= 0:
            return
        price = step.price_e8 if step.price_e8 >= 0 else self._price(order)
        fill = Fill(self._venue.new_id("X"), quantity, price)
        order.apply_fill(fill)
        self._teller.tell(work, step, order, TRADE, exec_id=fill.exec_id, last=(quantity, price))
        self._traded(order, step, fill, "0", "")

    def _price(self, order: Order) -> int:
        if order.price_e8 >= 0:
            return order.price_e8
        return self._venue.market.price(order.symbol, order.side) or PRICE_OF_NONE_E8

    def _change_fill(self, work: Work, step: Step) -> None:
        """Bust or correct a fill."""
        order = _subject(work, step)
        fills = [fill for fill in order.fills if not fill.is_busted] if order is not None else []
        index = step.count - 1 if step.count else len(fills) - 1
        if order is None or not 0 <= index < len(fills):
            return
        fill = fills[index]
        is_bust = step.verb == "bust"
        quantity, price = (fill.qty_e8, fill.price_e8) if is_bust else (step.qty_e8, step.price_e8)
        price = price if price >= 0 else fill.price_e8
        quantity = quantity if quantity >= 0 else fill.qty_e8
        ref_id, exec_id = fill.exec_id, self._venue.new_id("X")
        order.apply_change(fill, 0 if is_bust else quantity, price, exec_id)
        more = (("19", ref_id),)
        self._teller.tell(
            work, step, order, BUST if is_bust else CORRECTION, exec_id=exec_id, last=(quantity, price), more=more
        )
        self._traded(order, step, Fill(exec_id, quantity, price), "1" if is_bust else "2", ref_id)

    def _traded(self, order: Order, step: Step, fill: Fill, trans_type: str, ref_id: str) -> None:
        if "false" not in step.modifiers:
            self._changed(order, step)
            self._venue.note_trade(order, fill, trans_type, ref_id)

    def _cancel(self, work: Work, step: Step) -> None:
        order = self._living(work, step)
        if order is not None:
            order.status = orders.CANCELED
            self._changed(order, step)
            self._teller.tell(work, step, order, "4", more=_reason_fields("378", step.reason, step.text))

    def _end(self, work: Work, step: Step) -> None:
        """Stop, suspend, expire an order, or end its day."""
        order = self._living(work, step)
        if order is not None:
            codes = {"done_for_day": orders.DONE_FOR_DAY, "expire": orders.EXPIRED, "stop": orders.STOPPED}
            order.status = codes.get(step.verb, orders.SUSPENDED)
            self._changed(order, step)
            self._teller.tell(work, step, order, order.status)

    def _restate(self, work: Work, step: Step) -> None:
        order = self._living(work, step)
        if order is None:
            return
        quantity = step.qty_e8 if step.qty_e8 >= 0 else order.qty_e8
        reason = PARTIAL_DECLINE if quantity < order.qty_e8 else REPRICING if step.price_e8 >= 0 else RENEWAL
        order.qty_e8 = max(quantity, order.cum_qty_e8)
        order.price_e8 = step.price_e8 if step.price_e8 >= 0 else order.price_e8
        order.constant_text = ""
        order.settle()
        self._changed(order, step)
        self._teller.tell(work, step, order, RESTATED, more=_reason_fields("378", reason, ""))

    def _living(self, work: Work, step: Step) -> Order | None:
        order = _subject(work, step)
        return order if order is not None and (order.is_open or step.modifiers & {"false", "late"}) else None

    def _status(self, work: Work, step: Step) -> None:
        order = _subject(work, step)
        if order is not None:
            self._teller.tell(work, step, order, STATUS, exec_id="0")

    def _nothing(self, work: Work, step: Step) -> None:
        """Say nothing."""

    def _lose(self, work: Work, step: Step) -> None:
        if work.order is not None:
            self._venue.forget(work.order)
            work.order = None

    def _drop(self, work: Work, step: Step) -> None:
        work.session.end()

    def _log_out(self, work: Work, step: Step) -> None:
        if work.session.is_logged_on:
            work.session.log_out(step.text)

    # Saying it.

    def _changed(self, order: Order, step: Step) -> None:
        if "false" not in step.modifiers:
            self._venue.note_order(order)


def _subject(work: Work, step: Step) -> Order | None:
    """Give the order that a step is about; a false step gets a copy, so that the truth stays."""
    order = work.order
    if order is None or "false" not in step.modifiers:
        return order
    return replace(order, fills=[replace(fill) for fill in order.fills], pending=dict(order.pending))


def _reason_fields(tag: str, reason: int, text: str) -> tuple[tuple[str, str], ...]:
    fields = ((tag, str(reason)),) if reason >= 0 else ()
    return (*fields, ("58", text.replace(SOH, " "))) if text else fields
