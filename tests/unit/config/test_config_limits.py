"""Limits of pre-trade risk: what each scope has in the end, and every fault of every file at once."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from tradsys_oms.config import Config, ConfigInvalid, load_config
from tradsys_oms.config.limit_keys import LEVELS, NAMES
from tradsys_oms.config.risk_model import RiskConfig
from tradsys_oms.core.commands import Limits, Scope

ROOT = Path(__file__).resolve().parents[3]
E8 = 100_000_000
SECOND_NS = 1_000_000_000
MAIN = """\
insecure: true
risk:
  limits_file: limits.yaml
members:
  - {id: ALPHA, accounts: [A1, A2]}
  - {id: BETA, clearing_member: ALPHA}
sessions:
  - {comp_id: ALPHA-44, member: ALPHA, version: FIX.4.4}
instruments:
  - {symbol: ACME, reference_price: 100, lot: 10}
  - {symbol: EUR/USD, reference_price: 1.1, lot: 0.5}
"""


def load(folder: Path, limits: str, main: str = MAIN) -> Config:
    """Load a configuration with a file of limits."""
    (folder / "tradsys.yaml").write_text(main)
    (folder / "limits.yaml").write_text(limits)
    return load_config(folder / "tradsys.yaml")


def limits_of(folder: Path, limits: str, main: str = MAIN) -> dict[Scope, Limits]:
    """Give what the scopes have in the end."""
    declared = load(folder, limits, main).declared_risk
    assert declared is not None
    return declared.limits


def faults_of(folder: Path, limits: str, main: str = MAIN) -> list[str]:
    """Give the faults of both files, without the folder."""
    with pytest.raises(ConfigInvalid) as caught:
        load(folder, limits, main)
    return [str(fault).removeprefix(f"{folder}/") for fault in caught.value.faults]


ONE_OF_EACH = """\
members:
  ALPHA:
    restriction: close_only
    instruments: [EUR/USD, ACME]
    ord_types: [stop, market_to_limit, limit, market, pegged, stop_limit]
    short_sale: located
    long_sale_covered: true
    order_qty_max: 1.5
    order_notional_max: 2
    market_order_qty_max: 3
    collar_percent: 2.5
    collar_ticks: 7
    fat_finger_multiple: 20
    duplicate_window_s: 0.25
    orders_max: 10
    orders_window_s: 1
    messages_max: 20
    messages_window_s: 2
    open_orders_max: 0
    open_notional_max: 4
    gross_position_max: 5
    net_position_max: 6
    credit_max: 90_000_000_000
    traded_notional_max: 8
    daily_loss_max: 0.00000001
    orders_per_trade_max: 9
    breaker_rejects: 1
    breaker_rejects_window_s: 3
    breaker_orders: 2
    breaker_orders_window_s: 4
    breaker_notional: 3
    breaker_notional_window_s: 5
    breaker_fills: 4
    breaker_fills_window_s: 6
instruments:
  ACME: {long_qty_max: 20, short_qty_max: 0}
"""


def test_every_limit_has_its_unit(tmp_path: Path) -> None:
    found = limits_of(tmp_path, ONE_OF_EACH)
    assert found[Scope("member", "ALPHA")] == Limits(
        restriction="close_only",
        instruments=("ACME", "EUR/USD"),
        ord_types=("1", "2", "3", "4", "K", "P"),
        short_sale="located",
        long_sale_covered=True,
        order_qty_max_e8=150_000_000,
        order_notional_max_e8=2 * E8,
        market_order_qty_max_e8=3 * E8,
        collar_bps=250,
        collar_ticks=7,
        fat_finger_multiple=20,
        duplicate_window_ns=250_000_000,
        orders_max=10,
        orders_window_ns=SECOND_NS,
        messages_max=20,
        messages_window_ns=2 * SECOND_NS,
        open_orders_max=0,
        open_notional_max_e8=4 * E8,
        gross_position_max_e8=5 * E8,
        net_position_max_e8=6 * E8,
        credit_max_e8=90_000_000_000 * E8,
        traded_notional_max_e8=8 * E8,
        daily_loss_max_e8=1,
        orders_per_trade_max=9,
        breaker_rejects=1,
        breaker_rejects_window_ns=3 * SECOND_NS,
        breaker_orders=2,
        breaker_orders_window_ns=4 * SECOND_NS,
        breaker_notional_e8=3 * E8,
        breaker_notional_window_ns=5 * SECOND_NS,
        breaker_fills=4,
        breaker_fills_window_ns=6 * SECOND_NS,
    )
    assert found[Scope("instrument", symbol="ACME")] == Limits(long_qty_max_e8=20 * E8, short_qty_max_e8=0)
    assert {field.name for field in msgspec.structs.fields(Limits)} == NAMES.keys()


def test_levels_are_those_of_the_page() -> None:
    every = ["all", "member", "session", "account", "instrument", "holding"]
    page = (ROOT / "docs" / "risk.md").read_text().split("## 4.")[1].split("## 5.")[0]
    levels: dict[str, list[str]] = {}
    last: list[str] = []
    for names, words in re.findall(r"^\| (`[^|]*`) \| ([^|]*) \|", page, re.MULTILINE):
        if words == "all but session":
            last = [level for level in every if level != "session"]
        elif words != "same":
            last = every if words == "all" else words.split()
        levels |= {name: last for name in re.findall(r"`(\w+)`", names)}
    printed = {NAMES[name]: sorted(found) for name, found in LEVELS.items() if not name.startswith("breaker")}
    assert printed == {name: sorted(found) for name, found in levels.items()}


def test_defaults_hold_for_all_of_a_level_and_own_keys_come_first(tmp_path: Path) -> None:
    text = """\
defaults:
  member: {open_orders_max: 1}
  session: {collar_ticks: 2}
  account: {open_orders_max: 3, credit_max: 4}
  instrument: {order_qty_max: 20}
accounts:
  ALPHA/A2: {open_orders_max: 5}
  BETA/any: {credit_max: null}
  BETA/: {open_orders_max: null, credit_max: null}
holdings:
  ALPHA/A1/EUR/USD: {short_qty_max: 0.5}
all: {collar_percent: 9}
"""
    found = limits_of(tmp_path, text)
    of_a_member = Limits(open_orders_max=1)
    assert found == {
        Scope("all"): Limits(collar_bps=900),
        Scope("member", "ALPHA"): of_a_member,
        Scope("member", "BETA"): of_a_member,
        Scope("session", "ALPHA-44"): Limits(collar_ticks=2),
        Scope("account"): Limits(open_orders_max=3, credit_max_e8=4 * E8),
        Scope("account", "ALPHA", "A2"): Limits(open_orders_max=5, credit_max_e8=4 * E8),
        Scope("account", "BETA", "any"): Limits(open_orders_max=3),
        Scope("account", "BETA"): Limits(),
        Scope("instrument", symbol="ACME"): Limits(order_qty_max_e8=20 * E8),
        Scope("instrument", symbol="EUR/USD"): Limits(order_qty_max_e8=20 * E8),
        Scope("holding", "ALPHA", "A1", "EUR/USD"): Limits(short_qty_max_e8=E8 // 2),
    }
    assert found[Scope("member", "ALPHA")] is found[Scope("member", "BETA")]


def test_a_limit_may_have_the_window_of_the_default_and_loses_it_with_the_limit(tmp_path: Path) -> None:
    text = """\
defaults: {account: {orders_max: 5, orders_window_s: 1, long_sale_covered: true}}
accounts: {ALPHA/A1: {orders_max: 9}, ALPHA/A2: {orders_max: null, long_sale_covered: false}}
"""
    assert limits_of(tmp_path, text) == {
        Scope("account"): Limits(orders_max=5, orders_window_ns=SECOND_NS, long_sale_covered=True),
        Scope("account", "ALPHA", "A1"): Limits(orders_max=9, orders_window_ns=SECOND_NS, long_sale_covered=True),
        Scope("account", "ALPHA", "A2"): Limits(),
    }


def test_what_several_scopes_share_is_written_once(tmp_path: Path) -> None:
    text = """\
x-desk: &desk {collar_ticks: 5, order_qty_max: 10}
members: {ALPHA: *desk, BETA: {<<: *desk, collar_ticks: 6}}
"""
    assert limits_of(tmp_path, text) == {
        Scope("member", "ALPHA"): Limits(collar_ticks=5, order_qty_max_e8=10 * E8),
        Scope("member", "BETA"): Limits(collar_ticks=6, order_qty_max_e8=10 * E8),
    }


FAULTY = """\
defaults:
  session: {restriction: block, orders_window_s: 1}
  instrument: {order_qty_max: 5}
all: {order_qty_max: -5}
members:
  ALPHA: {credit_max: 5_000, messages_max: 5, instruments: [ACMEE]}
  ALPHA: {credit_max: 6}
  GAMMA: {credit_max: 1, ord_types: []}
sessions: {ALPHA-4: }
accounts:
  ALPHA/B1: {order_qty_max: 5, order_qty_max: 6}
  ALPHA: {}
  ALPHA/: {}
  BETA/: {ordr_qty_max: 7, ord_types: [limt], short_sale: locatd}
  BETA/any: {orders_window_s: null, orders_max: 3}
  BETA/x: [1]
instruments: {ACME: {short_qty_max: 15}, ACME: {}}
holdings:
  ALPHA/A1/ACMES: {long_qty_max: 11}
  ALPHA/A1/ACME: {long_qty_max: 11, orders_max: 1}
order_qty_max: 5
"""
FAULTS = """\
tradsys.yaml:6: members[1].clearing_member: there is no member ALPHO (did you mean ALPHA?)
limits.yaml:2: defaults.session.restriction: there is no such limit for the level session \
(it is for all, member, account, instrument, holding)
limits.yaml:2: defaults.session.orders_window_s: orders_window_s needs orders_max beside it
limits.yaml:3: defaults.instrument.order_qty_max: 5 is not a multiple of the lot 10
limits.yaml:4: all.order_qty_max: '-5' is not a plain decimal number, as in 0.01 (decimal from 0 to 90000000000)
limits.yaml:6: members.ALPHA.instruments: there is no instrument ACMEE (did you mean ACME?)
limits.yaml:6: members.ALPHA.messages_max: messages_max needs messages_window_s beside it
limits.yaml:7: members.ALPHA: ALPHA is there already, on line 6
limits.yaml:8: members.GAMMA.ord_types: nothing is named, so nothing could be traded (restriction: block says so)
limits.yaml:8: members.GAMMA: there is no member GAMMA
limits.yaml:9: sessions.ALPHA-4: there is no session ALPHA-4 (did you mean ALPHA-44?)
limits.yaml:11: accounts.ALPHA/B1.order_qty_max: the key is given twice, first on line 11
limits.yaml:11: accounts.ALPHA/B1: there is no account B1 of ALPHA
limits.yaml:12: accounts.ALPHA: 'ALPHA' names no account (MEMBER/ACCOUNT)
limits.yaml:13: accounts.ALPHA/: ALPHA declares its accounts, so there are no orders without one
limits.yaml:14: accounts.BETA/.ordr_qty_max: there is no such key (did you mean order_qty_max?)
limits.yaml:14: accounts.BETA/.ord_types[0]: 'limt' is not among the values; did you mean limit? \
(`market` or `limit` or `stop` or `stop_limit` or `market_to_limit` or `pegged`)
limits.yaml:14: accounts.BETA/.short_sale: 'locatd' is not among the values; did you mean located? \
(`forbidden` or `located`)
limits.yaml:15: accounts.BETA/any.orders_max: orders_max needs orders_window_s beside it
limits.yaml:16: accounts.BETA/x: it must be a mapping of keys to values
limits.yaml:17: instruments.ACME: ACME is there already, on line 17
limits.yaml:17: instruments.ACME.short_qty_max: 15 is not a multiple of the lot 10
limits.yaml:19: holdings.ALPHA/A1/ACMES: there is no instrument ACMES (did you mean ACME?)
limits.yaml:20: holdings.ALPHA/A1/ACME.orders_max: there is no such limit for the level holding \
(it is for member, session, account)
limits.yaml:20: holdings.ALPHA/A1/ACME.long_qty_max: 11 is not a multiple of the lot 10
limits.yaml:21: order_qty_max: there is no such key \
(keys here are defaults, all, members, sessions, accounts, instruments, holdings)
"""


def test_all_faults_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    found = faults_of(tmp_path, FAULTY, MAIN.replace("clearing_member: ALPHA", "clearing_member: ALPHO"))
    keys = re.compile(r" \(keys here are restriction.*")
    assert [keys.sub("", fault) for fault in found] == FAULTS.splitlines()


@pytest.mark.parametrize(
    ("limits", "fault"),
    [
        ("members: {ALPHA: {orders_max: 0}}", "limits.yaml:1: members.ALPHA.orders_max: 0 is not between 1 and"),
        ("members: {ALPHA: {collar_percent: 0.001}}", "limits.yaml:1: members.ALPHA.collar_percent: 0.001 has more"),
        ("members: {ALPHA: {credit_max: 90000000000.1}}", "limits.yaml:1: members.ALPHA.credit_max: 90000000000.1 is"),
        ("members: {ALPHA: {ord_types: []}}", "limits.yaml:1: members.ALPHA.ord_types: nothing is named"),
        ("members: {ALPHA: {ord_types: [limit, limit]}}", "limits.yaml:1: members.ALPHA.ord_types[1]: limit is there"),
        ("members: {ALPHA: {ord_types: limit}}", "limits.yaml:1: members.ALPHA.ord_types: it must be a list"),
        ("members: [ALPHA]", "limits.yaml:1: members: it must be a mapping of names to keys"),
        ("members: {[A]: {}}", "limits.yaml:1: members.?: '?' does not have the right form"),
        ("members: {BETA/A: {}}", "limits.yaml:1: members.BETA/A: 'BETA/A' does not have the right form"),
        ("accounts: {BETA/A B: {}}", "limits.yaml:1: accounts.BETA/A B: 'A B' does not have the right form"),
        ("holdings: {ALPHA//ACME: {}}", "limits.yaml:1: holdings.ALPHA//ACME: ALPHA declares its accounts, so"),
        ("defaults: {holding: {}}", "limits.yaml:1: defaults.holding: there is no such key"),
        ("defaults: {account: 1}", "limits.yaml:1: defaults.account: it must be a mapping of keys to values"),
        ("- a", "limits.yaml:1: it must be a mapping of keys to values"),
        ("all: {\nmembers:", "limits.yaml:3: the file is not valid YAML"),
        ("[" * 20, "limits.yaml:1: the file nests deeper than 16 levels"),
    ],
)
def test_one_fault(tmp_path: Path, limits: str, fault: str) -> None:
    (found,) = faults_of(tmp_path, limits)
    assert found.startswith(fault)


def test_a_file_that_is_not_there_is_a_fault_of_the_main_file(tmp_path: Path) -> None:
    (found,) = faults_of(tmp_path, "", MAIN.replace("limits.yaml", "nosuch.yaml"))
    expected = f"the configuration {tmp_path}/nosuch.yaml can't be read: No such file or directory"
    assert found == f"tradsys.yaml:3: risk.limits_file: {expected}"


@pytest.mark.parametrize("limits", ["", "defaults:\nmembers:\naccounts: {}\nall: null\n", "members: {ALPHA: }\n"])
def test_a_file_may_say_nothing(tmp_path: Path, limits: str) -> None:
    assert limits_of(tmp_path, limits) == {}


TWO_CURRENCIES = MAIN.replace("lot: 0.5", "lot: 0.5, currency: EUR")


def test_limits_in_money_need_a_rate_for_each_of_several_currencies(tmp_path: Path) -> None:
    money = "members: {BETA: {credit_max: 1}}"
    assert faults_of(tmp_path, money, TWO_CURRENCIES) == [
        "tradsys.yaml:2: risk.rates: EUR has no rate, but instruments trade in it and there are limits in money "
        "(add - {currency: EUR, rate: ...})"
    ]
    rated = TWO_CURRENCIES.replace("risk:", "risk:\n  rates: [{currency: EUR, rate: 1.08}]")
    assert len(limits_of(tmp_path, money, rated)) == 1
    assert len(limits_of(tmp_path, "members: {BETA: {open_orders_max: 1}}", TWO_CURRENCIES)) == 1
    assert len(limits_of(tmp_path, money, TWO_CURRENCIES.replace("lot: 10", "currency: EUR"))) == 1


def test_rates_are_one_for_each_other_currency(tmp_path: Path) -> None:
    rates = "rates: [{currency: EUR, rate: 1}, {currency: EUR, rate: 2}, {currency: USD, rate: 1}]"
    assert faults_of(tmp_path, "", MAIN.replace("risk:", f"risk:\n  {rates}")) == [
        "tradsys.yaml:3: risk.rates[1].currency: EUR is there already, on line 3",
        "tradsys.yaml:3: risk.rates[2].currency: USD is the base currency, which counts as one (remove it)",
    ]


def test_the_section_has_its_defaults(tmp_path: Path) -> None:
    config = load(tmp_path, "", MAIN.replace("risk:\n  limits_file: limits.yaml\n", ""))
    assert config.risk == RiskConfig(limits_file=None, warn_bps=8000, base_currency="USD", rates=())
    assert [member.clearing_member for member in config.members] == ["", "ALPHA"]


def test_who_only_wants_to_know_where_things_are_does_not_read_limits(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid):
        load(tmp_path, "{")
    assert load_config(tmp_path / "tradsys.yaml", with_risk=False).declared_risk is None


def test_the_example_is_sound_for_the_quick_start(tmp_path: Path) -> None:
    quickstart = (ROOT / "config" / "quickstart.yaml").read_text()
    example = (ROOT / "config" / "limits.yaml").read_text()
    found = limits_of(tmp_path, example, f"{quickstart}\nrisk: {{limits_file: limits.yaml}}\n")
    assert found[Scope("session", "BROKER44")].orders_max == 1000
    assert found[Scope("session", "BROKER42")].orders_max == 200
    assert found[Scope("member", "BROKER50")].daily_loss_max_e8 is None
    assert found[Scope("holding", "BROKER42", "RETAIL", "HOOLI")] == Limits(restriction="close_only")
