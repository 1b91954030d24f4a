"""A FIX session of the acceptor, without I/O: messages and clock values in, actions out.

A session lives as long as its configuration, over many connections. It owns both sequence numbers: `next_in`, which
the journal remembers, and `next_out`, which its store remembers. What it decides comes out as actions that the owner
of the connection carries out in order (`actions`); what is sent is numbered, stored and put into `outbox` by `send`,
connected or not.

The rules for what comes out of turn are in `incoming`, those for time in `heartbeat`; the states are in
`session_states`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from tradsys_oms.fix import carry, incoming, logging_on
from tradsys_oms.fix.actions import (
    DELIVER,
    NOTHING,
    Action,
    Actions,
    Disconnect,
    Note,
    ResetNumbers,
    Send,
)
from tradsys_oms.fix.appl_versions import ApplVersions, Check
from tradsys_oms.fix.counters import Counters
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.faults import Fault
from tradsys_oms.fix.heartbeat import Heartbeat
from tradsys_oms.fix.logout import make_logout
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.msg_types import (
    RESEND_REQUEST,
    SESSION_MSG_TYPES,
    TEST_REQUEST,
    TRANSIENT_MSG_TYPES,
)
from tradsys_oms.fix.plans import APPL_VER_ID
from tradsys_oms.fix.rejects import OTHER, make_business_reject, make_fault, make_reject
from tradsys_oms.fix.resend_policy import RepeatedRequests
from tradsys_oms.fix.reserved_numbers import ReservedNumbers
from tradsys_oms.fix.sequence import HeldMessages
from tradsys_oms.fix.session_states import Event, State, after
from tradsys_oms.fix.settings import NS_PER_S, SessionSettings
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.fix.throttle import Throttle
from tradsys_oms.fix.timestamps import NS_PER_MS, parse_utc_timestamp, utc_timestamp

SECOND_CHARACTERS: Final = 17
"""Length of YYYYMMDD-HH:MM:SS, the part of a timestamp before its fraction."""
NO_ORIGIN: Final = (0, 0)
STAMP: Final = f"{APPL_VER_ID}="
PROBE_ID: Final = "PROBE"
ONLINE: Final = State.ONLINE
"""Looked up once: on the way of every message, a member of an Enum costs as much as a call."""


class Hours(Protocol):
    """What a session needs to know of its hours."""

    def admits(self, session: Session, now_ns: int) -> bool:
        """Tell if a session may log on now; what the start of its window asks for is done then."""

    def outlook(self, session: Session, now_ns: int) -> tuple[bool, int]:
        """Tell if a window is open now, and when that changes next, in ns since the epoch; 0 for never."""


class Session:
    """One session. `receive`, `logon`, `timer`, `logout` give actions; `send` gives bytes."""

    __slots__ = (  # more attributes than a shared dict has room for
        "_early_ns",
        "_fields_max",
        "_judge",
        "_late_ns",
        "_millisecond",
        "_second",
        "_second_ns",
        "_sending_time",
        "address",
        "answers",
        "appl_version",
        "backlog",
        "begin_string",
        "check_unmarked",
        "coming_out",
        "comp_id",
        "comp_ids",
        "counters",
        "gap_end",
        "gap_time_ns",
        "heartbeat",
        "held",
        "hours",
        "is_logged_out",
        "is_writable",
        "logon_ns",
        "next_in",
        "next_out",
        "numbers",
        "outbox",
        "peer_comp_id",
        "repeated",
        "session",
        "settings",
        "stamp",
        "state",
        "store",
        "throttle",
        "versions",
    )

    def __init__(
        self, settings: SessionSettings, validators: Mapping[str, Check], store: OutboundStore, next_in: int
    ) -> None:
        self.session = settings.session
        self.versions = ApplVersions(settings, validators)
        self.store = store
        self.next_in = next_in
        self.next_out = store.next_seq_num
        self.coming_out = 0
        """The number that `next_out` becomes when a decision of ours is durable, 0 where nothing is decided."""
        self.numbers = ReservedNumbers()
        self.backlog: OutboundStore | None = None
        """The store before a reset, until `carry_over`."""
        self.state = State.OFFLINE
        self.address = ""
        self.counters = Counters()
        self.outbox: list[bytes] = []
        """Messages to write at the next flush."""
        self.is_writable = False
        """The peer may be written to: it has our Logon, and no resend is under way."""
        self.answers: list[Action] = []
        """What the application answered to the message that it was handed, not yet carried out."""
        self.held = HeldMessages(settings.held_messages_max, settings.held_bytes_max)
        self.gap_end = 0
        """Largest number that was missing when we last asked for a resend."""
        self.gap_time_ns = 0
        """When we asked, or when the gap last became smaller."""
        self.heartbeat = Heartbeat()
        self.repeated = RepeatedRequests(settings.resend_requests_max)
        self.throttle: Throttle | None = None
        """What its messages draw tokens from, None without a limit."""
        self.hours: Hours | None = None
        """When it is open, None for always."""
        self.is_logged_out = False
        """One of the sides asked for the end of this connection by a Logout, in order."""
        self.logon_ns = 0
        """When the peer last logged on, 0 for never."""
        self._second = ""
        self._second_ns = 0
        self._millisecond = 0
        self._sending_time = ""
        self.configure(settings, validators)

    def configure(self, settings: SessionSettings, validators: Mapping[str, Check]) -> None:
        """Take over settings, with the validators by version; those that a live session doesn't fit have to wait."""
        self.settings = settings
        self.versions.configure(settings, validators)
        self._take_versions()
        self.begin_string = settings.begin_string
        self.peer_comp_id = settings.peer_comp_id
        self.comp_id = settings.comp_id
        self.repeated.requests_max = settings.resend_requests_max
        self._fields_max = settings.fields_max
        self._late_ns = settings.sending_time_tolerance_s * NS_PER_S
        self._early_ns = self._late_ns - NS_PER_S  # a second's start is up to a second before the SendingTime itself
        self.comp_ids = f"49={settings.comp_id}\x0156={settings.peer_comp_id}\x0134="
        """Head of our messages between MsgType and the number."""

    def fits(self, settings: SessionSettings) -> bool:
        """Tell if a peer that is logged on can go on under these settings."""
        return settings.identity == self.settings.identity and self.versions.fits(settings)

    def agree(self, message: Message) -> None:
        """Speak the versions of a Logon that was accepted."""
        self.versions.agree(message)
        self._take_versions()

    def _take_versions(self) -> None:
        self.appl_version, self.stamp = self.versions.current, self.versions.stamp
        self._judge = object()
        """Stands for this session under these settings and versions: what was judged before is judged anew."""
        self.check_unmarked = self.versions.check
        """`check` at once for a message without ApplVerID (1128); finds a fault in one that names another version."""

    @property
    def is_online(self) -> bool:
        """The peer is logged on, or on its way out."""
        return self.state is not State.OFFLINE

    @property
    def last_received_ns(self) -> int:
        """When the peer was last heard, 0 for never."""
        return self.heartbeat.received_ns

    # In.

    def check(self, message: Message) -> Fault | None:
        """Give the first fault of a message, by the dictionary of its version."""
        return self.versions.judge(message)

    def receive(self, message: Message, now_ns: int) -> Actions:
        """Take a message of a peer that is logged on. An application message in its turn gives `DELIVER` itself.

        Afterwards, unless it was `DELIVER`, the turn of messages that were kept may have come: see `next_held`.
        """
        self.heartbeat.received_ns = now_ns
        try:
            if (
                message.msg_seq_num == self.next_in
                and self.state is ONLINE
                and message.fields["52"][:SECOND_CHARACTERS] == self._second
                and -self._early_ns <= now_ns - self._second_ns <= self._late_ns
                and not self.held
                and (self._is_right_again(message) or self._is_right(message))
            ):
                self.next_in += 1
                return DELIVER
        except KeyError:
            pass  # one of them is missing; the long way says which
        return incoming.take(self, message, now_ns)

    def _is_right_again(self, message: Message) -> bool:
        """Tell if a message is right as those of its series were before it: all that they do not share is looked at."""
        series = message.series
        if series is None or series.judge is not self._judge:
            return False
        values = message.values
        for index, good, check in series.checks:  # noqa: SIM110 - all() would cost twice as much
            if values[index] not in good and check(values[index]):
                return False
        return True

    def _is_right(self, message: Message) -> bool:
        """Tell if an application message may be delivered as it is; raises KeyError for one without CompIDs."""
        fields = message.fields
        is_right = (
            not message.poss_dup
            and message.msg_type not in SESSION_MSG_TYPES
            and message.begin_string == self.begin_string
            and fields["49"] == self.peer_comp_id
            and fields["56"] == self.comp_id
            and self.check_unmarked(message) is None
            and not message.groups
            and len(message.tags) <= self._fields_max
        )
        series = message.series
        if is_right and series is not None and (checks := self.versions.checks_of(message)) is not None:
            series.judge, series.checks = self._judge, checks
        return is_right

    def excess_of(self, message: Message) -> Fault | None:
        """Say what a message that is right has too much of."""
        count, limit = len(message.tags), self.settings.fields_max
        if count > limit:
            return make_fault(self.settings.appl_version, OTHER, text=f"The message has {count} fields, limit {limit}")
        limit = self.settings.group_entries_max
        for tag, entries in message.groups.items():
            if len(entries) > limit:
                text = f"The group has {len(entries)} entries, limit {limit}"
                return make_fault(self.settings.appl_version, OTHER, tag, text)
        return None

    def next_held(self) -> Message | None:
        """Give the message, kept behind a gap, whose turn has come; it is to be handed to `accept`."""
        while self.held and self.state is not State.ENDING and (held := self.held.take(self.next_in)) is not None:
            message, is_answered = held
            if not is_answered:
                return message
            self.next_in += 1
        return None

    def accept(self, message: Message, now_ns: int) -> Actions:
        """Take a message that was kept, now that its turn has come."""
        return incoming.accept(self, message, now_ns)

    def is_timely(self, sending_time: str, now_ns: int) -> bool:
        """Tell if a SendingTime is near enough to our clock; raises ValueError for what is no time."""
        time_ns = parse_utc_timestamp(sending_time)
        if abs(now_ns - time_ns) > self._late_ns:
            return False
        self._second = sending_time[:SECOND_CHARACTERS]
        self._second_ns = parse_utc_timestamp(self._second)
        return True

    def is_open(self, now_ns: int) -> bool:
        """Tell if its peer may log on at this time."""
        return self.hours is None or self.hours.admits(self, now_ns)

    def logon(self, message: Message, now_ns: int, answer: str = "", refusals: int = 0) -> list[Action]:
        """Take the Logon of a new connection. Without `Online` among the actions it was refused.

        `answer` is further fields of ours, "tag=value<SOH>..."; `refusals` is how often this peer, who has shown who it
        is, was sent a Logout that took no number before.
        """
        return logging_on.log_on(self, message, now_ns, answer, refusals)

    def ask_for_gap(self, last_missing: int, now_ns: int) -> Actions:
        """Ask for all from `next_in` on (test case 2.b), unless it was asked for and is still coming."""
        patience_ns = self.settings.resend_patience_s * NS_PER_S
        if self.next_in <= self.gap_end and now_ns - self.gap_time_ns < patience_ns:
            return NOTHING
        self.gap_end = last_missing
        self.gap_time_ns = now_ns
        return [Send(RESEND_REQUEST, f"7={self.next_in}\x0116=0\x01")]

    def reset_numbers(self, reason: str) -> ResetNumbers:
        """Expect 1 again; what we send is numbered anew when the action is carried out."""
        self.next_in = 1
        self.gap_end = 0
        self.held.clear()
        self.repeated = RepeatedRequests(self.settings.resend_requests_max)
        return ResetNumbers(reason)

    # Answers of the application to the message that it was handed.

    def reject(self, message: Message, reason: int, ref_tag: str, text: str) -> None:
        """Answer with Reject (35=3): SessionRejectReason (373), RefTagID (371, "" for none), Text."""
        self.answers.append(make_reject(message, make_fault(self.settings.appl_version, reason, ref_tag, text)))

    def business_reject(self, message: Message, reason: int, text: str) -> None:
        """Answer with BusinessMessageReject (35=j): BusinessRejectReason (380), Text."""
        self.answers.append(make_business_reject(message, reason, text))

    # Out.

    def send(self, msg_type: str, body: str, now_ns: int, origin: tuple[int, int] = NO_ORIGIN) -> bytes:
        """Number, store and queue a message; `origin` is the place in the journal of the event that it reports.

        `body` is "tag=value<SOH>..."; header fields of it come first. Works without a connection: the peer will ask
        for what it missed.
        """
        if now_ns // NS_PER_MS != self._millisecond:
            self._millisecond = now_ns // NS_PER_MS
            self._sending_time = f"\x0152={utc_timestamp(now_ns)}\x01"
        seq_num = self.next_out
        if self.stamp and msg_type not in SESSION_MSG_TYPES and not body.startswith(STAMP):  # carried over, it has one
            body = self.stamp + body
        raw = encode(self.begin_string, f"35={msg_type}\x01{self.comp_ids}{seq_num}{self._sending_time}", body)
        self.store.append(seq_num, raw, origin, msg_type in TRANSIENT_MSG_TYPES)
        self.next_out = seq_num + 1
        if self.is_writable:
            self.outbox.append(raw)
            self.heartbeat.sent_ns = now_ns
        return raw

    def restart_output(self, epoch: int, first: int = 1) -> None:
        """Number what we send from `first` on, in a new store; what is to be its first message comes next."""
        carry.restart_output(self, epoch, first)

    def carry_over(self, now_ns: int) -> int:
        """Take over from the store before a reset what was never sent; gives the count. It is in the store only."""
        backlog, self.backlog = self.backlog, None
        return carry.carry_over(self, backlog, now_ns) if backlog is not None else 0

    # Time and end.

    def timer(self, now_ns: int) -> Actions:
        """Say what the time demands: heartbeats, test requests, the end of one who is silent."""
        if self.state is State.ONLINE:
            actions = self.heartbeat.due(now_ns)
            if actions and isinstance(actions[0], Disconnect):
                self.move(Event.PEER_SILENT)
            return actions
        if self.state is not State.OFFLINE and self.heartbeat.is_over(now_ns):
            self.move(Event.PEER_SILENT)
            return [Disconnect("no answer to our Logout")]
        return NOTHING

    def probe(self, now_ns: int) -> Actions:
        """Ask the peer for a sign of life, whatever is due: somebody else claims to be it."""
        return [Send(TEST_REQUEST, f"112={PROBE_ID}\x01")] if self.state is ONLINE else NOTHING

    def logout(self, text: str, now_ns: int) -> Actions:
        """Ask the peer to end the session (test case 12)."""
        if self.state is not State.ONLINE:
            return NOTHING
        self.move(Event.LOGOUT_WANTED)
        self.is_logged_out = True
        self.heartbeat.stop_at(now_ns + self.settings.logout_timeout_s * NS_PER_S)
        return [make_logout(text)]

    def end(self, text: str, now_ns: int) -> list[Action]:
        """End a session whose peer broke the protocol: Logout, and a short wait for the answer."""
        self.move(Event.PEER_FAULT)
        self.heartbeat.stop_at(now_ns + self.settings.error_logout_timeout_s * NS_PER_S)
        return [make_logout(text), Note(text)]

    def connection_lost(self) -> None:
        """Take note that the connection is gone."""
        self.move(Event.CONNECTION_LOST)
        self.outbox = []
        self.is_writable = False
        self.address = ""
        self.held.clear()

    def move(self, event: Event) -> None:
        """Follow the table of states."""
        self.state = after(self.state, event)
