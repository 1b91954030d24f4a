"""Reference data: what the configuration says and the core does not know yet, as commands.

The core's instruments, members and sessions come from the journal, so a start or a reload only journals what changed.
What is no longer in the configuration is switched off, never forgotten: its orders and its past stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from tradsys_oms.config.model import Config, InstrumentConfig
from tradsys_oms.core.commands import Command, SetInstrument, SetMember, SetSession
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.instruments import Instrument
from tradsys_oms.errors import TradsysError


class ReferenceDataRefused(TradsysError):
    """The configuration asks for a change that the core can't make; nothing of it is taken over."""


def changes(config: Config, engine: Engine) -> list[Command]:
    """List the commands that bring the core's reference data to what `config` says, in an order that the core takes.

    Raises `ReferenceDataRefused` with all reasons if there is one that the core would refuse.
    """
    commands = [*_members(config, engine), *_sessions(config, engine), *_instruments(config, engine)]
    faults = [fault for command in commands if (fault := engine.fault_of(command)) is not None]
    if faults:
        raise ReferenceDataRefused(f"{config.path} can't be taken over: {' '.join(faults)}")
    return commands


def _members(config: Config, engine: Engine) -> Iterator[Command]:
    wanted = {member.member: member.enabled for member in config.members}
    known = {name: member.enabled for name, member in engine.members.items()}
    for name in known.keys() - wanted.keys():
        wanted[name] = False
    for name, enabled in sorted(wanted.items()):
        if known.get(name) != enabled:
            yield SetMember(name, enabled)


def _sessions(config: Config, engine: Engine) -> Iterator[Command]:
    wanted = {session.session: (session.member, session.enabled) for session in config.sessions}
    known = {name: (state.member, state.enabled) for name, state in engine.sessions.items()}
    for name in known.keys() - wanted.keys():
        wanted[name] = (known[name][0], False)
    for name, (member, enabled) in sorted(wanted.items()):
        if known.get(name) != (member, enabled):
            yield SetSession(name, member, enabled)


def _instruments(config: Config, engine: Engine) -> Iterator[Command]:
    wanted = {new.symbol: _configured(new) for new in config.instruments}
    known = {symbol: _journaled(instrument) for symbol, instrument in engine.instruments.items()}
    for symbol in known.keys() - wanted.keys():
        wanted[symbol] = _journaled(engine.instruments[symbol], enabled=False)
    for symbol, command in sorted(wanted.items()):
        if known.get(symbol) != command:
            yield command


def _configured(new: InstrumentConfig) -> SetInstrument:
    return SetInstrument(
        symbol=new.symbol,
        tick_e8=new.tick_e8,
        lot_e8=new.lot_e8,
        reference_price_e8=new.reference_price_e8,
        price_band_bps=new.price_band_bps,
        order_qty_max_e8=new.order_qty_max_e8,
        order_notional_max_e8=new.order_notional_max_e8,
        currency=new.currency,
        enabled=new.enabled,
    )


def _journaled(old: Instrument, *, enabled: bool | None = None) -> SetInstrument:
    return SetInstrument(
        symbol=old.symbol,
        tick_e8=old.tick_e8,
        lot_e8=old.lot_e8,
        reference_price_e8=old.reference_price_e8,
        price_band_bps=old.price_band_bps,
        order_qty_max_e8=old.order_qty_max_e8,
        order_notional_max_e8=old.order_notional_max_e8,
        currency=old.currency,
        enabled=old.enabled if enabled is None else enabled,
    )
