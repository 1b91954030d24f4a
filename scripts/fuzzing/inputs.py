"""Inputs: valid messages of all versions, and what a broken or hostile peer makes of them.

A message is a list of fields until it is framed, so that most of what is wrong with it is wrong in structure and not
found by its CheckSum already. `mutate` works on fields, `damage` on the bytes of the framed message.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from scripts.fuzzing.tape import Tape
from tradsys_oms.fix.encoding import checksum
from tradsys_oms.fix.message import SOH
from tradsys_oms.fix.timestamps import utc_timestamp

Fields = list[tuple[str, str]]

PEER, US = "BROKER", "TRADSYS"
BEGIN_STRINGS: Final = {
    "FIX.4.2": "FIX.4.2",
    "FIX.4.4": "FIX.4.4",
    "FIX.5.0SP2": "FIXT.1.1",
    "FIX.5.0": "FIXT.1.1",
}
VERSIONS: Final = tuple(BEGIN_STRINGS)
APPL_VER_IDS: Final = {"FIX.5.0": "7", "FIX.5.0SP2": "9"}
VERSIONS_OF: Final = {"FIX.5.0": ("FIX.5.0", "FIX.5.0SP2"), "FIX.5.0SP2": ("FIX.5.0SP2", "FIX.5.0")}
"""Versions that a session over FIXT.1.1 may use, by the one that its Logon usually names."""
SECRET: Final = "Sesame"  # noqa: S105 - planted, to be looked for
"""It is in every password of a peer, and must be in nothing that others see."""
NS_PER_S: Final = 1_000_000_000

ORDER: Final = "11=C1|21=1|55=ACME|54=1|38=100|40=2|44=10.25|59=0|60=20260101-00:00:00"
BODIES: Final = (
    ("D", ORDER),
    ("0", ""),
    ("1", "112=X"),
    ("2", "7=1|16=0"),
    ("2", "7=1|16=999999"),
    ("2", "7=3|16=2"),
    ("4", "123=Y|36=5"),
    ("4", "36=9"),
    ("3", "45=1|58=no"),
    ("5", "58=bye"),
    ("A", "98=0|108=30"),
    ("A", "98=0|108=30|141=Y"),
    ("j", "45=1|372=8|380=0"),
    ("F", "11=C2|41=C1|55=ACME|54=1|38=100|60=20260101-00:00:00"),
    ("G", "11=C3|41=C1|21=1|55=ACME|54=1|38=90|40=2|44=10|60=20260101-00:00:00"),
    ("H", "11=C1|55=ACME|54=1"),
    ("D", f"{ORDER}|453=2|448=A|447=D|452=1|448=B|447=D|452=3"),
    ("D", f"{ORDER}|354=5|355=a=b\x02c"),
    ("D", f"1=ACC|{ORDER}|78=2|79=A|80=60|79=B|80=40"),
    ("V", "262=R|263=1|264=1|267=2|269=0|269=1|146=1|55=ACME"),
    ("B", "148=H|33=2|58=one|58=two"),
    ("zz", "1=1"),
    ("D", f"1128=7|{ORDER}"),
    ("D", f"1128=9|{ORDER}"),
    ("D", f"1128=5|{ORDER}"),
    ("D", f"97=Y|{ORDER}"),
    ("F", "1128=7|11=C2|41=C1|55=ACME|54=1|38=100|60=20260101-00:00:00"),
    ("D", f"{ORDER}|453=4|448=A|447=D|452=1|448=B|447=D|452=3|448=C|447=D|452=4|448=E|447=D|452=7"),
    ("D", f"{ORDER}|58={'long ' * 12}|453=1|448=A|447=D|452=1|1=ACC|15=USD|63=0|22=4|48=X|207=XX|100=XX|110=1|111=1"),
    ("A", f"98=0|108=30|553=BROKER|554={SECRET}|925={SECRET}2"),
    ("A", f"98=0|108=30|141=Y|554={SECRET}\x01{SECRET}=1"),
    ("BE", f"923=U|924=3|553=BROKER|554={SECRET}|925={SECRET}2"),
    ("D", f"{ORDER}|554={SECRET}"),
    ("B", f"148=H|33=1|58=one|95=7|96={SECRET}\x01"),
    ("DH", "2328=P1|2329=0|453=2|448=BROKER|447=D|452=1|448=ACC|447=D|452=24|60=20260101-00:00:00"),
    ("CL", "1666=R1|1760=3|263=0|453=1|448=BROKER|447=D|452=1"),
    ("DH", "2328=P2|2329=2|1657=1|1658=CLEARER|1659=D|1660=4|453=1|448=BROKER|447=D|452=1|58=again"),
)
"""MsgType and body, "|" for SOH. Not every one is valid in every version."""

TAGS: Final = (
    *("11", "34", "35", "8", "9", "10", "43", "49", "52", "56", "95", "96", "97", "108", "122", "141", "453", "448"),
    *(
        "0",
        "-1",
        "",
        "x",
        "(a",
        "a+)+",
        "00011",
        "999999",
        "1128",
        "1137",
        "384",
        "372",
        "97",
        "212",
        "213",
        "9" * 40,
        "[",
        ".",
    ),
)
VALUES: Final = (
    *("", "1", "0", "-1", "Y", "N", "X", "=", "a=b", "1e5", "0x1", "00000000000000000001", "9" * 18, "9" * 19),
    *("9" * 5000, "20260101-00:00:00.000", "20260230-00:00:00", "99999999-99:99:99", "\xff\xfe", "\x00", " ", "²"),
    *("1.2.3", "-", ".", "-.", "1_000", "BROKER", "TRADSYS", "FIX.4.4", "NaN"),
)
NUMBERS: Final = (0, 1, 2, 3, 7, 1000, 10**17, -1)
ORDINARY, UNCHANGED = 0, 0


class Frame(NamedTuple):
    """A framed message, and whether the peer may take it for what it said."""

    raw: bytes
    is_intact: bool
    """Nothing was done to its fields or bytes."""


def frame(begin_string: str, fields: Fields) -> bytes:
    """Frame fields that begin with MsgType, with right BodyLength and CheckSum."""
    body = "".join(f"{tag}={value}{SOH}" for tag, value in fields).encode("latin-1", "replace")
    data = f"8={begin_string}{SOH}9={len(body)}{SOH}".encode("latin-1") + body
    return data + b"10=%03d\x01" % checksum(data)


def message(version: str, msg_type: str, body: str, seq_num: int, now_ns: int) -> Fields:
    """Make the fields of a message of our peer."""
    head = [("35", msg_type), ("49", PEER), ("56", US), ("34", str(seq_num)), ("52", utc_timestamp(now_ns))]
    pairs = [field.partition("=")[::2] for field in body.split("|")] if body else []
    if msg_type == "A" and version in APPL_VER_IDS and "1137=" not in body:
        pairs.append(("1137", APPL_VER_IDS[version]))
    return head + pairs


def some_message(tape: Tape, version: str, seq_num: int, now_ns: int) -> tuple[Fields, bool]:
    """Draw a message near `seq_num`; says if its header is an ordinary one."""
    msg_type, body = tape.pick(BODIES)
    number, is_ordinary = seq_num, True
    if tape.chance(20):
        number = tape.pick((*NUMBERS, seq_num - 1, seq_num + 1, seq_num + 2, seq_num + 5))
        is_ordinary = number == seq_num
    fields = message(version, msg_type, body, number, now_ns)
    if tape.chance(12):
        fields[5:5] = [("43", "Y"), ("122", utc_timestamp(now_ns - NS_PER_S))]
        is_ordinary = False
    return fields, is_ordinary


def mutate(tape: Tape, fields: Fields) -> bool:
    """Change fields in place, often not at all; says if there was a change."""
    count = tape.pick((UNCHANGED, 0, 1, 1, 2, 4))
    before = list(fields)
    for _ in range(count):
        CHANGES[tape.below(len(CHANGES))](tape, fields)
    return fields != before


def _set_value(tape: Tape, fields: Fields) -> None:
    if fields:
        at = tape.below(len(fields))
        fields[at] = fields[at][0], tape.pick(VALUES)


def _set_tag(tape: Tape, fields: Fields) -> None:
    if fields:
        at = tape.below(len(fields))
        fields[at] = tape.pick(TAGS), fields[at][1]


def _insert(tape: Tape, fields: Fields) -> None:
    fields.insert(tape.below(len(fields) + 1), (tape.pick(TAGS), tape.pick(VALUES)))


def _remove(tape: Tape, fields: Fields) -> None:
    if fields:
        del fields[tape.below(len(fields))]


def _double(tape: Tape, fields: Fields) -> None:
    if fields:
        fields.insert(tape.below(len(fields) + 1), fields[tape.below(len(fields))])


def _swap(tape: Tape, fields: Fields) -> None:
    if fields:
        left, right = tape.below(len(fields)), tape.below(len(fields))
        fields[left], fields[right] = fields[right], fields[left]


def _noise(tape: Tape, fields: Fields) -> None:
    if fields:
        at = tape.below(len(fields))
        fields[at] = fields[at][0], tape.bytes(tape.below(12)).decode("latin-1")


def _repeat(tape: Tape, fields: Fields) -> None:
    """Repeat the last fields many times: groups that never end."""
    tail = fields[-1 - tape.below(3) :]
    fields += tail * tape.below(300)


CHANGES: Final = (_set_value, _insert, _remove, _double, _swap, _set_tag, _noise, _repeat)


def damage(tape: Tape, raw: bytes) -> bytes:
    """Change bytes of a framed message: one flipped, some lost or inserted, its length or CheckSum wrong."""
    kind = tape.below(6)
    at = tape.below(len(raw))
    if kind == 0:
        return raw[:at] + bytes([raw[at] ^ (1 << tape.below(8))]) + raw[at + 1 :]
    if kind == 1:
        return raw[:at] + raw[at + tape.below(40) :]
    if kind == 2:
        return raw[:at] + tape.bytes(tape.below(20)) + raw[at:]
    if kind == 3:
        return raw[:-4] + b"%03d\x01" % tape.below(1000)
    if kind == 4:
        length = tape.pick((b"0", b"1", b"5", b"99999", b"999999999", b"9999999999", b"-1", b"0000000040", b"", b"x"))
        start = raw.index(b"\x019=") + 3
        return raw[:start] + length + raw[raw.index(b"\x01", start) :]
    return tape.pick((b"8=FIX", b"8=", b"8=FIX.4.4\x019=", b"8=FIX.4.4\x01", b"\x01", b"10=000\x01", b"=")) + raw[at:]


def pieces(tape: Tape, data: bytes) -> list[bytes]:
    """Split bytes anywhere, as a network may."""
    result = []
    while data and tape.chance(60):
        at = 1 + tape.below(min(len(data), 400))
        result.append(data[:at])
        data = data[at:]
    if data:
        result.append(data)
    return result
