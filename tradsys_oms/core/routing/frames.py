"""Frames: each message of a link counts once, however often the link sends it."""

from __future__ import annotations

from tradsys_oms.core.routing.venues import Venue


def taken(venue: Venue, frame: int) -> bool:
    """Tell that a frame of a venue's link counts, and note it; frame 0 stands for none and always counts.

    A command whose frame does not count was applied before: it changes nothing and has no events.
    """
    if not frame:
        return True
    if frame <= venue.frame:
        return False
    venue.frame = frame
    return True
