"""What must hold for the header of a load balancer (PROXY protocol) and for the redaction of messages.

- The parser of the header raises nothing but ProxyHeaderInvalid. What it takes is right by the specification, read here
  with other code; a header that is right is taken, with the address that was put in.
- A header that `check_start` refuses is refused whole too, and one that is right is not refused early, byte by byte.
- No secret is left by `redact`, wherever it stands and however the message is broken or cut; what is clean stays as it
  is, and what `are_clean` passes has no secret.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from scripts.fuzzing.inputs import BEGIN_STRINGS, BODIES, SECRET, VERSIONS, damage, frame, message, mutate
from scripts.fuzzing.logons import SECRET_TAGS
from scripts.fuzzing.tape import Tape
from tradsys_oms.errors import invariant
from tradsys_oms.fix.door.proxy_protocol import (
    HEAD_BYTES,
    REST_BYTES_MAX,
    SIGNATURE,
    check_start,
    crc32c,
    rest_bytes,
    source_of,
)
from tradsys_oms.fix.errors import ProxyHeaderInvalid
from tradsys_oms.redaction import are_clean, redact, redact_text

INPUTS_MAX: Final = 20
TLV_OF_CRC: Final = 3
NOW_NS: Final = 1_767_225_600_000_000_000
LENGTH_TAGS: Final = {"96": "95", "1402": "1401", "1404": "1403"}
TAGS: Final = ("554", "925", "96", "1402", "1404", "0554", "00925", "554 ", "096", "1402x")
SECRETS: Final = (SECRET, f"{SECRET}\x01", f"a\x01{SECRET}", f"{SECRET}=1", f"a={SECRET}", f"=\x01{SECRET}=\x01", "")


def check_proxy(data: bytes) -> int:
    """Run one tape of headers; gives how many there were."""
    tape = Tape(data)
    count = 0
    while count < INPUTS_MAX and not (tape.is_over and count):
        count += 1
        header, source = _header(tape)
        if tape.chance(60):
            header, source = _broken(tape, header), None
        _check_header(header, source)
    return count


def _header(tape: Tape) -> tuple[bytes, str | None]:
    """Make a right header; gives the address that is in it, None for a connection of the proxy's own."""
    is_local, is_6 = tape.chance(15), tape.chance(40)
    size = 16 if is_6 else 4
    address = tape.bytes(size)
    rest = address + tape.bytes(size) + tape.bytes(4)
    for _ in range(tape.below(3)):
        length = tape.below(40)
        kind = tape.pick((4, 1, 2, 5, 0x20, 0xEE))
        rest += bytes((kind, 0, length)) + tape.bytes(length)
    has_crc = tape.chance(40)
    rest += bytes((TLV_OF_CRC, 0, 4, 0, 0, 0, 0)) if has_crc else b""
    head = SIGNATURE + bytes((0x20 | (not is_local), 0x21 if is_6 else 0x11)) + len(rest).to_bytes(2, "big")
    header = head + rest
    if has_crc:
        header = header[:-4] + crc32c(header).to_bytes(4, "big")
    return header, None if is_local else str(ip_address(address))


def _broken(tape: Tape, header: bytes) -> bytes:
    """Change a header somewhere."""
    kind, at = tape.below(5), tape.below(len(header))
    if kind == 0:
        return header[:at] + bytes((header[at] ^ (1 << tape.below(8)),)) + header[at + 1 :]
    if kind == 1:
        return header[:at]
    if kind == 2:
        return header[:14] + tape.bytes(2) + header[16:]
    if kind == 3:
        return header[:at] + tape.bytes(tape.below(20)) + header[at:]
    return tape.pick((b"PROXY TCP4 ", b"8=FIX.4.4\x01", b"\r\n\r\n\x00", b"")) + tape.bytes(tape.below(40))


def _check_header(stream: bytes, source: str | None) -> None:
    """Read a header as a listener does: the first bytes, the head, and the rest that it announces."""
    got, is_refused = None, False
    try:
        for size in range(1, min(len(stream), HEAD_BYTES) + 1):
            check_start(stream[:size])
        if len(stream) < HEAD_BYTES:
            return
        size = HEAD_BYTES + rest_bytes(stream[:HEAD_BYTES])
        invariant(size <= HEAD_BYTES + REST_BYTES_MAX, "A header is longer than the bound.")
        if len(stream) < size:
            return
        got = source_of(stream[:size])
    except ProxyHeaderInvalid:
        is_refused = True
    invariant(not (is_refused and source), "A header that is right was refused.")
    invariant(source is None or (got is not None and got[0] == source), "A header names another address.")
    if not is_refused:
        _check_taken(stream, got)


def _check_taken(stream: bytes, got: tuple[str, int] | None) -> None:
    """Judge a header that was taken by the specification."""
    invariant(stream.startswith(SIGNATURE) and stream[12] in (0x20, 0x21), "A header was taken that is none.")
    invariant((got is None) == (stream[12] == 0x20), "The proxy's own connection was mistaken for a peer's.")
    if got is not None:
        size = {0x11: 4, 0x21: 16}.get(stream[13], 0)
        ports = stream[16 + 2 * size :]
        address = ip_address(stream[16 : 16 + size]) if size else None
        invariant(got == (str(address), ports[0] << 8 | ports[1]), "A header names another source.")


def check_redaction(data: bytes) -> int:
    """Run one tape of messages with secrets; gives how many there were."""
    tape = Tape(data)
    count = 0
    while count < INPUTS_MAX and not (tape.is_over and count):
        count += 1
        _check_message(tape)
    return count


def _check_message(tape: Tape) -> None:
    version = tape.pick(VERSIONS)
    msg_type, body = tape.pick(BODIES)
    fields = message(version, msg_type, body, 1, NOW_NS)
    mutate(tape, fields)
    fields = [(tag, value.replace(SECRET, "x")) for tag, value in fields]
    clean = frame(BEGIN_STRINGS[version], fields)
    at = min(tape.below(12), len(fields))
    tag, value = tape.pick(TAGS), tape.pick(SECRETS)
    planted = [(tag, value)]
    if tag in LENGTH_TAGS and tape.chance(70):
        length = str(len(value)) if tape.chance(50) else tape.pick(("0", "1", "99999", "x", "-1", "9999999999"))
        planted.insert(0, (LENGTH_TAGS[tag], length))
    whole = frame(BEGIN_STRINGS[version], fields[:at] + planted + fields[at:])
    broken = whole[: tape.below(len(whole) + 1)] if tape.chance(30) else whole
    for raw in (whole, broken):
        _check_redacted(raw)
    has_secret_tag = any(tag in SECRET_TAGS for tag, _ in fields)
    invariant(has_secret_tag or redact(clean) == clean or not are_clean([clean]), "What is clean was changed.")
    invariant(not (value and are_clean([whole]) and SECRET in value), "A message with a secret is called clean.")
    if tape.chance(30):  # a tag may be lost with it, so only that it ends is asked
        redact_text(damage(tape, whole))


def _check_redacted(raw: bytes) -> None:
    invariant(SECRET.encode() not in redact(raw), f"A secret is left in {raw!r}")
