"""Where a link goes on after its last life: what was given to QuickFIX, what never was, and what nobody can tell.

What never was is reported as `unsent`. What nobody can tell is passed over in silence: the core holds it in doubt, and
asks the venue when the line is up.
"""

from __future__ import annotations

from msgspec import Struct

from tradsys_oms.venues.cursor import Cursor
from tradsys_oms.venues.places import NOWHERE, Place

LAST_INDEX = (1 << 32) - 1


class Resumption(Struct, frozen=True):
    """Where to go on."""

    after: Place
    """Requests behind it were not given to QuickFIX."""
    doubtful_before_ns: int = 0
    """Those of an earlier time than this may have been all the same."""
    why: str = ""
    """A sentence for the log, where something is doubtful."""


def resume(
    cursor: Cursor, found: Place, since_seq: int, last_frame: int, durable_seq: int, booted_ns: int
) -> Resumption:
    """Decide.

    `found` is the last request in QuickFIX's store, `since_seq` the journal's sequence before which there is nothing
    for this venue, `last_frame` what the core had of the venue, `durable_seq` the end of the journal, and `booted_ns`
    when the machine was booted.
    """
    if cursor.is_new:
        if last_frame or found > NOWHERE:
            why = "the cursor is gone; all requests up to now are left in doubt"
            return Resumption(max(found, (durable_seq, LAST_INDEX)), why=why)
        return Resumption((max(since_seq - 1, 0), LAST_INDEX))
    place = max(cursor.given, found)
    if not cursor.is_of_this_boot:
        why = "the machine was booted since; requests from before that are left in doubt"
        return Resumption(max(place, cursor.intent), booted_ns, why)
    if cursor.intent > place and found < cursor.given:
        # The store was begun anew since the last request that it can tell of.
        return Resumption(cursor.intent, why="the last request may have been sent or not; it is left in doubt")
    return Resumption(place)
