"""The link to one venue: a loop that carries requests out, reports in, and keeps the line up.

All work is done by one thread: QuickFIX's callbacks come while the loop lets it work. The loop waits for the daemon's
welcome first, because only then it knows where to begin; later it works on without the daemon as long as the spool has
room.
"""

from __future__ import annotations

import os
import select
import time
from typing import Any, Final

import structlog

from tradsys_oms.core.commands.base import JournaledCommand
from tradsys_oms.fix.message_log import MessageLog
from tradsys_oms.journal.errors import JournalUnavailable
from tradsys_oms.journal.reader import durable_seq
from tradsys_oms.venues.adapters.adapter import Outgoing
from tradsys_oms.venues.adapters.registry import make_adapter
from tradsys_oms.venues.addresses import Addresses
from tradsys_oms.venues.application import VenueApplication
from tradsys_oms.venues.attempt import Attempt
from tradsys_oms.venues.core_line import CoreLine
from tradsys_oms.venues.counters import Counters
from tradsys_oms.venues.cursor import Cursor, boot_time_ns
from tradsys_oms.venues.outbox import Outbox
from tradsys_oms.venues.places import place_text
from tradsys_oms.venues.quickfix_log import WireLog, WireLogFactory
from tradsys_oms.venues.quickfix_settings import session_name, store_folder
from tradsys_oms.venues.resume import resume
from tradsys_oms.venues.settings import VenueSettings
from tradsys_oms.venues.spool import Spool
from tradsys_oms.venues.store_scan import fault_of, last_sent, move_aside, sent_message, store_file

IDLE_S: Final = 0.05
"""So often the loop looks at everything, though nothing has woken it."""
CONNECTING_S: Final = 0.005
"""The same, while QuickFIX connects."""
POLLS_MAX: Final = 32
"""QuickFIX works so often in one turn, about 8 KiB of messages each time, before requests have theirs."""
STATUS_S: Final = 1.0
STOP_FLUSH_S: Final = 1.0
"""At the end the daemon has so long to take what the spool has."""
MESSAGE_LOG_PENDING_BYTES_MAX: Final = 16 << 20
_log: Final = structlog.get_logger("venues.link")


class Link:
    """One venue's link. Raises `LinkError` and others of `TradsysError` where it can't start."""

    def __init__(self, settings: VenueSettings) -> None:
        self.settings = settings
        self._adapter = make_adapter(settings)
        self._dialect = self._adapter.dialect
        self._session_name = session_name(settings, self._dialect)
        self._stores = store_folder(settings)
        self._stores.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._spool = Spool(settings.state_dir / "spool", settings.spool_bytes_max)
        self._cursor = Cursor(settings.state_dir / "cursor")
        self._counters = Counters()
        self._messages = MessageLog(
            settings.state_dir / "messages",
            file_bytes_max=settings.message_log_file_bytes_max,
            files_max=settings.message_log_files_max,
            pending_bytes_max=MESSAGE_LOG_PENDING_BYTES_MAX,
        )
        wire = WireLog(settings.venue, self._messages, self._saw_event, settings.credentials.secrets)
        self._logs = WireLogFactory(wire)
        self._application = VenueApplication(
            settings.venue, self._adapter, wire, self._keep, self._sent_message, self._counters
        )
        self._outbox = Outbox(
            settings.venue, settings.journal_dir, self._cursor, self._adapter, self, self._keep, self._counters
        )
        self._line = CoreLine(settings.socket_path, settings.venue, self._spool, self._welcomed, self.stop)
        self._addresses = Addresses(
            settings.addresses, settings.backoff_first_s, settings.backoff_max_s, settings.fail_back
        )
        self._attempt: Attempt | None = None
        self._has_begun = False
        self._is_stopping = False
        self._next_attempt_s = 0.0
        self._next_status_s = 0.0
        self._was_logged_on = False
        self._is_held = False
        """The spool is too full to log on."""
        self._must_reset = False
        """QuickFIX's store is gone: the next logon asks the venue to begin with number 1 too."""
        self._fault = ""
        self._wake_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    # What others ask of it.

    @property
    def is_logged_on(self) -> bool:
        """Say that messages can be sent now."""
        return self._application.is_logged_on

    def is_of_this_line(self, frame: int) -> bool:
        """Say whether it was in this frame that the core heard of the line that is up now."""
        return self._application.is_of_this_line(frame)

    def send(self, outgoing: Outgoing) -> bool:
        """Give a message to QuickFIX; False means that it was not taken and never leaves."""
        return self._attempt is not None and self._attempt.send(outgoing)

    def stop(self) -> None:
        """Let `run` return soon; safe in a signal handler and from any thread."""
        self._is_stopping = True
        os.eventfd_write(self._wake_fd, 1)

    def run(self) -> None:
        """Work until `stop`. Raises `JournalDamaged`, `LinkStateDamaged` and what else ends the process."""
        try:
            while not self._is_stopping:
                self._turn()
            self._take_down("the link stops")
            self._hand_over()
        finally:
            self._line.close()
            self._outbox.close()
            self._messages.close()
            self._cursor.close()

    # The loop.

    def _turn(self) -> None:
        now_s = time.monotonic()
        self._line.connect_if_due(now_s)
        has_more = False
        if self._has_begun:
            has_more = self._outbox.pump()
            self._tend_line(now_s)
            has_more |= self._pump_session()
        self._line.push()
        if now_s >= self._next_status_s:
            self._next_status_s = now_s + STATUS_S
            self._line.tell_status(self._facts())
        self._wait(0.0 if has_more or self._line.has_more else self._pause_s())

    def _pump_session(self) -> bool:
        """Let QuickFIX work for a bounded time; say whether it may have more."""
        attempt = self._attempt
        return attempt is not None and all(attempt.pump() for _ in range(POLLS_MAX))

    def _pause_s(self) -> float:
        """Say how long the loop may wait: short while there is no socket of QuickFIX to wait for."""
        return CONNECTING_S if self._attempt is not None and self._attempt.socket is None else IDLE_S

    def _wait(self, timeout_s: float) -> None:
        """Wait for the daemon, the venue, a signal, or the time."""
        line = self._line.socket
        venue = self._attempt.socket if self._attempt is not None else None
        reads: list[Any] = [self._wake_fd, *(end for end in (line, venue) if end is not None)]
        writes = [line] if line is not None and self._line.wants_to_write else []
        ready, writable, _ = select.select(reads, writes, [], timeout_s)
        if self._wake_fd in ready:
            os.eventfd_read(self._wake_fd)
        if writable:
            self._line.flush()
        if line in ready:
            self._line.read()

    def _keep(self, command: JournaledCommand) -> int:
        """Put a command into the spool; gives its number."""
        return self._spool.append(command)  # type: ignore[arg-type]  # adapters give nothing else

    # The beginning.

    def _welcomed(self, last_frame: int, since_seq: int) -> None:
        """Begin, at the first welcome."""
        if self._has_begun:
            self._application.tell_again()  # to the daemon a link that was away is a line that is down
            return
        found = last_sent(store_file(self._stores, self._session_name, "body"), self._adapter.place_of)
        try:
            durable = durable_seq(self.settings.journal_dir)
        except JournalUnavailable:
            durable = 0
        resumption = resume(self._cursor, found, since_seq, last_frame, durable, boot_time_ns())
        if resumption.why:
            _log.warning("requests_in_doubt", venue=self.settings.venue, reason=resumption.why)
        _log.info("link_begins", venue=self.settings.venue, after=place_text(resumption.after))
        self._outbox.begin(resumption)
        self._has_begun = True

    # The line.

    def _tend_line(self, now_s: float) -> None:
        if self._attempt is None:
            if now_s >= self._next_attempt_s and self._may_log_on():
                self._begin_attempt()
            return
        if self._application.is_logged_on:
            self._tend_session()
        if self._attempt.is_over:
            self._end_attempt(self._attempt.reason)
        elif reason := self._application.must_reconnect:
            self._end_attempt(reason)
        elif self._spool.is_full:
            self._end_attempt("too much waits for the core")

    def _may_log_on(self) -> bool:
        """Keep the line down while the spool is more than half full."""
        is_held = self._spool.waiting_bytes > self.settings.spool_bytes_max // 2
        if is_held != self._is_held:
            self._is_held = is_held
            event = "spool_full" if is_held else "spool_has_room"
            _log.error(event, venue=self.settings.venue, waiting_bytes=self._spool.waiting_bytes)
        return not is_held

    def _begin_attempt(self) -> None:
        self._check_store()
        address = self._addresses.current
        _log.info("venue_connects", venue=self.settings.venue, address=str(address))
        self._was_logged_on = False
        self._attempt = Attempt(self.settings, self._dialect, address, self._application, self._logs, self._must_reset)

    def _tend_session(self) -> None:
        """See to what follows a logon."""
        if not self._was_logged_on:
            self._was_logged_on = True
            self._addresses.logged_on()
            self._fault, self._must_reset = "", False
            self._next_status_s = 0.0  # what has changed is told at once
            for outgoing in self._adapter.subscriptions():
                self.send(outgoing)

    def _end_attempt(self, reason: str) -> None:
        """Take the line down, and settle when and where the next attempt is made."""
        self._take_down(reason)
        if self._was_logged_on:
            pause_s = self._addresses.lost(time.monotonic() - self._application.logged_on_s)
        else:
            self._counters.logons_failed += 1
            pause_s = self._addresses.failed()
        self._next_attempt_s = time.monotonic() + pause_s
        self._fault = reason
        self._next_status_s = 0.0
        _log.warning("venue_down", venue=self.settings.venue, reason=reason, next_attempt_in_s=round(pause_s, 3))

    def _take_down(self, reason: str) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.end(reason)

    def _check_store(self) -> None:
        """Put a store aside that QuickFIX could not use: it would end the process, or use wrong numbers.

        Without a store the numbers begin at 1, and the venue has to agree. What it would have sent again by number is
        found by status request.
        """
        if fault := fault_of(self._stores, self._session_name):
            aside = move_aside(self._stores, self._session_name, time.time_ns())
            _log.critical("store_damaged", venue=self.settings.venue, reason=fault, moved_to=str(aside))
        elif self._cursor.is_new or store_file(self._stores, self._session_name, "body").exists():
            return
        else:
            _log.critical("store_lost", venue=self.settings.venue, folder=str(self._stores))
        self._counters.stores_damaged += 1
        self._must_reset = True

    def _sent_message(self, number: int) -> str:
        return sent_message(self._stores, self._session_name, number)

    def _saw_event(self, text: str) -> None:
        self._application.saw_event(text)

    # The end, and how it is.

    def _hand_over(self) -> None:
        """Give the daemon what the spool has, for a limited time."""
        deadline_s = time.monotonic() + STOP_FLUSH_S
        while self._line.is_welcome and self._spool.waiting_frames and time.monotonic() < deadline_s:
            self._line.push()
            self._wait(IDLE_S)

    def _state(self) -> str:
        if not self._has_begun:
            return "waiting for the daemon"
        if self._application.is_logged_on:
            return "logged on"
        if self._attempt is not None:
            return "connecting"
        return "spool full" if self._is_held else "waiting"

    def _pause_left_s(self) -> float:
        """Say how long the link waits before it tries again, 0 for not at all."""
        return 0.0 if self._attempt is not None else round(max(self._next_attempt_s - time.monotonic(), 0.0), 3)

    def _facts(self) -> dict[str, Any]:
        return {
            "state": self._state(),
            "address": str(self._addresses.current),
            "fault": self._fault,
            "next_attempt_in_s": self._pause_left_s(),
            "cursor": place_text(self._cursor.given),
            "spool_frames": self._spool.waiting_frames,
            "spool_bytes": self._spool.waiting_bytes,
            "last_frame": self._spool.last,
            "failovers": self._addresses.failovers_total,
            **self._counters.facts(),
        }
