"""`apply`: one command, its events; and the picture of a book to compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.property.naive import blocking, days, desk, marking, masses, phasing, short_selling, worth
from tests.property.naive.book import resting
from tests.property.naive.entering import new_order
from tests.property.naive.going_on import go_on
from tests.property.naive.requesting import cancel_order, query_order, replace_order
from tests.property.naive.settling import settle
from tests.property.naive.things import ASIDE, NOWHERE, Exchange, Instrument
from tests.property.naive_risk import flow
from tradsys_oms.core import commands
from tradsys_oms.core.events import Event
from tradsys_oms.core.phases.phases import Phase


def set_instrument(x: Exchange, command: commands.SetInstrument) -> None:
    before = x.instruments.get(command.symbol)
    if before is None:
        phase = Phase.CLOSED if command.has_phases else Phase.CONTINUOUS
        x.instruments[command.symbol] = Instrument(command, phase)
    elif (command.tick_e8, command.lot_e8) != (before.data.tick_e8, before.data.lot_e8):
        phasing.refuse(x)
    else:
        before.data = command


def set_member(x: Exchange, command: commands.SetMember) -> None:
    x.members[command.member] = command


def set_session(x: Exchange, command: commands.SetSession) -> None:
    is_in_use = any(one.session == command.session for it in x.instruments.values() for one in it.orders)
    is_moved = command.session in x.sessions and x.sessions[command.session][0] != command.member
    if command.member not in x.members or (is_in_use and is_moved):
        phasing.refuse(x)
    else:
        x.sessions[command.session] = (command.member, command.enabled)


def nothing(x: Exchange, command: commands.EntryLost) -> None:
    """Mark a place in the journal."""


def offline(x: Exchange, command: commands.SessionOffline) -> None:
    """End what a session has subscribed to."""
    for instrument in x.instruments.values():
        instrument.subscribers.pop(command.session, None)


def set_limits(x: Exchange, command: commands.SetLimits) -> None:
    if has_unknown(x, command.scope):
        phasing.refuse(x)
    else:
        x.gate.set_limits(command)


def change_limits(x: Exchange, command: commands.ChangeLimits) -> None:
    if has_unknown(x, command.scope):
        phasing.refuse(x)
    else:
        x.gate.change_limits(command)


def has_unknown(x: Exchange, scope: commands.Scope) -> bool:
    """Tell that a scope names something that is not there."""
    if scope.symbol and scope.symbol not in x.instruments:
        return True
    return scope.name != "" and scope.name not in (x.sessions if scope.level == "session" else x.members)


HANDLERS: dict[type, Callable[[Exchange, Any], None]] = {
    commands.EntryLost: nothing,
    commands.SetInstrument: set_instrument,
    commands.SetMember: set_member,
    commands.SetSession: set_session,
    commands.NewOrder: new_order,
    commands.CancelOrder: cancel_order,
    commands.ReplaceOrder: replace_order,
    commands.QueryOrder: query_order,
    commands.MassCancelOrders: masses.mass_cancel,
    commands.QueryOrders: masses.query_orders,
    commands.ChangePhase: phasing.change_phase_by_command,
    commands.EndDay: days.end_day,
    commands.StartDay: days.start_day,
    commands.TimePassed: phasing.time_passed,
    commands.GoOn: go_on,
    commands.SessionOffline: offline,
    commands.QueryMarket: phasing.query_market,
    commands.PublishIndication: phasing.publish,
    commands.CancelOrders: desk.cancel_orders,
    commands.CancelOne: desk.cancel_one,
    commands.RestateOne: desk.restate_one,
    commands.AmendTrade: desk.amend_trade,
    commands.SetLimits: set_limits,
    commands.ChangeLimits: change_limits,
    commands.RestrictShortSale: short_selling.restrict,
    commands.SetRiskRules: worth.set_rules,
    commands.SetPosition: worth.set_position,
    commands.SetMark: worth.set_mark,
    commands.Revalue: worth.revalue,
    commands.BeginRiskDay: worth.begin_day,
    commands.Block: blocking.block,
    commands.Unblock: blocking.unblock,
    commands.RequestRelease: blocking.request_release,
    commands.ApproveRelease: blocking.approve_release,
    commands.SetVenue: marking.set_venue,
    commands.VenueLink: marking.link,
    commands.VenueQuote: marking.quote,
}


def apply(x: Exchange, seq: int, time_ns: int, command: commands.Command) -> list[Event]:
    """Apply a command; give what happened, in order."""
    x.seq, x.now_ns, x.events, x.touched, x.fills = seq, time_ns, [], {}, 0
    flow.begin(x.gate)
    HANDLERS[type(command)](x, command)
    for symbol in x.touched:
        if symbol not in x.uncrossing:
            settle(x, x.instruments[symbol])
    flow.count(x.gate, time_ns, command, x.events)
    return x.events


Picture = dict[str, list[tuple[object, ...]]]


def picture(x: Exchange, symbol: str) -> Picture:
    """Draw an instrument: its queues in the order of priority, and the orders that wait beside them."""
    instrument = x.instruments[symbol]
    book: dict[str, list[tuple[object, ...]]] = {
        side: [(one.order_id, one.at, one.leaves, one.gives, one.is_dark) for one in resting(instrument, side)]
        for side in "12"
    }
    beside = [(one.order_id, one.leaves) for one in instrument.orders if one.place in (ASIDE, NOWHERE)]
    return {"bids": book["1"], "offers": book["2"], "beside": sorted(beside)}
