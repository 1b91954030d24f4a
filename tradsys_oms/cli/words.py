"""What people read in place of FIX's codes; JSON keeps the codes."""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.fields import OrdStatus, OrdType, Side, TimeInForce

SIDES: Final = {
    Side.BUY: "buy",
    Side.SELL: "sell",
    Side.SELL_SHORT: "sell short",
    Side.SELL_SHORT_EXEMPT: "sell short exempt",
}
ORD_STATUSES: Final = {
    OrdStatus.NEW: "new",
    OrdStatus.PARTIALLY_FILLED: "partially filled",
    OrdStatus.FILLED: "filled",
    OrdStatus.DONE_FOR_DAY: "done for day",
    OrdStatus.CANCELED: "canceled",
    OrdStatus.REJECTED: "rejected",
    OrdStatus.EXPIRED: "expired",
    OrdStatus.PENDING_NEW: "pending new",
    OrdStatus.PENDING_CANCEL: "pending cancel",
    OrdStatus.PENDING_REPLACE: "pending replace",
    OrdStatus.STOPPED: "stopped",
    OrdStatus.SUSPENDED: "suspended",
}
ORDER_WORDS: Final = {
    "side": SIDES,
    "ord_type": {
        OrdType.MARKET: "market",
        OrdType.LIMIT: "limit",
        OrdType.STOP: "stop",
        OrdType.STOP_LIMIT: "stop limit",
        OrdType.MARKET_TO_LIMIT: "market to limit",
        OrdType.PEGGED: "pegged",
    },
    "time_in_force": {
        TimeInForce.DAY: "day",
        TimeInForce.GTC: "GTC",
        TimeInForce.OPG: "at the opening",
        TimeInForce.IOC: "IOC",
        TimeInForce.FOK: "FOK",
        TimeInForce.GTX: "GTX",
        TimeInForce.GTD: "GTD",
        TimeInForce.ATC: "at the close",
    },
    "ord_status": ORD_STATUSES,
}
