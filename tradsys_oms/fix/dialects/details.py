"""What few ExecutionReports have: references, reasons, quantities of the day, pages of a mass status, other markets."""

from __future__ import annotations

from tradsys_oms.core.events import Detail
from tradsys_oms.fix.dialects.units import Units
from tradsys_oms.fix.dialects.version import Version


def details(version: Version, detail: Detail, units: Units) -> str:
    """Print the fields of a `Detail`."""
    text = ""
    if detail.exec_ref_seq:
        text = f"19={detail.exec_ref_seq}-{detail.exec_ref_index}\x01"
    if detail.restatement_reason >= 0:
        known = detail.restatement_reason in version.restatement_reasons
        text += f"378={detail.restatement_reason if known else version.restatement_reason_other}\x01"
    if detail.day_order_qty >= 0:
        day_cum_qty = detail.day_cum_qty
        text += (
            f"424={units.quantity(detail.day_order_qty)}\x01425={units.quantity(day_cum_qty)}\x01"
            f"426={units.average(detail.day_notional, day_cum_qty)}\x01"
        )
    if detail.mass_status_req_id:
        is_last = "Y" if detail.is_last_report else "N"
        text += f"584={detail.mass_status_req_id}\x01911={detail.reports_total}\x01912={is_last}\x01"
    if detail.venue:
        text += f"30={detail.venue}\x01"
    if detail.pegged_price and version.has_fields_of_44:
        text += f"839={units.price(detail.pegged_price)}\x01"
    return text
