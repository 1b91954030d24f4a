"""What an operator does for a member that telephones: enter an order for it.

The order passes the checks of all orders. The journal keeps the words of the member, the reason and the name of who
entered it; the member's session gets the reports, without ClOrdID (FIX Volume 4, E.1.a).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import structlog

from tradsys_oms.core.commands import EnterOrder, Instructions, NewOrder
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.fields import OrdType, TimeInForce
from tradsys_oms.core.risk.cash import with_order_qty
from tradsys_oms.desk.market_views import find_instrument
from tradsys_oms.desk.operators import OperationRefused, Operators
from tradsys_oms.desk.order_desk import decimal_e8, find_order
from tradsys_oms.desk.plain_values import order_row
from tradsys_oms.desk.venue_views import SIDES
from tradsys_oms.fix.decimals import format_e8
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)

TEXT_LENGTH_MAX: Final = 64
"""Of Account, ClOrdID and ExDestination, as in messages."""
ORD_TYPES: Final = {
    (False, False): OrdType.MARKET,
    (True, False): OrdType.LIMIT,
    (False, True): OrdType.STOP,
    (True, True): OrdType.STOP_LIMIT,
}
"""OrdType (40), by whether there is a Price, and a StopPx."""


class EntryDesk:
    """The verb of the control socket that enters an order."""

    def __init__(self, engine: Engine, sequencer: Sequencer, operators: Operators) -> None:
        self._engine, self._sequencer, self._operators = engine, sequencer, operators

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {"order.enter": self.enter}

    async def enter(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Preview an order, or enter it.

        Arguments: session, symbol, side; order_qty or cash_order_qty; price, stop_px, account, time_in_force,
        ex_destination, located, lost_clord_id; reason, user, preview.
        """
        reason = self._operators.begin(arguments)
        order = self._order(arguments)
        command = EnterOrder(order, reason)
        fault = self._engine.fault_of(command)
        if fault is not None:
            raise OperationRefused(fault)
        preview = self._preview(order)
        if arguments.get("preview"):
            return {"preview": preview}
        order_id = self._sequencer.submit(command)
        refusal = self._engine.entry_refusal
        entered = {} if refusal else order_row(find_order(self._engine, order_id))
        log.warning("order_entered", session=order.session, order_id=order_id, refusal=refusal, reason=reason)
        await self._sequencer.committed()
        if refusal:
            raise OperationRefused(refusal)
        return {"preview": preview, "order_id": order_id, "order": entered}

    def _order(self, arguments: dict[str, Any]) -> NewOrder:
        session = _word(arguments, "session")
        if session not in self._engine.sessions:
            raise OperationRefused(f"there is no session {session!r}; `tradsys session list` lists them")
        symbol = find_instrument(self._engine, _word(arguments, "symbol")).symbol
        side = SIDES.get(str(arguments.get("side", "")))
        if side is None:
            raise OperationRefused(f"the side is one of {', '.join(SIDES)}")
        qty_e8, cash_e8 = decimal_e8(arguments, "order_qty"), decimal_e8(arguments, "cash_order_qty")
        if (qty_e8 is None) == (cash_e8 is None):
            raise OperationRefused("say how much: a quantity for OrderQty, or --cash for CashOrderQty, not both")
        price_e8, stop_px_e8 = decimal_e8(arguments, "price"), decimal_e8(arguments, "stop_px")
        return NewOrder(
            session,
            0,
            "",
            _word(arguments, "account"),
            symbol,
            side,
            ORD_TYPES[price_e8 is not None, stop_px_e8 is not None],
            _word(arguments, "time_in_force") or TimeInForce.DAY,
            qty_e8 or 0,
            price_e8,
            instructions=Instructions(
                stop_px_e8=stop_px_e8,
                cash_order_qty_e8=cash_e8,
                is_manual=True,
                lost_clord_id=_word(arguments, "lost_clord_id"),
            ),
            locate_reqd="N" if arguments.get("located") else "",
            ex_destination=_word(arguments, "ex_destination"),
        )

    def _preview(self, order: NewOrder) -> list[str]:
        known = self._engine.sessions[order.session]
        converted = with_order_qty(order, self._engine.instruments[order.symbol])
        side = next(name for name, code in SIDES.items() if code == order.side).replace("_", " ")
        price = "at the market" if order.price_e8 is None else f"at {format_e8(order.price_e8)}"
        lost = "" if order.instructions is None else order.instructions.lost_clord_id
        notes = [f"Should {lost} come after all, it is refused as a duplicate of this order."] if lost else []
        return [
            f"{known.member} orders to {side} {format_e8(converted.order_qty_e8)} {order.symbol} {price}.",
            f"{order.session} gets reports that it has not asked for, without ClOrdID.",
            "Limits are looked at when the order is entered.",
            *notes,
        ]


def _word(arguments: dict[str, Any], name: str) -> str:
    """Give a text of the arguments, "" for none; raises `OperationRefused` for one that no message could have."""
    text = str(arguments.get(name) or "")
    if len(text) > TEXT_LENGTH_MAX or not text.isprintable():
        raise OperationRefused(f"{name} is at most {TEXT_LENGTH_MAX} characters that can be printed")
    return text
