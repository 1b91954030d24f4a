"""PROXY protocol, version 2: the line that a load balancer puts before a connection, to say whose it is.

Source: "The PROXY protocol, Versions 1 & 2" (haproxy.org, proxy-protocol.txt), section 2.2. The header is 16 bytes and
as many more as they announce; it is read exactly, so that all behind it belongs to the peer. Version 1, a line of text,
is refused: its end would have to be searched for byte by byte, and every load balancer of today speaks version 2.

TLVs behind the addresses are stepped over, but a CRC-32C among them has to be right.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from struct import unpack_from
from typing import Final

from tradsys_oms.fix.errors import ProxyHeaderInvalid

SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
SIGNATURE_OF_1: Final = b"PROXY "
HEAD_BYTES: Final = 16
REST_BYTES_MAX: Final = 4096
"""Of addresses and TLVs; the specification wants 216 at least."""
VERSION: Final = 2
LOCAL, PROXY = 0, 1
ADDRESS_BYTES: Final = {0x11: 4, 0x21: 16}
"""Size of an address by family and transport: TCP over IPv4, TCP over IPv6."""
PORTS_BYTES: Final = 4
TLV_HEAD_BYTES: Final = 3
CRC32C: Final = 3
CRC32C_BYTES: Final = 4
CASTAGNOLI: Final = 0x82F63B78

Source = tuple[str, int]
"""Address and port."""


def check_start(data: bytes) -> None:
    """Raise ProxyHeaderInvalid as soon as the first bytes can't be those of a header."""
    if SIGNATURE_OF_1.startswith(data[: len(SIGNATURE_OF_1)]) and data:
        raise ProxyHeaderInvalid("The proxy sends PROXY protocol version 1; set it to version 2 (send-proxy-v2).")
    if not SIGNATURE.startswith(data[: len(SIGNATURE)]):
        raise ProxyHeaderInvalid("The connection does not begin with a PROXY protocol header; make the proxy send it.")


def rest_bytes(head: bytes) -> int:
    """Give how many bytes follow the first 16 ones; raises ProxyHeaderInvalid."""
    check_start(head)
    if head[12] >> 4 != VERSION:
        raise ProxyHeaderInvalid(f"The PROXY protocol header has version {head[12] >> 4}; 2 is known.")
    size = int.from_bytes(head[14:16], "big")
    if size > REST_BYTES_MAX:
        raise ProxyHeaderInvalid(f"The PROXY protocol header announces {size} bytes; {REST_BYTES_MAX} is the most.")
    return size


def source_of(header: bytes) -> Source | None:
    """Give whose connection a whole header says it is; None for the proxy's own (LOCAL). Raises ProxyHeaderInvalid."""
    command = header[12] & 0x0F
    if command == LOCAL:
        return None
    if command != PROXY:
        raise ProxyHeaderInvalid(f"The PROXY protocol header has command {command}; LOCAL (0) and PROXY (1) are known.")
    size = ADDRESS_BYTES.get(header[13])
    if size is None:
        raise ProxyHeaderInvalid(f"The PROXY protocol header is not about TCP over IPv4 or IPv6 ({header[13]:#04x}).")
    end = HEAD_BYTES + 2 * size + PORTS_BYTES
    if len(header) < end:
        raise ProxyHeaderInvalid("The PROXY protocol header is too short for its addresses.")
    for at, kind, value in _tlvs(header, end):
        if kind == CRC32C:
            _check_crc(header, at, value)
    source = ip_address(header[HEAD_BYTES : HEAD_BYTES + size])
    (port,) = unpack_from(">H", header, HEAD_BYTES + 2 * size)
    return str(source), port


def _tlvs(header: bytes, position: int) -> Iterator[tuple[int, int, bytes]]:
    """Give where the value of each TLV is, its type, and its value."""
    while position < len(header):
        start = position + TLV_HEAD_BYTES
        if start > len(header):
            raise ProxyHeaderInvalid("A TLV of the PROXY protocol header is cut off.")
        kind, size = unpack_from(">BH", header, position)
        position = start + size
        if position > len(header):
            raise ProxyHeaderInvalid("A TLV of the PROXY protocol header is longer than the header.")
        yield start, kind, header[start:position]


def _check_crc(header: bytes, at: int, value: bytes) -> None:
    """Hold the checksum of the header, itself counted as zeros, against what it says."""
    if len(value) != CRC32C_BYTES:
        raise ProxyHeaderInvalid("The CRC-32C of the PROXY protocol header has not 4 bytes.")
    covered = header[:at] + bytes(CRC32C_BYTES) + header[at + CRC32C_BYTES :]
    if crc32c(covered) != int.from_bytes(value, "big"):
        raise ProxyHeaderInvalid("The CRC-32C of the PROXY protocol header is wrong.")


def crc32c(data: bytes) -> int:
    """Give the CRC-32C (RFC 4960, appendix B); bit by bit, for the few bytes of a header."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (CASTAGNOLI if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
