"""Accounts, limits and rules of the configuration against what the core has: only differences become commands."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import yaml

from tradsys_oms import reference_data
from tradsys_oms.config import Config, ConfigInvalid, load_config
from tradsys_oms.core.commands import (
    Command,
    Limits,
    NewOrder,
    Scope,
    SetAccount,
    SetInstrument,
    SetLimits,
    SetMember,
    SetRiskRules,
    SetSession,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Execution, OrderRejected
from tradsys_oms.core.fields import SCALE_E8 as E8
from tradsys_oms.core.limits.risk import EACH_ACCOUNT
from tradsys_oms.errors import InvariantError
from tradsys_oms.reference_data import ReferenceDataRefused
from tradsys_oms.reload import reloaded_config

BASE = {
    "insecure": True,
    "members": [{"id": "M1", "accounts": ["A1", "A2"]}, {"id": "M2", "clearing_member": "M1"}],
    "sessions": [{"comp_id": "S1", "member": "M1", "version": "FIX.4.4"}],
    "instruments": [{"symbol": "ACME", "reference_price": 100}],
    "risk": {"limits_file": "limits.yaml"},
}
LIMITS = {
    "all": {"collar_ticks": 1},
    "defaults": {"account": {"open_orders_max": 2}},
    "members": {"M1": {"open_orders_max": 3}},
    "sessions": {"S1": {"open_orders_max": 4}},
    "instruments": {"ACME": {"open_orders_max": 5}},
    "holdings": {"M1/A1/ACME": {"open_orders_max": 6}},
}
M1, S1, ACME = Scope("member", "M1"), Scope("session", "S1"), Scope("instrument", symbol="ACME")
A1, A2, HOLDING = Scope("account", "M1", "A1"), Scope("account", "M1", "A2"), Scope("holding", "M1", "A1", "ACME")
MEMBERS_WITHOUT_ACCOUNTS = [{"id": "M1"}, {"id": "M2", "clearing_member": "M1"}]


def config(folder: Path, limits: object = LIMITS, **changes: object) -> Config:
    (folder / "limits.yaml").write_text(yaml.safe_dump(limits))
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(BASE | changes))
    return load_config(path)


def follow(engine: Engine, wanted: Config) -> list[Command]:
    """Bring the core to a configuration; none of the commands is refused, and a second time nothing is left to do."""
    commands = reference_data.changes(wanted, engine)
    for command in commands:
        seq = engine.last_seq + 1
        assert engine.apply(seq, seq, command) == []
    assert reference_data.changes(wanted, engine) == []
    return commands


def most(count: int) -> Limits:
    return Limits(open_orders_max=count)


def test_a_first_start_tells_everything_each_after_what_it_names(tmp_path: Path) -> None:
    engine = Engine()
    assert follow(engine, config(tmp_path)) == [
        SetMember("M1", True),
        SetMember("M2", True, clearing_member="M1"),
        SetAccount("M1", "A1", True),
        SetAccount("M1", "A2", True),
        SetSession("S1", "M1", True),
        next(
            command for command in reference_data.changes(config(tmp_path), Engine()) if type(command) is SetInstrument
        ),
        SetLimits(Scope("all"), Limits(collar_ticks=1)),
        SetLimits(EACH_ACCOUNT, most(2)),
        SetLimits(M1, most(3)),
        SetLimits(S1, most(4)),
        SetLimits(ACME, most(5)),
        SetLimits(HOLDING, most(6)),
    ]
    assert engine.risk.limits_of(A2) == most(2)


def test_only_what_changed_is_told_and_what_is_gone_has_no_limits(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path))
    changed = {"defaults": {"account": {"open_orders_max": 2}}, "accounts": {"M1/A2": {"open_orders_max": 7}}}
    assert follow(engine, config(tmp_path, changed)) == [
        *(SetLimits(scope, None) for scope in (Scope("all"), M1, S1, ACME, HOLDING)),
        SetLimits(A2, most(7)),
    ]
    assert engine.risk.configured == {EACH_ACCOUNT: most(2), A2: most(7)}


def test_an_account_that_is_no_longer_declared_has_no_orders_and_comes_back(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path))
    (tmp_path / "accounts.csv").write_text("A1\nA3,false\n")
    members = [{"id": "M1", "accounts_file": "accounts.csv"}, {"id": "M2", "clearing_member": "M1"}]
    assert follow(engine, config(tmp_path, members=members)) == [
        SetAccount("M1", "A3", False),
        SetAccount("M1", "A2", False, is_declared=False),
    ]
    assert engine.members["M1"].declared_count == 2
    assert SetAccount("M1", "A2", True) in follow(engine, config(tmp_path))


def test_a_member_that_goes_takes_its_accounts_and_limits_with_it(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path))
    commands = follow(engine, config(tmp_path, {}, members=[{"id": "M2"}], sessions=[]))
    assert commands[-4:] == [
        SetMember("M2", True),
        SetAccount("M1", "A1", False, is_declared=False),
        SetAccount("M1", "A2", False, is_declared=False),
        SetSession("S1", "M1", False),
    ]
    assert engine.risk.configured == {}


def test_rules_are_told_when_they_change(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path))
    rates = [{"currency": "GBP", "rate": "1.25"}, {"currency": "CHF", "rate": 1.1}]
    risk = {"limits_file": "limits.yaml", "warn_percent": 90, "base_currency": "EUR", "rates": rates}
    rules = SetRiskRules(9000, "EUR", (("CHF", 110_000_000), ("GBP", 125_000_000)))
    assert follow(engine, config(tmp_path, risk=risk)) == [rules]
    swapped = risk | {"rates": rates[::-1]}
    assert follow(engine, config(tmp_path, risk=swapped)) == []
    assert follow(engine, config(tmp_path)) == [SetRiskRules(8000, "USD", ())]


def test_a_member_whose_accounts_are_all_gone_may_use_any_again(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path))
    assert engine.members["M1"].declares_accounts
    follow(engine, config(tmp_path, members=MEMBERS_WITHOUT_ACCOUNTS, limits={}))
    assert not engine.members["M1"].declares_accounts
    fresh = Engine()
    follow(fresh, config(tmp_path, members=MEMBERS_WITHOUT_ACCOUNTS, limits={}))
    asked = NewOrder("S1", 1, "X", "any", "ACME", "1", "2", "0", E8, 100 * E8)
    for one in (engine, fresh):
        seq = one.last_seq + 1
        assert isinstance(one.apply(seq, seq, asked)[0], Execution)


def test_the_default_reaches_an_account_that_nobody_declares(tmp_path: Path) -> None:
    engine = Engine()
    limits = {"defaults": {"account": {"order_qty_max": 3}}}
    follow(engine, config(tmp_path, limits, members=MEMBERS_WITHOUT_ACCOUNTS))
    seq = engine.last_seq + 1
    (refused,) = engine.apply(seq, seq, NewOrder("S1", 1, "X", "any", "ACME", "1", "2", "0", 4 * E8, 100 * E8))
    assert isinstance(refused, OrderRejected)
    assert refused.text == "order_qty_max of account M1/any is 3: this order would make it 4"


def test_an_account_whose_limits_are_lifted_has_not_those_of_each_account(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path, LIMITS | {"accounts": {"M1/A2": {"open_orders_max": None}}}))
    assert engine.risk.limits_of(A1) == most(2)
    assert engine.risk.limits_of(A2) == Limits()
    assert follow(engine, config(tmp_path)) == [SetLimits(A2, None)]
    assert engine.risk.limits_of(A2) == most(2)


def test_limits_of_undeclared_accounts_go_before_the_member_declares_others(tmp_path: Path) -> None:
    engine = Engine()
    any_account = {"accounts": {"M1/X": {"open_orders_max": 1}, "M1/": {"open_orders_max": 2}}}
    follow(engine, config(tmp_path, any_account, members=MEMBERS_WITHOUT_ACCOUNTS))
    follow(engine, config(tmp_path))
    assert Scope("account", "M1", "X") not in engine.risk.configured


def test_limits_of_an_account_that_the_core_would_not_take_refuse_the_whole(tmp_path: Path) -> None:
    engine = Engine()
    follow(engine, config(tmp_path))
    before = engine.state_hash()
    any_account = {"accounts": {"M1/X": {"open_orders_max": 1}}}
    with pytest.raises(ReferenceDataRefused, match="Unknown account M1/X"):
        reference_data.changes(config(tmp_path, any_account, members=MEMBERS_WITHOUT_ACCOUNTS), engine)
    assert engine.state_hash() == before


def test_a_reload_takes_limits_over_or_nothing(tmp_path: Path) -> None:
    engine = Engine()
    running = config(tmp_path)
    follow(engine, running)
    (tmp_path / "limits.yaml").write_text("members: {M1: {open_orders_max: 9}}\n")
    assert SetLimits(M1, most(9)) in follow(engine, asyncio.run(reloaded_config(running, engine)))
    (tmp_path / "limits.yaml").write_text("members: {M1: {open_orders_max: 8}}\nsessions: {S2: {collar_ticks: 1}}\n")
    with pytest.raises(ConfigInvalid, match=r"limits.yaml:2: sessions\.S2: there is no session S2"):
        asyncio.run(reloaded_config(running, engine))
    assert engine.risk.configured == {M1: most(9)}


def test_a_configuration_without_its_limits_never_takes_limits_away(tmp_path: Path) -> None:
    path = config(tmp_path).path
    with pytest.raises(InvariantError, match="was read without its limits"):
        reference_data.changes(load_config(path, with_risk=False), Engine())
