"""Entries: the payload of an ENTRY record is the MessagePack of (command, (event, ...)).

The types' tags and their order of fields are the format; see `tradsys_oms.core.commands` and `events`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from tradsys_oms.core.commands import Command
from tradsys_oms.core.events import Event


class Entry(Struct, frozen=True, gc=False):
    """One durable step of the core: what was asked, and what it did."""

    seq: int
    time_ns: int
    command: Command
    events: tuple[Event, ...]


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(tuple[Command, tuple[Event, ...]]).decode


def encode_entry(command: Command, events: Sequence[Event]) -> bytes:
    """Build the payload of an ENTRY record; `events` is a list or a tuple."""
    return _encode((command, events))


def decode_entry(payload: bytes | memoryview) -> tuple[Command, tuple[Event, ...]]:
    """Read the payload of an ENTRY record; raise `msgspec.MsgspecError` where it isn't one."""
    return _decode(payload)
