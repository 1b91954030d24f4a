"""ExecutionReports (35=8): what a venue says of an order, in the codes of FIX 5.0 SP2.

FIX 4.2 says with ExecTransType (20) that a report cancels, corrects or only answers, and has ExecTypes of their own for
partial fills and fills; some later venues still send these. Its OrdStatus "Replaced" is what the quantities say. A
quantity that is not there is 0; what has to be there is in `Reports`.

OrdRejReason 5 (unknown order) is the answer to a status request about an order that the venue has never seen, and is
no report: there is nothing to report about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from tradsys_oms.core.commands import VenueRefusal, VenueReport
from tradsys_oms.core.fields import ExecType, OrdRejReason, OrdStatus
from tradsys_oms.fix.decimals import LARGEST_E8
from tradsys_oms.venues.adapters.incoming import Incoming, Unreadable
from tradsys_oms.venues.adapters.names import Names
from tradsys_oms.venues.adapters.places import Places

EXEC_TYPES: Final = frozenset("03456789ABCDEFGHIL")
"""Those that can be reported about an order."""
FILLS_OF_42: Final = frozenset("12")
EXEC_TYPE_OF_TRANS: Final = {"1": ExecType.TRADE_CANCEL, "2": ExecType.TRADE_CORRECT, "3": ExecType.ORDER_STATUS}
"""ExecTransType (20) of FIX 4.2; 0 is New."""
ORD_STATUSES: Final = frozenset("012346789ABCDE")
REPLACED_OF_42: Final = "5"
EXECUTIONS: Final = frozenset((ExecType.TRADE, ExecType.TRADE_CORRECT))
"""Those that have a price and a quantity."""
AMENDMENTS: Final = frozenset((ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT))
ENDED: Final = frozenset((OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.REJECTED, OrdStatus.EXPIRED))
ANSWERS: Final = frozenset((ExecType.ORDER_STATUS, ExecType.REJECTED))


def read_report(
    venue: str, message: Incoming, names: Names, places: Places, how: Reports
) -> VenueReport | VenueRefusal:
    """Read a report about one of our orders; raise Unreadable, also for one that names none of our requests."""
    mass_status = _mass_status_end(venue, message)
    if mass_status is not None:
        return mass_status
    clord_id, orig_clord_id = places.place_of(message.text(11)), places.place_of(message.text(41))
    if not clord_id and not orig_clord_id:
        raise Unreadable("The report names no order of ours in ClOrdID (11) or OrigClOrdID (41).")
    exec_type, ord_status = read_exec_type(message, how), read_ord_status(message)
    reason = message.code(103, OrdRejReason.OTHER)
    if reason == OrdRejReason.UNKNOWN_ORDER and exec_type in ANSWERS:
        return VenueRefusal(venue, 0, clord_id, orig_clord_id, "unknown", ord_status, reason, message.words())
    message.require(how.required)
    last_qty, last_px = read_last(message, exec_type)
    cum_qty = message.qty(14)
    leaves_qty = read_leaves(message, ord_status, cum_qty)
    if cum_qty + leaves_qty > LARGEST_E8:
        raise Unreadable("CumQty (14) and LeavesQty (151) are too large together.")
    return VenueReport(
        venue,
        0,
        clord_id,
        orig_clord_id,
        message.text(37),
        message.text(17),
        message.text(19) if exec_type in AMENDMENTS else "",
        exec_type,
        ord_status,
        names.our_symbol(message.text(55)),
        message.text(54),
        message.qty(38) if message.values.get(38) else cum_qty + leaves_qty,
        message.decimal(44),
        cum_qty,
        leaves_qty,
        how.average(message, exec_type, cum_qty),
        last_qty,
        last_px,
        reason,
        message.code(378),
        message.words(),
        message.time_ns(),
        message.values.get(912) == "Y",
        places.place_of(message.text(790) or message.text(584)),
    )


def read_exec_type(message: Incoming, how: Reports) -> str:
    """Give the cause of a report."""
    exec_type = message.required(150)
    if how.has_exec_trans_type:
        trans = message.required(20)
        if trans != "0":
            found = EXEC_TYPE_OF_TRANS.get(trans)
            if found is None:
                raise Unreadable(f"ExecTransType (20) {trans} is none of the standard.")
            return found
    if exec_type in FILLS_OF_42:
        return ExecType.TRADE
    if exec_type not in EXEC_TYPES:
        raise Unreadable(f"ExecType (150) {exec_type} is none that is read.")
    return exec_type


def read_ord_status(message: Incoming) -> str:
    """Give the state of the order."""
    ord_status = message.required(39)
    if ord_status in ORD_STATUSES:
        return ord_status
    if ord_status != REPLACED_OF_42:
        raise Unreadable(f"OrdStatus (39) {ord_status} is none of the standard.")
    if message.qty(14) == 0:
        return OrdStatus.NEW
    return OrdStatus.PARTIALLY_FILLED if message.qty(151) else OrdStatus.FILLED


def read_last(message: Incoming, exec_type: str) -> tuple[int, int]:
    """Give quantity and price of the execution that is reported, or is guaranteed to a stopped order; else 0."""
    if exec_type == ExecType.STOPPED:
        return message.qty(32), message.decimal(31) or 0
    if exec_type not in EXECUTIONS:
        return 0, 0
    message.required(17)
    if exec_type in AMENDMENTS:
        message.required(19)
    message.required(32)
    last_px = message.decimal(31)
    if last_px is None:
        raise Unreadable("Tag 31 is missing: an execution has no price.")
    return message.qty(32), last_px


def read_average(message: Incoming, exec_type: str, cum_qty: int) -> int:
    """Give AvgPx (6) to 1e-8; 0 where it is not there.

    A status of an order that is filled in part says by it what was missed, so there it has to be.
    """
    average = message.average(6)
    if average is None and cum_qty and exec_type == ExecType.ORDER_STATUS:
        raise Unreadable("AvgPx (6) is missing in a status of an order that has fills.")
    return average or 0


def read_leaves(message: Incoming, ord_status: str, cum_qty: int) -> int:
    """Give LeavesQty (151); where it is not there, what of OrderQty (38) is not filled, or 0 if the order has ended."""
    if message.values.get(151) or ord_status in ENDED:
        return message.qty(151)
    return max(message.qty(38) - cum_qty, 0)


class Reports(Struct, frozen=True):
    """How a dialect's ExecutionReports are read."""

    required: tuple[int, ...] = (17, 150, 39, 55, 54, 14, 151, 6)
    """Tags without which a report can't be read."""
    has_exec_trans_type: bool = False
    """ExecTransType (20) counts, and has to be there."""
    average: Callable[[Incoming, str, int], int] = read_average
    """Gives AvgPx by ExecType and CumQty."""


def _mass_status_end(venue: str, message: Incoming) -> VenueReport | None:
    """Give the answer to a mass status request that finds nothing; None for all other reports."""
    values = message.values
    if not values.get(584) or values.get(911) != "0":
        return None
    fields = ("", "", "", "", "", ExecType.ORDER_STATUS, OrdStatus.REJECTED, "", "", 0, None, 0, 0, 0)
    return VenueReport(venue, 0, *fields, text=message.words(), is_last_report=True)
