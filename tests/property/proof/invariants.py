"""What must hold on any stream of commands, whatever the rules: watched in the events alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from tradsys_oms.core.commands import Command
from tradsys_oms.core.events import Event, Execution
from tradsys_oms.core.fields import ExecType, OrdStatus, OrdType, Side
from tradsys_oms.core.lifecycle import FINAL, TRANSITIONS, UNBORN

STEPS = {(before, after) for (before, _), after in TRANSITIONS.items()}
WITHOUT_CHANGE = (ExecType.ORDER_STATUS, ExecType.REJECTED)
AMENDMENTS = (ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT)
MAY_HAVE_NOTHING_LEFT = (OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.DONE_FOR_DAY, OrdStatus.REJECTED)


class Fault(AssertionError):
    """What a stream of commands has found; `steps` is the stream as far as it went."""

    steps: list[tuple[int, Command]]


class Broken(Fault):
    """Something that must always hold doesn't."""


@dataclass
class Watched:
    """What the reports of an order have said so far."""

    status: str = UNBORN
    cum: int = 0
    notional: int = 0
    ends: int = 0


@dataclass
class Invariants:
    """Quantity and money are conserved, and every order lives by the table and ends once."""

    orders: dict[int, Watched] = field(default_factory=dict)
    balance: dict[str, list[int]] = field(default_factory=dict)
    """By symbol: quantity and money bought less sold."""
    trades: int = 0

    def watch(self, events: list[Event]) -> None:
        """Look at the events of a command; raises `Broken`."""
        for place, event in enumerate(events):
            if isinstance(event, Execution):
                order = self.orders.setdefault(event.order_id, Watched())
                self._state(order, event, place > 0 and is_copy(event, events[place - 1]))
                if event.exec_type == ExecType.TRADE:
                    self._trade(order, event, place, events)
                order.status, order.cum, order.notional = event.ord_status, event.cum_qty, event.cum_notional
        for symbol, (qty, money) in self.balance.items():
            must(qty == money == 0, f"{symbol}: {qty} lots and {money} more bought than sold")

    def _state(self, order: Watched, event: Execution, is_repeated: bool) -> None:
        what = f"order {event.order_id}, ExecType {event.exec_type}"
        must(min(event.leaves_qty, event.cum_qty, event.cum_notional) >= 0, f"{what}: below 0")
        left = event.order_qty - event.cum_qty
        is_less = event.leaves_qty == 0 and event.ord_status in MAY_HAVE_NOTHING_LEFT
        must(event.leaves_qty == left or is_less, f"{what}: LeavesQty {event.leaves_qty}, OrderQty less CumQty {left}")
        if event.exec_type in WITHOUT_CHANGE:
            must(event.ord_status == order.status, f"{what}: a report without change shows another state")
            must((event.cum_qty, event.cum_notional) == (order.cum, order.notional), f"{what}: other quantities")
            return
        if event.exec_type in AMENDMENTS:
            self._amended(order, event)
        elif event.exec_type != ExecType.TRADE:
            must((event.cum_qty, event.cum_notional) == (order.cum, order.notional), f"{what}: CumQty has changed")
        is_same = event.exec_type == ExecType.TRIGGERED and event.ord_status == order.status
        may_be = (order.status, event.ord_status) in STEPS or is_repeated or is_same or self._left(order, event)
        must(may_be, f"{what}: from {order.status!r} to {event.ord_status!r}")
        must((order.status == UNBORN) == (event.exec_type == ExecType.NEW), f"{what}: New comes first, and once")
        must(order.status not in FINAL or event.exec_type in AMENDMENTS or is_repeated, f"{what}: it was over")

    def _left(self, order: Watched, event: Execution) -> bool:
        """A restatement leaves the state as it is."""
        return event.exec_type == ExecType.RESTATED and order.status == event.ord_status

    def _amended(self, order: Watched, event: Execution) -> None:
        sign = 1 if event.side == Side.BUY else -1
        balance = self.balance.setdefault(event.symbol, [0, 0])
        balance[0] += sign * (event.cum_qty - order.cum)
        balance[1] += sign * (event.cum_notional - order.notional)

    def _trade(self, order: Watched, event: Execution, place: int, events: list[Event]) -> None:
        what = f"fill of order {event.order_id}"
        must(event.last_qty > 0 and event.last_px > 0, f"{what}: {event.last_qty} at {event.last_px}")
        must(event.cum_qty == order.cum + event.last_qty, f"{what}: CumQty {event.cum_qty}")
        must(event.cum_notional == order.notional + event.last_qty * event.last_px, f"{what}: its money is wrong")
        if event.price is not None and event.ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT, OrdType.PEGGED):
            is_good = event.last_px <= event.price if event.side == Side.BUY else event.last_px >= event.price
            must(is_good, f"{what}: at {event.last_px}, its limit is {event.price}")
        sign = 1 if event.side == Side.BUY else -1
        balance = self.balance.setdefault(event.symbol, [0, 0])
        balance[0] += sign * event.last_qty
        balance[1] += sign * event.last_qty * event.last_px
        must(event.trade_index in (place, place - 1), f"{what}: its trade is at {event.trade_index}, itself at {place}")
        if event.trade_index == place:
            self.trades += 1
            return
        first = events[event.trade_index]
        must(isinstance(first, Execution) and first.exec_type == ExecType.TRADE, f"{what}: no fill before it")
        if isinstance(first, Execution):
            same = (first.symbol, first.last_qty, first.last_px, first.trade_index)
            must(same == (event.symbol, event.last_qty, event.last_px, event.trade_index), f"{what}: not that trade")
            is_other = (first.side == Side.BUY) != (event.side == Side.BUY)
            must(is_other and first.order_id != event.order_id, f"{what}: both sides are the same")


def is_copy(event: Execution, before: Event) -> bool:
    """Tell whether a report says to the session that entered the order what another one was just told."""
    if not isinstance(before, Execution) or before.session == event.session:
        return False
    said = (event.order_id, event.exec_type, event.ord_status, event.leaves_qty)
    return said == (before.order_id, before.exec_type, before.ord_status, before.leaves_qty)


def must(holds: bool, sentence: str) -> None:
    if not holds:
        raise Broken(sentence)
