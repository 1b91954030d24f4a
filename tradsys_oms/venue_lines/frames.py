"""What goes over the venue socket: frames of 4 bytes length (big endian) and MessagePack, as docs/routing.md has them.

A link may only say what the table of types here has: its hello, how it is, and numbered commands of those few kinds
that a venue can cause. Everything else is a `LinkFault`, which ends its connection. A number that is too large for the
core is the venue's fault and not the link's: the command is put into quarantine in its own place, because a link that
is cut for it would send it again for ever.
"""

from __future__ import annotations

from struct import Struct as Layout
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct

from tradsys_oms.core.commands import (
    DropCopy,
    QuarantineReport,
    VenueBalance,
    VenueLink,
    VenueQuote,
    VenueRefusal,
    VenueReport,
)
from tradsys_oms.errors import TradsysError

FRAME_BYTES_MAX: Final = 262_144
LENGTH: Final = Layout(">I")
NUMBER_MAX: Final = 2**62
"""Of prices, quantities, codes and times, above or below 0: beyond it sums would not fit into the journal."""
QUARANTINED_CHARACTERS_MAX: Final = 2_000

LinkCommand: TypeAlias = (
    VenueLink | VenueReport | VenueRefusal | VenueQuote | DropCopy | VenueBalance | QuarantineReport
)
"""All that a link may journal."""


class LinkFault(TradsysError):
    """A link has sent what the protocol does not have; its connection is ended."""


class Hello(Struct, frozen=True, array_like=True, tag="hello"):
    """The first frame of a link."""

    venue: str
    pid: int
    version: str


class Numbered(Struct, frozen=True, array_like=True, tag="frame"):
    """A command of a link; frames of a venue are numbered from 1 for ever."""

    number: int
    command: LinkCommand


class Status(Struct, frozen=True, array_like=True, tag="status"):
    """How the link is, in plain values, about once a second."""

    facts: dict[str, Any]


FromLink: TypeAlias = Hello | Numbered | Status

_decode: Final = msgspec.msgpack.Decoder(FromLink).decode
_encode: Final = msgspec.msgpack.Encoder().encode


def decode_frame(payload: bytes | bytearray | memoryview) -> FromLink:
    """Read the payload of a frame; raises `LinkFault`."""
    try:
        frame: FromLink = _decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LinkFault(f"a frame of the link can't be read: {error}") from error
    return frame


def encode_frame(*fields: object) -> bytes:
    """Build a frame with its length."""
    payload = _encode(fields)
    return LENGTH.pack(len(payload)) + payload


def believable(command: LinkCommand) -> LinkCommand:
    """Give the command, or one that puts it into quarantine where a number of it is beyond what the core counts."""
    for name in NUMBERS.get(type(command), ()):
        value = getattr(command, name)
        if value is not None and not -NUMBER_MAX <= value <= NUMBER_MAX:
            words = repr(command)[:QUARANTINED_CHARACTERS_MAX]
            return QuarantineReport(command.venue, command.frame, f"{name} is beyond all bounds: {value}", words)
    return command


NUMBERS: Final[dict[type, tuple[str, ...]]] = {
    kind: tuple(
        name
        for name in kind.__struct_fields__
        if name.endswith(("_e8", "_ns")) or name in ("reason", "restatement_reason")
    )
    for kind in (VenueReport, VenueRefusal, VenueQuote, DropCopy, VenueBalance)
}
