"""What must hold for a session, whatever comes before and after its Logon and however time passes.

The session is driven without a connection, by an owner that carries out at once what it decides.

- Nothing is raised. A refused Logon moves nothing; one that is refused without a word doesn't even cost a number.
- `next_in` goes up by one at most for a message, but for SequenceReset and Logon, and never back without a reset.
- A message that is rejected counts when it is its turn, and otherwise changes nothing.
- What is delivered is valid by the version that it says, or that the Logon said for it, within the limits of fields and
  group entries, and in sequence, each number once. What is kept behind a gap is bounded.
- What we send is numbered without a gap and right by the dictionary of its version.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from scripts.fuzzing import logons
from scripts.fuzzing.codec import MESSAGE_SIZE_MAX
from scripts.fuzzing.inputs import BEGIN_STRINGS, VERSIONS, damage, frame, message, mutate, some_message
from scripts.fuzzing.session_owner import FLOOD_MESSAGES, LOGON, Owner
from scripts.fuzzing.tape import Tape
from tradsys_oms.fix.errors import MessageTooLarge
from tradsys_oms.fix.framing import Framer

INPUTS_MAX: Final = 40
PAUSES_S: Final = (0, 0, 0, 0, 1, 5, 31, 37, 100, -50, 7200)


def check(data: bytes, folder: Path) -> int:
    """Run one tape on a fresh session; gives the number of messages that it fed."""
    tape = Tape(data)
    version = tape.pick(VERSIONS)
    next_in = tape.pick((1, 5))
    owner = Owner(version, folder, next_in, uses_next_expected=version != "FIX.4.2" and tape.chance(30))
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
            if not session.is_online and tape.chance(6):
                owner.renumber(*tape.pick(((1, 1), (7, 3), (2, 90))))
            data = _draw(tape, owner)
            if session.is_online and tape.chance(2):
                data, count = _flood(tape, owner), count + FLOOD_MESSAGES - 1
            for raw in _framed(data):
                (owner.take if session.is_online else owner.log_on)(raw)
    finally:
        session.store.close()
    return count


def _framed(data: bytes) -> list[bytes]:
    try:
        return Framer(MESSAGE_SIZE_MAX).feed(data)
    except MessageTooLarge:
        return []


def _flood(tape: Tape, owner: Owner) -> bytes:
    """Ask for the same again and again."""
    number, body = owner.session.next_in, tape.pick(("7=1|16=0", "7=2|16=2", "7=1|16=99999"))
    wanted = [message(owner.version, "2", body, number + at, owner.now_ns) for at in range(FLOOD_MESSAGES)]
    return b"".join(frame(BEGIN_STRINGS[owner.version], fields) for fields in wanted)


def _draw(tape: Tape, owner: Owner) -> bytes:
    """Draw the next message; before a Logon most are Logons."""
    session = owner.session
    if session.is_online or tape.chance(15):
        fields, _ = some_message(tape, owner.version, session.next_in, owner.now_ns)
    else:
        body = tape.pick(logons.BODIES)
        number = session.next_in + tape.pick((0, 0, 0, 1, 3, -1))
        fields = message(owner.version, LOGON, body, 1 if "141=Y" in body else number, owner.now_ns)
    mutate(tape, fields)
    raw = frame(BEGIN_STRINGS[owner.version], fields)
    return damage(tape, raw) if tape.chance(8) else raw
