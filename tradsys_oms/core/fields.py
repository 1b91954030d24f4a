"""Field values of the core: the codes of FIX 5.0 SP2, so that journal, books and reports speak one language.

Source: FIX 5.0 SP2 Volume 6 (fields 39, 40, 54, 59, 102, 103, 150, 378). Older versions map from these codes at the
FIX edge.
"""

from __future__ import annotations

from typing import Final

SCALE_E8: Final = 100_000_000
"""Decimals in commands are integers in units of 1e-8 (suffix `_e8`); inside the core they are ticks and lots."""


class Side:
    """Side (54)."""

    BUY: Final = "1"
    SELL: Final = "2"


class OrdType:
    """OrdType (40)."""

    MARKET: Final = "1"
    LIMIT: Final = "2"


class TimeInForce:
    """TimeInForce (59)."""

    DAY: Final = "0"
    GTC: Final = "1"
    IOC: Final = "3"
    FOK: Final = "4"


class OrdStatus:
    """OrdStatus (39)."""

    NEW: Final = "0"
    PARTIALLY_FILLED: Final = "1"
    FILLED: Final = "2"
    CANCELED: Final = "4"
    REJECTED: Final = "8"


class ExecType:
    """ExecType (150)."""

    NEW: Final = "0"
    CANCELED: Final = "4"
    REPLACED: Final = "5"
    REJECTED: Final = "8"
    TRADE: Final = "F"
    ORDER_STATUS: Final = "I"


class OrdRejReason:
    """OrdRejReason (103)."""

    UNKNOWN_SYMBOL: Final = 1
    EXCHANGE_CLOSED: Final = 2
    ORDER_EXCEEDS_LIMIT: Final = 3
    UNKNOWN_ORDER: Final = 5
    DUPLICATE_ORDER: Final = 6
    UNSUPPORTED_ORDER_CHARACTERISTIC: Final = 11
    INCORRECT_QUANTITY: Final = 13
    PRICE_EXCEEDS_CURRENT_PRICE_BAND: Final = 16
    INVALID_PRICE_INCREMENT: Final = 18
    OTHER: Final = 99


class CxlRejReason:
    """CxlRejReason (102)."""

    TOO_LATE: Final = 0
    UNKNOWN_ORDER: Final = 1
    DUPLICATE_CLORD_ID: Final = 6
    INVALID_PRICE_INCREMENT: Final = 18
    OTHER: Final = 99


class CxlRejResponseTo:
    """CxlRejResponseTo (434)."""

    ORDER_CANCEL_REQUEST: Final = "1"
    ORDER_CANCEL_REPLACE_REQUEST: Final = "2"
