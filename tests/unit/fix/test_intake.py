"""Rates where frames become messages: what is dropped leaves nothing behind, and no clock but its own matters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fix.session_peer import NS_PER_S, ORDER, START_NS, Peer
from tradsys_oms.fix.actions import Actions, Disconnect, Send
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.intake import Intake
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.patterns import ALIKE_MIN, Patterns
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.throttle import Bucket, Excess, Throttle

MANY = ALIKE_MIN + 10


class Line:
    """A connection that only remembers."""

    def __init__(self) -> None:
        self.is_ending = False
        self.delivered: list[int] = []
        self.refused: list[int] = []
        self.sent: list[str] = []
        self.reasons: list[str] = []

    def deliver(self, session: Session, message: Message, now_ns: int, refusal: str = "") -> None:
        self.delivered.append(message.msg_seq_num)

    def message_refused(self, session: str, msg_seq_num: int) -> None:
        self.refused.append(msg_seq_num)

    def perform(self, session: Session, actions: Actions) -> None:
        self.sent += [action.msg_type for action in actions if isinstance(action, Send)]
        self.reasons += [action.reason for action in actions if isinstance(action, Disconnect)]

    def guarded(self, function: Callable[..., None], *args: Any) -> None:
        function(*args)

    def go_on(self) -> None:
        """Nothing waits in these tests."""


class Way:
    """The way of a peer's orders to the application."""

    def __init__(self, folder: Path) -> None:
        self.peer = Peer(folder)
        self.peer.logon()
        self.line, self.patterns = Line(), Patterns()
        self.framer = Framer(1 << 16, self.patterns)
        self.intake = Intake(self.peer.session, self.line, self.patterns)
        self._number = 2

    def limit(self, excess: Excess, rate_per_s: int, burst: int) -> None:
        self.peer.session.throttle = Throttle(excess, Bucket(rate_per_s, burst), None)

    def order(self, count: int, now_ns: int = START_NS) -> None:
        """Send so many orders in one piece."""
        self.send("D", ORDER["FIX.4.4"], count, now_ns)

    def send(self, msg_type: str, body: str, count: int = 1, now_ns: int = START_NS) -> None:
        """Send a message so many times in one piece."""
        numbers = range(self._number, self._number + count)
        self._number += count
        raws = b"".join(self.peer.message(msg_type, number, body).raw for number in numbers)
        self.intake.take(self.framer.feed(raws), now_ns)


def test_what_a_disconnect_drops_is_not_kept(tmp_path: Path) -> None:
    way = Way(tmp_path)
    way.order(MANY)
    way.limit(Excess.DISCONNECT, 1, 4)
    for _ in range(3):
        way.order(MANY)
        assert way.patterns.cut_count == 0
    assert way.line.delivered == list(range(2, MANY + 2 + 4))
    assert way.line.sent == ["5"]


def test_the_answer_to_our_logout_is_taken_beyond_the_rate(tmp_path: Path) -> None:
    way = Way(tmp_path)
    way.limit(Excess.DISCONNECT, 1, 4)
    way.order(5)
    assert way.line.sent == ["5"]
    way.intake.take(way.framer.feed(way.peer.message("5", 7).raw), START_NS)
    assert way.line.reasons == ["logged out"]


def test_a_clock_that_is_set_back_does_not_hold_a_session_up(tmp_path: Path) -> None:
    way = Way(tmp_path)
    way.limit(Excess.REJECT, 1000, 1000)
    way.order(1)
    way.order(1, START_NS - 60 * NS_PER_S)
    assert (way.line.delivered, way.line.sent) == ([2, 3], [])


def test_another_policy_holds_from_the_next_read_on(tmp_path: Path) -> None:
    way = Way(tmp_path)
    way.limit(Excess.REJECT, 1, 2)
    way.order(1)
    assert way.peer.session.throttle is not None
    way.peer.session.throttle.excess = Excess.DELAY

    async def read() -> None:  # waiting needs a loop
        way.order(3)

    asyncio.run(read())
    assert way.intake.is_waiting
    assert (way.line.delivered, way.line.sent) == ([2, 3], [])


@pytest.mark.parametrize(
    ("msg_type", "body"),
    [
        ("F", "11=C2|41=C1|55=ACME|54=1|38=100|60=20260101-00:00:00|"),
        ("q", "11=M1|530=7|60=20260101-00:00:00|"),
        ("DH", "2328=P1|2329=0|453=1|448=ALPHA|447=D|452=1|"),
    ],
)
@pytest.mark.parametrize("excess", [Excess.REJECT, Excess.REPORT])
def test_what_makes_risk_smaller_is_taken_beyond_the_rate(
    tmp_path: Path, msg_type: str, body: str, excess: Excess
) -> None:
    way = Way(tmp_path)
    way.limit(excess, 1, 1)
    way.order(1)
    way.send(msg_type, body, 2)
    way.send("CL", "1666=Q1|453=1|448=ALPHA|447=D|452=1|")
    assert (way.line.delivered, way.line.refused) == ([2, 3, 4], [5])
