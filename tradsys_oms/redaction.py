"""Redaction: passwords never reach a log, whatever message they come in and however broken it is.

Secret are the values of Password (554), NewPassword (925), RawData (96), in which older versions carry a password,
EncryptedPassword (1402) and EncryptedNewPassword (1404). The value goes and "***" takes its place; the tag, the
length field before it, BodyLength (9) and CheckSum (10) stay as they were received, so they don't fit any more.

Where a value ends is decided on the safe side. A data field ends where its length field says, if a field follows
there; if the length is missing or wrong, all to the end of the message is secret. A password ends before the next
SOH that a field follows. What doesn't even begin like a message may be the second half of a secret, and is withheld.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

REDACTED: Final = b"***"
LENGTH_TAGS: Final = {b"96": b"95", b"1402": b"1401", b"1404": b"1403"}
"""Secret data fields, and the field that has to stand right before each, with the length of its value."""

_SUSPECT: Final = re.compile(rb"\x01(?:[^1-9\x01]|554[^0-9]|925[^0-9]|96[^0-9]|140[24][^0-9])")
"""The beginning of a secret field, or of one whose tag is no plain number."""
_SECRET: Final = re.compile(rb"(?:(?<![0-9])0*|=[^=\x01]*)(554|925|96|1402|1404)[^0-9=\x01]*=")
"""A secret tag, also with zeros before it, with something else before its "=", or behind a separator that was lost."""
_END_OF_TEXT: Final = re.compile(rb"\x01(?=[0-9]+=|\Z)")
_LENGTH: Final = re.compile(rb"(?:^|\x01)0*(95|1401|1403)=([0-9]{1,9})\x01\Z")
_LENGTH_FIELD_BYTES_MAX: Final = 32
SOH: Final = "\x01"
ESCAPED_SOH: Final = "\\x01"
_LOOK: Final = re.compile(r"554|925|96|140[24]")
_SECRET_OF_LINE: Final = re.compile(r"((?<![0-9])0*(?:554|925|96|1402|1404) *=).*?(?=\|[0-9]+=|$)", re.MULTILINE)


def are_clean(messages: Iterable[bytes]) -> bool:
    """Tell, quickly and for many messages at once, that there is no secret; False means that `redact` has to look.

    Each must be a message with right BodyLength and CheckSum; others go to `redact` at once.
    """
    return _SUSPECT.search(b"\x01" + b"\x01".join(messages)) is None


def redact(message: bytes) -> bytes:
    """Take the secrets out of one message, which may be malformed, garbled or cut off anywhere."""
    if not message.startswith(b"8="):
        return b"(%d bytes that are no message)" % len(message)
    return redact_text(message)


def redact_log(text: str) -> str:
    """Take the secrets out of a text for a log, which may have messages in it: as they are, with | or as `repr` shows.

    In a line with a separator of fields, and in all behind it, every rule for messages holds. Before that, like in the
    lines of a traceback, only a tag right before a "=" is the beginning of a secret, which ends with its line.
    """
    if _LOOK.search(text) is None:
        return text
    is_escaped = ESCAPED_SOH in text
    text = text.replace(ESCAPED_SOH, SOH) if is_escaped else text
    start = text.find(SOH)
    start = len(text) if start < 0 else text.rfind("\n", 0, start) + 1
    clean = redact_text(text[start:].encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
    clean = _SECRET_OF_LINE.sub(rf"\1{REDACTED.decode()}", text[:start]) + clean
    return clean.replace(SOH, ESCAPED_SOH) if is_escaped else clean


def redact_text(text: bytes) -> bytes:
    """Take the secrets out of a text that may have pieces of a message in it."""
    kept: list[bytes] = []
    position = 0
    while (found := _SECRET.search(text, position)) is not None:
        kept += text[position : found.end()], REDACTED
        position = _end_of_secret(text, found)
    kept.append(text[position:])
    return b"".join(kept)


def _end_of_secret(text: bytes, found: re.Match[bytes]) -> int:
    tag, value_at = found.group(1), found.end()
    if tag not in LENGTH_TAGS:
        end = _END_OF_TEXT.search(text, value_at)
        return len(text) if end is None else end.start()
    length = _LENGTH.search(text, max(found.start() - _LENGTH_FIELD_BYTES_MAX, 0), found.start())
    if length is None or length.group(1) != LENGTH_TAGS[tag]:
        return len(text)
    announced = value_at + int(length.group(2))
    return announced if _END_OF_TEXT.match(text, announced) else len(text)
