"""Hostile connections: half of them send nothing, half one byte a second; those that are cut come again at once.

`python -m scripts.benchmarks.hostile HOST PORT COUNT` prints "ready" when all are open, and goes on until it is ended.
They are opened over as many seconds as a Logon may take, so that their ends don't come all at once. Nor do their bytes:
each connection has its own second, as with a thousand machines that know nothing of each other.
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
STEPS: Final = 100
"""Those that send are in so many groups, which have their turn one after the other."""
STEP_S: Final = BYTE_EVERY_S / STEPS
PATIENCE_S: Final = 10.0
LOGON_START: Final = b"8=FIX.4.4\x019=99\x0135=A\x0149=LOAD0\x0156=TRADSYS\x0134=1\x0158=" + b"x" * 60


class Hostile:
    """The connections; those that send, in groups, each with how many bytes it has sent."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._selector = selectors.DefaultSelector()
        self._groups: list[dict[socket.socket, int]] = [{} for _ in range(STEPS)]
        self._opened = 0
        self._steps = 0

    def open(self) -> None:
        """Open one more; every second one is to send."""
        peer = socket.create_connection(self._address, timeout=PATIENCE_S)
        peer.setblocking(False)
        pair, sends = divmod(self._opened, 2)
        group = self._groups[pair % STEPS] if sends else None
        self._selector.register(peer, selectors.EVENT_READ, group)
        if group is not None:
            group[peer] = 0
        self._opened += 1

    def step(self) -> None:
        """Have one group send a byte each, and open anew what is cut until the next one has its turn."""
        group = self._groups[self._steps % STEPS]
        self._steps += 1
        for peer, sent in group.items():
            try:
                peer.send(LOGON_START[sent % len(LOGON_START) :][:1])
            except OSError:
                continue  # it was cut: `watch` sees that too
            group[peer] = sent + 1
        self._watch(time.monotonic() + STEP_S)

    def _watch(self, end_s: float) -> None:
        while (left_s := end_s - time.monotonic()) > 0:
            for key, _ in self._selector.select(left_s):
                peer = key.fileobj
                assert isinstance(peer, socket.socket)  # noqa: S101 - nothing else is registered
                if not _is_open(peer):
                    self._selector.unregister(peer)
                    if key.data is not None:
                        del key.data[peer]
                    peer.close()
                    self.open()


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
    steps = round(RAMP_S / STEP_S)
    for step in range(steps):
        for _ in range(count * step // steps, count * (step + 1) // steps):
            hostile.open()
        hostile.step()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        hostile.step()


if __name__ == "__main__":
    main()
