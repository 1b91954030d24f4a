"""ClOrdIDs at venues: the place of a request in the journal, in a form that the venue takes, and back.

Where a venue takes any text, it is the place itself behind a prefix. Some venues want a UUID: there the numbers of the
place are put into the 120 bits that a UUID of version 4 leaves free, behind a mark by which we know our own.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final, Protocol

from tradsys_oms.venues.adapters.errors import NotSendable

_PLACE: Final = re.compile(r"(0|[1-9][0-9]{0,18})-(0|[1-9][0-9]{0,8})")
_UUID: Final = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{12})")
_MARK_DIGITS: Final = 6
_SEQ_DIGITS: Final = 16
_INDEX_DIGITS: Final = 8


class Places(Protocol):
    """A way to write places as ClOrdIDs."""

    def clord_id(self, place: str) -> str:
        """Give the ClOrdID of a place."""

    def place_of(self, clord_id: str) -> str:
        """Give the place of a ClOrdID, "" for one that is not ours."""


class PlainPlaces:
    """The place as it is, behind a prefix; in all at most `length_max` characters."""

    def __init__(self, prefix: str, length_max: int) -> None:
        self._prefix = prefix
        self._length_max = length_max

    def clord_id(self, place: str) -> str:
        """Give the ClOrdID of a place; raise NotSendable where it is longer than the venue takes."""
        clord_id = self._prefix + place
        if len(clord_id) > self._length_max:
            raise NotSendable(f"The ClOrdID {clord_id} is longer than {self._length_max}: shorten the prefix.")
        return clord_id

    def place_of(self, clord_id: str) -> str:
        """Give the place of a ClOrdID, "" for one that is not ours."""
        if not clord_id.startswith(self._prefix):
            return ""
        place = clord_id[len(self._prefix) :]
        return place if _PLACE.fullmatch(place) else ""


class UuidPlaces:
    """UUIDs of version 4, variant 1, in small letters: 6 digits of mark, 16 of sequence, 8 of index."""

    def __init__(self, prefix: str) -> None:
        self._mark = hashlib.sha256(f"tradsys {prefix}".encode()).hexdigest()[:_MARK_DIGITS]

    def clord_id(self, place: str) -> str:
        """Give the ClOrdID of a place."""
        seq, _, index = place.partition("-")
        digits = f"{self._mark}{int(seq):0{_SEQ_DIGITS}x}{int(index):0{_INDEX_DIGITS}x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-8{digits[15:18]}-{digits[18:]}"

    def place_of(self, clord_id: str) -> str:
        """Give the place of a ClOrdID, "" for one that is not ours."""
        match = _UUID.fullmatch(clord_id)
        digits = "".join(match.groups()) if match else ""
        if not digits.startswith(self._mark) or not digits:
            return ""
        seq = int(digits[_MARK_DIGITS:-_INDEX_DIGITS], 16)
        place = f"{seq}-{int(digits[-_INDEX_DIGITS:], 16)}"
        return place if _PLACE.fullmatch(place) else ""
