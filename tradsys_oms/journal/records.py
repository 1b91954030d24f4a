"""The bytes of the journal: records, batches, segments.

A record is a header (payload length u32, sequence u64, time i64 in nanoseconds, kind u8; little endian), the payload,
and the CRC32 (u32) of both. ENTRY records have the gapless sequences 1, 2, 3, ...; the other kinds carry the sequence
of the last entry before them. A batch is any number of records and one SEAL, whose digest is the SHA-256 of the digest
before it and of all bytes of the batch before the seal: nothing that was sealed can be changed, cut out or reordered
without breaking the chain. A segment is a file of whole batches; its first batch is a SEGMENT record alone.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final, NamedTuple

FORMAT_VERSION: Final = 1

HEADER: Final = struct.Struct("<IQqB")
CRC: Final = struct.Struct("<I")
HEADER_BYTES: Final = HEADER.size
CRC_BYTES: Final = CRC.size
OVERHEAD_BYTES: Final = HEADER_BYTES + CRC_BYTES
PAYLOAD_BYTES_MAX: Final = 16 * 1024 * 1024

ENTRY: Final = 1
SEAL: Final = 2
SEGMENT: Final = 3

SEAL_MAGIC: Final = b"\xf5TSEAL\xff\n"
"""Holds two bytes that never occur in UTF-8, so no text of a message can forge a seal."""
DIGEST_BYTES: Final = 32
SEAL_PAYLOAD_BYTES: Final = len(SEAL_MAGIC) + DIGEST_BYTES
SEAL_BYTES: Final = OVERHEAD_BYTES + SEAL_PAYLOAD_BYTES
FIRST_DIGEST: Final = bytes(DIGEST_BYTES)
"""What the chain starts from."""

_SEGMENT_PAYLOAD: Final = struct.Struct("<8sH16s32s")
_SEGMENT_MAGIC: Final = b"\xf5TSJRNL\n"
SEGMENT_BYTES: Final = OVERHEAD_BYTES + _SEGMENT_PAYLOAD.size


class SegmentHead(NamedTuple):
    """Payload of a SEGMENT record."""

    version: int
    journal_id: bytes
    digest: bytes
    """The chain at the end of the segment before, `FIRST_DIGEST` for the first."""


def pack_record(kind: int, seq: int, time_ns: int, payload: bytes) -> bytes:
    """Build the bytes of one record."""
    body = HEADER.pack(len(payload), seq, time_ns, kind) + payload
    return body + CRC.pack(zlib.crc32(body))


def pack_seal(seq: int, time_ns: int, digest: bytes) -> bytes:
    """Build the record that ends a batch."""
    return pack_record(SEAL, seq, time_ns, SEAL_MAGIC + digest)


def pack_segment(seq: int, time_ns: int, journal_id: bytes, digest: bytes) -> bytes:
    """Build the first record of a segment."""
    payload = _SEGMENT_PAYLOAD.pack(_SEGMENT_MAGIC, FORMAT_VERSION, journal_id, digest)
    return pack_record(SEGMENT, seq, time_ns, payload)


def seal_digest(data: bytes, start: int) -> bytes | None:
    """Give the digest of the SEAL record at `start`, None if there is no such record or its CRC is wrong."""
    end = start + SEAL_BYTES
    if start < 0 or end > len(data):
        return None
    length, _, _, kind = HEADER.unpack_from(data, start)
    payload = start + HEADER_BYTES
    if kind != SEAL or length != SEAL_PAYLOAD_BYTES or not data.startswith(SEAL_MAGIC, payload):
        return None
    if zlib.crc32(data[start : end - CRC_BYTES]) != CRC.unpack_from(data, end - CRC_BYTES)[0]:
        return None
    return data[payload + len(SEAL_MAGIC) : end - CRC_BYTES]


def segment_head(data: bytes, start: int = 0) -> SegmentHead | None:
    """Give the payload of the SEGMENT record at `start`, None if there is no such record or its CRC is wrong."""
    end = start + SEGMENT_BYTES
    if end > len(data):
        return None
    length, _, _, kind = HEADER.unpack_from(data, start)
    if kind != SEGMENT or length != _SEGMENT_PAYLOAD.size:
        return None
    if zlib.crc32(data[start : end - CRC_BYTES]) != CRC.unpack_from(data, end - CRC_BYTES)[0]:
        return None
    magic, version, journal_id, digest = _SEGMENT_PAYLOAD.unpack_from(data, start + HEADER_BYTES)
    return SegmentHead(version, journal_id, digest) if magic == _SEGMENT_MAGIC else None
