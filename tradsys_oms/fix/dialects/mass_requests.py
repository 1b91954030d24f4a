"""Requests about many orders, or about an instrument: mass cancel, mass status, security status.

A request that names less than all orders by a field that we don't look at would hit more orders than it means, so such
a field is refused in words, and nothing is done. FIX 4.2 has neither mass message: our dictionary of it takes them over
from FIX 4.4.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import MassCancelOrders, QueryMarket, QueryOrders
from tradsys_oms.core.fields import MassRequestType
from tradsys_oms.fix.dialects.instructions import ENVELOPE, NAMES
from tradsys_oms.fix.dialects.values import refuse_long
from tradsys_oms.fix.errors import ConditionallyRequiredFieldMissing
from tradsys_oms.fix.message import Message

SYMBOL, UNDERLYING_SYMBOL, SIDE = "55", "311", "54"
MASS_CANCEL_REQUEST_TYPE, MASS_STATUS_REQ_TYPE, MASS_STATUS_REQ_ID = "530", "585", "584"
SECURITY_STATUS_REQ_ID, SUBSCRIPTION_REQUEST_TYPE = "324", "263"

_NAMED_BY: Final = {
    MassRequestType.SYMBOL: (SYMBOL, "Symbol (55)"),
    MassRequestType.UNDERLYING: (UNDERLYING_SYMBOL, "UnderlyingSymbol (311)"),
    MassRequestType.ALL: ("", ""),
}
"""Request type -> the field that says which orders are meant, and its name."""
_NAMES: Final = {**NAMES, "1": "Account", SYMBOL: "Symbol", UNDERLYING_SYMBOL: "UnderlyingSymbol"}
_TAKEN: Final = ENVELOPE | {"11", "54", "55", "58", "60", "97", "311", "354", "355", "526", "530", "584", "585"}


def mass_cancel(session: str, message: Message) -> MassCancelOrders:
    """OrderMassCancelRequest (35=q)."""
    refuse_long(message, "11")
    get = message.fields.get
    request_type = message.fields[MASS_CANCEL_REQUEST_TYPE]
    return MassCancelOrders(
        session,
        message.msg_seq_num,
        message.fields["11"],
        request_type,
        get(SYMBOL, ""),
        get(UNDERLYING_SYMBOL, ""),
        get(SIDE, ""),
        _unsupported(message, request_type, f"MassCancelRequestType ({MASS_CANCEL_REQUEST_TYPE})"),
    )


def query_orders(session: str, message: Message) -> QueryOrders:
    """OrderMassStatusRequest (35=AF)."""
    refuse_long(message, MASS_STATUS_REQ_ID)
    get = message.fields.get
    request_type = message.fields[MASS_STATUS_REQ_TYPE]
    return QueryOrders(
        session,
        message.msg_seq_num,
        message.fields[MASS_STATUS_REQ_ID],
        request_type,
        get(SYMBOL, ""),
        get(UNDERLYING_SYMBOL, ""),
        get(SIDE, ""),
        _unsupported(message, request_type, f"MassStatusReqType ({MASS_STATUS_REQ_TYPE})"),
    )


def query_market(session: str, message: Message) -> QueryMarket:
    """SecurityStatusRequest (35=e)."""
    refuse_long(message, SECURITY_STATUS_REQ_ID)
    fields = message.fields
    return QueryMarket(
        session,
        message.msg_seq_num,
        fields[SECURITY_STATUS_REQ_ID],
        fields[SYMBOL],
        fields[SUBSCRIPTION_REQUEST_TYPE],
    )


def _unsupported(message: Message, request_type: str, name: str) -> str:
    """Say what of a request can't be done, "" for nothing; raises ConditionallyRequiredFieldMissing."""
    if request_type not in _NAMED_BY:
        return f"{name} {request_type} is not supported"
    tag, needed = _NAMED_BY[request_type]
    if tag and tag not in message.fields:
        raise ConditionallyRequiredFieldMissing(tag, f"{needed} is required for {name} {request_type}")
    for other in message.tags:
        if other not in _TAKEN:
            return f"{_NAMES.get(other, 'Tag')} ({other}) is not supported"
        if other in (SYMBOL, UNDERLYING_SYMBOL) and other != tag:
            return f"{_NAMES[other]} ({other}) with {name} {request_type} is not supported"
    return ""
