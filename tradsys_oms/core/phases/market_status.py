"""What sessions are told of the state of an instrument: once, or for all that comes.

A subscription ends with the connection: whoever comes back asks again, so that nothing piles up for those who are gone.
"""

from __future__ import annotations

from tradsys_oms.core.commands import PublishIndication, QueryMarket
from tradsys_oms.core.events import Event, MarketStatus, Refused
from tradsys_oms.core.phases.auction import indication
from tradsys_oms.core.phases.phases import PHASES
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.state import State
from tradsys_oms.core.work import Work

ONCE, ON, OFF = "0", "1", "2"
"""SubscriptionRequestType (263)."""


class MarketStatuses:
    """Handles QueryMarket and PublishIndication."""

    def __init__(self, state: State) -> None:
        self._state = state

    def fault_of(self, command: QueryMarket | PublishIndication) -> str | None:
        """Say in a sentence why a command would be refused, None if it would not."""
        if command.symbol not in self._state.instruments:
            return f"Unknown symbol {command.symbol}"
        if isinstance(command, QueryMarket) and command.subscription not in (ONCE, ON, OFF):
            return f"SubscriptionRequestType {command.subscription} is not supported"
        return None

    def query(self, seq: int, time_ns: int, command: QueryMarket) -> list[Event]:
        """Answer with the state of an instrument, and remember who wants to hear more, and who no longer."""
        session = self._state.sessions.received(command.session, command.msg_seq_num)
        req_id = command.security_status_req_id
        fault = self.fault_of(command)
        if fault is not None:
            return [MarketStatus(session.session, req_id, command.symbol, "", fault)]
        instrument = self._state.instruments[command.symbol]
        if command.subscription == ON:
            instrument.subscribers[session.session] = req_id
        elif command.subscription == OFF:
            instrument.subscribers.pop(session.session, None)
        return [_status(instrument, session.session, req_id, unsolicited=False)]

    def publish_indication(self, seq: int, time_ns: int, command: PublishIndication) -> list[Event]:
        """Tell the subscribers of an instrument how it stands now."""
        fault = self.fault_of(command)
        if fault is not None:
            return [Refused(fault)]
        work = Work(self._state, seq, time_ns)
        publish(work, self._state.instruments[command.symbol])
        return work.events


def publish(work: Work, instrument: Instrument) -> None:
    """Tell the subscribers of an instrument how it stands now, in the order in which they subscribed."""
    for session, req_id in instrument.subscribers.items():
        work.events.append(_status(instrument, session, req_id, unsolicited=True))


def indicative(instrument: Instrument) -> tuple[int, int, int]:
    """Give price, quantity and imbalance at which the auction under way would uncross now; 0 for none."""
    if not PHASES[instrument.phase].is_auction:
        return 0, 0, 0
    return indication(instrument.book, instrument.reference_px)


def _status(instrument: Instrument, session: str, req_id: str, *, unsolicited: bool) -> MarketStatus:
    return MarketStatus(
        session,
        req_id,
        instrument.symbol,
        instrument.phase,
        instrument.phase_reason,
        *indicative(instrument),
        instrument.last_px,
        unsolicited,
    )
