"""What stands around a link process in tests: a venue on a QuickFIX acceptor, a small daemon, a journal."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import quickfix

from tests.system.venue_link_main import write_settings
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
US, THEM = "TRADSYS", "NYXVENUE"
DEADLINE_S = 15.0


def wait_until(condition: Callable[[], bool], what: str, seconds: float = DEADLINE_S) -> None:
    """Wait for a condition; fail with `what` was waited for."""
    deadline_s = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline_s, f"in {seconds:g} s there was not: {what}"
        time.sleep(0.01)


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Market(quickfix.Application):  # type: ignore[misc]
    """A venue: accepts each order and fills it, and keeps what it has got."""

    def __init__(self, folder: Path, port: int, begin_string: str = "FIX.4.4") -> None:
        super().__init__()
        self.folder, self.port, self.begin_string = folder, port, begin_string
        self.orders: list[str] = []
        """ClOrdIDs, also of orders that came twice."""
        self.resent: list[str] = []
        self.logons = 0
        self.is_logged_on = False
        self.answers = True
        self.logon_fault = ""
        self._acceptor: Any = None

    def start(self) -> Market:
        """Listen."""
        self.folder.mkdir(exist_ok=True)
        path = self.folder / "acceptor.cfg"
        versions = {"FIXT.1.1": "DefaultApplVerID=9\n"}
        path.write_text(
            "[DEFAULT]\nConnectionType=acceptor\nStartTime=00:00:00\nEndTime=00:00:00\nNonStopSession=Y\n"
            f"SocketAcceptPort={self.port}\nSocketReuseAddress=Y\nUseDataDictionary=N\nSocketNodelay=Y\n"
            f"FileStorePath={self.folder}/store\n{versions.get(self.begin_string, '')}"
            f"[SESSION]\nBeginString={self.begin_string}\nSenderCompID={THEM}\nTargetCompID={US}\n"
        )
        self._settings = quickfix.SessionSettings(str(path))
        self._stores = quickfix.FileStoreFactory(self._settings)
        self._logs = quickfix.FileLogFactory(str(self.folder / "log"))
        self._acceptor = quickfix.SocketAcceptor(self, self._stores, self._settings, self._logs)
        self._acceptor.start()
        return self

    def stop(self) -> None:
        """Close the line and listen no more."""
        if self._acceptor is not None:
            self._acceptor.stop(True)
            self._acceptor = None

    def send(self, msg_type: str, *fields: tuple[int, str]) -> None:
        """Send a message to the link, or keep it for the next logon."""
        message = quickfix.Message()
        message.getHeader().setField(35, msg_type)
        for tag, value in fields:
            message.setField(tag, value)
        quickfix.Session.sendToTarget(message, quickfix.SessionID(self.begin_string, THEM, US))

    def report(self, clord_id: str, exec_id: str, exec_type: str, status: str, cum: int, last: int = 0) -> None:
        """Send an ExecutionReport for an order of 100."""
        self.send(
            "8",
            *((37, f"V{clord_id}"), (11, clord_id), (17, exec_id), (150, exec_type), (39, status), (55, "ACME")),
            *((54, "1"), (38, "100"), (44, "10"), (32, str(last)), (31, "10"), (151, str(100 - cum if status != "4" else 0))),
            *((14, str(cum)), (6, "10" if cum else "0"), (60, time.strftime("%Y%m%d-%H:%M:%S", time.gmtime()))),
        )

    def onCreate(self, _: Any) -> None:  # noqa: N802
        """Do nothing."""

    def onLogon(self, _: Any) -> None:  # noqa: N802
        """Count."""
        self.logons += 1
        self.is_logged_on = True

    def onLogout(self, _: Any) -> None:  # noqa: N802
        """Note."""
        self.is_logged_on = False

    def toAdmin(self, *_: Any) -> None:  # noqa: N802
        """Do nothing."""

    def toApp(self, *_: Any) -> None:  # noqa: N802
        """Do nothing."""

    def fromAdmin(self, message: Any, _: Any) -> None:  # noqa: N802
        """Refuse a logon if told to."""
        if self.logon_fault and message.getHeader().getField(35) == "A":
            raise quickfix.RejectLogon(self.logon_fault)

    def fromApp(self, message: Any, _: Any) -> None:  # noqa: N802
        """Take an order, accept it, and fill it."""
        if message.getHeader().getField(35) != "D":
            return
        clord_id = message.getField(11)
        self.orders.append(clord_id)
        if message.getHeader().isSetField(43):
            self.resent.append(clord_id)
        if self.answers:
            self.report(clord_id, f"A{clord_id}", "0", "0", 0)
            self.report(clord_id, f"F{clord_id}", "F", "2", 100, 100)


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
