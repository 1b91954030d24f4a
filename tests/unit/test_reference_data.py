"""The configuration against what the core knows: only differences become commands, and what is gone is switched off."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tradsys_oms import reference_data
from tradsys_oms.config import Config, load_config
from tradsys_oms.core.commands import Command, MarketRules, NewOrder, SetInstrument, SetMember, SetSession
from tradsys_oms.core.engine import Engine
from tradsys_oms.reference_data import ReferenceDataRefused

BASE = {
    "insecure": True,
    "members": [{"id": "M1"}, {"id": "M2"}],
    "sessions": [{"comp_id": "S1", "member": "M1", "version": "FIX.4.4"}],
    "instruments": [{"symbol": "ACME", "reference_price": 100}],
}


def config(folder: Path, **changes: object) -> Config:
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(BASE | changes))
    return load_config(path)


def follow(engine: Engine, wanted: Config) -> list[Command]:
    commands = reference_data.changes(wanted, engine)
    for command in commands:
        seq = engine.last_seq + 1
        assert engine.apply(seq, seq, command) == []
    return commands


def test_a_first_start_tells_everything_and_a_second_nothing(tmp_path: Path) -> None:
    engine = Engine()
    commands = follow(engine, config(tmp_path))
    assert [type(command) for command in commands] == [SetMember, SetMember, SetSession, SetInstrument]
    assert follow(engine, config(tmp_path)) == []


def test_only_what_changed_is_told(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path))
    assert follow(engine, config(tmp_path, members=[{"id": "M1"}, {"id": "M2", "enabled": False}])) == [
        SetMember("M2", False)
    ]


def test_what_is_gone_is_switched_off(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path))
    commands = follow(engine, config(tmp_path, sessions=[], instruments=[{"symbol": "NEW", "reference_price": 1}]))
    assert SetSession("S1", "M1", False) in commands
    assert {c.symbol: c.enabled for c in commands if isinstance(c, SetInstrument)} == {"ACME": False, "NEW": True}


def test_what_the_core_would_refuse_is_refused_as_a_whole(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path))
    before = engine.state_hash()
    finer = config(
        tmp_path,
        members=[{"id": "M3"}],
        sessions=[],
        instruments=[{"symbol": "ACME", "reference_price": 100, "tick": "0.001"}],
    )
    with pytest.raises(ReferenceDataRefused, match="Tick and lot of ACME can't change"):
        reference_data.changes(finer, engine)
    assert engine.state_hash() == before


def test_a_session_with_open_orders_keeps_its_member(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path))
    order = NewOrder("S1", 1, "C1", "", "ACME", "1", "2", "0", 100_000_000, 10_000_000_000)
    engine.apply(engine.last_seq + 1, 99, order)
    moved = config(tmp_path, sessions=[{"comp_id": "S1", "member": "M2", "version": "FIX.4.4"}])
    with pytest.raises(ReferenceDataRefused, match="S1 has open orders of member M1"):
        reference_data.changes(moved, engine)


DAY = {
    "id": "day",
    "time_zone": "UTC",
    "phases": [{"at": "09:00", "phase": "continuous"}, {"at": "17:00", "phase": "closed"}],
}
RULES = {
    "matching": "lead_market_maker",
    "lead_member": "M1",
    "lead_share_percent": 40,
    "market_protection_percent": "0.5",
}
GUARDS = {
    "static_band_percent": 5,
    "dynamic_band_percent": 2,
    "breaker_percent": 7,
    "breaker_window_s": 60,
    "volatility_auction_s": 120,
    "halt_s": 300,
    "short_sale_trigger_percent": 10,
}


def grouped(**own: object) -> dict[str, object]:
    """Give the keys of a configuration with one instrument in a group that has a rule of each kind."""
    return {
        "market_schedules": [DAY],
        "groups": [{"id": "shares", "phases": "day"} | RULES | GUARDS],
        "instruments": [{"symbol": "ACME", "reference_price": 100, "group": "shares"} | own],
    }


def test_an_instrument_trades_by_the_phases_and_rules_of_its_group_and_first_by_its_own(tmp_path: Path) -> None:
    engine, second = Engine(), 1_000_000_000
    follow(engine, config(tmp_path, **grouped(underlying="ACME.N", halt_s=0, dynamic_band_percent=3)))
    acme = engine.instruments["ACME"]
    assert (acme.has_phases, acme.underlying) == (True, "ACME.N")
    assert acme.rules == MarketRules(
        matching="lead_market_maker",
        lead_member="M1",
        lead_share_bps=4000,
        market_protection_bps=50,
        static_band_bps=500,
        dynamic_band_bps=300,
        breaker_bps=700,
        breaker_window_ns=60 * second,
        auction_ns=120 * second,
        halt_ns=0,
        short_sale_trigger_bps=1000,
    )


def test_a_rule_of_a_group_that_changes_is_told_for_its_instruments_and_others_are_not(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path, **grouped()))
    assert follow(engine, config(tmp_path, **grouped())) == []
    changed = grouped()
    changed["groups"] = [{"id": "shares", "phases": "day"} | RULES | GUARDS | {"halt_s": 9}]
    (command,) = follow(engine, config(tmp_path, **changed))
    assert isinstance(command, SetInstrument)
    assert command.rules.halt_ns == 9_000_000_000


def test_venues_that_say_what_an_instrument_is_worth_are_those_of_its_group_unless_it_names_its_own(
    tmp_path: Path,
) -> None:
    engine = Engine()
    venue = {"dialect": "fix44", "addresses": ["127.0.0.1:1"], "sender_comp_id": "US"}
    venues: list[object] = [venue | {"id": name, "target_comp_id": name} for name in ("V1", "V2")]
    shared = {"groups": [{"id": "shares", "mark_venues": ["V1", "V2"], "mark_spread_max_percent": 2}], "venues": venues}
    acme: dict[str, object] = {"symbol": "ACME", "reference_price": 100, "group": "shares"}
    follow(engine, config(tmp_path, instruments=[acme], **shared))
    instrument = engine.instruments["ACME"]
    assert (instrument.mark_venues, instrument.mark_spread_max_bps) == (("V1", "V2"), 200)
    assert (instrument.rules, instrument.care) == (MarketRules(), 0), "orders pay nothing for it"
    assert follow(engine, config(tmp_path, instruments=[acme], **shared)) == []
    own: dict[str, object] = acme | {"mark_venues": ["V2"], "mark_spread_max_percent": 7}
    (command,) = follow(engine, config(tmp_path, instruments=[own], **shared))
    assert (instrument.mark_venues, instrument.mark_spread_max_bps) == (("V2",), 700)
    assert isinstance(command, SetInstrument)
    follow(engine, config(tmp_path, instruments=[acme | {"mark_venues": []}], **shared))
    assert instrument.mark_venues == ()
    follow(engine, config(tmp_path, instruments=[{"symbol": "ACME", "reference_price": 100}], venues=venues))
    assert (instrument.mark_venues, instrument.mark_spread_max_bps) == ((), 500)


def test_without_a_group_an_instrument_always_trades_by_plain_rules(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path))
    acme = engine.instruments["ACME"]
    assert (acme.has_phases, acme.underlying, acme.rules) == (False, "", MarketRules())


def test_a_member_says_what_becomes_of_its_self_trades(tmp_path: Path) -> None:
    engine = Engine()
    policy = {"id": "M2", "firm": "F", "self_trade": "decrement", "self_trade_scope": "firm"}
    follow(engine, config(tmp_path, members=[{"id": "M1"}, policy]))
    member = engine.members["M2"]
    assert (member.firm_name, member.self_trade, member.self_trade_scope) == ("F", "decrement", "firm")
    assert follow(engine, config(tmp_path, members=[{"id": "M1"}, policy])) == []
    gone = follow(engine, config(tmp_path, members=[{"id": "M1"}]))
    assert gone == [SetMember("M2", False, "F", "decrement", "firm")]
