"""Mass cancels and mass status requests (section 10)."""

from __future__ import annotations

from tests.property.naive.reporting import cancel, report
from tests.property.naive.settling import settle
from tests.property.naive.things import WORDS, Exchange, Order
from tradsys_oms.core.commands import MassCancelOrders, QueryOrders
from tradsys_oms.core.events import MassCancelReport, MassStatusEmpty
from tradsys_oms.core.fields import ExecType, MassCancelRejectReason, MassRequestType

WAITING_MAX = 4


def fault(x: Exchange, command: MassCancelOrders | QueryOrders) -> int:
    """Give the MassCancelRejectReason, -1 for none."""
    underlyings = {instrument.data.underlying for instrument in x.instruments.values()} - {""}
    kinds = (MassRequestType.SYMBOL, MassRequestType.UNDERLYING, MassRequestType.ALL)
    if command.unsupported or command.request_type not in kinds or command.side not in ("", "1", "2", "5", "6"):
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
    is_used, is_crowded = (member, command.clord_id) in x.used, waiting_of(x, command.session) == WAITING_MAX
    reason = MassCancelRejectReason.OTHER if is_used or is_crowded else fault(x, command)
    x.used.setdefault((member, command.clord_id), None)
    orders = [] if reason >= 0 else fitting(x, command)
    asked = (command.clord_id, command.request_type, command.symbol, command.side)
    text = WORDS if reason >= 0 else ""
    x.events.append(MassCancelReport(command.session, member, *asked, len(orders), reason, text))
    wait_or_end(x, command.session, orders)


def wait_or_end(x: Exchange, session: str, orders: list[Order], is_urgent: bool = False) -> None:
    """Cancel what is still open, and keep what can't be canceled in between the trades of an auction."""
    for order in orders:
        if not order.is_over and order.symbol not in x.uncrossing:
            x.touched[order.symbol] = None
            cancel(x, order)
    left = [order for order in orders if order.symbol in x.uncrossing]
    if left:
        x.masses.insert(0 if is_urgent else len(x.masses), (session, left))
        x.unfinished[""] = None


def go_on(x: Exchange) -> None:
    """Go on with the mass cancels that wait for an auction."""
    waiting, x.masses = x.masses, []
    before, x.touched = x.touched, {}
    for session, orders in waiting:
        wait_or_end(x, session, orders)
    for symbol in x.touched:
        settle(x, x.instruments[symbol])
    x.touched = before | x.touched


def waiting_of(x: Exchange, session: str) -> int:
    return [asker for asker, _ in x.masses].count(session)


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
