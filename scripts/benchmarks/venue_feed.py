"""The daemon as a link sees it, and no more: a journal with orders for the venue, and the socket that takes its frames.

So the link is measured without what else the daemon does. As there, an order is sent when it is in the journal behind
the link's own logon, what the link hands over is journaled, and it is acknowledged after that.
"""

from __future__ import annotations

import socket
import time
from pathlib import Path
from types import TracebackType

import msgspec

from scripts.benchmarks.figures import MeasurementError
from tradsys_oms.core.commands import SetVenue, VenueLink, VenueReport
from tradsys_oms.core.events import VenueOrder
from tradsys_oms.core.fields import SCALE_E8, ExecType
from tradsys_oms.journal.entries import encode_entry
from tradsys_oms.journal.writer import JournalWriter
from tradsys_oms.venue_lines.frames import LENGTH, Hello, Numbered, decode_frame, encode_frame

BATCH = 256
"""Orders in one batch of the journal."""
AHEAD_MAX = 4_096
"""Orders that are not answered; then no more are journaled."""
SILENCE_MAX_S = 30.0
READ_BYTES = 1 << 18


class VenueFeed:
    """Journals orders, and takes reports. The link may connect as soon as this is made."""

    def __init__(self, venue: str, state_dir: Path) -> None:
        self.venue = venue
        self.reports: dict[str, int] = {ExecType.NEW: 0, ExecType.TRADE: 0}
        self._journal = JournalWriter.open(state_dir / "journal", "os")
        self._command = SetVenue(venue, True)
        self._append(encode_entry(self._command, ()))
        self._journal.commit()
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(state_dir / "venues.sock"))
        self._server.listen()
        self._server.settimeout(SILENCE_MAX_S)
        self._line = self._server  # until the link is here
        self._buffer = bytearray()
        self._is_logged_on = False

    def wait_logged_on(self) -> None:
        """Let the link in, and wait until its FIX session is up."""
        self._line, _ = self._server.accept()
        self._line.settimeout(SILENCE_MAX_S)
        while not self._is_logged_on:
            self._read()

    def flood(self, orders: int) -> float:
        """Let the link send so many orders; give the seconds until the last report is journaled."""
        entry = encode_entry(self._command, (self._order(),))
        wanted, sent = self.answered + 2 * orders, 0
        before = self.answered
        started_s = time.perf_counter()
        while self.answered < wanted:
            if sent < orders and sent - (self.answered - before) // 2 < AHEAD_MAX:
                count = min(BATCH, orders - sent)
                for _ in range(count):
                    self._append(entry)
                self._journal.commit()
                self._line.sendall(encode_frame("durable", self._journal.last_seq))
                sent += count
                self._line.settimeout(0.0 if sent < orders else SILENCE_MAX_S)
            self._read()
        return time.perf_counter() - started_s

    @property
    def answered(self) -> int:
        """Reports taken so far."""
        return sum(self.reports.values())

    def _order(self) -> VenueOrder:
        return VenueOrder(self.venue, 1, "ALPHA", "", "ACME", "1", "2", "0", 100 * SCALE_E8, 100 * SCALE_E8)

    def _append(self, payload: bytes) -> None:
        self._journal.append(time.time_ns(), payload)

    def _read(self) -> None:
        """Take what is there; journal and acknowledge it."""
        try:
            data = self._line.recv(READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            raise MeasurementError(f"the link of {self.venue} has gone after {self.answered} reports")
        self._buffer += data
        last = 0
        for payload in self._payloads():
            frame = decode_frame(payload)
            if isinstance(frame, Hello):
                self._line.sendall(encode_frame("welcome", 0, 1))
            elif isinstance(frame, Numbered):
                self._take(frame)
                last = frame.number
        if last:
            self._journal.commit()
            self._line.sendall(encode_frame("ack", last))

    def _take(self, frame: Numbered) -> None:
        command = frame.command
        self._append(encode_entry(command, ()))
        if isinstance(command, VenueReport) and command.exec_type in self.reports:
            self.reports[command.exec_type] += 1
        elif isinstance(command, VenueLink) and command.is_logged_on:
            self._is_logged_on = True
        else:
            raise MeasurementError(f"the link of {self.venue} says {msgspec.json.encode(command).decode()}")

    def _payloads(self) -> list[bytes]:
        payloads, at, buffer = [], 0, self._buffer
        while len(buffer) - at >= LENGTH.size:
            end = at + LENGTH.size + LENGTH.unpack_from(buffer, at)[0]
            if end > len(buffer):
                break
            payloads.append(bytes(buffer[at + LENGTH.size : end]))
            at = end
        del buffer[:at]
        return payloads

    def __enter__(self) -> VenueFeed:
        """Give it, to be closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what is open."""
        self._line.close()
        self._server.close()
        self._journal.close()
