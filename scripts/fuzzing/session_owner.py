"""The owner of a session in the fuzzer: it carries out at once what the session decides, and judges it (`sessions`)."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from scripts.fuzzing import logons
from scripts.fuzzing.clocks import START_NS
from scripts.fuzzing.codec import validators
from scripts.fuzzing.inputs import (
    BEGIN_STRINGS,
    NS_PER_S,
    PEER,
    US,
    VERSIONS_OF,
)
from tradsys_oms.errors import invariant
from tradsys_oms.fix.actions import DELIVER, Action, Actions, Disconnect, Online, Resend, ResetNumbers, Send
from tradsys_oms.fix.errors import MalformedMessage
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.msg_types import REJECT_MSG_TYPES, SEQUENCE_RESET
from tradsys_oms.fix.resend import last_wanted, resend
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.session_states import State
from tradsys_oms.fix.settings import SessionSettings
from tradsys_oms.fix.store import OutboundStore

HELD_MESSAGES_MAX, HELD_BYTES_MAX = 6, 2_000
FIELDS_MAX, GROUP_ENTRIES_MAX = 36, 3
FLOOD_MESSAGES: Final = 8
LOGON: Final = "A"


class Numbers(NamedTuple):
    """What a message that counts for nothing must not change."""

    state: State
    next_in: int
    next_out: int
    held: int
    gap_end: int


class Owner:
    """Carries out what a session decides, and checks it."""

    def __init__(self, version: str, folder: Path, next_in: int, *, uses_next_expected: bool) -> None:
        self.version = version
        self.now_ns = START_NS
        settings = SessionSettings(
            session=PEER,
            comp_id=US,
            peer_comp_id=PEER,
            begin_string=BEGIN_STRINGS[version],
            appl_version=version,
            appl_versions=VERSIONS_OF.get(version, ()),
            uses_next_expected=uses_next_expected,
            fields_max=FIELDS_MAX,
            group_entries_max=GROUP_ENTRIES_MAX,
            resend_requests_max=FLOOD_MESSAGES,
            held_messages_max=HELD_MESSAGES_MAX,
            held_bytes_max=HELD_BYTES_MAX,
        )
        self.session = Session(settings, validators(), OutboundStore.open(folder, 0), next_in)
        self.last_delivered = next_in - 1
        self.epoch = 0
        self.agreed: tuple[str, dict[str, str]] = "", {}

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
        else:
            self.agreed = logons.agreed(logon)
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
        if any(isinstance(action, ResetNumbers) for action in actions):
            self.agreed = logons.agreed(received)
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

    def renumber(self, next_in: int, next_out: int) -> None:
        """Set both numbers, as an operator does while nobody is connected."""
        session = self.session
        session.next_in, self.last_delivered = next_in, next_in - 1
        self.epoch += 1
        if self.epoch % 2:  # a crash is near: what was being written may have left
            session.store.offering(session.next_out)
        session.restart_output(self.epoch, next_out)
        session.carry_over(self.now_ns)

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
        fault = validators()[self._version_of(received)].check(received)
        invariant(fault is None, f"A message was delivered that is not valid: {fault}")
        entries = max(map(len, received.groups.values()), default=0)
        invariant(entries <= GROUP_ENTRIES_MAX and len(received.tags) <= FIELDS_MAX, "More was delivered than fits.")
        invariant(received.begin_string == self.session.begin_string, "A message of another version was delivered.")
        self.last_delivered = number
        self.session.send("8", _report(self.version, received), self.now_ns)

    def _version_of(self, received: Message) -> str:
        """Tell whose dictionary is right for a message of the peer."""
        default, of_msg_type = self.agreed
        named = logons.VERSION_NAMES.get(received.fields.get("1128", ""))
        return named or of_msg_type.get(received.msg_type) or default or self.version

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
        version = logons.VERSION_NAMES.get(sent.fields.get("1128", ""), self.session.appl_version)
        fault = validators()[version].check(sent)
        is_right = fault is None or fault.business  # reports are sent only, so the validator doesn't support them
        invariant(is_right, f"What we send is wrong by the dictionary: {fault} {raw!r}")
        return sent


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
