"""Requests that came to nothing: refused by a venue, or lost on the way as far as anybody can tell."""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.fields import CxlRejReason, OrdStatus
from tradsys_oms.core.routing.away import Away
from tradsys_oms.core.routing.children import CANCEL, NEW, REPLACE, Child, Request
from tradsys_oms.core.routing.placing import conclude, release
from tradsys_oms.core.work import Work

WAITING: Final = {
    OrdStatus.PENDING_NEW: (NEW,),
    OrdStatus.PENDING_CANCEL: (NEW, CANCEL),
    OrdStatus.PENDING_REPLACE: (NEW, REPLACE),
}
"""Requests that a venue has where it says that they wait. The order itself may not be accepted yet (B.1.d)."""


def lost_requests(work: Work, child: Child, asked: tuple[str, ...], ord_status: str = "") -> None:
    """Cancels and replaces that were in doubt when the venue was asked, and it shows no sign of, did not arrive.

    So it is with one that the venue once said was waiting, by an answer that may have come late, and says no more.
    """
    away, waiting = child.away, WAITING.get(ord_status, ())
    for key in asked:
        request = child.requests.get(key)
        if request is None or request.kind in waiting or not (request.is_in_doubt or request.is_waiting):
            continue
        del child.requests[key]
        if request.kind == REPLACE:
            child.lost[key] = request
        refuse(away, request, CxlRejReason.OTHER, f"The request did not reach {child.venue}", is_unsent=True)
    release(work, child)
    conclude(work, away)


def refuse(away: Away, request: Request, reason: int, text: str, *, is_unsent: bool = False) -> None:
    """Note that a request came to nothing at one venue; `conclude` says so when no other venue has it still.

    A cancel that nobody asked for by message, and that never left, stays: it goes out again when the line is back.
    """
    for pending in away.waiting_for(request):
        pending.reason, pending.refusal = reason, text
        pending.is_unsent = is_unsent and not pending.clord_id
