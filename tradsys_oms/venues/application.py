"""What QuickFIX calls: each callback is guarded, because an exception that reaches QuickFIX ends the process.

A message of the venue becomes frames in the spool before its callback returns; when a frame can't be kept, the process
ends at that moment, so that QuickFIX does not count the message as received and the venue sends it again. `toApp` stops
what must never go out: a message for a session that is not logged on, and each message that QuickFIX would send a
second time by itself.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import quickfix
import structlog

from tradsys_oms.core.commands import QuarantineReport, VenueLink, VenueRefusal, VenueReport
from tradsys_oms.core.commands.base import JournaledCommand
from tradsys_oms.venues.adapters.adapter import Adapter
from tradsys_oms.venues.counters import Counters
from tradsys_oms.venues.errors import LinkError
from tradsys_oms.venues.outgoing import SOH, fields_of
from tradsys_oms.venues.quickfix_log import WireLog

EXIT_UNSPOOLED: Final = 1
QUARANTINED_CHARACTERS_MAX: Final = 4_000
_TEXT, _MSG_TYPE, _SEQ_NUM, _REF_SEQ_NUM = 58, 35, 34, 45
_log: Final = structlog.get_logger("venues.application")


class VenueApplication(quickfix.Application):  # type: ignore[misc]
    """One FIX session with a venue, through as many initiators as it takes.

    `keep(command)` puts a command into the spool and gives its number; `sent_message(number)` finds a message of ours
    by MsgSeqNum.
    """

    def __init__(
        self,
        venue: str,
        adapter: Adapter,
        wire: WireLog,
        keep: Callable[[JournaledCommand], int],
        sent_message: Callable[[int], str],
        counters: Counters,
    ) -> None:
        super().__init__()
        self._venue, self._adapter, self._wire, self._counters = venue, adapter, wire, counters
        self._keep, self._sent_message = keep, sent_message
        self.is_logged_on = False
        self._logon_frames: list[int] = []
        """The frames in which the core hears of the line that is up now."""
        self.is_sending = False
        """A message of ours is given to QuickFIX; what goes out otherwise is a resend."""
        self.address = ""
        """Where we are connected to, for the core's record."""
        self.words = ""
        """What the venue or QuickFIX has said last about the end of the line."""
        self.our_reason = ""
        """Why we have asked to be logged out."""
        self.must_reconnect = ""
        """Why the line has to be made anew."""
        self.has_ended = False
        """The attempt to log on, or the line, has come to its end."""
        self.logged_on_s = 0.0
        self._missing_from = 0
        """The first number of the venue that has not come, where a Logout came after it; 0 for none."""

    def begin_attempt(self, address: str) -> None:
        """Forget the line before."""
        self.address, self.words, self.our_reason = address, "", ""
        self.must_reconnect, self.has_ended = "", False

    def tell_again(self) -> None:
        """Tell the core once more that the line is up, if it is; the line does not wait for that."""
        if self.is_logged_on:
            frame = self._keep(VenueLink(self._venue, 0, True, "still logged on", self.address))
            self._logon_frames.append(frame)

    def is_of_this_line(self, frame: int) -> bool:
        """Say whether it was in this frame that the core heard of the line that is up now."""
        return self.is_logged_on and frame in self._logon_frames

    # Called by QuickFIX; the names are its own.

    def onCreate(self, _: Any) -> None:  # noqa: N802
        """Do nothing."""

    def onLogon(self, _: Any) -> None:  # noqa: N802
        """Tell the core that the line is up, and only then let requests out."""
        try:
            self.words, self.logged_on_s = "", time.monotonic()
            self._logon_frames = [self._keep(VenueLink(self._venue, 0, True, "logged on", self.address))]
            self.is_logged_on = True
            self._counters.logons += 1
            _log.info("venue_logged_on", venue=self._venue, address=self.address)
        except Exception as error:
            self._end(error)

    def onLogout(self, session_id: Any) -> None:  # noqa: N802
        """Let nothing out any more, and tell the core that the line is down."""
        try:
            self._keep_gap(session_id)
            reason = self.our_reason or self.words or "the connection was closed"
            was_logged_on, self.is_logged_on = self.is_logged_on, False
            if was_logged_on:
                self._keep(VenueLink(self._venue, 0, False, reason, self.address))
                self._counters.logouts += 1
            self.has_ended = True
            _log.warning("venue_logged_off", venue=self._venue, address=self.address, reason=reason)
        except Exception as error:
            self._end(error)

    def toAdmin(self, message: Any, _: Any) -> None:  # noqa: N802
        """Add to our Logon what the venue wants; see what we reject."""
        try:
            header = message.getHeader()
            msg_type = header.getField(_MSG_TYPE)
            if msg_type == "A":
                sending_time, number = header.getField(52), int(header.getField(_SEQ_NUM))
                for tag, value in self._adapter.logon_fields(
                    sending_time, number, header.getField(49), header.getField(56)
                ):
                    message.setField(tag, value)
            elif msg_type == "3":
                self._see_our_reject(message)
        except Exception:
            self._counters.callback_errors += 1
            _log.exception("callback_failed", venue=self._venue, callback="toAdmin")

    def fromAdmin(self, message: Any, session_id: Any) -> None:  # noqa: N802
        """Take Rejects, and the words of a Logout."""
        try:
            text = self._text_of(message)
            fields = fields_of(text)
            msg_type = _first(fields, _MSG_TYPE)
            if msg_type == "5":
                words = self._wire.hide(_first(fields, _TEXT))
                self.words = f"the venue has logged us out: {words or 'without a reason'}"
                self._see_gap(session_id, int(_first(fields, _SEQ_NUM)))
            elif msg_type == "3":
                self._counters.rejects += 1
                self._take_reject(fields)
            if msg_type in "35":
                self.must_reconnect = self._adapter.reconnect_reason(msg_type, fields) or self.must_reconnect
        except Exception as error:
            self._see_fault(error, message)

    def toApp(self, _message: Any, _: Any) -> None:  # noqa: N802
        """Stop what must not go out."""
        if not self.is_sending:
            self._counters.resends_suppressed += 1
            raise quickfix.DoNotSend
        if not self.is_logged_on:
            raise quickfix.DoNotSend

    def fromApp(self, message: Any, _: Any) -> None:  # noqa: N802
        """Keep what a message says."""
        try:
            fields = fields_of(self._text_of(message))
            msg_type = _first(fields, _MSG_TYPE)
            for command in self._adapter.decode(msg_type, fields):
                self._keep(command)
                if isinstance(command, VenueReport | VenueRefusal):
                    self._counters.answered(command.clord_id)
            self._counters.received += 1
            if msg_type != "8":
                self.must_reconnect = self._adapter.reconnect_reason(msg_type, fields) or self.must_reconnect
        except Exception as error:
            self._see_fault(error, message)

    # Called by the log.

    def saw_event(self, text: str) -> None:
        """Take from QuickFIX's words how a line ends; what it says of a line that has ended is not why."""
        if text.startswith(_ENDS) and not self.has_ended:
            self.words = f"QuickFIX says: {text}"
        if text.startswith(_IO_ERROR):
            self._counters.store_errors += 1
            self.must_reconnect = f"QuickFIX can't write its store: {text}"
            _log.error("store_unwritable", venue=self._venue, reason=text)
        if text.startswith(_FAILS):
            self.has_ended = True

    def _text_of(self, message: Any) -> str:
        """Give the message as it was on the wire, if it is the last one that came; else as QuickFIX holds it."""
        text: str = message.toString()
        wire = self._wire.last_in
        if wire[-7:] == text[-7:] and _seq_num(wire) == _seq_num(text):
            return wire
        return text

    def _see_gap(self, session_id: Any, number: int) -> None:
        """See whether messages before a Logout have not come: QuickFIX counts one of them as received with it."""
        expected = quickfix.Session.lookupSession(session_id).getExpectedTargetNum()
        self._missing_from = expected if number > expected else 0

    def _keep_gap(self, session_id: Any) -> None:
        """Let QuickFIX expect what has not come, so that it asks for it at the next logon."""
        missing_from, self._missing_from = self._missing_from, 0
        session = quickfix.Session.lookupSession(session_id) if missing_from else None
        if session is not None:
            session.setNextTargetMsgSeqNum(missing_from)

    def _take_reject(self, fields: Sequence[tuple[int, str]]) -> None:
        ours = fields_of(self._sent_message(int(_first(fields, _REF_SEQ_NUM) or 0)))
        for command in self._adapter.decode("3", fields, _first(ours, 11), _first(ours, _MSG_TYPE)):
            self._keep(command)

    def _see_our_reject(self, message: Any) -> None:
        """Keep what QuickFIX itself did not take of the venue's messages: it may have been a fill."""
        self._counters.rejected += 1
        fault = message.getField(_TEXT) if message.isSetField(_TEXT) else "no reason"
        words = self._wire.hide(self._wire.last_in)[:QUARANTINED_CHARACTERS_MAX]
        _log.error("message_rejected", venue=self._venue, reason=fault)
        self._keep(QuarantineReport(self._venue, 0, f"our FIX engine has rejected it: {fault}", words))

    def _see_fault(self, error: Exception, message: Any) -> None:
        """Put a message that made us fail into quarantine; end the process where nothing can be kept."""
        if isinstance(error, LinkError):
            self._end(error)
        self._counters.callback_errors += 1
        _log.error("callback_failed", venue=self._venue, exc_info=error)
        try:
            words = self._wire.hide(message.toString())[:QUARANTINED_CHARACTERS_MAX]
            self._keep(QuarantineReport(self._venue, 0, f"a fault of the link: {error!r}", words))
        except Exception as second:
            self._end(second)

    def _end(self, error: Exception) -> None:
        """End at once, inside the callback: QuickFIX may not count the message as received."""
        _log.critical("link_ends", venue=self._venue, reason=str(error), exc_info=error)
        os._exit(EXIT_UNSPOOLED)


_ENDS: Final = (
    "Connection failed",
    "Socket Error",
    "Timed out",
    "MsgSeqNum too low",
    "Disconnecting: ",
    "Rejecting invalid message",
    "Logon state is not valid",
    "Received logon response before",
    "Dropped Connection",
    "Message",
)
"""Events of QuickFIX that say why a line ends, by their beginning."""
_IO_ERROR: Final = "IO Error"
_FAILS: Final = ("Connection failed",)


def _first(fields: Sequence[tuple[int, str]], tag: int) -> str:
    for known, value in fields:
        if known == tag:
            return value
    return ""


def _seq_num(text: str) -> str:
    at = text.find(SOH + "34=")
    return text[at : text.find(SOH, at + 1)] if at >= 0 else ""
