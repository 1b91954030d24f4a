"""PROXY protocol headers, whole and wrong."""

from __future__ import annotations

import socket
import struct

import pytest

from tradsys_oms.fix.door import proxy_protocol
from tradsys_oms.fix.door.proxy_protocol import HEAD_BYTES, Source, check_start, crc32c, rest_bytes, source_of
from tradsys_oms.fix.errors import ProxyHeaderInvalid

SIGNATURE = b"\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a"  # as the specification prints it
IPV4 = socket.inet_aton("192.0.2.7") + socket.inet_aton("198.51.100.1") + struct.pack(">HH", 51234, 9880)
IPV6 = (
    socket.inet_pton(socket.AF_INET6, "2001:db8::7")
    + socket.inet_pton(socket.AF_INET6, "2001:db8::1")
    + struct.pack(">HH", 51234, 9880)
)


def header(rest: bytes, command: int = 0x21, family: int = 0x11) -> bytes:
    return SIGNATURE + bytes((command, family)) + struct.pack(">H", len(rest)) + rest


def tlv(kind: int, value: bytes) -> bytes:
    return struct.pack(">BH", kind, len(value)) + value


def with_crc(rest: bytes, behind: bytes = b"") -> bytes:
    zeros = header(rest + tlv(3, bytes(4)) + behind)
    return header(rest + tlv(3, struct.pack(">I", crc32c(zeros))) + behind)


def read(data: bytes) -> Source | None:
    assert rest_bytes(data[:HEAD_BYTES]) == len(data) - HEAD_BYTES
    return source_of(data)


@pytest.mark.parametrize(
    ("data", "source"),
    [
        (header(IPV4), ("192.0.2.7", 51234)),
        (header(IPV6, family=0x21), ("2001:db8::7", 51234)),
        (header(IPV4 + tlv(2, b"fix.example") + tlv(4, bytes(100))), ("192.0.2.7", 51234)),
        (header(IPV4 + tlv(0xEE, b"")), ("192.0.2.7", 51234)),
        (with_crc(IPV4), ("192.0.2.7", 51234)),
        (with_crc(IPV4 + tlv(2, b"x"), tlv(5, b"id")), ("192.0.2.7", 51234)),
        (header(b"", command=0x20, family=0), None),
        (header(IPV4, command=0x20), None),
    ],
)
def test_a_header_says_whose_the_connection_is(data: bytes, source: Source | None) -> None:
    assert read(data) == source


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (header(IPV4[:-1]), "too short for its addresses"),
        (header(IPV4, family=0x21), "too short for its addresses"),
        (header(b"", family=0x00), "not about TCP over IPv4 or IPv6"),
        (header(IPV4, family=0x12), "not about TCP over IPv4 or IPv6"),
        (header(bytes(216), family=0x31), "not about TCP over IPv4 or IPv6"),
        (header(IPV4, command=0x22), "has command 2"),
        (header(IPV4, command=0x11), "has version 1"),
        (header(IPV4, command=0x31), "has version 3"),
        (header(IPV4 + b"\x04\x00"), "A TLV of the PROXY protocol header is cut off"),
        (header(IPV4 + b"\x04\x00\x09x"), "longer than the header"),
        (header(IPV4 + tlv(3, b"1234")), "CRC-32C of the PROXY protocol header is wrong"),
        (header(IPV4 + tlv(3, b"123")), "has not 4 bytes"),
        (header(bytes(4097)), "announces 4097 bytes; 4096 is the most"),
    ],
)
def test_a_wrong_header_is_one_clear_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ProxyHeaderInvalid, match=sentence):
        read(data)


def test_version_1_is_refused_by_its_first_byte() -> None:
    for size in range(1, 20):
        with pytest.raises(ProxyHeaderInvalid, match="version 1; set it to version 2"):
            check_start(b"PROXY TCP4 192.0.2.7 198.51.100.1 51234 9880\r\n"[:size])


def test_what_is_no_header_is_refused_by_its_first_wrong_byte() -> None:
    check_start(b"")
    for size in range(1, len(SIGNATURE) + 1):
        check_start(SIGNATURE[:size])
        wrong = SIGNATURE[: size - 1] + b"?"
        with pytest.raises(ProxyHeaderInvalid, match="does not begin with a PROXY protocol header"):
            check_start(wrong)
    with pytest.raises(ProxyHeaderInvalid, match="does not begin"):
        check_start(b"8=FIX.4.4\x01")


def test_the_checksum_is_that_of_the_standard() -> None:
    assert crc32c(b"123456789") == 0xE3069283  # the check value of CRC-32/ISCSI
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4
    assert proxy_protocol.SIGNATURE == SIGNATURE
