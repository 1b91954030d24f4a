"""Between the FIX sessions and the sequencer: messages become commands, released events become reports.

A report is made from its event alone, so the same report can be made again after a restart for whoever did not get it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, get_args

import structlog
from msgspec import structs

from tradsys_oms.core.commands import (
    MessageRefused,
    NewOrder,
    NumbersReserved,
    ReplaceOrder,
    SessionOffline,
    SessionOnline,
    SessionReset,
    SetPassword,
)
from tradsys_oms.core.events import (
    CancelRejected,
    ClientActionDone,
    ClientLimits,
    Event,
    Execution,
    Internal,
    MarketStatus,
    MassCancelReport,
    MassStatusEmpty,
    OrderRejected,
    StatusUnknown,
)
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.disconnects import Disconnects
from tradsys_oms.errors import InvariantError
from tradsys_oms.fix.acceptor import Acceptor
from tradsys_oms.fix.carry import POSS_RESEND
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.inbound import decode
from tradsys_oms.fix.dialects.market_status import security_status
from tradsys_oms.fix.dialects.mass_reports import mass_cancel_report, mass_status_empty
from tradsys_oms.fix.dialects.outbound import Printer
from tradsys_oms.fix.dialects.party_reports import party_action_report, party_risk_limits_report
from tradsys_oms.fix.dialects.units import Units
from tradsys_oms.fix.errors import ConditionallyRequiredFieldMissing, StoreWriteFailed, ValueOutOfRange
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.reserved_numbers import CHUNK
from tradsys_oms.fix.session import Session
from tradsys_oms.risk_alerts import NOTED, RiskAlerts
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)

INTERNAL = frozenset(get_args(Internal))
ALERTING = frozenset(NOTED)
PRINTERS: dict[type, Callable[..., tuple[str, str] | None]] = {
    Execution: Printer.execution,
    OrderRejected: Printer.order_rejected,
    CancelRejected: Printer.cancel_rejected,
    StatusUnknown: Printer.status_unknown,
    MassCancelReport: mass_cancel_report,
    MassStatusEmpty: mass_status_empty,
    MarketStatus: security_status,
    ClientActionDone: party_action_report,
    ClientLimits: party_risk_limits_report,
}
VALUE_OUT_OF_RANGE, CONDITIONALLY_REQUIRED_FIELD_MISSING = 5, 5
"""SessionRejectReason (373) and BusinessRejectReason (380): both happen to be 5."""
APPLICATION_NOT_AVAILABLE = 4
"""BusinessRejectReason (380)."""


class Gateway:
    """The application behind the acceptor. `sequencer`, `acceptor` and `disconnects` are set by the daemon, once made.

    `watchers` are told about internal events that are durable, by their type; `at_batch_end` is called after each
    batch.

    `last_reports` has the place in the journal (sequence, index of the event) of the last report of each session that
    the acceptor does not know: what is due to it is made up when it comes.
    """

    sequencer: Sequencer
    acceptor: Acceptor
    disconnects: Disconnects

    def __init__(self, instruments: dict[str, Instrument], last_reports: dict[str, tuple[int, int]]) -> None:
        self.last_reports = last_reports
        self.alerts = RiskAlerts()
        self.configured_hashes: dict[str, str] = {}
        """Of the passwords of sessions, as the configuration has them."""
        self.watchers: dict[type, tuple[Callable[[Any, int, int, int], None], ...]] = {}
        self.at_batch_end: Callable[[], None] = _nothing
        self._instruments = instruments
        self._units: dict[str, Units] = {}
        self._printers = {name: Printer(version, self._units) for name, version in VERSIONS.items()}
        self._is_holding_back = False
        self._is_closing = False

    def refresh_units(self) -> None:
        """Take over ticks and lots after instruments have changed."""
        for symbol, instrument in self._instruments.items():
            units = self._units.get(symbol)
            if units is None or (units.tick_e8, units.lot_e8) != (instrument.tick_e8, instrument.lot_e8):
                self._units[symbol] = Units(instrument.tick_e8, instrument.lot_e8)

    # What the acceptor calls.

    def deliver(self, session: Session, message: Message, now_ns: int, refusal: str = "") -> None:
        """Turn an application message into its command, and let it happen.

        With a `refusal`, an order or its replacement is refused by the core for that reason, which it can't know.
        """
        if self._is_closing:
            self.message_refused(session.session, message.msg_seq_num)
            session.business_reject(message, APPLICATION_NOT_AVAILABLE, "Application not available")
            return
        try:
            command = decode(session.session, message)
        except ConditionallyRequiredFieldMissing as missing:
            session.business_reject(message, CONDITIONALLY_REQUIRED_FIELD_MISSING, missing.text)
        except ValueOutOfRange as wrong:
            session.reject(message, VALUE_OUT_OF_RANGE, wrong.tag, wrong.text)
        else:
            if refusal and isinstance(command, NewOrder | ReplaceOrder):
                command = structs.replace(command, unsupported=refusal)
            self.sequencer.submit(command)

    def message_refused(self, session: str, msg_seq_num: int) -> None:
        """Journal that a message is refused, so that it does not count after a crash, when it might be welcome."""
        self.sequencer.submit(MessageRefused(session, msg_seq_num))

    def session_online(self, session: str, msg_seq_num: int, address: str) -> None:
        """Journal that a session logged on."""
        self.sequencer.submit(SessionOnline(session, msg_seq_num, address))
        self.disconnects.back(session)

    def session_offline(self, session: str, msg_seq_num: int, reason: str, is_drop: bool) -> None:
        """Journal that a session ended."""
        self.sequencer.submit(SessionOffline(session, msg_seq_num, reason, is_drop))
        self.disconnects.gone(session, time.time_ns())

    def session_reset(self, session: str, reason: str) -> int:
        """Journal that the numbers of a session start again; gives the journal sequence, which names its store."""
        epoch = self.sequencer.submit(SessionReset(session, reason))
        self._reserve(session, epoch, CHUNK)
        return epoch

    def reserve_numbers(self, session: Session, ceiling: int) -> None:
        """Journal which numbers a session may use, unless a reset is under way, which reserves those after it."""
        epoch = session.store.epoch
        if self.sequencer.engine.sessions[session.session].reset_seq == epoch:
            self._reserve(session.session, epoch, ceiling)

    def _reserve(self, session: str, epoch: int, ceiling: int) -> None:
        self.sequencer.submit(NumbersReserved(session, ceiling))
        known = self.acceptor.sessions.get(session)
        if known is not None:
            self.sequencer.after_commit(known.numbers.reserved, epoch, ceiling)

    def password_changed(self, session: str, password_hash: str) -> None:
        """Journal a password that a peer has chosen, and ask for it from now on."""
        self.sequencer.submit(SetPassword(session, password_hash, self.configured_hashes.get(session, "")))
        settings = self.acceptor.sessions[session].settings
        self.acceptor.change_session(structs.replace(settings, password_hash=password_hash))
        log.info("password_changed", session=session)

    def after_commit(self, function: Callable[..., None], *args: Any) -> None:
        """Call when all that came before is durable."""
        self.sequencer.after_commit(function, *args)

    def close(self) -> None:
        """Take no requests any more; what peers still send is rejected (test case 14.l), so that they know."""
        self._is_closing = True

    # What the sequencer calls.

    def release(self, seq: int, time_ns: int, events: Sequence[Event]) -> None:
        """Send the reports of a command that is durable; one that can't be made keeps no other one back."""
        now_ns = time.time_ns()
        for index, event in enumerate(events):
            kind = type(event)
            if kind is not Execution:  # nearly all are
                if kind in ALERTING:
                    self.alerts.note(event)  # type: ignore[arg-type]  # it is one of those
                if kind in INTERNAL:
                    for watch in self.watchers.get(kind, ()):
                        watch(event, seq, index, time_ns)
                    continue
            try:
                self.report(event, seq, index, time_ns, now_ns)
            except (InvariantError, StoreWriteFailed):
                raise
            except Exception:
                log.exception("report_failed", report=kind.__name__, seq=seq, index=index)
                self.acceptor.failures += 1

    def report(
        self, event: Any, seq: int, index: int, time_ns: int, now_ns: int, *, is_poss_resend: bool = False
    ) -> bool:
        """Print one event in the words that its session speaks now, and hand it over; tell if there was one to print.

        An event that the session's version has no words for is passed over. Nothing of it is stored, so a start may
        find it missing and pass over it again, until a later report of the session takes the place of the last one.

        `is_poss_resend`: it may have been sent before, under a number that nobody knows any more.
        """
        session = self.acceptor.sessions.get(event.session)
        if session is None:
            self.last_reports[event.session] = (seq, index)
            return False
        printer = self._printers[session.appl_version]
        printed = PRINTERS[type(event)](printer, event, seq, index, time_ns)
        if printed is None:
            return False
        msg_type, body = printed
        if is_poss_resend:
            body = POSS_RESEND + body
        self.acceptor.send_report(event.session, msg_type, body, now_ns, (seq, index))
        return True

    def released(self) -> None:
        """Write what the batch has brought, once for each session."""
        self.acceptor.flush()
        self.at_batch_end()

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


def _nothing() -> None:
    """Do nothing."""
