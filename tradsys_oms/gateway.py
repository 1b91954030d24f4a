"""Between the FIX sessions and the sequencer: messages become commands, released events become reports.

A report is made from its event alone, so the same report can be made again after a restart for whoever did not get it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from msgspec import structs

from tradsys_oms.core.commands import SessionOffline, SessionOnline, SessionReset
from tradsys_oms.core.events import CancelRejected, Event, Execution, OrderRejected, Refused, StatusUnknown
from tradsys_oms.core.instruments import Instrument
from tradsys_oms.fix.acceptor import Acceptor
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.inbound import decode
from tradsys_oms.fix.dialects.outbound import Printer, Units
from tradsys_oms.fix.errors import ConditionallyRequiredFieldMissing, ValueOutOfRange
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.session import Session
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)

PRINTERS: dict[type, Callable[..., tuple[str, str]]] = {
    Execution: Printer.execution,
    OrderRejected: Printer.order_rejected,
    CancelRejected: Printer.cancel_rejected,
    StatusUnknown: Printer.status_unknown,
}
VALUE_OUT_OF_RANGE, CONDITIONALLY_REQUIRED_FIELD_MISSING = 5, 5
"""SessionRejectReason (373) and BusinessRejectReason (380): both happen to be 5."""


class Gateway:
    """The application behind the acceptor. `sequencer` and `acceptor` are set by the daemon when they are made.

    `last_reports` has the place in the journal (sequence, index of the event) of the last report of each session that
    the acceptor does not know: what is due to it is made up when it comes.
    """

    sequencer: Sequencer
    acceptor: Acceptor

    def __init__(self, instruments: dict[str, Instrument], last_reports: dict[str, tuple[int, int]]) -> None:
        self.last_reports = last_reports
        self._instruments = instruments
        self._units: dict[str, Units] = {}
        self._printers = {name: Printer(version, self._units) for name, version in VERSIONS.items()}
        self._is_holding_back = False

    def refresh_units(self) -> None:
        """Take over ticks and lots after instruments have changed."""
        for symbol, instrument in self._instruments.items():
            units = self._units.get(symbol)
            if units is None or (units.tick_e8, units.lot_e8) != (instrument.tick_e8, instrument.lot_e8):
                self._units[symbol] = Units(instrument.tick_e8, instrument.lot_e8)

    # What the acceptor calls.

    def deliver(self, session: Session, message: Message, now_ns: int) -> None:
        """Turn an application message into its command, and let it happen."""
        try:
            command = decode(session.session, message)
        except ConditionallyRequiredFieldMissing as missing:
            session.business_reject(message, CONDITIONALLY_REQUIRED_FIELD_MISSING, missing.text)
        except ValueOutOfRange as wrong:
            session.reject(message, VALUE_OUT_OF_RANGE, wrong.tag, wrong.text)
        else:
            self.sequencer.submit(command)

    def session_online(self, session: str, msg_seq_num: int, address: str) -> None:
        """Journal that a session logged on."""
        self.sequencer.submit(SessionOnline(session, msg_seq_num, address))

    def session_offline(self, session: str, msg_seq_num: int, reason: str) -> None:
        """Journal that a session ended."""
        self.sequencer.submit(SessionOffline(session, msg_seq_num, reason))

    def session_reset(self, session: str, reason: str) -> int:
        """Journal that the numbers of a session start again; gives the journal sequence, which names its store."""
        return self.sequencer.submit(SessionReset(session, reason))

    def password_changed(self, session: str, password_hash: str) -> None:
        """Ask for the new password from now on, until the configuration is read again."""
        settings = self.acceptor.sessions[session].settings
        self.acceptor.change_session(structs.replace(settings, password_hash=password_hash))
        log.warning("password changed until the next reload", session=session)

    def after_commit(self, function: Callable[..., None], *args: Any) -> None:
        """Call when all that came before is durable."""
        self.sequencer.after_commit(function, *args)

    # What the sequencer calls.

    def release(self, seq: int, time_ns: int, events: Sequence[Event]) -> None:
        """Send the reports of a command that is durable."""
        now_ns = time.time_ns()
        for index, event in enumerate(events):
            if type(event) is not Refused:
                self.report(event, seq, index, time_ns, now_ns)

    def report(self, event: Any, seq: int, index: int, time_ns: int, now_ns: int) -> None:
        """Print one event in the words that its session speaks now, and hand it over."""
        session = self.acceptor.sessions.get(event.session)
        if session is None:
            self.last_reports[event.session] = (seq, index)
            return
        printer = self._printers[session.settings.appl_version]
        msg_type, body = PRINTERS[type(event)](printer, event, seq, index, time_ns)
        self.acceptor.send_report(event.session, msg_type, body, now_ns, (seq, index))

    def released(self) -> None:
        """Write what the batch has brought, once for each session."""
        self.acceptor.flush()

    def watch_backlog(self, pending_bytes_max: int) -> None:
        """Take no input while more than that waits for the disk: a bound on memory that brokers feel as a slow line."""
        pending_bytes = self.sequencer.journal.pending_bytes
        if not self._is_holding_back and pending_bytes > pending_bytes_max:
            self._is_holding_back = True
            log.warning("input_held_back", pending_bytes=pending_bytes)
            self.acceptor.pause_reading()
        elif self._is_holding_back and pending_bytes <= pending_bytes_max // 2:
            self._is_holding_back = False
            log.info("input_taken_again", pending_bytes=pending_bytes)
            self.acceptor.resume_reading()
