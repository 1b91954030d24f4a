"""Frames for the tests of links."""

from __future__ import annotations

import msgspec

from tradsys_oms.core.commands import VenueQuote
from tradsys_oms.venues.spool import LinkCommand


def quote(number: int) -> VenueQuote:
    """Give a command that can be told from the others."""
    return VenueQuote("NYX", 0, "ACME", number, 1, 0, 0)


def frames_of(data: bytes) -> list[tuple[int, LinkCommand]]:
    """Read what goes over the socket."""
    found, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        word, number, command = msgspec.msgpack.decode(
            data[at + 4 : at + 4 + length], type=tuple[str, int, LinkCommand]
        )
        assert word == "frame"
        assert command.frame == number
        found.append((number, command))
        at += 4 + length
    return found
