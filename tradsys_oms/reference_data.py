"""Reference data: what the configuration says and the core does not know yet, as commands.

The core's instruments, members and sessions come from the journal, so a start or a reload only journals what changed.
What is no longer in the configuration is switched off, never forgotten: its orders and its past stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import structs

from tradsys_oms import risk_data, routing_data
from tradsys_oms.config.market_model import RULE_DEFAULTS, TradingRules, merged_rules
from tradsys_oms.config.model import Config, MemberConfig
from tradsys_oms.core.commands import (
    Command,
    MarketRules,
    SetAccount,
    SetInstrument,
    SetLimits,
    SetMember,
    SetRoutes,
    SetSession,
    SetVenue,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.limits.risk import EACH_ACCOUNT
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.reference.members import Member
from tradsys_oms.errors import TradsysError

NS_PER_S: Final = 1_000_000_000


class ReferenceDataRefused(TradsysError):
    """The configuration asks for a change that the core can't make; nothing of it is taken over."""


def changes(config: Config, engine: Engine) -> list[Command]:
    """List the commands that bring the core's reference data to what `config` says, in an order that the core takes.

    Raises `ReferenceDataRefused` with all reasons if there is one that the core would refuse.
    """
    commands = [
        *risk_data.lifted_limits(config, engine.risk),
        *_members(config, engine),
        *risk_data.account_changes(config, engine.members),
        *_sessions(config, engine),
        *_instruments(config, engine),
        *risk_data.limit_changes(config, engine.risk),
        *routing_data.changes(config, engine.routing),
    ]
    fresh = _Fresh(commands, engine)
    faults = [
        fault for command in commands if not fresh.serves(command) and (fault := engine.fault_of(command)) is not None
    ]
    if faults:
        raise ReferenceDataRefused(f"{config.path} can't be taken over: {' '.join(faults)}")
    return commands


class _Fresh:
    """What a list of commands adds, or changes: the core can't tell yet about what names it, but the configuration was
    checked.
    """

    def __init__(self, commands: list[Command], engine: Engine) -> None:
        self._engine = engine
        self._venues = {command.venue for command in commands if isinstance(command, SetVenue)}
        self._accounts = {(command.member, command.account) for command in commands if isinstance(command, SetAccount)}

    def serves(self, command: Command) -> bool:
        """Tell whether a command names what one before it adds."""
        engine = self._engine
        if isinstance(command, SetAccount):
            return command.member not in engine.members
        if isinstance(command, SetRoutes):
            return any(venue in self._venues for route in command.routes for venue in route.venues)
        if not isinstance(command, SetLimits) or command.scope == EACH_ACCOUNT:
            return False
        level, name, account, symbol = structs.astuple(command.scope)
        return (
            (level == "session" and name not in engine.sessions)
            or (level in ("member", "account", "holding") and name not in engine.members)
            or (level in ("account", "holding") and (name, account) in self._accounts)
            or (level in ("instrument", "holding") and symbol not in engine.instruments)
        )


def _members(config: Config, engine: Engine) -> Iterator[Command]:
    wanted = {new.member: _configured_member(new) for new in config.members}
    known = {name: _journaled_member(member) for name, member in engine.members.items()}
    for name in known.keys() - wanted.keys():
        wanted[name] = structs.replace(known[name], enabled=False)
    for name, command in sorted(wanted.items()):
        if known.get(name) != command:
            yield command


def _configured_member(new: MemberConfig) -> SetMember:
    self_trade = "" if new.self_trade == "none" else new.self_trade
    return SetMember(new.member, new.enabled, new.firm, self_trade, new.self_trade_scope, new.clearing_member)


def _journaled_member(old: Member) -> SetMember:
    return SetMember(old.name, old.enabled, old.firm_name, old.self_trade, old.self_trade_scope, old.clearing_member)


def _sessions(config: Config, engine: Engine) -> Iterator[Command]:
    wanted = {session.session: (session.member, session.enabled) for session in config.sessions}
    known = {name: (state.member, state.enabled) for name, state in engine.sessions.items()}
    for name in known.keys() - wanted.keys():
        wanted[name] = (known[name][0], False)
    for name, (member, enabled) in sorted(wanted.items()):
        if known.get(name) != (member, enabled):
            yield SetSession(name, member, enabled)


def _instruments(config: Config, engine: Engine) -> Iterator[Command]:
    wanted = {command.symbol: command for command in _configured(config)}
    known = {symbol: _journaled(instrument) for symbol, instrument in engine.instruments.items()}
    for symbol in known.keys() - wanted.keys():
        wanted[symbol] = structs.replace(known[symbol], enabled=False)
    for symbol, command in sorted(wanted.items()):
        if known.get(symbol) != command:
            yield command


def _configured(config: Config) -> Iterator[SetInstrument]:
    groups = {group.group: (bool(group.phases), _rules_given(group)) for group in config.groups}
    groups[""] = (False, ())
    shared: dict[tuple[Any, ...], dict[str, Any]] = {}  # thousands of instruments have the same few rules
    for new in config.instruments:
        has_phases, of_group = groups[new.group]
        own = _rules_given(new)
        if (own, of_group) not in shared:
            shared[own, of_group] = _how_it_trades(merged_rules(dict(own), dict(of_group)))
        yield SetInstrument(
            symbol=new.symbol,
            tick_e8=new.tick_e8,
            lot_e8=new.lot_e8,
            reference_price_e8=new.reference_price_e8,
            price_band_bps=new.price_band_bps,
            order_qty_max_e8=new.order_qty_max_e8,
            order_notional_max_e8=new.order_notional_max_e8,
            currency=new.currency,
            enabled=new.enabled,
            underlying=new.underlying,
            has_phases=has_phases,
            **shared[own, of_group],
        )


def _rules_given(section: TradingRules) -> tuple[tuple[str, Any], ...]:
    pairs = ((name, getattr(section, name)) for name in RULE_DEFAULTS)
    return tuple((name, value) for name, value in pairs if value is not None)


def _how_it_trades(rules: dict[str, Any]) -> dict[str, Any]:
    """Give what a SetInstrument has of the rules that a group may share."""
    marks = {"mark_venues": rules["mark_venues"], "mark_spread_max_bps": rules["mark_spread_max_bps"]}
    return {"rules": _market_rules(rules), **marks}


def _market_rules(rules: dict[str, Any]) -> MarketRules:
    return MarketRules(
        matching=rules["matching"],
        lead_member=rules["lead_member"],
        lead_share_bps=rules["lead_share_bps"],
        market_protection_bps=rules["market_protection_bps"],
        static_band_bps=rules["static_band_bps"],
        dynamic_band_bps=rules["dynamic_band_bps"],
        breaker_bps=rules["breaker_bps"],
        breaker_window_ns=rules["breaker_window_s"] * NS_PER_S,
        auction_ns=rules["volatility_auction_s"] * NS_PER_S,
        halt_ns=rules["halt_s"] * NS_PER_S,
        short_sale_trigger_bps=rules["short_sale_trigger_bps"],
    )


def _journaled(old: Instrument) -> SetInstrument:
    return SetInstrument(
        symbol=old.symbol,
        tick_e8=old.tick_e8,
        lot_e8=old.lot_e8,
        reference_price_e8=old.reference_price_e8,
        price_band_bps=old.price_band_bps,
        order_qty_max_e8=old.order_qty_max_e8,
        order_notional_max_e8=old.order_notional_max_e8,
        currency=old.currency,
        enabled=old.enabled,
        underlying=old.underlying,
        rules=old.rules,
        has_phases=old.has_phases,
        mark_venues=old.mark_venues,
        mark_spread_max_bps=old.mark_spread_max_bps,
    )
