"""The message log: every message of each session in a file for people, without secrets, off the hot path.

The event loop only puts what it has at hand into a queue. A thread of our own looks at the queue a moment after
something came, takes the secrets out, and writes; so a disk that hangs, is full or gone costs messages in the log,
never a trade. What waits is bounded: beyond the bound messages are left out of the log, and the log says how many.

The thread shares the interpreter with the loop, so it works in few and large steps, and the messages of one batch stay
together until they are written.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from pathlib import Path
from typing import Final

import structlog
from msgspec import Struct

from tradsys_oms.fix.message_files import RotatingFile, log_path
from tradsys_oms.fix.message_lines import IN, OUT, Stamps, blob_lines, message_lines, remark_line

log = structlog.get_logger(__name__)

LINGER_S: Final = 0.05
"""So long the thread waits for more after something came."""
RETRY_S: Final = 5.0
"""So long a file that could not be written is left alone."""
WRITE_BYTES: Final = 1 << 18
"""With so many bytes of lines made, they are written."""
OPEN_FILES_MAX: Final = 256
ENTRY_BYTES: Final = 256
"""What an entry of the queue takes beside its messages."""
CLOSE_TIMEOUT_S: Final = 5.0
"""A disk that hangs may not hold up the end of the process for longer."""


class _SessionFile(Struct):
    """What the thread knows of one session."""

    file: RotatingFile
    lost: int = 0
    """Messages that could not be written since the last that could."""
    retry_at_s: float = 0.0
    dropped_told: int = 0


class MessageLog:
    """Takes messages from the event loop and writes them, a moment later, from a thread.

    `file_bytes_max` is the size at which a session's file is rotated, `files_max` how many files a session has, the
    one that is written included, `pending_bytes_max` how much may wait to be written.
    """

    def __init__(self, directory: Path, *, file_bytes_max: int, files_max: int, pending_bytes_max: int) -> None:
        self._directory = directory
        self._file_bytes_max = file_bytes_max
        self._files_max = files_max
        self._pending_bytes_max = pending_bytes_max
        self._entries: deque[tuple[str, int, bool, list[bytes] | bytes | str, int]] = deque()
        self._noted_bytes = 0
        """Counted by the loop alone; `_taken_bytes` by the thread alone, so neither needs a lock."""
        self._taken_bytes = 0
        self._dropped: dict[str, int] = {}
        self._is_quiet = True
        """The thread sleeps, or has not begun to look at the queue: it has to be told of what comes."""
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._files: dict[str, _SessionFile] = {}
        self._open: dict[str, None] = {}
        self._stamps = Stamps()
        self._made: dict[str, list[bytes]] = {}
        """Lines that are not written yet."""
        self._made_bytes = 0
        self._dropped_seen = 0
        self._failing: dict[str, None] = {}
        self.dropped_total = 0
        """Messages left out because too many waited."""
        self.lost_total = 0
        """Messages that could not be written."""
        self.failures_total = 0
        """Writes that failed."""
        self._thread = threading.Thread(target=self._work, name="message log", daemon=True)
        self._thread.start()

    # On the event loop.

    def note(self, session: str, now_ns: int, is_inbound: bool, data: list[bytes] | bytes | str) -> None:
        """Log messages of one read or one write: a list of whole ones that framing has found right, or a run of them.

        The list is kept, so the caller may not change it afterwards. `session` becomes the name of a file.
        """
        size = ENTRY_BYTES + (sum(map(len, data)) if type(data) is list else len(data))
        noted_bytes = self._noted_bytes + size
        if noted_bytes - self._taken_bytes > self._pending_bytes_max:
            self._drop(session, data)
            return
        self._noted_bytes = noted_bytes
        self._entries.append((session, now_ns, is_inbound, data, size))
        if self._is_quiet:
            self._is_quiet = False
            self._wanted.set()

    def remark(self, session: str, now_ns: int, text: str) -> None:
        """Log a line about a session: logged on, refused, disconnected, garbled bytes dropped."""
        self.note(session, now_ns, False, text)

    def _drop(self, session: str, data: list[bytes] | bytes | str) -> None:
        count = len(data) if isinstance(data, list) else 1
        self._dropped[session] = self._dropped.get(session, 0) + count
        self.dropped_total += count
        self._wanted.set()

    @property
    def pending_bytes(self) -> int:
        """What waits to be written."""
        return self._noted_bytes - self._taken_bytes

    def close(self) -> None:
        """Write the rest, and end the thread; what is noted afterwards is dropped."""
        self._pending_bytes_max = -1
        self._closing.set()
        self._wanted.set()
        self._thread.join(CLOSE_TIMEOUT_S)
        if self._thread.is_alive():
            log.warning("message log not closed", directory=str(self._directory), pending_bytes=self.pending_bytes)

    # In the thread.

    def _work(self) -> None:
        """Top of the thread: whatever happens here, trading goes on."""
        is_last = False
        while not is_last:
            self._wanted.wait()
            self._wanted.clear()
            is_last = self._closing.wait(LINGER_S)
            self._is_quiet = True  # before looking: what comes from now on wakes us again
            try:
                self._take_all()
            except Exception:
                self.failures_total += 1
                log.exception("message log failed", directory=str(self._directory))
        for known in self._files.values():
            known.file.close()

    def _take_all(self) -> None:
        entries = self._entries
        while entries:
            session, now_ns, is_inbound, data, size = entries.popleft()
            self._taken_bytes += size
            stamp = self._stamps.write(now_ns)
            if isinstance(data, str):
                lines = remark_line(stamp, data)
            else:
                head = stamp + (IN if is_inbound else OUT)
                lines = message_lines(head, data) if isinstance(data, list) else blob_lines(head, data)
            self._make(session, lines)
            if self._made_bytes >= WRITE_BYTES:
                self._write_all()
        self._tell_dropped()
        self._write_all()

    def _make(self, session: str, lines: bytes) -> None:
        made = self._made.get(session)
        if made is None:
            self._made[session] = [lines]
        else:
            made.append(lines)
        self._made_bytes += len(lines)

    def _file_of(self, session: str) -> _SessionFile:
        known = self._files.get(session)
        if known is None:
            path = log_path(self._directory, session)
            known = self._files[session] = _SessionFile(RotatingFile(path, self._file_bytes_max, self._files_max))
        return known

    def _tell_dropped(self) -> None:
        """Say in each session's log what was left out of it."""
        total = self.dropped_total
        if total == self._dropped_seen:
            return
        self._dropped_seen = total
        for session, dropped in list(self._dropped.items()):
            known = self._file_of(session)
            if dropped > known.dropped_told:
                text = f"{dropped - known.dropped_told} messages are not here: too many waited to be written"
                self._make(session, remark_line(self._stamps.write(time.time_ns()), text))
                known.dropped_told = dropped

    def _write_all(self) -> None:
        made, self._made, self._made_bytes = self._made, {}, 0
        for session, lines in made.items():
            self._write(session, self._file_of(session), b"".join(lines))

    def _write(self, session: str, known: _SessionFile, lines: bytes) -> None:
        if known.lost:
            if time.monotonic() < known.retry_at_s and not self._closing.is_set():
                self._lose(known, lines)
                return
            text = f"{known.lost} messages are not here: they could not be written"
            told = remark_line(self._stamps.write(time.time_ns()), text) + lines
        else:
            told = lines
        try:
            known.file.write(told)
        except OSError as error:
            self._fail(session, known, lines, error)
            return
        known.lost = 0
        self._keep_open(session)
        if self._failing.pop(session, session) is None and not self._failing:
            log.warning("message log is written again", lost_total=self.lost_total)

    def _lose(self, known: _SessionFile, lines: bytes) -> None:
        count = lines.count(b"\n")
        known.lost += count
        self.lost_total += count

    def _fail(self, session: str, known: _SessionFile, lines: bytes, error: OSError) -> None:
        """Leave the file alone for a while; said once, however many files it concerns."""
        self._lose(known, lines)
        self.failures_total += 1
        known.retry_at_s = time.monotonic() + RETRY_S
        if not self._failing:
            log.error("message log can't be written", session=session, error=str(error), retry_s=RETRY_S)
        self._failing[session] = None

    def _keep_open(self, session: str) -> None:
        self._open[session] = None
        if len(self._open) > OPEN_FILES_MAX:
            oldest = next(iter(self._open))
            del self._open[oldest]
            self._files[oldest].file.close()
