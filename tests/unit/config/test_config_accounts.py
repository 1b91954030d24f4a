"""Accounts of members: a list, a file of names, or a table with their limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradsys_oms.config import ConfigInvalid, load_config
from tradsys_oms.config.risk_model import DeclaredRisk
from tradsys_oms.core.commands import Limits, Scope

E8 = 100_000_000
MAIN = """\
insecure: true
members:
  - {id: ALPHA, accounts_file: accounts.csv}
instruments:
  - {symbol: ACME, reference_price: 100}
"""


def declared(folder: Path, table: str, main: str = MAIN, limits: str = "") -> DeclaredRisk:
    """Give what a configuration with a file of accounts declares."""
    (folder / "tradsys.yaml").write_text(main)
    (folder / "accounts.csv").write_text(table)
    (folder / "limits.yaml").write_text(limits)
    found = load_config(folder / "tradsys.yaml").declared_risk
    assert found is not None
    return found


def faults_of(folder: Path, table: str, main: str = MAIN) -> list[str]:
    """Give the faults of both files, without the folder."""
    with pytest.raises(ConfigInvalid) as caught:
        declared(folder, table, main)
    return [str(fault).removeprefix(f"{folder}/") for fault in caught.value.faults]


def test_accounts_of_a_list_and_of_a_file_go_together(tmp_path: Path) -> None:
    main = MAIN.replace("id: ALPHA,", "id: ALPHA, accounts: [B1, NO, 007],")
    found = declared(tmp_path, "# of the desk\nA1\n\nA2,false\nA3 , true\nA4,\n", main)
    assert found.accounts == {
        "ALPHA": {"B1": True, "NO": True, "007": True, "A1": True, "A2": False, "A3": True, "A4": True}
    }
    assert found.limits == {}


def test_a_member_that_declares_no_accounts_is_not_there(tmp_path: Path) -> None:
    main = MAIN.replace(", accounts_file: accounts.csv", ", accounts: []")
    assert declared(tmp_path, "", main).accounts == {}


def test_a_table_has_limits_under_those_of_the_file_and_above_the_defaults(tmp_path: Path) -> None:
    table = """\
account,order_qty_max,enabled,ord_types,credit_max,orders_max,orders_window_s,long_sale_covered,restriction
A1,50_000,true,limit stop_limit,none,,,true,
A2,,false,,,7,0.5,,close_only
A3,1
A4
"""
    limits = """\
defaults: {account: {order_qty_max: 9, credit_max: 8}}
accounts: {ALPHA/A3: {order_qty_max: 2}}
"""
    found = declared(tmp_path, table, MAIN + "risk: {limits_file: limits.yaml}\n", limits)
    assert found.accounts == {"ALPHA": {"A1": True, "A2": False, "A3": True, "A4": True}}
    assert {scope.account: limits for scope, limits in found.limits.items()} == {
        "A1": Limits(order_qty_max_e8=50_000 * E8, ord_types=("2", "4"), long_sale_covered=True),
        "A2": Limits(
            order_qty_max_e8=9 * E8,
            credit_max_e8=8 * E8,
            orders_max=7,
            orders_window_ns=500_000_000,
            restriction="close_only",
        ),
        "A3": Limits(order_qty_max_e8=2 * E8, credit_max_e8=8 * E8),
        "": Limits(order_qty_max_e8=9 * E8, credit_max_e8=8 * E8),
    }
    assert Scope("account") in found.limits, "A4 has what each account has"


def test_all_faults_of_a_table_are_reported(tmp_path: Path) -> None:
    table = """\
account,order_qty_mx,credit_max,enabled,short_qty_max,credit_max,instruments,orders_max
A1,1,x,yes,,,ACMEE,
A 2
A1
A3,,,,,,,1
A4,,,,,,,,,
,,2
"""
    main = MAIN.replace("id: ALPHA,", "id: ALPHA, accounts: [A3, A3],")
    assert faults_of(tmp_path, table, main) == [
        "tradsys.yaml:3: members[0].accounts[1]: A3 is there already, on line 3",
        "accounts.csv:1: order_qty_mx: there is no such column (did you mean order_qty_max?)",
        "accounts.csv:1: short_qty_max: there is no such column (did you mean order_qty_max?)",
        "accounts.csv:1: credit_max: the column is given twice",
        "accounts.csv:2: A1.credit_max: 'x' is not a plain decimal number, as in 0.01 (decimal from 0 to 90000000000)",
        "accounts.csv:2: A1.enabled: 'yes' is neither true nor false (true or false)",
        "accounts.csv:2: A1.instruments: there is no instrument ACMEE (did you mean ACME?)",
        "accounts.csv:3: A 2: 'A 2' does not have the right form "
        "(an account of up to 64 letters, digits, dots, dashes and any of _ : @ +)",
        "accounts.csv:4: A1: A1 is there already, on line 2",
        f"accounts.csv:5: A3: A3 is there already, in members[0].accounts of {tmp_path}/tradsys.yaml",
        "accounts.csv:5: A3.orders_max: orders_max needs orders_window_s beside it",
        "accounts.csv:6: A4: 10 cells are more than the 8 columns account, order_qty_mx, credit_max, enabled, "
        "short_qty_max, credit_max, instruments, orders_max",
        "accounts.csv:7: '' does not have the right form "
        "(an account of up to 64 letters, digits, dots, dashes and any of _ : @ +)",
    ]


def test_a_table_may_begin_with_the_mark_of_a_spreadsheet(tmp_path: Path) -> None:
    found = declared(tmp_path, "\ufeffaccount,collar_ticks\r\nA1,3\r\n")
    assert found.limits == {Scope("account", "ALPHA", "A1"): Limits(collar_ticks=3)}


def test_a_file_without_an_account_would_let_any_trade_and_is_a_fault(tmp_path: Path) -> None:
    expected = "accounts.csv:1: there is no account in the file (leave accounts_file out to take any account)"
    assert faults_of(tmp_path, "# none\naccount,enabled\n") == [expected]


def test_a_file_of_something_else_is_given_up(tmp_path: Path) -> None:
    found = faults_of(tmp_path, "what is this?\n" * 5000)
    assert len(found) < 110
    assert "the rest is not looked at" in found[-1]


@pytest.mark.parametrize(("name", "reason"), [("nosuch", "No such file or directory"), ("bad", "not UTF-8 text")])
def test_a_file_that_can_not_be_read_is_a_fault_of_the_main_file(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "bad").write_bytes(b"A1\n\xff\n")
    (found,) = faults_of(tmp_path, "", MAIN.replace("accounts.csv", name))
    assert found.startswith("tradsys.yaml:3: members[0].accounts_file: ")
    assert reason in found
