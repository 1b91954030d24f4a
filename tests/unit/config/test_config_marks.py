"""The configuration of marks: which venues say what instruments are worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.test_config_load import SOUND, faults_of, load
from tradsys_oms.config.market_model import mark_venues_of

VENUE = "{{id: {0}, dialect: fix44, addresses: [127.0.0.1:1], sender_comp_id: US, target_comp_id: {0}{1}}}"
VENUES = f"venues: [{VENUE.format('NYX', '')}, {VENUE.format('LSX', ', symbols: {OTHER: O}')}]\n"
OTHER = "  - {symbol: OTHER, reference_price: 100}\n"
SHARES = "groups: [{id: shares, mark_venues: [NYX, LSX]}]\n"


def text(keys: str, more: str = "") -> str:
    """Give a configuration with two venues, of which LSX does not trade ACME, and keys of ACME."""
    return SOUND.replace("100}", f"100, {keys}}}") + OTHER + VENUES + more


def test_an_instrument_has_the_venues_of_its_group_or_its_own(tmp_path: Path) -> None:
    shares = SHARES.replace(", LSX", "")
    config = load(tmp_path, text("group: shares", shares))
    assert mark_venues_of(config.instruments[0], config.groups[0]) == ("NYX",)
    config = load(tmp_path, text("group: shares, mark_venues: []", shares))
    assert mark_venues_of(config.instruments[0], config.groups[0]) == ()
    config = load(tmp_path, text("mark_venues: [NYX], mark_spread_max_percent: 0.25"))
    assert mark_venues_of(config.instruments[0], None) == ("NYX",)
    assert config.instruments[0].mark_spread_max_bps == 25
    assert mark_venues_of(load(tmp_path, SOUND).instruments[0], None) == ()


@pytest.mark.parametrize(
    ("keys", "more", "fault"),
    [
        ("mark_venues: [NXY]", "", "7: instruments[0].mark_venues[0]: there is no venue NXY (did you mean NYX?)"),
        (
            "mark_venues: [NYX, LSX]",
            "",
            "7: instruments[0].mark_venues: LSX, one of its mark_venues, does not trade ACME",
        ),
        ("group: shares", SHARES, "7: instruments[0]: LSX, one of its mark_venues, does not trade ACME"),
        (
            "group: X",
            "groups: [{id: X, mark_venues: [NONE]}]\n",
            "10: groups[0].mark_venues[0]: there is no venue NONE",
        ),
        ("mark_spread_max_percent: 201", "", "7: instruments[0].mark_spread_max_percent: 201 is not between 0 and 200"),
        ("mark_venues: NYX", "", "7: instruments[0].mark_venues: "),
    ],
)
def test_faults(tmp_path: Path, keys: str, more: str, fault: str) -> None:
    (found,) = faults_of(tmp_path, text(keys, more))
    assert found.startswith(fault)


def test_venues_in_a_file_of_their_own_are_found(tmp_path: Path) -> None:
    (tmp_path / "venues.yaml").write_text(VENUES)
    wanted = f"{SOUND.replace('100}', '100, mark_venues: [NYX]}')}{OTHER}venues_file: venues.yaml\n"
    assert load(tmp_path, wanted).instruments[0].mark_venues == ("NYX",)
    (fault,) = faults_of(tmp_path, wanted.replace("NYX", "LSX"))
    assert fault.startswith("7: instruments[0].mark_venues: LSX, one of its mark_venues, does not trade ACME")
