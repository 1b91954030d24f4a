"""What an operator does to one order: cancel it, end its day, or restate it as agreed outside of FIX.

Each action shows the order as it is and as it would be, has a reason, and is a command in the journal; the session that
entered the order gets an unsolicited report.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import structlog

from tradsys_oms.core.book.book import is_pegged
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.commands import CancelOne, Command, RestateOne
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.fields import ExecRestatementReason, OrdStatus
from tradsys_oms.desk.operators import OperationRefused, Operators
from tradsys_oms.desk.plain_values import order_row
from tradsys_oms.fix.decimals import format_e8, parse_e8
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)

RESTATEMENT_REASONS: Final = {
    "verbal": ExecRestatementReason.VERBAL_CHANGE,
    "repricing": ExecRestatementReason.REPRICING,
    "partial_decline": ExecRestatementReason.PARTIAL_DECLINE,
}


class Change(NamedTuple):
    """A command about an order, what is said beforehand, and what of the order it would change."""

    command: Command
    sentence: str
    changed: dict[str, Any]


Planner = Callable[[Order, dict[str, Any], str], Change]
"""Makes the change of an order, out of the arguments and the reason."""


class OrderDesk:
    """The verb of the control socket that changes an order."""

    def __init__(self, engine: Engine, sequencer: Sequencer, operators: Operators) -> None:
        self._engine, self._sequencer, self._operators = engine, sequencer, operators
        self._planners: dict[str, Planner] = {"cancel": _cancel, "restate": _restate, "done-for-day": _done_for_day}

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {"order.act": self.act}

    async def act(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Preview an action, or do it.

        Arguments: action, order_id, reason, user, preview; order_qty, price, restatement_reason.
        """
        action = str(arguments.get("action", ""))
        planner = self._planners.get(action)
        if planner is None:
            raise OperationRefused(f"there is no action {action!r}; actions are {', '.join(self._planners)}")
        reason = self._operators.begin(arguments)
        order = find_order(self._engine, arguments.get("order_id"))
        before = order_row(order)
        change = planner(order, arguments, reason)
        fault = self._engine.fault_of(change.command)
        if fault is not None:
            raise OperationRefused(fault)
        if not arguments.get("preview"):
            self._sequencer.submit(change.command)
            log.warning("order_operated", order_id=order.order_id, action=action, reason=reason)
            await self._sequencer.committed()
        return {
            "order_id": order.order_id,
            "action": action,
            "preview": [change.sentence, f"{order.session} gets a report that it has not asked for."],
            "before": before,
            "after": before | change.changed,
        }


def find_order(engine: Engine, order_id: object) -> Order:
    """Give an order by its OrderID, or raise `OperationRefused`."""
    order = engine.orders.find(order_id) if isinstance(order_id, int) else None
    if order is None:
        raise OperationRefused(f"there is no order {order_id!r}, or it is forgotten; `tradsys order list` lists them")
    return order


def decimal_e8(arguments: dict[str, Any], name: str) -> int | None:
    """Read a decimal of an operator as units of 1e-8, None where it is not given; raises `OperationRefused`."""
    text = arguments.get(name)
    if text is None:
        return None
    try:
        value = parse_e8(str(text))
    except ValueError as wrong:
        raise OperationRefused(f"{name}: {wrong}") from wrong
    if value <= 0:
        raise OperationRefused(f"{name} is above 0, not {text}")
    return value


def _cancel(order: Order, _arguments: dict[str, Any], reason: str) -> Change:
    sentence = f"Order {order.order_id} of {order.member} will be canceled; what it has traded stays."
    return Change(CancelOne(order.order_id, reason), sentence, {"leaves_qty": "0", "ord_status": OrdStatus.CANCELED})


def _done_for_day(order: Order, _arguments: dict[str, Any], reason: str) -> Change:
    sentence = f"Order {order.order_id} of {order.member} will be done for the day; that ends it."
    command = CancelOne(order.order_id, reason, done_for_day=True)
    return Change(command, sentence, {"leaves_qty": "0", "ord_status": OrdStatus.DONE_FOR_DAY})


def _restate(order: Order, arguments: dict[str, Any], reason: str) -> Change:
    qty_e8, price_e8 = decimal_e8(arguments, "order_qty"), decimal_e8(arguments, "price")
    if qty_e8 is None and price_e8 is None:
        raise OperationRefused("say what changes: --qty for OrderQty, --price, or both")
    why = RESTATEMENT_REASONS.get(str(arguments.get("restatement_reason", "")))
    if why is None:
        raise OperationRefused(f"the restatement reason is one of {', '.join(RESTATEMENT_REASONS)}")
    tick_e8, lot_e8 = order.instrument.tick_e8, order.instrument.lot_e8
    if qty_e8 is None:
        qty_e8 = order.order_qty * lot_e8
    if price_e8 is None and order.price and not is_pegged(order):
        price_e8 = order.price * tick_e8
    changed = {
        "order_qty": format_e8(qty_e8),
        "price": None if price_e8 is None else format_e8(price_e8),
        "leaves_qty": format_e8(max(qty_e8 - order.cum_qty * lot_e8, 0)),
    }
    sentence = f"Order {order.order_id} of {order.member} will be restated."
    return Change(RestateOne(order.order_id, qty_e8, price_e8, why, reason), sentence, changed)
