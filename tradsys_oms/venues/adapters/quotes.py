"""Best prices of a venue: MarketDataRequest (35=V) out, MarketDataSnapshotFullRefresh (35=W) in.

Only whole snapshots of the best bid and offer are asked for (MarketDepth 1, MDUpdateType 0), one request for each
symbol, so that one that the venue doesn't know spoils no other. Increments (35=X) would need a memory that an adapter
doesn't have; who sends them all the same is not listened to.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import VenueQuote
from tradsys_oms.venues.adapters.adapter import Group, Outgoing
from tradsys_oms.venues.adapters.incoming import Incoming
from tradsys_oms.venues.adapters.names import Names

BID: Final = "0"
OFFER: Final = "1"


def subscription(symbol: str) -> Outgoing:
    """Ask for snapshots of the best bid and offer of one symbol of the venue, now and at each change."""
    return Outgoing(
        "V",
        ((262, symbol), (263, "1"), (264, "1"), (265, "0")),
        (Group(267, (((269, BID),), ((269, OFFER),))), Group(146, (((55, symbol),),))),
    )


def read_quote(venue: str, message: Incoming, names: Names) -> VenueQuote:
    """Read a snapshot; raise Unreadable. The best of each side counts, in whatever order they come."""
    symbol = names.our_symbol(message.required(55))
    bids: list[tuple[int, int]] = []
    offers: list[tuple[int, int]] = []
    for entry in message.entries(268, 269):
        side = {BID: bids, OFFER: offers}.get(entry.values[269])
        if side is not None:
            entry.required(270)
            side.append((entry.decimal(270) or 0, entry.qty(271)))
    bid_px, bid_qty = max(bids, default=(0, 0))
    offer_px, offer_qty = min(offers, default=(0, 0))
    return VenueQuote(venue, 0, symbol, bid_px, bid_qty, offer_px, offer_qty)
