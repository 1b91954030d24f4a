"""Messages in: from a validated message to a command of the core, the same for all versions.

The dictionary has already checked form, enumerations and required fields. What is left are the fields that are
required only in some cases (a Limit order needs a Price), decimals, lengths, and instructions that this exchange
can't carry out: these go into the command as a sentence, so that the core refuses the order with an ExecutionReport
instead of doing something else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from tradsys_oms.core.commands import CancelOrder, Command, Instructions, NewOrder, QueryOrder, ReplaceOrder
from tradsys_oms.core.fields import TimeInForce
from tradsys_oms.fix.dialects.instructions import USUAL, read_instructions
from tradsys_oms.fix.dialects.mass_requests import mass_cancel, query_market, query_orders
from tradsys_oms.fix.dialects.order_terms import read_terms
from tradsys_oms.fix.dialects.party_requests import client_action, query_client
from tradsys_oms.fix.dialects.values import TEXT_LENGTH_MAX, decimal, refuse_long, too_long
from tradsys_oms.fix.errors import ConditionallyRequiredFieldMissing
from tradsys_oms.fix.message import Message

Decoder: TypeAlias = Callable[[str, Message], Command]

CLORD_ID, ACCOUNT, SYMBOL, SIDE, ORDER_QTY, PRICE = "11", "1", "55", "54", "38", "44"
CASH_ORDER_QTY = "152"
ORIG_CLORD_ID, ORDER_ID, ORD_STATUS_REQ_ID, EX_DESTINATION = "41", "37", "790", "100"
DAY = TimeInForce.DAY


def decode(session: str, message: Message) -> Command:
    """Turn an application message of `session` into its command.

    Raises `ConditionallyRequiredFieldMissing` or `ValueOutOfRange`, which name the field for the reject.
    """
    return DECODERS[message.msg_type](session, message)


def new_order(session: str, message: Message) -> NewOrder:
    """NewOrderSingle (35=D)."""
    fields = message.fields
    get = fields.get
    ord_type, time_in_force, price = fields["40"], get("59", DAY), get("44")
    unsupported, instructions = "", None
    if not _is_plain(message, ord_type, time_in_force, price):
        ord_type, time_in_force, unsupported, instructions = _more_than_plain(message, ord_type, time_in_force)
    clord_id, account, order_qty = fields["11"], get("1", ""), get("38")
    if len(clord_id) + len(account) > TEXT_LENGTH_MAX:  # together first: it is quicker, and nearly always enough
        refuse_long(message, CLORD_ID, ACCOUNT)
    return NewOrder(
        session,
        message.msg_seq_num,
        clord_id,
        account,
        fields["55"],
        fields["54"],
        ord_type,
        time_in_force,
        _no_order_qty(fields) if order_qty is None else decimal(ORDER_QTY, order_qty),
        None if price is None else decimal(PRICE, price),
        get("97") == "Y",
        unsupported,
        get("15", ""),
        instructions,
        get("114", ""),
        _ex_destination(fields["100"]) if "100" in fields else "",
    )


def replace_order(session: str, message: Message) -> ReplaceOrder:
    """OrderCancelReplaceRequest (35=G)."""
    fields = message.fields
    get = fields.get
    clord_id, orig_clord_id, order_id, order_qty = fields["11"], get("41", ""), get("37", ""), get("38")
    if len(clord_id) + len(orig_clord_id) + len(order_id) > TEXT_LENGTH_MAX:
        refuse_long(message, CLORD_ID, ORIG_CLORD_ID, ORDER_ID)
    ord_type, time_in_force, price = fields["40"], get("59", DAY), get("44")
    unsupported, instructions = "", None
    if not _is_plain(message, ord_type, time_in_force, price):
        ord_type, time_in_force, unsupported, instructions = _more_than_plain(message, ord_type, time_in_force)
    return ReplaceOrder(
        session,
        message.msg_seq_num,
        clord_id,
        orig_clord_id,
        order_id,
        get("55", ""),
        fields["54"],
        ord_type,
        time_in_force,
        _no_order_qty(fields) if order_qty is None else decimal(ORDER_QTY, order_qty),
        None if price is None else decimal(PRICE, price),
        unsupported,
        get("15", ""),
        instructions,
        get("114", ""),
        _ex_destination(fields["100"]) if "100" in fields else "",
    )


def _is_plain(message: Message, ord_type: str, time_in_force: str, price: str | None) -> bool:
    """Tell if an order has the fields that it needs, and none that ask for more than its terms.

    Codes stand here for Limit, Market, GTD and a manual order, because each order is looked at, and names take time.
    """
    return (
        ((ord_type == "2" and price is not None) or ord_type == "1")
        and time_in_force != "6"
        and USUAL.issuperset(message.tags)
        and message.fields.get("21") != "3"
    )


def _more_than_plain(message: Message, ord_type: str, time_in_force: str) -> tuple[str, str, str, Instructions | None]:
    """Give OrdType, TimeInForce, what can't be done, and the instructions beyond that."""
    ord_type, time_in_force, unsupported = read_terms(message.fields, ord_type, time_in_force)
    text, instructions = read_instructions(message)
    return ord_type, time_in_force, unsupported or text, instructions


def cancel_order(session: str, message: Message) -> CancelOrder:
    """OrderCancelRequest (35=F)."""
    fields = message.fields
    refuse_long(message, CLORD_ID, ORIG_CLORD_ID, ORDER_ID)
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
    refuse_long(message, CLORD_ID, ORDER_ID, ORD_STATUS_REQ_ID)
    return QueryOrder(
        session,
        message.msg_seq_num,
        fields.get(CLORD_ID, ""),
        fields.get(ORDER_ID, ""),
        fields.get(SYMBOL, ""),
        fields[SIDE],
        fields.get(ORD_STATUS_REQ_ID, ""),
    )


DECODERS: dict[str, Decoder] = {
    "D": new_order,
    "G": replace_order,
    "F": cancel_order,
    "H": query_order,
    "q": mass_cancel,
    "AF": query_orders,
    "e": query_market,
    "DH": client_action,
    "CL": query_client,
}


def _ex_destination(text: str) -> str:
    if len(text) > TEXT_LENGTH_MAX:
        raise too_long(EX_DESTINATION)
    return text


def _no_order_qty(fields: Mapping[str, str]) -> int:
    """Give the quantity of an order that names none: 0 where it has an amount of money in its place."""
    if CASH_ORDER_QTY not in fields:
        raise ConditionallyRequiredFieldMissing(ORDER_QTY, "OrderQty (38) or CashOrderQty (152) is required")
    return 0
