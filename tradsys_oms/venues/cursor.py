"""The cursor: which requests of the journal were given to QuickFIX, so that none is given twice.

A file of fixed size, mapped into memory: what is written there is the kernel's at once and survives `kill -9`. Before
a request is given to QuickFIX its place goes into the slot `intent`, afterwards into the slot `given`. A death in
between leaves one request of which only QuickFIX's own store can tell (`store_scan.last_sent`). A slot that is torn
tells just as much: a torn intent was never acted on, and a torn `given` follows an intent that was.

The file also says in which boot of the machine it was written. After a loss of power neither this file nor QuickFIX's
store can be believed to the end, and what stands behind them may have been sent.
"""

from __future__ import annotations

import mmap
import os
import time
import zlib
from pathlib import Path
from struct import Struct as Layout
from typing import Final

from tradsys_oms.venues.errors import LinkStateDamaged
from tradsys_oms.venues.places import NOWHERE, Place

MAGIC: Final = b"TRADSYS CURSOR 1"
BOOT_AT: Final = 16
BOOT_BYTES: Final = 36
INTENT_AT: Final = 64
GIVEN_AT: Final = 96
FILE_BYTES: Final = 128
_PLACE: Final = Layout(">QI")
_SLOT: Final = Layout(">QII")
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class Cursor:
    """The cursor of one link. Raises `LinkStateDamaged` for a file that can't be read or is none."""

    def __init__(self, path: Path) -> None:
        self.is_new = not path.exists() or path.stat().st_size == 0
        """There was no file: nothing was ever given, or it was lost."""
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if self.is_new:
                    os.truncate(fd, FILE_BYTES)
                self._map = mmap.mmap(fd, FILE_BYTES)
            finally:
                os.close(fd)
        except (OSError, ValueError) as error:
            raise LinkStateDamaged(f"The cursor {path} can't be read ({error}): move it away.") from error
        if self.is_new:
            self._map[: len(MAGIC)] = MAGIC
            self.move(NOWHERE)
            self._map[BOOT_AT : BOOT_AT + BOOT_BYTES] = boot_id()
        intent, given = self._read(INTENT_AT), self._read(GIVEN_AT)
        if self._map[: len(MAGIC)] != MAGIC or (intent is None and given is None):
            raise LinkStateDamaged(f"{path} is no cursor: move it away, and start the link again.")
        self.is_of_this_boot = bytes(self._map[BOOT_AT : BOOT_AT + BOOT_BYTES]) == boot_id()
        self.given = given if given is not None else intent or NOWHERE
        """The last request that was given to QuickFIX, or found unsendable, for certain."""
        self.intent = intent if intent is not None else self.given
        """The same, or the one behind it that perhaps was given."""

    def begin(self, place: Place) -> None:
        """Go to a place, in this boot of the machine."""
        self._map[BOOT_AT : BOOT_AT + BOOT_BYTES] = boot_id()
        self.move(place)

    def intend(self, place: Place) -> None:
        """Note that a request is about to be given to QuickFIX."""
        self.intent = place
        self._write(INTENT_AT, place)

    def done(self) -> None:
        """Note that it was."""
        self.given = self.intent
        self._write(GIVEN_AT, self.given)

    def move(self, place: Place) -> None:
        """Note that all is done up to a place."""
        self.intend(place)
        self.done()

    def close(self) -> None:
        """Write to the disk and let go."""
        self._map.flush()
        self._map.close()

    def _write(self, at: int, place: Place) -> None:
        data = _PLACE.pack(*place)
        self._map[at : at + 16] = data + zlib.crc32(data).to_bytes(4, "big")

    def _read(self, at: int) -> Place | None:
        data = self._map[at : at + 16]
        seq, index, crc = _SLOT.unpack(data)
        return (seq, index) if zlib.crc32(data[:12]) == crc else None


def boot_id() -> bytes:
    """Name this boot of the machine, in 36 bytes."""
    return _BOOT_ID.read_bytes()[:BOOT_BYTES].ljust(BOOT_BYTES)


def boot_time_ns() -> int:
    """Give the wall clock's time when the machine was booted."""
    return time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)
