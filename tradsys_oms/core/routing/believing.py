"""What can be true: reports of venues are looked at before anything changes, so that what is quarantined has changed
nothing.

An order at a venue may fill as much as was sent there, or as a replace asks for whose acceptance the report shows. What
it fills must also fit into its parent: with what works elsewhere, never more than the OrderQty of the broker. And all
sums must fit into the integers of the journal, whatever a venue says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from tradsys_oms.core.fields import ExecRestatementReason, ExecType, OrdStatus
from tradsys_oms.core.reference.instruments import INT63_MAX
from tradsys_oms.core.routing.children import REPLACE

if TYPE_CHECKING:
    from tradsys_oms.core.commands import VenueReport
    from tradsys_oms.core.routing.children import Child

UNDER_NEW_TERMS: Final = (ExecType.TRADE, ExecType.CANCELED, ExecType.EXPIRED, ExecType.DONE_FOR_DAY, ExecType.RESTATED)
"""What a venue only says under the ClOrdID of a replace when it has accepted that: its report of it is lost."""


class Terms(NamedTuple):
    """The quantities that count for a report, in lots."""

    child_qty: int
    order_qty: int
    """Of the broker's order."""
    replace: str
    """ClOrdID of the replace that the report shows to be accepted, "" for none."""


def lots(child: Child, qty_e8: int) -> int:
    """Give a quantity in lots of the child's instrument."""
    return qty_e8 // child.away.order.instrument.lot_e8


def terms_of(child: Child, report: VenueReport) -> Terms:
    """Give what counts for a report: the terms as they are, or those of a replace that it shows to be accepted."""
    sent = child.requests.get(report.clord_id) or child.lost.get(report.clord_id)
    exec_type = report.exec_type
    is_shown = exec_type in UNDER_NEW_TERMS or exec_type == ExecType.REPLACED
    if exec_type == ExecType.ORDER_STATUS:
        is_shown = report.ord_status != OrdStatus.PENDING_REPLACE
    if is_shown and sent is not None and sent.kind == REPLACE:
        return _replaced(child, report.clord_id, lots(child, report.order_qty_e8) or sent.order_qty)
    if exec_type == ExecType.TRADE and child.cum_qty + lots(child, report.last_qty_e8) > child.order_qty:
        cum_qty = child.cum_qty + lots(child, report.last_qty_e8)
        for clord_id, request in child.requests.items():
            if request.kind == REPLACE and request.order_qty >= cum_qty:
                return _replaced(child, clord_id, request.order_qty)
    return Terms(child.order_qty, child.away.order.order_qty, "")


def _replaced(child: Child, clord_id: str, qty: int) -> Terms:
    child_qty = max(qty, child.cum_qty)
    return Terms(child_qty, child_qty + beside(child), clord_id)


def beside(child: Child) -> int:
    """Give what of the parent is filled or works elsewhere."""
    away = child.away
    return away.order.cum_qty - child.cum_qty + sum(other.leaves_qty for other in away.children if other is not child)


def fault_of(child: Child, report: VenueReport, terms: Terms) -> str:
    """Say why a report can't be true, as it follows what is known of the child; "" if it can."""
    asked = (request.order_qty for request in (*child.requests.values(), *child.lost.values()))
    if terms.replace and terms.child_qty > max(child.order_qty, *asked):
        return f"OrderQty of {terms.child_qty} lots is more than was asked for"
    check = CHECKS.get(report.exec_type)
    return check(child, report, terms) if check is not None else ""


def fault_of_px(child: Child, px: int) -> str:
    """Say that a price is too high to be counted, "" if it is not."""
    order = child.away.order
    if px > INT63_MAX // max(order.order_qty, order.instrument.order_qty_max, 2):
        return f"A price of {px} ticks is more than can be counted"
    return ""


def fault_of_sum(child: Child, cum_qty: int, avg_px_e8: int, terms: Terms) -> str:
    """Say why a child can't have filled `cum_qty` in all, at least what is known of it; "" if it can."""
    if cum_qty > terms.child_qty:
        return f"CumQty of {cum_qty} lots is more than the {terms.child_qty} that were sent"
    if cum_qty + beside(child) > terms.order_qty:
        return f"CumQty of {cum_qty} lots is more than order {child.away.order.order_id} has left"
    return fault_of_px(child, avg_px_e8 // child.away.order.instrument.tick_e8) if cum_qty > child.cum_qty else ""


def is_absorbed(child: Child, report: VenueReport) -> bool:
    """Tell that an execution is in a sum that was filled in before."""
    qty, cum_qty = lots(child, report.last_qty_e8), lots(child, report.cum_qty_e8)
    return 0 < qty <= child.unnamed_qty and cum_qty <= child.cum_qty


def _fill(child: Child, report: VenueReport, terms: Terms) -> str:
    if is_absorbed(child, report):
        return ""
    order = child.away.order
    qty, px = lots(child, report.last_qty_e8), report.last_px_e8 // order.instrument.tick_e8
    told, cum_qty = lots(child, report.cum_qty_e8), child.cum_qty + qty
    if qty <= 0 or px <= 0:
        return "A fill without a quantity or a price"
    if cum_qty > terms.child_qty:
        return f"A fill of {qty} lots makes {cum_qty} of the {terms.child_qty} that were sent"
    if told > terms.child_qty:
        return f"CumQty of {told} lots is more than the {terms.child_qty} that were sent"
    if cum_qty > max(child.venue_cum_qty, told):
        return f"CumQty {told} lots does not go with {child.cum_qty} known and {qty} more"
    if cum_qty + beside(child) > terms.order_qty:
        return f"A fill of {qty} lots is more than order {order.order_id} has left"
    return fault_of_px(child, px)


def _amendment(child: Child, report: VenueReport, terms: Terms) -> str:
    is_bust = report.exec_type == ExecType.TRADE_CANCEL
    qty = 0 if is_bust else lots(child, report.last_qty_e8)
    px = 0 if is_bust else report.last_px_e8 // child.away.order.instrument.tick_e8
    known = child.fills.get(report.exec_ref_id)
    if known is None and report.exec_ref_id in child.seen:
        return f"Execution {report.exec_ref_id} is a part of a sum that was filled in"
    if known is None:
        return f"ExecRefID {report.exec_ref_id or 'missing'} names no execution of the order"
    if not known.qty:
        return f"Execution {report.exec_ref_id} was busted before"
    if qty and px <= 0:
        return "A correction to no price"
    order = child.away.order
    if report.leaves_qty_e8 and child.ended_as and order.level not in (None, child.away):
        return f"The venue has order {order.order_id} again, which has gone to our own book"
    cum_qty = child.cum_qty + qty - known.qty
    if cum_qty > child.order_qty or cum_qty + beside(child) > child.away.order.order_qty:
        return f"A correction to {qty} lots is more than the order has left"
    if cum_qty < 0 or child.cum_notional + qty * px < known.qty * known.px:
        return f"Execution {report.exec_ref_id} is more than what is filled by now"
    return fault_of_px(child, px)


def _end(child: Child, report: VenueReport, terms: Terms) -> str:
    if child.ended_as:
        return ""
    cum_qty = lots(child, report.cum_qty_e8)
    if cum_qty < child.cum_qty and report.exec_type != ExecType.REJECTED:
        return f"CumQty of {cum_qty} lots where {child.cum_qty} are known"
    return fault_of_sum(child, max(cum_qty, child.cum_qty), report.avg_px_e8, terms)


def _replace(child: Child, report: VenueReport, terms: Terms) -> str:
    if not terms.replace:
        return ""  # it was taken before
    cum_qty = max(lots(child, report.cum_qty_e8), child.cum_qty)
    return fault_of_sum(child, cum_qty, report.avg_px_e8, terms)


def _restatement(child: Child, report: VenueReport, terms: Terms) -> str:
    if child.ended_as:
        return ""
    order, cum_qty = child.away.order, lots(child, report.cum_qty_e8)
    order_qty = lots(child, report.order_qty_e8)
    is_split = report.restatement_reason == GT_CORPORATE_ACTION
    if order_qty < cum_qty:
        return f"OrderQty of {order_qty} lots is less than CumQty"
    if is_split and bool(cum_qty) is not bool(child.cum_qty):
        return f"CumQty of {cum_qty} lots where {child.cum_qty} are known, which no split can make of it"
    fault = "" if is_split else _end(child, report, terms)
    if fault:
        return fault
    if order_qty + beside(child) > max(order.order_qty, order.instrument.order_qty_max):
        return f"OrderQty of {order_qty} lots is more than an order may have"
    price = (report.price_e8 or 0) // order.instrument.tick_e8
    if price < 0 or (report.price_e8 or 0) % order.instrument.tick_e8:
        return "Price is below 0 or no multiple of the tick"
    return fault_of_px(child, price)


def _status(child: Child, report: VenueReport, terms: Terms) -> str:
    cum_qty = lots(child, report.cum_qty_e8)
    if report.ord_status == OrdStatus.REJECTED and not cum_qty and not child.is_accepted:
        return ""  # it never arrived
    if cum_qty < child.cum_qty:
        return f"CumQty of {cum_qty} lots where {child.cum_qty} are known"
    return fault_of_sum(child, cum_qty, report.avg_px_e8, terms)


GT_CORPORATE_ACTION: Final = ExecRestatementReason.GT_CORPORATE_ACTION
CHECKS: Final[dict[str, Callable[[Child, VenueReport, Terms], str]]] = {
    ExecType.TRADE: _fill,
    ExecType.TRADE_CANCEL: _amendment,
    ExecType.TRADE_CORRECT: _amendment,
    ExecType.CANCELED: _end,
    ExecType.EXPIRED: _end,
    ExecType.REJECTED: _end,
    ExecType.DONE_FOR_DAY: _end,
    ExecType.REPLACED: _replace,
    ExecType.RESTATED: _restatement,
    ExecType.ORDER_STATUS: _status,
}
"""What stands against a report, by ExecType (150); those that are not here tell no quantity that counts."""
