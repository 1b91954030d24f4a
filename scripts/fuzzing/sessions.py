"""What must hold for a session, whatever comes before and after its Logon and however time passes.

The session is driven without a connection, by an owner that carries out at once what it decides.

- Nothing is raised. A refused Logon moves nothing; one that is refused without a word doesn't even cost a number.
- `next_in` goes up by one at most for a message, but for SequenceReset and Logon, and never back without a reset.
- A message that is rejected counts when it is its turn, and otherwise changes nothing.
- What is delivered is valid and in sequence, each number once. What is kept behind a gap is bounded.
- What we send is numbered without a gap and right by the dictionary of its version.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from scripts.fuzzing.codec import MESSAGE_SIZE_MAX, validators
from scripts.fuzzing.inputs import (
    BEGIN_STRINGS,
    NS_PER_S,
    PEER,
    US,
    VERSIONS,
    damage,
    frame,
    message,
    mutate,
    some_message,
)
from scripts.fuzzing.tape import Tape
from tradsys_oms.errors import invariant
from tradsys_oms.fix.actions import DELIVER, Action, Actions, Disconnect, Online, Resend, ResetNumbers, Send
from tradsys_oms.fix.errors import MalformedMessage, MessageTooLarge
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.msg_types import REJECT_MSG_TYPES, SEQUENCE_RESET
from tradsys_oms.fix.resend import last_wanted, resend
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.session_states import State
from tradsys_oms.fix.settings import SessionSettings
from tradsys_oms.fix.store import OutboundStore

START_NS: Final = 1_767_225_600_000_000_000
INPUTS_MAX: Final = 40
HELD_MESSAGES_MAX, HELD_BYTES_MAX = 6, 2_000
PAUSES_S: Final = (0, 0, 0, 0, 1, 5, 31, 37, 100, -50, 7200)
LOGON, LOGOUT = "A", "5"


class Numbers(NamedTuple):
    """What a message that counts for nothing must not change."""

    state: State
    next_in: int
    next_out: int
    held: int
    gap_end: int


class Owner:
    """Carries out what a session decides, and checks it."""

    def __init__(self, version: str, folder: Path, next_in: int) -> None:
        self.version = version
        self.now_ns = START_NS
        settings = SessionSettings(
            session=PEER,
            comp_id=US,
            peer_comp_id=PEER,
            begin_string=BEGIN_STRINGS[version],
            appl_version=version,
            held_messages_max=HELD_MESSAGES_MAX,
            held_bytes_max=HELD_BYTES_MAX,
        )
        self.validator = validators()[version]
        self.session = Session(settings, validators(), OutboundStore.open(folder, 0), next_in)
        self.last_delivered = 0
        self.epoch = 0

    def numbers(self) -> Numbers:
        """Take a picture of what counts."""
        session = self.session
        return Numbers(session.state, session.next_in, session.next_out, len(session.held), session.gap_end)

    def log_on(self, raw: bytes) -> None:
        """Hand in the first message of a connection."""
        logon = self._read(raw)
        if logon is None or logon.msg_type != LOGON or logon.begin_string != self.session.begin_string:
            return
        if (logon.fields.get("49"), logon.fields.get("56")) != (PEER, US):
            return
        before = self.numbers()
        actions = self.session.logon(logon, self.now_ns)
        is_online = any(isinstance(action, Online) for action in actions)
        invariant(is_online == (self.session.state is State.ONLINE), "Online and the state contradict each other.")
        if not is_online:
            invariant(self.numbers() == before, "A refused Logon moved something.")
        self.session.is_writable = is_online
        self.perform(actions)
        if not is_online:
            spoke = any(isinstance(action, Send) for action in actions)
            invariant(self.session.next_out == before.next_out + spoke, "A refused Logon cost more than a Logout.")

    def take(self, raw: bytes) -> None:
        """Hand in a message of a peer that is logged on."""
        received = self._read(raw)
        if received is None:
            return
        before = self.numbers()
        actions = self.session.receive(received, self.now_ns)
        self._judge(received, before, actions)
        self._deliver(received, actions)
        while (held := self.session.next_held()) is not None:
            number = self.session.next_in
            invariant(held.msg_seq_num == number, "A message came from behind the gap out of its turn.")
            self._deliver(held, self.session.accept(held, self.now_ns))
        held_bytes = sum(len(kept.raw) for kept, _ in self.session.held.values())
        invariant(len(self.session.held) <= HELD_MESSAGES_MAX, "Too many messages are kept.")
        invariant(held_bytes <= HELD_BYTES_MAX, "Too many bytes are kept.")

    def pass_time(self, seconds: int) -> None:
        """Let time pass, or the clock be set back."""
        self.now_ns = max(self.now_ns + seconds * NS_PER_S, START_NS)
        before = self.numbers()
        self.perform(self.session.timer(self.now_ns))
        invariant(self.session.next_in == before.next_in, "Time moved the number of what comes next.")

    def leave(self) -> None:
        """Lose the connection."""
        self.session.connection_lost()

    def perform(self, actions: Actions) -> None:
        """Do what the session wants done."""
        for action in actions:
            match action:
                case Send():
                    self._send(action)
                case Resend():
                    self._resend(action)
                case ResetNumbers():
                    self.epoch += 1
                    self.last_delivered = 0
                    self.session.restart_output(self.epoch)
                case Disconnect():
                    self.leave()
        if any(isinstance(action, ResetNumbers) for action in actions):
            self.session.carry_over(self.now_ns)

    def _read(self, raw: bytes) -> Message | None:
        try:
            return parse(raw)
        except MalformedMessage:
            return None

    def _deliver(self, received: Message, actions: Actions) -> None:
        if actions is not DELIVER:
            self.perform(actions)
            return
        number = received.msg_seq_num
        invariant(number == self.session.next_in - 1, "A message was delivered out of its turn.")
        invariant(number > self.last_delivered, "A message was delivered twice.")
        invariant(self.validator.check(received) is None, "A message was delivered that is not valid.")
        invariant(received.begin_string == self.session.begin_string, "A message of another version was delivered.")
        self.last_delivered = number
        self.session.send("8", _report(self.version, received), self.now_ns)

    def _judge(self, received: Message, before: Numbers, actions: Actions) -> None:
        """Compare what counts before and after one message."""
        session, number = self.session, received.msg_seq_num
        step = session.next_in - before.next_in
        if any(isinstance(action, ResetNumbers) for action in actions):
            invariant(received.fields.get("141") == "Y" and session.next_in == 2, "A reset that nobody asked for.")
            return
        invariant(step >= 0, "The number of what comes next went back without a reset.")
        invariant(step <= 1 or received.msg_type == SEQUENCE_RESET, "A message moved the numbers by more than one.")
        invariant(step == 0 or number == before.next_in or _is_reset(received), "What was out of turn was counted.")
        if _is_rejected(actions):
            invariant(step <= 1 and (step == 0 or number == before.next_in), "A rejected message moved the numbers.")
            invariant(len(session.held) <= before.held, "A rejected message was kept.")
            left = {Disconnect, Send} & {type(action) for action in actions[1:]}
            invariant(bool(left) or session.state is before.state, "A rejected message moved the state.")
        if received.poss_dup and 0 <= number < before.next_in and not actions:
            invariant(self.numbers() == before, "A duplicate changed something.")

    def _send(self, action: Send) -> None:
        number = self.session.next_out
        raw = self.session.send(action.msg_type, action.body, self.now_ns)
        invariant(self.session.next_out == number + 1, "A message that we send didn't take one number.")
        self._check_sent(raw, number)

    def _resend(self, action: Resend) -> None:
        session = self.session
        end = last_wanted(action.end, session.next_out)
        if not 0 < action.begin <= end:
            return
        messages = session.store.read(action.begin, end)
        chunks = resend(messages, action.begin, end, session.begin_string, session.comp_ids, lambda: self.now_ns)
        number = action.begin
        for raw in Framer(1 << 20).feed(b"".join(chunks)):
            again = self._check_sent(raw, number)
            invariant(again.poss_dup, "What is sent again doesn't say so.")
            number = int(again.fields["36"]) if again.msg_type == SEQUENCE_RESET else number + 1
        invariant(number == end + 1, "A resend doesn't cover what was asked for.")

    def _check_sent(self, raw: bytes, number: int) -> Message:
        invariant(Framer(1 << 20).feed(raw) == [raw], "What we send is not framed as one message.")
        sent = parse(raw)
        invariant(sent.msg_seq_num == number, "What we send has another number than its turn.")
        fault = self.validator.check(sent)
        is_right = fault is None or fault.business  # reports are sent only, so the validator doesn't support them
        invariant(is_right, f"What we send is wrong by the dictionary: {fault} {raw!r}")
        return sent


def check(data: bytes, folder: Path) -> int:
    """Run one tape on a fresh session; gives the number of messages that it fed."""
    tape = Tape(data)
    version = tape.pick(VERSIONS)
    owner = Owner(version, folder, next_in=tape.pick((1, 5)))
    session = owner.session
    count = 0
    try:
        while count < INPUTS_MAX and not (tape.is_over and count):
            count += 1
            owner.pass_time(tape.pick(PAUSES_S))
            if tape.chance(2):
                owner.perform(session.logout("the operator wants it", owner.now_ns))
            if tape.chance(2):
                owner.leave()
            for raw in _framed(_draw(tape, owner)):
                (owner.take if session.is_online else owner.log_on)(raw)
    finally:
        session.store.close()
    return count


def _framed(data: bytes) -> list[bytes]:
    try:
        return Framer(MESSAGE_SIZE_MAX).feed(data)
    except MessageTooLarge:
        return []


def _draw(tape: Tape, owner: Owner) -> bytes:
    """Draw the next message; before a Logon most are Logons."""
    session = owner.session
    if session.is_online or tape.chance(15):
        fields, _ = some_message(tape, owner.version, session.next_in, owner.now_ns)
    else:
        body = tape.pick(LOGON_BODIES)
        number = session.next_in + tape.pick((0, 0, 0, 1, 3, -1))
        fields = message(owner.version, LOGON, body, 1 if "141=Y" in body else number, owner.now_ns)
    mutate(tape, fields)
    raw = frame(BEGIN_STRINGS[owner.version], fields)
    return damage(tape, raw) if tape.chance(8) else raw


LOGON_BODIES: Final = (
    "98=0|108=30",
    "98=0|108=1",
    "98=0|108=30|141=Y",
    "98=0|108=30|141=N",
    "98=0|108=0",
    "98=1|108=30",
    "98=0|108=999999999999999999",
    "98=0|108=-5",
    "98=0|108=30|464=Y",
    "98=0|108=30|1137=7",
    "98=0|108=30|95=3|96=a=b",
    "98=0|108=30|383=4096|384=1|372=D|385=R",
    "98=0|108=30|553=user|554=secret|925=next",
    "98=0|108=30|789=1",
)


def _is_reset(received: Message) -> bool:
    return received.msg_type == SEQUENCE_RESET


def _is_rejected(actions: Actions) -> bool:
    first: Action | None = actions[0] if actions else None
    return isinstance(first, Send) and first.msg_type in REJECT_MSG_TYPES


def _report(version: str, received: Message) -> str:
    extra = "20=0\x01" if version == "FIX.4.2" else ""
    return (
        f"37=1\x0117=1\x01150=8\x0139=8\x01{extra}55={received.fields.get('55', '?')}\x0154=1\x01"
        "14=0\x01151=0\x016=0\x01103=1\x01"
    )
