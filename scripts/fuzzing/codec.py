"""What must hold for the codec: framing, parsing by both ways, validation, printing.

- Nothing is raised but MessageTooLarge by the framer and MalformedMessage by the parsers.
- Messages are the same however the stream is split, and every frame is one that is right by FIX's own rules.
- The short way (`Patterns`) and the long way (`parse`) give the same, the validator's verdict included.
- What we encode is framed and parsed back to what went in.
"""

from __future__ import annotations

from collections.abc import Sequence

from scripts.fuzzing.inputs import BEGIN_STRINGS, BODIES, VERSIONS, Fields, damage, frame, message, mutate, pieces
from scripts.fuzzing.tape import Tape
from tradsys_oms.errors import invariant
from tradsys_oms.fix.dictionary import specs_dir
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.errors import MalformedMessage, MessageTooLarge
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import DATA_TAG_OF_LENGTH, SOH, Message, parse
from tradsys_oms.fix.patterns import Patterns
from tradsys_oms.fix.validation import Validator, build_validators

MESSAGE_SIZE_MAX = 16_384
NOW_NS = 1_767_225_600_000_000_000
MESSAGES_MAX = 8
BYTEWISE_MAX = 600
"""Longer streams are not fed byte by byte."""
ALIKE_COUNT = 20
"""More than make a pattern."""
_validators: dict[str, Validator] = {}


def validators() -> dict[str, Validator]:
    """Load the dictionaries once."""
    if not _validators:
        _validators.update(build_validators(specs_dir()))
    return _validators


def check(data: bytes) -> int:
    """Run one tape; gives the number of messages that it fed. Raises InvariantError for what must not happen."""
    tape = Tape(data)
    version = tape.pick(VERSIONS)
    parts, count = _stream(tape, version)
    stream = b"".join(parts)
    frames = _check_framing(tape, stream)
    _check_reading(parts, frames, version)
    _check_reading(pieces(tape, stream), frames, version)
    return count


def _stream(tape: Tape, version: str) -> tuple[list[bytes], int]:
    """Draw messages that follow each other; of some, many alike come first, so that there is a pattern for them."""
    stream: list[bytes] = []
    count = 0
    while count == 0 or (count < MESSAGES_MAX and not tape.is_over):
        count += 1
        msg_type, body = tape.pick(BODIES)
        fields = message(version, msg_type, body, count, NOW_NS)
        is_changed = mutate(tape, fields)
        _check_printing(version, fields)
        raw = frame(BEGIN_STRINGS[version], fields)
        if tape.chance(15):
            stream += [raw] * ALIKE_COUNT
            is_changed = mutate(tape, fields) or is_changed
            raw = frame(BEGIN_STRINGS[version], fields)
        if tape.chance(25):
            raw = damage(tape, raw)
        stream.append(raw)
    return stream, count


def _check_framing(tape: Tape, stream: bytes) -> list[bytes]:
    whole = _feed([stream])
    split = _feed(pieces(tape, stream))
    _same(whole, split)
    if len(stream) <= BYTEWISE_MAX:
        _same(whole, _feed([stream[at : at + 1] for at in range(len(stream))]))
    for raw in split[0]:
        _check_frame(raw)
    return split[0]


def _same(whole: tuple[list[bytes], bool], split: tuple[list[bytes], bool]) -> None:
    """Compare a stream with the same one in pieces; of a stream that is refused, less may be lost in pieces."""
    invariant(whole[1] == split[1], "A stream is refused whole or in pieces, but not both.")
    invariant(whole[1] or whole[0] == split[0], "A stream in pieces gives other messages.")


def _feed(parts: Sequence[bytes]) -> tuple[list[bytes], bool]:
    """Give the messages and whether the stream was refused; those of the refused read are lost with it."""
    framer = Framer(MESSAGE_SIZE_MAX)
    frames: list[bytes] = []
    try:
        for part in parts:
            frames += framer.feed(part)
            invariant(framer.pending_bytes <= MESSAGE_SIZE_MAX + 64, "The framer keeps more than one message.")
    except MessageTooLarge:
        return frames, True
    return frames, False


def _check_frame(raw: bytes) -> None:
    """Judge a frame by the standard's words, with other code than the framer's."""
    begin, length, msg_type = raw.split(b"\x01", 3)[:3]
    start = len(begin) + len(length) + 2
    invariant(begin.startswith(b"8=FIX") and length.startswith(b"9=") and msg_type.startswith(b"35="), "Wrong start.")
    invariant(int(length[2:]) == len(raw) - start - 7, "A frame has a wrong BodyLength.")
    invariant(raw[-7:] == b"10=%03d\x01" % (sum(raw[:-7]) % 256) and raw[-8] == 1, "A frame has a wrong CheckSum.")


def _check_reading(parts: Sequence[bytes], frames: list[bytes], version: str) -> None:
    """Read a stream as a connection does, with patterns that are learned on the way, and compare."""
    patterns = Patterns()
    framer = Framer(MESSAGE_SIZE_MAX, patterns)
    read: list[bytes] = []
    try:
        for part in parts:
            cut = framer.feed(part)
            for raw in cut:
                _check_parsing(patterns, raw, version)
            read += cut
    except MessageTooLarge:
        return
    invariant(read == frames, "A framer with patterns gives other messages.")


def _check_parsing(patterns: Patterns, raw: bytes, version: str) -> None:
    validator = validators()[version]
    short = _attempt(patterns.parse, raw)
    long = _attempt(parse, raw)
    invariant((long is None) == (short is None), "One way takes a message that the other calls malformed.")
    if long is None or short is None:
        return
    verdicts = validator.check(long), validator.check(short)
    invariant(verdicts[0] == verdicts[1], "The verdict depends on the way that a message was parsed.")
    for name in ("raw", "begin_string", "msg_type", "msg_seq_num", "tags", "fields", "poss_dup", "groups"):
        invariant(getattr(long, name) == getattr(short, name), f"Both ways of parsing differ in {name}.")
    invariant(not short.series or "" not in short.values, "A message with an empty value is one of a series.")
    invariant(list(long.values) == list(short.values), "Both ways of parsing differ in the values.")
    # A piece without "=" has "" for its tag: its "=" is all that is not in the fields.
    text = "".join(
        f"{tag}={value}{SOH}" if tag else f"{value}{SOH}" for tag, value in zip(long.tags, long.values, strict=True)
    )
    invariant(text.replace("=", "") == raw.decode("latin-1").replace("=", ""), "A parsed message lost something.")


def _attempt(read: object, raw: bytes) -> Message | None:
    invariant(callable(read), "Not a parser.")
    try:
        message_: Message = read(raw)  # type: ignore[operator]
    except MalformedMessage:
        return None
    return message_


def _check_printing(version: str, fields: Fields) -> None:
    """Print a message by our encoder, and read it."""
    head = "".join(f"{tag}={value}{SOH}" for tag, value in fields[:5])
    body = "".join(f"{tag}={value}{SOH}" for tag, value in fields[5:])
    raw = encode(BEGIN_STRINGS[version], head, body)
    if not head.startswith("35=") or len(raw) > MESSAGE_SIZE_MAX:
        return
    invariant(Framer(MESSAGE_SIZE_MAX).feed(raw) == [raw], "Our own message is not framed as one.")
    has_data = not DATA_TAG_OF_LENGTH.keys().isdisjoint(tag for tag, _ in fields)  # whose length may cover other fields
    if not has_data and all(tag and SOH not in value and "=" not in value for tag, value in fields):
        read = parse(raw)
        wanted = [(tag, value) for tag, value in fields]
        got = list(zip(read.tags, read.values, strict=True))[2:-1]
        invariant(got == wanted, "Our own message is read as another one.")
