"""Answers to mass requests: OrderMassCancelReport (35=r), and the status report that there is nothing to report.

FIX 4.2 gets them in the words of FIX 4.4, as its requests come in those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.events import MassCancelReport, MassStatusEmpty
from tradsys_oms.core.fields import ExecType, OrdStatus
from tradsys_oms.fix.timestamps import utc_timestamp

if TYPE_CHECKING:
    from tradsys_oms.fix.dialects.outbound import Printer

EXECUTION_REPORT, ORDER_MASS_CANCEL_REPORT = "8", "r"
REQUEST_REJECTED = "0"
"""MassCancelResponse (531)."""
NO_SYMBOL = "[N/A]"
"""What Symbol (55) is where a report needs one and there is none: FIX 4.4 Volume 6, field 55."""
UNDISCLOSED = "7"
"""Side (54) of a report that needs one where none was asked for."""


def mass_cancel_report(
    printer: Printer, event: MassCancelReport, seq: int, index: int, time_ns: int
) -> tuple[str, str]:
    """Print an OrderMassCancelReport."""
    if event.reason >= 0:
        outcome = f"531={REQUEST_REJECTED}\x01532={event.reason}\x01"
    else:
        outcome = f"531={event.request_type}\x01533={event.total}\x01"
    report_id = f"1369={seq}-{index}\x01" if printer.version.has_mass_action_report_id else ""
    symbol = f"55={event.symbol}\x01" if event.symbol else ""
    side = f"54={event.side}\x01" if event.side else ""
    text = f"58={event.text}\x01" if event.text else ""
    return ORDER_MASS_CANCEL_REPORT, (
        f"11={event.clord_id}\x0137={seq}\x01{report_id}530={event.request_type}\x01{outcome}{symbol}{side}"
        f"60={utc_timestamp(time_ns)}\x01{text}"
    )


def mass_status_empty(printer: Printer, event: MassStatusEmpty, seq: int, index: int, time_ns: int) -> tuple[str, str]:
    """Print the one report that answers an OrderMassStatusRequest which no order fits."""
    words = printer.version.reports[ExecType.ORDER_STATUS + OrdStatus.REJECTED]
    text = f"58={event.text}\x01" if event.text else ""
    return EXECUTION_REPORT, (
        f"37=NONE\x0117=0\x01{words}584={event.mass_status_req_id}\x01911=0\x01912=Y\x01"
        f"55={event.symbol or NO_SYMBOL}\x0154={event.side or UNDISCLOSED}\x0114=0\x01151=0\x016=0\x01{text}"
        f"60={utc_timestamp(time_ns)}\x01"
    )
