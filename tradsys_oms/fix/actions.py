"""Actions: what a session wants done, in order, by whoever owns its connection.

A session decides and the transport does. Numbers and times of messages are given when an action is carried out, because
that may be later than the decision: what a message caused must be durable first.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from msgspec import Struct

from tradsys_oms.fix.message import Message


class Send(Struct, frozen=True):
    """Send an administrative message or a reject. `body` starts with further header fields, if any."""

    msg_type: str
    body: str


class Deliver(Struct, frozen=True):
    """Hand the message just taken to the application: it is valid, in sequence, and comes exactly once."""


class Resend(Struct, frozen=True):
    """Answer a ResendRequest; `end` 0 stands for all that was sent."""

    begin: int
    end: int
    request: Message
    delay_s: int = 0
    """Not before so much time has passed: the peer asks too often."""


class ResetNumbers(Struct, frozen=True):
    """Both sequence numbers start again at 1; the incoming one already has."""

    reason: str


class Online(Struct, frozen=True):
    """The peer's Logon was accepted; `msg_seq_num` is the last number received in sequence."""

    msg_seq_num: int


class Disconnect(Struct, frozen=True):
    """Close the connection when everything before is written."""

    reason: str


class Note(Struct, frozen=True):
    """Log something that an operator may want to know."""

    text: str


Action: TypeAlias = Send | Deliver | Resend | ResetNumbers | Online | Disconnect | Note
Actions: TypeAlias = "list[Action] | tuple[Action, ...]"

NOTHING: Final[tuple[Action, ...]] = ()
DELIVER: Final[tuple[Action, ...]] = (Deliver(),)
"""What nearly every message comes to; always this very object, so that it costs nothing to make or to tell."""
