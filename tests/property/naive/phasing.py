"""Phases (section 11): where an instrument may go, and what happens on the way."""

from __future__ import annotations

from tests.property.naive import auctions
from tests.property.naive.book import stand, step_aside
from tests.property.naive.reporting import cancel, expire
from tests.property.naive.settling import go_aside_in_other_phases
from tests.property.naive.things import BOOK, WORDS, Exchange, Instrument
from tradsys_oms.core.commands import ChangePhase, PublishIndication, QueryMarket, TimePassed
from tradsys_oms.core.events import MarketStatus, PhaseChanged, Refused
from tradsys_oms.core.fields import ExecInst, ExecRestatementReason, TimeInForce
from tradsys_oms.core.phases.phases import PHASES, Phase


def refuse(x: Exchange) -> None:
    x.events.append(Refused(WORDS))


def change_phase_by_command(x: Exchange, command: ChangePhase) -> None:
    instrument = x.instruments.get(command.symbol)
    if instrument is None or not may_go(x, instrument, command.phase, command.until_ns):
        refuse(x)
    elif command.phase == instrument.phase:
        instrument.until_ns = command.until_ns
        x.events.append(changed(instrument))
    else:
        x.touched[command.symbol] = None
        change_phase(x, instrument, command.phase, command.reason, command.until_ns)


def may_go(x: Exchange, instrument: Instrument, phase: str, until_ns: int) -> bool:
    """Tell whether it may go there; to give the phase that it is in another end is a change, too."""
    is_busy = instrument.data.symbol in x.uncrossing or instrument.day_is_ended
    is_other_end = phase == instrument.phase and until_ns != instrument.until_ns
    if is_busy or not (phase in instrument.phase_rules.next_phases or is_other_end):
        return False
    return until_ns == 0 or PHASES[phase].after != ""


def change_phase(x: Exchange, instrument: Instrument, phase: str, reason: str, until_ns: int) -> None:
    """Leave a phase, with its auction, and enter another."""
    begins_unheld = (instrument.phase, phase) == (Phase.CLOSED, Phase.CONTINUOUS)
    if begins_unheld or (instrument.phase_rules.is_auction and phase != Phase.HALTED):
        auctions.uncross(x, instrument)
        if x.fills >= x.fills_max and auctions.indication(instrument)[1]:
            x.unfinished[instrument.data.symbol] = None
            x.uncrossing[instrument.data.symbol] = (phase, reason, until_ns, instrument.auction_px)
            return
        auctions.expire_rest(x, instrument, Phase.OPENING_AUCTION if begins_unheld else instrument.phase)
    enter(x, instrument, phase, reason, until_ns)


def enter(x: Exchange, instrument: Instrument, phase: str, reason: str, until_ns: int) -> None:
    instrument.phase, instrument.until_ns, instrument.reason = phase, until_ns, reason
    instrument.auction_is_called = False
    instrument.window = []
    go_aside_in_other_phases(instrument)
    gather_for_the_close(x, instrument)
    tell(x, instrument)
    if phase == Phase.HALTED:
        for order in list(instrument.orders):
            if ExecInst.CANCEL_ON_HALT in order.asks.exec_inst:
                cancel(x, order, restatement_reason=ExecRestatementReason.CANCEL_ON_HALT)


def gather_for_the_close(x: Exchange, instrument: Instrument) -> None:
    """Bring the orders for the close into the book when its auction begins; in other phases they wait beside it."""
    for order in sorted(instrument.orders, key=lambda order: order.arrived):
        if order.time_in_force == TimeInForce.ATC:
            if instrument.phase != Phase.CLOSING_AUCTION:
                step_aside(order)
            elif order.place != BOOK:
                stand(x, order, order.limit)


def changed(instrument: Instrument) -> PhaseChanged:
    said = (instrument.phase, instrument.reason, instrument.until_ns, instrument.trade_date)
    return PhaseChanged(instrument.data.symbol, *said)


def tell(x: Exchange, instrument: Instrument) -> None:
    x.events.append(changed(instrument))
    for session, request_id in instrument.subscribers.items():
        market_status(x, instrument, session, request_id, unsolicited=True)


def time_passed(x: Exchange, command: TimePassed) -> None:
    """Expire what ends by now, then let phases that have an end go on."""
    due = [one for it in x.instruments.values() for one in it.orders if 0 < one.asks.expire_time_ns <= x.now_ns]
    for order in sorted(due, key=lambda order: (order.asks.expire_time_ns, order.order_id))[:1000]:
        if order.symbol not in x.uncrossing:
            x.touched[order.symbol] = None
            expire(x, order)
    for symbol, instrument in x.instruments.items():
        after = instrument.phase_rules.after
        if 0 < instrument.until_ns <= x.now_ns and after and symbol not in x.uncrossing:
            x.touched[symbol] = None
            auction_ns = instrument.rules.auction_ns if after == Phase.VOLATILITY_AUCTION else 0
            change_phase(x, instrument, after, WORDS, x.now_ns + auction_ns if auction_ns else 0)


def market_status(x: Exchange, instrument: Instrument, session: str, request_id: str, unsolicited: bool) -> None:
    collects = instrument.phase_rules.is_auction
    found = auctions.indication(instrument) if collects else (0, 0, 0)
    status = (instrument.phase, "", *found, instrument.last_px, unsolicited)
    x.events.append(MarketStatus(session, request_id, instrument.data.symbol, *status))


def query_market(x: Exchange, command: QueryMarket) -> None:
    instrument = x.instruments.get(command.symbol)
    if instrument is None:
        x.events.append(MarketStatus(command.session, command.security_status_req_id, command.symbol, "", WORDS))
        return
    market_status(x, instrument, command.session, command.security_status_req_id, unsolicited=False)
    if command.subscription == "1":
        instrument.subscribers[command.session] = command.security_status_req_id
    elif command.subscription == "2":
        instrument.subscribers.pop(command.session, None)


def publish(x: Exchange, command: PublishIndication) -> None:
    instrument = x.instruments.get(command.symbol)
    if instrument is None:
        refuse(x)
        return
    for session, request_id in instrument.subscribers.items():
        market_status(x, instrument, session, request_id, unsolicited=True)
