"""Messages: the fields of one frame, as text.

Nearly every message is a strict alternation of tags and values, so its fields come out of one `replace` and one
`split`, in C. The alternation is checked first: all bytes but "=" and SOH are deleted and what is left has to be
"=<SOH>=<SOH>...". A value with "=" in it, or a data field, whose value may hold anything and has a length field before
it, takes the careful path, field by field.

Text is latin-1, in which every byte is a character: what a peer sends comes back byte for byte.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct

from tradsys_oms.fix.errors import MalformedMessage

if TYPE_CHECKING:
    from tradsys_oms.fix.formats import Check

SOH: Final = "\x01"
KEPT_TAGS_MAX: Final = 131_072
"""So many tags are remembered, in sequences of whatever length: it bounds what peers can fill the memory with."""
SHAPE_TAGS_MAX: Final = 256
TAG_LENGTH_MAX: Final = 8
"""Sequences of more tags, or with a longer one, are not remembered."""
SEQ_NUM_DIGITS_MAX: Final = 18

# Length tag -> tag of the data field that has to follow it; all of FIX.4.2, FIX.4.4, FIXT.1.1, FIX.5.0 and FIX.5.0SP2.
_DATA_PAIRS: Final = (
    "90:91 93:89 95:96 212:213 348:349 350:351 352:353 354:355 356:357 358:359 360:361 362:363 364:365 445:446 618:619 "
    "621:622 1184:1185 1277:1278 1280:1281 1282:1283 1397:1398 1401:1402 1403:1404 1468:1469 1525:1527 1578:1579 "
    "1620:1621 1664:1665 1678:1697 1733:1734 1871:1872 1874:1875 2072:2073 2074:2075 2111:2112 2179:2180 2287:2288 "
    "2351:2352 2372:2371 2481:2482 2494:2493 2522:2521 2637:2638 2651:2652 2665:2666 2715:2716 2718:2719 2721:2722 "
    "2797:2798 2802:2801 2809:2808 2815:2814 40004:40005 40008:40009 40978:40979 40980:40981 40982:40983 40984:40985 "
    "40986:40987 40988:40989 41083:41084 41101:41102 41107:41108 41256:41257 41320:41321 41324:41325 41458:41459 "
    "41476:41477 41482:41483 41653:41654 41710:41711 41806:41807 41811:41812 41873:41874 41969:41970 42025:42026 "
    "42171:42172 42451:42452 42652:42653 42947:42948 43109:42684 43110:42486 43111:42982"
)
DATA_TAG_OF_LENGTH: Final = dict(pair.split(":") for pair in _DATA_PAIRS.split())
SECRET_DATA_TAGS: Final = frozenset(("96", "1402", "1404"))
"""RawData, EncryptedPassword, EncryptedNewPassword."""
SECRET_TAGS: Final = SECRET_DATA_TAGS | {"554", "925"}
"""Password and NewPassword too."""
_OTHER_BYTES: Final = bytes(byte for byte in range(256) if byte not in b"=\x01")


class _Shapes(dict[tuple[str, ...], tuple[str, ...]]):
    tag_count = 0


_shapes = _Shapes()
"""Tag sequences that were seen, each standing for itself: later look-ups by the same object are quick."""


ValueChecks: TypeAlias = "tuple[tuple[int, Container[str], Check], ...]"
"""What to look at in a message: index of a value, values that are known to be right, and what judges others."""


class Series:
    """Messages of one peer that are alike: BeginString, MsgType, CompIDs (49, 56) and the tags, each there once.

    No value in them is empty, and MsgSeqNum is a number. Whoever has judged one of them needs to look only at values
    that vary in the next ones.
    """

    __slots__ = ("checks", "judge")

    def __init__(self) -> None:
        self.judge: object = None
        """Stands for the one who found right what they have in common, and for the rules that were in force."""
        self.checks: ValueChecks = ()
        """What is left to look at."""


class Message(Struct, gc=False):
    """One message. `tags` and `values` run in parallel, in the order of the wire.

    It is part of no cycle, so the garbage collector needs not know of it.
    """

    raw: bytes
    begin_string: str
    msg_type: str
    msg_seq_num: int
    """-1 where MsgSeqNum (34) is missing or no number."""
    tags: tuple[str, ...]
    values: Sequence[str]
    fields: dict[str, str]
    """The first value of each tag."""
    poss_dup: bool
    groups: dict[str, list[dict[str, str]]] = {}
    """Entries by the tag that counts them; nested groups too. Filled by the validator."""
    series: Series | None = None
    """What it was read as one of."""

    def __repr__(self) -> str:
        """Show the fields, but no secret: where a data field that may hold one has not its length, nothing behind."""
        shown: list[str] = []
        length = ""
        for tag, value in zip(self.tags, self.values, strict=True):
            is_secret = not tag or tag.lstrip("0") in SECRET_TAGS
            shown.append(f"{tag}=***" if is_secret else f"{tag}={value}")
            if tag.lstrip("0") in SECRET_DATA_TAGS and length != str(len(value)):
                break
            length = value
        return f"Message({'|'.join(shown)})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Show the same where a traceback shows variables."""
        return [("fields", repr(self))]


def parse(frame: bytes) -> Message:
    """Take the fields out of a frame; raises MalformedMessage where they are not tag=value."""
    skeleton = frame.translate(None, _OTHER_BYTES)
    if skeleton != b"=\x01" * (len(skeleton) >> 1):
        tags, values = _split_carefully(frame)
    else:
        parts = frame.decode("latin-1").replace("=", SOH).split(SOH)
        seen = tuple(parts[:-1:2])
        known = _shapes.get(seen)
        if known is not None or (known := _learn(seen)) is not None:
            tags, values = known, parts[1::2]
        else:
            tags, values = _split_carefully(frame)
    return make(frame, tags, values)


def make(frame: bytes, tags: tuple[str, ...], values: Sequence[str]) -> Message:
    """Make the message of a frame whose fields are known."""
    fields = dict(zip(tags, values))  # noqa: B905 - both come from one split; the keyword costs a tenth of the parse
    if len(fields) != len(tags):
        fields = dict(zip(reversed(tags), reversed(values), strict=True))
    number = fields.get("34", "")
    seq_num = int(number) if number.isdecimal() and len(number) <= SEQ_NUM_DIGITS_MAX else -1
    return Message(frame, values[0], values[2], seq_num, tags, values, fields, fields.get("43") == "Y")


def _learn(tags: tuple[str, ...]) -> tuple[str, ...] | None:
    """Remember a sequence of tags; None for one that has to be read carefully, again each time."""
    if not DATA_TAG_OF_LENGTH.keys().isdisjoint(tags):
        return None
    _check_tags(tags)
    if not can_be_kept(tags):
        return tags
    if _shapes.tag_count >= KEPT_TAGS_MAX:
        _shapes.clear()
        _shapes.tag_count = 0
    _shapes.tag_count += len(tags)
    _shapes[tags] = tags
    return tags


def can_be_kept(tags: tuple[str, ...]) -> bool:
    """Tell if a sequence of tags is short enough to be remembered."""
    return len(tags) <= SHAPE_TAGS_MAX and max(map(len, tags)) <= TAG_LENGTH_MAX


def _check_tags(tags: tuple[str, ...]) -> None:
    if tags[:3] != ("8", "9", "35"):
        raise MalformedMessage(f"A message starts with the tags {', '.join(tags[:3])} instead of 8, 9, 35.")


def _split_carefully(frame: bytes) -> tuple[tuple[str, ...], list[str]]:
    """Split field by field, with "=" allowed in values and anything in data fields.

    A piece without "=" gets "" for its tag: the value before it had an SOH in it.
    """
    text = frame.decode("latin-1")
    tags: list[str] = []
    values: list[str] = []
    position, size = 0, len(text)
    data_tag, data_length = "", ""
    while position < size:
        end = text.find(SOH, position)
        if end < 0:
            raise MalformedMessage("The last field of a message has no end.")
        equals = text.find("=", position, end)
        tag = text[position : max(equals, position)]
        if tag and tag == data_tag and data_length.isdecimal() and len(data_length) <= SEQ_NUM_DIGITS_MAX:
            announced = equals + 1 + int(data_length)
            if text.startswith(SOH, announced):
                end = announced
        value = text[max(equals + 1, position) : end]
        tags.append(tag)
        values.append(value)
        data_tag, data_length = DATA_TAG_OF_LENGTH.get(tag, ""), value
        position = end + 1
    _check_tags(tuple(tags))
    return tuple(tags), values
