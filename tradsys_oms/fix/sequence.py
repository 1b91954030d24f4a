"""The incoming sequence: how a MsgSeqNum relates to the expected one, and messages kept while a gap is open.

A message after a gap is kept until the gap is filled, within bounds; what does not fit is dropped, and asked for again
when the gap before it is closed. Dropping is always safe: the peer keeps what it sent.
"""

from __future__ import annotations

from enum import Enum, auto

from tradsys_oms.fix.message import Message


class Relation(Enum):
    """MsgSeqNum (34) of a message against the next one expected."""

    EXPECTED = auto()
    HIGH = auto()
    LOW = auto()
    DUPLICATE = auto()
    """Low, and PossDupFlag (43) says that the peer knows."""


def relate(message: Message, expected: int) -> Relation:
    """Compare a message's number with the expected one."""
    if message.msg_seq_num == expected:
        return Relation.EXPECTED
    if message.msg_seq_num > expected:
        return Relation.HIGH
    return Relation.DUPLICATE if message.poss_dup else Relation.LOW


class HeldMessages(dict[int, tuple[Message, bool]]):
    """Messages that came after a gap, by MsgSeqNum; beside each, whether it is answered and only its number counts."""

    __slots__ = ("_bytes", "_bytes_max", "_count_max")

    def __init__(self, count_max: int, bytes_max: int) -> None:
        super().__init__()
        self._bytes = 0
        self._count_max = count_max
        self._bytes_max = bytes_max

    def hold(self, message: Message, *, is_answered: bool = False) -> None:
        """Keep a message if there is room."""
        size = len(message.raw)
        has_room = len(self) < self._count_max and self._bytes + size <= self._bytes_max
        if has_room and message.msg_seq_num not in self:
            self[message.msg_seq_num] = message, is_answered
            self._bytes += size

    def take(self, msg_seq_num: int) -> tuple[Message, bool] | None:
        """Take out the message with this number."""
        held = self.pop(msg_seq_num, None)
        if held is not None:
            self._bytes -= len(held[0].raw)
        return held

    def forget_below(self, msg_seq_num: int) -> None:
        """Drop what the peer has skipped by a SequenceReset."""
        for number in [number for number in self if number < msg_seq_num]:
            self.take(number)

    def clear(self) -> None:
        """Forget all."""
        super().clear()
        self._bytes = 0
