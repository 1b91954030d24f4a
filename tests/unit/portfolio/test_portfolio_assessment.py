"""The risk of accounts and members out of positions, returns and scenarios, by hand."""

from __future__ import annotations

import math

import pytest
from msgspec import structs

from tests.unit.portfolio.journal_entries import E8, Follow
from tradsys_oms.config.portfolio_model import PortfolioLimitConfig, ScenarioConfig, ShockConfig
from tradsys_oms.core.commands import SetPosition, SetRiskRules
from tradsys_oms.portfolio.assessment import Method, Risk, assess
from tradsys_oms.portfolio.limits import passed_limits
from tradsys_oms.portfolio.measures import Measure, Settings
from tradsys_oms.portfolio.returns import Returns, daily_returns

PARAMETRIC = Method(Settings(), "parametric", 1.0)
Z99 = 2.3263478740408408

# ACME is up and down 10 % and B up and down 20 %, so that they move together; C has no prices.
PRICES = [("ACME", f"2026-01-0{day}", px) for day, px in enumerate((100, 110, 99), 1)]
PRICES += [("B", f"2026-01-0{day}", px) for day, px in enumerate((50, 60, 48), 1)]


@pytest.fixture
def follow() -> Follow:
    made = Follow()
    made.instrument("B", reference="50", currency="EUR")
    made.instrument("C")
    made.record(SetRiskRules(8_000, "USD", (("EUR", 2 * E8),)))
    return made


def hold(follow: Follow, member: str, account: str, **quantities: int) -> None:
    for symbol, quantity in quantities.items():
        follow.record(SetPosition(member, account, symbol, quantity * E8, E8, False, "load"))


def returns() -> Returns:
    return daily_returns(PRICES, ["ACME", "B", "C"], 500)


def risks(follow: Follow, *scenarios: ScenarioConfig, method: Method = PARAMETRIC) -> dict[str, Risk]:
    found = assess(follow.positions, returns(), scenarios, {"ACME": "SHARES", "B": "SHARES"}, method)
    return {str(risk): risk for risk in found}


def test_values_are_in_the_base_currency(follow: Follow) -> None:
    hold(follow, "ALPHA", "A1", ACME=10, B=-3)
    risk = risks(follow)["account ALPHA/A1"]
    # 10 * 100 = 1,000; -3 * 50 EUR * 2 = -300.
    assert (risk.gross_value, risk.net_value, risk.holdings, risk.returns) == (1_300, 700, 2, 2)


def test_var_of_two_holdings_that_move_together(follow: Follow) -> None:
    hold(follow, "ALPHA", "A1", ACME=10, B=-3)
    risk = risks(follow)["account ALPHA/A1"]
    # A day brings 1,000 * 10 % - 300 * 20 % = 40, and the other one -40; so the volatility is 40.
    assert risk.measure.var == pytest.approx(Z99 * 40)
    assert risk.measures["historical"].var == pytest.approx(40)
    assert risk.measures["historical"].es == pytest.approx(40)


def test_a_member_is_netted_over_its_accounts_but_for_margin(follow: Follow) -> None:
    hold(follow, "ALPHA", "", ACME=10)
    hold(follow, "ALPHA", "A1", ACME=-10)
    hold(follow, "BETA", "", ACME=1)
    fall = ScenarioConfig(scenario="fall", all_bps=-5_000)
    found = risks(follow, fall)
    assert list(found) == ["account ALPHA", "account ALPHA/A1", "member ALPHA", "account BETA", "member BETA"]
    member = found["member ALPHA"]
    assert (member.net_value, member.gross_value, member.measure.var, member.stress_loss) == (0, 0, 0, 0)
    es = 2.6652142 * 100  # density of the normal distribution at z over 1 %, of a volatility of 10 % of 1,000
    # The long account loses 500 in the scenario, which is more than its ES; the short one loses nothing.
    assert found["account ALPHA"].margin == pytest.approx(500)
    assert found["account ALPHA/A1"].margin == pytest.approx(es, rel=1e-6)
    assert member.margin == pytest.approx(500 + es, rel=1e-6)


def test_the_margin_factor_raises_expected_shortfall(follow: Follow) -> None:
    hold(follow, "ALPHA", "A1", ACME=10)
    risk = risks(follow, method=Method(Settings(), "historical", 1.5))["account ALPHA/A1"]
    assert risk.margin == pytest.approx(150)


def test_the_nearest_shock_counts(follow: Follow) -> None:
    hold(follow, "ALPHA", "A1", ACME=10, B=-3, C=1)
    crash = ScenarioConfig(
        scenario="crash",
        all_bps=-1_000,
        groups=(ShockConfig(name="SHARES", shock_bps=-2_000),),
        instruments=(ShockConfig(name="ACME", shock_bps=-5_000),),
        volatility_e2=250,
    )
    rise = ScenarioConfig(scenario="rise", all_bps=1_000)
    risk = risks(follow, crash, rise)["account ALPHA/A1"]
    # ACME: 1,000 * -50 %; B, short 300, by its group: +60; C, 100, as all: -10.
    assert risk.stresses["crash"].profit == pytest.approx(-450)
    assert risk.stresses["rise"].profit == pytest.approx(100 - 30 + 10)
    assert risk.stress_scenario == "crash"
    assert risk.stress_loss == pytest.approx(450)
    assert risk.stresses["crash"].var == pytest.approx(2.5 * risk.measure.var)
    assert risk.stresses["rise"].var == risk.measure.var


def test_scenarios_that_only_win_are_no_loss(follow: Follow) -> None:
    hold(follow, "ALPHA", "A1", ACME=1)
    risk = risks(follow, ScenarioConfig(scenario="rise", all_bps=1_000))["account ALPHA/A1"]
    assert (risk.stress_scenario, risk.stress_loss) == ("", 0)


def test_instruments_without_prices_are_named(follow: Follow) -> None:
    hold(follow, "ALPHA", "A1", C=1, ACME=1)
    found = risks(follow)
    assert found["account ALPHA/A1"].short_history == ("C",)
    assert found["account ALPHA/A1"].measure.var == pytest.approx(Z99 * 10)


def test_nothing_held_is_no_result(follow: Follow) -> None:
    assert risks(follow) == {}


def test_an_instrument_that_nobody_set_is_worth_nothing(follow: Follow) -> None:
    hold(follow, "ALPHA", "A1", NOPE=1)
    found = assess(follow.positions, daily_returns([], ["NOPE"], 9), (), {}, PARAMETRIC)
    assert [(risk.net_value, risk.short_history) for risk in found] == [(0, ("NOPE",))] * 2


def test_limits_are_passed_by_more_than_they_say(follow: Follow) -> None:
    hold(follow, "ALPHA", "A1", ACME=10)
    fall = ScenarioConfig(scenario="fall", all_bps=-2_500)
    risk = risks(follow, fall, method=Method(Settings(), "historical", 1.0))["account ALPHA/A1"]
    assert risk.measure.var == pytest.approx(100)
    limit = PortfolioLimitConfig(member="ALPHA", account="A1", stress_loss_max_e8=250 * E8)
    assert passed_limits(risk, limit) == {}
    limit = PortfolioLimitConfig(
        member="ALPHA", account="A1", var_max_e8=99 * E8, es_max_e8=9_950_000_000, stress_loss_max_e8=24_999_000_000
    )
    assert passed_limits(risk, limit) == {
        "var_max": "VaR of account ALPHA/A1 is 100.00, above var_max 99",
        "es_max": "expected shortfall of account ALPHA/A1 is 100.00, above es_max 99.5",
        "stress_loss_max": "loss in scenario fall of account ALPHA/A1 is 250.00, above stress_loss_max 249.99",
    }
    assert passed_limits(risk, None) == {}


def test_a_value_that_is_equal_but_for_rounding_passes_no_limit(follow: Follow) -> None:
    hold(follow, "ALPHA", "A1", ACME=10)
    risk = risks(follow, method=Method(Settings(), "historical", 1.0))["account ALPHA/A1"]
    noisy = structs.replace(risk, measures={"historical": Measure(100.000000000001, 100.006)})
    limit = PortfolioLimitConfig(member="ALPHA", account="A1", var_max_e8=100 * E8, es_max_e8=100 * E8)
    assert list(passed_limits(noisy, limit)) == ["es_max"]


def test_ten_days_are_larger_by_their_root(follow: Follow) -> None:
    hold(follow, "ALPHA", "A1", ACME=10)
    method = Method(Settings(horizon_days=10), "parametric", 1.0)
    assert risks(follow, method=method)["member ALPHA"].measure.var == pytest.approx(Z99 * 100 * math.sqrt(10))
