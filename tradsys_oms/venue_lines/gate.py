"""The daemon's end of the links: a Unix socket on which each venue's link process hands over what its venue has said.

What a link sends is a command in the journal, and is acknowledged when it is durable; what the journal has for a venue
its link is told of when that is durable, and reads there. So each side keeps what the other one might not have, and
either of them may be killed at any moment. A link that has gone is journaled as a line that is down, because nobody
knows any more what its venue says.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import structlog

from tradsys_oms.core.commands import VenueLink
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import VenueRequest
from tradsys_oms.ops.local_socket import bind_socket
from tradsys_oms.sequencer import Sequencer
from tradsys_oms.venue_lines.frames import Hello, LinkCommand, LinkFault
from tradsys_oms.venue_lines.line import VenueLine

SOCKET_NAME: Final = "venues.sock"
LINES_MAX: Final = 128
SILENCE_MAX_S: Final = 30.0
"""A link says how it is every second; one that says nothing for so long hangs."""
GONE: Final = "the link process is gone"
NEW_LIFE: Final = "the daemon was started again"

log = structlog.get_logger(__name__)


class VenueGate:
    """The server of the venue socket. `failed` ends the process: the journal can't be written, or a promise is broken.

    `taken(command)` is called for each command of a link, when it is applied and not yet durable.
    """

    def __init__(
        self,
        path: Path,
        engine: Engine,
        sequencer: Sequencer,
        failed: Callable[[BaseException], None],
        taken: Callable[[LinkCommand], None],
    ) -> None:
        self.path = path
        self.failed = failed
        self.lines: dict[str, VenueLine] = {}
        """Of links that have said hello, by venue."""
        self.frames: dict[str, int] = {}
        """Taken since the start of the daemon, by venue."""
        self._engine, self._sequencer, self._taken = engine, sequencer, taken
        self._connections: dict[VenueLine, None] = {}
        self._behind: dict[VenueLine, None] = {}
        """Lines whose frames wait for the disk."""
        self._requests: dict[str, int] = {}
        """Journal sequence of the last request to each venue that its link was not told of."""
        self._server: asyncio.Server | None = None
        self._empty = asyncio.Event()
        self._is_closing = False

    # Its life.

    def begin(self) -> None:
        """Journal that no line is up, after a life of the daemon that ended before it could."""
        for name in tuple(self._engine.routing.venues):
            self._line_down(name, NEW_LIFE)

    async def start(self) -> None:
        """Listen. Raises `ControlUnavailable`."""
        loop = asyncio.get_running_loop()
        listener = bind_socket(self.path, "venue socket", LINES_MAX)
        self._server = await loop.create_unix_server(lambda: VenueLine(self, loop), sock=listener)

    async def stop(self, timeout_s: float) -> None:
        """Ask all links to log out, take what they still say, and end all connections within the time."""
        self._is_closing = True
        if self._server is None:
            return
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        self._server.close()
        for line in self._connections:
            line.dismiss()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(timeout_s, 0.0)):
                while self._connections:
                    self._empty.clear()
                    await self._empty.wait()
        for line in tuple(self._connections):
            log.warning("venue_link_cut", venue=line.venue, pid=line.pid, reason="it did not log out in time")
            line.abort()
            self.disconnected(line)
        self._server = None

    def tick(self, now_s: float) -> None:
        """Cut links that hang; `now_s` is of the monotonic clock."""
        for line in tuple(self._connections):
            if now_s - line.seen_s > SILENCE_MAX_S:
                log.error("venue_link_cut", venue=line.venue, pid=line.pid, reason="it has said nothing for too long")
                line.abort()

    def dismiss(self, venue: str) -> None:
        """Ask the link of a venue to log out and to end, if there is one."""
        line = self.lines.get(venue)
        if line is not None:
            line.dismiss()

    # What the gateway calls.

    def requested(self, event: VenueRequest, seq: int, _index: int, _time_ns: int) -> None:
        """Note a request to a venue that is durable."""
        self._requests[event.venue] = seq

    def flush(self) -> None:
        """Tell links what the batch has brought: what of theirs is durable, and what they are to send."""
        if self._behind:
            durable_seq = self._sequencer.journal.durable_seq
            for line in tuple(self._behind):
                if line.acknowledge(durable_seq):
                    self._behind.pop(line, None)
        if self._requests:
            requests, self._requests = self._requests, {}
            for venue, seq in requests.items():
                if venue in self.lines:
                    self.lines[venue].nudge(seq)

    # What lines call.

    def connected(self, line: VenueLine) -> None:
        """Take note of a connection; raises `LinkFault` when there are too many, or we stop."""
        self._connections[line] = None
        if self._is_closing:
            raise LinkFault("the daemon is stopping")
        if len(self._connections) > LINES_MAX:
            raise LinkFault(f"there are {LINES_MAX} connections already")

    def admit(self, line: VenueLine, hello: Hello) -> None:
        """Let the link of a venue in, and welcome it when all that its venue has said is durable.

        Raises `LinkFault` for a venue that is unknown, not enabled, or has a link.
        """
        venue = self._engine.routing.venues.get(hello.venue)
        if venue is None:
            raise LinkFault(f"there is no venue {hello.venue!r}; the configuration of the daemon names them")
        if not venue.rules.enabled:
            raise LinkFault(f"venue {hello.venue} is not enabled in the configuration of the daemon")
        present = self.lines.get(hello.venue)
        if present is not None:
            raise LinkFault(f"venue {hello.venue} has a link already: process {present.pid}")
        self.lines[hello.venue] = line
        log.info("venue_link_connected", venue=hello.venue, pid=hello.pid, version=hello.version)
        self._sequencer.after_commit(self._welcome, line, venue.frame, venue.since_seq)

    def _welcome(self, line: VenueLine, last_frame: int, since_seq: int) -> None:
        line.welcome(last_frame, since_seq, self._sequencer.journal.durable_seq)

    def take(self, line: VenueLine, command: LinkCommand) -> int:
        """Journal what a venue has said; gives the sequence."""
        self.frames[line.venue] = self.frames.get(line.venue, 0) + 1
        seq = self._sequencer.submit(command)
        self._taken(command)
        return seq

    def wait_for_disk(self, line: VenueLine) -> None:
        """See to it that a line hears when its frames are durable."""
        self._behind[line] = None

    def disconnected(self, line: VenueLine) -> None:
        """Forget a connection; with that of a link, its venue's line is down."""
        self._connections.pop(line, None)
        self._behind.pop(line, None)
        self._empty.set()
        if self.lines.get(line.venue) is line:
            del self.lines[line.venue]
            log.warning("venue_link_gone", venue=line.venue, pid=line.pid)
            self._line_down(line.venue, GONE)

    def _line_down(self, name: str, reason: str) -> None:
        if self._engine.routing.venues[name].is_logged_on:
            self._sequencer.submit(VenueLink(name, 0, False, reason))

    # What is shown.

    def status(self, venue: str) -> dict[str, Any]:
        """Give what the link of a venue says about itself; {} where there is none."""
        line = self.lines.get(venue)
        if line is None:
            return {}
        age_s = round(time.monotonic() - line.seen_s, 1)
        return line.facts | {"pid": line.pid, "version": line.version, "seen_s_ago": age_s}
