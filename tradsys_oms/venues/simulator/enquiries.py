"""Answers to those who ask: status of an order, of all orders, market data. It is the truth of the book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradsys_oms.venues.simulator.reports import EXECUTION_REPORT, SOH, STATUS, override
from tradsys_oms.venues.simulator.steps import Step

if TYPE_CHECKING:
    from tradsys_oms.venues.simulator.venue import Venue
    from tradsys_oms.venues.simulator.work import Work

FOR_SYMBOL: Final = "1"
"""MassStatusReqType (585): orders of one symbol; all others mean all orders of the session here."""


class Enquiries:
    """Answers requests that change nothing."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def accept(self, work: Work, step: Step) -> None:
        """Tell the truth."""
        if work.msg_type == "H":
            self._status(work, step)
        elif work.msg_type == "AF":
            self._mass_status(work, step)
        elif work.message is not None:
            self._venue.market.answer(work.session, work.message)

    def reject(self, work: Work, step: Step) -> None:
        """Say that nothing is known of it, whatever the truth is."""
        fields = work.message.fields if work.message is not None else {}
        text = f"58={step.text}{SOH}" if step.text else ""
        if work.msg_type == "V" and work.message is not None:
            self._venue.market.refuse(work.session, work.message, step.text or "Refused")
        elif work.msg_type == "AF":
            self._none(work, step, text)
        else:
            self._say_unknown(work, step, _request_id(fields) + text)

    def _status(self, work: Work, step: Step) -> None:
        fields = work.message.fields if work.message is not None else {}
        more = _request_id(fields)
        if work.order is None:
            self._say_unknown(work, step, more)
            return
        venue = self._venue
        body = venue.reports.execution(work.order, STATUS, "0", venue.time_text())
        self._say(work, step, body + more)

    def _say_unknown(self, work: Work, step: Step, more: str) -> None:
        fields = work.message.fields if work.message is not None else {}
        venue, symbol, side = self._venue, fields.get("55", ""), fields.get("54", "")
        self._say(work, step, venue.reports.unknown_order(work.clord_id, symbol, side, venue.time_text(), more))

    def _mass_status(self, work: Work, step: Step) -> None:
        fields = work.message.fields if work.message is not None else {}
        symbol = fields.get("55", "") if fields.get("585") == FOR_SYMBOL else ""
        found = self._venue.book.all(work.session.peer, symbol)
        if step.is_open_only:
            found = [order for order in found if order.is_open]
        for number, order in enumerate(found, 1):
            last = f"912=Y{SOH}" if number == len(found) else f"912=N{SOH}"
            more = f"584={fields.get('584', '')}{SOH}911={len(found)}{SOH}{last}"
            body = self._venue.reports.execution(order, STATUS, "0", self._venue.time_text())
            self._say(work, step, body + more)
        if not found:
            self._none(work, step, f"58=No orders{SOH}")

    def _none(self, work: Work, step: Step, text: str) -> None:
        fields = work.message.fields if work.message is not None else {}
        more = f"584={fields.get('584', '')}{SOH}911=0{SOH}912=Y{SOH}{text}"
        body = self._venue.reports.unknown_order("", fields.get("55", ""), "", self._venue.time_text(), more)
        self._say(work, step, body)

    def _say(self, work: Work, step: Step, body: str) -> None:
        work.session.send(EXECUTION_REPORT, override(body, step.fields) if step.fields else body)


def _request_id(fields: dict[str, str]) -> str:
    return f"790={fields['790']}{SOH}" if "790" in fields else ""
