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
    SELL_SHORT: Final = "5"
    SELL_SHORT_EXEMPT: Final = "6"
    """A short sale that the price test of SEC Rule 201 does not hold for."""


class OrdType:
    """OrdType (40)."""

    MARKET: Final = "1"
    LIMIT: Final = "2"
    STOP: Final = "3"
    STOP_LIMIT: Final = "4"
    MARKET_TO_LIMIT: Final = "K"
    """Market with left over as limit."""
    PEGGED: Final = "P"


class TimeInForce:
    """TimeInForce (59)."""

    DAY: Final = "0"
    GTC: Final = "1"
    OPG: Final = "2"
    """At the opening."""
    IOC: Final = "3"
    FOK: Final = "4"
    GTX: Final = "5"
    """Good till crossing: until the next auction has uncrossed."""
    GTD: Final = "6"
    """Good till a date (ExpireDate, 432) or a time (ExpireTime, 126)."""
    ATC: Final = "7"
    """At the close."""


class ExecInst:
    """Values of ExecInst (18) that change what an order does."""

    POST_ONLY: Final = "6"
    """Participate, don't initiate."""
    ALL_OR_NONE: Final = "G"
    REINSTATE_ON_HALT: Final = "J"
    CANCEL_ON_HALT: Final = "K"


class PegPriceType:
    """PegPriceType (1094)."""

    MID: Final = "2"
    MARKET: Final = "4"
    PRIMARY: Final = "5"


class TriggerPriceType:
    """TriggerPriceType (1107)."""

    BEST_OFFER: Final = "1"
    LAST_TRADE: Final = "2"
    BEST_BID: Final = "3"


class OrdStatus:
    """OrdStatus (39)."""

    NEW: Final = "0"
    PARTIALLY_FILLED: Final = "1"
    FILLED: Final = "2"
    DONE_FOR_DAY: Final = "3"
    CANCELED: Final = "4"
    PENDING_CANCEL: Final = "6"
    STOPPED: Final = "7"
    REJECTED: Final = "8"
    SUSPENDED: Final = "9"
    PENDING_NEW: Final = "A"
    CALCULATED: Final = "B"
    EXPIRED: Final = "C"
    ACCEPTED_FOR_BIDDING: Final = "D"
    PENDING_REPLACE: Final = "E"


class ExecType:
    """ExecType (150)."""

    NEW: Final = "0"
    DONE_FOR_DAY: Final = "3"
    CANCELED: Final = "4"
    REPLACED: Final = "5"
    PENDING_CANCEL: Final = "6"
    STOPPED: Final = "7"
    REJECTED: Final = "8"
    SUSPENDED: Final = "9"
    PENDING_NEW: Final = "A"
    CALCULATED: Final = "B"
    EXPIRED: Final = "C"
    RESTATED: Final = "D"
    PENDING_REPLACE: Final = "E"
    TRADE: Final = "F"
    TRADE_CORRECT: Final = "G"
    TRADE_CANCEL: Final = "H"
    ORDER_STATUS: Final = "I"
    TRIGGERED: Final = "L"


class ExecRestatementReason:
    """ExecRestatementReason (378)."""

    GT_CORPORATE_ACTION: Final = 0
    GT_RENEWAL: Final = 1
    VERBAL_CHANGE: Final = 2
    REPRICING: Final = 3
    PARTIAL_DECLINE: Final = 5
    CANCEL_ON_HALT: Final = 6
    """Canceled because of a trading halt."""


class OrdRejReason:
    """OrdRejReason (103)."""

    EXCHANGE_OPTION: Final = 0
    """Broker / Exchange option."""
    UNKNOWN_SYMBOL: Final = 1
    EXCHANGE_CLOSED: Final = 2
    ORDER_EXCEEDS_LIMIT: Final = 3
    UNKNOWN_ORDER: Final = 5
    DUPLICATE_ORDER: Final = 6
    DUPLICATE_OF_VERBAL_ORDER: Final = 7
    """Duplicate of a verbally communicated order."""
    UNSUPPORTED_ORDER_CHARACTERISTIC: Final = 11
    INCORRECT_QUANTITY: Final = 13
    UNKNOWN_ACCOUNT: Final = 15
    PRICE_EXCEEDS_CURRENT_PRICE_BAND: Final = 16
    INVALID_PRICE_INCREMENT: Final = 18
    OTHER: Final = 99


class CxlRejReason:
    """CxlRejReason (102)."""

    TOO_LATE: Final = 0
    UNKNOWN_ORDER: Final = 1
    EXCHANGE_OPTION: Final = 2
    """Broker / Exchange option."""
    ALREADY_PENDING: Final = 3
    DUPLICATE_CLORD_ID: Final = 6
    INVALID_PRICE_INCREMENT: Final = 18
    OTHER: Final = 99


class CxlRejResponseTo:
    """CxlRejResponseTo (434)."""

    ORDER_CANCEL_REQUEST: Final = "1"
    ORDER_CANCEL_REPLACE_REQUEST: Final = "2"


class MassCancelRejectReason:
    """MassCancelRejectReason (532)."""

    UNSUPPORTED: Final = 0
    UNKNOWN_SYMBOL: Final = 1
    UNKNOWN_UNDERLYING: Final = 2
    OTHER: Final = 99


class MassRequestType:
    """MassCancelRequestType (530) and MassStatusReqType (585)."""

    SYMBOL: Final = "1"
    UNDERLYING: Final = "2"
    ALL: Final = "7"


class PartyActionType:
    """PartyActionType (2329)."""

    SUSPEND: Final = "0"
    HALT_TRADING: Final = "1"
    REINSTATE: Final = "2"


class PartyActionRejectReason:
    """PartyActionRejectReason (2333)."""

    INVALID_PARTY: Final = 0
    UNKNOWN_REQUESTING_PARTY: Final = 1
    NOT_AUTHORIZED: Final = 98
    OTHER: Final = 99


class RiskLimitRequestResult:
    """RiskLimitRequestResult (1761)."""

    INVALID_PARTY: Final = 1
    NOT_AUTHORIZED: Final = 98
    OTHER: Final = 99
