"""The yardstick: a bare QuickFIX acceptor in Python that acknowledges each order and does nothing else.

File store, no log, validation by the FIX 4.4 dictionary: what a team gets that starts from QuickFIX. A process of its
own: `python -m scripts.benchmarks.quickfix_acceptor PORT STORE_DIR DICTIONARY`; it prints "ready" when it listens and
ends when its standard input is closed.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import quickfix

SETTINGS = """
[DEFAULT]
ConnectionType=acceptor
SocketAcceptHost=127.0.0.1
SocketAcceptPort={port}
SocketNodelay=Y
FileStorePath={store_dir}
UseDataDictionary=Y
DataDictionary={dictionary}
StartTime=00:00:00
EndTime=00:00:00
ResetOnLogon=Y
[SESSION]
BeginString=FIX.4.4
SenderCompID=TRADSYS
TargetCompID=LOAD0
"""


# One call into the wheel that reads a whole message costs a third of fifteen that set a field each (measured: 8 us and
# 23 us), and the yardstick shall be a good one.
REPORT = (
    "8=FIX.4.4\x019=0\x0135=8\x0137={0}\x0111={1}\x0117={0}\x01150=0\x0139=0\x0155={2}\x0154={3}\x0138={4}\x0140=2\x01"
    "44={5}\x0159=0\x01151={4}\x0114=0\x016=0\x0160={6}\x0110=000\x01"
).format
BEFORE_LENGTH_AND_CHECKSUM = False
"""Don't check what is not filled in yet: QuickFIX sets BodyLength and CheckSum when it sends."""


class Acknowledger(quickfix.Application):  # type: ignore[misc]  # the wheel has no types
    """Answer each NewOrderSingle with ExecType New."""

    def __init__(self) -> None:
        super().__init__()
        self._order_ids = itertools.count(1)

    def fromApp(self, message: quickfix.Message, session_id: quickfix.SessionID) -> None:  # noqa: N802 - QuickFIX's name
        get = message.getField
        text = REPORT(next(self._order_ids), get(11), get(55), get(54), get(38), get(44), get(60))
        quickfix.Session.sendToTarget(quickfix.Message(text, BEFORE_LENGTH_AND_CHECKSUM), session_id)

    def onCreate(self, session_id: quickfix.SessionID) -> None:  # noqa: N802
        pass

    def onLogon(self, session_id: quickfix.SessionID) -> None:  # noqa: N802
        pass

    def onLogout(self, session_id: quickfix.SessionID) -> None:  # noqa: N802
        pass

    def toAdmin(self, message: quickfix.Message, session_id: quickfix.SessionID) -> None:  # noqa: N802
        pass

    def fromAdmin(self, message: quickfix.Message, session_id: quickfix.SessionID) -> None:  # noqa: N802
        pass

    def toApp(self, message: quickfix.Message, session_id: quickfix.SessionID) -> None:  # noqa: N802
        pass


def main(port: str, store_dir: str, dictionary: str) -> None:
    """Accept until standard input is closed."""
    settings_file = Path(store_dir) / "quickfix.cfg"
    settings_file.write_text(SETTINGS.format(port=port, store_dir=store_dir, dictionary=dictionary))
    settings = quickfix.SessionSettings(str(settings_file))
    application = Acknowledger()
    store = quickfix.FileStoreFactory(settings)
    acceptor = quickfix.SocketAcceptor(application, store, settings)
    acceptor.start()
    print("ready", flush=True)
    sys.stdin.read()
    acceptor.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
