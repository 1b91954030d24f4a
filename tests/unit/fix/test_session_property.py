"""Whatever gets lost or comes twice: every order is delivered exactly once, in sequence."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.fix.session_peer import ORDER, Peer
from tradsys_oms.fix.actions import Action, Disconnect, Send
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.msg_types import RESEND_REQUEST
from tradsys_oms.fix.session_states import State

ORIG = {"f43": "Y", "f122": "20260101-00:00:00"}
DROP, SEND, SEND_TWICE, HEARTBEAT = "drop", "send", "twice", "heartbeat"


class LossyBroker:
    """Sends orders of which some get lost, and answers ResendRequests, of which some messages get lost as well."""

    def __init__(self, peer: Peer, fates: list[str]) -> None:
        self.peer = peer
        self.fates = fates
        self.sent: dict[int, str] = {1: "A"}
        self.delivered: list[int] = []

    def fate(self) -> str:
        return self.fates.pop() if self.fates else SEND

    def new(self) -> None:
        fate = self.fate()
        number = max(self.sent) + 1
        self.sent[number] = "0" if fate == HEARTBEAT else "D"
        if fate != DROP:
            self.transmit(number)
        if fate == SEND_TWICE:
            self.transmit(number, **ORIG)

    def transmit(self, number: int, **header: str) -> None:
        msg_type = self.sent[number]
        self.take(self.peer.say(msg_type, number, ORDER["FIX.4.4"] if msg_type == "D" else "", **header))

    def take(self, actions: list[Action | Message]) -> None:
        for action in actions:
            assert not isinstance(action, Disconnect)
            if isinstance(action, Message):
                self.delivered.append(action.msg_seq_num)
            elif isinstance(action, Send) and action.msg_type == RESEND_REQUEST:
                self.resend(int(action.body.split("\x01")[0].removeprefix("7=")))

    def resend(self, begin: int) -> None:
        number = begin
        while number in self.sent:
            after = number
            while self.sent.get(after) in ("0", "A"):
                after += 1
            lost = self.fate() == DROP
            if after > number:
                if not lost:
                    self.take(self.peer.say("4", number, f"123=Y|36={after}|", f43="Y"))
                number = after
            else:
                if not lost:
                    self.transmit(number, **ORIG)
                number += 1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from((DROP, SEND, SEND_TWICE, HEARTBEAT)), max_size=60),
    st.integers(0, 5),
    st.integers(1, 40),
)
def test_every_order_is_delivered_once_and_in_sequence(fates: list[str], held_max: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(Path(folder), held_messages_max=held_max)
        peer.logon()
        broker = LossyBroker(peer, fates)
        for _ in range(count):
            broker.new()
        fates.clear()
        for _ in range(3):  # with the line sound again, what is still missing is asked for when the patience is over
            peer.now_ns += 40_000_000_000
            broker.new()
        assert broker.delivered == [number for number, msg_type in broker.sent.items() if msg_type == "D"]
        assert peer.session.next_in == max(broker.sent) + 1
        assert peer.session.state is State.ONLINE
        peer.session.store.close()
