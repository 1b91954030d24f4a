"""What we have at a venue: PositionReport (35=AP).

A position has several quantities, by PosType (703). What we have now is the total transaction quantity, else the
transaction quantity, else the only one that is there; a position with others alone can't be read.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import VenueBalance
from tradsys_oms.venues.adapters.incoming import Incoming, Unreadable
from tradsys_oms.venues.adapters.names import Names

NOW: Final = ("TOT", "TQ")
"""PosTypes (703) that say what is there now, the better one first."""


def read_position(venue: str, message: Incoming, names: Names) -> VenueBalance:
    """Read a PositionReport; raise Unreadable."""
    totals = {
        entry.text(703): entry.qty(704) - entry.qty(705) for entry in message.entries(702, 703)
    }  # long less short
    if len(totals) == 1:
        total = next(iter(totals.values()))
    else:
        named = [totals[pos_type] for pos_type in NOW if pos_type in totals]
        if not named:
            raise Unreadable(f"NoPositions (702) has no PosType (703) of {', '.join(NOW)}.")
        total = named[0]
    return VenueBalance(venue, 0, names.our_symbol(message.required(55)), total, total)
