"""Rejects: the texts of Reject (35=3) and BusinessMessageReject (35=j) about a message of the peer.

Sources: FIX 4.4 Volume 2, "Reject"; Volume 3, "Business Message Reject". A message that was routed on behalf of
somebody (115, 116, 144) or for somebody (128, 129, 145) is answered with these fields the other way round.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.fix.actions import Note, Send
from tradsys_oms.fix.faults import LAST_REASON_OF_42, NO_REASON, TEXTS, VALUE_INCLUDES_DELIMITER, Fault
from tradsys_oms.fix.message import SOH, Message
from tradsys_oms.fix.msg_types import ADMIN_MSG_TYPES, BUSINESS_MESSAGE_REJECT, REJECT, REJECT_MSG_TYPES

COMP_ID_PROBLEM: Final = 9
SENDING_TIME_ACCURACY_PROBLEM: Final = 10
OTHER: Final = 99
BUSINESS_OTHER: Final = 0
"""BusinessRejectReason (380)."""
LAST_REASON: Final = {"FIX.4.2": LAST_REASON_OF_42}
"""Largest SessionRejectReason (373) of a version; later ones have all that we use, and 99 for others."""

ROUTING_REVERSED: Final = (
    ("128", "115"),
    ("129", "116"),
    ("145", "144"),
    ("115", "128"),
    ("116", "129"),
    ("144", "145"),
)
"""Header tags of the answer, and where their values come from."""
ROUTING_TAGS: Final = frozenset(source for _, source in ROUTING_REVERSED)
TEXT_MAX: Final = 500
REF_TAG_DIGITS_MAX: Final = 9


def refuse(message: Message, fault: Fault) -> Send | Note:
    """Tell the peer of a fault; that of a reject is only noted."""
    if message.msg_type in REJECT_MSG_TYPES:
        where = f" ({fault.ref_tag})" if fault.ref_tag.isdecimal() else ""
        return Note(f"the peer's reject {message.msg_seq_num} (35={message.msg_type}) is wrong: {fault.text}{where}")
    return make_reject(message, fault)


def make_reject(message: Message, fault: Fault) -> Send:
    """Make the Reject, or the BusinessMessageReject, that tells the peer of a fault."""
    if fault.business:
        return make_business_reject(message, fault.business_reason, fault.text)
    # What is no number can't be a RefTagID; it may be a piece of a password with a delimiter in it.
    digits = fault.ref_tag.removeprefix("-")
    ref_tag = f"371={fault.ref_tag}\x01" if digits.isdecimal() and len(digits) <= REF_TAG_DIGITS_MAX else ""
    reason = f"373={fault.reason}\x01" if fault.reason != NO_REASON else ""
    ref_type = f"372={message.msg_type}\x01" if message.msg_type else ""
    body = f"45={message.msg_seq_num}\x01{ref_tag}{ref_type}{reason}58={printable(fault.text)}\x01"
    return Send(REJECT, reversed_routing(message) + body)


def make_business_reject(message: Message, reason: int, text: str) -> Send:
    """Make a BusinessMessageReject with BusinessRejectReason (380) and, for an order, its ClOrdID (379)."""
    clord_id = message.fields.get("11", "")
    ref_id = f"379={clord_id}\x01" if clord_id else ""
    body = f"45={message.msg_seq_num}\x01372={message.msg_type}\x01{ref_id}380={reason}\x0158={printable(text)}\x01"
    return Send(BUSINESS_MESSAGE_REJECT, reversed_routing(message) + body)


def make_apology(message: Message, appl_version: str) -> Send | Note:
    """Tell the peer of a message that we failed to handle by a fault of ours."""
    text = "The message could not be processed"
    if message.msg_type in ADMIN_MSG_TYPES:
        return refuse(message, make_fault(appl_version, OTHER, text=text))
    return refuse(message, Fault(NO_REASON, "", text, True, BUSINESS_OTHER))


def make_fault(appl_version: str, reason: int, ref_tag: str = "", text: str = "") -> Fault:
    """Make a fault with a SessionRejectReason (373) if the version has that number."""
    known = reason <= LAST_REASON.get(appl_version, VALUE_INCLUDES_DELIMITER) or (
        reason == OTHER and appl_version not in LAST_REASON
    )
    return Fault(reason if known else NO_REASON, ref_tag, text or TEXTS[reason])


def reversed_routing(message: Message) -> str:
    """Give the routing fields of an answer; empty ones are left out."""
    if ROUTING_TAGS.isdisjoint(message.tags):
        return ""
    fields = message.fields
    return "".join(f"{tag}={fields[source]}\x01" for tag, source in ROUTING_REVERSED if fields.get(source))


def printable(text: str) -> str:
    """Make a text fit for Text (58)."""
    return text.replace(SOH, " ")[:TEXT_MAX] or "-"
