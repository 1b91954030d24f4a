"""A venue on a QuickFIX acceptor: `python -m tests.system.venue_market FOLDER PORT BEGIN_STRING`.

It accepts and fills each order. What it sees it says on standard output, what it is to do comes on standard input, one
JSON array in each line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import quickfix

US, THEM = "TRADSYS", "NYXVENUE"


def report_fields(
    clord_id: str, exec_id: str, exec_type: str, status: str, cum: int, last: int = 0
) -> list[tuple[int, str]]:
    """Give the fields of an ExecutionReport for an order of 100."""
    leaves = 0 if status == "4" else 100 - cum
    return [
        *((37, f"V{clord_id}"), (11, clord_id), (17, exec_id), (150, exec_type), (39, status), (55, "ACME")),
        *((54, "1"), (38, "100"), (44, "10"), (32, str(last)), (31, "10"), (151, str(leaves)), (14, str(cum))),
        *((6, "10" if cum else "0"), (60, time.strftime("%Y%m%d-%H:%M:%S", time.gmtime()))),
    ]


class Venue(quickfix.Application):  # type: ignore[misc]
    """What QuickFIX calls."""

    def __init__(self, begin_string: str) -> None:
        super().__init__()
        self.session_id = quickfix.SessionID(begin_string, THEM, US)
        self.answers = True
        self.logon_fault = ""

    def send(self, msg_type: str, fields: list[tuple[int, str]]) -> None:
        """Send a message, or keep it for the next logon."""
        message = quickfix.Message()
        message.getHeader().setField(35, msg_type)
        for tag, value in fields:
            message.setField(tag, value)
        quickfix.Session.sendToTarget(message, self.session_id)

    def onCreate(self, _: Any) -> None:  # noqa: N802
        """Do nothing."""

    def onLogon(self, _: Any) -> None:  # noqa: N802
        """Tell."""
        say("logon")

    def onLogout(self, _: Any) -> None:  # noqa: N802
        """Do nothing."""

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
        say("order", clord_id, message.getHeader().isSetField(43))
        if self.answers:
            self.send("8", report_fields(clord_id, f"A{clord_id}", "0", "0", 0))
            self.send("8", report_fields(clord_id, f"F{clord_id}", "F", "2", 100, 100))


def say(*words: object) -> None:
    """Tell the test."""
    os.write(1, (json.dumps(words) + "\n").encode())


def main(folder: Path, port: str, begin_string: str) -> None:
    """Run until standard input ends."""
    path = folder / "acceptor.cfg"
    version = "DefaultApplVerID=9\n" if begin_string == "FIXT.1.1" else ""
    path.write_text(
        "[DEFAULT]\nConnectionType=acceptor\nStartTime=00:00:00\nEndTime=00:00:00\nNonStopSession=Y\n"
        f"SocketAcceptPort={port}\nSocketReuseAddress=Y\nUseDataDictionary=N\nSocketNodelay=Y\n"
        f"FileStorePath={folder}/store\n{version}"
        f"[SESSION]\nBeginString={begin_string}\nSenderCompID={THEM}\nTargetCompID={US}\n"
    )
    venue = Venue(begin_string)
    settings = quickfix.SessionSettings(str(path))
    stores, logs = quickfix.FileStoreFactory(settings), quickfix.FileLogFactory(str(folder / "log"))
    acceptor = quickfix.SocketAcceptor(venue, stores, settings, logs)
    acceptor.start()
    say("ready")
    for line in sys.stdin:
        word, *rest = json.loads(line)
        if word == "send":
            venue.send(*rest)
        else:
            for name, value in rest[0].items():
                setattr(venue, name, value)
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
