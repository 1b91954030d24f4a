"""One attempt to log on at one address, and the line that comes of it: an initiator from its start to its end.

Each attempt has an initiator of its own, because QuickFIX tries addresses by TCP alone and stays with one that accepts
connections and never logs on. Over TLS, QuickFIX connects to our relay, which connects to the venue.

QuickFIX gets no thread: the link's loop lets it work (`pump`), so its callbacks come between two steps of the loop and
never beside one. That is simpler, and with Python's one lock for all threads it is also faster. What QuickFIX's socket
is, so that the loop can wait for it, is found among the open files, because it does not tell.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from typing import Final

import quickfix
import structlog

from tradsys_oms.venues.adapters.adapter import Dialect, Outgoing
from tradsys_oms.venues.application import VenueApplication
from tradsys_oms.venues.outgoing import build_message
from tradsys_oms.venues.quickfix_log import WireLogFactory
from tradsys_oms.venues.quickfix_settings import session_id, write_settings
from tradsys_oms.venues.settings import VenueAddress, VenueSettings
from tradsys_oms.venues.tls_relay import TlsRelay

LOGOUT_WAIT_S: Final = 2.5
_log: Final = structlog.get_logger("venues.attempt")


class Attempt:
    """A connection to `address`, on its way up, up, or down; with `must_reset` numbers begin at 1.

    Raises `TlsUnusable`.
    """

    def __init__(
        self,
        settings: VenueSettings,
        dialect: Dialect,
        address: VenueAddress,
        application: VenueApplication,
        logs: WireLogFactory,
        must_reset: bool = False,
    ) -> None:
        self.address = address
        self._settings, self._application = settings, application
        self._begin_string = dialect.begin_string
        self._session_id = session_id(settings, dialect)
        self._header = _header(settings)
        self._relay: TlsRelay | None = None
        target = address
        application.begin_attempt(str(address))
        if settings.tls is not None:
            self._relay = TlsRelay(address, settings.tls)
            target = self._relay.start()
        self._port = target.port
        self.socket: socket.socket | None = None
        """A second handle of QuickFIX's socket, to wait for; None until it is connected."""
        self._quickfix_settings = write_settings(settings, dialect, target, must_reset)
        self._stores = quickfix.FileStoreFactory(self._quickfix_settings)
        self._initiator = quickfix.SocketInitiator(application, self._stores, self._quickfix_settings, logs)
        self._wire = logs.log
        self._messages_before = self._wire.messages_in
        self.started_s = time.monotonic()

    @property
    def is_over(self) -> bool:
        """Say that nothing will come of it any more."""
        late = time.monotonic() - self.started_s > self._settings.logon_timeout_s
        return self._application.has_ended or (late and not self._application.is_logged_on)

    @property
    def reason(self) -> str:
        """Say why it has failed, or ended."""
        if self._relay is not None and self._relay.fault:
            return self._relay.fault
        if self._relay is not None and not self._relay.is_connected:
            return f"{self.address} has not agreed on TLS in time; it may speak without"
        if self._application.words:
            return self._application.words
        if self._application.has_ended:
            is_silent = self._wire.messages_in == self._messages_before
            return f"{self.address} refuses the connection, or closes it" if is_silent else "the connection was closed"
        return f"no logon within {self._settings.logon_timeout_s:g} s"

    def pump(self) -> bool:
        """Let QuickFIX work, without waiting; say whether messages came in."""
        before = self._wire.messages_in
        self._initiator.poll()
        if self.socket is None:
            self.socket = _connected_to(self._port)
        return bool(self._wire.messages_in != before)

    def send(self, outgoing: Outgoing) -> bool:
        """Give a message to QuickFIX; False means that it was not taken and never leaves."""
        message = build_message(self._begin_string, outgoing, self._header)
        self._application.is_sending = True
        try:
            return bool(quickfix.Session.sendToTarget(message, self._session_id))
        finally:
            self._application.is_sending = False

    def log_out(self, reason: str) -> None:
        """Ask the venue to log us out."""
        session = quickfix.Session.lookupSession(self._session_id)
        if session is not None and self._application.is_logged_on:
            self._application.our_reason = reason
            session.logout(reason)

    def end(self, reason: str) -> None:
        """Log out if need be, for a limited time, and take the initiator down."""
        self.log_out(reason)
        deadline_s = time.monotonic() + LOGOUT_WAIT_S
        while self._application.is_logged_on and time.monotonic() < deadline_s:
            if not self.pump():
                time.sleep(0.001)
        self._initiator.stop(True)
        # Not left to the count of references: a DoNotSend that was raised in a callback is never freed, and holds all
        # frames that it was raised under. A session that lives on in there would get what is sent in the next attempt.
        self._initiator.__swig_destroy__(self._initiator)
        if self.socket is not None:
            self.socket.close()
        if self._relay is not None:
            self._relay.close()


def _connected_to(port: int) -> socket.socket | None:
    """Find the socket of this process that is connected to a port, and give a handle of our own."""
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            if not os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                continue
            handle = socket.socket(fileno=os.dup(int(name)))
            peer = handle.getpeername() if handle.family in (socket.AF_INET, socket.AF_INET6) else None
            if peer is not None and peer[1] == port:
                return handle
            handle.close()
    return None


def _header(settings: VenueSettings) -> tuple[tuple[int, str], ...]:
    """Give the fields of each header that QuickFIX does not know of."""
    fields = (
        (50, settings.sender_sub_id),
        (57, settings.target_sub_id),
        (115, settings.on_behalf_of_comp_id),
    )
    return tuple((tag, value) for tag, value in fields if value)
