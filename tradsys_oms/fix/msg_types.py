"""MsgType (35) of the session layer's own messages, and of requests that it tells apart; FIX 4.4 Volumes 2 and 4."""

from __future__ import annotations

from typing import Final

HEARTBEAT: Final = "0"
TEST_REQUEST: Final = "1"
RESEND_REQUEST: Final = "2"
REJECT: Final = "3"
SEQUENCE_RESET: Final = "4"
LOGOUT: Final = "5"
LOGON: Final = "A"
BUSINESS_MESSAGE_REJECT: Final = "j"
NEW_ORDER_SINGLE: Final = "D"
ORDER_CANCEL_REQUEST: Final = "F"
ORDER_MASS_CANCEL_REQUEST: Final = "q"
ORDER_CANCEL_REPLACE_REQUEST: Final = "G"
PARTY_ACTION_REQUEST: Final = "DH"

ADMIN_MSG_TYPES: Final = frozenset((HEARTBEAT, TEST_REQUEST, RESEND_REQUEST, REJECT, SEQUENCE_RESET, LOGOUT, LOGON))
REJECT_MSG_TYPES: Final = frozenset((REJECT, BUSINESS_MESSAGE_REJECT))
"""A reject is noted, and never answered by another one: two engines that disagree would go on for ever."""
SESSION_MSG_TYPES: Final = ADMIN_MSG_TYPES | REJECT_MSG_TYPES
"""What a session takes itself; all other messages are the application's."""
TRANSIENT_MSG_TYPES: Final = ADMIN_MSG_TYPES - {REJECT}
"""What is not sent again: a gap fill takes its place. A Reject is (FIX 4.4 Volume 2, "Resend Request")."""
