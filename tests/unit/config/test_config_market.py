"""The configuration of the market: trading days, groups, rules that instruments have from them, and self-trades."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from tests.unit.config.test_config_load import SOUND, faults_of, load
from tradsys_oms.config.market_model import merged_rules

DAY = """\
market_schedules:
  - id: day
    time_zone: Europe/Berlin
    holidays: [2026-12-25]
    phases:
      - {at: "07:00", phase: pre_open}
      - {at: "08:50", phase: opening_auction}
      - {at: "09:00", phase: continuous}
      - {at: "13:00", phase: volatility_auction}
      - {at: "13:02", phase: continuous}
      - {at: "17:30", phase: closing_auction}
      - {at: "17:35:30", phase: closed}
"""


def faults_of_day(folder: Path, *phases: str) -> list[str]:
    entries = "".join(f"      - {{at: {phase.split()[0]!r}, phase: {phase.split()[1]}}}\n" for phase in phases)
    head = "market_schedules:\n  - id: day\n    time_zone: UTC\n    phases:\n"
    return faults_of(folder, SOUND + head + entries)


def test_a_market_schedule_has_phases_days_and_holidays(tmp_path: Path) -> None:
    (day,) = load(tmp_path, SOUND + DAY).market_schedules
    assert (day.schedule, day.days, day.holidays) == ("day", (0, 1, 2, 3, 4), (date(2026, 12, 25),))
    assert [(entry.at, entry.phase) for entry in day.phases[-2:]] == [
        (time(17, 30), "closing_auction"),
        (time(17, 35, 30), "closed"),
    ]


@pytest.mark.parametrize(
    ("phases", "faults"),
    [
        (
            ["09:00 pre_open", "10:00 continuous", "17:00 closed"],
            ["13: market_schedules[0].phases[1].phase: pre_open goes on to opening_auction or closed, not continuous"],
        ),
        (
            ["09:00 closing_auction", "10:00 closed"],
            [
                "12: market_schedules[0].phases[0].phase: a day begins with pre_open or opening_auction or continuous, "
                "not closing_auction"
            ],
        ),
        (
            ["09:00 continuous", "17:00 closing_auction"],
            ["13: market_schedules[0].phases[1].phase: the last phase of a day is closed"],
        ),
        (
            ["09:00 pre_open", "08:00 opening_auction", "07:00 closed"],
            [
                "14: market_schedules[0].phases[2].at: it begins more than a day after pre_open, at 09:00 "
                "(times go up from phase to phase, over midnight once)"
            ],
        ),
        (
            ["09:00 halted", "10:00 closed"],
            [
                "12: market_schedules[0].phases[0].phase: 'halted' is not among the values (`closed` or `pre_open` or "
                "`opening_auction` or `continuous` or `volatility_auction` or `closing_auction`)"
            ],
        ),
    ],
)
def test_phases_that_cannot_follow_each_other(tmp_path: Path, phases: list[str], faults: list[str]) -> None:
    assert faults_of_day(tmp_path, *phases) == faults


def test_a_day_needs_phases_and_dates(tmp_path: Path) -> None:
    text = f"{SOUND}market_schedules:\n  - {{id: day, time_zone: UTC, days: []}}\n"
    assert faults_of(tmp_path, text) == [
        "9: market_schedules[0].days: there are no days on which it trades",
        "9: market_schedules[0].phases: the last phase of a day is closed",
    ]


def test_a_market_closes_for_lunch_and_over_night(tmp_path: Path) -> None:
    text = DAY.replace('"13:00", phase: volatility_auction', '"11:30", phase: closed')
    assert len(load(tmp_path, SOUND + text).market_schedules[0].phases) == 7
    night = SOUND + DAY.replace('"07:00"', '"18:00"').replace('"08:50"', '"18:30"').replace('"09:00"', '"19:00"')
    assert len(load(tmp_path, night).market_schedules) == 1


def test_an_instrument_has_the_rules_of_its_group_and_its_own_first(tmp_path: Path) -> None:
    groups = """\
groups:
  - {id: shares, phases: day, matching: lead_market_maker, lead_member: FIRM, lead_share_percent: 40,
     static_band_percent: 5, volatility_auction_s: 120}
"""
    text = SOUND.replace("100}", "100, group: shares, underlying: ACME.N, static_band_percent: 0, halt_s: 3}")
    config = load(tmp_path, text + DAY + groups)
    (group,), (instrument,) = config.groups, config.instruments
    assert (group.phases, instrument.group, instrument.underlying) == ("day", "shares", "ACME.N")
    names = ("matching", "lead_member", "lead_share_bps", "static_band_bps", "volatility_auction_s", "halt_s")
    layers = [{name: getattr(entry, name) for name in names} for entry in (instrument, group)]
    merged = merged_rules(*layers)
    assert [merged[name] for name in names] == ["lead_market_maker", "FIRM", 4000, 0, 120, 3]
    assert (merged["dynamic_band_bps"], merged["breaker_window_s"]) == (0, 0)


@pytest.mark.parametrize(
    ("added", "faults"),
    [
        ("groups: [{id: A, phases: nihgt}]", ["8: groups[0].phases: there is no market schedule nihgt"]),
        ("groups: [{id: A}, {id: A}]", ["8: groups[1].id: A is there already, on line 8"]),
        (
            "groups: [{id: A, matching: lead_market_maker}]",
            [
                "8: groups[0].matching: lead_market_maker needs lead_member",
                "8: groups[0].matching: lead_market_maker needs lead_share_percent",
            ],
        ),
        (
            "groups: [{id: A, matching: lead_market_maker, lead_member: FIRN, lead_share_percent: 10}]",
            ["8: groups[0].lead_member: there is no member FIRN (did you mean FIRM?)"],
        ),
        (
            "groups: [{id: A, lead_member: FIRM}]",
            ["8: groups[0].lead_member: it is for matching: lead_market_maker only"],
        ),
        (
            "groups: [{id: A, static_band_percent: 5}]",
            ["8: groups[0].static_band_percent: it needs volatility_auction_s"],
        ),
        (
            "groups: [{id: A, breaker_percent: 5, halt_s: 0}]",
            ["8: groups[0].breaker_percent: it needs breaker_window_s and volatility_auction_s"],
        ),
        (
            "groups: [{id: A, breaker_percent: 101}]",
            ["8: groups[0].breaker_percent: 101 is not between 0 and 100 (decimal from 0 to 100)"],
        ),
    ],
)
def test_faults_of_groups(tmp_path: Path, added: str, faults: list[str]) -> None:
    assert faults_of(tmp_path, f"{SOUND}{added}\n") == faults


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("group: B", "7: instruments[0].group: there is no group B"),
        ("dynamic_band_percent: 1", "7: instruments[0].dynamic_band_percent: it needs volatility_auction_s"),
        ("lead_member: X", "7: instruments[0].lead_member: "),
    ],
)
def test_faults_of_an_instrument(tmp_path: Path, keys: str, fault: str) -> None:
    found = faults_of(tmp_path, SOUND.replace("100}", f"100, {keys}}}"))
    assert found[0].startswith(fault)


def test_a_group_may_give_what_the_rule_of_an_instrument_needs(tmp_path: Path) -> None:
    text = SOUND.replace("100}", "100, group: A, dynamic_band_percent: 1}")
    assert (
        load(tmp_path, f"{text}groups: [{{id: A, volatility_auction_s: 0}}]\n").instruments[0].dynamic_band_bps == 100
    )


def test_a_member_says_whose_orders_are_its_own(tmp_path: Path) -> None:
    text = SOUND.replace("- id: FIRM", "- {id: FIRM, firm: GROUP, self_trade: decrement, self_trade_scope: firm}")
    (member,) = load(tmp_path, text).members
    assert (member.firm, member.self_trade, member.self_trade_scope) == ("GROUP", "decrement", "firm")
    assert faults_of(tmp_path, SOUND.replace("- id: FIRM", "- {id: FIRM, self_trade_scope: firm}")) == [
        "3: members[0].self_trade_scope: it needs firm, the name of the firm"
    ]
