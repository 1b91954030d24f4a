"""What currencies are worth: an instrument's business is counted at the rate of its currency.

A new rate means that open orders and holdings are counted again. One instrument is counted as a whole, so its sums
always come back to where they were; how many instruments one command counts is bounded by what they hold. The others
go on counting at the rate before until `GoOn` has come to them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, Final

from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import SetRiskRules
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.requests.mass_requests import begin
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work

COUNTED_MAX: Final = 10_000
"""Orders and holdings after which a command begins with no other instrument."""


class RatesLeft:
    """Instruments that a change of rates has not yet come to."""

    session = ""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._instruments = deque(instruments)

    @property
    def is_done(self) -> bool:
        """All instruments count at the rate of now."""
        return not self._instruments

    def go_on(self, work: Work) -> list[Order]:
        """Count instruments at the rates of now, while there is room; no order is touched."""
        counted = 0
        while self._instruments and counted < COUNTED_MAX:
            counted += rate(self._instruments.popleft(), work.state.risk.rules)
        return []

    def row(self) -> tuple[Any, ...]:
        """Give all that it knows."""
        return ("rates", self.session, [instrument.symbol for instrument in self._instruments])


def rate_all(work: Work) -> None:
    """Begin to count all instruments at the rates of now, in place of what was left of a change before."""
    waiting = work.state.mass_requests
    for request in [request for request in waiting if isinstance(request, RatesLeft)]:
        waiting.remove(request)
    begin(work, RatesLeft(_rated_otherwise(work.state)))


def rate(instrument: Instrument, rules: SetRiskRules) -> int:
    """Count an instrument's business at the rate of its currency; give how many orders and holdings that were."""
    before = instrument.money_numerator, instrument.money_denominator
    instrument.set_rate(_rate_e8(instrument, rules))
    after = instrument.money_numerator, instrument.money_denominator
    if after == before:
        return 0
    instrument.money_numerator, instrument.money_denominator = before
    orders = (*instrument.book.open_orders(), *instrument.routed.values(), *instrument.growing.values())
    reserved = [(order, order.reserved_qty, order.reserved_px) for order in orders]
    for order, _, _ in reserved:
        order.lane.reserve(order, 0, 0)
    instrument.money_numerator, instrument.money_denominator = after
    for order, qty, px in reserved:
        order.lane.reserve(order, qty, px)
    for holding in instrument.holdings:
        holding.value_at(holding.mark)
    return len(orders) + len(instrument.holdings)


def _rated_otherwise(state: State) -> list[Instrument]:
    """List the instruments that count at another rate than that of now."""
    found: list[Instrument] = []
    for instrument in state.instruments.values():
        before = instrument.money_numerator, instrument.money_denominator
        instrument.set_rate(_rate_e8(instrument, state.risk.rules))
        if before != (instrument.money_numerator, instrument.money_denominator):
            instrument.money_numerator, instrument.money_denominator = before
            found.append(instrument)
    return found


def _rate_e8(instrument: Instrument, rules: SetRiskRules) -> int:
    return dict(rules.rates_e8).get(instrument.currency, SCALE_E8)
