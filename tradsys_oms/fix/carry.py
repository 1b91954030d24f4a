"""A new epoch of a session's numbers, and what is carried over into it.

A reset begins the numbers again; what was written to a socket before has lost its meaning with them. A report that was
made while nobody was connected, or could not be written any more, has not: it gets a number of the new epoch (test case
16). One that may have been written all the same, because the last moments before a crash are not known, goes out with
PossResend (97) Y.

First the new store is made (`restart_output`), then what has to come first in it is sent, such as the Logon with
ResetSeqNumFlag, which must have number 1; then the rest is carried over and the new store takes the old one's place
(`carry_over`). Until then a kill leaves the old one, and all is done again at the next start.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tradsys_oms.errors import invariant
from tradsys_oms.fix.msg_types import BUSINESS_MESSAGE_REJECT, REJECT
from tradsys_oms.fix.resend import content
from tradsys_oms.fix.store import OutboundStore

if TYPE_CHECKING:
    from tradsys_oms.fix.session import Session

POSS_RESEND: Final = "97=Y\x01"
FLUSH_MESSAGES: Final = 1000
BEGINNING: Final = re.compile("^(1128=[^\x01]*\x01)?(?:97=Y\x01)?")
"""ApplVerID, where a session has several versions: that of a message stays what it was. And PossResend, if any."""
REF_SEQ_NUM: Final = re.compile("(?:^|(?<=\x01))45=[^\x01]*\x01")
"""RefSeqNum of a BusinessMessageReject, where it may be left out: it is a number of the past."""


def restart_output(session: Session, epoch: int, first: int) -> None:
    """Number what `session` sends from `first` on, in a new store; `carry_over` has to follow."""
    invariant(session.backlog is None, f"A reset of session {session.session} began before the last one was done.")
    session.backlog, session.store = session.store, session.store.begin(epoch, first)
    session.next_out, session.coming_out = first, 0
    session.numbers.restart(epoch)


def carry_over(session: Session, backlog: OutboundStore, now_ns: int) -> int:
    """Send again what of `backlog` was not written to a socket, as far as it is the application's; give the count.

    It goes to the store only, from where the connection, if there is one, has to fetch it.
    """
    was_writable, session.is_writable = session.is_writable, False
    count = 0
    begin, end = backlog.unsent, backlog.next_seq_num - 1
    for message in backlog.read(begin, end) if begin <= end else ():
        if message.is_transient:
            continue
        msg_type, body = content(message.raw)
        if msg_type == REJECT:  # it speaks of nothing but a number of the past
            continue
        if msg_type == BUSINESS_MESSAGE_REJECT:
            body = REF_SEQ_NUM.sub("", body, 1)
        if message.seq_num < backlog.offered:
            body = BEGINNING.sub(rf"\g<1>{POSS_RESEND}", body, 1)
        session.send(msg_type, body, now_ns, message.origin)
        count += 1
        if count % FLUSH_MESSAGES == 0:
            session.store.flush()
    session.store.replace(backlog, is_synced=count > 0)
    session.is_writable = was_writable
    return count
