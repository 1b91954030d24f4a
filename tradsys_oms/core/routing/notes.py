"""Notes: what a venue has done counts, because it has happened, and is not what was to be expected of it.

An order that is to be canceled whether its owner wants it or not, by the kill switch above all, and that the venue
keeps: nobody waits for that answer but those on duty. And a fill at a price worse than the limit that the venue was
given: the trade is done there, so positions and money go by it, and somebody has to complain.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.events import VenueNoted
from tradsys_oms.core.fields import Side
from tradsys_oms.core.routing.away import Pending
from tradsys_oms.core.routing.children import REPLACE, Child
from tradsys_oms.core.work import Work

CANCEL_REFUSED: Final = "cancel_refused"
WORSE_PRICE: Final = "worse_price"
KINDS: Final = (CANCEL_REFUSED, WORSE_PRICE)


def note(work: Work, child: Child, kind: str, text: str) -> None:
    """Keep what a venue has done, and give the event of it; beyond `NOTES_MAX` the oldest is forgotten."""
    event = VenueNoted(child.venue, kind, child.clord_id, child.away.order.order_id, text)
    work.state.routing.notes.append((work.seq, event))
    work.events.append(event)


def note_refused_cancel(work: Work, child: Child, waiting: list[Pending], text: str) -> None:
    """Note that a venue keeps an order which is to be canceled though no message asked for it; others are answered."""
    reason = next((pending.text for pending in waiting if not pending.clord_id), None)
    if reason is None or child.ended_as:
        return
    child.refused_cancel = text or "no reason given"
    order_id = child.away.order.order_id
    note(work, child, CANCEL_REFUSED, f"{child.venue} keeps order {order_id}: {child.refused_cancel} ({reason})")


def note_worse_price(work: Work, child: Child, px: int, before: int = 0) -> None:
    """Note a fill at a price, in ticks, that is worse than any limit that the venue had for the order, and for a
    correction than what the price was before; 0 for none.
    """
    sent = (*child.requests.values(), *child.lost.values())
    limits = [child.price, *(request.price for request in sent if request.kind == REPLACE)]
    if before:
        limits.append(before)
    is_buy = child.away.order.side == Side.BUY
    limit = max(limits) if is_buy else min(limits)
    if 0 in limits or not (px > limit if is_buy else px < limit):
        return
    note(work, child, WORSE_PRICE, f"A fill at {px} ticks is worse than the limit of {limit}: it counts all the same")
