"""The Logout to somebody who could not show who it is: one text for all, and no trace.

It carries the number that the session sends next, but does not take it: it is neither stored nor counted. Were it, a
stranger who knows the CompIDs could move the numbers of a broker, who would have to ask for messages that it never got.
The broker, if it is the broker, sees a Logout with the number that it expects and sees the same number again with the
next Logon.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.timestamps import utc_timestamp

TEXT: Final = "Authentication failed"
POLICY_TEXT: Final = "New session password does not comply with policy"
PASSWORD_CHANGED, AGAINST_POLICY, INVALID = "1", "3", "5"
"""SessionStatus (1409); 5 is "invalid username or password", and stands for every failure."""
BEGIN_STRING_WITH_STATUS: Final = "FIXT.1.1"


def session_status(session: Session, status: str) -> str:
    """Write SessionStatus (1409) where the version has it, in Logon and Logout."""
    return f"1409={status}\x01" if session.begin_string == BEGIN_STRING_WITH_STATUS else ""


def make_refusal(session: Session, now_ns: int) -> bytes:
    """Make the Logout for every failed authentication; the session stays as it is."""
    head = f"35=5\x01{session.comp_ids}{session.next_out}\x0152={utc_timestamp(now_ns)}\x01"
    return encode(session.begin_string, head, f"{session_status(session, INVALID)}58={TEXT}\x01")
