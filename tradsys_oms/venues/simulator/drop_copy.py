"""Drop copies: what other sessions trade, told to a session that only listens, as ExecutionReport or as AE."""

from __future__ import annotations

from typing import Final

from tradsys_oms.fix.decimals import format_e8
from tradsys_oms.venues.simulator.orders import Fill, Order
from tradsys_oms.venues.simulator.reports import BUST, CORRECTION, SOH, TRADE, Reports

EXEC_TYPES: Final = {"0": TRADE, "1": BUST, "2": CORRECTION}
"""TradeReportTransType (487) -> ExecType (150)."""


def copy_as_report(reports: Reports, order: Order, fill: Fill, trans_type: str, ref_id: str, time: str) -> str:
    """Make the body of an ExecutionReport."""
    more = f"19={ref_id}{SOH}" if ref_id else ""
    last = fill.qty_e8, fill.price_e8
    return reports.execution(order, EXEC_TYPES[trans_type], fill.exec_id, time, last=last, more=more)


def copy_as_capture(order: Order, fill: Fill, trans_type: str, ref_id: str, time: str) -> str:
    """Make the body of a TradeCaptureReport (AE) of one side."""
    reference = f"572={ref_id}{SOH}" if ref_id else ""
    account = f"1={order.account}{SOH}" if order.account else ""
    return (
        f"571={fill.exec_id}{SOH}487={trans_type}{SOH}{reference}150={EXEC_TYPES[trans_type]}{SOH}570=N{SOH}"
        f"17={fill.exec_id}{SOH}55={order.symbol}{SOH}32={format_e8(fill.qty_e8)}{SOH}31={format_e8(fill.price_e8)}{SOH}"
        f"75={time[:8]}{SOH}60={time}{SOH}552=1{SOH}54={order.side}{SOH}37={order.order_id}{SOH}"
        f"11={order.clord_id}{SOH}{account}"
    )
