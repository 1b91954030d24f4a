"""What must hold for the acceptor and its connections, whatever bytes come, before and after Logons.

Three sessions, one for each version, are served by a real acceptor whose connections end in memory.

- Nothing fails: no fault of ours is counted and nothing is raised.
- A connection that brought no good Logon leaves no trace in any number and is answered by a Logout at most.
- What a session sends is well formed and comes in sequence, without a gap; orders are delivered once, in sequence.
- After all of it, each peer can log on again, with its next number, and is heard.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from scripts.fuzzing.codec import MESSAGE_SIZE_MAX, validators
from scripts.fuzzing.inputs import (
    BEGIN_STRINGS,
    US,
    VERSIONS,
    Fields,
    damage,
    frame,
    message,
    mutate,
    pieces,
    some_message,
)
from scripts.fuzzing.memory_transport import Peer
from scripts.fuzzing.tape import Tape
from tradsys_oms.errors import invariant
from tradsys_oms.fix.acceptor import Acceptor, AcceptorSettings
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import SEQ_NUM_DIGITS_MAX, Message, parse
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.settings import SessionSettings
from tradsys_oms.fix.store import OutboundStore

COMP_IDS: Final = dict(zip(VERSIONS, ("BROKER42", "BROKER44", "BROKER50"), strict=True))
INPUTS_MAX: Final = 30
LOGON, LOGOUT = "A", "5"
NUMBER_MAX: Final = 10**SEQ_NUM_DIGITS_MAX - 2
"""The last number from which a session can go on: those that follow have too many digits."""
TURNS_MAX: Final = 200
"""So many turns of the loop are more than any answer takes."""


class Exchange:
    """The application: answers every order with a report and keeps what was delivered."""

    acceptor: Acceptor

    def __init__(self) -> None:
        self.last: dict[str, int] = {}
        self.epochs: dict[str, int] = {}
        self.delivered = 0

    def deliver(self, session: Session, message: Message, now_ns: int, refusal: str = "") -> None:
        """Take an order: in sequence, and never twice."""
        number, name = message.msg_seq_num, session.session
        invariant(number > self.last.get(name, 0), "An order was delivered twice or out of sequence.")
        self.last[name] = number
        self.delivered += 1
        self.acceptor.send_report(name, "8", f"37={number}\x0111={message.fields.get('11', '')}\x01", now_ns)

    def session_online(self, session: str, msg_seq_num: int, address: str) -> None:
        """Nothing to journal."""

    def session_offline(self, session: str, msg_seq_num: int, reason: str, is_drop: bool) -> None:
        """Nothing to journal."""

    def session_reset(self, session: str, reason: str) -> int:
        """Numbers start again."""
        self.last[session] = 0
        self.epochs[session] = self.epochs.get(session, 0) + 1
        return self.epochs[session]

    def reserve_numbers(self, session: Session, ceiling: int) -> None:
        """Reserve them at once."""
        session.numbers.reserved(session.store.epoch, ceiling)

    def password_changed(self, session: str, password_hash: str) -> None:
        """Nobody asks for a password."""

    def after_commit(self, function: Callable[..., None], *args: Any) -> None:
        """All is durable at once."""
        function(*args)


class Listener:
    """An acceptor with one session for each version; one peer at a time is connected."""

    def __init__(self, folder: Path) -> None:
        self.exchange = Exchange()
        settings = AcceptorSettings(message_size_max=MESSAGE_SIZE_MAX)
        self.acceptor = Acceptor(self.exchange, validators(), settings, self._failed)
        self.exchange.acceptor = self.acceptor
        for version, comp_id in COMP_IDS.items():
            self.acceptor.add_session(settings_of(version, comp_id), OutboundStore.open(folder / comp_id, 0), 1)
        self.peer = Peer(self.acceptor)

    @staticmethod
    def _failed(error: BaseException) -> None:
        raise error

    def numbers(self) -> list[tuple[int, int]]:
        """Give both numbers of all sessions."""
        return [(session.next_in, session.next_out) for session in self.acceptor.sessions.values()]

    def check_health(self) -> None:
        """Nothing of ours may have failed."""
        faults = self.acceptor.failures + sum(s.counters.failures for s in self.acceptor.sessions.values())
        invariant(faults == 0, "A fault of ours was counted.")

    def close(self) -> None:
        """Give the stores back."""
        self.acceptor.close()


def settings_of(version: str, comp_id: str) -> SessionSettings:
    """Make the settings of the session that speaks a version."""
    return SessionSettings(
        session=comp_id,
        comp_id=US,
        peer_comp_id=comp_id,
        begin_string=BEGIN_STRINGS[version],
        appl_version=version,
    )


async def check(data: bytes, folder: Path) -> int:
    """Run one tape; gives the number of messages that it fed."""
    tape = Tape(data)
    listener = Listener(folder)
    count = 0
    try:
        version = tape.pick(VERSIONS)
        while count < INPUTS_MAX and not (tape.is_over and count):
            if listener.peer.is_cut:
                await _part(listener)
                version = tape.pick(VERSIONS)
            count += await _talk(tape, listener, version)
        await _part(listener)
        await _log_on_again(listener)
    finally:
        await listener.peer.leave()
        listener.close()
    return count


async def _talk(tape: Tape, listener: Listener, version: str) -> int:
    """Send a few messages in one or more pieces, and judge what comes back."""
    peer, session = listener.peer, listener.acceptor.sessions[COMP_IDS[version]]
    before, was_online, count = listener.numbers(), peer.connection.session is not None, 1 + tape.below(4)
    number = session.next_in
    stream = b""
    for offset in range(count):
        stream += _draw(tape, version, number + offset, must_log_on=not was_online and offset == 0)
    for piece in pieces(tape, stream):
        peer.feed(piece)
        if tape.chance(30):
            await asyncio.sleep(0)
    await _settle(listener)
    _check_answers(listener, version, was_online or peer.connection.session is not None, before)
    listener.check_health()
    return count


def _draw(tape: Tape, version: str, number: int, *, must_log_on: bool) -> bytes:
    now_ns = time.time_ns()
    if must_log_on and not tape.chance(10):
        body = tape.pick(("98=0|108=30", "98=0|108=30|141=Y", "98=0|108=0", "98=0|108=30|383=9|384=1|372=D|385=S"))
        fields = message(version, LOGON, body, 1 if "141=Y" in body else number + tape.pick((0, 0, 0, 2)), now_ns)
    else:
        fields, _ = some_message(tape, version, number, now_ns)
    _sign(fields, COMP_IDS[version])
    mutate(tape, fields)
    raw = frame(BEGIN_STRINGS[version], fields)
    return damage(tape, raw) if tape.chance(10) else raw


def _sign(fields: Fields, comp_id: str) -> None:
    fields[1] = "49", comp_id


async def _settle(listener: Listener) -> None:
    """Wait until what was asked for has been written: resends come in the loop's next turns."""
    for _ in range(TURNS_MAX):
        size = len(listener.peer.transport.written)
        await asyncio.sleep(0)
        if len(listener.peer.transport.written) == size:
            return


def _check_answers(listener: Listener, version: str, was_heard: bool, before: list[tuple[int, int]]) -> None:
    """Judge what the peer got."""
    answers = listener.peer.answers()
    frames = Framer(1 << 20).feed(answers)
    invariant(b"".join(frames) == answers, "The acceptor wrote something that is no message.")
    expected: int | None = None
    for raw in frames:
        sent = parse(raw)
        if sent.msg_type == LOGON:
            expected = None  # a reset may have come before it
        follows = expected is None or sent.poss_dup or sent.msg_seq_num == expected
        # A Logout does not wait for a resend: what waited behind that stays in the store, for the peer to ask for.
        is_last_word = expected is not None and sent.msg_type == LOGOUT and sent.msg_seq_num > expected
        invariant(follows or is_last_word, "What we send has a gap.")
        if not sent.poss_dup:
            expected = sent.msg_seq_num + 1
    if not was_heard:
        moved = [after for after, earlier in zip(listener.numbers(), before, strict=True) if after != earlier]
        invariant(len(frames) <= 1 and len(moved) == len(frames), "A stranger left a trace.")
        invariant([n for n, _ in listener.numbers()] == [n for n, _ in before], "A stranger moved what we expect.")


async def _part(listener: Listener) -> None:
    """End the connection and begin the next one."""
    await listener.peer.leave()
    invariant(not any(s.is_online for s in listener.acceptor.sessions.values()), "A session outlived its connection.")
    invariant(listener.acceptor.connection_count == 0, "The acceptor holds on to a connection that is gone.")
    listener.peer = Peer(listener.acceptor)


async def _log_on_again(listener: Listener) -> None:
    """Whatever happened, every peer can go on."""
    for version, comp_id in COMP_IDS.items():
        session = listener.acceptor.sessions[comp_id]
        number, logon = session.next_in, "98=0|108=30"
        if number >= NUMBER_MAX:  # it was sent there by a SequenceReset, and has to begin again
            number, logon = 1, f"{logon}|141=Y"
        for msg_type, body, offset in ((LOGON, logon, 0), ("1", "112=alive", 1)):
            fields = message(version, msg_type, body, number + offset, time.time_ns())
            _sign(fields, comp_id)
            listener.peer.feed(frame(BEGIN_STRINGS[version], fields))
        await _settle(listener)
        invariant(b"\x01112=alive\x01" in listener.peer.answers(), f"{comp_id} can't go on with number {number}.")
        invariant(session.next_in == number + 2, f"{comp_id} doesn't count its messages any more.")
        await _part(listener)
