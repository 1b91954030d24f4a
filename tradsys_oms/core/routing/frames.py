"""Frames: what a link sends counts once, however often it sends it."""

from __future__ import annotations

from tradsys_oms.core.routing.routing import Routing


def is_taken(routing: Routing, venue: str, frame: int) -> bool:
    """Tell that a frame of a venue was taken before, or that the venue is unknown; else take it. 0 is no frame."""
    known = routing.venues.get(venue)
    if known is None or 0 < frame <= known.frame:
        return True
    if frame:
        known.frame = frame
    return False
