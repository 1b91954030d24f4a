"""Messages of scripts: what a line leaves out is filled in, and what a user wants otherwise is changed.

<TIME>, <TIME+n> and <TIME-n> stand for now and n seconds beside it. A text that starts with BeginString (8) gets a
BodyLength (9) and a CheckSum (10) where it has none; those that are written stay, right or wrong: that is how a script
sends a wrong one. Any other text is sent as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

SOH: Final = b"\x01"
CHECKSUM_BYTES: Final = 7
_TIME: Final = re.compile(rb"<TIME([+-]\d+)?>")
_COMP_ID: Final = re.compile(rb"(?<=\x01)(49|56)=([^\x01]*)")
_LOGON: Final = b"\x0135=A\x01"
_CHECKSUM: Final = re.compile(rb"\x0110=[^\x01]*\x01\Z")


def fill_in(text: bytes, now: datetime) -> bytes:
    """Put times, BodyLength and CheckSum into the text of a line."""

    def stamp(macro: re.Match[bytes]) -> bytes:
        moment = now + timedelta(seconds=int(macro[1] or 0))
        return moment.strftime("%Y%m%d-%H:%M:%S").encode()

    text = _TIME.sub(stamp, text)
    return with_trailer(with_length(text)) if text.startswith(b"8=") and SOH in text else text


def with_length(text: bytes) -> bytes:
    """Put BodyLength behind BeginString, unless the text has one anywhere."""
    if b"\x019=" in text:
        return text
    end = _body_end(text)
    begin_string, body = text[: text.index(SOH) + 1], text[text.index(SOH) + 1 : end]
    return b"%b9=%d\x01%b%b" % (begin_string, len(body), body, text[end:])


def with_trailer(text: bytes) -> bytes:
    """Append the CheckSum, unless it is there."""
    return text if _CHECKSUM.search(text) else text + b"10=" + checksum(text) + SOH


def checksum(covered: bytes) -> bytes:
    """Give the CheckSum (10) of what comes before it."""
    return b"%03d" % (sum(covered) % 256)


def rename_comp_ids(text: bytes, names: Mapping[bytes, bytes]) -> bytes:
    """Replace SenderCompID (49) and TargetCompID (56); what is not in `names` stays."""
    return _COMP_ID.sub(lambda field: b"%b=%b" % (field[1], names.get(field[2], field[2])), text)


def extend_logon(text: bytes, fields: bytes) -> bytes:
    """Put further fields, each with its SOH, at the end of the body if the message is a Logon."""
    if not fields or _LOGON not in text:
        return text
    end = _body_end(text)
    return text[:end] + fields + text[end:]


def split_fields(message: bytes) -> list[tuple[str, str]]:
    """Give tag and value of each field in the order of the wire."""
    pairs = (field.partition("=") for field in message.decode("latin-1").rstrip("\x01").split("\x01"))
    return [(tag, value) for tag, _, value in pairs]


def readable(message: bytes) -> str:
    """Write a message on one line, with | for SOH."""
    return message.decode("latin-1").replace("\x01", "|")


def _body_end(text: bytes) -> int:
    """Give where the CheckSum that is written starts, or the end of the text."""
    trailer = _CHECKSUM.search(text)
    return trailer.start() + 1 if trailer else len(text)
