"""The configuration against what the core knows: only differences become commands, and what is gone is switched off."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tradsys_oms import reference_data
from tradsys_oms.config import Config, load_config
from tradsys_oms.core.commands import Command, NewOrder, SetInstrument, SetMember, SetSession
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
