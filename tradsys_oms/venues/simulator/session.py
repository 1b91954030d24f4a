"""The venue's side of one FIX session, without I/O: messages in, bytes out.

It keeps to the rules of the session layer (FIX 4.4 Volume 2) except where it is told to break one: `send` takes the
name of a fault and does with MsgSeqNum, CheckSum or the sending itself what QuickFIX never would. What is stored is
sound all the same, so that the peer gets all of it in the end if it asks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tradsys_oms.fix.dictionary import APPL_VER_IDS
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.msg_types import (
    HEARTBEAT,
    LOGON,
    LOGOUT,
    REJECT,
    RESEND_REQUEST,
    SEQUENCE_RESET,
    TEST_REQUEST,
)
from tradsys_oms.fix.timestamps import utc_timestamp
from tradsys_oms.venues.simulator.store import Kept, Numbers, Store

SOH: Final = "\x01"
WAITING_MAX: Final = 100_000
"""So many messages behind a gap are kept until it is filled."""
LATE_SHARE: Final = 1.2
"""A peer that is silent for so many heartbeat intervals is asked, and for twice as many cut off."""
Clock = Callable[[], int]


class Session:
    """One peer. `outgoing` holds what is to be written, and `must_close` says that the line ends behind it."""

    def __init__(
        self,
        version: str,
        comp_id: str,
        peer: str,
        numbers: Numbers,
        store: Store,
        clock_ns: Clock,
        application: Callable[[Session, Message], None],
    ) -> None:
        self.version, self.comp_id, self.peer = version, comp_id, peer
        self.begin_string = "FIXT.1.1" if version in APPL_VER_IDS else version
        self.numbers, self.outgoing = numbers, list[bytes]()
        self.must_close = self.is_logged_on = False
        self.heart_bt_int_s = 30
        self._store, self._clock_ns, self._application = store, clock_ns, application
        self._names = f"{SOH}49={comp_id}{SOH}56={peer}{SOH}34="
        self._noted = numbers.next_in, numbers.next_out
        self._waiting: dict[int, Message | None] = {}
        self._asked_up_to = 0
        self._last_in_ns = self._last_out_ns = 0
        self._is_tested = False
        self._take: dict[str, Callable[[Message], None]] = {
            HEARTBEAT: self._ignore,
            REJECT: self._ignore,
            TEST_REQUEST: self._take_test_request,
            RESEND_REQUEST: self._take_resend_request,
            SEQUENCE_RESET: self._take_gap_fill,
            LOGOUT: self._take_logout,
            LOGON: self._ignore,
        }

    # What the venue says.

    def send(self, msg_type: str, body: str, fault: str = "") -> None:
        """Give a message its number, store it, and send it if the peer is logged on.

        Faults: `lost`, `garbled`, `low_number`, `high_number`, as the steps of that name say.
        """
        numbers = self.numbers
        if fault == "high_number":
            numbers.next_out += 1
        number = numbers.next_out
        numbers.next_out = number + 1
        time = utc_timestamp(self._clock_ns())
        kept = Kept(msg_type, time, body)
        numbers.keep(number, kept)
        if self._store.is_kept:
            self._store.note("sent", self.peer, number, kept)
        if not self.is_logged_on or fault == "lost":
            return
        said = max(number - 1, 1) if fault == "low_number" else number
        data = encode(self.begin_string, f"35={msg_type}{self._names}{said}{SOH}52={time}{SOH}", body)
        self.outgoing.append(data if fault != "garbled" else data[:-4] + b"%03d\x01" % ((int(data[-4:-1]) + 1) % 256))

    def send_admin(self, msg_type: str, body: str, number: int = 0, more_head: str = "") -> None:
        """Send a session message, with a number of its own or a given one."""
        if not number:
            number = self.numbers.next_out
            self.numbers.next_out += 1
        time = utc_timestamp(self._clock_ns())
        head = f"35={msg_type}{self._names}{number}{SOH}52={time}{SOH}{more_head}"
        self.outgoing.append(encode(self.begin_string, head, body))

    def log_out(self, text: str = "") -> None:
        """Say Logout and close the line."""
        self.send_admin(LOGOUT, f"58={text}{SOH}" if text else "")
        self.end()

    def end(self) -> None:
        """Close the line behind what is in `outgoing`; what is said from now on is stored only."""
        self.must_close = True
        self.is_logged_on = False

    @property
    def has_new_numbers(self) -> bool:
        """Its numbers have changed since they were noted."""
        return self._noted != (self.numbers.next_in, self.numbers.next_out)

    def note_numbers(self) -> None:
        """Note both numbers for the store."""
        if self._store.is_kept:
            self._noted = self.numbers.next_in, self.numbers.next_out
            self._store.note("numbers", self.peer, self.numbers.next_in, self.numbers.next_out)

    # Logon.

    def answer_logon(self, message: Message, more: str = "") -> None:
        """Take a Logon and answer it; resets both numbers where ResetSeqNumFlag (141) is Y."""
        fields = message.fields
        numbers = self.numbers
        is_reset = fields.get("141") == "Y"
        if is_reset:
            numbers.reset()
            self._store.note("reset", self.peer)
        seconds = fields.get("108", "30")
        self.heart_bt_int_s = int(seconds) if seconds.isdecimal() and len(seconds) <= 6 else 30
        self._begin()
        number = message.msg_seq_num
        if number < numbers.next_in:
            self.is_logged_on = False
            self.log_out(f"MsgSeqNum too low, expecting {numbers.next_in} but received {number}")
            return
        version = f"1137={APPL_VER_IDS[self.version]}{SOH}" if self.version in APPL_VER_IDS else ""
        reset = f"141=Y{SOH}" if is_reset else ""
        self.send_admin(LOGON, f"98=0{SOH}108={self.heart_bt_int_s}{SOH}{reset}{version}{more}")
        self._go_on(number, None)

    def refuse_logon(self, text: str) -> None:
        """Refuse a Logon with a Logout; no number moves."""
        self.send_admin(LOGOUT, f"58={text}{SOH}" if text else "", self.numbers.next_out)
        self.end()

    def _begin(self) -> None:
        self.is_logged_on, self.must_close = True, False
        self._waiting.clear()
        self._asked_up_to = 0
        self._is_tested = False
        self._last_in_ns = self._last_out_ns = self._clock_ns()

    # What the peer says.

    def receive(self, message: Message) -> None:
        """Take a message of the peer that is logged on."""
        self._is_tested = False
        number = message.msg_seq_num
        if number == self.numbers.next_in and not self._waiting and message.msg_type != SEQUENCE_RESET:
            self.numbers.next_in = number + 1
            self._process(message)
        elif message.msg_type == SEQUENCE_RESET and message.fields.get("123") != "Y":
            self._move_to(message)
        elif number < 0:
            self.log_out("MsgSeqNum is missing")
        elif number < self.numbers.next_in:
            if not message.poss_dup:
                self.log_out(f"MsgSeqNum too low, expecting {self.numbers.next_in} but received {number}")
        else:
            self._go_on(number, message)

    def _go_on(self, number: int, message: Message | None) -> None:
        """Take a message in its turn: now, or when the gap before it is filled. None stands for a Logon, done with."""
        if number > self.numbers.next_in:
            if len(self._waiting) >= WAITING_MAX:
                self.log_out(f"More than {WAITING_MAX} messages wait behind a gap")
                return
            self._waiting[number] = message
            if message is not None and message.msg_type == RESEND_REQUEST:
                self._take_resend_request(message)
            if number > self._asked_up_to:
                first = max(self.numbers.next_in, self._asked_up_to + 1)
                self._asked_up_to = number
                if first not in self._waiting:
                    self.send_admin(RESEND_REQUEST, f"7={first}{SOH}16={number - 1}{SOH}")
            return
        self._waiting[number] = message
        while self.numbers.next_in in self._waiting and not self.must_close:
            waiting = self._waiting.pop(self.numbers.next_in)
            self.numbers.next_in += 1
            if waiting is not None and not (number < self.numbers.next_in - 1 and waiting.msg_type == RESEND_REQUEST):
                self._process(waiting)

    def _process(self, message: Message) -> None:
        take = self._take.get(message.msg_type)
        if take is not None:
            take(message)
        else:
            self._application(self, message)

    def _ignore(self, message: Message) -> None:
        """Nothing to do."""

    def _take_test_request(self, message: Message) -> None:
        self.send_admin(HEARTBEAT, f"112={message.fields.get('112', '')}{SOH}")

    def _take_logout(self, message: Message) -> None:
        self.log_out()

    def _move_to(self, message: Message) -> None:
        """Take a SequenceReset that only resets: its own number does not matter."""
        new = message.fields.get("36", "")
        if new.isdecimal() and int(new) > self.numbers.next_in:
            self.numbers.next_in = int(new)
            self._waiting = {number: waiting for number, waiting in self._waiting.items() if number >= int(new)}

    def _take_gap_fill(self, message: Message) -> None:
        new = message.fields.get("36", "")
        if new.isdecimal() and int(new) > self.numbers.next_in:
            self.numbers.next_in = int(new)

    def _take_resend_request(self, message: Message) -> None:
        first, last = (message.fields.get(tag, "") for tag in ("7", "16"))
        if not (first.isdecimal() and last.isdecimal()):
            return
        end = self.numbers.next_out - 1
        last_number = min(int(last) or end, end)
        gap_at = 0
        for number in range(max(int(first), 1), last_number + 1):
            kept = self.numbers.kept.get(number)
            if kept is None:
                gap_at = gap_at or number
                continue
            if gap_at:
                self._fill_gap(gap_at, number)
            gap_at = 0
            head = f"35={kept.msg_type}{self._names}{number}{SOH}52={utc_timestamp(self._clock_ns())}{SOH}"
            again = f"43=Y{SOH}122={kept.sending_time}{SOH}"
            self.outgoing.append(encode(self.begin_string, head + again, kept.body))
        if gap_at:
            self._fill_gap(gap_at, last_number + 1)

    def _fill_gap(self, first: int, new: int) -> None:
        self.send_admin(SEQUENCE_RESET, f"123=Y{SOH}36={new}{SOH}", first, f"43=Y{SOH}")

    # Time.

    def note_traffic(self, *, has_received: bool) -> None:
        """Note that something was received or sent now."""
        if has_received:
            self._last_in_ns = self._clock_ns()
        else:
            self._last_out_ns = self._clock_ns()

    def tick(self) -> None:
        """Send what time asks for: a Heartbeat, a TestRequest, the end."""
        if not self.is_logged_on or not self.heart_bt_int_s:
            return
        now = self._clock_ns()
        interval_ns = self.heart_bt_int_s * 1_000_000_000
        if now - self._last_in_ns > 2 * LATE_SHARE * interval_ns:
            self.end()
        elif now - self._last_in_ns > LATE_SHARE * interval_ns and not self._is_tested:
            self._is_tested = True
            self.send_admin(TEST_REQUEST, f"112={utc_timestamp(now)}{SOH}")
        elif now - self._last_out_ns >= interval_ns:
            self.send_admin(HEARTBEAT, "")
