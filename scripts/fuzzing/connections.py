"""What must hold for the acceptor and its connections, whatever bytes come, before and after Logons.

Four sessions, one for each version, are served by a real acceptor whose connections end in memory; those over FIXT.1.1
may use both of its versions. The tape draws passwords, NextExpectedMsgSeqNum, rates and their policies, a message log,
and if all is durable at once or later. Time passes only when the tape says so, and may be set back.

- Nothing fails: no fault of ours is counted and nothing is raised.
- A connection that brought no good Logon leaves no trace in any number and is answered by a Logout at most.
- What a session sends is well formed and comes in sequence, without a gap; orders are delivered once, in sequence.
- Nothing is delivered beyond a rate. What waits for its rate is at most one read, is not read on meanwhile, and goes on
  with time. No message is kept that was cut and will not be parsed.
- A password, right or wrong, is in nothing that is sent, logged or stored.
- After all of it, each peer can log on again, with its next number, and is heard.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final
from unittest.mock import patch

import structlog
from argon2.exceptions import VerifyMismatchError

from scripts.fuzzing import logons
from scripts.fuzzing.clocks import Clock
from scripts.fuzzing.exchange_hall import CHEAP, COMP_IDS, DOOR, PASSWORD_HASH, Hall
from scripts.fuzzing.inputs import (
    BEGIN_STRINGS,
    ORDER,
    SECRET,
    VERSIONS,
    Fields,
    damage,
    frame,
    message,
    mutate,
    pieces,
    some_message,
)
from scripts.fuzzing.tape import Tape
from tradsys_oms.errors import InvariantError, invariant
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import SEQ_NUM_DIGITS_MAX, parse
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.throttle import Excess

INPUTS_MAX: Final = 60
LOGON, LOGOUT = "A", "5"
NUMBER_MAX: Final = 10**SEQ_NUM_DIGITS_MAX - 2
"""The last number from which a session can go on: those that follow have too many digits."""
RUN_MESSAGES: Final = 24
"""More than make a pattern."""
FLOOD_MESSAGES: Final = 10
PAUSES_S: Final = (0.3, 1, 2, 10, 33)
END_TIMEOUT_S: Final = 3
RATE_TIMEOUT_S: Final = 60
"""After so long there is a token, whatever was taken."""


async def check(data: bytes, folder: Path, clock: Clock) -> int:
    """Run one tape; gives the number of messages that it fed."""
    hashes = patch.multiple("tradsys_oms.fix.door.passwords", HASHER=CHEAP, HASH_OF_NOBODY=PASSWORD_HASH)
    logging = structlog.get_config()
    clocks = patch.multiple("time", time_ns=clock.time_ns, monotonic_ns=clock.monotonic_ns)
    with hashes, clocks:
        tape = Tape(data)
        hall = Hall(tape, folder, clock)
        structlog.configure(processors=[hall.ears], wrapper_class=structlog.make_filtering_bound_logger(0))
        try:
            count = await _run(tape, hall)
        finally:
            await hall.close()
            structlog.configure(**logging)
    hall.check_secrets()
    return count


async def _run(tape: Tape, hall: Hall) -> int:
    count = 0
    version = tape.pick(VERSIONS)
    while count < INPUTS_MAX and not (tape.is_over and count):
        if hall.peer.is_cut:
            await hall.part()
            version = tape.pick(VERSIONS)
        await _live(tape, hall, hall.acceptor.sessions[COMP_IDS[version]])
        count += await _talk(tape, hall, version)
    await hall.drain()
    _read_answers(hall)
    await _log_on_again(hall)
    return count


async def _live(tape: Tape, hall: Hall, session: Session) -> None:
    """Let something happen that is no message."""
    event = tape.byte()
    if event > 230:
        await hall.advance(tape.pick(PAUSES_S))
    elif event > 220:
        hall.clock.set_back(tape.pick((1, 50, 3600)))
    elif event > 212:
        hall.change_policy(session, tape.pick(tuple(Excess)))
    elif event > 204:
        hall.peer.end()
        await hall.drain()
        await hall.advance(END_TIMEOUT_S)
        invariant(hall.peer.is_cut, "A connection outlives the end of what its peer sends.")
        await hall.part()
    elif event > 196 and not session.is_online:
        next_in, next_out = tape.pick(((1, 1), (7, 3), (0, 90), (3, 0)))
        epoch = hall.exchange.renumbered(session.session, next_in or session.next_in)
        hall.acceptor.renumber(session, next_in, next_out, epoch)
        hall.exchange.commit()
    elif event > 192:
        hall.acceptor.logout(session.session, "the operator wants it")


async def _talk(tape: Tape, hall: Hall, version: str) -> int:
    """Send a few messages in one or more pieces, and judge what comes back."""
    peer, session = hall.peer, hall.acceptor.sessions[COMP_IDS[version]]
    await hall.settle()
    _read_answers(hall)
    before, was_online = hall.numbers(), peer.connection.session is not None
    stream, count = _draw_some(tape, version, session, is_online=was_online)
    for piece in pieces(tape, stream):
        peer.feed(piece)
        if tape.chance(30):
            await hall.settle()
    await hall.settle()
    answers = _read_answers(hall)
    if not was_online and peer.connection.session is None:
        moved = [after for after, earlier in zip(hall.numbers(), before, strict=True) if after != earlier]
        invariant(answers <= 1 and len(moved) <= answers, "A stranger left a trace.")
        invariant([n for n, _ in hall.numbers()] == [n for n, _ in before], "A stranger moved what we expect.")
    hall.check_health()
    return count


def _draw_some(tape: Tape, version: str, session: Session, *, is_online: bool) -> tuple[bytes, int]:
    number = session.next_in
    if is_online and tape.chance(12):
        bodies = [("D", ORDER)] * RUN_MESSAGES
        if tape.chance(30):
            bodies = [("2", tape.pick(("7=1|16=0", "7=1|16=1", "7=2|16=9999999")))] * FLOOD_MESSAGES
        drawn = [_signed(version, kind, body, number + at) for at, (kind, body) in enumerate(bodies)]
        return b"".join(frame(BEGIN_STRINGS[version], fields) for fields in drawn), len(drawn)
    count = 1 + tape.below(4)
    drawn_bytes = [
        _draw(tape, version, session, offset, must_log_on=not is_online and offset == 0) for offset in range(count)
    ]
    return b"".join(drawn_bytes), count


def _draw(tape: Tape, version: str, session: Session, offset: int, *, must_log_on: bool) -> bytes:
    number = session.next_in + offset
    if must_log_on and not tape.chance(10):
        body = tape.pick((logons.PLAIN, f"{logons.PLAIN}|141=Y", *logons.BODIES)) + _credentials(tape, session)
        fields = _signed(version, LOGON, body, 1 if "141=Y" in body else number + tape.pick((0, 0, 0, 2)))
    else:
        fields, _ = some_message(tape, version, number, _now_ns())
        fields[1] = "49", session.peer_comp_id
    mutate(tape, fields)
    raw = frame(BEGIN_STRINGS[version], [(tag, _kept_known(tag, value)) for tag, value in fields])
    return damage(tape, raw) if tape.chance(10) else raw


def _kept_known(tag: str, value: str) -> str:
    """Give a value that a mutation may have drawn, without what the peers of this part would not know again."""
    if tag == "925" and value not in (logons.PASSWORD, logons.NEW_PASSWORD):
        return logons.NEW_PASSWORD  # else no peer could log on any more
    return value if tag in logons.SECRET_TAGS else value.replace(SECRET, "x")


def _credentials(tape: Tape, session: Session) -> str:
    """Draw who a peer says that it is: mostly what it should say."""
    if tape.chance(25):
        return tape.pick((*logons.WRONG, *logons.AGAINST_POLICY))
    if not session.settings.password_hash:
        return ""
    right = _right(session)
    if tape.chance(8):
        new = logons.PASSWORD if logons.NEW_PASSWORD in right else logons.NEW_PASSWORD
        return f"{right}|925={new}"
    return right


def _right(session: Session) -> str:
    """Give the credentials that a session has now."""
    settings = session.settings
    if not settings.password_hash:
        return ""
    is_first = settings.password_hash == PASSWORD_HASH
    for password in (logons.PASSWORD, logons.NEW_PASSWORD) if is_first else (logons.NEW_PASSWORD, logons.PASSWORD):
        try:
            CHEAP.verify(settings.password_hash, password)
        except VerifyMismatchError:
            continue
        return f"|553={logons.USER}|554={password}"
    raise InvariantError("A session has a password that nobody gave it.")


def _now_ns() -> int:
    return time.time_ns()


def _signed(version: str, msg_type: str, body: str, number: int) -> Fields:
    fields = message(version, msg_type, body, number, _now_ns())
    fields[1] = "49", COMP_IDS[version]
    return fields


def _read_answers(hall: Hall) -> int:
    """Judge what the peer got; gives the number of messages."""
    answers = hall.peer.answers()
    invariant(SECRET.encode() not in answers, "A secret was sent.")
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
    return len(frames)


async def _log_on_again(hall: Hall) -> None:
    """Whatever happened, every peer can go on, when lock-outs and rates are over."""
    hall.clock.advance(DOOR.lockout_s + RATE_TIMEOUT_S)
    await hall.part()
    for version, comp_id in COMP_IDS.items():
        session = hall.acceptor.sessions[comp_id]
        number, logon = session.next_in, logons.PLAIN + _right(session)
        if number >= NUMBER_MAX:  # it was sent there by a SequenceReset, and has to begin again
            number, logon = 1, f"{logon}|141=Y"
        for msg_type, body, offset in ((LOGON, logon, 0), ("1", "112=alive", 1)):
            hall.peer.feed(frame(BEGIN_STRINGS[version], _signed(version, msg_type, body, number + offset)))
        await hall.settle()
        answers = hall.peer.answers()
        is_heard = b"\x01112=alive\x01" in answers
        invariant(is_heard, f"{comp_id} can't go on with number {number}: {answers[-500:]!r} {hall.ears.heard[-2:]}")
        invariant(session.next_in == number + 2, f"{comp_id} doesn't count its messages any more.")
        hall.clock.advance(RATE_TIMEOUT_S)
        await hall.part()
