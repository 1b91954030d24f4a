"""The Logon of a peer whose session is known: what makes us refuse it, and our answer.

A Logon that is not well formed, or whose clock is wrong, is refused without a word: nothing shows that it comes from
the peer. One that is well formed but can't be agreed to is answered with a Logout that says why (test case 1S.d).
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.fix import appl_versions
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.settings import SessionSettings

RESET_SEQ_NUM_FLAG: Final = "141"


def wants_reset(message: Message) -> bool:
    """Tell if a Logon asks to start both sequence numbers again (ResetSeqNumFlag 141=Y)."""
    return message.fields.get(RESET_SEQ_NUM_FLAG) == "Y"


def objection(settings: SessionSettings, message: Message) -> str:
    """Say why a well-formed Logon can't be agreed to, "" if it can."""
    fields = message.fields
    if fields.get("98", "0") != "0":
        return "EncryptMethod (98) must be 0"
    heart_bt_int_s = int(fields["108"])
    if not settings.heart_bt_int_min_s <= heart_bt_int_s <= settings.heart_bt_int_max_s:
        return f"HeartBtInt (108) must be from {settings.heart_bt_int_min_s} to {settings.heart_bt_int_max_s}"
    if versions := appl_versions.objection(settings, message):
        return versions
    if fields.get("464") == ("N" if settings.is_test else "Y"):
        kind = "test" if settings.is_test else "production"
        return f"TestMessageIndicator (464) must not be {fields['464']}: this is a {kind} session"
    if wants_reset(message) and message.msg_seq_num != 1:
        return "ResetSeqNumFlag (141) needs MsgSeqNum (34) 1"
    return ""


def objection_in_session(message: Message) -> str:
    """Say why a Logon can't be agreed to from a peer that is logged on, where no password is judged; "" if it can."""
    return "NewPassword (925) is only taken by the first Logon of a connection" if "925" in message.fields else ""


def next_expected(settings: SessionSettings, message: Message) -> int:
    """Give NextExpectedMsgSeqNum (789) of a well-formed Logon where the session uses it, 0 otherwise."""
    return int(message.fields.get("789", "0")) if settings.uses_next_expected else 0


def make_answer(settings: SessionSettings, message: Message, next_in: int = 0) -> str:
    """Make the body of our Logon, with NextExpectedMsgSeqNum (789) `next_in` unless that is 0."""
    reset = "141=Y\x01" if wants_reset(message) else ""
    expected = f"789={next_in}\x01" if next_in else ""
    test = "464=Y\x01" if settings.is_test and settings.appl_version != "FIX.4.2" else ""
    versions = appl_versions.answer(settings, message)
    return f"98=0\x01108={int(message.fields['108'])}\x01{reset}{expected}{test}{versions}"
