"""One connection of a link process: its frames in order, and what it is told.

A frame counts when its number follows the last one. A lower one was taken before and is acknowledged again; a higher
one would leave a gap, so the connection is ended, and the link begins again with what was durable. An acknowledgement
goes out once for each batch of the journal.

Input is bounded: so many frames in one turn of the loop, so that brokers have theirs, and so many that wait for the
disk; beyond that nothing is read. Output is bounded because its words replace each other: of acknowledgements and of
nudges only the last counts, and a link that does not read gets it when it reads again.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import structlog

from tradsys_oms.errors import InvariantError
from tradsys_oms.journal.errors import JournalWriteFailed
from tradsys_oms.venue_lines.frames import (
    FRAME_BYTES_MAX,
    LENGTH,
    FromLink,
    Hello,
    LinkCommand,
    LinkFault,
    Numbered,
    believable,
    decode_frame,
    encode_frame,
)

if TYPE_CHECKING:
    from tradsys_oms.venue_lines.gate import VenueGate

FRAMES_PER_TURN: Final = 256
FRAMES_WAITING_MAX: Final = 8_192
"""Taken and not durable; beyond it the line is not read."""
HELLO_TIMEOUT_S: Final = 10.0

log = structlog.get_logger(__name__)


class VenueLine(asyncio.Protocol):
    """The connection of a link process; `venue` is "" until it has said hello."""

    def __init__(self, gate: VenueGate, loop: asyncio.AbstractEventLoop) -> None:
        self.venue = ""
        self.pid = 0
        self.version = ""
        self.facts: dict[str, Any] = {}
        """What the link has said last about itself."""
        self.frames = 0
        """Taken from this connection."""
        self.seen_s = time.monotonic()
        """When something came last."""
        self.is_welcome = False
        self._gate, self._loop = gate, loop
        self._transport: asyncio.Transport
        self._buffer = bytearray()
        self._is_ending = False
        self._is_reading = True
        self._is_scheduled = False
        self._taken = 0
        self._durable = 0
        self._waiting: deque[tuple[int, int]] = deque()
        """Journal sequence and number of the last frame of each turn, until they are durable."""
        self._is_blocked = False
        """The link does not read."""
        self._owed: dict[str, int] = {}
        """What it is told when it reads again: the last `ack`, the last `durable`."""

    # What the loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for its hello."""
        self._transport = transport  # type: ignore[assignment]  # of a stream socket it is a Transport
        self._hello_timer = self._loop.call_later(HELLO_TIMEOUT_S, self.guarded, self._no_hello)
        self.guarded(self._gate.connected, self)

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        self._buffer += data
        if not self._is_scheduled:
            self.guarded(self._take)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the gate know."""
        self._hello_timer.cancel()
        self._is_ending = True
        self.guarded(self._gate.disconnected, self)

    def pause_writing(self) -> None:
        """Keep what is to be said."""
        self._is_blocked = True

    def resume_writing(self) -> None:
        """Say what was kept."""
        self._is_blocked = False
        owed, self._owed = self._owed, {}
        for word, number in owed.items():
            self._tell(word, number)

    def guarded(self, function: Callable[..., None], *arguments: Any) -> None:
        """Call, and see to what is raised: a fault of this line ends this line only."""
        try:
            function(*arguments)
        except LinkFault as fault:
            self.refuse(str(fault))
        except (InvariantError, JournalWriteFailed) as error:
            self._gate.failed(error)
        except Exception as error:
            log.exception("venue_line_failed", venue=self.venue)
            self.refuse(f"a fault of the daemon: {error!r}")

    # In.

    def _take(self) -> None:
        """Take the frames that are complete, as many as one turn may."""
        self._is_scheduled = False
        if self._is_ending:
            return
        self.seen_s = time.monotonic()
        buffer, at, count, seq = self._buffer, 0, 0, 0
        while count < FRAMES_PER_TURN and not self._is_ending:
            end = self._end_of_frame(at)
            if not end:
                break
            seq = self._take_one(decode_frame(buffer[at + LENGTH.size : end])) or seq
            at, count = end, count + 1
        del buffer[:at]
        if seq:
            self._waiting.append((seq, self._taken))
            self._gate.wait_for_disk(self)
        self._read_on(count == FRAMES_PER_TURN)

    def _end_of_frame(self, at: int) -> int:
        """Give where the frame that begins at `at` ends, 0 for one that is not complete."""
        have = len(self._buffer) - at
        if have < LENGTH.size:
            return 0
        (length,) = LENGTH.unpack_from(self._buffer, at)
        if length > FRAME_BYTES_MAX:
            raise LinkFault(f"a frame has at most {FRAME_BYTES_MAX} bytes, not {length}")
        end: int = at + LENGTH.size + length
        return end if have >= end - at else 0

    def _read_on(self, is_turn_over: bool) -> None:
        """See to it that the rest is taken in the next turn, or when the disk has caught up."""
        is_behind = self._taken - self._durable > FRAMES_WAITING_MAX
        if is_turn_over and not is_behind:
            self._is_scheduled = True
            self._loop.call_soon(self.guarded, self._take)
        reads = not (is_turn_over or is_behind or self._is_ending)
        if reads != self._is_reading and not self._transport.is_closing():
            self._is_reading = reads
            (self._transport.resume_reading if reads else self._transport.pause_reading)()

    def _take_one(self, frame: FromLink) -> int:
        """Take a frame; gives the journal sequence of its command, 0 for none."""
        if isinstance(frame, Numbered):
            return self._take_command(frame.number, frame.command)
        if isinstance(frame, Hello):
            self._take_hello(frame)
        else:
            self.facts = frame.facts
        return 0

    def _take_hello(self, hello: Hello) -> None:
        if self.venue:
            raise LinkFault("a link says hello once")
        self._gate.admit(self, hello)
        self._hello_timer.cancel()
        self.venue, self.pid, self.version = hello.venue, hello.pid, hello.version

    def _take_command(self, number: int, command: LinkCommand) -> int:
        if not self.is_welcome:
            raise LinkFault("a link sends no frames before it is welcome")
        if command.frame != number or command.venue != self.venue:
            raise LinkFault(f"frame {number} of {self.venue} has a command of {command.venue}, frame {command.frame}")
        if number <= self._taken:
            self._tell("ack", self._durable)
            return 0
        if number != self._taken + 1:
            raise LinkFault(f"frame {number} can't follow frame {self._taken}: begin again after the last one taken")
        self._taken = number
        self.frames += 1
        return self._gate.take(self, believable(command))

    def _no_hello(self) -> None:
        raise LinkFault(f"no hello within {HELLO_TIMEOUT_S:.0f} s")

    # Out.

    def welcome(self, last_frame: int, since_seq: int, durable_seq: int) -> None:
        """Let it send what comes after `last_frame`."""
        if not self._is_ending:
            self.is_welcome = True
            self._taken = self._durable = last_frame
            self._transport.write(encode_frame("welcome", last_frame, since_seq))
            self.nudge(durable_seq)

    def acknowledge(self, durable_seq: int) -> bool:
        """Say what is durable now; tells whether that is all that was taken."""
        waiting, number = self._waiting, 0
        while waiting and waiting[0][0] <= durable_seq:
            number = waiting.popleft()[1]
        if number and not self._is_ending:
            self._durable = number
            self._tell("ack", number)
            if not self._is_reading and not self._is_scheduled:
                self.guarded(self._take)
        return not waiting

    def nudge(self, seq: int) -> None:
        """Say that the journal has requests for its venue up to `seq`."""
        if self.is_welcome:
            self._tell("durable", seq)

    def dismiss(self) -> None:
        """Ask it to log out and to end."""
        if not self._is_ending:
            self._transport.write(encode_frame("stop"))

    def refuse(self, sentence: str) -> None:
        """End the connection, with a sentence."""
        if not self._is_ending:
            self._is_ending = True
            log.warning("venue_line_refused", venue=self.venue, pid=self.pid, reason=sentence)
            self._transport.write(encode_frame("refused", sentence))
            self._transport.close()

    def abort(self) -> None:
        """End the connection at once."""
        self._is_ending = True
        self._transport.abort()

    def _tell(self, word: str, number: int) -> None:
        if self._is_blocked:
            self._owed[word] = number
        elif not self._is_ending:
            self._transport.write(encode_frame(word, number))
