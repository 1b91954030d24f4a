"""Events out: one event of the core becomes one message in the words of a version.

A `Printer` serves one version. It knows the tick and lot of each instrument, because events count in them, and keeps
the text of prices that it has printed: there are few of them, and they come again and again.
"""

from __future__ import annotations

from tradsys_oms.core.events import CancelRejected, Execution, OrderRejected, StatusUnknown
from tradsys_oms.core.fields import ExecType, OrdRejReason, OrdStatus
from tradsys_oms.fix.decimals import format_average, format_ticks
from tradsys_oms.fix.dialects.version import Version
from tradsys_oms.fix.timestamps import utc_timestamp

EXECUTION_REPORT, ORDER_CANCEL_REJECT = "8", "9"
NEW, TRADE = ExecType.NEW, ExecType.TRADE
PRICE_TEXTS_MAX = 100_000


class Units:
    """Tick and lot of one instrument, and the texts of its prices and quantities."""

    __slots__ = ("lot_e8", "lots", "prices", "tick_e8")

    def __init__(self, tick_e8: int, lot_e8: int) -> None:
        self.tick_e8 = tick_e8
        self.lot_e8 = lot_e8
        self.prices: dict[int, str] = {}
        self.lots: dict[int, str] = {}

    def price(self, ticks: int) -> str:
        """Print a price given in ticks."""
        return self.prices.get(ticks) or self._remember(self.prices, ticks, self.tick_e8)

    def quantity(self, lots: int) -> str:
        """Print a quantity given in lots."""
        return self.lots.get(lots) or self._remember(self.lots, lots, self.lot_e8)

    def average(self, notional: int, lots: int) -> str:
        """Print AvgPx (6) of `lots` that cost `notional` (ticks times lots): exact, or to 10 decimals half up."""
        if lots == 0:
            return "0"
        ticks, rest = divmod(notional, lots)
        return format_average(notional, lots, self.tick_e8) if rest else self.price(ticks)

    @staticmethod
    def _remember(texts: dict[int, str], count: int, unit_e8: int) -> str:
        if len(texts) >= PRICE_TEXTS_MAX:
            texts.clear()
        text = texts[count] = format_ticks(count, unit_e8)
        return text


class Printer:
    """Print events as messages of one FIX version. `units` is shared by all printers and kept up to date by their
    owner.
    """

    def __init__(self, version: Version, units: dict[str, Units]) -> None:
        self.version = version
        self.units = units

    def execution(self, event: Execution, seq: int, index: int, time_ns: int) -> tuple[str, str]:
        """Print an ExecutionReport; gives its MsgType and body."""
        version = self.version
        symbol = event.symbol
        units = self.units[symbol]
        lots, ticks = units.lots.get, units.prices.get  # their texts at hand: a call for each would cost as much again
        exec_type, ord_status = event.exec_type, event.ord_status
        exec_id = f"{seq}-{index}"
        extra = ""
        if exec_type == TRADE:
            last_px, last_qty = event.last_px, event.last_qty
            extra = (
                f"31={ticks(last_px) or units.price(last_px)}\x0132={lots(last_qty) or units.quantity(last_qty)}\x01"
            )
            if version.has_fields_of_44:
                trade_id = f"{seq}-{event.trade_index}"
                liquidity = "2" if event.aggressor else "1"
                extra = f"{extra}{version.trade_id_tag}={trade_id}\x01851={liquidity}\x01"
            exec_type = version.trade_exec_types.get(ord_status, exec_type)
        elif exec_type != NEW:
            exec_id, exec_type, ord_status, extra = self._variant(event, exec_id)
        if event.account:
            extra = f"1={event.account}\x01{extra}"
        if event.orig_clord_id:
            extra = f"{extra}41={event.orig_clord_id}\x01"
        price = event.price
        if price is not None:
            extra = f"{extra}44={ticks(price) or units.price(price)}\x01"
        if version.has_exec_trans_type:
            extra = f"{extra}20={'3' if event.exec_type == ExecType.ORDER_STATUS else '0'}\x01"
        if event.text:
            extra = f"{extra}58={event.text}\x01"
        order_qty, cum_qty, leaves_qty = event.order_qty, event.cum_qty, event.leaves_qty
        average = units.average(event.cum_notional, cum_qty) if cum_qty else "0"
        return EXECUTION_REPORT, (
            f"37={event.order_id}\x0111={event.clord_id}\x0117={exec_id}\x01150={exec_type}\x0139={ord_status}\x01"
            f"55={symbol}\x0154={event.side}\x0138={lots(order_qty) or units.quantity(order_qty)}\x01"
            f"40={event.ord_type}\x0159={event.time_in_force}\x01{extra}"
            f"14={lots(cum_qty) or units.quantity(cum_qty)}\x01"
            f"151={lots(leaves_qty) or units.quantity(leaves_qty)}\x016={average}\x01"
            f"60={utc_timestamp(time_ns)}\x01"
        )

    def _variant(self, event: Execution, exec_id: str) -> tuple[str, str, str, str]:
        """Give ExecID, ExecType, OrdStatus and further fields of a report that is neither New nor a fill."""
        version, exec_type, ord_status, extra = self.version, event.exec_type, event.ord_status, ""
        if exec_type == ExecType.REPLACED:
            ord_status = version.replaced_ord_statuses.get(ord_status, ord_status)
        elif exec_type == ExecType.ORDER_STATUS:
            exec_id = "0"
            if version.has_exec_trans_type:
                exec_type = ord_status
            elif event.ord_status_req_id:
                extra = f"790={event.ord_status_req_id}\x01"
        elif exec_type == ExecType.REJECTED:
            extra = f"103={self._ord_rej_reason(event.reason)}\x01"
        return exec_id, exec_type, ord_status, extra

    def order_rejected(self, event: OrderRejected, seq: int, index: int, time_ns: int) -> tuple[str, str]:
        """Print the ExecutionReport Rejected of an order that never was."""
        account = f"1={event.account}\x01" if event.account else ""
        price = "" if event.price_e8 is None else f"44={format_ticks(event.price_e8, 1)}\x01"
        trans_type = "20=0\x01" if self.version.has_exec_trans_type else ""
        return EXECUTION_REPORT, (
            f"37={seq}\x0111={event.clord_id}\x0117={seq}-{index}\x01150=8\x0139=8\x01{trans_type}{account}"
            f"55={event.symbol}\x0154={event.side}\x0138={format_ticks(event.order_qty_e8, 1)}\x01"
            f"40={event.ord_type}\x0159={event.time_in_force}\x01{price}103={self._ord_rej_reason(event.reason)}\x0158={event.text}\x01"
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
            f"434={event.response_to}\x01102={reason}\x0158={event.text}\x0160={utc_timestamp(time_ns)}\x01"
        )

    def status_unknown(self, event: StatusUnknown, seq: int, index: int, time_ns: int) -> tuple[str, str]:
        """Print the answer to a status request about an order that nobody knows."""
        version = self.version
        kind = "20=3\x01150=8\x01" if version.has_exec_trans_type else "150=I\x01"
        request = f"790={event.ord_status_req_id}\x01" if event.ord_status_req_id and version.has_fields_of_44 else ""
        clord_id = f"11={event.clord_id}\x01" if event.clord_id else ""
        return EXECUTION_REPORT, (
            f"37={event.order_id or 'NONE'}\x01{clord_id}17=0\x01{kind}39={OrdStatus.REJECTED}\x01{request}"
            f"103={OrdRejReason.UNKNOWN_ORDER}\x0155={event.symbol}\x0154={event.side}\x0114=0\x01151=0\x016=0\x01"
            f"58={event.text}\x0160={utc_timestamp(time_ns)}\x01"
        )

    def _ord_rej_reason(self, reason: int) -> int:
        return reason if reason in self.version.ord_rej_reasons else self.version.ord_rej_reason_other
