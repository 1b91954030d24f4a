"""Messages in: from a validated message to a command of the core, the same for all versions.

The dictionary has already checked form, enumerations and required fields. What is left are the fields that are
required only in some cases (a Limit order needs a Price), decimals, lengths, and instructions that this exchange
can't carry out: these go into the command as a sentence, so that the core refuses the order with an ExecutionReport
instead of doing something else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from tradsys_oms.core.commands import CancelOrder, Command, NewOrder, QueryOrder, ReplaceOrder
from tradsys_oms.core.fields import OrdType, TimeInForce
from tradsys_oms.fix.decimals import parse_e8
from tradsys_oms.fix.dialects.instructions import unsupported
from tradsys_oms.fix.errors import ConditionallyRequiredFieldMissing, ValueOutOfRange
from tradsys_oms.fix.message import Message

Decoder: TypeAlias = Callable[[str, Message], Command]

CLORD_ID, ACCOUNT, SYMBOL, SIDE, ORDER_QTY, ORD_TYPE, PRICE = "11", "1", "55", "54", "38", "40", "44"
TIME_IN_FORCE, ORIG_CLORD_ID, ORDER_ID, ORD_STATUS_REQ_ID, POSS_RESEND = "59", "41", "37", "790", "97"
CURRENCY = "15"

TEXT_LENGTH_MAX: Final = 64
"""Of ClOrdID, OrigClOrdID, Account and ids that come back in every report: it bounds what one command can grow to."""


def decode(session: str, message: Message) -> Command:
    """Turn an application message of `session` into its command.

    Raises `ConditionallyRequiredFieldMissing` or `ValueOutOfRange`, which name the field for the reject.
    """
    return DECODERS[message.msg_type](session, message)


def new_order(session: str, message: Message) -> NewOrder:
    """NewOrderSingle (35=D)."""
    get = message.fields.get
    ord_type = message.fields["40"]
    price = get("44")
    if price is None and ord_type == OrdType.LIMIT:
        raise ConditionallyRequiredFieldMissing(PRICE, "Price (44) is required for a Limit order")
    clord_id, account = message.fields["11"], get("1", "")
    if len(clord_id) > TEXT_LENGTH_MAX or len(account) > TEXT_LENGTH_MAX:
        _refuse_long(message, CLORD_ID, ACCOUNT)
    return NewOrder(
        session,
        message.msg_seq_num,
        clord_id,
        account,
        message.fields["55"],
        message.fields["54"],
        ord_type,
        get("59", TimeInForce.DAY),
        _order_qty(message),
        None if price is None else _decimal(PRICE, price),
        get("97") == "Y",
        unsupported(message),
        get("15", ""),
    )


def replace_order(session: str, message: Message) -> ReplaceOrder:
    """OrderCancelReplaceRequest (35=G)."""
    fields = message.fields
    _refuse_long(message, CLORD_ID, ORIG_CLORD_ID, ORDER_ID)
    price = fields.get(PRICE)
    if price is None and fields[ORD_TYPE] == OrdType.LIMIT:
        raise ConditionallyRequiredFieldMissing(PRICE, "Price (44) is required for a Limit order")
    return ReplaceOrder(
        session,
        message.msg_seq_num,
        fields[CLORD_ID],
        fields.get(ORIG_CLORD_ID, ""),
        fields.get(ORDER_ID, ""),
        fields.get(SYMBOL, ""),
        fields[SIDE],
        fields[ORD_TYPE],
        fields.get(TIME_IN_FORCE, TimeInForce.DAY),
        _order_qty(message),
        None if price is None else _decimal(PRICE, price),
        unsupported(message),
        fields.get(CURRENCY, ""),
    )


def cancel_order(session: str, message: Message) -> CancelOrder:
    """OrderCancelRequest (35=F)."""
    fields = message.fields
    _refuse_long(message, CLORD_ID, ORIG_CLORD_ID, ORDER_ID)
    return CancelOrder(
        session,
        message.msg_seq_num,
        fields[CLORD_ID],
        fields.get(ORIG_CLORD_ID, ""),
        fields.get(ORDER_ID, ""),
        fields.get(SYMBOL, ""),
        fields[SIDE],
    )


def query_order(session: str, message: Message) -> QueryOrder:
    """OrderStatusRequest (35=H)."""
    fields = message.fields
    _refuse_long(message, CLORD_ID, ORDER_ID, ORD_STATUS_REQ_ID)
    return QueryOrder(
        session,
        message.msg_seq_num,
        fields.get(CLORD_ID, ""),
        fields.get(ORDER_ID, ""),
        fields.get(SYMBOL, ""),
        fields[SIDE],
        fields.get(ORD_STATUS_REQ_ID, ""),
    )


DECODERS: dict[str, Decoder] = {"D": new_order, "G": replace_order, "F": cancel_order, "H": query_order}


def _decimal(tag: str, text: str) -> int:
    try:
        return parse_e8(text)
    except ValueError as error:
        raise ValueOutOfRange(tag, f"Value is incorrect (out of range) for this tag: {error}") from error


def _order_qty(message: Message) -> int:
    text = message.fields.get(ORDER_QTY)
    if text is None:
        raise ConditionallyRequiredFieldMissing(ORDER_QTY, "OrderQty (38) is required")
    return _decimal(ORDER_QTY, text)


def _refuse_long(message: Message, *tags: str) -> None:
    for tag in tags:
        if len(message.fields.get(tag, "")) > TEXT_LENGTH_MAX:
            what = f"at most {TEXT_LENGTH_MAX} characters are taken"
            raise ValueOutOfRange(tag, f"Value is incorrect (out of range) for this tag: {what}")
