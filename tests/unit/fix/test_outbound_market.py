"""Answers about an instrument and to mass requests, in the words of each version."""

from __future__ import annotations

import pytest

from tests.unit.fix.dialect_messages import TIME, Fields, assert_valid, print_report
from tradsys_oms.core.events import MarketStatus, MassCancelReport, MassStatusEmpty
from tradsys_oms.core.phases.phases import PHASES, Phase
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.market_status import CODES
from tradsys_oms.fix.dictionary import APPLICATION_FILES, Dictionary, specs_dir

LATER = [version for version in VERSIONS if version != "FIX.4.2"]


def printed(event: object, version: str) -> tuple[str, Fields]:
    found = print_report(event, version)
    assert found is not None
    assert_valid(*found, version)
    return found


def test_every_phase_has_codes_that_the_dictionaries_know() -> None:
    assert CODES.keys() == PHASES.keys() | {""}
    for version in VERSIONS:
        fields = Dictionary.load(specs_dir() / APPLICATION_FILES[version]).fields_by_tag
        for codes in CODES.values():
            own = codes[:2] if version == "FIX.4.2" else codes[2:4]
            assert set(own) <= fields["326"].enums.keys()
            if version == "FIX.5.0SP2" and codes.session:
                assert codes.session in fields["625"].enums


def test_the_sub_session_tells_the_phases_in_which_orders_are_taken_apart() -> None:
    sessions = [CODES[name].session for name, rules in PHASES.items() if rules.takes_orders]
    assert len(set(sessions)) == len(sessions)


def test_a_continuous_instrument() -> None:
    event = MarketStatus("B", "Q1", "ACME", Phase.CONTINUOUS, "schedule", last_px=9_995, unsolicited=True)
    common = {"324": "Q1", "55": "ACME", "325": "Y", "326": "17", "31": "99.95", "60": TIME}
    assert printed(event, "FIX.4.2") == ("f", common)
    for version in LATER:
        assert printed(event, version) == ("f", common | {"625": "3", "58": "schedule"})


@pytest.mark.parametrize(
    ("imbalance", "buyers", "sellers"), [(30, "130", "100"), (-30, "100", "130"), (0, "100", "100")]
)
def test_an_auction_shows_both_sides_at_its_price(imbalance: int, buyers: str, sellers: str) -> None:
    event = MarketStatus("B", "Q1", "ACME", Phase.OPENING_AUCTION, "", 10_000, 100, imbalance)
    for version in VERSIONS:
        _, fields = printed(event, version)
        assert (fields["330"], fields["331"]) == (buyers, sellers)
        assert (fields["332"], fields["333"], fields["326"], fields["325"]) == ("100", "100", "5", "N")
        assert "31" not in fields


@pytest.mark.parametrize(
    ("phase", "of_42", "later"),
    [
        (Phase.CLOSED, "18", "18"),
        (Phase.PRE_OPEN, "4", "21"),
        (Phase.OPENING_AUCTION, "4", "22"),
        (Phase.VOLATILITY_AUCTION, "4", "4"),
        (Phase.CLOSING_AUCTION, "4", "4"),
        (Phase.HALTED, "2", "2"),
    ],
)
def test_a_phase_without_a_price(phase: str, of_42: str, later: str) -> None:
    for version in VERSIONS:
        _, fields = printed(MarketStatus("B", "Q1", "ACME", phase), version)
        assert fields["326"] == (of_42 if version == "FIX.4.2" else later)
        assert not {"330", "331", "332", "333", "31"} & fields.keys()


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unknown_symbol(version: str) -> None:
    _, fields = printed(MarketStatus("B", "Q1", "NOPE", "", "Unknown symbol NOPE"), version)
    assert (fields["326"], fields["55"]) == ("20", "NOPE")
    assert fields.get("58") == (None if version == "FIX.4.2" else "Unknown symbol NOPE")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_mass_cancel_that_is_accepted(version: str) -> None:
    msg_type, fields = printed(MassCancelReport("B", "B", "M1", "1", "ACME", "2", 3), version)
    sp2 = {"1369": "12-3"} if version == "FIX.5.0SP2" else {}
    assert msg_type == "r"
    assert fields == {
        "11": "M1", "37": "12", "530": "1", "531": "1", "533": "3", "55": "ACME", "54": "2", "60": TIME, **sp2,
    }  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("reason", [0, 1, 2, 99])
def test_a_mass_cancel_that_is_refused(version: str, reason: int) -> None:
    _, fields = printed(MassCancelReport("B", "B", "M1", "7", "", "", 0, reason, "no"), version)
    assert (fields["530"], fields["531"], fields["532"], fields["58"]) == ("7", "0", str(reason), "no")
    assert not {"533", "55", "54"} & fields.keys()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_mass_status_without_orders(version: str) -> None:
    msg_type, fields = printed(MassStatusEmpty("B", "B", "S1", "", "", "No open order fits"), version)
    cause = {"20": "3", "150": "8"} if version == "FIX.4.2" else {"150": "I"}
    assert msg_type == "8"
    assert fields == cause | {
        "37": "NONE", "17": "0", "39": "8", "584": "S1", "911": "0", "912": "Y", "55": "[N/A]", "54": "7", "14": "0",
        "151": "0", "6": "0", "58": "No open order fits", "60": TIME,
    }  # fmt: skip
    _, fields = printed(MassStatusEmpty("B", "B", "S1", "ACME", "1", ""), version)
    assert (fields["55"], fields["54"]) == ("ACME", "1")
