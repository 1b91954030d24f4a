"""The section of portfolio risk, and the file of its stress scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.test_config_load import CONFIGS, SOUND, faults_of, load
from tradsys_oms.config import ConfigInvalid, ConfigUnreadable, load_config
from tradsys_oms.config.portfolio_checks import load_scenarios
from tradsys_oms.config.portfolio_model import SHOCK, ScenarioConfig, ShockConfig

GROUPS = "groups: [{id: SHARES}]\n"
SCENARIOS = """\
scenarios:
  - id: crash
    all_percent: -20
    groups: [{name: SHARES, percent: -30.5}]
    instruments: [{name: ACME, percent: +12}]
    volatility_multiplier: 2.5
  - {id: calm}
"""
FAULTY_SCENARIOS = """\
scenarios:
  - id: crash
    all_percent: -101
    groups: [{name: SHARE, percent: 1}, {name: SHARES, percent: x}]
    instruments:
      - {name: ACME, percent: 1}
      - {name: ACME, percent: 2}
      - {percent: 2}
    volatility: 2
  - id: crash
  - 7
"""


def test_all_of_it_has_defaults(tmp_path: Path) -> None:
    portfolio = load(tmp_path, SOUND).portfolio
    assert (portfolio.enabled, portfolio.method, portfolio.confidence_bps, portfolio.horizon_days) == (
        *(False, "historical", 9_900, 1),
    )
    assert (portfolio.interval_s, portfolio.history_days, portfolio.ewma_lambda_e4) == (60, 500, 9_400)
    assert (portfolio.scenarios_file, portfolio.limits) == (None, ())


def test_limits_are_of_members_and_of_accounts(tmp_path: Path) -> None:
    text = (
        SOUND
        + """\
portfolio:
  confidence_percent: 97.5
  limits:
    - {member: FIRM, var_max: 1_000.50}
    - {member: FIRM, account: A1, es_max: 0}
    - {member: FIRM, account: "", stress_loss_max: 7}
"""
    )
    member, account, nameless = load(tmp_path, text).portfolio.limits
    assert (member.account, member.var_max_e8, member.es_max_e8) == (None, 100_050_000_000, None)
    assert (account.account, account.es_max_e8) == ("A1", 0)
    assert (nameless.account, nameless.stress_loss_max_e8) == ("", 700_000_000)


def test_limits_name_who_is_there_and_only_once(tmp_path: Path) -> None:
    text = (
        SOUND
        + """\
portfolio:
  method: guess
  limits:
    - {member: FIRN}
    - {member: FIRM}
    - {member: FIRM, account: ""}
    - {member: FIRM, account: A1}
    - {member: FIRM, account: A1, var_max: -1}
    - {member: FIRM}
    - {account: A1}
"""
    )
    assert [fault.split(" (")[0] for fault in faults_of(tmp_path, text)] == [
        "9: portfolio.method: 'guess' is not among the values",
        "11: portfolio.limits[0].member: there is no member FIRN",
        "15: portfolio.limits[4].var_max: '-1' is not a plain decimal number, as in 0.01",
        "15: portfolio.limits[4]: FIRM/A1 has limits already, on line 14",
        "16: portfolio.limits[5]: FIRM has limits already, on line 12",
        "17: portfolio.limits[6].member: the key is missing",
    ]


def test_scenarios_are_read(tmp_path: Path) -> None:
    file = tmp_path / "scenarios.yaml"
    file.write_text(SCENARIOS)
    load(tmp_path, SOUND + GROUPS + f"portfolio: {{scenarios_file: {file}}}\n")
    assert load_scenarios(file, ["ACME"], ["SHARES"]) == (
        ScenarioConfig(
            scenario="crash",
            all_bps=-2_000,
            groups=(ShockConfig(name="SHARES", shock_bps=-3_050),),
            instruments=(ShockConfig(name="ACME", shock_bps=1_200),),
            volatility_e2=250,
        ),
        ScenarioConfig(scenario="calm"),
    )


def test_faults_of_the_scenarios_come_after_those_of_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "scenarios.yaml"
    file.write_text(FAULTY_SCENARIOS)
    text = SOUND + GROUPS + f"portfolio: {{scenarios_file: {file}, interval_s: 0}}\n"
    first, *faults = faults_of(tmp_path, text)
    assert first.startswith("9: portfolio.interval_s: 0 is not between 1 and 86400")
    assert [fault.removeprefix(f"{file}:").split(" (")[0] for fault in faults] == [
        "3: scenarios[0].all_percent: -101 is not between -100 and 10000",
        "4: scenarios[0].groups[1].percent: 'x' is not a plain decimal number, as in 0.01",
        "4: scenarios[0].groups[0].name: there is no group SHARE",
        "7: scenarios[0].instruments[1].name: ACME is there already",
        "8: scenarios[0].instruments[2].name: the key is missing",
        "9: scenarios[0].volatility: there is no such key",
        "10: scenarios[1].id: crash is there already, on line 2",
        "11: scenarios[2]: it must be a mapping of keys to values",
    ]
    with pytest.raises(ConfigInvalid) as caught:
        load_scenarios(file, ["ACME"], ["SHARES"])
    assert [str(fault) for fault in caught.value.faults] == faults


def test_the_example_fits_the_quick_start() -> None:
    quick_start = load_config(CONFIGS / "quickstart.yaml")
    symbols = [instrument.symbol for instrument in quick_start.instruments]
    found = load_scenarios(CONFIGS / "scenarios.yaml", symbols, [])
    assert [scenario.scenario for scenario in found] == ["crash", "rally", "acme-fails"]


def test_scenarios_that_are_no_yaml_or_not_there_are_faults(tmp_path: Path) -> None:
    file = tmp_path / "scenarios.yaml"
    text = SOUND + f"portfolio: {{scenarios_file: {file}}}\n"
    (fault,) = faults_of(tmp_path, text)
    assert fault.startswith("8: portfolio.scenarios_file: the configuration")
    assert "No such file" in fault
    with pytest.raises(ConfigUnreadable):
        load_scenarios(file, [], [])
    file.write_text("scenarios: ]")
    (fault,) = faults_of(tmp_path, text)
    assert fault.startswith(f"{file}:1: the file is not valid YAML")


@pytest.mark.parametrize(("text", "value"), [("-0.01", -1), ("+5", 500), ("0", 0), ("-100", -10_000), ("12.5", 1_250)])
def test_shocks_have_signs(text: str, value: int) -> None:
    assert SHOCK.parse(text) == value
    assert SHOCK.show(value) == text.removeprefix("+")
