"""Making of messages: text in, bytes with BodyLength (9) and CheckSum (10) out.

CheckSum is the sum of all bytes before it modulo 256 (FIX 4.4 Volume 2, "Checksum Calculation"). `zlib.adler32` keeps
`1 + sum of bytes` modulo 65521 in its low half and is written in C, so as long as the sum stays below 65520 it is the
fastest byte sum that the standard library has: that holds for 256 bytes of any value, and for 515 bytes of ASCII.
"""

from __future__ import annotations

from typing import Final
from zlib import adler32

ANY_BYTES_MAX: Final = 256
"""So many bytes of 255 sum up to 65280: adler32 doesn't wrap."""
ASCII_BYTES_MAX: Final = 515
"""So many bytes of 127 sum up to 65405: adler32 doesn't wrap."""

TRAILER_OF_ADLER: Final = tuple(b"10=%03d\x01" % ((low - 1) % 256) for low in range(256))
"""The whole trailer by the lowest byte of adler32, which is one more than the sum."""

ADLER_OF_TRAILER: Final = {trailer: (low + sum(trailer)) & 0xFF for low, trailer in enumerate(TRAILER_OF_ADLER)}
"""The lowest byte of adler32 over a whole message, by the trailer that it ends with if its CheckSum is right."""


def checksum(data: bytes) -> int:
    """Give the sum of all bytes modulo 256."""
    if len(data) <= ANY_BYTES_MAX or (len(data) <= ASCII_BYTES_MAX and data.isascii()):
        return (adler32(data) - 1) & 0xFF
    pieces = range(0, len(data), ANY_BYTES_MAX)
    return sum((adler32(data[start : start + ANY_BYTES_MAX]) & 0xFFFF) - 1 for start in pieces) & 0xFF


def encode(begin_string: str, head: str, body: str) -> bytes:
    """Frame `head` and `body`, both runs of "tag=value<SOH>" without the tags 8, 9 and 10.

    Characters outside of latin-1 become "?", which keeps the length that was announced.
    """
    data = f"8={begin_string}\x019={len(head) + len(body)}\x01{head}{body}".encode("latin-1", "replace")
    if len(data) <= ANY_BYTES_MAX or (len(data) <= ASCII_BYTES_MAX and data.isascii()):
        return data + TRAILER_OF_ADLER[adler32(data) & 0xFF]
    return data + b"10=%03d\x01" % checksum(data)
