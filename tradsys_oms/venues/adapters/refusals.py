"""What a venue refuses: OrderCancelReject (35=9), Reject (35=3), BusinessMessageReject (35=j).

A reject names the order by BusinessRejectRefID (379), or only the number of our message, whose ClOrdID the link knows.
The ClOrdID of a status request is that of the order itself: a refused question says nothing about the order, and must
not end it. So what is about anything but an order, a cancel or a replace is kept for an operator.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import VenueRefusal
from tradsys_oms.venues.adapters.incoming import Incoming, Unreadable
from tradsys_oms.venues.adapters.places import Places
from tradsys_oms.venues.adapters.reports import read_ord_status

ORDER_REQUESTS: Final = frozenset("DFG")
OTHER: Final = 99
"""Of CxlRejReason (102), SessionRejectReason (373), and for one that can't be read."""


def read_cancel_reject(venue: str, message: Incoming, places: Places) -> VenueRefusal:
    """Read an OrderCancelReject; raise Unreadable, also for one that is about no request of ours."""
    clord_id = places.place_of(message.required(11))
    if not clord_id:
        raise Unreadable("The OrderCancelReject (35=9) names no request of ours in ClOrdID (11).")
    ord_status = read_ord_status(message) if message.text(39) else ""
    reason = message.code(102, OTHER)
    return VenueRefusal(
        venue, 0, clord_id, places.place_of(message.text(41)), "cancel", ord_status, reason, message.words()
    )


def read_reject(venue: str, message: Incoming, places: Places, ref_clord_id: str, ref_msg_type: str) -> VenueRefusal:
    """Read a Reject or BusinessMessageReject; raise Unreadable for one that is about no order, cancel or replace."""
    asked = ref_msg_type or message.text(372)
    if asked not in ORDER_REQUESTS:
        what = f"MsgType (35) {asked}" if asked else "a message that nobody names"
        raise Unreadable(f"The venue refuses {what}: {message.words() or 'it does not say why'}.")
    clord_id = places.place_of(message.text(379)) or places.place_of(ref_clord_id)
    if not clord_id:
        raise Unreadable("The venue refuses a request and does not say which.")
    reason = message.code(373 if message.msg_type == "3" else 380, OTHER)
    return VenueRefusal(venue, 0, clord_id, "", "reject", "", reason, message.words())
