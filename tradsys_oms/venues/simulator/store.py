"""What the venue keeps: sent messages for resends, sequence numbers, and orders; in memory, or in a file as well.

The file is a run of MessagePack arrays, each behind its length (4 bytes, big endian). It is only appended to, once for
each batch of messages and before anything of the batch is sent, so a simulator that was killed goes on where it was:
the last entry of each thing counts, and a torn one at the end is cut off.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from tradsys_oms.venues.simulator.errors import SimulatorCannotStart
from tradsys_oms.venues.simulator.orders import Order, OrderBook

KEPT_MESSAGES_MAX: Final = 200_000
"""So many of the last messages of a session can be sent again; older ones are filled as a gap."""
LENGTH_BYTES: Final = 4
IDS_RESERVED: Final = 1_000
"""So many ids are noted as given at a time: a restart goes on behind them, and gives none a second time."""


class Kept(Struct, frozen=True, array_like=True, gc=False):
    """A message as it can be sent again."""

    msg_type: str
    sending_time: str
    body: str


class Numbers(Struct):
    """What one session has sent and received."""

    next_in: int = 1
    next_out: int = 1
    kept: dict[int, Kept] = {}
    """MsgSeqNum -> application message."""

    def keep(self, number: int, message: Kept) -> None:
        """Keep a message for resends; the oldest one goes when there are too many."""
        self.kept[number] = message
        if len(self.kept) > KEPT_MESSAGES_MAX:
            del self.kept[next(iter(self.kept))]

    def reset(self) -> None:
        """Begin again at 1."""
        self.next_in = self.next_out = 1
        self.kept.clear()


class Store:
    """Keeps what has to survive; without a path, nothing survives."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = -1
        self._pending = bytearray()
        self._encoder = msgspec.msgpack.Encoder()
        self.last_id = 0
        """The highest number that an OrderID or ExecID was made of."""
        self._reserved_id = 0

    @property
    def is_kept(self) -> bool:
        """There is a file."""
        return self._file >= 0

    def open(self, sessions: dict[str, Numbers], book: OrderBook) -> None:
        """Read the file into sessions and book, and open it for more; raises SimulatorCannotStart."""
        if self._path is None:
            return
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_APPEND, 0o600)
            with open(self._file, "rb", closefd=False) as file:
                size = self._read(file.read(), sessions, book)
            os.ftruncate(self._file, size)
        except OSError as error:
            raise SimulatorCannotStart(f"The store {self._path} can't be opened: {error.strerror}.") from error

    def new_id(self) -> int:
        """Give a number that was never given before."""
        self.last_id += 1
        if self.last_id > self._reserved_id:
            self._reserved_id = self.last_id + IDS_RESERVED
            self.note("ids", self._reserved_id)
        return self.last_id

    def _read(self, data: bytes, sessions: dict[str, Numbers], book: OrderBook) -> int:
        """Take in all whole entries; gives where they end."""
        position = 0
        while position + LENGTH_BYTES <= len(data):
            end = position + LENGTH_BYTES + int.from_bytes(data[position : position + LENGTH_BYTES])
            if end > len(data):
                break
            try:
                self._take(msgspec.msgpack.decode(data[position + LENGTH_BYTES : end]), sessions, book)
            except (msgspec.MsgspecError, ValueError, TypeError, KeyError) as error:
                text = f"The store {self._path} has a wrong entry at byte {position}: {error}; remove the file."
                raise SimulatorCannotStart(text) from error
            position = end
        return position

    def _take(self, entry: list[Any], sessions: dict[str, Numbers], book: OrderBook) -> None:
        match entry:
            case ["order", fields]:
                book.restore(msgspec.convert(fields, Order))
            case ["ids", reserved_id]:
                self.last_id = self._reserved_id = reserved_id
            case ["lost", session, clord_id]:
                order = book.find(session, clord_id)
                if order is not None:
                    book.forget(order)
            case ["sent", session, number, message] if session in sessions:
                sessions[session].keep(number, msgspec.convert(message, Kept))
                sessions[session].next_out = number + 1
            case ["numbers", session, next_in, next_out] if session in sessions:
                sessions[session].next_in, sessions[session].next_out = next_in, next_out
            case ["reset", session] if session in sessions:
                sessions[session].reset()

    def note(self, *entry: object) -> None:
        """Note an entry of the batch: `numbers`, `reset`, `sent`, `order`, `ids` or `lost`, with what belongs to it."""
        if self._file >= 0:
            data = self._encoder.encode(entry)
            self._pending += len(data).to_bytes(LENGTH_BYTES) + data

    def note_order(self, order: Order) -> None:
        """Note the state of an order."""
        if self._file >= 0:
            self.note("order", order)

    def write(self) -> None:
        """Write the entries of the batch."""
        if self._pending:
            os.write(self._file, self._pending)
            self._pending.clear()

    def close(self) -> None:
        """Write what is left and close the file."""
        self.write()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
