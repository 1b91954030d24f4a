"""What goes out to a peer: new messages at the end of each batch, and what it asked to have again, in chunks.

While a resend is under way, new messages only go to the store, and follow from there when the peer has what it asked
for. So the peer sees every number in order, and no more than one chunk at a time is in memory; the next one is read
when the transport has room for it, and others had their turn in between.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from tradsys_oms.fix.message_log import MessageLog
from tradsys_oms.fix.pending import PendingAge
from tradsys_oms.fix.resend import resend, unsent
from tradsys_oms.fix.resend_policy import Turns
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.settings import NS_PER_S

RESENDS_WAITING_MAX: Final = 8


class Outlet:
    """The way out of one connection, bound to its session.

    `cut` closes the connection at once, with a reason; `soon` has a function called in the next turn of the loop.
    """

    def __init__(
        self,
        session: Session,
        transport: asyncio.Transport,
        turns: Turns,
        message_log: MessageLog | None,
        cut: Callable[[str], None],
        soon: Callable[[Callable[[], None]], object],
    ) -> None:
        self._session = session
        self._transport = transport
        self._turns = turns
        self._message_log = message_log
        self._age = PendingAge()
        self._cut = cut
        self._soon = soon
        self._streams: deque[Iterator[bytes]] = deque()
        self._next_unsent = 0
        """First message that was stored but not sent, while a resend is under way."""
        self._asked: list[tuple[int, int]] = []
        """What the peer asked for while others had their turn."""
        self._is_full = False
        self._is_scheduled = False
        self._has_turn = False
        self._written_bytes = 0
        self._then: Callable[[], None] | None = None
        """To be called when the peer has what it asked for."""

    @property
    def is_resending(self) -> bool:
        """Some of a resend is still to be written."""
        return bool(self._streams)

    def open(self) -> None:
        """Let new messages out from now on; what was being sent again is given up."""
        self.close()
        self._session.is_writable = True

    def close(self) -> None:
        """Send nothing more."""
        self._streams.clear()
        self._asked.clear()
        self._give_back_turn()

    def resend(self, begin: int, end: int) -> None:
        """Queue what the peer asked for, from `begin` to `end`; there are such messages.

        While it has to wait for its turn, new messages go on.
        """
        if len(self._streams) + len(self._asked) >= RESENDS_WAITING_MAX:
            self._cut("too many ResendRequests")
            return
        self._session.counters.resends += 1
        if self._has_turn or self._turns.take(self):
            self._has_turn = True
            self._stream(begin, end)
        else:
            self._asked.append((begin, end))
            self._turns.ask(self, self._take_late_turn)

    def _take_late_turn(self) -> None:
        """Begin in a turn of the loop of its own: what was sent before is written by then."""
        self._has_turn = True
        self._soon(self._stream_asked)

    def _stream_asked(self) -> None:
        asked, self._asked = self._asked, []
        for begin, end in asked:
            self._stream(begin, end)
        if not self._streams:
            self._give_back_turn()
        self._schedule()

    def _stream(self, begin: int, end: int) -> None:
        session = self._session
        if session.is_writable:
            session.is_writable = False
            self._next_unsent = session.next_out
        end = min(end, self._next_unsent - 1)  # what was never sent follows as it is, once
        session.store.sent(session.store.unsent, begin)  # the peer says that it has all before
        if begin > end:
            return
        messages = session.store.read(begin, end)
        chunks = resend(messages, begin, end, session.begin_string, session.comp_ids, time.time_ns)
        self._streams.append(self._noted(chunks, begin, end))

    def fetch(self, begin: int) -> None:
        """Send what is in the store from `begin` on, before what is new."""
        self._session.is_writable = False
        self._next_unsent = begin
        self._streams.append(iter(()))

    def _noted(self, chunks: Iterator[bytes], begin: int, end: int) -> Iterator[bytes]:
        """Note in the store what of the messages from `begin` to `end` is written."""
        store = self._session.store
        store.offering(end + 1)
        yield from chunks
        store.sent(begin, end + 1)

    def finish(self, then: Callable[[], None]) -> None:
        """Call `then` when nothing is left to be sent again: now, or later."""
        if self._streams or self._asked:
            self._then = then
        else:
            then()

    def write(self) -> None:
        """Write what a batch has brought, and go on with what is to be sent again."""
        session = self._session
        messages = session.outbox
        if messages:
            session.outbox = []
            session.counters.messages_out += len(messages)
            end = session.next_out if session.is_writable else self._next_unsent
            session.store.offering(end)
            if self._message_log is not None:
                self._message_log.note(session.session, session.heartbeat.sent_ns, False, messages)
            self._put(messages[0] if len(messages) == 1 else b"".join(messages))
            session.store.sent(end - len(messages), end)
            if self._transport.get_write_buffer_size() > session.settings.pending_bytes_max:
                self._cut("slow reader: too many bytes wait to be sent")
        if self._streams:
            self._begin()

    def check_age(self, now_ns: int) -> None:
        """Cut a peer that leaves something unread for too long."""
        if self.pending(now_ns)[1] > self._session.settings.pending_age_max_s * NS_PER_S:
            self._cut("slow reader: what was sent is not read in time")

    def pending(self, now_ns: int) -> tuple[int, int]:
        """Give how many bytes wait to be sent, and the age of the oldest in ns."""
        pending_bytes = self._transport.get_write_buffer_size()
        return pending_bytes, self._age.of(pending_bytes, self._written_bytes, now_ns)

    def pause(self) -> None:
        """Wait with a resend: the peer reads slower than we write."""
        self._is_full = True

    def resume(self) -> None:
        """Go on with a resend."""
        self._is_full = False
        if self._has_turn:
            self._schedule()

    def _put(self, data: bytes) -> None:
        self._written_bytes += len(data)
        self._transport.write(data)

    def _begin(self) -> None:
        """Begin to send again when it is our turn, or go on with it."""
        if self._has_turn:
            self._schedule()
        else:
            self._turns.ask(self, self._take_turn)

    def _take_turn(self) -> None:
        self._has_turn = True
        self._schedule()

    def _give_back_turn(self) -> None:
        self._has_turn = False
        self._turns.give_back(self)

    def _schedule(self) -> None:
        if self._streams and not self._is_full and not self._is_scheduled:
            self._is_scheduled = True
            self._soon(self._write_chunk)

    def _write_chunk(self) -> None:
        self._is_scheduled = False
        while self._streams and not self._is_full:
            chunk = next(self._streams[0], None)
            if chunk is not None:
                if chunk:
                    if self._message_log is not None:
                        self._message_log.note(self._session.session, time.time_ns(), False, chunk)
                    self._put(chunk)
                break
            self._streams.popleft()
            if not self._streams:
                self._catch_up(self._session)
        self._schedule()

    def _catch_up(self, session: Session) -> None:
        """Go on with what was stored meanwhile, or with new messages if there is nothing."""
        begin, end = self._next_unsent, session.next_out - 1
        if begin > end:
            session.is_writable = True
            self._give_back_turn()
            if self._then is not None:
                self._then()
            return
        session.counters.messages_out += end - begin + 1
        self._next_unsent = end + 1
        self._streams.append(self._noted(unsent(session.store.read(begin, end)), begin, end))
