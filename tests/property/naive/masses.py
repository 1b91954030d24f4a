"""Mass cancels and mass status requests (section 10)."""

from __future__ import annotations

from tests.property.naive.reporting import cancel, report
from tests.property.naive.things import WORDS, Exchange, Order
from tradsys_oms.core.commands import MassCancelOrders, QueryOrders
from tradsys_oms.core.events import MassCancelReport, MassStatusEmpty
from tradsys_oms.core.fields import ExecType, MassCancelRejectReason, MassRequestType


def fault(x: Exchange, command: MassCancelOrders | QueryOrders) -> int:
    """Give the MassCancelRejectReason, -1 for none."""
    underlyings = {instrument.data.underlying for instrument in x.instruments.values()} - {""}
    kinds = (MassRequestType.SYMBOL, MassRequestType.UNDERLYING, MassRequestType.ALL)
    if command.unsupported or command.request_type not in kinds or command.side not in ("", "1", "2"):
        return MassCancelRejectReason.UNSUPPORTED
    if command.request_type == MassRequestType.SYMBOL and command.symbol not in x.instruments:
        return MassCancelRejectReason.UNKNOWN_SYMBOL
    if command.request_type == MassRequestType.UNDERLYING and command.underlying not in underlyings:
        return MassCancelRejectReason.UNKNOWN_UNDERLYING
    return -1


def fitting(x: Exchange, command: MassCancelOrders | QueryOrders) -> list[Order]:
    def fits(order: Order) -> bool:
        if command.request_type == MassRequestType.SYMBOL and order.symbol != command.symbol:
            return False
        underlying = x.instruments[order.symbol].data.underlying
        if command.request_type == MassRequestType.UNDERLYING and underlying != command.underlying:
            return False
        return command.side in ("", order.side)

    return [order for order in x.of_member(x.member_of(command.session)) if fits(order)]


def mass_cancel(x: Exchange, command: MassCancelOrders) -> None:
    member = x.member_of(command.session)
    reason = MassCancelRejectReason.OTHER if (member, command.clord_id) in x.used else fault(x, command)
    x.used.setdefault((member, command.clord_id), None)
    orders = [] if reason >= 0 else fitting(x, command)
    asked = (command.clord_id, command.request_type, command.symbol, command.side)
    text = WORDS if reason >= 0 else ""
    x.events.append(MassCancelReport(command.session, member, *asked, len(orders), reason, text))
    cancel_all(x, orders)


def cancel_all(x: Exchange, orders: list[Order]) -> None:
    """Cancel what is still open; orders of an auction that is being uncrossed wait until that is done."""
    for order in orders:
        if order.symbol in x.uncrossing:
            x.to_cancel.append(order)
        elif not order.is_over:
            x.touched[order.symbol] = None
            cancel(x, order)


def query_orders(x: Exchange, command: QueryOrders) -> None:
    orders = [] if fault(x, command) >= 0 else fitting(x, command)
    if not orders:
        asked = (command.mass_status_req_id, command.symbol, command.side)
        x.events.append(MassStatusEmpty(command.session, x.member_of(command.session), *asked, WORDS))
    for number, order in enumerate(orders, 1):
        is_last = number == len(orders)
        more = {
            "mass_status_req_id": command.mass_status_req_id,
            "reports_total": len(orders),
            "is_last_report": is_last,
        }
        report(x, order, ExecType.ORDER_STATUS, session=command.session, more=more)
