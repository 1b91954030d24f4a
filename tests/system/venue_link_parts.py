"""What stands around a link process in tests: a venue on a QuickFIX acceptor, a small daemon, a journal."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import msgspec

from tests.system.trading_system import free_port
from tests.system.venue_link_main import write_settings
from tests.system.venue_market import THEM, US, report_fields
from tradsys_oms.core.commands import (
    SetVenue,
    VenueLink,
    VenueRefusal,
    VenueReport,
)
from tradsys_oms.core.events import VenueOrder
from tradsys_oms.journal.entries import encode_entry
from tradsys_oms.journal.writer import JournalWriter
from tradsys_oms.venues.settings import VenueAddress, VenueSettings
from tradsys_oms.venues.spool import LinkCommand

ROOT = Path(__file__).resolve().parents[2]
VENUE = "NYX"
DEADLINE_S = 15.0


def wait_until(condition: Callable[[], bool], what: str, seconds: float = DEADLINE_S) -> None:
    """Wait for a condition; fail with `what` was waited for."""
    deadline_s = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline_s, f"in {seconds:g} s there was not: {what}"
        time.sleep(0.01)


class Market:
    """A venue, as a process of its own (`venue_market`), because a line is cut best by an end without warning."""

    def __init__(self, folder: Path, port: int, begin_string: str = "FIX.4.4") -> None:
        self.folder, self.port, self.begin_string = folder, port, begin_string
        self.orders: list[str] = []
        """ClOrdIDs in the order in which they came, also of orders that came twice."""
        self.resent: list[str] = []
        """Those that came with PossDupFlag (43)."""
        self.logons = 0
        self._options: dict[str, Any] = {}
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def came(self, count: int) -> list[str]:
        """Wait for so many orders, and give all: what the venue says of them may come after its answers to them."""
        wait_until(lambda: len(self.orders) >= count, f"{count} orders at the venue")
        return self.orders

    def start(self) -> Market:
        """Listen."""
        self.folder.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.system.venue_market", str(self.folder), str(self.port), self.begin_string],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        ready = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout, ready), daemon=True)
        self._reader.start()
        self.set(**self._options)
        assert ready.wait(DEADLINE_S)
        return self

    def stop(self) -> None:
        """Be gone, without a Logout."""
        process, self._process = self._process, None
        if process is not None and self._reader is not None:
            process.kill()
            process.wait()
            self._reader.join()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.stdout.close()

    def set(self, **options: Any) -> None:
        """Change how it behaves: `answers` orders or not, `logon_fault` is why it refuses a Logon."""
        self._options |= options
        if self._process is not None:
            self._tell("set", options)

    def send(self, msg_type: str, *fields: tuple[int, str]) -> None:
        """Send a message to the link, or keep it for the next logon."""
        self._tell("send", msg_type, fields)

    def report(self, clord_id: str, exec_id: str, exec_type: str, status: str, cum: int, last: int = 0) -> None:
        """Send an ExecutionReport for an order of 100."""
        self.send("8", *report_fields(clord_id, exec_id, exec_type, status, cum, last))

    def _tell(self, *words: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()

    def _read(self, lines: IO[str], ready: threading.Event) -> None:
        for line in lines:
            word, *rest = json.loads(line)
            if word == "order":
                self.orders.append(rest[0])
                self.resent += [rest[0]] if rest[1] else []
            elif word == "logon":
                self.logons += 1
            else:
                ready.set()


class Core:
    """The daemon as a link sees it: a journal with requests, and the venue socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = JournalWriter.open(folder / "journal", "os")
        self.journal.append(time.time_ns(), encode_entry(SetVenue(VENUE, True), ()))
        self.journal.commit()
        self.path = folder / "venues.sock"
        self.frames: list[LinkCommand] = []
        """All that is durable here."""
        self.statuses: list[dict[str, Any]] = []
        self.hellos = 0
        self._lock = threading.Lock()
        self.acknowledges = True
        self._server: socket.socket | None = None
        self._line: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Core:
        """Listen for the link."""
        self.path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(self.path))
        self._server.listen()
        self._thread = threading.Thread(target=self._serve, args=(self._server,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Be gone, as after `kill -9`."""
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Be gone for good."""
        self.stop()
        self.journal.close()

    def order(self, count: int = 1) -> list[str]:
        """Journal orders for the venue; gives their ClOrdIDs."""
        places = []
        with self._lock:
            for _ in range(count):
                seq = self.journal.last_seq + 1
                event = VenueOrder(VENUE, seq, "ALPHA", "", "ACME", "1", "2", "0", 100 * 10**8, 10 * 10**8)
                self.journal.append(time.time_ns(), encode_entry(SetVenue(VENUE, True), (event,)))
                places.append(f"{seq}-0")
            self.journal.commit()
        self.tell("durable", self.journal.last_seq)
        return places

    def tell(self, *fields: object) -> None:
        """Say something to the link, if it is there."""
        frame = msgspec.msgpack.encode(fields)
        with contextlib.suppress(OSError, AttributeError):
            self._line.sendall(len(frame).to_bytes(4, "big") + frame)  # type: ignore[union-attr]

    def acknowledge(self) -> None:
        """Say what is durable, when it was held back."""
        self.acknowledges = True
        self.tell("ack", len(self.frames))

    @property
    def links(self) -> list[bool]:
        """What we were told of the line."""
        return [frame.is_logged_on for frame in self.frames if isinstance(frame, VenueLink)]

    @property
    def reports(self) -> list[str]:
        """ExecIDs in their order."""
        return [frame.exec_id for frame in self.frames if isinstance(frame, VenueReport)]

    @property
    def unsent(self) -> list[str]:
        """ClOrdIDs of what was not sent."""
        return [frame.clord_id for frame in self.frames if isinstance(frame, VenueRefusal) and frame.kind == "unsent"]

    def _serve(self, server: socket.socket) -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            self._line = line
            with line, contextlib.suppress(OSError):
                for frame in _frames(line):
                    self._take(frame)
            self._line = None

    def _take(self, frame: bytes) -> None:
        word = msgspec.msgpack.decode(frame)[0]
        if word == "hello":
            self.hellos += 1
            with self._lock:
                self.journal.append(time.time_ns(), encode_entry(VenueLink(VENUE, 0, False, "new", ""), ()))
                self.journal.commit()
            self.tell("welcome", len(self.frames), 1)
        elif word == "status":
            self.statuses.append(msgspec.msgpack.decode(frame)[1])
        else:
            _, number, command = msgspec.msgpack.decode(frame, type=tuple[str, int, LinkCommand])
            assert command.frame == number
            if number <= len(self.frames):
                return
            assert number == len(self.frames) + 1
            self.frames.append(command)
            with self._lock:
                self.journal.append(time.time_ns(), encode_entry(command, ()))
                self.journal.commit()
            if self.acknowledges:
                self.tell("ack", number)


def _frames(line: socket.socket) -> Iterator[bytes]:
    data = b""
    while chunk := line.recv(1 << 16):
        data += chunk
        while len(data) >= 4 and len(data) >= 4 + (length := int.from_bytes(data[:4], "big")):
            frame, data = data[4 : 4 + length], data[4 + length :]
            yield frame


class LinkProcess:
    """The link as a process of its own."""

    def __init__(self, folder: Path, settings: VenueSettings) -> None:
        self.folder, self.settings = folder, settings
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> LinkProcess:
        """Start it."""
        path = self.folder / "settings.json"
        write_settings(self.settings, path)
        with (self.folder / "link.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.system.venue_link_main", str(path)],
                stdin=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
        return self

    @property
    def log(self) -> str:
        """All that it has logged."""
        return (self.folder / "link.log").read_text()

    def kill(self) -> None:
        """Kill it, without a warning."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Stop it in order; gives its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: int) -> int:
        if self.process is None:
            return 0
        process, self.process = self.process, None
        process.send_signal(number)
        code = process.wait(DEADLINE_S)
        assert process.stdin is not None
        process.stdin.close()
        return code


class VenueSystem:
    """A venue, a core, and the link between them, each of which may be ended and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.core = Core(folder)
        self.market = Market(folder / "market", free_port())
        self.settings = VenueSettings(
            venue=VENUE,
            dialect="fix44",
            addresses=(VenueAddress("127.0.0.1", self.market.port),),
            sender_comp_id=US,
            target_comp_id=THEM,
            logon_timeout_s=5.0,
            backoff_first_s=0.1,
            backoff_max_s=0.5,
            state_dir=folder / "link",
            journal_dir=folder / "journal",
            socket_path=self.core.path,
            specs_dir=ROOT / "fix_specs",
        )
        self.link = LinkProcess(folder, self.settings)

    def configure(self, **changes: Any) -> None:
        """Change settings, for the next start of the link."""
        self.settings = self.link.settings = msgspec.structs.replace(self.settings, **changes)

    def start(self) -> VenueSystem:
        """Start all, and wait until the line is up."""
        self.core.start()
        self.market.start()
        self.link.start()
        wait_until(lambda: self.core.links == [True], "a logon")
        return self

    def close(self) -> None:
        """End all."""
        self.link.kill()
        self.market.stop()
        self.core.close()
