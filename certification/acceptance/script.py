"""Scripts: the lines of a `.def` file as steps.

One line is one step. Its first letter says who acts and how: `i` and `e` open and close connections (ours, theirs), `I`
sends and `E` expects the message that follows. A digit and a comma behind the letter name the connection; without them
it is the first one. Blank lines and lines that start with # are not steps.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from msgspec import Struct

from certification.acceptance.errors import ScriptUnreadable
from certification.acceptance.message import readable

COMMENT: Final = b"#"
FIRST_CONNECTION: Final = 1


class Act(Enum):
    """What a step does."""

    CONNECT = auto()
    DISCONNECT = auto()
    """We close the connection."""
    AWAIT_DISCONNECT = auto()
    """The acceptor has to close it, and may not send anything more."""
    SEND = auto()
    EXPECT = auto()


class Step(Struct, frozen=True):
    """One line of a script; `text` is the message as it is written there."""

    line: int
    act: Act
    connection: int = FIRST_CONNECTION
    text: bytes = b""


WITH_TEXT: Final = {b"I": Act.SEND, b"E": Act.EXPECT}
WITHOUT_TEXT: Final = {
    b"iCONNECT": Act.CONNECT,
    b"iDISCONNECT": Act.DISCONNECT,
    b"eDISCONNECT": Act.AWAIT_DISCONNECT,
}


def parse_script(data: bytes) -> list[Step]:
    """Give the steps of a script; raises ScriptUnreadable with the line that is none."""
    numbered = enumerate(data.split(b"\n"), 1)
    steps = [_step(number, line) for number, line in ((n, raw.rstrip(b"\r")) for n, raw in numbered) if _is_step(line)]
    if not steps:
        raise ScriptUnreadable("the script has no step")
    return steps


def _is_step(line: bytes) -> bool:
    return bool(line.strip()) and not line.startswith(COMMENT)


def _step(number: int, line: bytes) -> Step:
    letter, connection, text = line[:1], FIRST_CONNECTION, line[1:]
    if text[:1].isdigit() and text[1:2] == b",":
        connection, text = int(text[:1]), text[2:]
    act = WITH_TEXT.get(letter)
    if act is not None:
        return Step(number, act, connection, text)
    act = WITHOUT_TEXT.get(letter + text.strip())
    if act is None:
        raise ScriptUnreadable(f"line {number} is no step that can be played against an acceptor: {readable(line)}")
    return Step(number, act, connection)
