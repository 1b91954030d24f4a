"""Events out: one event of the core becomes one message in the words of a version, or none where it has no words.

A `Printer` serves one version. What an event means in that version is in its tables (`report_table`, `terms`, `echo`).
"""

from __future__ import annotations

from msgspec import structs

from tradsys_oms.core.commands import Instructions
from tradsys_oms.core.events import CancelRejected, Execution, OrderRejected, StatusUnknown
from tradsys_oms.core.fields import ExecType, OrdRejReason, OrdStatus
from tradsys_oms.fix.decimals import format_ticks
from tradsys_oms.fix.dialects.details import details
from tradsys_oms.fix.dialects.report_table import EXECUTIONS
from tradsys_oms.fix.dialects.units import Units
from tradsys_oms.fix.dialects.version import Version
from tradsys_oms.fix.timestamps import utc_timestamp

EXECUTION_REPORT, ORDER_CANCEL_REJECT = "8", "9"
NEW, TRADE, ORDER_STATUS = ExecType.NEW, ExecType.TRADE, ExecType.ORDER_STATUS
REFUSED = ExecType.REJECTED + OrdStatus.REJECTED
UNKNOWN = ExecType.ORDER_STATUS + OrdStatus.REJECTED
NO_CLORD_ID = "NONE"
INSTRUCTION_TEXTS_MAX = 10_000


class Printer:
    """Print events as messages of one FIX version. `units` is shared by all printers and kept up to date by their
    owner.
    """

    def __init__(self, version: Version, units: dict[str, Units]) -> None:
        self.version = version
        self.units = units
        self._instructions: dict[Instructions, str] = {}

    def execution(self, event: Execution, seq: int, index: int, time_ns: int) -> tuple[str, str] | None:
        """Print an ExecutionReport; gives its MsgType and body, None where the version has no word for it."""
        version = self.version
        exec_type, symbol = event.exec_type, event.symbol
        words = version.reports[exec_type + event.ord_status]
        units = self.units[symbol]
        lots, ticks = units.lots.get, units.prices.get  # their texts at hand: a call for each would cost as much again
        exec_id = f"{seq}-{index}"
        extra = ""
        detail = event.detail
        if exec_type == TRADE and (detail is None or not detail.venue):
            last_px, last_qty = event.last_px, event.last_qty
            extra = (
                f"31={ticks(last_px) or units.price(last_px)}\x0132={lots(last_qty) or units.quantity(last_qty)}\x01"
            )
            if version.has_fields_of_44:
                trade_id = f"{seq}-{event.trade_index}"
                liquidity = "2" if event.aggressor else "1"
                extra = f"{extra}{version.trade_id_tag}={trade_id}\x01851={liquidity}\x01"
        elif exec_type != NEW:
            if not words:
                return None
            words, exec_id, extra = self._variant(event, words, exec_id, seq, units)
        extra = f"1={event.account}\x01{extra}" if event.account else extra
        if event.orig_clord_id:
            extra = f"{extra}41={event.orig_clord_id}\x01"
        price = event.price
        if price is not None:
            extra = f"{extra}44={ticks(price) or units.price(price)}\x01"
        if event.instructions is not None or detail is not None:
            if not event.clord_id:
                return self._unnamed(event, seq, index, time_ns)
            extra += self._beyond(event, units)
        if event.text:
            extra = f"{extra}58={event.text}\x01"
        order_qty, cum_qty, leaves_qty = event.order_qty, event.cum_qty, event.leaves_qty
        average = units.average(event.cum_notional, cum_qty) if cum_qty else "0"
        return EXECUTION_REPORT, (
            f"37={event.order_id}\x0111={event.clord_id}\x0117={exec_id}\x01{words}"
            f"55={symbol}\x0154={event.side}\x0138={lots(order_qty) or units.quantity(order_qty)}\x01"
            f"{version.terms[event.ord_type + event.time_in_force]}{extra}"
            f"14={lots(cum_qty) or units.quantity(cum_qty)}\x01"
            f"151={lots(leaves_qty) or units.quantity(leaves_qty)}\x016={average}\x01"
            f"60={utc_timestamp(time_ns)}\x01"
        )

    def _unnamed(self, event: Execution, seq: int, index: int, time_ns: int) -> tuple[str, str] | None:
        """Print a report about an order by telephone, which has no ClOrdID: as any other, and that field taken out."""
        printed = self.execution(structs.replace(event, clord_id=NO_CLORD_ID), seq, index, time_ns)
        return None if printed is None else (printed[0], printed[1].replace(f"11={NO_CLORD_ID}\x01", "", 1))

    def _variant(self, event: Execution, words: str, exec_id: str, seq: int, units: Units) -> tuple[str, str, str]:
        """Give words, ExecID and further fields of a report that is neither New nor a fill on our own book."""
        version, exec_type = self.version, event.exec_type
        if exec_type == ORDER_STATUS:
            has_request = event.ord_status_req_id and version.has_fields_of_44
            return words, "0", f"790={event.ord_status_req_id}\x01" if has_request else ""
        if exec_type == ExecType.REJECTED:
            return words, exec_id, f"103={self._ord_rej_reason(event.reason)}\x01"
        if exec_type in EXECUTIONS:
            if event.cum_qty >= event.order_qty:
                words = version.full.get(words, words)
            return words, exec_id, _last(event, units) + self._trade_id(event, seq)
        if exec_type == ExecType.STOPPED and event.last_qty:
            return words, exec_id, _last(event, units)
        return words, exec_id, ""

    def _trade_id(self, event: Execution, seq: int) -> str:
        """Print the TradeID of a fill at another market, or of the trade that is corrected or busted."""
        tag, detail = self.version.trade_id_tag, event.detail
        if not tag:
            return ""
        if event.exec_type == TRADE:
            return f"{tag}={seq}-{event.trade_index}\x01"
        return f"{tag}={detail.trade_seq}-{detail.trade_index}\x01" if detail is not None and detail.trade_seq else ""

    def _beyond(self, event: Execution, units: Units) -> str:
        """Print what the order asks for beyond its terms, and what the report has that few have."""
        text = ""
        if event.instructions is not None:
            texts = self._instructions
            text = texts.get(event.instructions, "")
            if not text:
                if len(texts) >= INSTRUCTION_TEXTS_MAX:
                    texts.clear()
                text = texts[event.instructions] = self.version.echo.text(event.instructions)
        return text if event.detail is None else text + details(self.version, event.detail, units)

    def order_rejected(self, event: OrderRejected, seq: int, index: int, time_ns: int) -> tuple[str, str]:
        """Print the ExecutionReport Rejected of an order that never was."""
        account = f"1={event.account}\x01" if event.account else ""
        price = "" if event.price_e8 is None else f"44={format_ticks(event.price_e8, 1)}\x01"
        version = self.version
        asked = "" if event.instructions is None else version.echo.text(event.instructions)
        order_qty = "" if _is_of_money(event) else f"38={format_ticks(event.order_qty_e8, 1)}\x01"
        return EXECUTION_REPORT, (
            f"37={seq}\x0111={event.clord_id}\x0117={seq}-{index}\x01{version.reports[REFUSED]}{account}"
            f"55={event.symbol}\x0154={event.side}\x01{order_qty}"
            f"{version.terms[event.ord_type + event.time_in_force]}{price}{asked}"
            f"103={self._ord_rej_reason(event.reason)}\x01{_text(event.text)}"
            f"14=0\x01151=0\x016=0\x0160={utc_timestamp(time_ns)}\x01"
        )

    def cancel_rejected(self, event: CancelRejected, seq: int, index: int, time_ns: int) -> tuple[str, str]:
        """Print an OrderCancelReject."""
        reason = event.reason
        if reason not in self.version.cxl_rej_reasons:
            reason = self.version.cxl_rej_reason_other
        orig = f"41={event.orig_clord_id}\x01" if event.orig_clord_id else "41=NONE\x01"
        return ORDER_CANCEL_REJECT, (
            f"37={event.order_id or 'NONE'}\x0111={event.clord_id}\x01{orig}39={event.ord_status}\x01"
            f"434={event.response_to}\x01102={reason}\x01{_text(event.text)}60={utc_timestamp(time_ns)}\x01"
        )

    def status_unknown(self, event: StatusUnknown, seq: int, index: int, time_ns: int) -> tuple[str, str]:
        """Print the answer to a status request about an order that nobody knows."""
        version = self.version
        request = f"790={event.ord_status_req_id}\x01" if event.ord_status_req_id and version.has_fields_of_44 else ""
        clord_id = f"11={event.clord_id}\x01" if event.clord_id else ""
        return EXECUTION_REPORT, (
            f"37={event.order_id or 'NONE'}\x01{clord_id}17=0\x01{version.reports[UNKNOWN]}{request}"
            f"103={OrdRejReason.UNKNOWN_ORDER}\x0155={event.symbol}\x0154={event.side}\x0114=0\x01151=0\x016=0\x01"
            f"{_text(event.text)}60={utc_timestamp(time_ns)}\x01"
        )

    def _ord_rej_reason(self, reason: int) -> int:
        return reason if reason in self.version.ord_rej_reasons else self.version.ord_rej_reason_other


def _is_of_money(event: OrderRejected) -> bool:
    """Tell that an order named an amount of money, and was refused before there was a quantity."""
    asked = event.instructions
    return asked is not None and asked.cash_order_qty_e8 is not None and not event.order_qty_e8


def _last(event: Execution, units: Units) -> str:
    """Print LastPx and LastQty: of an execution, or what is guaranteed to a stopped order."""
    return f"31={units.price(event.last_px)}\x0132={units.quantity(event.last_qty)}\x01"


def _text(text: str) -> str:
    """Print Text, which venues may leave out."""
    return f"58={text}\x01" if text else ""
