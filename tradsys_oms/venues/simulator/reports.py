"""What the venue says: bodies of its messages in the terms of each FIX version.

A body is a run of "tag=value<SOH>" without the header. ExecType is that of FIX 5.0 SP2 here: FIX 4.2 has ExecTransType
(20) instead of H, G and I, and its ExecType of a trade is that of the status, 1 or 2 (FIX 4.2, ExecutionReport).
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.fix.decimals import format_e8
from tradsys_oms.venues.simulator.orders import FILLED, NEW, PARTIALLY_FILLED, Order

SOH: Final = "\x01"
TRADE, BUST, CORRECTION, STATUS, RESTATED, REPLACED = "F", "H", "G", "I", "D", "5"
_EXEC_TRANS_TYPES: Final = {BUST: "1", CORRECTION: "2", STATUS: "3"}
CANCEL_REJECT, EXECUTION_REPORT = "9", "8"

Fields = tuple[tuple[str, str], ...]


class Reports:
    """Makes bodies for one version, like "FIX.4.4"."""

    def __init__(self, version: str) -> None:
        self.version = version
        self._is_fix42 = version == "FIX.4.2"

    def execution(
        self,
        order: Order,
        exec_type: str,
        exec_id: str,
        time: str,
        *,
        names: tuple[str, str] | None = None,
        last: tuple[int, int] = (0, 0),
        status: str = "",
        more: str = "",
    ) -> str:
        """Make an ExecutionReport of what an order is now; `last` is quantity and price of a fill.

        `status` takes the place of the order's own OrdStatus.

        `names` are ClOrdID and OrigClOrdID of a request that the report answers; None for the order's own ClOrdID.
        """
        status = status or order.said_status
        codes = f"150={exec_type}{SOH}39={status}{SOH}" if not self._is_fix42 else self._fix42_codes(exec_type, status)
        last_text = f"32={format_e8(last[0])}{SOH}31={format_e8(last[1])}{SOH}" if last[0] or exec_type == BUST else ""
        named = f"11={names[0]}{SOH}41={names[1]}{SOH}" if names else f"11={order.clord_id}{SOH}"
        return (
            f"{order.constant_text or constant_text(order)}{named}17={exec_id}{SOH}{codes}{last_text}"
            f"151={format_e8(order.leaves_qty_e8)}{SOH}14={format_e8(order.cum_qty_e8)}{SOH}6={order.avg_px}{SOH}"
            f"60={time}{SOH}{more}"
        )

    def _fix42_codes(self, exec_type: str, status: str) -> str:
        trans_type = _EXEC_TRANS_TYPES.get(exec_type, "0")
        if exec_type == REPLACED and status in (NEW, PARTIALLY_FILLED):
            status = REPLACED if status == NEW else status
        elif exec_type == TRADE:
            exec_type = FILLED if status == FILLED else PARTIALLY_FILLED
        elif trans_type != "0":
            exec_type = status
        return f"20={trans_type}{SOH}150={exec_type}{SOH}39={status}{SOH}"

    def unknown_order(self, clord_id: str, symbol: str, side: str, time: str, more: str = "") -> str:
        """Make the answer to a status request for an order that nobody knows; its OrdRejReason is 5."""
        codes = self._fix42_codes(STATUS, "8") if self._is_fix42 else f"150={STATUS}{SOH}39=8{SOH}"
        names = f"11={clord_id}{SOH}" if clord_id else ""
        return (
            f"37=NONE{SOH}{names}17=0{SOH}{codes}55={symbol or 'N/A'}{SOH}54={side or '1'}{SOH}"
            f"151=0{SOH}14=0{SOH}6=0{SOH}60={time}{SOH}103=5{SOH}{more}"
        )


def constant_text(order: Order) -> str:
    """Make the fields that stay the same until a replace, and keep them with the order."""
    price = f"44={format_e8(order.price_e8)}{SOH}" if order.price_e8 >= 0 else ""
    account = f"1={order.account}{SOH}" if order.account else ""
    order.constant_text = (
        f"37={order.order_id}{SOH}55={order.symbol}{SOH}54={order.side}{SOH}38={format_e8(order.qty_e8)}{SOH}"
        f"40={order.ord_type}{SOH}{price}59={order.time_in_force}{SOH}{account}"
    )
    return order.constant_text


def cancel_reject(clord_id: str, orig_clord_id: str, order: Order | None, msg_type: str, reason: int, text: str) -> str:
    """Make an OrderCancelReject for an OrderCancelRequest (F) or an OrderCancelReplaceRequest (G)."""
    order_id, status = ("NONE", "8") if order is None else (order.order_id, order.said_status)
    response_to = "1" if msg_type == "F" else "2"
    words = f"58={text}{SOH}" if text else ""
    return (
        f"37={order_id}{SOH}11={clord_id}{SOH}41={orig_clord_id}{SOH}39={status}{SOH}434={response_to}{SOH}"
        f"102={reason}{SOH}{words}"
    )


def business_reject(msg_type: str, seq_num: int, ref_id: str, reason: int, text: str) -> str:
    """Make a BusinessMessageReject."""
    reference = f"379={ref_id}{SOH}" if ref_id else ""
    return f"45={seq_num}{SOH}372={msg_type}{SOH}{reference}380={reason}{SOH}58={text}{SOH}"


def override(body: str, fields: Fields) -> str:
    """Change fields of a body, add those that it has not, take away those whose new value is empty."""
    changes = dict(fields)
    kept = []
    for pair in body.split(SOH)[:-1]:
        tag, _, value = pair.partition("=")
        value = changes.pop(tag, value)
        if value:
            kept.append(f"{tag}={value}{SOH}")
    return "".join(kept) + "".join(f"{tag}={value}{SOH}" for tag, value in changes.items() if value)
