"""The application behind the fuzzed acceptor: it answers orders, and holds them against sequence and rate."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final

from msgspec import structs

from scripts.fuzzing.clocks import Clock
from scripts.fuzzing.inputs import NS_PER_S
from tradsys_oms.errors import invariant
from tradsys_oms.fix.acceptor import Acceptor
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.session import Session

NEVER_REFUSED: Final = ("F", "DH")
"""Of the messages that are sent here: beyond its rate, a peer may still make risk smaller."""
TOLERANCE: Final = 0.001


class Allowance:
    """How much may have been delivered by now: a bucket of tokens by its textbook.

    One that is not `capped` doesn't overflow: a message that took its token when it was read may be kept behind a gap,
    and is delivered later, together with others.
    """

    def __init__(self, rate_per_s: int, burst: int, clock: Clock, *, is_capped: bool) -> None:
        self._rate_per_s, self._burst, self._clock, self._is_capped = rate_per_s, burst, clock, is_capped
        self._tokens = float(burst)
        self._then_ns = clock.elapsed_ns

    def loosen(self, held: int) -> None:
        """Overflow no more: the policy has changed, and what is held behind a gap pays by neither of the two."""
        self._is_capped = False
        self._tokens += held

    def take(self) -> None:
        """Take a token, which must be there."""
        now_ns = self._clock.elapsed_ns
        self._tokens += self._rate_per_s * (now_ns - self._then_ns) / NS_PER_S
        self._then_ns = now_ns
        if self._is_capped:
            self._tokens = min(self._tokens, self._burst)
        self._tokens -= 1
        invariant(self._tokens > -TOLERANCE, "More was delivered than the rate allows.")


class Exchange:
    """Answers every order with a report when it is durable: at once, or with the next `commit`."""

    acceptor: Acceptor

    def __init__(self, *, commits_at_once: bool) -> None:
        self.last: dict[str, int] = {}
        self.epochs: dict[str, int] = {}
        self.allowances: dict[str, list[Allowance]] = {}
        self.delivered = 0
        self.errors: list[BaseException] = []
        """What was wrong; connections see to what is raised, so it is kept here."""
        self._commits_at_once = commits_at_once
        self._waiting: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()

    def deliver(self, session: Session, message: Message, now_ns: int, refusal: str = "") -> None:
        """Take an order: in sequence, never twice, and not beyond the rate."""
        number, name = message.msg_seq_num, session.session
        try:
            invariant(number > self.last.get(name, 0), "An order was delivered twice or out of sequence.")
            if not refusal and message.msg_type not in NEVER_REFUSED:
                for allowance in self.allowances.get(name, ()):
                    allowance.take()
        except Exception as error:
            self.errors.append(error)
            raise
        self.last[name] = number
        self.delivered += 1
        body = f"37={number}\x0111={message.fields.get('11', '')}\x01"
        self.after_commit(self.acceptor.send_report, name, "8", body, now_ns)

    def message_refused(self, session: str, msg_seq_num: int) -> None:
        """Take note of its number: it is not to be delivered afterwards."""
        self.last[session] = msg_seq_num

    def session_online(self, session: str, msg_seq_num: int, address: str) -> None:
        """Nothing to journal."""

    def session_offline(self, session: str, msg_seq_num: int, reason: str, is_drop: bool) -> None:
        """Nothing to journal."""

    def session_reset(self, session: str, reason: str) -> int:
        """Numbers start again."""
        return self.renumbered(session, 1)

    def renumbered(self, session: str, next_in: int) -> int:
        """Take note of numbers that were set; gives the epoch."""
        self.last[session] = next_in - 1
        self.epochs[session] = self.epochs.get(session, 0) + 1
        return self.epochs[session]

    def reserve_numbers(self, session: Session, ceiling: int) -> None:
        """Reserve them when all before is durable."""
        self.after_commit(session.numbers.reserved, session.store.epoch, ceiling)

    def password_changed(self, session: str, password_hash: str) -> None:
        """Ask for the new password from now on."""
        settings = self.acceptor.sessions[session].settings
        self.acceptor.change_session(structs.replace(settings, password_hash=password_hash))

    def after_commit(self, function: Callable[..., None], *args: Any) -> None:
        """Call when all before is durable."""
        if self._commits_at_once:
            function(*args)
        else:
            self._waiting.append((function, args))

    def commit(self) -> None:
        """Let everything become durable that waits for it."""
        while self._waiting:
            function, args = self._waiting.popleft()
            function(*args)
        self.acceptor.flush()
