"""Hostile connections: half of them send nothing, half one byte a second; those that are cut come again at once.

`python -m scripts.benchmarks.hostile HOST PORT COUNT` prints "ready" when all are open, and goes on until it is ended.
They are opened over as many seconds as a Logon may take, so that their ends don't come all at once.
"""

from __future__ import annotations

import selectors
import socket
import sys
import time
from typing import Final

from scripts.benchmarks.idle_sessions import raise_open_files

RAMP_S: Final = 10.0
BYTE_EVERY_S: Final = 1.0
PATIENCE_S: Final = 10.0
LOGON_START: Final = b"8=FIX.4.4\x019=99\x0135=A\x0149=LOAD0\x0156=TRADSYS\x0134=1\x0158=" + b"x" * 60


class Hostile:
    """The connections, each with what it has sent."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._selector = selectors.DefaultSelector()
        self._sent: dict[socket.socket, int] = {}
        self._opened = 0
        self.cut = 0

    def open(self) -> None:
        """Open one more."""
        peer = socket.create_connection(self._address, timeout=PATIENCE_S)
        peer.setblocking(False)
        self._selector.register(peer, selectors.EVENT_READ)
        self._sent[peer] = 0
        self._opened += 1

    def watch(self, seconds: float) -> None:
        """Open anew what is cut."""
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            for key, _ in self._selector.select(left_s):
                peer = key.fileobj
                assert isinstance(peer, socket.socket)  # noqa: S101 - nothing else is registered
                if not _is_open(peer):
                    self._selector.unregister(peer)
                    del self._sent[peer]
                    peer.close()
                    self.cut += 1
                    self.open()

    def drip(self) -> None:
        """Send one byte on every second connection."""
        for peer, sent in list(self._sent.items())[::2]:
            try:
                peer.send(LOGON_START[sent % len(LOGON_START) :][:1])
            except OSError:
                continue  # it was cut: `watch` sees that too
            self._sent[peer] = sent + 1


def _is_open(peer: socket.socket) -> bool:
    try:
        return bool(peer.recv(4096))
    except BlockingIOError:
        return True
    except OSError:
        return False


def main() -> None:
    """Open all, and go on."""
    host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    raise_open_files()
    hostile = Hostile((host, port))
    next_byte_s = time.monotonic() + BYTE_EVERY_S
    for _ in range(count):
        hostile.open()
        hostile.watch(RAMP_S / count)
        if time.monotonic() >= next_byte_s:
            hostile.drip()
            next_byte_s += BYTE_EVERY_S
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        hostile.drip()
        hostile.watch(BYTE_EVERY_S)


if __name__ == "__main__":
    main()
